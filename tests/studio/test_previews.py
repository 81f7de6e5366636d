"""What a run would ask first, told over the API from catalogues that were read, and asked by a run."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.studio.people import Person, Studio, Team

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import parse_pipeline_file
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.studio.security.roles import Role
from ombudsman.validators.registry import catalogue

SECRET = "4242-Zaphod"
SCRIPT = f"""
create table orders (id integer primary key, amount decimal(10, 2), note varchar);
insert into orders select i, i / 4, '{SECRET}' from range(200) t(i);
create table items (id integer primary key, price double);
"""
PIPELINE = """
name: shop
source: old
target: new
steps:
  - {id: counts, validator: validate_record_counts, tables: all}
  - {id: nulls, validator: validate_nulls, table: main.orders, needs: [types]}
  - {id: types, validator: validate_schema_datatypes, table: main.orders}
"""
BAD = "  - {id: bad, validator: validate_nulls, table: main.orders, params: {columns: [amont]}}\n"


@pytest.fixture
def team(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Team:
    """A project whose two databases were read once, and are not reached any more."""
    team = studio.team(studio.user("admin", Role.ADMINISTRATOR))
    for name in ("old", "new"):
        _database(studio.on.settings.files_folder / f"{name}.duckdb")
        settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
        body = {"project_id": team.project_id, "name": name, "settings": settings}
        connection_id = team.steward.post("/connections", body).json()["id"]
        read = team.editor.post("/metadata/extract", {"connection_id": connection_id})
        assert read.status_code == 200, read.text

    def unreachable(_: Connection) -> None:
        raise AssertionError("a database was asked")

    monkeypatch.setattr(Connection, "open", unreachable)
    return team


def _database(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute(SCRIPT)


def asked(by: Person, **given: Any) -> Any:
    return by.post("/pipelines/preview", given)


def told(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_text_is_told_from_the_kept_catalogues_and_no_database_is_asked(team: Team):
    found = told(asked(team.viewer, project_id=team.project_id, yaml=PIPELINE))
    steps = {each["id"]: each for each in found["steps"]}
    assert steps.keys() == {"counts.items", "counts.orders", "nulls", "types"}
    assert steps["types"]["statements"] == []
    shared = [each for each in found["statements"] if "nulls" in each["steps"]]
    assert [(each["side"], each["table"], each["rows"]) for each in shared] == [
        ("source", "main.orders", 200),
        ("target", "main.orders", 200),
    ]
    assert all(each["steps"] == ["counts.orders", "nulls"] for each in shared)
    assert all(each["sql"].startswith("SELECT count(*)") for each in shared)
    assert found["source"] == {"statements": 2, "rows": 200, "unknown": [], "credits": None}
    assert SECRET not in str(found)


def test_a_saved_pipeline_is_told_as_its_text_is(team: Team):
    body = {"project_id": team.project_id, "yaml": PIPELINE}
    saved = team.editor.post("/pipelines/", body).json()["id"]
    assert told(asked(team.viewer, pipeline_id=saved)) == told(asked(team.viewer, **body))


def test_what_cannot_be_used_is_told_of_its_step_alone(team: Team):
    found = told(asked(team.viewer, project_id=team.project_id, yaml=PIPELINE + BAD))
    problems = {each["id"]: each["problems"] for each in found["steps"] if each["problems"]}
    assert list(problems) == ["bad"]
    assert "no column 'amont'" in problems["bad"][0]
    assert len(found["statements"]) == 4


def test_only_some_steps_are_told(team: Team):
    text = {"project_id": team.project_id, "yaml": PIPELINE}
    found = told(asked(team.viewer, **text, only=["nulls"]))
    assert [each["id"] for each in found["steps"]] == ["nulls", "types"]
    none = asked(team.viewer, **text, only=["nuls"])
    assert none.status_code == 422
    assert none.json()["errors"][0]["pointer"] == "/only"


WRONG: dict[str, tuple[dict[str, str], int, str]] = {
    "nothing": ({}, 422, "/project_id"),
    "no project": ({"yaml": PIPELINE}, 422, "/project_id"),
    "both": ({"yaml": PIPELINE, "pipeline_id": "x"}, 422, "/pipeline_id"),
    "no yaml": ({"project_id": "p", "yaml": "steps: ["}, 422, "/yaml"),
    "unknown connection": (
        {"project_id": "p", "yaml": PIPELINE.replace("old", "olde")},
        422,
        "/yaml/source",
    ),
    "no table of a template": (
        {"project_id": "p", "yaml": PIPELINE.replace("all", "[nothing.*]")},
        422,
        "/yaml",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_refused_with_its_pointer(team: Team, wrong: str):
    given, status, pointer = WRONG[wrong]
    saved = team.editor.post("/pipelines/", {"project_id": team.project_id, "yaml": PIPELINE})
    ids = {"p": team.project_id, "x": saved.json()["id"]}
    body = {key: ids.get(value, value) for key, value in given.items()}
    answer = asked(team.viewer, **body)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


def test_too_many_steps_are_not_told_in_one_go(team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ombudsman.studio.services.previews.MOST_STEPS", 3)
    text = {"project_id": team.project_id, "yaml": PIPELINE}
    refused = asked(team.viewer, **text)
    assert refused.status_code == 422
    assert "4 steps" in refused.text
    assert len(told(asked(team.viewer, **text, only=["counts"]))["steps"]) == 2


def test_a_catalogue_that_was_not_read_is_a_conflict(team: Team):
    settings = {"engine": "duckdb", "path": "new.duckdb"}
    body = {"project_id": team.project_id, "name": "unread", "settings": settings}
    assert team.steward.post("/connections", body).status_code == 201
    text = PIPELINE.replace("target: new", "target: unread")
    answer = asked(team.viewer, project_id=team.project_id, yaml=text)
    assert answer.status_code == 409
    assert "was not read yet" in answer.text


def test_who_may_not_read_catalogues_is_told_nothing(team: Team, studio: Studio):
    body = {"project_id": team.project_id, "yaml": PIPELINE}
    saved = team.editor.post("/pipelines/", body).json()["id"]
    auditor = studio.user("auditor", Role.AUDITOR)
    assert auditor.get(f"/pipelines/{saved}").status_code == 200
    assert asked(auditor, pipeline_id=saved).status_code == 404
    assert asked(auditor, **body).status_code == 404


def test_a_run_asks_what_was_told(team: Team, studio: Studio, monkeypatch: pytest.MonkeyPatch):
    found = told(asked(team.viewer, project_id=team.project_id, yaml=PIPELINE))
    monkeypatch.undo()
    known = {name: validator.params for name, validator in catalogue().items()}
    file = parse_pipeline_file(PIPELINE, known_validators=known)
    folder = studio.on.settings.files_folder
    with (
        connect("old", DuckDbSettings(path=folder / "old.duckdb")) as old,
        connect("new", DuckDbSettings(path=folder / "new.duckdb")) as new,
        Session(old, new) as session,
    ):
        run = run_pipeline(expand(file, session.mapping, source=session.source), session)
    evidence = {
        (each.side.value, each.sql)
        for step in run.steps
        if step.result is not None
        for each in step.result.statements
    }
    assert {(each["side"], each["sql"]) for each in found["statements"]} == evidence
