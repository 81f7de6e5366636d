"""Ctrl-C, a server that dies, and how a run goes on afterwards."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.program import begun, ended
from tests.cli.shop import HEADER, Shop
from tests.postgres_server import PostgresServer, running_server

pytestmark = pytest.mark.postgres

SOURCE = """
CREATE TABLE quick (id integer PRIMARY KEY, amount numeric(12, 2));
INSERT INTO quick SELECT n, n / 100.0 FROM generate_series(1, 100) AS n;
CREATE TABLE switch (is_slow boolean);
INSERT INTO switch VALUES (true);
CREATE VIEW slow AS
  SELECT id, CASE WHEN (SELECT is_slow FROM switch) THEN pg_sleep(60)::text END AS waited FROM quick;
"""
"""Reading `waited` takes an hour and a half as long as the switch is on; the switch belongs to no step."""

TARGET = """
CREATE TABLE quick (id integer PRIMARY KEY, amount numeric(12, 2));
INSERT INTO quick SELECT n, n / 100.0 FROM generate_series(2, 100) AS n;
CREATE VIEW slow AS SELECT id, NULL::text AS waited FROM generate_series(1, 100) AS id;
"""

STEPS = """
- {id: count, validator: validate_record_counts, table: public.quick, severity: warning}
- {id: sums, validator: validate_metric_sums, table: public.quick, params: {columns: [amount]}, severity: info}
- {id: waiting, validator: validate_nulls, table: public.slow, needs: [count, sums]}
- {id: also_waiting, validator: validate_nulls, table: public.slow, params: {columns: [waited]}, needs: [count, sums]}
- {id: last, validator: validate_record_counts, table: public.slow, needs: [waiting]}
"""
EARLY = {"count", "sums"}


def make(folder: Path, server: PostgresServer) -> Shop:
    """A shop on a server, with a scan that does not end by itself."""
    connections = {}
    for name, sql in (("old", SOURCE), ("new", TARGET)):
        server.create_database(f"stopped_{name}")
        server.execute(f"stopped_{name}", sql)
        connections[name] = {
            "engine": "postgresql",
            "host": server.host,
            "port": server.port,
            "database": f"stopped_{name}",
            "user": server.user,
            "password": server.password,
            "sslmode": "disable",
        }
    shop = Shop(folder)
    shop.write("ombudsman.yaml", json.dumps({"connections": connections}))
    shop.pipeline(STEPS, header=HEADER + "mapping: {tables: [" + MAPPING + "]}\n")
    return shop


MAPPING = ", ".join(f"{{source: public.{t}, target: public.{t}}}" for t in ("quick", "slow"))


@pytest.fixture
def shop(tmp_path: Path, postgres: PostgresServer) -> Shop:
    return make(tmp_path, postgres)


def under_way(server: PostgresServer, sql: str = "waited") -> int:
    """How many statements of ours that speak of `sql` the server is carrying out."""
    rows = server.execute(
        "postgres",
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ombudsman' "
        f"AND state = 'active' AND query LIKE '%{sql}%'",
    )
    return int(rows[0][0])


def until(claim: Callable[[], bool], *, within_s: float = 20) -> float:
    """Waits until the claim holds; the seconds that it took."""
    begin = time.monotonic()
    while not claim():
        assert time.monotonic() - begin < within_s, "it did not come true in time"
        time.sleep(0.02)
    return time.monotonic() - begin


def until_it_waits(
    process: subprocess.Popen[str], server: PostgresServer, sql: str = "waited"
) -> None:
    """Waits until the program has asked what takes for ever."""
    until(lambda: process.poll() is not None or under_way(server, sql) > 0)
    assert process.poll() is None, ended(process).all


def recorded(shop: Shop) -> dict[str, dict[str, Any]]:
    """What the only run of the shop has recorded, by step; the run itself by the name `run`."""
    (folder,) = (shop.folder / ".ombudsman" / "runs" / "pipeline").iterdir()
    steps = [json.loads(path.read_text()) for path in sorted((folder / "steps").glob("*.json"))]
    found = {step["step"]["id"]: step for step in steps}
    return found | {"run": json.loads((folder / "run.json").read_text())}


def results(shop: Shop, name: str) -> dict[str, Any]:
    """The steps of a results file without what differs from run to run."""
    steps = json.loads((shop.folder / name).read_text())["steps"]
    return {each["id"]: {k: v for k, v in each.items() if k != "statements"} for each in steps}


def goes_on_as_if_nothing_had_happened(shop: Shop) -> None:
    """`--resume` runs only what is open, and comes to what an uninterrupted run comes to."""
    before = recorded(shop)
    resumed = shop.call("run", "pipeline.yaml", "--resume", "--json", "resumed.json")
    assert resumed.code == 0, resumed.all
    after = recorded(shop)
    assert {name: after[name] for name in EARLY} == {name: before[name] for name in EARLY}
    assert after["run"]["id"] == before["run"]["id"]
    assert after["run"]["status"] == "passed"
    whole = shop.call("run", "pipeline.yaml", "--json", "whole.json")
    assert whole.code == 0
    assert results(shop, "resumed.json") == results(shop, "whole.json")
    assert results(shop, "whole.json")["count"]["found"] == {"count_differs": 1}


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_statements_and_the_run_can_go_on(
    sign: signal.Signals, shop: Shop, postgres: PostgresServer
):
    outputs = ("--json", "stopped.json", "--html", "stopped.html", "--junit", "stopped.xml")
    with begun("run", "pipeline.yaml", *outputs, cwd=shop.folder) as process:
        until_it_waits(process, postgres)
        assert set(recorded(shop)) >= EARLY, "a finished step is recorded at once"
        process.send_signal(sign)
        assert until(lambda: under_way(postgres) == 0) < 2
        told = ended(process, within_s=5)
    assert told.code == 3, told.all
    assert "Traceback" not in told.all
    statuses = {name: each["status"] for name, each in results(shop, "stopped.json").items()}
    assert statuses == {
        "count": "failed",
        "sums": "failed",
        **dict.fromkeys(("waiting", "also_waiting", "last"), "cancelled"),
    }
    assert recorded(shop)["run"]["status"] == "cancelled"
    assert (shop.folder / "stopped.html").stat().st_size > 1_000
    assert (shop.folder / "stopped.xml").read_text().count("<skipped") == 3
    postgres.execute("stopped_old", "UPDATE switch SET is_slow = false")
    goes_on_as_if_nothing_had_happened(shop)


def test_an_interrupt_while_the_catalogue_is_read_ends_with_3(shop: Shop, postgres: PostgresServer):
    with (
        postgres.connect("stopped_old") as session,
        session.transaction(),
        begun("run", "pipeline.yaml", cwd=shop.folder) as process,
    ):
        session.execute("LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE")
        until_it_waits(process, postgres, "wanted")
        process.send_signal(signal.SIGINT)
        assert until(lambda: under_way(postgres, "wanted") == 0) < 2
        told = ended(process, within_s=5)
    assert (told.code, told.err.strip()) == (3, "stopped")


def test_a_run_that_was_killed_can_go_on(shop: Shop, postgres: PostgresServer):
    """No chance to say goodbye: the record holds what was finished, and the server is asked to end the rest."""
    with begun("run", "pipeline.yaml", cwd=shop.folder) as process:
        until_it_waits(process, postgres)
    assert recorded(shop)["run"]["status"] == "running"
    postgres.execute(
        "stopped_old",
        "UPDATE switch SET is_slow = false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'ombudsman'",
    )
    goes_on_as_if_nothing_had_happened(shop)


# ------------------------------------------------------------ a server that dies


@pytest.fixture
def mortal() -> Iterator[PostgresServer]:
    """A server of the test's own, which may be killed."""
    with running_server() as server:
        yield server


