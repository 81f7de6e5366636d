"""The door itself: headers, bodies, errors, versions, keys for requests that come twice, and what is too much."""

import asyncio
import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message
from tests.studio.client import Client
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import Person, Studio, Team

from ombudsman.studio.app import create_app
from ombudsman.studio.errors import StoreFull, StoreUnavailable
from ombudsman.studio.ids import new_id
from ombudsman.studio.metrics import Metrics
from ombudsman.studio.requests import Requests
from ombudsman.studio.security.roles import Role

JSON = {"content-type": "application/json"}


@pytest.fixture
def studio(shared_studio: Studio) -> Studio:
    return shared_studio


@pytest.fixture(scope="module")
def admin(shared_studio: Studio) -> Person:
    return shared_studio.user("door-admin", Role.ADMINISTRATOR)


def problem(response: Any) -> Any:
    told = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert told["status"] == response.status_code
    assert told["type"] == f"urn:ombudsman:problem:{told['code']}"
    assert told["request_id"] == response.headers["x-request-id"]
    return told


# ------------------------------------------------------------ headers


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("GET", "/none"), ("GET", "/auth/me"), ("PUT", "/health")],
)
def test_every_answer_has_the_headers_that_browsers_heed(studio: Studio, method: str, path: str):
    told = studio.client.request(method, path).headers
    assert "script-src 'self';" in told["content-security-policy"]
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert (
        "unsafe-inline" not in told["content-security-policy"].split("script-src")[1].split(";")[0]
    )
    assert told["x-content-type-options"] == "nosniff"
    assert told["cache-control"] == "no-store"
    assert "max-age=31536000" in told["strict-transport-security"]
    assert told["x-request-id"]
    assert told["x-ombudsman-version"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://good.example.com", True),
        ("https://good.example.com.evil.com", False),
        ("http://good.example.com", False),
        ("https://evil.com", False),
        ("null", False),
        ("*", False),
    ],
)
def test_pages_of_listed_origins_alone_may_read_answers(
    tmp_path: Path, clock: Clock, origin: str, allowed: bool
):
    on = opened(tmp_path / "d", clock, ovs_allowed_origins="https://good.example.com")
    for each in served(on, clock):
        told = each.client.get("/health", headers={"origin": origin}).headers
        assert (told.get("access-control-allow-origin") == origin) == allowed
        asked = {"origin": origin, "access-control-request-method": "PUT"}
        preflight = each.client.request("OPTIONS", "/projects/", headers=asked)
        assert (preflight.status_code == 200) == allowed


# ------------------------------------------------------------ errors


def test_what_is_not_there_is_a_problem_too(studio: Studio):
    assert problem(studio.client.get("/nothing"))["code"] == "no_such_path"
    assert problem(studio.client.request("PATCH", "/health"))["code"] == "no_such_method"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"nul",
        b'{"name": 1e999999}',
        b'{"name":' + b"9" * 5_000 + b"}",
        b"[" * 10_000,
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b"[]",
        b'"x"',
        b'{"name": "\\ud800"}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "a\\nb"}',
        b'{"name": ""}',
        b'{"name": "x", "owner": "me"}',
        gzip.compress(b"{}", mtime=0),
    ],
)
def test_no_body_breaks_the_server(admin: Person, body: bytes):
    headers = JSON | {"Authorization": f"Bearer {admin.access_token}"}
    told = admin.studio.client.post("/projects/", content=body, headers=headers)
    assert told.status_code in {201, 400, 422}, told.text
    if told.status_code != 201:
        problem(told)


