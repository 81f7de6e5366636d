"""What people do with their own account: password, second factor, sessions, API tokens."""

import datetime as dt
from dataclasses import replace

from pydantic import Field

from ombudsman.model.errors import Conflict, NotAllowed, SettingsError
from ombudsman.studio.errors import NotSignedIn
from ombudsman.studio.fields import Given, Id, Name, Otp, Page, Password, Told, folded
from ombudsman.studio.persistence.entities.users import ApiToken, User
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.opaque import API_PREFIX, new_recovery_code, new_token, token_hash
from ombudsman.studio.security.otp import matching_step, new_seed, provisioning_uri
from ombudsman.studio.security.password_rules import SHORTEST, check_new_password, is_short
from ombudsman.studio.security.roles import Permission, Scope
from ombudsman.studio.security.throttle import Attempt
from ombudsman.studio.services.accounts import UserTold, user_told
from ombudsman.studio.services.service import Actor, Service, must, must_be_confirmed
from ombudsman.studio.services.tries import Tries
from ombudsman.studio.services.vault import Vault

RECOVERY_CODES = 10
LONGEST_TOKEN_DAYS = 366


class PasswordChange(Given):
    """The password as it is, and as it shall be."""

    current: Password
    new: Password


class Confirmation(Given):
    """The password once more, before something that cannot be taken back."""

    password: Password


class SessionTold(Told):
    """A sign-in; `current` is the one that asks."""

    id: Id
    created: dt.datetime
    last_seen: dt.datetime
    expires: dt.datetime
    address: str
    user_agent: str
    current: bool


class TokenGiven(Given):
    """A key for a program: what it may be used for, where, and for how long."""

    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    project_id: Id | None = Field(default=None, description="Only in this project.")
    days: int = Field(default=90, ge=1, le=LONGEST_TOKEN_DAYS)


class TokenTold(Told):
    """An API token, without itself."""

    id: Id
    name: str
    scopes: list[Scope]
    project_id: Id | None
    created: dt.datetime
    expires: dt.datetime
    last_used: dt.datetime | None


class NewTokenTold(TokenTold):
    """A new API token. `token` is told this once."""

    token: str


class OtpBegun(Told):
    """The seed for the app. It counts once a code of it was confirmed."""

    seed: str
    uri: str = Field(description="What a QR code for the app holds.")


class OtpCode(Given):
    """A code of the second factor."""

    code: Otp


class RecoveryCodes(Told):
    """Codes that stand in for the second factor, each once. They are told this once."""

    codes: list[str]


