"""Who is it? Sign-in, the sessions that follow, and the tokens that stand for them.

A session is a row: what is ended there is over with the next request, whatever tokens are still about. Refresh tokens
are links of a chain. Each is good once; a few seconds of grace let two tabs of one browser refresh at the same time.
A link that comes back later was copied: then the whole session ends.
"""

import datetime as dt
from typing import Literal

from pydantic import Field

from ombudsman.studio.errors import NotSignedIn, OtpRequired
from ombudsman.studio.fields import Given, Otp, Password, Token, Told, Username, folded
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.users import Session, User
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.opaque import API_PREFIX, new_token, token_hash
from ombudsman.studio.security.otp import matching_step
from ombudsman.studio.security.roles import Role, Scope
from ombudsman.studio.security.throttle import Attempt
from ombudsman.studio.services.second_factor import owes_second_factor
from ombudsman.studio.services.service import Actor, Caller, Service
from ombudsman.studio.services.tries import Counted, Tries
from ombudsman.studio.services.vault import Vault

IDLE = dt.timedelta(hours=1)
ABSOLUTE = dt.timedelta(hours=24)
GRACE = dt.timedelta(seconds=10)
SESSIONS = 10
_SEEN_EVERY = dt.timedelta(minutes=1)
_WRONG = "the user name or the password is not right"


class Login(Given):
    """What a person signs in with. `refresh`: where the refresh token comes back, a browser's cookie or the body."""

    username: Username
    password: Password
    otp: Otp | None = Field(
        default=None, description="The code of the second factor, or a recovery code."
    )
    refresh: Literal["cookie", "body"] = "cookie"


class Refresh(Given):
    """A refresh token of a program that keeps no cookies."""

    refresh_token: Token | None = None


