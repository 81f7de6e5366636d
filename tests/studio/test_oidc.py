"""Sign-in by a provider: who comes in, as whom, and every way in that is none. The provider is a stand-in."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import pytest
from tests.studio.client import BASE_URL, Client
from tests.studio.conftest import Clock, opened, postgres_url, served
from tests.studio.people import PASSWORD, Person, Studio
from tests.studio.stand_in_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    EC_KEY,
    OTHER_RSA_KEY,
    RSA_KEY,
    SHORT_RSA_KEY,
    StandInProvider,
    answer,
    configured,
    dripping,
    jwk,
    provided,
    public_pem,
    signed,
)

from ombudsman.cli.main import main
from ombudsman.model.errors import Conflict, SettingsError
from ombudsman.studio import judged_http
from ombudsman.studio.persistence.entities.users import BegunSignIn, User
from ombudsman.studio.routers.oidc import PLAIN_COOKIE, SECURE_COOKIE
from ombudsman.studio.security.roles import Role
from ombudsman.studio.services.accounts import Accounts

SUBJECT = "248289761001"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def provider(clock: Clock) -> Iterator[StandInProvider]:
    with provided(lambda: clock().timestamp()) as made:
        yield made


Make = Callable[..., Studio]


@pytest.fixture
def make(tmp_path: Path, clock: Clock, provider: StandInProvider) -> Iterator[Make]:
    """Makes a studio that knows the provider, configured as a test says."""
    running: list[Iterator[Studio]] = []

    def made(url: Any = None, **settings: Any) -> Studio:
        on = opened(tmp_path / "data", clock, url, **configured(provider, **settings))
        running.append(served(on, clock))
        return next(running[-1])

    yield made
    for each in running:
        next(each, None)


def begun(studio: Studio, **given: Any) -> str:
    """Where the browser goes."""
    told = studio.client.post("/auth/oidc/begin", json=given)
    assert told.status_code == 200, told.text
    address: str = told.json()["address"]
    return address


def sign_in(studio: Studio, provider: StandInProvider, **claims: Any) -> httpx.Response:
    """The whole way: begin, sign in there, come back."""
    return studio.client.get(provider.sign_in(begun(studio), **claims))


def refreshed(studio: Studio) -> str:
    """The access token that a page takes when somebody has come back."""
    told = studio.client.post("/auth/refresh", json={}, headers={"X-OVS-CSRF": "1"})
    assert told.status_code == 200, told.text
    token: str = told.json()["access_token"]
    return token


def person(studio: Studio) -> Person:
    """Who has signed in, as the API tells it."""
    token = refreshed(studio)
    me = Person(studio, "", "", token).get("/auth/me").json()
    return Person(studio, me["username"], me["id"], token)


def users(studio: Studio) -> list[User]:
    from sqlalchemy import select

    with studio.on.store.reading() as unit:
        return list(unit.session.scalars(select(User).order_by(User.created, User.id)))


# ------------------------------------------------------------ who comes in


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_whoever_the_provider_names_comes_in_and_is_the_same_next_time(
    engine: str, make: Make, provider: StandInProvider, request: pytest.FixtureRequest
):
    url = None
    if engine == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "studio_oidc")
    studio = make(url)
    assert studio.client.get("/auth/oidc").json() == {"name": "the company"}
    back = sign_in(studio, provider, preferred_username="Amira", email="a@example.com")
    assert (back.status_code, back.headers["location"]) == (303, f"{BASE_URL}/studio/")
    set_there = [each.lower() for each in back.headers.get_list("set-cookie")]
    assert any("__host-ovs_refresh" in each and "samesite=strict" in each for each in set_there)
    assert SECURE_COOKIE not in studio.client.cookies
    me = Person(studio, "", "", refreshed(studio)).get("/auth/me").json()
    assert (me["username"], me["role"]) == ("Amira", "user")
    assert (me["issuer"], me["subject"]) == (provider.issuer, SUBJECT)
    # The name, the address: all has changed there but the subject.
    sign_in(studio, provider, preferred_username="Another", email="b@example.com")
    assert person(studio).id == me["id"]
    assert len(users(studio)) == 1
    told = [(each.action, each.outcome, each.details.get("by")) for each in studio.audited()]
    assert told == [
        ("user.register", "done", "open"),
        ("login", "done", "provider"),
        ("login", "done", "provider"),
    ]


def test_the_provider_is_asked_with_pkce_and_is_told_nothing_that_the_browser_keeps(
    make: Make, provider: StandInProvider
):
    studio = make()
    address = begun(studio)
    kept = studio.client.cookies[SECURE_COOKIE]
    studio.client.get(provider.sign_in(address))
    asked = provider.last_query
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile"
    assert asked["tenant"] == "1"  # what the endpoint's own address says stays
    assert asked["redirect_uri"] == f"{BASE_URL}/auth/oidc/callback"
    derived = {asked["state"], asked["nonce"], provider.forms[0]["code_verifier"], kept}
    assert len(derived) == 4
    assert kept not in address
    assert "client_secret" not in provider.forms[0]


def test_the_store_keeps_nothing_by_which_a_begun_sign_in_could_be_ended(
    make: Make, provider: StandInProvider
):
    studio = make()
    address = begun(studio, invitation="an-invitation")
    kept = studio.client.cookies[SECURE_COOKIE]
    with studio.on.store.reading() as unit:
        (row,) = unit.session.query(BegunSignIn).all()
    texts = {row.hash, row.invitation_hash}
    provider.sign_in(address)
    assert not texts & {kept, "an-invitation", *provider.last_query.values()}


def test_a_browser_that_never_came_back_is_forgotten(
    make: Make, provider: StandInProvider, clock: Clock
):
    studio = make()
    late = provider.sign_in(begun(studio))
    kept = studio.client.cookies[SECURE_COOKIE]
    clock.forward(minutes=11)
    told = studio.client.get(late, headers={"cookie": f"{SECURE_COOKIE}={kept}"})
    assert told.status_code == 401
    assert "over" in told.json()["detail"]
    begun(studio)
    with studio.on.store.reading() as unit:
        assert unit.session.query(BegunSignIn).count() == 1


def test_es256_is_as_good_as_rs256(make: Make, provider: StandInProvider):
    provider.sign = signed(EC_KEY, "ES256", "ec")
    assert sign_in(make(), provider).status_code == 303


def test_a_token_without_a_key_name_is_read_where_one_key_fits(
    make: Make, provider: StandInProvider
):
    provider.sign = signed(name=None)
    studio = make()
    assert sign_in(studio, provider).status_code == 303
    provider.keys.append(jwk(OTHER_RSA_KEY, "other"))
    assert sign_in(studio, provider).status_code == 401


def test_a_new_key_of_the_provider_is_believed_at_once_and_the_old_one_no_more(
    make: Make, provider: StandInProvider
):
    studio = make()
    assert sign_in(studio, provider).status_code == 303
    provider.keys = [jwk(OTHER_RSA_KEY, "new")]
    assert sign_in(studio, provider).status_code == 401
    provider.sign = signed(OTHER_RSA_KEY, name="new")
    assert sign_in(studio, provider).status_code == 303


def test_a_provider_that_takes_secrets_in_the_form_alone_gets_it_there(
    make: Make, provider: StandInProvider
):
    provider.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert sign_in(make(), provider).status_code == 303
    assert provider.forms[0]["client_secret"] == CLIENT_SECRET


def test_a_client_without_a_secret_sends_none(make: Make, provider: StandInProvider):
    provider.asks_for_secret = False
    assert sign_in(make(ovs_oidc_client_secret=None), provider).status_code == 303
    assert "client_secret" not in provider.forms[0]


def test_a_secret_that_is_not_right_is_told_to_look_at(make: Make, provider: StandInProvider):
    told = sign_in(make(ovs_oidc_client_secret="another"), provider)
    assert (told.status_code, told.json()["code"]) == (503, "provider_unavailable")
    assert "status 401" in told.json()["detail"]


def test_without_tls_the_cookies_are_the_plain_ones(make: Make, provider: StandInProvider):
    studio = make(ovs_cookie_secure=False)
    address = begun(studio)
    assert set(studio.client.cookies) == {PLAIN_COOKIE}
    assert studio.client.get(provider.sign_in(address)).status_code == 303
    assert set(studio.client.cookies) == {"ovs_refresh"}


def test_an_account_is_never_found_by_its_name_or_address(make: Make, provider: StandInProvider):
    studio = make()
    admin = studio.user("amira@example.com", Role.ADMINISTRATOR)
    names = {"preferred_username": "AMIRA@example.com", "email": "amira@example.com"}
    sign_in(studio, provider, **names)
    newcomer = person(studio)
    assert newcomer.id != admin.id
    assert newcomer.name == "AMIRA@example.com 2"
    assert newcomer.get("/auth/users").status_code == 403


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "e@example.com"}, "e@example.com"),
        ({"preferred_username": "a\nb", "name": "N"}, "N"),
        ({"preferred_username": "\x00", "email": 5, "name": ["x"]}, "somebody"),
        ({"preferred_username": "x" * 300}, "x" * 100),
        ({"preferred_username": "\u202eevil"}, "somebody"),
        ({}, "somebody"),
    ],
)
def test_a_name_that_cannot_be_one_is_passed_over(
    claims: dict[str, Any], name: str, make: Make, provider: StandInProvider
):
    studio = make()
    assert sign_in(studio, provider, **claims).status_code == 303
    assert person(studio).name == name


# ------------------------------------------------------------ who gets an account


def test_without_an_invitation_nobody_new_comes_in_where_it_is_asked_for(
    make: Make, provider: StandInProvider
):
    studio = make(ovs_registration="invitation")
    told = sign_in(studio, provider)
    assert (told.status_code, told.json()["code"]) == (403, "not_allowed")
    assert users(studio) == []
    assert studio.audited()[-1].outcome == "denied"


def test_an_invitation_goes_along_and_is_used_once(make: Make, provider: StandInProvider):
    studio = make(ovs_registration="invitation")
    admin = studio.user("admin", Role.ADMINISTRATOR)
    made = admin.post("/auth/invitations", {"role": "auditor"})
    token = made.json()["token"]
    back = studio.client.get(provider.sign_in(begun(studio, invitation=token)))
    assert back.status_code == 303, back.text
    assert Person(studio, "", "", refreshed(studio)).get("/auth/me").json()["role"] == "auditor"
    again = studio.client.get(provider.sign_in(begun(studio, invitation=token), "another"))
    assert again.status_code == 403
    assert token not in str([each.details for each in studio.audited()])


def test_where_registration_is_closed_only_those_come_in_who_were_made(
    make: Make, provider: StandInProvider
):
    studio = make(ovs_registration="closed")
    assert sign_in(studio, provider).status_code == 403
    made = Accounts(studio.on).create_known("amira", SUBJECT, Role.ADMINISTRATOR)
    assert sign_in(studio, provider, preferred_username="whatever").status_code == 303
    assert person(studio).id == made.id
    assert sign_in(studio, provider, subject="another").status_code == 403


def test_the_console_makes_nobody_who_is_there_or_cannot_be(make: Make, studio: Studio):
    accounts = Accounts(make().on)
    accounts.create_known("amira", SUBJECT, Role.USER)
    with pytest.raises(Conflict):
        accounts.create_known("another", SUBJECT, Role.USER)
    with pytest.raises(Conflict, match="name is taken"):
        accounts.create_known("Amira", "another", Role.USER)
    for subject in ("", "x" * 256, "a\nb"):
        with pytest.raises(SettingsError, match="subject"):
            accounts.create_known("new", subject, Role.USER)


def test_the_command_makes_an_account_and_asks_for_no_password(
    provider: StandInProvider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    for name, value in configured(provider).items():
        monkeypatch.setenv(name.upper(), value)
    asked = ["user", "create", "amira", "--role", "administrator", "--subject", SUBJECT]
    with pytest.raises(SystemExit) as ended:
        main([*asked, "--data", str(tmp_path / "data")])
    assert (ended.value.code, "amira is administrator now" in capsys.readouterr().out) == (0, True)


def test_who_is_disabled_stays_out_and_what_was_open_ends(make: Make, provider: StandInProvider):
    studio = make()
    admin = studio.user("admin", Role.ADMINISTRATOR)
    sign_in(studio, provider)
    bo = person(studio)
    version = admin.get(f"/auth/users/{bo.id}").json()["version"]
    told = admin.patch(f"/auth/users/{bo.id}", {"disabled": True}, version=version)
    assert told.status_code == 200
    assert bo.get("/auth/me").status_code == 401
    told = sign_in(studio, provider)
    assert (told.status_code, told.json()["detail"]) == (403, "this account is disabled")


@pytest.mark.parametrize(
    ("required", "claims", "status"),
    [
        ("groups=migration", {"groups": ["x", "migration"]}, 303),
        ("groups=migration", {"groups": "migration"}, 303),
        ("groups=migration", {"groups": "migration-guests"}, 403),
        ("groups=migration", {"groups": [["migration"]]}, 403),
        ("groups=migration", {"groups": {"migration": 1}}, 403),
        ("groups=migration", {}, 403),
        ("groups=migration, amr=mfa", {"groups": ["migration"], "amr": ["pwd", "mfa"]}, 303),
        ("groups=migration, amr=mfa", {"groups": ["migration"], "amr": ["pwd"]}, 403),
    ],
)
def test_what_must_be_said_of_somebody_is_asked_each_time(
    required: str, claims: dict[str, Any], status: int, make: Make, provider: StandInProvider
):
    studio = make(ovs_oidc_required_claims=required)
    Accounts(studio.on).create_known("amira", SUBJECT, Role.USER)
    assert sign_in(studio, provider, **claims).status_code == status


# ------------------------------------------------------------ an account without a password


def test_it_has_no_password_and_gets_none(make: Make, provider: StandInProvider):
    studio = make()
    sign_in(studio, provider, preferred_username="amira")
    amira = person(studio)
    for password in ("", PASSWORD):
        told = studio.client.post(
            "/auth/login", json={"username": "amira", "password": password or "x"}
        )
        assert told.status_code == 401
    change = {"current": PASSWORD, "new": "vier ganz andere worte"}
    for path, body in (("password", change), ("confirm", {"password": PASSWORD}), ("otp", None)):
        told = amira.post(f"/auth/{path}", body)
        assert told.status_code == 403, (path, told.text)
    with pytest.raises(Conflict, match="signs in by a provider"):
        Accounts(studio.on).reset("amira", PASSWORD)
    with pytest.raises(Conflict), studio.on.store.writing() as unit:  # the store itself says no
        unit.accounts.get(amira.id).password_hash = studio.on.passwords.hash(PASSWORD)
    assert users(studio)[0].password_hash is None


def test_no_second_factor_of_ours_is_asked_of_it(make: Make, provider: StandInProvider):
    studio = make(ovs_require_second_factor="everybody")
    sign_in(studio, provider)
    assert person(studio).get("/projects/").status_code == 200


@pytest.mark.parametrize(
    ("seconds_ago", "status"), [(0, 201), (-30, 201), (599, 201), (601, 403), (None, 403)]
)
def test_what_cannot_be_taken_back_asks_when_the_provider_saw_the_person(
    seconds_ago: int | None, status: int, make: Make, provider: StandInProvider, clock: Clock
):
    studio = make()
    at = None if seconds_ago is None else int(clock().timestamp()) - seconds_ago
    sign_in(studio, provider, auth_time=at)
    told = person(studio).post("/auth/tokens", {"name": "t", "scopes": ["read"]})
    assert told.status_code == status, told.text


def test_the_provider_can_be_made_to_ask_again(make: Make, provider: StandInProvider):
    studio = make()
    provider.sign_in(begun(studio, again=True))
    assert (provider.last_query["prompt"], provider.last_query["max_age"]) == ("login", "0")
    provider.sign_in(begun(studio))
    assert "prompt" not in provider.last_query


# ------------------------------------------------------------ ways in that are none


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none")


def with_the_public_key(claims: dict[str, Any]) -> str:
    """HS256 with the public key's text as the secret; PyJWT itself refuses to sign so."""
    import base64
    import hashlib
    import hmac
    import json

    def part(text: bytes) -> bytes:
        return base64.urlsafe_b64encode(text).rstrip(b"=")

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "rsa"}).encode())
    body = head + b"." + part(json.dumps(claims).encode())
    return (
        body + b"." + part(hmac.new(public_pem(RSA_KEY), body, hashlib.sha256).digest())
    ).decode()


