"""How people come by an account, and how administrators look after them.

The first administrator comes by a set-up token, which the server prints at its start as long as there is none. Others
come by invitation, or by themselves where registration is open. Where it is closed not even an invitation lets anybody
in: then accounts are made at the server's own keyboard.

An account has a password, or it is a provider's: known by its issuer and subject. Never both: a password beside the
provider would be a way in that the provider does not know of.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from ombudsman.model.errors import Conflict, NotAllowed, SettingsError
from ombudsman.studio.fields import Given, Id, Page, Password, Token, Told, Username, folded
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.users import Invitation, Membership, User
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.id_tokens import LONGEST_SUBJECT
from ombudsman.studio.security.opaque import new_token, token_hash
from ombudsman.studio.security.password_rules import check_new_password
from ombudsman.studio.security.roles import Permission, Role
from ombudsman.studio.services.service import (
    Actor,
    Caller,
    Service,
    must,
    must_be_confirmed,
    must_match,
)

SETUP, INVITATION = "setup", "invitation"
SETUP_GOOD_FOR = dt.timedelta(minutes=60)
INVITATION_GOOD_FOR = dt.timedelta(hours=72)

InstanceRole = Literal["administrator", "auditor", "user"]
ProjectRole = Literal["owner", "steward", "editor", "runner", "viewer"]


class Registration(Given):
    """A new account. A set-up token makes an administrator; an invitation makes what it says."""

    username: Username
    password: Password
    setup_token: Token | None = None
    invitation: Token | None = None


class UserTold(Told):
    """A user, without anything secret."""

    id: Id
    username: str
    role: InstanceRole
    disabled: bool
    otp: bool = Field(description="Whether a second factor guards the account.")
    issuer: str | None = Field(description="The provider to sign in by; null: by a password.")
    subject: str | None = Field(description="As whom the provider knows the person.")
    created: dt.datetime
    last_login: dt.datetime | None
    version: int


class UserChange(Given):
    """What an administrator changes of a user. What is left out stays."""

    role: InstanceRole | None = None
    disabled: bool | None = None


class InvitationGiven(Given):
    """Whom an invitation lets in. With a project, its bearer becomes a member too."""

    role: InstanceRole = "user"
    project_id: Id | None = None
    project_role: ProjectRole | None = None


class InvitationTold(Told):
    """An invitation. The token is told this once."""

    id: Id
    token: str
    role: InstanceRole
    project_id: Id | None
    project_role: ProjectRole | None
    expires: dt.datetime


@dataclass(frozen=True)
class Newcomer:
    """Whoever gets an account: with a password, of which the hash is kept, or known to a provider."""

    username: str
    password_hash: str | None = None
    issuer: str | None = None
    subject: str | None = None


class Accounts(Service):
    """Registration, invitations, users."""

    def register(self, given: Registration, caller: Caller) -> UserTold:
        """Makes an account.

        Raises:
            NotAllowed: registration is closed, or the token is not good.
            SettingsError: the password may not be one.
            Conflict: the name is taken.
        """
        if given.setup_token is None:
            self._must_let_in(invited=given.invitation is not None)
        if given.setup_token and given.invitation:
            raise SettingsError(
                "give a set-up token or an invitation, not both", pointer="/invitation"
            )
        self._check_password(given.username, given.password)
        hashed = self.on.passwords.hash(given.password)
        with self.on.store.writing() as unit:
            token, kind = given.setup_token or given.invitation, INVITATION
            if given.setup_token is not None:
                kind = SETUP
            invitation = None if token is None else _taken(unit, token_hash(token), kind)
            return user_told(_welcomed(unit, Newcomer(given.username, hashed), invitation, caller))

    def let_in(
        self, unit: Unit, newcomer: Newcomer, *, invitation_hash: str | None, caller: Caller
    ) -> User:
        """Makes an account for somebody whom a provider knows.

        Raises:
            NotAllowed: registration is closed, or the invitation is missing or not good.
        """
        self._must_let_in(invited=invitation_hash is not None)
        invitation = None
        if invitation_hash is not None:
            invitation = _taken(unit, invitation_hash, INVITATION)
        return _welcomed(unit, newcomer, invitation, caller)

    def create(self, username: str, password: str, role: Role) -> UserTold:
        """Makes an account for the person at the server's own keyboard. Raises as `register` does."""
        _check_name(username)
        self._check_password(username, password)
        newcomer = Newcomer(username.strip(), self.on.passwords.hash(password))
        return self._created(newcomer, role)

    def create_known(self, username: str, subject: str, role: Role) -> UserTold:
        """Makes an account for somebody whom the provider knows as this subject, at the server's own keyboard.

        Raises:
            SettingsError: name or subject may not be one, or no provider is configured.
            Conflict: the name is taken, or the person has an account.
        """
        _check_name(username)
        if self.on.oidc is None:
            raise SettingsError("no provider is configured", hint="name it in OVS_OIDC_ISSUER")
        if not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
            raise SettingsError("this cannot be a subject", hint="it is the claim `sub`")
        newcomer = Newcomer(username.strip(), issuer=self.on.oidc.issuer, subject=subject)
        return self._created(newcomer, role)

    def _created(self, newcomer: Newcomer, role: Role) -> UserTold:
        with self.on.store.writing() as unit:
            user = _add_user(unit, newcomer, role)
            unit.note(_registered(user, Caller(address="console", request_id=""), "console"))
            return user_told(user)

    def reset(self, username: str, password: str) -> UserTold:
        """Gives somebody who lost password or second factor a new password, at the server's own keyboard.

        The second factor is gone, and so are all sessions and API tokens: whoever took them took them by the old one.

        Raises:
            NotFound: there is no such user.
            Conflict: the person signs in by a provider; a password would be a second way in.
            SettingsError: the password may not be one.
        """
        self._check_password(username, password)
        hashed = self.on.passwords.hash(password)
        with self.on.store.writing() as unit:
            user = unit.accounts.named(folded(username))
            if user is None:
                raise no_such("user")
            if user.issuer is not None:
                raise Conflict(
                    f"{username} signs in by a provider and has no password here",
                    hint="get them in there, or make another account",
                )
            user.password_hash, user.password_changed, user.password_short = hashed, unit.now, False
            unit.accounts.forget_otp(user)
            unit.edited(user)
            unit.sign_ins.end_all(user.id, at=unit.now, reason="reset at the console")
            unit.sign_ins.revoke_tokens(user.id, unit.now)
            unit.note(Note("user.reset", f"user:{user.id}", address="console"))
            return user_told(user)

    def setup_token(self) -> str | None:
        """A new token for the first administrator, in place of any older one; None when there is an administrator."""
        token = new_token()
        with self.on.store.writing() as unit:
            if unit.accounts.active_with_role(Role.ADMINISTRATOR):
                return None
            unit.accounts.forget_invitations(SETUP)
            unit.accounts.invite(
                Invitation(
                    hash=token_hash(token),
                    kind=SETUP,
                    role=Role.ADMINISTRATOR,
                    created=unit.now,
                    expires=unit.now + SETUP_GOOD_FOR,
                )
            )
            unit.note(Note("setup.begin", address="console"))
        return token

    def invite(self, actor: Actor, given: InvitationGiven) -> InvitationTold:
        """Makes an invitation.

        Raises:
            SettingsError: a project without a role in it, or the other way round.
            NotAllowed: registration is closed to everybody.
        """
        if (given.project_id is None) != (given.project_role is None):
            raise SettingsError("a project and a role in it come together", pointer="/project_role")
        token = new_token()
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.USER_WRITE)
            self._must_let_in(invited=True)
            if given.project_id is not None:
                must(unit, actor, Permission.MEMBER_WRITE, given.project_id)
                unit.projects.get(given.project_id)
            must_be_confirmed(actor, unit.now)
            row = unit.accounts.invite(
                Invitation(
                    hash=token_hash(token),
                    kind=INVITATION,
                    role=given.role,
                    project_id=given.project_id,
                    project_role=given.project_role,
                    made_by=actor.user_id,
                    created=unit.now,
                    expires=unit.now + INVITATION_GOOD_FOR,
                )
            )
            unit.note(actor.note("user.invite", f"invitation:{row.id}", role=given.role))
            return InvitationTold(
                id=row.id,
                token=token,
                role=given.role,
                project_id=given.project_id,
                project_role=given.project_role,
                expires=row.expires,
            )

    def listed(self, actor: Actor, asked: PageRequest) -> Page[UserTold]:
        """The users, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.USER_READ)
            page = unit.accounts.listed(asked)
            return Page(
                items=[user_told(user) for user in page.items],
                total=page.total,
                next_cursor=page.next_cursor,
            )

    def get(self, actor: Actor, user_id: str) -> UserTold:
        """One user."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.USER_READ)
            return user_told(unit.accounts.get(user_id))

    def change(self, actor: Actor, user_id: str, change: UserChange, *, version: int) -> UserTold:
        """Changes a user's role, or lets nobody in by this account any more. What it was signed in by ends.

        Raises:
            Conflict: nobody would be left to administrate.
        """
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.USER_WRITE)
            must_be_confirmed(actor, unit.now)
            unit.accounts.hold_role(Role.ADMINISTRATOR)
            user = unit.accounts.get(user_id)
            must_match(user.version, version)
            user.role = change.role or user.role
            user.disabled = user.disabled if change.disabled is None else change.disabled
            unit.edited(user)
            if not unit.accounts.active_with_role(Role.ADMINISTRATOR):
                raise Conflict(
                    "nobody would be left to administrate", hint="make another administrator first"
                )
            unit.sign_ins.end_all(user.id, at=unit.now, reason="changed by an administrator")
            if user.disabled:
                unit.sign_ins.revoke_tokens(user.id, unit.now)
            told = change.model_dump(exclude_none=True)
            unit.note(actor.note("user.change", f"user:{user.id}", **told))
            return user_told(user)

    def _must_let_in(self, *, invited: bool) -> None:
        match self.on.settings.ovs_registration:
            case "closed":
                raise NotAllowed(
                    "registration is closed, to the invited too",
                    hint="whoever keeps the server makes accounts: ombudsman user create",
                )
            case "invitation" if not invited:
                raise NotAllowed(
                    "only the invited can register", hint="ask an administrator for an invitation"
                )

    def _check_password(self, username: str, password: str) -> None:
        check_new_password(
            password,
            words=(username, username.partition("@")[0]),
            blocked=self.on.blocked_passwords,
        )


