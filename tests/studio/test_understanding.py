"""Relationships, their picture and the shapes of two sides, over the API: from catalogues, and from the database."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.studio.people import Studio, Team

from ombudsman.studio.security.roles import Role

SOURCE = """
create table customers (customer_id integer primary key, email varchar not null, name varchar not null);
create table orders (
  order_id integer primary key, customer_id integer not null references customers, placed date, amount decimal(10, 2)
);
create table returns (return_id integer primary key, order_id integer not null, why varchar);
create table only_here (a integer);
insert into customers select i, 'c' || i || '@example.com', 'c' || i from range(50) t(i);
insert into orders select i, i % 50, date '2024-01-01', 1.5 from range(200) t(i);
insert into returns select i, i * 2, 'late' from range(80) t(i);
"""
TARGET = """
create table customers (customer_id bigint primary key, email varchar, name varchar not null);
create table orders (order_id integer primary key, customer_id integer not null, placed date, amount decimal(6, 2));
create table returns (return_id integer primary key, order_id integer not null, why varchar);
create table only_there (a integer);
"""


@pytest.fixture
def team(studio: Studio) -> Team:
    """A project with two databases whose catalogues were read."""
    team = studio.team(studio.user("admin", Role.ADMINISTRATOR))
    folder = studio.on.settings.files_folder
    for name, script in (("source", SOURCE), ("target", TARGET)):
        _database(folder / f"{name}.duckdb", script)
        connection_id = _connection(team, name)
        read = team.editor.post("/metadata/extract", {"connection_id": connection_id})
        assert read.status_code == 200, read.text
    return team


def _database(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute(script)


def _connection(team: Team, name: str) -> str:
    settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
    body = {"project_id": team.project_id, "name": name, "settings": settings}
    made = team.steward.post("/connections", body)
    assert made.status_code == 201, made.text
    connection_id: str = made.json()["id"]
    return connection_id


def _id_of(team: Team, name: str) -> str:
    listed = team.editor.get("/connections", params={"project_id": team.project_id}).json()["items"]
    found: str = next(each["id"] for each in listed if each["name"] == name)
    return found


def _shapes(team: Team, **more: Any) -> Any:
    params = {"project_id": team.project_id, "source": "source", "target": "target"} | more
    return team.viewer.get("/execution/shape-comparison", params=params)


@pytest.mark.parametrize("look_up", [False, True])
def test_relationships_are_told_with_their_reasons(team: Team, look_up: bool) -> None:
    given = {"connection_id": _id_of(team, "source"), "look_up": look_up}
    asked = team.editor.post("/metadata/extract-relationships", given)
    assert asked.status_code == 200, asked.text
    told = asked.json()
    found = {
        (each["table"]["name"], each["referred"]["name"]): each for each in told["relationships"]
    }
    assert found["orders", "customers"]["declared"]
    inferred = found["returns", "orders"]
    assert not inferred["declared"]
    clues = {each["clue"] for each in inferred["evidence"]}
    assert ("inclusion" in clues) is look_up
    columns = {t["table"]: {c["name"]: c for c in t["columns"]} for t in told["tables"]}
    assert columns["main.customers"]["email"]["personal"]["kind"] == "email"
    assert columns["main.customers"]["name"]["meaning"]
    assert "@example.com" not in asked.text


def test_their_picture_shows_what_refers_and_what_is_referred_to(team: Team) -> None:
    told = team.viewer.get(f"/mermaid/erd/{_id_of(team, 'source')}").json()["mermaid"]
    assert told.startswith("erDiagram")
    assert "main.returns" in told
    assert "only_here" not in told


def test_looking_values_up_is_noted_with_whether_it_was_done(team: Team) -> None:
    given = {"connection_id": _id_of(team, "source"), "look_up": True}
    team.editor.post("/metadata/extract-relationships", given)
    (note,) = [each for each in team.studio.audited() if each.action == "metadata.relationships"]
    assert note.details == {"name": "source", "looked_up": True, "secret_used": False}


def test_shapes_are_compared_without_asking_a_database(team: Team) -> None:
    for name in ("source", "target"):
        (team.studio.on.settings.files_folder / f"{name}.duckdb").unlink()
    told = _shapes(team).json()
    differing = {each["source"]: each["differences"] for each in told["tables"]}
    assert {(d["check"], d["kind"], d["column"]) for d in differing["main.customers"]} == {
        ("validate_schema_nullability", "nullability_differs", "email")
    }
    assert {(d["kind"], d["column"]) for d in differing["main.orders"]} == {
        ("type_narrower", "amount"),
        ("key_differs", "customer_id"),
    }
    assert told["alike"] == 1
    assert told["unmapped_source"] == ["main.only_here"]
    assert told["unmapped_target"] == ["main.only_there"]
    assert not told["by_mapping"]


def test_the_mapping_of_the_project_says_what_answers_what(team: Team) -> None:
    path = f"/projects/{team.project_id}/mapping"
    table = {"source": "main.only_here", "target": "main.only_there", "where": "a > 0"}
    gone = {"source": "main.returns", "target": "main.nowhere"}
    saved = team.editor.put(path, {"tables": [table, gone]}, version=0)
    assert saved.status_code == 200, saved.text
    told = _shapes(team).json()
    assert told["by_mapping"]
    assert told["alike"] == 1
    ((difference,),) = [each["differences"] for each in told["tables"]]
    assert difference["kind"] == "table_missing"


def test_what_was_not_read_cannot_be_compared(team: Team) -> None:
    _database(team.studio.on.settings.files_folder / "third.duckdb", "create table t (a integer)")
    connection_id = _connection(team, "third")
    refused = _shapes(team, target="third")
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["pointer"] == "/target"
    assert team.viewer.get(f"/mermaid/erd/{connection_id}").status_code == 409
    given = {"connection_id": connection_id}
    assert team.editor.post("/metadata/extract-relationships", given).status_code == 409
    misspelt = _shapes(team, target="tagret")
    assert misspelt.status_code == 404
    assert "target" in misspelt.json()["hint"]


def _suggested(team: Team, **more: Any) -> dict[str, Any]:
    body = {"project_id": team.project_id, "source": "source", "target": "target"} | more
    asked = team.viewer.post("/mapping/suggest", body)
    assert asked.status_code == 200, asked.text
    told: dict[str, Any] = asked.json()
    return told


def test_a_mapping_is_proposed_with_confidence_and_reasons(team: Team) -> None:
    found = {each["source"]["name"]: each for each in _suggested(team)["matches"]}
    orders = found["orders"]
    assert orders["target"]["name"] == "orders"
    assert orders["lane"] == "auto"
    assert orders["confidence"] >= 0.9
    assert all(each["said"] for each in orders["evidence"])
    assert {column["source"] for column in orders["columns"]} == {
        "order_id",
        "customer_id",
        "placed",
        "amount",
    }


def test_what_persons_decided_stands_and_is_never_proposed_again(team: Team) -> None:
    path = f"/projects/{team.project_id}/mapping"
    refused = {"verdict": "reject", "source": "main.orders", "target": "main.orders"}
    confirmed = {"verdict": "confirm", "source": "main.only_here", "target": "main.only_there"}
    body = {"tables": [], "decisions": [refused, confirmed]}
    saved = team.editor.put(path, body, version=0)
    assert saved.status_code == 200, saved.text
    assert saved.json()["decisions"] == [refused, confirmed]
    assert team.viewer.get(path).json()["decisions"] == [refused, confirmed]
    steered = _suggested(team)
    pairs = {(each["source"]["name"], each["target"]["name"]) for each in steered["matches"]}
    assert ("orders", "orders") not in pairs
    assert ("only_here", "only_there") in pairs
    assert len(steered["decisions"]) == 2
    again = {"tables": steered["tables"], "decisions": steered["decisions"]}
    assert team.editor.put(path, again, version=1).status_code == 200
    free = _suggested(team, keep_decided=False)
    assert ("orders", "orders") in {
        (each["source"]["name"], each["target"]["name"]) for each in free["matches"]
    }


def test_decisions_that_make_no_sense_are_refused_with_their_place(team: Team) -> None:
    body = {"tables": [], "decisions": [{"verdict": "perhaps", "source": "a", "target": "b"}]}
    told = team.editor.put(f"/projects/{team.project_id}/mapping", body, version=0)
    assert told.status_code == 422, told.text
    assert told.json()["errors"][0]["pointer"] == "/decisions/0/verdict"