def with_its_own_key(claims: dict[str, Any]) -> str:
    headers = {"kid": "own", "jwk": jwk(OTHER_RSA_KEY, "own"), "jku": "https://evil.example.com"}
    return jwt.encode(claims, OTHER_RSA_KEY, algorithm="RS256", headers=headers)


def broken(claims: dict[str, Any]) -> str:
    head, body, _ = signed()(claims).split(".")
    other = signed()(claims | {"sub": "somebody else"}).split(".")[2]
    return f"{head}.{body}.{other}"


FORGED: dict[str, tuple[Any, str]] = {
    "unsigned": (unsigned, "RS256 or ES256"),
    "HS256 with the public key": (with_the_public_key, "RS256 or ES256"),
    "HS512 with the client's secret": (
        signed(CLIENT_SECRET * 8, "HS512"),
        "RS256 or ES256",
    ),
    "PS256": (signed(RSA_KEY, "PS256"), "RS256 or ES256"),
    "a key that nobody knows": (signed(OTHER_RSA_KEY, name="unknown"), "names no key"),
    "another key under a known name": (signed(OTHER_RSA_KEY), "signature"),
    "a key that it brings along": (with_its_own_key, "names no key"),
    "a key of another kind": (signed(RSA_KEY, "RS256", "ec"), "names no key"),
    "a key for encryption": (signed(RSA_KEY, "RS256", "enc"), "names no key"),
    "a key that is short": (signed(SHORT_RSA_KEY, "RS256", "short"), "too short"),
    "a key that is none": (signed(RSA_KEY, "RS256", "none"), "cannot be read"),
    "the signature of another token": (broken, "signature"),
    "no token": (lambda _: "x", "cannot be read"),
    "a number": (lambda _: 5, "there is none"),
}


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")  # that is the point
@pytest.mark.parametrize("forgery", FORGED)
def test_a_signature_that_is_not_the_providers_is_refused(
    forgery: str, make: Make, provider: StandInProvider
):
    provider.sign, reason = FORGED[forgery]
    provider.keys += [
        jwk(RSA_KEY, "enc") | {"use": "enc"},
        jwk(SHORT_RSA_KEY, "short"),
        {"kid": "none", "kty": "RSA", "n": "!", "e": "AQAB"},
        {"kid": "oct", "kty": "oct", "k": "aHVzaA"},
        5,  # type: ignore[list-item]
    ]
    refused(make(), provider, reason)