def user_told(user: User) -> UserTold:
    """What is told of a user."""
    return UserTold.model_validate(
        {
            "id": user.id,
            "username": user.username,
            "role": user.role,
            "disabled": user.disabled,
            "otp": user.otp_since is not None,
            "issuer": user.issuer,
            "subject": user.subject,
            "created": user.created,
            "last_login": user.last_login,
            "version": user.version,
        }
    )


def _check_name(username: str) -> None:
    if not folded(username) or len(username) > 100 or not username.isprintable():
        raise SettingsError("this cannot be a user name", hint="1 to 100 printable characters")


def _taken(unit: Unit, hashed: str, kind: str) -> Invitation:
    """The invitation, used up by this."""
    invitation = unit.accounts.use_invitation(hashed, kind, unit.now)
    administrated = unit.accounts.active_with_role(Role.ADMINISTRATOR) > 0
    if invitation is None or (kind == SETUP and administrated):
        raise NotAllowed(
            "the token is not good, was used, or is over",
            hint="start the server again for a new one" if kind == SETUP else "ask for another",
        )
    return invitation


def _welcomed(
    unit: Unit, newcomer: Newcomer, invitation: Invitation | None, caller: Caller
) -> User:
    """The newcomer's account, with what the invitation says."""
    user = _add_user(unit, newcomer, Role(invitation.role) if invitation else Role.USER)
    if invitation is not None and invitation.project_id and invitation.project_role:
        unit.projects.put_member(
            Membership(
                project_id=invitation.project_id,
                user_id=user.id,
                role=invitation.project_role,
                created=unit.now,
            )
        )
    unit.note(_registered(user, caller, invitation.kind if invitation else "open"))
    return user


def _add_user(unit: Unit, newcomer: Newcomer, role: Role) -> User:
    if unit.accounts.named(folded(newcomer.username)) is not None:
        raise Conflict("this user name is taken", hint="take another", pointer="/username")
    return unit.accounts.add(
        User(
            username=newcomer.username,
            folded_name=folded(newcomer.username),
            role=role,
            password_hash=newcomer.password_hash,
            password_changed=None if newcomer.password_hash is None else unit.now,
            issuer=newcomer.issuer,
            subject=newcomer.subject,
            created=unit.now,
            updated=unit.now,
        )
    )


def _registered(user: User, caller: Caller, by: str) -> Note:
    return Note(
        "user.register",
        f"user:{user.id}",
        actor_id=user.id,
        actor_name=user.username,
        address=caller.address,
        request_id=caller.request_id,
        details={"by": by, "role": user.role} | ({"provider": user.issuer} if user.issuer else {}),
    )
