"""A look at a table over the API: rows and figures, masked unless an owner says why, and the audit tells it."""

from typing import Any

import duckdb
import pytest
from tests.studio.people import PASSWORD, Studio, Team

from ombudsman.model.errors import ObjectNotFound, StatementInvalid
from ombudsman.studio.errors import words_of_driver
from ombudsman.studio.security.roles import Role

WHY = "a customer asked about order 7"


@pytest.fixture
def connection_id(studio: Studio, team: Team) -> str:
    """A database with a table, whose catalogue was read."""
    path = studio.on.settings.files_folder / "sales.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "create table people (id integer primary key, name varchar, born date, tags varchar[]);"
            "insert into people values"
            " (1, 'Huber', '1980-05-01', ['a']), (2, 'Maier', null, null), (3, 'Huber', null, [])"
        )
    body = {
        "project_id": team.project_id,
        "name": "sales",
        "settings": {"engine": "duckdb", "path": "sales.duckdb"},
    }
    made = team.steward.post("/connections", body)
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    read = team.steward.post("/metadata/extract", {"connection_id": found})
    assert read.status_code == 200, read.text
    return found


@pytest.fixture
def team(studio: Studio) -> Team:
    return studio.team(studio.user("admin", Role.ADMINISTRATOR))


def given(connection_id: str, **more: Any) -> dict[str, Any]:
    return {"connection_id": connection_id, "table": "main.people"} | more


def test_rows_are_shown_masked(team: Team, connection_id: str) -> None:
    asked = team.editor.post("/data/preview", given(connection_id))
    assert asked.status_code == 200, asked.text
    told = asked.json()
    assert told["masked"]
    assert told["columns"] == ["id", "name", "born", "tags"]
    assert told["types"][:3] == ["INTEGER", "VARCHAR", "DATE"]
    names = [row[1] for row in told["rows"]]
    assert names[0] == names[2] != names[1]
    assert [row[2] for row in told["rows"]][1] is None
    assert not any(value in asked.text for value in ("Huber", "Maier", "1980"))


def test_an_owner_who_says_why_sees_them_plain_and_the_audit_tells_it(
    team: Team, connection_id: str
) -> None:
    team.owner.post("/auth/confirm", {"password": PASSWORD})
    told = team.owner.post("/data/preview", given(connection_id, limit=2, reason=WHY)).json()
    assert not told["masked"]
    assert told["rows"] == [[1, "Huber", "1980-05-01", ["a"]], [2, "Maier", None, None]]
    noted = {each.action: each.details for each in team.studio.audited()}
    assert noted["rows.plain"]["reason"] == WHY
    assert noted["data.preview"] == {"table": "main.people", "secret_used": False}
    refused = team.editor.post("/data/preview", given(connection_id, reason=WHY))
    assert refused.status_code == 403


def test_a_long_text_is_cut(team: Team, connection_id: str) -> None:
    with duckdb.connect(team.studio.on.settings.files_folder / "sales.duckdb") as connection:
        connection.execute("update people set name = repeat('x', 1000000)")
    team.owner.post("/auth/confirm", {"password": PASSWORD})
    asked = team.owner.post("/data/preview", given(connection_id, reason=WHY))
    assert asked.status_code == 200, asked.text
    assert {row[1] for row in asked.json()["rows"]} == {"x" * 4_096 + "..."}


def test_columns_are_told_in_figures(team: Team, connection_id: str) -> None:
    told = team.editor.post("/data/profile", given(connection_id)).json()
    assert told["rows"] == 3
    columns = {each["name"]: each for each in told["columns"]}
    assert (columns["id"]["nulls"], columns["id"]["distinct"]) == (0, 3)
    assert (columns["name"]["nulls"], columns["name"]["distinct"]) == (0, 2)
    assert (columns["born"]["nulls"], columns["born"]["distinct"]) == (2, 1)
    assert (columns["tags"]["nulls"], columns["tags"]["distinct"]) == (1, None)
    assert columns["name"]["least"].startswith("***")
    team.owner.post("/auth/confirm", {"password": PASSWORD})
    plain = team.owner.post("/data/profile", given(connection_id, reason=WHY)).json()
    columns = {each["name"]: each for each in plain["columns"]}
    assert (columns["name"]["least"], columns["name"]["greatest"]) == ("Huber", "Maier")
    assert columns["born"]["least"] == "1980-05-01"


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"table": "main.poeple"}, 404, "main.people"),
        ({"table": 'main.people"; drop table people; --'}, 404, ""),
        ({"limit": 101}, 422, ""),
        ({"table": ""}, 422, ""),
    ],
)
def test_what_is_not_there_is_not_read(
    team: Team, connection_id: str, asked: dict[str, Any], status: int, words: str
) -> None:
    refused = team.editor.post("/data/preview", given(connection_id) | asked)
    assert refused.status_code == status, refused.text
    assert words in refused.text
    assert team.viewer.post("/data/preview", given(connection_id)).status_code == 403


def test_a_value_that_breaks_a_view_reaches_neither_the_answer_nor_the_log(
    team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    path = team.studio.on.settings.files_folder / "views.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "create table n (a varchar); insert into n values ('Zaphod');"
            "create view people as select cast(a as integer) as b from n"
        )
    settings = {"engine": "duckdb", "path": "views.duckdb"}
    body = {"project_id": team.project_id, "name": "views", "settings": settings}
    views = team.steward.post("/connections", body).json()["id"]
    team.steward.post("/metadata/extract", {"connection_id": views})
    asked = team.editor.post("/data/preview", given(views))
    assert asked.status_code == 502, asked.text
    logged = capsys.readouterr()
    assert "Could not convert string ***" in logged.out + logged.err
    assert "Zaphod" not in asked.text + logged.out + logged.err


DRIVERS_SAY = {
    'invalid input syntax for type integer: "Zaphod"': "invalid input syntax for type integer: ***",
    "Conversion failed when converting the varchar value 'Zaphod' to data type int.": (
        "Conversion failed when converting the varchar value *** to data type int."
    ),
    "Could not convert string 'O'Zaphod' to INT32": "Could not convert string *** to INT32",
    "It can't be: 'Zaphod' is none": "It can*** is none",
    "Type INT64 with value 4711 can't be cast": "Type INT64 with *** can't be cast",
}


@pytest.mark.parametrize("words", DRIVERS_SAY)
def test_what_drivers_say_is_logged_without_values(words: str) -> None:
    assert words_of_driver(StatementInvalid(driver_message=words)) == DRIVERS_SAY[words]
    assert words_of_driver(ObjectNotFound(driver_message=words)) == words