def test_a_fault_of_ours_tells_an_id_and_nothing_else(
    admin: Person, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret value 4711")

    monkeypatch.setattr("ombudsman.studio.services.projects.Projects.listed", broken)
    told = admin.get("/projects/")
    assert problem(told)["code"] == "fault"
    assert "4711" not in told.text
    assert "ZeroDivision" not in told.text


@pytest.mark.parametrize(("error", "status"), [(StoreFull, 507), (StoreUnavailable, 503)])
def test_a_store_that_fails_is_told_as_such(
    admin: Person, monkeypatch: pytest.MonkeyPatch, error: type[StoreUnavailable], status: int
):
    def failing(*_: object, **__: object) -> None:
        raise error(driver_message="host=10.0.0.1 password=hush")

    monkeypatch.setattr("ombudsman.studio.services.projects.Projects.create", failing)
    told = admin.post("/projects/", {"name": "x"})
    assert told.status_code == status
    problem(told)
    assert "hush" not in told.text


# ------------------------------------------------------------ parameters


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": -1},
        {"limit": 201},
        {"limit": 2**63},
        {"limit": 10**400},
        {"limit": "1e3"},
        {"limit": ""},
        {"cursor": "x"},
        {"cursor": "A" * 3_000},
        {"sort": "id; DROP TABLE users"},
        {"sort": "-"},
        {"q": "a\x00b"},
        {"q": "x" * 201},
    ],
)
def test_a_parameter_out_of_bounds_is_named(admin: Person, params: dict[str, Any]):
    told = admin.get("/projects/", params=params)
    assert told.status_code == 422
    assert next(iter(params)) in problem(told)["errors"][0]["parameter"]


@pytest.mark.parametrize("q", ["%", "_", "'", '"', "\\", "a%' OR 1=1 --", "\u202e", "𝕏", "ß"])
def test_whatever_is_sought_is_a_text(admin: Person, q: str):
    assert admin.get("/projects/", params={"q": q}).json()["items"] == []


@pytest.mark.parametrize("number", ["0", "-1", str(2**31), str(2**63), str(10**30), "1.5", "x"])
def test_a_number_in_a_path_has_bounds(admin: Person, number: str):
    told = admin.get(f"/pipelines/{new_id()}/versions/{number}")
    assert told.status_code == 422


@pytest.mark.parametrize(
    "row_id", ["x", "1", "a" * 26, "0" * 25, "%00", "..", "' OR 1=1", "A" * 26]
)
def test_an_id_that_is_none_is_refused_before_anybody_looks(admin: Person, row_id: str):
    told = admin.get(f"/projects/{row_id}")
    assert told.status_code in {404, 422}
    problem(told)


# ------------------------------------------------------------ versions


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"1"', 200),
        ("1", 200),
        ('W/"1"', 200),
        (None, 428),
        ('"2"', 412),
        ("*", 422),
        ('"x"', 422),
        ('"1", "2"', 422),
        ("9" * 400, 422),
        ('"-1"', 422),
        ('"１"', 422),
    ],
)
def test_a_change_names_the_version_that_it_changes(
    studio: Studio, header: str | None, status: int
):
    team = studio.new_project()
    headers = {} if header is None else {"If-Match": header.encode()}
    told = team.owner.put(f"/projects/{team.project_id}", {"name": new_id()}, headers=headers)
    assert told.status_code == status, told.text
    if status == 200:
        assert told.headers["etag"] == '"2"'


def test_of_many_edits_of_one_version_one_is_taken(studio: Studio):
    team = studio.new_project()
    path = f"/projects/{team.project_id}"
    with ThreadPoolExecutor(8) as pool:
        told = list(
            pool.map(lambda _: team.owner.put(path, {"name": new_id()}, version=1), range(8))
        )
    assert sorted(t.status_code for t in told) == [200] + [412] * 7


# ------------------------------------------------------------ requests that come twice


def test_fifty_equal_requests_with_one_key_are_carried_out_once(admin: Person):
    key, name = {"Idempotency-Key": new_id()}, new_id()
    with ThreadPoolExecutor(10) as pool:
        sent = pool.map(lambda _: admin.post("/projects/", {"name": name}, headers=key), range(50))
        told = list(sent)
    assert {t.status_code for t in told} == {201}
    assert len({t.text for t in told}) == 1
    assert admin.get("/projects/", params={"q": name}).json()["total"] == 1


def test_a_key_is_for_one_request_of_one_person(admin: Person, studio: Studio):
    key = {"Idempotency-Key": new_id()}
    assert admin.post("/projects/", {"name": new_id()}, headers=key).status_code == 201
    other = admin.post("/projects/", {"name": new_id()}, headers=key)
    assert problem(other)["code"] == "idempotency_key_reused"
    somebody = studio.user(new_id(), Role.ADMINISTRATOR)
    assert somebody.post("/projects/", {"name": new_id()}, headers=key).status_code == 201


