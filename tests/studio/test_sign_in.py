"""Sign-in and what follows: sessions that end, tokens that are good once, and waiting that locks nobody out."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pyotp
import pytest
from sqlalchemy import func, select
from tests.studio.client import Client
from tests.studio.conftest import Clock
from tests.studio.people import PASSWORD, Person, Studio

from ombudsman.model.errors import OmbudsmanError
from ombudsman.studio.persistence.entities.users import LoginAttempts, Session
from ombudsman.studio.security.roles import Role
from ombudsman.studio.security.throttle import LONGEST
from ombudsman.studio.services.service import Caller
from ombudsman.studio.services.sign_in import Login, SignIn
from ombudsman.studio.services.tries import Tries
from ombudsman.studio.upkeep import sweep


def login(
    studio: Studio, name: str = "bo", password: str = PASSWORD, **more: str
) -> httpx.Response:
    body = {"username": name, "password": password, "refresh": "body"} | more
    return studio.client.post("/auth/login", json=body)


def refresh(studio: Studio, token: str) -> httpx.Response:
    return studio.client.post("/auth/refresh", json={"refresh_token": token})


def as_signed_in(person: Person, response: httpx.Response) -> Person:
    told = response.json()
    return dataclasses.replace(
        person, access_token=told["access_token"], refresh_token=told["refresh_token"]
    )


@pytest.fixture
def bo(studio: Studio) -> Person:
    return studio.user("bo")


@pytest.fixture
def elsewhere(studio: Studio) -> Iterator[Studio]:
    """The same studio, as somebody at another address meets it."""
    with Client(studio.app, address="203.0.113.66") as client:
        yield dataclasses.replace(studio, client=client)


# ------------------------------------------------------------ tokens


def test_the_access_token_says_what_menus_need(studio: Studio, bo: Person):
    said = jwt.decode(login(studio).json()["access_token"], options={"verify_signature": False})
    assert said["sub"] == bo.id
    assert (said["username"], said["role"]) == ("bo", "user")
    assert said["exp"] - said["iat"] == 30 * 60
    assert {"sid", "jti"} <= said.keys()


def test_a_role_in_the_token_gives_nobody_a_right(studio: Studio, bo: Person):
    said = jwt.decode(bo.access_token, options={"verify_signature": False})
    name, key = next(iter(studio.on.keys.tokens.items()))
    token = jwt.encode(said | {"role": "administrator"}, key, headers={"kid": name})
    forger = dataclasses.replace(bo, access_token=token)
    assert forger.get("/auth/me").status_code == 200
    assert forger.get("/auth/users").status_code == 403


def test_a_session_of_another_user_cannot_be_named(studio: Studio, bo: Person):
    admin = studio.user("amira", Role.ADMINISTRATOR)
    said = jwt.decode(admin.access_token, options={"verify_signature": False})
    name, key = next(iter(studio.on.keys.tokens.items()))
    token = jwt.encode(said | {"sub": bo.id}, key, headers={"kid": name})
    assert dataclasses.replace(bo, access_token=token).get("/auth/me").status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer x", "Bearer ovs_x", "Bearer \xff"]
)
def test_what_is_no_token_is_answered_with_401_and_the_way_in(studio: Studio, header: str):
    told = studio.client.get("/auth/me", headers={"Authorization": header.encode("latin-1")})
    assert told.status_code == 401
    assert told.headers["www-authenticate"] == "Bearer"
    assert told.headers["content-type"] == "application/problem+json"


def test_a_token_in_the_query_is_none(studio: Studio, bo: Person):
    told = studio.client.get("/auth/me", params={"access_token": bo.access_token})
    assert told.status_code == 401


# ------------------------------------------------------------ refusals that tell nothing


def test_unknown_wrong_and_closed_are_answered_alike(studio: Studio, bo: Person):
    admin = studio.user("amira", Role.ADMINISTRATOR)
    closed = studio.user("closed")
    admin.patch(f"/auth/users/{closed.id}", {"disabled": True}, version=1)
    answers = [
        login(studio, "nobody"),
        login(studio, "bo", "wrong password it is"),
        login(studio, "closed"),
    ]
    bodies = [a.json() | {"request_id": ""} for a in answers]
    assert [a.status_code for a in answers] == [401] * 3
    assert bodies[0] == bodies[1] == bodies[2]


@pytest.mark.parametrize("name", ["bo", "nobody"])
def test_after_five_failures_each_further_one_makes_the_next_wait_longer(
    studio: Studio, elsewhere: Studio, bo: Person, clock: Clock, name: str
):
    for _ in range(5):
        assert login(elsewhere, name, "wrong password it is").status_code == 401
    waits = []
    for _ in range(5):
        told = login(elsewhere, name, "wrong password it is")
        assert told.status_code == 429
        waits.append(int(told.headers["retry-after"]))
        clock.forward(seconds=waits[-1])
        assert login(elsewhere, name, "wrong password it is").status_code == 401
    assert waits == sorted(waits)
    assert waits[-1] >= 16


def test_the_right_password_must_wait_too_and_then_all_is_forgotten(
    elsewhere: Studio, bo: Person, clock: Clock
):
    for _ in range(5):
        login(elsewhere, password="wrong password it is")
    assert login(elsewhere).status_code == 429
    clock.forward(seconds=2)
    assert login(elsewhere).status_code == 200
    for _ in range(5):
        assert login(elsewhere, password="wrong password it is").status_code == 401


def test_an_attacker_elsewhere_does_not_lock_the_owner_out(
    studio: Studio, elsewhere: Studio, bo: Person, clock: Clock
):
    assert login(studio).status_code == 200
    with studio.on.store.writing() as unit:  # as after a night of guesses from everywhere
        key = Tries(studio.on).key("account|bo")
        counter = unit.attempts.held([key], at=unit.now)[key]
        counter.failures, counter.blocked_until = 300, unit.now + LONGEST
    assert login(elsewhere).status_code == 429
    assert login(studio).status_code == 200


def test_whoever_signs_in_ends_no_wait_that_others_brought_about(
    elsewhere: Studio, bo: Person, clock: Clock
):
    elsewhere.user("eve")
    assert login(elsewhere, "eve").status_code == 200, "from now on eve is known there"
    names = (f"somebody {n}" for n in range(40))
    statuses = [login(elsewhere, name, "wrong password it is").status_code for name in names]
    assert statuses == [401] * 20 + [429] * 20
    assert login(elsewhere, "eve").status_code == 200
    assert login(elsewhere, "bo", "wrong password it is").status_code == 429
    clock.forward(seconds=2)
    assert login(elsewhere, "eve").status_code == 200
    assert login(elsewhere, "bo", "wrong password it is").status_code == 401
    again = login(elsewhere, "bo", "wrong password it is")
    assert (again.status_code, again.headers["retry-after"]) == (429, "3"), "all still count"


def test_a_sign_in_from_a_new_address_takes_back_its_own_wait_and_its_own_count(
    elsewhere: Studio, bo: Person, clock: Clock
):
    for n in range(20):
        login(elsewhere, f"somebody {n}", "wrong password it is")
    clock.forward(seconds=2)
    assert login(elsewhere).status_code == 200
    assert login(elsewhere, "eve", "wrong password it is").status_code == 401, "nobody waits for bo"
    again = login(elsewhere, "eve", "wrong password it is")
    assert (again.status_code, again.headers["retry-after"]) == (429, "3"), "all still count"


def test_a_wait_is_told_in_the_audit(studio: Studio, elsewhere: Studio, bo: Person):
    for _ in range(5):
        login(elsewhere, password="wrong password it is")
    failed = [e.details for e in studio.audited() if (e.action, e.outcome) == ("login", "failed")]
    assert failed == [{}] * 4 + [{"wait_s": 1}]


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(elsewhere: Studio, bo: Person):
    with ThreadPoolExecutor(12) as pool:
        guesses = [pool.submit(login, elsewhere, "bo", f"wrong password {n}") for n in range(36)]
        statuses = [guess.result().status_code for guess in guesses]
    assert statuses.count(401) <= 7
    assert set(statuses) == {401, 429}


# ------------------------------------------------------------ refresh


def test_each_refresh_token_is_good_once_and_the_next_one_goes_on(studio: Studio, bo: Person):
    person = as_signed_in(bo, login(studio))
    for _ in range(3):
        person = as_signed_in(person, refresh(studio, person.refresh_token))
        assert person.get("/auth/me").status_code == 200


def test_a_token_that_comes_back_later_was_stolen_and_ends_the_session(
    studio: Studio, bo: Person, clock: Clock
):
    first = as_signed_in(bo, login(studio))
    second = as_signed_in(first, refresh(studio, first.refresh_token))
    clock.forward(seconds=11)
    assert refresh(studio, first.refresh_token).status_code == 401
    assert second.get("/auth/me").status_code == 401
    assert refresh(studio, second.refresh_token).status_code == 401
    assert [e.action for e in studio.audited()].count("refresh.reused") == 1
    assert bo.get("/auth/me").status_code == 200, "another session of the user stays"


def test_two_tabs_may_refresh_at_the_same_time(studio: Studio, bo: Person, clock: Clock):
    first = as_signed_in(bo, login(studio))
    one, other = (as_signed_in(bo, refresh(studio, first.refresh_token)) for _ in range(2))
    clock.forward(seconds=30)
    assert refresh(studio, one.refresh_token).status_code == 200
    assert refresh(studio, other.refresh_token).status_code == 200


def test_of_many_refreshes_at_once_none_breaks(studio: Studio, bo: Person):
    first = as_signed_in(bo, login(studio))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: refresh(studio, first.refresh_token), range(8)))
    assert {t.status_code for t in told} == {200}


def test_a_session_is_over_after_an_hour_of_silence_and_after_a_day(
    studio: Studio, bo: Person, clock: Clock
):
    silent = as_signed_in(bo, login(studio))
    clock.forward(minutes=61)
    assert refresh(studio, silent.refresh_token).status_code == 401
    busy = as_signed_in(bo, login(studio))
    for _ in range(47):
        clock.forward(minutes=30)
        busy = as_signed_in(busy, refresh(studio, busy.refresh_token))
    clock.forward(minutes=31)
    assert refresh(studio, busy.refresh_token).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "ovs_" + "a" * 43, "\x00", "é" * 50])
def test_what_is_no_refresh_token_is_refused(studio: Studio, token: str):
    assert refresh(studio, token).status_code in {401, 422}


def test_what_is_over_for_long_is_swept_away_and_the_rest_stays(
    studio: Studio, bo: Person, clock: Clock
):
    login(studio, password="wrong password it is")
    clock.forward(days=32)
    fresh = as_signed_in(bo, login(studio))
    login(studio, password="wrong password it is")
    sweep(studio.on)
    with studio.on.store.reading() as unit:
        counts = [
            unit.session.scalar(select(func.count()).select_from(entity))
            for entity in (Session, LoginAttempts)
        ]
    assert counts == [1, 1]
    assert fresh.get("/auth/me").status_code == 200


# ------------------------------------------------------------ the cookie


def test_a_browser_gets_a_cookie_that_no_script_and_no_other_site_can_use(
    studio: Studio, bo: Person
):
    told = login(studio, refresh="cookie")
    cookie = told.headers["set-cookie"]
    assert cookie.startswith("__Host-ovs_refresh=")
    for mark in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert mark in cookie
    assert "Domain" not in cookie
    assert told.json()["refresh_token"] is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-ovs-csrf": "1"}, 200),
        ({"x-ovs-csrf": "1", "origin": "https://studio.test"}, 200),
        ({}, 403),
        ({"origin": "https://studio.test"}, 403),
        ({"x-ovs-csrf": "1", "origin": "https://evil.example.com"}, 403),
        ({"x-ovs-csrf": "1", "origin": "null"}, 403),
        ({"x-ovs-csrf": "1", "origin": "https://studio.test.evil.example.com"}, 403),
        ({"x-ovs-csrf": "1", "sec-fetch-site": "cross-site"}, 403),
        ({"x-ovs-csrf": "1", "sec-fetch-site": "same-site"}, 403),
        ({"x-ovs-csrf": "1", "sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_the_cookie_is_taken_from_our_own_pages_alone(
    studio: Studio, bo: Person, headers: dict[str, str], status: int
):
    login(studio, refresh="cookie")
    told = studio.client.post("/auth/refresh", json={}, headers=headers)
    assert told.status_code == status, told.text


def test_logout_ends_the_session_and_takes_the_cookie_back(studio: Studio, bo: Person):
    person = as_signed_in(bo, login(studio))
    told = person.post("/auth/logout")
    assert told.status_code == 204
    assert "__Host-ovs_refresh" in told.headers["set-cookie"]
    assert person.get("/auth/me").status_code == 401
    assert refresh(studio, person.refresh_token).status_code == 401


# ------------------------------------------------------------ one's own account


def test_sessions_are_listed_and_one_can_be_ended(studio: Studio, bo: Person):
    other = as_signed_in(bo, login(studio))
    sessions = bo.get("/auth/sessions").json()["items"]
    assert sorted(s["current"] for s in sessions) == [False, True]
    (foreign,) = [s["id"] for s in sessions if not s["current"]]
    assert bo.delete(f"/auth/sessions/{foreign}").status_code == 204
    assert other.get("/auth/me").status_code == 401
    assert bo.delete(f"/auth/sessions/{foreign}").status_code == 404


def test_a_session_of_somebody_else_is_not_found(studio: Studio, bo: Person):
    amira = studio.user("amira")
    (session,) = amira.get("/auth/sessions").json()["items"]
    assert bo.delete(f"/auth/sessions/{session['id']}").status_code == 404
    assert amira.get("/auth/me").status_code == 200


def test_the_eleventh_session_ends_the_oldest(studio: Studio, bo: Person, clock: Clock):
    for _ in range(10):
        clock.forward(seconds=5)
        assert login(studio).status_code == 200
    assert bo.get("/auth/me").status_code == 401


def test_a_new_password_ends_the_other_sessions(studio: Studio, bo: Person):
    other = as_signed_in(bo, login(studio))
    change = {"current": PASSWORD, "new": "vier ganz andere worte"}
    assert bo.post("/auth/password", change).status_code == 204
    assert other.get("/auth/me").status_code == 401
    assert bo.get("/auth/me").status_code == 200
    assert login(studio).status_code == 401
    assert login(studio, password=change["new"]).status_code == 200


def test_the_current_password_must_be_right_and_the_new_one_good(studio: Studio, bo: Person):
    wrong = {"current": "wrong password it is", "new": "vier ganz andere worte"}
    assert bo.post("/auth/password", wrong).status_code == 401
    noted = studio.audited()[-1]
    assert (noted.action, noted.outcome, noted.actor_id) == ("password.change", "failed", bo.id)
    weak = bo.post("/auth/password", {"current": PASSWORD, "new": "too short"})
    assert weak.status_code == 422
    assert weak.json()["errors"][0]["pointer"] == "/new"


def test_what_cannot_be_taken_back_asks_for_the_password_again(
    studio: Studio, bo: Person, clock: Clock
):
    clock.forward(minutes=11)
    told = bo.post("/auth/tokens", {"name": "t", "scopes": ["read"]})
    assert (told.status_code, told.json()["code"]) == (403, "confirmation_required")
    assert bo.post("/auth/confirm", {"password": "wrong password it is"}).status_code == 401
    noted = studio.audited()[-1]
    assert (noted.action, noted.outcome, noted.actor_id) == ("session.confirm", "failed", bo.id)
    assert bo.post("/auth/confirm", {"password": PASSWORD}).status_code == 204
    assert bo.post("/auth/tokens", {"name": "t", "scopes": ["read"]}).status_code == 201


# ------------------------------------------------------------ API tokens


def test_an_api_token_is_told_once_and_kept_as_a_hash(studio: Studio, bo: Person):
    made = bo.post("/auth/tokens", {"name": "ci", "scopes": ["read"]}).json()
    assert made["token"].startswith("ovs_")
    listed = bo.get("/auth/tokens").text
    assert made["token"] not in listed
    database = studio.on.settings.data_folder.glob("studio.db*")
    assert all(made["token"].encode() not in path.read_bytes() for path in database)


def test_an_api_token_ends_and_can_be_taken_back(studio: Studio, bo: Person, clock: Clock):
    made = [
        bo.post("/auth/tokens", {"name": "ci", "scopes": ["read"], "days": 1}).json()
        for _ in range(2)
    ]
    one, other = (dataclasses.replace(bo, access_token=each["token"]) for each in made)
    assert bo.delete(f"/auth/tokens/{made[0]['id']}").status_code == 204
    assert one.get("/auth/me").status_code == 401
    assert other.get("/auth/me").status_code == 200
    clock.forward(days=1)
    assert other.get("/auth/me").status_code == 401


def test_a_token_of_one_project_sees_no_other(studio: Studio):
    admin = studio.user("amira", Role.ADMINISTRATOR)
    mine, other = (admin.post("/projects/", {"name": n}).json()["id"] for n in ("a", "b"))
    body = {"name": "t", "scopes": ["read", "write", "execute"], "project_id": mine}
    program = dataclasses.replace(
        admin, access_token=admin.post("/auth/tokens", body).json()["token"]
    )
    assert program.get(f"/projects/{mine}").status_code == 200
    assert program.get(f"/projects/{other}").status_code == 404
    assert [p["id"] for p in program.get("/projects/").json()["items"]] == [mine]
    assert program.get("/auth/users").status_code == 403
    assert program.post("/projects/", {"name": "c"}).status_code == 403


# ------------------------------------------------------------ second factor


def with_otp(person: Person, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    totp = pyotp.TOTP(person.post("/auth/otp").json()["seed"])
    told = person.post("/auth/otp/confirm", {"code": totp.at(clock())})
    assert told.status_code == 200, told.text
    clock.forward(seconds=30)
    return totp, told.json()["codes"]


def test_with_a_second_factor_the_password_alone_lets_nobody_in(
    studio: Studio, bo: Person, clock: Clock
):
    totp, _ = with_otp(bo, clock)
    told = login(studio)
    assert (told.status_code, told.json()["code"]) == (401, "otp_required")
    assert login(studio, otp="000000").status_code == 401
    assert login(studio, otp=totp.at(clock())).status_code == 200


def test_codes_cannot_be_guessed_with_the_password_alone_in_between(
    studio: Studio, elsewhere: Studio, bo: Person, clock: Clock
):
    with_otp(bo, clock)
    told = []
    for n in range(20):
        told += [login(elsewhere, otp=f"{n:06}"), login(elsewhere)]
    assert [t.json()["code"] for t in told[:8]] == ["not_signed_in", "otp_required"] * 4
    assert {t.status_code for t in told[9:]} == {429}


def test_codes_that_are_guessed_from_everywhere_make_everywhere_wait_but_the_owners_own_address(
    studio: Studio, elsewhere: Studio, bo: Person, clock: Clock
):
    totp, _ = with_otp(bo, clock)
    sign_in = SignIn(studio.on)

    def guessed(n: int) -> str:
        caller = Caller(address=f"198.51.{n}.7", request_id="t")
        try:
            sign_in.login(Login(username="bo", password=PASSWORD, otp=f"{n:06}"), caller)
        except OmbudsmanError as error:
            return error.code
        raise AssertionError("a guess was right")

    told = [guessed(n) for n in range(30)]
    assert told == ["not_signed_in"] * 10 + ["too_many_requests"] * 20
    assert login(elsewhere, otp=totp.at(clock())).status_code == 429
    assert login(studio, otp=totp.at(clock())).status_code == 200


def test_a_code_is_good_once(studio: Studio, bo: Person, clock: Clock):
    totp, _ = with_otp(bo, clock)
    code = totp.at(clock())
    assert login(studio, otp=code).status_code == 200
    assert login(studio, otp=code).status_code == 401


def test_each_recovery_code_lets_in_once(studio: Studio, bo: Person, clock: Clock):
    _, codes = with_otp(bo, clock)
    assert len(set(codes)) == 10
    assert login(studio, otp=codes[3]).status_code == 200
    assert login(studio, otp=codes[3]).status_code == 401
    assert login(studio, otp=codes[4]).status_code == 200


def test_the_seed_is_kept_encrypted_and_opens_for_its_user_alone(
    studio: Studio, bo: Person, clock: Clock
):
    amira = studio.user("amira")
    totp, _ = with_otp(bo, clock)
    with_otp(amira, clock)
    with studio.on.store.writing() as unit:
        box = unit.accounts.get(bo.id).otp_box
        assert box is not None
        assert totp.secret.encode() not in box
        unit.accounts.get(amira.id).otp_box = box
    assert login(studio, "amira", otp=totp.at(clock())).status_code == 422


def test_without_its_second_factor_the_account_is_as_before(
    studio: Studio, bo: Person, clock: Clock
):
    with_otp(bo, clock)
    assert bo.post("/auth/otp").status_code == 409
    assert bo.delete("/auth/otp").status_code == 204
    assert login(studio).status_code == 200


def test_a_password_that_is_too_short_alone_keeps_its_second_factor(
    studio: Studio, bo: Person, clock: Clock
):
    totp, _ = with_otp(bo, clock)
    short, long = "kurz genug", "vier ganz andere worte"
    assert bo.post("/auth/password", {"current": PASSWORD, "new": short}).status_code == 204
    refused = bo.delete("/auth/otp")
    assert (refused.status_code, "/auth/password" in refused.json()["hint"]) == (409, True)
    assert login(studio, password=short, otp=totp.at(clock())).status_code == 200
    assert bo.post("/auth/password", {"current": short, "new": long}).status_code == 204
    assert bo.delete("/auth/otp").status_code == 204
    weak = bo.post("/auth/password", {"current": long, "new": short})
    assert (weak.status_code, weak.json()["errors"][0]["pointer"]) == (422, "/new")
