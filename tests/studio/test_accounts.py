"""How people come by an account, and what administrators may do with them."""

import dataclasses
from pathlib import Path

import httpx
import pyotp
import pytest
from tests.studio.client import ADDRESS
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import PASSWORD, Studio

from ombudsman.studio.security.roles import Role
from ombudsman.studio.services.accounts import Accounts

NEW = {"username": "bo", "password": PASSWORD}


def register(studio: Studio, **more: object) -> httpx.Response:
    return studio.client.post("/auth/register", json=NEW | more)


def test_who_was_not_invited_is_told_the_way_to_an_account(studio: Studio):
    told = register(studio)
    assert told.status_code == 403
    assert "invitation" in told.json()["hint"]
    noted = studio.audited()[-1]
    assert (noted.action, noted.outcome, noted.actor_id) == ("register", "denied", None)
    assert noted.address == ADDRESS


@pytest.mark.parametrize(("mode", "status"), [("closed", 403), ("invitation", 403), ("open", 201)])
def test_registration_is_as_configured(mode: str, status: int, tmp_path: Path, clock: Clock):
    for studio in served(opened(tmp_path / "d", clock, ovs_registration=mode), clock):
        told = register(studio)
        assert told.status_code == status
        if status == 201:
            assert told.json()["role"] == "user"


def test_when_registration_is_closed_the_invited_stay_out_too_and_nobody_is_invited(
    studio: Studio,
):
    admin = studio.user("amira", Role.ADMINISTRATOR)
    invitation = admin.post("/auth/invitations", {}).json()["token"]
    closed = studio.on.settings.model_copy(update={"ovs_registration": "closed"})
    studio.app.state.foundation = dataclasses.replace(studio.on, settings=closed)
    told = register(studio, invitation=invitation)
    assert told.status_code == 403
    assert "ombudsman user create" in told.json()["hint"]
    refused = admin.post("/auth/invitations", {})
    assert (refused.status_code, refused.json()["hint"]) == (403, told.json()["hint"])


def test_a_closed_studio_still_takes_its_first_administrator(tmp_path: Path, clock: Clock):
    for studio in served(opened(tmp_path / "d", clock, ovs_registration="closed"), clock):
        told = register(studio, setup_token=Accounts(studio.on).setup_token())
        assert told.json()["role"] == "administrator"


def test_the_set_up_token_makes_one_administrator_and_is_gone(studio: Studio):
    token = Accounts(studio.on).setup_token()
    assert register(studio, setup_token=token).json()["role"] == "administrator"
    again = register(studio, username="eve", setup_token=token)
    assert again.status_code == 403
    assert Accounts(studio.on).setup_token() is None


def test_a_set_up_token_is_over_after_an_hour_and_when_there_is_a_newer_one(
    studio: Studio, clock: Clock
):
    old = Accounts(studio.on).setup_token()
    new = Accounts(studio.on).setup_token()
    assert register(studio, setup_token=old).status_code == 403
    clock.forward(minutes=61)
    assert register(studio, setup_token=new).status_code == 403


def test_a_set_up_token_is_worth_nothing_once_there_is_an_administrator(studio: Studio):
    token = Accounts(studio.on).setup_token()
    studio.user("amira", Role.ADMINISTRATOR)
    assert register(studio, setup_token=token).status_code == 403


def test_an_invitation_lets_one_in_with_the_role_it_says(studio: Studio, clock: Clock):
    admin = studio.user("amira", Role.ADMINISTRATOR)
    project = admin.post("/projects/", {"name": "p"}).json()["id"]
    body = {"role": "auditor", "project_id": project, "project_role": "editor"}
    token = admin.post("/auth/invitations", body).json()["token"]
    assert register(studio, invitation=token).json()["role"] == "auditor"
    members = admin.get(f"/projects/{project}/members").json()["items"]
    assert {m["username"]: m["role"] for m in members} == {"amira": "owner", "bo": "editor"}
    assert register(studio, username="eve", invitation=token).status_code == 403
    late = admin.post("/auth/invitations", {}).json()["token"]
    clock.forward(hours=73)
    assert register(studio, username="eve", invitation=late).status_code == 403


def test_an_invitation_is_no_set_up_token(studio: Studio):
    token = Accounts(studio.on).setup_token()
    assert register(studio, invitation=token).status_code == 403


@pytest.mark.parametrize("more", [{"role": "administrator"}, {"disabled": False}, {"id": "x"}])
def test_nobody_sets_what_is_not_theirs_to_set(studio: Studio, more: dict[str, object]):
    told = register(studio, setup_token=Accounts(studio.on).setup_token(), **more)
    assert told.status_code == 422
    assert told.json()["errors"][0]["pointer"] == f"/{next(iter(more))}"


@pytest.mark.parametrize("name", ["BO", "bo ", "ｂｏ", "ʙo".replace("ʙ", "B")])
def test_a_name_that_looks_the_same_is_taken(studio: Studio, name: str):
    studio.user("bo")
    token = Accounts(studio.on).setup_token()
    told = register(studio, username=name, setup_token=token)
    assert told.status_code == 409, told.text
    assert told.json()["errors"][0]["pointer"] == "/username"


