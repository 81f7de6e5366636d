"""Workloads over the API: an export is sent and read apart from the server, and asks for checks."""

import io
import json
import time
import zipfile
from typing import Any

import duckdb
import pytest
from sqlalchemy import func, select
from tests.studio.people import Studio, Team

from ombudsman.studio.persistence.entities.workloads import StoredPattern
from ombudsman.studio.requests import UPLOADS
from ombudsman.studio.security.roles import Role
from ombudsman.studio.services.workloads import WAITS_AT_MOST
from ombudsman.studio.work.read_workload import MOST_LETTERS

TABLES = """
create table customers (customer_id integer primary key, name varchar);
create table orders (
  order_id integer primary key, customer_id integer references customers, placed date, amount decimal(10, 2)
);
"""
STATEMENTS = {
    "select customer_id, sum(amount) from orders group by customer_id": 3_412,
    "select name from customers where name = 'Alfreds Futterkiste'": 20,
    "select c.name from orders o join customers c on c.customer_id = o.customer_id": 7,
    "select name from customers where name like '[a-c]%'": 5,
    "update customers set name = 'Secret Name' where customer_id = 4": 2,
    "select from where": 1,
}
EXPORT = json.dumps(
    [
        {"query_sql_text": text, "count_executions": times, "avg_duration": 1_000.0}
        for text, times in STATEMENTS.items()
    ]
).encode()


@pytest.fixture
def team(studio: Studio) -> Team:
    return with_catalogues(studio)


@pytest.fixture
def any_team(any_studio: Studio) -> Team:
    return with_catalogues(any_studio)


@pytest.fixture(scope="module")
def shared_team(shared_studio: Studio) -> Team:
    """The same for all tests that change nothing of what others look at."""
    return with_catalogues(shared_studio)


@pytest.fixture(scope="module")
def march(shared_team: Team) -> dict[str, Any]:
    """A workload that was read."""
    return read(shared_team, EXPORT, name="March")


def with_catalogues(studio: Studio) -> Team:
    """A project with two databases whose catalogues were read."""
    team = studio.team(studio.user("admin", Role.ADMINISTRATOR))
    folder = studio.on.settings.files_folder
    for name in ("source", "target"):
        with duckdb.connect(folder / f"{name}.duckdb") as connection:
            connection.execute(TABLES)
        read = team.editor.post("/metadata/extract", {"connection_id": connected(team, name)})
        assert read.status_code == 200, read.text
    return team


def connected(team: Team, name: str) -> str:
    settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
    body = {"project_id": team.project_id, "name": name, "settings": settings}
    made = team.steward.post("/connections", body)
    assert made.status_code == 201, made.text
    connection_id: str = made.json()["id"]
    return connection_id


def source_of(team: Team) -> str:
    listed = team.editor.get("/connections", params={"project_id": team.project_id}).json()
    found: str = next(each["id"] for each in listed["items"] if each["name"] == "source")
    return found


def sent(team: Team, content: Any, **params: Any) -> Any:
    asked = {"project_id": team.project_id, "connection_id": source_of(team)} | params
    return team.editor.ask("POST", "/workload/analyze", params=asked, content=content)


def read(team: Team, content: Any, **params: Any) -> dict[str, Any]:
    """The workload, once it was read."""
    asked = sent(team, content, **params)
    assert asked.status_code == 202, asked.text
    ends = time.monotonic() + 60
    while True:
        told: dict[str, Any] = team.viewer.get(f"/workload/{asked.json()['id']}").json()
        if told["status"] != "reading":
            return told
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_an_export_is_read_and_no_value_of_it_is_kept(any_team: Team) -> None:
    team = any_team
    workload = read(team, EXPORT, name="March")
    assert workload["status"] == "ready", workload["problem"]
    assert workload["summary"]["total"]["executions"] == sum(STATEMENTS.values())
    assert workload["summary"]["counts"] == {"patterns": 5, "unread": 1}
    patterns = team.viewer.get(f"/workload/patterns/{workload['id']}")
    first, *_ = patterns.json()["items"]
    assert (first["position"], first["executions"]) == (0, 3_412)
    assert first["about"]["tables"] == ["main.orders"]
    everything = json.dumps(workload) + patterns.text
    assert "Futterkiste" not in everything
    assert "Secret" not in everything
    folder = team.studio.on.settings.data_folder
    assert not list((folder / "uploads").iterdir())
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"Futterkiste" not in kept


def test_patterns_are_paged_filtered_and_sorted(shared_team: Team, march: dict[str, Any]) -> None:
    team = shared_team
    path = f"/workload/patterns/{march['id']}"

    def texts(**params: Any) -> list[str]:
        return [each["text"] for each in team.viewer.get(path, params=params).json()["items"]]

    assert [t for t in texts(trouble="answers_differ") if "LIKE" in t]
    assert texts(trouble="unread") == ["select from where"]
    assert texts(kind="write") == ["UPDATE customers SET name = ? WHERE customer_id = ?"]
    assert len(texts(q="JOIN")) == 1
    first = team.viewer.get(path, params={"limit": 4, "sort": "-executions"}).json()
    rest = team.viewer.get(
        path, params={"limit": 4, "sort": "-executions", "cursor": first["next_cursor"]}
    ).json()
    executions = [each["executions"] for each in first["items"] + rest["items"]]
    assert executions == sorted(STATEMENTS.values(), reverse=True)
    assert first["total"] == 6