@contextmanager
def risen(server: PostgresServer) -> Iterator[None]:
    """The server that was stopped, started again over its data."""
    owner = server.folder.stat()
    as_owner: dict[str, Any] = (
        {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        if os.geteuid() == 0
        else {}
    )
    again = subprocess.Popen(
        server.process.args,
        **as_owner,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: answers(server))
        yield
    finally:
        replace(server, process=again).stop()


def answers(server: PostgresServer) -> bool:
    import psycopg

    try:
        server.connect("postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_server_that_dies_in_mid_scan_costs_only_what_it_was_asked(
    tmp_path: Path, mortal: PostgresServer
):
    shop = make(tmp_path, mortal)
    outputs = ("--json", "lost.json", "--html", "lost.html", "--junit", "lost.xml")
    with begun("run", "pipeline.yaml", *outputs, cwd=shop.folder) as process:
        until_it_waits(process, mortal)
        mortal.stop()
        told = ended(process, within_s=20)
    assert told.code == 3, told.all
    assert "Traceback" not in told.all
    steps = results(shop, "lost.json")
    statuses = {name: each["status"] for name, each in steps.items()}
    assert statuses == {
        "count": "failed",
        "sums": "failed",
        "waiting": "errored",
        "also_waiting": "errored",
        "last": "skipped",
    }
    codes = {each["problem"]["code"] for each in steps.values() if each["problem"]}
    assert codes == {"connection_lost"}
    assert recorded(shop)["run"]["status"] == "errored"
    assert (shop.folder / "lost.html").stat().st_size > 1_000
    assert (shop.folder / "lost.xml").read_text().count("<error") == 2
    away = shop.call("run", "pipeline.yaml", "--resume")
    assert away.code == 3
    assert "no PostgreSQL server answers" in away.err
    with risen(mortal):
        mortal.execute("stopped_old", "UPDATE switch SET is_slow = false")
        goes_on_as_if_nothing_had_happened(shop)


def test_a_server_that_was_restarted_in_mid_run_has_lost_the_moment(
    tmp_path: Path, mortal: PostgresServer
):
    """What it would read now is another state of the data than the first steps saw."""
    from ombudsman.connections.connection import connect
    from ombudsman.model.errors import ConnectionLost

    del tmp_path
    settings = mortal.create_database("restarted")
    with connect("old", settings) as connection, connection.open() as reader:
        assert reader.query("SELECT 1").rows == [(1,)]
        mortal.stop()
        with pytest.raises(ConnectionLost):
            reader.query("SELECT 1")
        with risen(mortal):
            for _ in range(2 * connection.limits.max_concurrent_queries):  # none keeps its place
                with pytest.raises(ConnectionLost, match="the moment"):
                    reader.query("SELECT 1")
