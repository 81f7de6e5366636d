"""Access tokens: who signed in, in which session, until when.

The role stands in the token for those who draw menus; nothing is ever allowed because of it. Traps of JWT that are
closed here: the algorithm is ours and not the token's, every claim must be there (a token without `exp` would be good
for ever), and the key's name in a token chooses among our keys, never a key of the token's own.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jwt

from ombudsman.studio.clock import Clock
from ombudsman.studio.errors import NotSignedIn

ALGORITHM = "HS256"
ISSUER = "ombudsman"
AUDIENCE = "ombudsman-studio"
SKEW = dt.timedelta(seconds=60)
_CLAIMS = ("iss", "aud", "sub", "username", "role", "sid", "jti", "iat", "exp")


@dataclass(frozen=True)
class Claims:
    """What an access token says."""

    user_id: str
    session_id: str
    token_id: str


class AccessTokens:
    """Signs and reads access tokens.

    Args:
        keys: by name; the first signs, all verify.
        lifetime: how long a token is good.
        clock: what time it is.
        find: the key of a name that is not among them, where others may have made one meanwhile.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        *,
        lifetime: dt.timedelta,
        clock: Clock,
        find: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self._keys = dict(keys)
        self._find = find
        self._signer = next(iter(self._keys))
        self.lifetime = lifetime
        self._clock = clock

    def issue(self, *, user_id: str, username: str, role: str, session_id: str) -> str:
        """A token for this session."""
        now = self._clock()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "username": username,
            "role": role,
            "sid": session_id,
            "jti": secrets.token_hex(16),
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
        }
        key = self._keys[self._signer]
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": self._signer})

    def read(self, token: str) -> Claims:
        """What the token says, if it is ours and good now.

        Raises:
            NotSignedIn: it is not; why is not told.
        """
        try:
            said = jwt.decode(
                token,
                self._key(jwt.get_unverified_header(token)["kid"]),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # Times are judged below, by our clock.
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
            begins, ends = _moment(said["iat"]), _moment(said["exp"])
            claims = Claims(*(_text(said[name]) for name in ("sub", "sid", "jti")))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            raise NotSignedIn("the access token is not good", hint="sign in again") from None
        now = self._clock()
        if not begins - SKEW <= now < ends or ends - begins > self.lifetime:
            raise NotSignedIn("the access token is over", hint="refresh it, or sign in again")
        return claims

    def _key(self, name: str) -> bytes:
        key = self._keys.get(name) or self._find(name)
        if key is None:
            raise KeyError(name)
        return key


def _moment(told: object) -> dt.datetime:
    if not isinstance(told, int) or isinstance(told, bool):
        raise TypeError
    return dt.datetime.fromtimestamp(told, dt.UTC)


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError
    return told