def test_it_asks_for_checks_and_the_pipeline_with_them_can_be_saved(
    shared_team: Team, march: dict[str, Any]
) -> None:
    team = shared_team
    given = {"workload_id": march["id"], "target": "target"}
    asked = team.viewer.post("/workload/suggest", given)
    assert asked.status_code == 200, asked.text
    told = asked.json()
    sums = next(s for s in told["suggestions"] if s["validator"] == "validate_metric_sums")
    assert sums["table"] == "main.orders"
    assert "3,412" in sums["why"]
    assert "3,412" in told["yaml"]
    saved = team.editor.post("/pipelines/", {"project_id": team.project_id, "yaml": told["yaml"]})
    assert saved.status_code == 201, saved.text


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", "query_sql_text\n" + "select 1\n" * 6_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the export is empty"),
        (b"[]", "the export holds no statement"),
        (b"a,b\n1,2\n", "statement"),
        (b"\x00\x01\x02", "it is no text"),
        (b"PK\x03\x04broken", "a broken archive"),
        (_zip_bomb, "unpack"),
    ],
    ids=["empty", "no rows", "no statements", "no text", "broken zip", "zip bomb"],
)
def test_what_cannot_be_read_says_why(shared_team: Team, content: Any, words: str) -> None:
    team = shared_team
    workload = read(team, content() if callable(content) else content)
    assert workload["status"] == "failed"
    assert words in workload["problem"]["message"]
    assert str(team.studio.on.settings.data_folder) not in json.dumps(workload)
    given = {"workload_id": workload["id"], "target": "target"}
    assert team.viewer.post("/workload/suggest", given).status_code == 409


def test_an_upload_that_is_too_large_leaves_nothing(team: Team, monkeypatch: Any) -> None:
    monkeypatch.setitem(UPLOADS, "/workload/analyze", 1_000)

    async def parts() -> Any:
        for _ in range(20):
            yield b"x" * 100

    assert sent(team, b"x" * 2_000).status_code == 413
    assert sent(team, parts()).status_code == 413
    assert not list((team.studio.on.settings.data_folder / "uploads").iterdir())
    listed = team.viewer.get("/workload", params={"project_id": team.project_id}).json()
    assert listed["total"] == 0


def test_a_text_that_nobody_would_read_is_cut(team: Team) -> None:
    long = "select from where " + "a_name " * 50_000
    workload = read(team, json.dumps([{"query_sql_text": long}]).encode())
    assert workload["status"] == "ready", workload["problem"]
    patterns = team.viewer.get(f"/workload/patterns/{workload['id']}")
    (told,) = patterns.json()["items"]
    assert told["text"].startswith("select from where a_name a_name")
    assert told["text"].endswith(" [...]")
    assert len(patterns.content) < 3 * MOST_LETTERS


def test_what_tells_more_than_the_server_can_hold_is_not_taken(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ombudsman.studio.work.exports.MOST_TOLD", 100)
    workload = read(team, EXPORT)
    assert workload["status"] == "failed"
    assert "too much" in workload["problem"]["message"]


def test_who_may_not_is_refused_before_anything_is_received(team: Team) -> None:
    async def body() -> Any:
        yield pytest.fail("the body was read")

    asked = {"project_id": team.project_id, "connection_id": source_of(team)}
    path = "/workload/analyze"
    refused = team.runner.ask("POST", path, params=asked, content=body())
    assert refused.status_code == 404  # who cannot read workloads does not hear of them
    foreign = team.studio.new_project()
    elsewhere = asked | {"project_id": foreign.project_id}
    assert foreign.owner.ask("POST", path, params=elsewhere, content=body()).status_code == 404


def test_what_a_server_left_unread_is_told_as_lost(team: Team) -> None:
    workload = read(team, EXPORT)
    with team.studio.on.store.writing() as unit:
        unit.workloads.get(workload["id"]).status = "reading"
    assert team.viewer.get(f"/workload/{workload['id']}").json()["status"] == "reading"
    team.studio.clock.forward(seconds=WAITS_AT_MOST.total_seconds() + 1)
    fresh = team.studio.member("late", team.project_id, Role.VIEWER)
    told = fresh.get(f"/workload/{workload['id']}").json()
    assert told["status"] == "failed"
    assert told["problem"]["hint"] == "send it again"


def test_a_workload_goes_with_its_patterns(any_team: Team) -> None:
    team = any_team
    workload = read(team, EXPORT)
    assert team.editor.delete(f"/workload/{workload['id']}").status_code == 204
    assert team.viewer.get(f"/workload/patterns/{workload['id']}").status_code == 404
    with team.studio.on.store.reading() as unit:
        assert unit.session.scalar(select(func.count()).select_from(StoredPattern)) == 0