def refused(studio: Studio, provider: StandInProvider, reason: str, **claims: Any) -> None:
    """Nobody comes in, the answer and the audit say why, and nothing of the person is kept."""
    told = sign_in(studio, provider, **claims)
    assert told.status_code == 401, told.text
    assert reason in told.json()["detail"]
    assert "set-cookie" not in told.headers
    assert users(studio) == []
    last = studio.audited()[-1]
    assert (last.action, last.outcome) == ("login", "failed")
    assert reason in last.details["why"]


HOUR = 3_600
CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://evil.example.com"}, "another issuer"),
    "an issuer with a slash more": ({"iss": "{issuer}/"}, "another issuer"),
    "no issuer": ({"iss": None}, "missing"),
    "another audience": ({"aud": "another"}, "for somebody else"),
    "other audiences": ({"aud": ["a", "b"]}, "for somebody else"),
    "no audience": ({"aud": None}, "missing"),
    "an audience that is nobody": ({"aud": {}}, "missing"),
    "several audiences and nobody who asked": ({"aud": [CLIENT_ID, "b"]}, "asked for by"),
    "several audiences and another asked": (
        {"aud": [CLIENT_ID, "b"], "azp": "b"},
        "asked for by",
    ),
    "another asked": ({"azp": "b"}, "asked for by"),
    "another nonce": ({"nonce": "another"}, "another sign-in"),
    "no nonce": ({"nonce": None}, "missing"),
    "a nonce that is a number": ({"nonce": 5}, "another sign-in"),
    "over": ({"exp": -61, "iat": -HOUR}, "it is over"),
    "no end": ({"exp": None}, "missing"),
    "an end that is a text": ({"exp": "tomorrow"}, "time"),
    "an end beyond all calendars": ({"exp": 10**30}, "time"),
    "an end that is true": ({"exp": True}, "time"),
    "made in an hour": ({"iat": HOUR}, "to come"),
    "good in an hour": ({"nbf": HOUR}, "to come"),
    "no subject": ({"sub": None}, "missing"),
    "an empty subject": ({"sub": ""}, "subject"),
    "a subject without end": ({"sub": "x" * 256}, "subject"),
    "a subject of two lines": ({"sub": "a\nb"}, "subject"),
    "a subject that is a number": ({"sub": 5}, "cannot be read"),
}
TIMES = {"exp", "iat", "nbf"}