@pytest.mark.parametrize(
    "name",
    ["", " ", "a\x00b", "a\nb", "\x1b[31mred", "a\u202eb", "\u200b", "\ud800", "x" * 101, 7, None],
)
def test_a_name_that_is_none_is_refused(studio: Studio, name: object):
    token = Accounts(studio.on).setup_token()
    import json

    body = json.dumps(NEW | {"username": name, "setup_token": token})
    headers = {"content-type": "application/json"}
    told = studio.client.post("/auth/register", content=body, headers=headers)
    assert told.status_code == 422, told.text
    assert told.json()["errors"][0]["pointer"] == "/username"


def test_a_weak_password_is_refused_with_the_reason_and_not_repeated(studio: Studio):
    token = Accounts(studio.on).setup_token()
    told = register(studio, password="Password-2026-Password", setup_token=token)
    assert told.status_code == 422
    assert told.json()["errors"][0]["pointer"] == "/password"
    assert "Password-2026" not in told.text
    assert register(studio, setup_token=token).status_code == 201, "the token is still good"


def test_a_configured_list_blocks_passwords(tmp_path: Path, clock: Clock):
    path = tmp_path / "blocked.txt"
    path.write_text("Correct Horse Battery Staple\n")
    on = opened(tmp_path / "d", clock, ovs_registration="open", ovs_password_blocklist=path)
    for studio in served(on, clock):
        assert "list of known" in register(studio).json()["detail"]


# ------------------------------------------------------------ users


def test_a_demotion_holds_from_the_next_request_on(studio: Studio):
    admin, other = (studio.user(name, Role.ADMINISTRATOR) for name in ("amira", "bo"))
    assert other.get("/auth/users").status_code == 200
    told = admin.patch(f"/auth/users/{other.id}", {"role": "user"}, version=1)
    assert told.status_code == 200, told.text
    assert other.get("/auth/users").status_code == 401


def test_a_disabled_user_is_out_at_once_with_all_tokens(studio: Studio):
    admin, bo = studio.user("amira", Role.ADMINISTRATOR), studio.user("bo")
    token = bo.post("/auth/tokens", {"name": "t", "scopes": ["read"]}).json()["token"]
    program = type(bo)(studio, "", bo.id, token)
    assert program.get("/auth/me").status_code == 200
    admin.patch(f"/auth/users/{bo.id}", {"disabled": True}, version=1)
    assert bo.get("/auth/me").status_code == 401
    assert program.get("/auth/me").status_code == 401
    body = {"refresh_token": bo.refresh_token}
    assert studio.client.post("/auth/refresh", json=body).status_code == 401


@pytest.mark.parametrize("change", [{"role": "user"}, {"disabled": True}])
def test_the_last_administrator_stays(studio: Studio, change: dict[str, object]):
    admin = studio.user("amira", Role.ADMINISTRATOR)
    told = admin.patch(f"/auth/users/{admin.id}", change, version=1)
    assert told.status_code == 409
    assert admin.get("/auth/users").status_code == 200


def test_of_two_edits_of_a_user_the_later_is_refused(studio: Studio):
    admin, bo = studio.user("amira", Role.ADMINISTRATOR), studio.user("bo")
    path = f"/auth/users/{bo.id}"
    assert admin.patch(path, {"role": "auditor"}, version=1).headers["etag"] == '"2"'
    assert admin.patch(path, {"role": "user"}, version=1).status_code == 412
    assert admin.patch(path, {"role": "user"}).status_code == 428


def test_a_reset_at_the_console_gives_a_new_password_and_ends_what_was_before(
    studio: Studio, clock: Clock
):
    bo = studio.user("bo")
    code = pyotp.TOTP(bo.post("/auth/otp").json()["seed"]).at(clock())
    codes = bo.post("/auth/otp/confirm", {"code": code}).json()["codes"]
    token = bo.post("/auth/tokens", {"name": "t", "scopes": ["read"]}).json()["token"]
    Accounts(studio.on).reset("BO", "vier ganz andere worte")
    assert bo.get("/auth/me").status_code == 401
    assert dataclasses.replace(bo, access_token=token).get("/auth/me").status_code == 401
    body = {"username": "bo", "password": PASSWORD, "otp": codes[0]}
    assert studio.client.post("/auth/login", json=body).status_code == 401
    body = {"username": "bo", "password": "vier ganz andere worte"}
    assert studio.client.post("/auth/login", json=body).status_code == 200
    noted = [(e.action, e.resource, e.address) for e in studio.audited()]
    assert ("user.reset", f"user:{bo.id}", "console") in noted


def test_an_account_made_at_the_console_can_sign_in(studio: Studio):
    Accounts(studio.on).create("amira", PASSWORD, Role.ADMINISTRATOR)
    body = {"username": "AMIRA", "password": PASSWORD}
    assert studio.client.post("/auth/login", json=body).status_code == 200
