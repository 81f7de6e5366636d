"""What services share: the foundation they stand on, who asks, and the one place where rights are judged."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from ombudsman.model.errors import NotAllowed
from ombudsman.studio.errors import ConfirmationRequired, Outdated
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import RIGHTS, Permission, Role, Scope

CONFIRMED_FOR = dt.timedelta(minutes=10)
ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class Caller:
    """From where a request comes, whoever sent it."""

    address: str
    request_id: str
    user_agent: str = ""

    def note(self, action: str) -> Note:
        """What the audit is to say of what somebody does who is not signed in."""
        return Note(action, address=self.address, request_id=self.request_id)


@dataclass(frozen=True)
class Actor:
    """Who asks: a user, in a session or through an API token.

    A token acts within its `scopes` and, where `only_project` is set, in that project alone. `confirmed` is when the
    password was given last; None for tokens. Who `owes_otp` must have a second factor, has none, and may do nothing but
    set it up.
    """

    user_id: str
    username: str
    role: Role
    caller: Caller
    session_id: str | None = None
    token_id: str | None = None
    scopes: frozenset[Scope] = ALL_SCOPES
    only_project: str | None = None
    confirmed: dt.datetime | None = None
    owes_otp: bool = False

    def note(
        self, action: str, resource: str = "", *, project_id: str | None = None, **details: Any
    ) -> Note:
        """What the audit is to say of what this actor does."""
        return Note(
            action=action,
            resource=resource,
            actor_id=self.user_id,
            actor_name=self.username,
            session_id=self.session_id,
            token_id=self.token_id,
            address=self.caller.address,
            request_id=self.caller.request_id,
            project_id=project_id,
            details=details,
        )


class Service:
    """The base of every service."""

    def __init__(self, foundation: Foundation) -> None:
        self.on = foundation

    def note_denied(self, who: Actor | Caller, action: str) -> None:
        """Writes down that somebody wanted what they may not, signed in or not."""
        with self.on.store.writing() as unit:
            unit.note(replace(who.note(action), outcome="denied"))


def must(
    unit: Unit,
    actor: Actor,
    permission: Permission,
    project_id: str | None = None,
    *,
    noun: str = "project",
) -> frozenset[Role]:
    """Lets the actor pass who has this right, in this project where one is named; their roles there.

    Raises:
        NotFound: there is no such project, or the actor may not even read the `noun` in it.
        NotAllowed: the actor may not.
    """
    roles = _roles(unit, actor, project_id)
    if _has(actor, permission, roles):
        return roles
    if project_id is not None:
        reading = permission.reading or permission
        if not RIGHTS.get(reading, frozenset()) & roles:
            raise no_such(noun, denied=True)
        if unit.projects.find(project_id) is None:
            raise no_such(noun)
    if actor.token_id is not None and RIGHTS.get(permission, frozenset()) & roles:
        raise NotAllowed(
            "this API token may not do that", hint=f"it needs the scope {permission.scope.value!r}"
        )
    raise NotAllowed("your role does not allow this", hint="ask an owner, or an administrator")


def may(unit: Unit, actor: Actor, permission: Permission, project_id: str | None = None) -> bool:
    """Whether the actor has this right."""
    return _has(actor, permission, _roles(unit, actor, project_id))


def must_be_confirmed(actor: Actor, now: dt.datetime) -> None:
    """Lets those pass who gave their password lately; what cannot be taken back asks for that.

    Raises:
        NotAllowed: an API token cannot do this.
        ConfirmationRequired: it was too long ago.
    """
    if actor.confirmed is None:
        raise NotAllowed("an API token cannot do this", hint="sign in with your password")
    if now - actor.confirmed > CONFIRMED_FOR:
        raise ConfirmationRequired(
            hint="POST /auth/confirm with your password, or sign in by the provider again"
        )


def must_match(version: int, asked: int) -> None:
    """Lets those pass who speak of the version that is there.

    Raises:
        Outdated: it is another.
    """
    if version != asked:
        raise Outdated(hint="read it again, and change that", version=version)


def _roles(unit: Unit, actor: Actor, project_id: str | None) -> frozenset[Role]:
    if actor.only_project is not None and actor.only_project != project_id:
        return frozenset()
    if project_id is None:
        return frozenset({actor.role})
    role = unit.projects.role_of(project_id, actor.user_id)
    return frozenset({actor.role} if role is None else {actor.role, Role(role)})


def _has(actor: Actor, permission: Permission, roles: frozenset[Role]) -> bool:
    allowed = bool(RIGHTS.get(permission, frozenset()) & roles)
    return allowed and (actor.token_id is None or permission.scope in actor.scopes)