@pytest.mark.parametrize("lie", CLAIMS)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    lie: str, make: Make, provider: StandInProvider, clock: Clock
):
    claims, reason = CLAIMS[lie]
    now = int(clock().timestamp())
    provider.claimed = {
        name: now + value
        if name in TIMES and type(value) is int and abs(value) <= HOUR
        else value.replace("{issuer}", provider.issuer)
        if isinstance(value, str)
        else value
        for name, value in claims.items()
    }
    refused(make(), provider, reason)


def test_what_is_almost_one_of_these_lies_is_none(
    make: Make, provider: StandInProvider, clock: Clock
):
    now = int(clock().timestamp())
    provider.claimed = {
        "aud": [CLIENT_ID, "b"],
        "azp": CLIENT_ID,
        "exp": now - 59,
        "iat": now + 59,
        "nbf": now + 59,
        "sub": "x" * 255,
    }
    assert sign_in(make(), provider).status_code == 303


# ------------------------------------------------------------ the way back


def test_what_another_browser_has_begun_is_not_ended_here(make: Make, provider: StandInProvider):
    """Else a thief sends you an address, and you work in the thief's account."""
    studio = make()
    with Client(studio.app) as other:
        theirs = provider.sign_in(other.post("/auth/oidc/begin", json={}).json()["address"])
    told = studio.client.get(theirs)
    assert (told.status_code, told.json()["code"]) == (401, "not_signed_in")
    begun(studio)
    assert studio.client.get(theirs).status_code == 401
    assert "/token" not in provider.asked
    assert users(studio) == []


