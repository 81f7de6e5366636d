"""What no database could keep is refused where it comes in, whichever operation it is sent to, with its place."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.studio.conftest import Clock, opened, postgres_url, served
from tests.studio.people import Person, Studio, Team

from ombudsman.studio.fields import MAX_DEPTH
from ombudsman.studio.ids import new_id
from ombudsman.studio.security.roles import Role

POSTGRES = {"engine": "postgresql", "host": "db.example.com", "database": "d", "user": "u"}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def either_studio(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Studio]:
    """A studio on either store, for all tests of this module."""
    clock, url = Clock(), None
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "studio_unkeepable")
    on = opened(tmp_path_factory.mktemp("studio") / "data", clock, url)
    yield from served(on, clock)


@pytest.fixture
def team(either_studio: Studio) -> Team:
    """A project with two connections."""
    team = either_studio.new_project()
    for name in ("source", "target"):
        body = {"project_id": team.project_id, "name": name, "settings": POSTGRES}
        assert team.steward.post("/connections", body).status_code == 201
    return team


def send(person: Person, method: str, path: str, body: Any) -> Any:
    """Sends a body as JSON may write it, with halves of characters and numbers that are none."""
    headers = {
        "Authorization": f"Bearer {person.access_token}",
        "Content-Type": "application/json",
        "If-Match": '"1"',
    }
    return person.studio.client.request(method, path, content=json.dumps(body), headers=headers)


def pointers(told: Any) -> list[str]:
    assert told.status_code == 422, told.text
    return [each["pointer"] for each in told.json()["errors"]]


def operations_with_a_body(studio: Studio) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, operations in studio.app.openapi()["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


def test_no_operation_takes_a_text_that_cannot_be_kept(shared_studio: Studio):
    admin = shared_studio.user("amira", Role.ADMINISTRATOR)
    found = operations_with_a_body(shared_studio)
    assert len(found) > 20
    for method, pattern in found:
        path = re.sub(r"\{\w+_id\}", lambda _: new_id(), pattern).replace("{position}", "0")
        assert "{" not in path
        for text in ("a\x00", "\ud800", "\udfff\ud800"):
            told = send(admin, method, path, {"x": {"y": ["a", text]}})
            assert pointers(told) == ["/x/y/1"], (method, path)


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("POST", "/pipelines/{id}/execute", {"only": ["\x00"]}, "/only/0"),
        ("POST", "/pipelines/{id}/execute", {"only": ["a", "\ud800"]}, "/only/1"),
        ("POST", "/execution/again/{id}", {"from_step": "\x00"}, "/from_step"),
        ("PUT", "/projects/{id}/mapping", {"tables": [{"source": "a", "\x00": 1}]}, "/tables/0"),
        ("PUT", "/projects/{id}/mapping", {"tables": [{"key": ["\x00"]}]}, "/tables/0/key/0"),
        ("PUT", "/projects/{id}/mapping", {"tables": [{"x": float("nan")}]}, "/tables/0/x"),
        ("PUT", "/projects/{id}/mapping", {"tables": [{"x": float("inf")}]}, "/tables/0/x"),
    ],
)
def test_its_place_is_told(
    shared_studio: Studio, method: str, path: str, body: Any, pointer: str
) -> None:
    told = send(shared_studio.user(new_id()), method, path.replace("{id}", new_id()), body)
    assert pointers(told) == [pointer]


@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 700, 900])
def test_a_document_nested_without_end_is_refused(team: Team, depth: int):
    nested: Any = 1
    for _ in range(depth):
        nested = {"a": nested}
    path = f"/projects/{team.project_id}/mapping"
    told = send(team.editor, "PUT", path, {"tables": [{"source": nested}]})
    assert pointers(told) == ["/tables"]


def definition(name: str = "nightly", step: str = "counts", table: str = "a.b") -> dict[str, Any]:
    step_told = {"id": step, "validator": "validate_record_counts", "table": table}
    return {"name": name, "source": "source", "target": "target", "steps": [step_told]}


@pytest.mark.parametrize("escape", ["\\0", "\\u0000", "\\x00", "\\ud800"])
def test_yaml_cannot_smuggle_it_in_by_an_escape(team: Team, escape: str):
    for where in ("name", "step", "table"):
        text = json.dumps(definition(**{where: "a.b@"})).replace("@", escape)
        body = {"project_id": team.project_id, "yaml": text}
        told = team.editor.post("/pipelines/", body)
        assert told.status_code == 422, told.text


def test_a_name_in_json_cannot_hold_it_either(team: Team):
    body = {"project_id": team.project_id, "definition": definition(name="a\x00")}
    assert pointers(team.editor.post("/pipelines/", body)) == ["/definition/name"]


@pytest.mark.parametrize("name", ["Ünï", "\U0001f600", "\u202e", "\x7f\x85\u2028"])
def test_whatever_else_people_write_is_kept(team: Team, name: str):
    tables = [{"source": f'sales."{name}"', "target": "SALES.ORDERS"}]
    told = team.editor.put(f"/projects/{team.project_id}/mapping", {"tables": tables}, version=0)
    assert told.status_code == 200, told.text
    assert told.json()["tables"] == tables
