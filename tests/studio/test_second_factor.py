"""Who must have a second factor and has none can sign in, set it up, and do nothing else."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import PASSWORD, Person, Studio

from ombudsman.studio.ids import new_id
from ombudsman.studio.openapi import described
from ombudsman.studio.security.roles import PROJECT_ROLES, Role
from ombudsman.studio.settings import AskedOf, StudioSettings

CLOSED = (403, "second_factor_missing")
TO_SET_IT_UP = {"me", "logout", "confirm", "begin_otp", "confirm_otp"}
OWING: dict[AskedOf, set[str]] = {
    "nobody": set(),
    "administrators": {"administrator"},
    "stewards": {"administrator", "owner", "steward"},
    "everybody": {"administrator", "auditor", "user", *PROJECT_ROLES},
}


@pytest.fixture
def strict(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("strict") / "data"
    yield from served(opened(folder, clock, ovs_require_second_factor="administrators"), clock)


@pytest.fixture
def amira(strict: Studio) -> Person:
    return strict.user("amira", Role.ADMINISTRATOR)


def told(response: httpx.Response) -> tuple[int, str]:
    body = response.json() if response.content else {}
    return response.status_code, body.get("code", "")


def set_up(person: Person, clock: Clock) -> pyotp.TOTP:
    totp = pyotp.TOTP(person.post("/auth/otp").json()["seed"])
    assert person.post("/auth/otp/confirm", {"code": totp.at(clock())}).status_code == 200
    clock.forward(seconds=30)
    return totp


def login(studio: Studio, **more: str) -> httpx.Response:
    body = {"username": "amira", "password": PASSWORD, "refresh": "body"} | more
    return studio.client.post("/auth/login", json=body)


@pytest.mark.parametrize("required", OWING)
def test_it_is_asked_of_those_whom_the_setting_names(
    required: AskedOf, tmp_path: Path, clock: Clock
):
    on = opened(tmp_path / "data", clock, ovs_require_second_factor=required)
    for studio in served(on, clock):
        people = {role: studio.user(role, role) for role in (Role.ADMINISTRATOR, Role.AUDITOR)}
        people |= {Role.USER: studio.user("user"), **studio.new_project().members}
        owing = {str(role) for role, who in people.items() if told(who.get("/projects/")) == CLOSED}
        assert owing == OWING[required]


@pytest.mark.parametrize(
    ("settings", "asked_of"),
    [
        ({}, "nobody"),
        ({"ovs_host": "::1"}, "nobody"),
        ({"ovs_host": "192.0.2.1"}, "stewards"),
        ({"ovs_public_url": "https://studio.example.com"}, "stewards"),
        ({"ovs_host": "192.0.2.1", "ovs_require_second_factor": "nobody"}, "nobody"),
        ({"ovs_require_second_factor": "everybody"}, "everybody"),
    ],
)
def test_by_default_it_is_asked_where_others_reach_the_server(
    settings: dict[str, str], asked_of: str
):
    assert StudioSettings(_env_file=None, **settings).second_factor_asked_of == asked_of


def test_every_operation_but_those_that_set_it_up_is_closed(strict: Studio, amira: Person):
    asked = {}
    for path, methods in described(strict.app)["paths"].items():
        for method, operation in methods.items():
            if operation["x-permission"] == "public" or operation["operationId"] == "logout":
                continue
            names = [
                each["name"] for each in operation.get("parameters", []) if each["in"] == "path"
            ]
            answer = amira.ask(method.upper(), path.format(**{name: new_id() for name in names}))
            asked[operation["operationId"]] = told(answer) == CLOSED
            assert told(answer) != CLOSED or "403" in operation["responses"]
    open_ones = {name for name, closed in asked.items() if not closed}
    assert open_ones == TO_SET_IT_UP - {"logout"}
    assert len(asked) > 40
    assert amira.post("/auth/logout").status_code == 204


def test_once_it_is_set_up_the_same_session_goes_on(strict: Studio, amira: Person, clock: Clock):
    signed_in = login(strict).json()
    assert signed_in["must_set_up_otp"]
    again = strict.client.post("/auth/refresh", json={"refresh_token": signed_in["refresh_token"]})
    assert again.json()["must_set_up_otp"]
    totp = set_up(amira, clock)
    assert amira.get("/projects/").status_code == 200
    assert not login(strict, otp=totp.at(clock())).json()["must_set_up_otp"]


def test_what_was_refused_is_noted_and_the_way_is_told(strict: Studio, amira: Person):
    refused = amira.post("/projects/", {"name": "p"})
    assert "/auth/otp" in refused.json()["hint"]
    entry = strict.audited()[-1]
    assert (entry.action, entry.outcome, entry.actor_id) == ("create_project", "denied", amira.id)


def test_whoever_removes_it_is_where_he_began_and_his_programs_stop(
    strict: Studio, amira: Person, clock: Clock
):
    set_up(amira, clock)
    token = amira.post("/auth/tokens", {"name": "t", "scopes": ["read"]}).json()["token"]
    program = dataclasses.replace(amira, access_token=token)
    assert program.get("/projects/").status_code == 200
    assert amira.delete("/auth/otp").status_code == 204
    assert told(program.get("/projects/")) == CLOSED
    assert told(amira.get("/projects/")) == CLOSED
    set_up(amira, clock)
    assert program.get("/projects/").status_code == 200


def test_whoever_becomes_an_administrator_owes_it_from_then_on(strict: Studio, clock: Clock):
    bo = strict.user("bo")
    assert bo.get("/projects/").status_code == 200
    with strict.on.store.writing() as unit:
        unit.accounts.get(bo.id).role = Role.ADMINISTRATOR
    assert told(bo.get("/projects/")) == CLOSED