def test_a_code_is_used_once(make: Make, provider: StandInProvider):
    studio = make()
    back = provider.sign_in(begun(studio))
    kept = studio.client.cookies[SECURE_COOKIE]
    assert studio.client.get(back).status_code == 303
    told = studio.client.get(back, headers={"cookie": f"{SECURE_COOKIE}={kept}"})
    assert (told.status_code, provider.asked.count("/token")) == (401, 1)
    assert "used before" in told.json()["detail"]


def test_of_two_who_bring_the_same_code_at_once_one_comes_in(make: Make, provider: StandInProvider):
    studio = make()
    back = provider.sign_in(begun(studio))
    cookie = {"cookie": f"{SECURE_COOKIE}={studio.client.cookies[SECURE_COOKIE]}"}
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: studio.client.get(back, headers=cookie), range(4)))
    assert sorted(each.status_code for each in told) == [303, 401, 401, 401]


def test_a_code_of_another_sign_in_is_not_taken(make: Make, provider: StandInProvider):
    """The provider sees that the verifier is another: PKCE."""
    studio = make()
    with Client(studio.app) as other:
        theirs = provider.sign_in(other.post("/auth/oidc/begin", json={}).json()["address"])
    code = httpx.URL(theirs).params["code"]
    state = httpx.URL(provider.sign_in(begun(studio))).params["state"]
    told = studio.client.get("/auth/oidc/callback?" + urlencode({"code": code, "state": state}))
    assert (told.status_code, told.json()["detail"]) == (401, "the provider does not take the code")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"error": "access_denied"}, "did not sign you in"),
        ({"error": "<script>"}, "did not sign you in"),
        ({"code": "x", "iss": "https://evil.example.com"}, "another provider"),
        ({}, "did not sign you in"),
    ],
)
def test_a_way_back_without_a_code_of_the_provider_is_none(
    more: dict[str, str], reason: str, make: Make, provider: StandInProvider
):
    studio = make()
    state = httpx.URL(provider.sign_in(begun(studio))).params["state"]
    told = studio.client.get("/auth/oidc/callback?" + urlencode({"state": state} | more))
    assert told.status_code == 401
    assert reason in told.json()["detail"]
    assert "<script>" not in told.text
    assert "/token" not in provider.asked