def test_a_request_that_failed_may_come_again_with_its_key(admin: Person):
    key, taken = {"Idempotency-Key": new_id()}, new_id()
    admin.post("/projects/", {"name": taken})
    assert admin.post("/projects/", {"name": taken}, headers=key).status_code == 409
    assert admin.post("/projects/", {"name": new_id()}, headers=key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "é"])
def test_a_key_that_is_none_is_refused(admin: Person, key: str):
    told = admin.post("/projects/", {"name": new_id()}, headers={"Idempotency-Key": key.encode()})
    assert told.status_code == 422


# ------------------------------------------------------------ too much


def test_a_body_that_is_too_large_is_refused_before_it_is_read(admin: Person):
    headers = JSON | {"Authorization": f"Bearer {admin.access_token}"}
    told = admin.studio.client.post("/projects/", content=b"x" * (1024 * 1024 + 1), headers=headers)
    assert problem(told)["code"] == "body_too_large"


def played(messages: list[Message], *, within_s: float = 5.0, max_body: int = 100) -> int:
    """The status that a body of these messages brings; after the last nothing comes any more."""
    statuses: list[int] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def play() -> None:
        queue = list(messages)

        async def receive() -> Message:
            if not queue:
                await asyncio.sleep(60)
            return queue.pop(0)

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        door = Requests(inner, Metrics("0"), max_body=max_body, body_within_s=within_s)
        await door(scope, receive, send)

    asyncio.run(play())
    return statuses[0]


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_of_which_nobody_said_how_long_it_is_has_a_bound_too():
    assert played([part(b"x" * 60, more=True), part(b"x" * 60, more=False)]) == 413
    assert played([part(b"x" * 60, more=True), part(b"x" * 40, more=False)]) == 200


def test_a_body_that_drips_is_given_up():
    assert played([part(b"x", more=True)], within_s=0.05) == 408


def test_an_upload_that_drips_on_and_on_is_given_up():
    async def inner(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    async def receive() -> Message:
        await asyncio.sleep(0.01)
        return part(b"x", more=True)

    statuses: list[int] = []

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    scope = {"type": "http", "method": "POST", "path": "/workload/analyze", "headers": []}
    door = Requests(inner, Metrics("0"), body_within_s=5, upload_within_s=0.1)
    asyncio.run(asyncio.wait_for(door(scope, receive, send), 5))
    assert statuses[0] == 408


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path, clock: Clock):
    on = opened(tmp_path / "d", clock)
    object.__setattr__(on.settings, "ovs_requests_per_minute", 3)
    for each in served(on, clock):
        bo = each.user("bo")
        statuses = [bo.get("/auth/me").status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert 0 < int(bo.get("/auth/me").headers["retry-after"]) <= 61
        assert each.user("amira").get("/auth/me").status_code == 200


def test_one_address_cannot_knock_without_end(tmp_path: Path, clock: Clock):
    on = opened(tmp_path / "d", clock)
    with Client(create_app(on, knocks_per_minute=3)) as client:
        assert [client.get("/health").status_code for _ in range(4)] == [200, 200, 200, 429]


# ------------------------------------------------------------ operations


def test_health_tells_each_part_and_503_when_one_is_not_well(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    told = studio.client.get("/health").json()
    assert {part["name"]: part["status"] for part in told["services"]} == {
        "api": "ok",
        "store": "ok",
        "disk": "ok",
    }

    def away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr("ombudsman.studio.persistence.store.Store.reading", away)
    ill = studio.client.get("/health")
    assert ill.status_code == 503
    assert ill.json()["status"] == "failed"


def test_metrics_know_patterns_and_no_names(admin: Person, team: Team):
    team.owner.get(f"/projects/{team.project_id}")
    told = admin.get("/metrics").text
    assert 'route="/projects/{project_id}"' in told
    assert team.project_id not in told
    assert "door-admin" not in told


def test_the_description_declares_every_error_as_a_problem(studio: Studio):
    told = studio.client.get("/openapi.json").json()
    for methods in told["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and operation["operationId"] != "health":
                    assert list(answer["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in json.dumps(told)
