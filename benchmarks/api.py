"""Does the studio's API hold what its description promises, whatever is sent to it, and whoever sends it?

Schemathesis makes requests out of the description, right ones and wrong ones, and looks whether each answer is one that
the description declares: no fault of the server (5xx), no status, media type or body that is not told there. As every
role, and as nobody. Identifiers in paths are real ones, so that requests come through to the work.

Not sent: `logout` and `change_password`, after which nothing but 401 would come.
"""

import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import uvicorn
from tests.studio.client import Client
from tests.studio.conftest import Clock, opened
from tests.studio.people import Person, Studio

from ombudsman.studio.app import create_app
from ombudsman.studio.logs import Secrets, set_up_logging
from ombudsman.studio.security.roles import Role
from ombudsman.studio.work.embedded import studio_worker

CASES_EACH = 8
"""Requests that are made up for each operation, at most; for the owner the coverage of edges comes on top."""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LEFT_OUT = ("logout", "change_password")
SETTINGS = {"engine": "duckdb", "path": "some.duckdb"}
PIPELINE = {
    "name": "p",
    "source": "c",
    "target": "c",
    "steps": [{"id": "s", "validator": "validate_record_counts", "table": "main.t"}],
}


def run(cases_each: int = CASES_EACH, seed: int = 1) -> dict[str, Any]:
    """Cases sent and passed, as each role. Goal: ten thousand cases, none fails."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (url, people, ids):
        for who, token in people.items():
            began = time.perf_counter()
            phases = "coverage,fuzzing" if who == Role.OWNER else "fuzzing"
            options = ("--phases", phases, "-n", str(cases_each), "--seed", str(seed))
            generated, passed = _fuzzed(url, token, ids, Path(folder), options)
            told[who] = {
                "cases": generated,
                "failed": generated - passed,
                "seconds": round(time.perf_counter() - began),
            }
    return {
        "seed": seed,
        "cases": sum(each["cases"] for each in told.values()),
        "failed": sum(each["failed"] for each in told.values()),
        "as": told,
        "goal": "10,000 cases, none fails",
    }


def _fuzzed(
    url: str, token: str, ids: Mapping[str, str], folder: Path, options: tuple[str, ...]
) -> tuple[int, int]:
    config = folder / "schemathesis.toml"
    lines = [f'"path.{name}" = "{value}"' for name, value in ids.items()]
    config.write_text("[parameters]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), f"--config-file={config}", "run"),
        *(f"{url}/openapi.json", "--checks", CHECKS, *options, "--continue-on-failure"),
        *("--no-color", "--suppress-health-check", "all"),
        *(part for name in LEFT_OUT for part in ("--exclude-operation-id", name)),
        *(("-H", f"Authorization: Bearer {token}") if token else ()),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = re.search(r"([\d,]+) generated", done.stdout)
    passed = re.search(r"([\d,]+) passed", done.stdout.partition("Test cases:")[2])
    if found is None or passed is None:
        raise RuntimeError(done.stdout[-4_000:] + done.stderr[-2_000:])
    if done.returncode:
        print(done.stdout[-8_000:])
    return _number(found[1]), _number(passed[1])


def _number(text: str) -> int:
    return int(text.replace(",", ""))


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """A server with everybody in it: its URL, the token of each, and the ids of what there is."""
    set_up_logging(Secrets(), folder / "logs", to_terminal=False)
    clock = Clock()
    on = opened(folder / "data", clock, ovs_registration="open")
    with duckdb.connect(on.settings.files_folder / SETTINGS["path"]) as database:
        database.execute("create table t as select i as a, 'text ' || i as b from range(50) r(i)")
    app = create_app(on, worker=studio_worker(on), knocks_per_minute=10**6)
    with Client(app) as client:
        studio = Studio(on, app, client, clock)
        people, ids = _peopled(studio)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}", people, ids
            finally:
                server.should_exit = True
                thread.join()


def _peopled(studio: Studio) -> tuple[dict[str, str], dict[str, str]]:
    team = studio.new_project()
    users: dict[str, Person] = {
        "administrator": studio.user("an administrator", Role.ADMINISTRATOR),
        "auditor": studio.user("an auditor", Role.AUDITOR),
        "user": studio.user("a user"),
        **{role.value: person for role, person in team.members.items()},
    }
    owner, project = team.members[Role.OWNER], {"project_id": team.project_id}

    def made(path: str, body: dict[str, Any]) -> str:
        answer = owner.post(path, project | body)
        answer.raise_for_status()
        return str(answer.json()["id"])

    ids = {
        "project_id": team.project_id,
        "user_id": users["user"].id,
        "connection_id": made("/connections", {"name": "c", "settings": SETTINGS}),
        "pipeline_id": made("/pipelines/", {"definition": PIPELINE}),
        "rule_id": made("/rules", {"name": "r", "table": "main.t", "condition": "a > 0"}),
    }
    times = {"pipeline_id": ids["pipeline_id"], "cron": "30 2 * * *"}
    schedule = owner.post(f"/projects/{team.project_id}/schedules", times)
    ids["schedule_id"] = str(schedule.json()["id"])
    owner.post("/metadata/extract", {"connection_id": ids["connection_id"]}).raise_for_status()
    run = owner.post(f"/pipelines/{ids['pipeline_id']}/execute", {}).json()["id"]
    ids["execution_id"] = ids["base_id"] = run
    export = owner.ask(
        "POST",
        "/workload/analyze",
        params=project | {"connection_id": ids["connection_id"]},
        content=b'[{"query_sql_text": "select a, count(*) from t group by a"}]',
    )
    ids["workload_id"] = str(export.json()["id"])
    for path in (f"/execution/results/{run}", f"/workload/{ids['workload_id']}"):
        while owner.get(path).json()["status"] in {"queued", "running", "reading"}:
            time.sleep(0.1)
    return {"nobody": ""} | {who: person.access_token for who, person in users.items()}, ids