def test_a_provider_that_always_says_who_it_is_must(make: Make, provider: StandInProvider):
    provider.described = {"authorization_response_iss_parameter_supported": True}
    studio = make()
    assert sign_in(studio, provider).status_code == 401
    back = provider.sign_in(begun(studio)) + "&" + urlencode({"iss": provider.issuer})
    assert studio.client.get(back).status_code == 303


# ------------------------------------------------------------ a provider that is none

LIES: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"issuer": "https://evil.example.com"}, "says that it is another"),
    "no issuer": ({"issuer": None}, "says that it is another"),
    "no address to sign in": ({"authorization_endpoint": None}, "authorization_endpoint"),
    "a script to sign in": ({"authorization_endpoint": "javascript:alert(1)"}, "authorization"),
    "a file of tokens": ({"token_endpoint": "file:///etc/passwd"}, "token_endpoint"),
    "keys with a user": ({"jwks_uri": "https://a:b@db.example.com/"}, "jwks_uri"),
    "a line break": ({"jwks_uri": "https://db.example.com/\r\nX: y"}, "jwks_uri"),
    "the metadata of a cloud": ({"jwks_uri": "http://169.254.169.254/"}, "may not connect"),
    "this machine by another name": ({"jwks_uri": "http://127.1/"}, "may not connect"),
    "this machine by its other address": ({"jwks_uri": "https://[::1]/"}, "may not connect"),
    "another machine without TLS": ({"jwks_uri": "http://db.example.com/"}, "without TLS"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_points_elsewhere_is_not_followed(
    lie: str, make: Make, provider: StandInProvider
):
    provider.described, reason = LIES[lie]
    studio = make()
    told = studio.client.post("/auth/oidc/begin", json={})
    if told.status_code == 200:
        told = studio.client.get(provider.sign_in(told.json()["address"]))
    assert (told.status_code, told.json()["code"]) == (503, "provider_unavailable"), told.text
    assert reason in told.json()["detail"]
    assert "Retry-After" in told.headers
    assert users(studio) == []


ODD: dict[str, tuple[Callable[[Any], None], str]] = {
    "too much": (lambda to: answer(to, b'{"a": "' + b"x" * 300_000 + b'"}'), "too much"),
    "a page": (lambda to: answer(to, b"<html>"), "no JSON object"),
    "a list": (lambda to: answer(to, b"[]"), "no JSON object"),
    "a depth without end": (lambda to: answer(to, b"[" * 100_000), "no JSON object"),
    "elsewhere": (
        lambda to: answer(to, b"{}", 302, Location="http://169.254.169.254/"),
        "status 302",
    ),
    "a fault": (lambda to: answer(to, b"{}", 500), "status 500"),
    "nothing": (lambda to: to.connection.shutdown(socket.SHUT_RDWR), "does not answer"),
    "drops": (dripping, "takes too long"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/keys"])
def test_an_answer_that_is_none_is_told_as_such_and_soon(
    odd: str, path: str, make: Make, provider: StandInProvider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(judged_http, "WITHIN_S", 0.4)
    answered, reason = ODD[odd]
    studio = make()
    address = begun(studio)
    provider.answered = {path: answered}
    told = studio.client.get(provider.sign_in(address))
    assert (told.status_code, told.json()["code"]) == (503, "provider_unavailable"), told.text
    assert reason in told.json()["detail"]
    assert users(studio) == []


def test_few_wait_for_a_slow_provider_and_the_rest_are_told_to_come_later(
    make: Make, provider: StandInProvider
):
    studio = make()
    gone, waiting = threading.Event(), threading.Semaphore(0)

    def slow(to: Any) -> None:
        waiting.release()
        gone.wait(5)
        answer(to, b"{}", 500)

    provider.answered = {DISCOVERY: slow}
    with ThreadPoolExecutor(4) as pool:
        first = [pool.submit(studio.client.post, "/auth/oidc/begin", json={}) for _ in range(4)]
        for _ in range(4):
            assert waiting.acquire(timeout=5)
        told = studio.client.post("/auth/oidc/begin", json={})
        gone.set()
        assert (told.status_code, told.headers["Retry-After"]) == (429, "5")
        assert {each.result().status_code for each in first} == {503}


def test_nobody_knocks_there_without_end(make: Make, provider: StandInProvider):
    studio = make()
    told = [studio.client.post("/auth/oidc/begin", json={}).status_code for _ in range(61)]
    assert told == [200] * 60 + [429]


def test_this_machine_is_asked_only_where_it_is_allowed(make: Make, provider: StandInProvider):
    studio = make(ovs_outbound_allowed="")
    told = studio.client.post("/auth/oidc/begin", json={})
    assert told.status_code == 503
    assert provider.asked == []


# ------------------------------------------------------------ what is configured


def test_it_is_off_unless_it_is_configured(studio: Studio):
    assert studio.client.get("/auth/oidc").json() == {"name": None}
    for told in (
        studio.client.post("/auth/oidc/begin", json={}),
        studio.client.get("/auth/oidc/callback?state=x&code=y"),
    ):
        assert told.status_code == 404
    with pytest.raises(SettingsError, match="no provider"):
        Accounts(studio.on).create_known("amira", SUBJECT, Role.USER)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"ovs_oidc_issuer": "sign-in.example.com"}, "OVS_OIDC_ISSUER"),
        ({"ovs_oidc_issuer": "ftp://sign-in.example.com"}, "OVS_OIDC_ISSUER"),
        ({"ovs_oidc_issuer": "https://a@sign-in.example.com"}, "OVS_OIDC_ISSUER"),
        ({"ovs_oidc_issuer": "https://sign-in.example.com?x=1"}, "OVS_OIDC_ISSUER"),
        ({"ovs_oidc_client_id": None}, "OVS_OIDC_CLIENT_ID"),
        ({"ovs_public_url": None}, "OVS_PUBLIC_URL"),
        ({"ovs_oidc_scopes": "profile"}, "OVS_OIDC_SCOPES"),
        ({"ovs_oidc_required_claims": "groups"}, "OVS_OIDC_REQUIRED_CLAIMS"),
        ({"ovs_oidc_required_claims": "groups="}, "OVS_OIDC_REQUIRED_CLAIMS"),
    ],
)
def test_what_makes_no_sense_keeps_the_server_from_starting(
    wrong: dict[str, Any], name: str, tmp_path: Path, clock: Clock, provider: StandInProvider
):
    with pytest.raises(SettingsError, match=name) as told:
        opened(tmp_path / "data", clock, **configured(provider, **wrong))
    assert CLIENT_SECRET not in str(told.value.problem())


def test_the_clients_secret_stands_in_no_text(make: Make, provider: StandInProvider):
    studio = make()
    assert CLIENT_SECRET not in repr(studio.on)
    assert CLIENT_SECRET not in studio.on.secrets.without(f"x {CLIENT_SECRET}")