class OwnAccount(Service):
    """One's own account. All of it asks for a session: an API token cannot make itself another."""

    def must_be_person(self, actor: Actor) -> None:
        """Lets those pass who are in a session.

        Raises:
            NotAllowed: it is a program with an API token.
        """
        if actor.session_id is None:
            raise NotAllowed("an API token cannot do this", hint="sign in with your password")

    def me(self, actor: Actor) -> UserTold:
        """Who I am."""
        with self.on.store.reading() as unit:
            return user_told(unit.accounts.get(actor.user_id))

    def change_password(self, actor: Actor, change: PasswordChange) -> None:
        """Sets a new password, and ends all other sessions.

        Raises:
            NotSignedIn: the current password is not right.
            SettingsError: the new one may not be one.
        """
        user = self._verified(actor, change.current, "password.change")
        hashed = self.on.passwords.hash(change.new)
        with self.on.store.writing() as unit:
            row = unit.accounts.get(user.id)
            self._check_new(row, change.new)
            row.password_hash, row.password_changed, row.updated = hashed, unit.now, unit.now
            row.password_short = is_short(change.new)
            unit.sign_ins.end_all(
                user.id, at=unit.now, reason="password changed", but=actor.session_id
            )
            unit.note(actor.note("password.change", f"user:{user.id}"))

    def confirm(self, actor: Actor, given: Confirmation) -> None:
        """Takes the password once more: for ten minutes what cannot be taken back is allowed.

        Raises:
            NotSignedIn: it is not right.
        """
        self._verified(actor, given.password, "session.confirm")
        with self.on.store.writing() as unit:
            if actor.session_id is not None:
                unit.sign_ins.confirmed(actor.session_id, unit.now)
            unit.note(actor.note("session.confirm", f"session:{actor.session_id}"))

    # ------------------------------------------------------------ sessions

    def sessions(self, actor: Actor, asked: PageRequest) -> Page[SessionTold]:
        """Where I am signed in."""
        self.must_be_person(actor)
        with self.on.store.reading() as unit:
            page = unit.sign_ins.open_page(actor.user_id, unit.now, asked)
            items = [
                SessionTold(
                    id=row.id,
                    created=row.created,
                    last_seen=row.last_seen,
                    expires=row.expires,
                    address=row.address,
                    user_agent=row.user_agent,
                    current=row.id == actor.session_id,
                )
                for row in page.items
            ]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def end_session(self, actor: Actor, session_id: str) -> None:
        """Ends one of my sessions."""
        self.must_be_person(actor)
        with self.on.store.writing() as unit:
            row = unit.sign_ins.find(session_id)
            if row is None or row.user_id != actor.user_id or row.ended is not None:
                raise no_such("session")
            unit.sign_ins.end(session_id, at=unit.now, reason="ended by its user")
            unit.note(actor.note("session.end", f"session:{session_id}"))

    # ------------------------------------------------------------ API tokens

    def tokens(self, actor: Actor, asked: PageRequest) -> Page[TokenTold]:
        """My API tokens."""
        self.must_be_person(actor)
        with self.on.store.reading() as unit:
            page = unit.sign_ins.tokens_of(actor.user_id, asked)
            items = [TokenTold.model_validate(_told(row)) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def make_token(self, actor: Actor, given: TokenGiven) -> NewTokenTold:
        """Makes an API token."""
        token = new_token(API_PREFIX)
        self.must_be_person(actor)
        with self.on.store.writing() as unit:
            must_be_confirmed(actor, unit.now)
            if given.project_id is not None:
                must(unit, actor, Permission.PROJECT_READ, given.project_id)
                unit.projects.get(given.project_id)
            row = unit.sign_ins.add_token(
                ApiToken(
                    hash=token_hash(token),
                    user_id=actor.user_id,
                    name=given.name,
                    scopes=sorted(set(given.scopes)),
                    project_id=given.project_id,
                    created=unit.now,
                    expires=unit.now + dt.timedelta(days=given.days),
                )
            )
            unit.note(actor.note("token.create", f"token:{row.id}", scopes=list(row.scopes)))
            return NewTokenTold.model_validate(_told(row) | {"token": token})

    def revoke_token(self, actor: Actor, token_id: str) -> None:
        """Takes an API token back."""
        self.must_be_person(actor)
        with self.on.store.writing() as unit:
            row = unit.sign_ins.token_of(actor.user_id, token_id)
            if row is None:
                raise no_such("API token")
            row.revoked = unit.now
            unit.note(actor.note("token.revoke", f"token:{token_id}"))

    # ------------------------------------------------------------ second factor

    def begin_otp(self, actor: Actor) -> OtpBegun:
        """A seed for a second factor, in place of one that was never confirmed.

        Raises:
            Conflict: there is a second factor already.
        """
        seed = new_seed()
        self.must_be_person(actor)
        with self.on.store.writing() as unit:
            must_be_confirmed(actor, unit.now)
            user = unit.accounts.get(actor.user_id)
            if user.issuer is not None:
                raise NotAllowed("this account's second factor is its provider's business")
            if user.otp_since is not None:
                raise Conflict("there is a second factor already", hint="remove it first")
            user.otp_box = Vault(self.on, unit).seal(
                seed, project_id=None, row_id=user.id, field="otp"
            )
            user.updated = unit.now
            unit.note(actor.note("otp.begin", f"user:{user.id}"))
            return OtpBegun(seed=seed, uri=provisioning_uri(seed, user.username))

    def confirm_otp(self, actor: Actor, given: OtpCode) -> RecoveryCodes:
        """Turns the second factor on, for the app shows the right codes.

        Raises:
            SettingsError: this is not the code, or no seed was asked for.
        """
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        self.must_be_person(actor)
        with self.on.store.writing() as unit:
            must_be_confirmed(actor, unit.now)
            user = unit.accounts.get(actor.user_id)
            step = self._begun_step(unit, user, given.code)
            if step is None or not unit.accounts.use_otp_step(user, step):
                raise SettingsError(
                    "this is not the code", hint="look at the clock of the phone", pointer="/code"
                )
            user.otp_since, user.updated = unit.now, unit.now
            unit.accounts.set_recovery_codes(user.id, [token_hash(code) for code in codes])
            unit.note(actor.note("otp.on", f"user:{user.id}"))
        return RecoveryCodes(codes=codes)

    def remove_otp(self, actor: Actor) -> None:
        """Turns the second factor off.

        Raises:
            Conflict: the password was chosen beside it, and is too short alone.
        """
        self.must_be_person(actor)
        with self.on.store.writing() as unit:
            must_be_confirmed(actor, unit.now)
            user = unit.accounts.get(actor.user_id)
            if user.password_short:
                raise Conflict(
                    "the password is too short without a second factor",
                    hint=f"POST /auth/password with one of {SHORTEST} characters or more first",
                )
            unit.accounts.forget_otp(user)
            user.updated = unit.now
            unit.note(actor.note("otp.off", f"user:{user.id}"))

    # ------------------------------------------------------------ inside

    def _check_new(self, user: User, password: str) -> None:
        try:
            check_new_password(
                password,
                words=(user.username, user.username.partition("@")[0]),
                with_otp=user.otp_since is not None,
                blocked=self.on.blocked_passwords,
            )
        except SettingsError as error:
            error.context["pointer"] = "/new"
            raise

    def _begun_step(self, unit: Unit, user: User, code: str) -> int | None:
        if user.otp_since is not None:
            raise Conflict("there is a second factor already", hint="remove it first")
        if user.otp_box is None:
            raise SettingsError("no second factor was begun", hint="POST /auth/otp")
        vault = Vault(self.on, unit)
        seed = vault.open(user.otp_box, project_id=None, row_id=user.id, field="otp")
        return matching_step(seed, code.strip(), unit.now)

    def _verified(self, actor: Actor, password: str, action: str) -> User:
        """The actor's user, if this is the password; tries are counted like sign-ins, and failures noted."""
        self.must_be_person(actor)
        with self.on.store.reading() as unit:
            if unit.accounts.get(actor.user_id).issuer is not None:
                raise NotAllowed(
                    "this account has no password of its own",
                    hint="sign in by the provider once more, with again: POST /auth/oidc/begin",
                )
        tries = Tries(self.on)
        counted = tries.count(Attempt(folded(actor.username), actor.caller.address))
        user = counted.user
        right = user is not None and self.on.passwords.verify(user.password_hash, password)
        with self.on.store.writing() as unit:
            if user is not None and right:
                tries.succeeded(unit, counted)
                return user
            unit.note(replace(actor.note(action, f"user:{actor.user_id}"), outcome="failed"))
        raise NotSignedIn("the password is not right")


def _told(row: ApiToken) -> dict[str, object]:
    names = ("id", "name", "scopes", "project_id", "created", "expires", "last_used")
    return {name: getattr(row, name) for name in names}
