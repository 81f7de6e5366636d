"""Runs through the API: asked for, watched, looked into, ended, and run again, on both stores."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.pipeline.databases import make_databases
from tests.pipeline.test_rows import ENDLESS
from tests.studio.people import PASSWORD, Person, Studio, Team
from tests.studio.work.queued import TEXT, enqueue

from ombudsman.studio.ids import new_id
from ombudsman.studio.security.roles import Role
from ombudsman.studio.upkeep import sweep
from ombudsman.studio.work.embedded import studio_worker

OVER = {"passed", "failed", "errored", "cancelled"}


def with_databases(studio: Studio) -> Team:
    """A team whose project knows two small databases."""
    team = studio.team(studio.user("admin", Role.ADMINISTRATOR))
    make_databases(studio.on.settings.files_folder)
    for name in ("source", "target"):
        body = {
            "project_id": team.project_id,
            "name": name,
            "settings": {"engine": "duckdb", "path": f"{name}.duckdb"},
        }
        made = team.steward.post("/connections", body)
        assert made.status_code == 201, made.text
    return team


@pytest.fixture
def team(working_studio: Studio) -> Team:
    """Such a team, and a worker that executes its runs."""
    return with_databases(working_studio)


def saved(team: Team, text: str = TEXT) -> str:
    """A pipeline of the project; its id."""
    made = team.editor.post("/pipelines/", {"project_id": team.project_id, "yaml": text})
    assert made.status_code == 201, made.text
    pipeline_id: str = made.json()["id"]
    return pipeline_id


def begun(person: Person, pipeline_id: str, **given: Any) -> dict[str, Any]:
    """A run of the pipeline, asked for."""
    asked = person.post(f"/pipelines/{pipeline_id}/execute", given)
    assert asked.status_code == 202, asked.text
    told: dict[str, Any] = asked.json()
    return told


def awaited(person: Person, run_id: str) -> dict[str, Any]:
    """The run, once it is over."""
    ends = time.monotonic() + 30
    while True:
        run: dict[str, Any] = person.get(f"/execution/results/{run_id}").json()
        if run["status"] in OVER:
            return run
        assert time.monotonic() < ends, run["status"]
        time.sleep(0.05)


def statuses(run: dict[str, Any]) -> dict[str, str]:
    return {each["step_id"]: each["status"] for each in run["timeline"]}


def test_a_pipeline_runs_and_says_what_it_found(team: Team) -> None:
    pipeline_id = saved(team)
    asked = begun(team.runner, pipeline_id)
    assert (asked["number"], asked["status"], asked["trigger"]) == (1, "queued", "person")
    run = awaited(team.viewer, asked["id"])
    assert run["status"] == "failed"
    assert run["steps"] == {"passed": 2, "failed": 2}
    assert statuses(run) == {
        "items": "passed",
        "orders": "failed",
        "rows": "failed",
        "nulls": "passed",
    }
    assert [each["has_rows"] for each in run["timeline"]] == [False, False, True, False]
    assert {each["source"]["name"] for each in run["coverage"]} == {"items", "orders"}
    result = team.viewer.get(f"/execution/results/{run['id']}/steps/1").json()
    assert result["result"]["findings"][0]["message"] == "100 rows in source, 99 in target"
    assert {each["side"] for each in result["result"]["statements"]} == {"source", "target"}
    rows = team.viewer.get(f"/execution/results/{run['id']}/steps/2")
    assert rows.json()["result"]["rows"]["rows_file"] is None, (
        "where files are is nobody's business"
    )
    listed = team.viewer.get("/execution/history", params={"project_id": team.project_id}).json()
    assert [(each["id"], each["status"]) for each in listed["items"]] == [(run["id"], "failed")]


def test_the_same_request_sent_twice_is_one_run(team: Team) -> None:
    pipeline_id = saved(team)
    headers = {"Idempotency-Key": "once"}
    path = f"/pipelines/{pipeline_id}/execute"
    told = [team.runner.post(path, {}, headers=headers).json()["id"] for _ in range(3)]
    assert len(set(told)) == 1
    other = team.runner.post(path, {"only": ["items"]}, headers=headers)
    assert other.status_code == 422


def test_events_are_told_as_they_happen_and_from_where_one_left_off(team: Team) -> None:
    run_id = begun(team.runner, saved(team))["id"]
    stream = team.viewer.get(f"/execution/events/{run_id}")
    assert stream.headers["content-type"].startswith("text/event-stream")
    events = parsed(stream.text)
    assert (events[0]["event"], events[-1]["event"]) == ("RunStarted", "End")
    numbers = [int(each["id"]) for each in events[:-1]]
    assert numbers == list(range(1, len(numbers) + 1))
    finished = [each for each in events if each["event"] == "StepFinished"]
    assert {json.loads(each["data"])["about"]["step_id"] for each in finished} == {
        *("items", "orders", "rows", "nulls")
    }
    rest = team.viewer.get(
        f"/execution/events/{run_id}", headers={"Last-Event-ID": str(numbers[-3])}
    )
    assert [each.get("id") for each in parsed(rest.text)] == [
        *(str(number) for number in numbers[-2:]),
        None,
    ]
    wrong = team.viewer.get(f"/execution/events/{run_id}", headers={"Last-Event-ID": "x"})
    assert wrong.status_code == 422


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a stream."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    events = []
    for block in blocks:
        lines = (line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        events.append(dict(lines))
    return [event for event in events if event]


def test_what_did_not_pass_can_run_again(team: Team) -> None:
    first = awaited(team.runner, begun(team.runner, saved(team))["id"])
    path = f"/execution/again/{first['id']}"
    second = awaited(team.runner, team.runner.post(path, {}).json()["id"])
    assert second["base_run_id"] == first["id"]
    assert statuses(second) == {"items": "passed", "orders": "failed", "rows": "failed"}
    from_items = team.runner.post(path, {"from_step": "items"}).json()
    assert set(statuses(awaited(team.runner, from_items["id"]))) == {"items", "rows", "nulls"}
    nothing = team.runner.post(path, {"steps": "errored"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "conflict")
    unknown = team.runner.post(path, {"from_step": "itmes"})
    assert unknown.status_code == 409


def test_a_run_keeps_to_the_text_that_it_was_asked_for(team: Team, working_studio: Studio) -> None:
    pipeline_id = saved(team)
    run = awaited(team.runner, begun(team.runner, pipeline_id, only=["items"])["id"])
    assert statuses(run) == {"items": "passed"}
    changed = TEXT.replace("id: items", "id: things").replace("[items]", "[things]")
    working_studio.clock.forward(seconds=1)
    put = team.editor.put(f"/pipelines/{pipeline_id}", {"yaml": changed}, version=1)
    assert put.status_code == 200, put.text
    again = team.runner.post(f"/execution/again/{run['id']}", {"steps": "all"}).json()
    assert statuses(awaited(team.runner, again["id"])) == {"items": "passed"}


def test_what_runs_again_are_the_steps_that_were_planned(
    team: Team, working_studio: Studio
) -> None:
    text = """
    name: wide
    source: source
    target: target
    steps:
      - {id: counts, validator: validate_record_counts, tables: all}
    """
    first = awaited(team.runner, begun(team.runner, saved(team, text))["id"])
    for name in ("source", "target"):
        with duckdb.connect(
            str(working_studio.on.settings.files_folder / f"{name}.duckdb")
        ) as database:
            database.execute("CREATE TABLE later AS SELECT 1 AS id")
    again = team.runner.post(f"/execution/again/{first['id']}", {"steps": "all"}).json()
    second = awaited(team.runner, again["id"])
    assert len(statuses(first)) == 2
    assert statuses(second) == statuses(first)


def test_cancelling_ends_the_statements_of_a_run_under_way(
    team: Team, working_studio: Studio
) -> None:
    for name in ("source", "target"):
        with duckdb.connect(
            str(working_studio.on.settings.files_folder / f"{name}.duckdb")
        ) as database:
            database.execute(ENDLESS)
    text = """
    name: endless
    source: source
    target: target
    steps:
      - {id: rows, validator: validate_rows, table: main.endless, params: {key: [id]}}
      - {id: after, validator: validate_nulls, table: main.items, needs: [rows]}
    """
    run_id = begun(team.runner, saved(team, text))["id"]
    ends = time.monotonic() + 30
    while statuses(run := team.viewer.get(f"/execution/results/{run_id}").json()) != {
        "rows": "running",
        "after": "pending",
    }:
        assert time.monotonic() < ends, (run["status"], run["timeline"], run["problem"])
        time.sleep(0.05)
    asked = team.runner.post(f"/execution/cancel/{run_id}").json()
    assert (asked["status"], asked["cancel_requested"] is None) == ("running", False)
    began = time.monotonic()
    run = awaited(team.viewer, run_id)
    assert time.monotonic() - began < 15
    assert (run["status"], run["steps"]) == ("cancelled", {"cancelled": 2})
    assert set(statuses(run).values()) == {"cancelled"}
    events = parsed(team.viewer.get(f"/execution/events/{run_id}").text)
    assert [each["event"] for each in events[-2:]] == ["RunFinished", "End"]


def test_cancelling_what_is_over_changes_nothing(team: Team, working_studio: Studio) -> None:
    run = awaited(team.runner, begun(team.runner, saved(team))["id"])
    over = team.runner.post(f"/execution/cancel/{run['id']}")
    assert (over.status_code, over.json()["status"]) == (202, "failed")
    assert over.json()["cancel_requested"] is None


def test_any_value_of_a_row_can_be_told(team: Team, working_studio: Studio) -> None:
    folder = working_studio.on.settings.files_folder
    for name, rows in (("source", "(chr(0) || 'x', 'NaN'), ('y', 1)"), ("target", "('y', 1)")):
        with duckdb.connect(str(folder / f"{name}.duckdb")) as database:
            database.execute("CREATE TABLE odd (id VARCHAR, value DOUBLE)")
            database.execute(f"INSERT INTO odd VALUES {rows}")
    text = """
    name: odd
    source: source
    target: target
    steps:
      - {id: rows, validator: validate_rows, table: main.odd, params: {key: [id]}}
      - {id: numbers, validator: validate_statistics, table: main.odd, params: {columns: [value]}}
    """
    run = awaited(team.runner, begun(team.runner, saved(team, text))["id"])
    assert (run["status"], statuses(run)["rows"]) == ("failed", "failed"), run["problem"]
    assert team.owner.post("/auth/confirm", {"password": PASSWORD}).status_code == 204
    why = {"params": {"reason": "odd values are looked for"}}
    told = team.owner.get(f"/execution/results/{run['id']}/steps/0", **why).json()
    assert told["result"]["findings"][0]["key"] == ["\x00x"]
    numbers = team.owner.get(f"/execution/results/{run['id']}/steps/1", **why)
    assert (numbers.status_code, "NaN" in numbers.text) == (200, True), numbers.text


def test_a_token_for_executing_is_enough_to_execute(team: Team) -> None:
    asked = {"name": "nightly", "scopes": ["execute"], "project_id": team.project_id}
    token = team.runner.post("/auth/tokens", asked).json()["token"]
    program = dataclasses.replace(team.runner, access_token=token)
    pipeline_id = saved(team)
    assert awaited(team.viewer, begun(program, pipeline_id)["id"])["status"] == "failed"
    assert program.get(f"/pipelines/{pipeline_id}").status_code == 403


def test_health_tells_how_the_worker_is(team: Team, working_studio: Studio) -> None:
    def told() -> tuple[str, Any]:
        answer = team.viewer.get("/health").json()
        worker = next(each for each in answer["services"] if each["name"] == "worker")
        return answer["status"], worker

    status, worker = told()
    assert (status, worker["status"]) == ("ok", "ok")
    assert worker["message"].startswith("0 runs under way, looked for more ")
    working_studio.app.state.worker.stop()
    status, worker = told()
    assert (status, worker["status"]) == ("failed", "failed")


def test_what_cannot_run_says_why(team: Team, working_studio: Studio) -> None:
    pipeline_id = saved(team)
    (working_studio.on.settings.files_folder / "target.duckdb").unlink()
    run = awaited(team.runner, begun(team.runner, pipeline_id)["id"])
    assert run["status"] == "errored"
    assert run["problem"]["code"] == "unreachable"
    assert run["timeline"] == []


def test_who_lost_the_right_has_no_run_any_more(studio: Studio) -> None:
    team = with_databases(studio)
    run_id = begun(team.runner, saved(team))["id"]
    with studio.on.store.writing() as unit:
        member = unit.projects.membership(team.project_id, team.runner.id)
        assert member is not None
        unit.projects.remove_member(member)
    worker = studio_worker(studio.on)
    worker.start()
    try:
        run = awaited(team.viewer, run_id)
    finally:
        worker.stop()
    assert (run["status"], run["problem"]["code"]) == ("errored", "not_allowed")
    assert run["timeline"] == []


@pytest.mark.parametrize("path", ["/execution/results/{}", "/execution/results/{}/steps/0"])
def test_there_is_no_such_run(team: Team, path: str) -> None:
    assert team.viewer.get(path.format(new_id())).status_code == 404


def test_another_projects_runs_are_not_there(team: Team, working_studio: Studio) -> None:
    run = begun(team.runner, saved(team))["id"]
    admin = working_studio.user("other-admin", Role.ADMINISTRATOR)
    strangers = working_studio.team(admin, "strangers")
    for method, path in (
        ("GET", f"/execution/results/{run}"),
        ("GET", f"/execution/results/{run}/steps/0"),
        ("GET", f"/execution/events/{run}"),
        ("POST", f"/execution/cancel/{run}"),
        ("POST", f"/execution/again/{run}"),
    ):
        answered = strangers.owner.ask(method, path, {} if method == "POST" else None)
        assert answered.status_code == 404, path


def rows_of(studio: Studio, run_id: str) -> Path:
    return studio.on.settings.data_folder / "results" / run_id


def test_rows_are_kept_below_the_data_folder_and_go_with_their_project(
    team: Team, working_studio: Studio
) -> None:
    run = awaited(team.runner, begun(team.runner, saved(team))["id"])
    folder = rows_of(working_studio, run["id"])
    assert [each.name for each in folder.iterdir()] == ["0002-1.parquet"]
    admin = working_studio.user("remover", Role.ADMINISTRATOR)
    gone = admin.ask("DELETE", f"/projects/{team.project_id}", version=1)
    assert gone.status_code == 204, gone.text
    assert not folder.exists()


def test_files_that_no_result_names_are_swept(team: Team, working_studio: Studio) -> None:
    on = working_studio.on
    run = awaited(team.runner, begun(team.runner, saved(team))["id"])
    over, gone = rows_of(working_studio, run["id"]), rows_of(working_studio, new_id())
    with on.store.writing() as unit:
        user = unit.runs.get(run["id"]).started_by
        under_way = enqueue(unit, team.project_id, user)
        assert unit.runs.take(under_way, worker="elsewhere", lease_s=600)
        unit.runs.give_back_all()
        assert unit.runs.take(under_way, worker="elsewhere", lease_s=600)
    files = {
        over / "0002-2.parquet": False,
        over / "0002-1.parquet.part": False,
        gone / "0000-1.parquet": False,
        rows_of(working_studio, under_way) / "0000-1.parquet": False,
        rows_of(working_studio, under_way) / "0000-2.parquet.part": True,
        over.with_name("not-ours") / "0000-1.parquet": True,
    }
    for path in files:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    sweep(on)
    files[over / "0002-1.parquet"] = True
    assert {path: path.exists() for path in files} == files
    assert not gone.exists()
