"""Access tokens: ours are read, and every forgery that is known is not."""

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from tests.studio.conftest import Clock

from ombudsman.studio.errors import NotSignedIn
from ombudsman.studio.security.tokens import AccessTokens

KEY, OTHER = b"k" * 31 + b"!", b"o" * 31 + b"!"
SAID = {"user_id": "u1", "username": "amira", "role": "user", "session_id": "s1"}


def tokens(clock: Clock, **keys: bytes) -> AccessTokens:
    return AccessTokens(keys or {"one": KEY}, lifetime=dt.timedelta(minutes=30), clock=clock)


def forged(clock: Clock, change: Callable[[dict[str, Any]], None], **more: Any) -> str:
    said = jwt.decode(tokens(clock).issue(**SAID), options={"verify_signature": False})
    change(said)
    return jwt.encode(
        said, **({"key": KEY, "algorithm": "HS256", "headers": {"kid": "one"}} | more)
    )


def nothing(_: dict[str, Any]) -> None:
    pass


def test_a_token_says_who_in_which_session(clock: Clock):
    claims = tokens(clock).read(tokens(clock).issue(**SAID))
    assert (claims.user_id, claims.session_id) == ("u1", "s1")


def test_the_forger_of_these_tests_can_make_a_good_one(clock: Clock):
    assert tokens(clock).read(forged(clock, nothing)).user_id == "u1"


CLAIMS = ["iss", "aud", "sub", "username", "role", "sid", "jti", "iat", "exp"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_token_without_one_of_its_claims_is_refused(clock: Clock, claim: str):
    with pytest.raises(NotSignedIn):
        tokens(clock).read(forged(clock, lambda said: said.pop(claim)))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "sid", "jti", "iat", "exp"])
@pytest.mark.parametrize("value", [None, [], {}, True, 1e300, "x", 2**70, -1, "\x00"])
def test_no_claim_of_another_type_breaks_anything(clock: Clock, claim: str, value: object):
    text = isinstance(value, str) and claim in ("sub", "sid", "jti")
    try:
        token = forged(clock, lambda said: said.update({claim: value}))
    except TypeError:
        return  # the forger's own library refuses to write it
    if text:
        tokens(clock).read(token)
    else:
        with pytest.raises(NotSignedIn):
            tokens(clock).read(token)


def test_a_token_signed_by_another_key_is_refused(clock: Clock):
    with pytest.raises(NotSignedIn):
        tokens(clock).read(forged(clock, nothing, key=OTHER))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_another_algorithm_is_refused_though_the_key_is_right(clock: Clock, algorithm: str):
    with pytest.raises(NotSignedIn):
        tokens(clock).read(forged(clock, nothing, algorithm=algorithm))


def test_alg_none_is_refused(clock: Clock):
    with pytest.raises(NotSignedIn):
        tokens(clock).read(forged(clock, nothing, key=None, algorithm="none"))
    head, body, _ = tokens(clock).issue(**SAID).split(".")
    for alg in ("none", "None", "NONE", "nOnE"):
        none = base64.urlsafe_b64encode(json.dumps({"alg": alg, "kid": "one"}).encode())
        for signature in ("", "x"):
            with pytest.raises(NotSignedIn):
                tokens(clock).read(f"{none.decode().rstrip('=')}.{body}.{signature}")
    assert head


@pytest.mark.parametrize("kid", [None, "", "two", ["one"], {"a": 1}, "../one", 1])
def test_a_key_that_we_do_not_have_is_refused(clock: Clock, kid: object):
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": kid}).encode()).decode()
    _, body, signature = tokens(clock).issue(**SAID).split(".")
    with pytest.raises(NotSignedIn):
        tokens(clock).read(f"{head.rstrip('=')}.{body}.{signature}")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "é.é.é", "x" * 10_000, "\x00", "ey.ey.ey"]
)
def test_what_is_no_token_is_refused(clock: Clock, token: str):
    with pytest.raises(NotSignedIn):
        tokens(clock).read(token)


def test_it_is_good_for_thirty_minutes_to_the_second(clock: Clock):
    token = tokens(clock).issue(**SAID)
    clock.forward(minutes=29, seconds=58)
    tokens(clock).read(token)
    clock.forward(seconds=2)
    with pytest.raises(NotSignedIn, match="over"):
        tokens(clock).read(token)


def test_a_clock_that_goes_a_minute_wrong_does_no_harm_and_an_hour_does(clock: Clock):
    token = tokens(clock).issue(**SAID)
    clock.forward(seconds=-58)
    tokens(clock).read(token)
    clock.forward(hours=-1)
    with pytest.raises(NotSignedIn):
        tokens(clock).read(token)


def test_while_keys_are_rotated_both_are_good_and_the_new_one_signs(clock: Clock):
    old = tokens(clock, one=KEY).issue(**SAID)
    both = tokens(clock, two=OTHER, one=KEY)
    assert both.read(old).user_id == "u1"
    assert jwt.get_unverified_header(both.issue(**SAID))["kid"] == "two"
    with pytest.raises(NotSignedIn):
        tokens(clock, two=OTHER).read(old)
