"""A new master key, made while the server runs: it goes on reading secrets, and knows who is signed in."""

import dataclasses
from pathlib import Path

import pyotp
import pytest
from tests.studio.conftest import CHEAP, Clock
from tests.studio.people import PASSWORD, Person, Studio

from ombudsman.studio.foundation import Foundation
from ombudsman.studio.services.service import Caller
from ombudsman.studio.services.sign_in import Login, SignIn
from ombudsman.studio.upkeep import rotate_keys


@pytest.fixture
def bo(studio: Studio) -> Person:
    return studio.user("bo")


@pytest.fixture
def totp(bo: Person, clock: Clock) -> pyotp.TOTP:
    """The second factor of bo; its seed is what the store keeps encrypted here."""
    made = pyotp.TOTP(bo.post("/auth/otp").json()["seed"])
    assert bo.post("/auth/otp/confirm", {"code": made.at(clock())}).status_code == 200
    return made


def test_a_running_server_opens_what_the_new_key_wraps(
    studio: Studio, totp: pyotp.TOTP, clock: Clock
):
    for _ in range(3):
        clock.forward(seconds=30)
        assert rotate_keys(studio.on.settings) == 1
        body = {"username": "bo", "password": PASSWORD, "otp": totp.at(clock())}
        told = studio.client.post("/auth/login", json=body)
        assert told.status_code == 200, told.text
    file = studio.on.settings.data_folder / "keys" / "master.keys"
    assert studio.on.keys.masters[0].name == studio.on.envelope.newest
    assert len(studio.on.keys.masters) == len(file.read_text().split()) == 4


def test_a_server_that_started_later_signs_tokens_that_this_one_takes_and_the_other_way_round(
    studio: Studio, bo: Person, clock: Clock
):
    rotate_keys(studio.on.settings)
    later = Foundation.opened(studio.on.settings, clock=clock, passwords=CHEAP)
    caller = Caller(address="192.0.2.10", request_id="t")
    tokens = SignIn(later).login(Login(username="bo", password=PASSWORD), caller)
    assert SignIn(later).actor(bo.access_token, caller).user_id == bo.id
    later.close()
    there = dataclasses.replace(bo, access_token=tokens.access_token)
    assert there.get("/auth/me").status_code == 200
    assert bo.get("/auth/me").status_code == 200


def test_a_new_key_sets_no_throttle_back(studio: Studio, bo: Person):
    body = {"username": "nobody", "password": "wrong password it is"}
    statuses = [studio.client.post("/auth/login", json=body).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    rotate_keys(studio.on.settings)
    assert studio.on.keys.master("unknown to all") is None
    assert len(studio.on.keys.masters) == 2
    assert studio.client.post("/auth/login", json=body).status_code == 429


def test_a_name_that_anybody_can_make_up_does_not_make_the_file_be_read(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    def read(_path: Path) -> list[object]:
        raise AssertionError("read again")

    monkeypatch.setattr("ombudsman.studio.security.keys._read", read)
    assert studio.on.keys.master("made up") is None
    (studio.on.settings.data_folder / "keys" / "master.keys").touch()
    with pytest.raises(AssertionError, match="read again"):
        studio.on.keys.master("made up")


def test_a_file_that_cannot_be_read_again_leaves_the_keys_as_they_were(studio: Studio):
    before = list(studio.on.keys.masters)
    file = studio.on.settings.data_folder / "keys" / "master.keys"
    file.write_text("")
    assert studio.on.keys.master("made up") is None
    assert list(studio.on.keys.masters) == before
