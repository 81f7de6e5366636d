"""`ombudsman worker`: a machine more for a studio whose store is on PostgreSQL."""

import signal
from pathlib import Path

import pytest
from tests.cli.program import begun, ended, ombudsman
from tests.postgres_server import PostgresServer
from tests.studio.conftest import Clock, opened, postgres_url, served
from tests.studio.test_runs import awaited, saved, with_databases
from tests.studio.test_runs import begun as asked_for


@pytest.mark.postgres
def test_a_worker_elsewhere_executes_what_the_server_was_asked_for(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    clock, data = Clock(), tmp_path / "data"
    url = postgres_url(postgres, "studio_worker")
    environment = {
        "OVS_DATA_FOLDER": str(data),
        "OVS_DB_URL": url.render_as_string(hide_password=False),
    }
    for studio in served(opened(data, clock, url), clock):
        team = with_databases(studio)
        run_id = asked_for(team.runner, saved(team))["id"]
        with begun("worker", cwd=tmp_path, environment=environment) as process:
            run = awaited(team.viewer, run_id)
            process.send_signal(signal.SIGTERM)
            told = ended(process)
        assert (told.code, "2 runs at once" in told.out) == (0, True), told.all
        (log,) = (data / "logs").iterdir()
        assert log.name.startswith("worker-"), "the server's would be another"
        assert (run["status"], run["steps"]) == ("failed", {"passed": 2, "failed": 2})


def test_a_store_in_one_file_has_no_workers_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OVS_DB_URL", raising=False)
    told = ombudsman("worker", "--data", tmp_path / "data", cwd=tmp_path)
    assert told.code == 2
    assert "belongs to one server" in told.err
    assert "OVS_DB_URL" in told.err