class SignedInTold(Told):
    """The tokens of a session. Send the access token as `Authorization: Bearer ...`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token
    expires_in: int = Field(description="Seconds that the access token is good.")
    refresh_token: str | None = Field(
        default=None, description="Only where it was asked for in the body."
    )
    must_set_up_otp: bool = Field(
        description="The account must have a second factor and has none: until then nothing else is answered."
    )


class Tokens(Told):
    """Both tokens, for the router to hand out."""

    access_token: str
    refresh_token: str
    expires_in: int
    must_set_up_otp: bool
    session_ends: dt.datetime


class SignIn(Service):
    """Login, refresh, logout, and who stands behind a token."""

    def login(self, given: Login, caller: Caller) -> Tokens:
        """Signs somebody in.

        Raises:
            NotSignedIn: name or password are not right, or the account is closed: it is not told which.
            OtpRequired: they are, and the second factor's code is needed.
            TooMany: too many tries; it says when the next one may come.
        """
        tries = Tries(self.on)
        counted = tries.count(Attempt(folded(given.username), caller.address))
        user = counted.user
        stored = None if user is None or user.disabled else user.password_hash
        if not self.on.passwords.verify(stored, given.password) or user is None:
            self._note_failure(counted, caller)
            raise NotSignedIn(_WRONG)
        if user.otp_since is not None and given.otp is None:
            with self.on.store.writing() as unit:
                tries.take_back(unit, counted)
            raise OtpRequired
        better = None
        if stored is not None and self.on.passwords.is_outdated(stored):
            better = self.on.passwords.hash(given.password)
        with self.on.store.writing() as unit:
            known = unit.accounts.get(user.id)
            right = self.otp_is_good(unit, known, given.otp)
            if known.otp_since is not None:
                tries.count_code(unit, counted, right=right)
            if right and not known.disabled:
                if better is not None:
                    known.password_hash = better
                tries.succeeded(unit, counted)
                return self.begin_session(unit, known, caller)
        self._note_failure(counted, caller)
        raise NotSignedIn(_WRONG)

    def refresh(self, refresh_token: str, caller: Caller) -> Tokens:
        """The next pair of tokens of a session.

        Raises:
            NotSignedIn: the token is not good, or was used before, which ends the session.
        """
        with self.on.store.writing() as unit:
            link = unit.sign_ins.find_refresh(token_hash(refresh_token))
            row = unit.sign_ins.with_user(link.session_id) if link is not None else None
            stolen = False
            if link is not None and row is not None:
                session, user = row
                stolen = link.used is not None and unit.now - link.used > GRACE
                if stolen:
                    self._end_stolen(unit, session, user, caller)
                elif _is_open(session, user, unit.now):
                    link.used = link.used or unit.now
                    unit.sign_ins.seen(session.id, unit.now)
                    return self._tokens(unit, session, user)
        raise NotSignedIn(
            "the refresh token was used before: its session has ended" if stolen else "",
            hint="sign in again",
        )

    def logout(self, actor: Actor) -> None:
        """Ends the session."""
        with self.on.store.writing() as unit:
            if actor.session_id is not None:
                unit.sign_ins.end(actor.session_id, at=unit.now, reason="logout")
            unit.note(actor.note("logout", f"session:{actor.session_id}"))

    def actor(self, bearer: str, caller: Caller) -> Actor:
        """Who stands behind an access token or an API token.

        Raises:
            NotSignedIn: nobody, or nobody any more.
        """
        return (
            self._program(bearer, caller)
            if bearer.startswith(API_PREFIX)
            else self._person(bearer, caller)
        )

    def begin_session(
        self,
        unit: Unit,
        user: User,
        caller: Caller,
        *,
        authenticated: dt.datetime | None = None,
        by: str = "",
    ) -> Tokens:
        """A new session of somebody who has proved who it is.

        Args:
            unit: the transaction.
            user: who it is.
            caller: from where.
            authenticated: when it was proved; now, where nothing is said.
            by: what it was proved by, for the audit; a password where nothing is said.
        """
        others = unit.sign_ins.open_of(user.id, unit.now)
        for oldest in others[: max(0, len(others) - SESSIONS + 1)]:
            unit.sign_ins.end(oldest.id, at=unit.now, reason="too many sessions")
        session = unit.sign_ins.add(
            Session(
                user_id=user.id,
                created=unit.now,
                authenticated=authenticated or unit.now,
                last_seen=unit.now,
                expires=unit.now + ABSOLUTE,
                address=caller.address,
                user_agent=caller.user_agent[:200],
            )
        )
        unit.accounts.signed_in(user, unit.now)
        unit.note(
            Note(
                "login",
                f"session:{session.id}",
                actor_id=user.id,
                actor_name=user.username,
                session_id=session.id,
                address=caller.address,
                request_id=caller.request_id,
                details={"by": by} if by else {},
            )
        )
        return self._tokens(unit, session, user)

    # ------------------------------------------------------------ codes

    def otp_is_good(self, unit: Unit, user: User, code: str | None) -> bool:
        """Whether this code may be used now by this user; then it is used up. Without a second factor any is good."""
        if user.otp_since is None or user.otp_box is None:
            return True
        if code is None:
            return False
        vault = Vault(self.on, unit)
        seed = vault.open(user.otp_box, project_id=None, row_id=user.id, field="otp")
        step = matching_step(seed, code.strip(), unit.now)
        if step is not None:
            return unit.accounts.use_otp_step(user, step)
        return unit.accounts.use_recovery_code(user.id, token_hash(code.strip()), unit.now)

    # ------------------------------------------------------------ inside

    def _note_failure(self, counted: Counted, caller: Caller) -> None:
        user, wait_s = counted.user, int(counted.wait.total_seconds())
        with self.on.store.writing() as unit:
            unit.note(
                Note(
                    "login",
                    outcome="failed",
                    actor_id=user.id if user else None,
                    actor_name=user.username if user else "",
                    address=caller.address,
                    request_id=caller.request_id,
                    details={"wait_s": wait_s} if wait_s else {},
                )
            )

    def _tokens(self, unit: Unit, session: Session, user: User) -> Tokens:
        refresh_token = new_token()
        unit.sign_ins.add_refresh(session.id, token_hash(refresh_token), unit.now)
        tokens = self.on.tokens
        access_token = tokens.issue(
            user_id=user.id, username=user.username, role=user.role, session_id=session.id
        )
        return Tokens(
            access_token=access_token,
            refresh_token=refresh_token,
            expires_in=int(tokens.lifetime.total_seconds()),
            must_set_up_otp=self._owes_otp(unit, user),
            session_ends=session.expires,
        )

    def _owes_otp(self, unit: Unit, user: User) -> bool:
        return owes_second_factor(unit, user, self.on.settings.second_factor_asked_of)

    def _end_stolen(self, unit: Unit, session: Session, user: User, caller: Caller) -> None:
        unit.sign_ins.end(session.id, at=unit.now, reason="a refresh token was used twice")
        unit.note(
            Note(
                "refresh.reused",
                f"session:{session.id}",
                outcome="denied",
                actor_id=user.id,
                actor_name=user.username,
                session_id=session.id,
                address=caller.address,
                request_id=caller.request_id,
            )
        )

    def _person(self, bearer: str, caller: Caller) -> Actor:
        claims = self.on.tokens.read(bearer)
        with self.on.store.reading() as unit:
            row = unit.sign_ins.with_user(claims.session_id)
            owes = row is not None and self._owes_otp(unit, row[1])
            now = unit.now
        if row is None:
            raise NotSignedIn(hint="sign in again")
        session, user = row
        if user.id != claims.user_id or not _is_open(session, user, now):
            raise NotSignedIn("the session has ended", hint="sign in again")
        if now - session.last_seen > _SEEN_EVERY:
            with self.on.store.writing() as unit:
                unit.sign_ins.seen(session.id, now)
        return Actor(
            user_id=user.id,
            username=user.username,
            role=Role(user.role),
            caller=caller,
            session_id=session.id,
            confirmed=session.authenticated,
            owes_otp=owes,
        )

    def _program(self, bearer: str, caller: Caller) -> Actor:
        with self.on.store.reading() as unit:
            row = unit.sign_ins.token_with_user(token_hash(bearer))
            owes = row is not None and self._owes_otp(unit, row[1])
            now = unit.now
        if row is None:
            raise NotSignedIn("the API token is not good")
        token, user = row
        if token.revoked is not None or token.expires <= now or user.disabled:
            raise NotSignedIn("the API token is not good any more", hint="make a new one")
        if token.last_used is None or now - token.last_used > _SEEN_EVERY:
            with self.on.store.writing() as unit:
                unit.sign_ins.token_used(token.id, now)
        return Actor(
            user_id=user.id,
            username=user.username,
            role=Role(user.role),
            caller=caller,
            token_id=token.id,
            scopes=frozenset(Scope(each) for each in token.scopes),
            only_project=token.project_id,
            owes_otp=owes,
        )


def _is_open(session: Session, user: User, now: dt.datetime) -> bool:
    return (
        session.ended is None
        and session.expires > now
        and session.last_seen + IDLE > now
        and not user.disabled
    )
