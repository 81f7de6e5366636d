"""Whom does a provider's ID token speak of? Believed only if it was made for us, now, and for this very sign-in.

The traps that are closed here: the algorithm is one of two with public keys and never the token's choice (`none`, or
HS256 with the public key as its secret); the key is one of the provider's own, of the algorithm's kind, and never one
that the token brings along or points to; who made it, for whom, until when and the nonce must all be there and right.
"""

import contextlib
import datetime as dt
import hmac
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ombudsman.studio.errors import NotSignedIn

SKEW = dt.timedelta(seconds=60)
LONGEST_SUBJECT = 255
_PUBLIC_PARTS = {"RS256": ("RSA", ("n", "e")), "ES256": ("EC", ("crv", "x", "y"))}
_SHORTEST_RSA_BITS = 2048
_NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")
_WRONG: tuple[tuple[type[Exception], str], ...] = (
    (jwt.MissingRequiredClaimError, "something is missing in it"),
    (jwt.InvalidSignatureError, "its signature is not the provider's"),
    (jwt.InvalidIssuerError, "it is of another issuer"),
    (jwt.InvalidAudienceError, "it is for somebody else"),
)


def claims_of(
    token: object,
    keys: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: dt.datetime,
) -> Mapping[str, Any]:
    """What the token says.

    Args:
        token: as the provider gave it.
        keys: the provider's key set, as it publishes it.
        issuer: who must have made it.
        client_id: for whom.
        nonce: what this sign-in was begun with.
        now: what time it is.

    Raises:
        NotSignedIn: it is not good; it says why.
    """
    if not isinstance(token, str):
        raise _refused("there is none")
    algorithm, key = _key(token, keys)
    try:
        said: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            # Times are judged below, by our clock.
            options={
                "require": list(_NEEDED),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        told = (words for kind, words in _WRONG if isinstance(error, kind))
        raise _refused(next(told, "it cannot be read")) from None
    _must_be_for(said, client_id)
    _must_be_now(said, now)
    if not _is(said["nonce"], nonce):
        raise _refused("it belongs to another sign-in")
    subject = said["sub"]
    if not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise _refused("its subject cannot be one")
    return said


def authenticated(claims: Mapping[str, Any], now: dt.datetime) -> dt.datetime | None:
    """When the provider last saw the person prove who it is; None where it does not say."""
    told = claims.get("auth_time")
    return None if told is None else min(_moment(told), now)


def _key(token: str, keys: Mapping[str, Any]) -> tuple[str, RSAPublicKey | EllipticCurvePublicKey]:
    """The algorithm and the key of the provider's that this token names."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refused("it cannot be read") from None
    algorithm = header.get("alg")
    if algorithm not in _PUBLIC_PARTS:
        raise _refused("it is signed by RS256 or ES256, or not at all")
    told = keys.get("keys")
    fitting = [
        each
        for each in (told if isinstance(told, list) else ())
        if isinstance(each, dict) and _fits(each, algorithm, header.get("kid"))
    ]
    if len(fitting) != 1:
        raise _refused("it names no key of the provider's")
    return algorithm, _public(fitting[0], algorithm)


def _fits(key: Mapping[str, Any], algorithm: str, name: str | None) -> bool:
    return (
        key.get("kty") == _PUBLIC_PARTS[algorithm][0]
        and (name is None or key.get("kid") == name)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and key.get("crv", "P-256") == "P-256"
    )


def _public(key: Mapping[str, Any], algorithm: str) -> RSAPublicKey | EllipticCurvePublicKey:
    """The key, of its public parts alone."""
    kind, parts = _PUBLIC_PARTS[algorithm]
    try:
        made = jwt.PyJWK({"kty": kind} | {each: key[each] for each in parts}, algorithm).key
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError):
        raise _refused("the provider's key cannot be read") from None
    if isinstance(made, RSAPublicKey) and made.key_size < _SHORTEST_RSA_BITS:
        raise _refused("the provider's key is too short")
    if not isinstance(made, RSAPublicKey | EllipticCurvePublicKey):
        raise _refused("the provider's key cannot be read")
    return made


def _must_be_for(said: Mapping[str, Any], client_id: str) -> None:
    """Of several for whom it is, one asked for it: that must be us."""
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if ("azp" in said or several) and not _is(said.get("azp"), client_id):
        raise _refused("it was asked for by somebody else")


def _must_be_now(said: Mapping[str, Any], now: dt.datetime) -> None:
    if _moment(said["exp"]) + SKEW <= now:
        raise _refused("it is over")
    if max(_moment(said["iat"]), _moment(said.get("nbf", 0))) > now + SKEW:
        raise _refused("it is of a time to come")


def _moment(told: object) -> dt.datetime:
    moment = None
    if isinstance(told, int | float) and not isinstance(told, bool):
        with contextlib.suppress(ValueError, OverflowError, OSError):
            moment = dt.datetime.fromtimestamp(told, dt.UTC)
    if moment is None:
        raise _refused("a time in it is none")
    return moment


def _is(told: object, wanted: str) -> bool:
    if not isinstance(told, str):
        return False
    return hmac.compare_digest(told.encode("utf-8", "surrogatepass"), wanted.encode())


def _refused(why: str) -> NotSignedIn:
    return NotSignedIn(f"the provider's ID token is not good: {why}", hint="sign in again")
