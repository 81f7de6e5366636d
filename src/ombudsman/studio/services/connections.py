"""Connections of a project: made, changed, removed and tried."""

import datetime as dt
import json
from typing import Any, Literal

from pydantic import Field

from ombudsman.connections.connection import Connection as OpenConnection
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import AnySettings
from ombudsman.model.errors import (
    Conflict,
    DriverMissing,
    LoginRefused,
    NotAllowed,
    OmbudsmanError,
    SettingsError,
    Unreachable,
)
from ombudsman.studio.fields import Given, Id, Name, Page, Told
from ombudsman.studio.ids import new_id
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.projects import Connection
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.connection_settings import (
    ChangedSettings,
    TypedSettings,
    confined,
    keeps_secrets,
    left_out,
    restored,
    secrets_of,
    without_secrets,
)
from ombudsman.studio.services.destinations import pinned, refuse_forbidden
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.server_identity import by_own_secret, refuse_server_identity
from ombudsman.studio.services.service import Actor, Service, may, must, must_match
from ombudsman.studio.services.vault import Vault

_TEST_CONNECT_S = 10
_TEST_STATEMENT_S = 15

Outcome = Literal["ok", "not_allowed", "unreachable", "login_refused", "driver_missing", "failed"]


class ConnectionChange(Given):
    """A connection, as it is changed. A secret that is left out stays, as long as it goes to the same place."""

    name: Name
    settings: ChangedSettings


class ConnectionGiven(ConnectionChange):
    """A new connection of a project."""

    project_id: Id
    settings: TypedSettings


class ConnectionStatus(Told):
    """What the last test said."""

    outcome: Outcome
    at: dt.datetime
    message: str | None = None
    hint: str | None = None
    server_version: str | None = None
    latency_ms: float | None = None
    read_only: str | None = Field(
        default=None, description="What was found to keep the login from writing."
    )


class ConnectionTold(Told):
    """A connection. `settings` is null for who may know no more than its name; secrets are told to nobody."""

    id: Id
    project_id: Id
    name: str
    engine: str
    settings: dict[str, Any] | None
    secrets_set: list[str] = Field(description="The secrets that are kept, by their names.")
    secret_since: dt.datetime | None
    status: ConnectionStatus | None
    created: dt.datetime
    updated: dt.datetime
    version: int


class Connections(Service):
    """The connections."""

    def listed(self, actor: Actor, project_id: str, asked: PageRequest) -> Page[ConnectionTold]:
        """The connections of a project, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.CONNECTION_READ, project_id)
            unit.projects.get(project_id)
            page = unit.connections.listed(project_id, asked)
            items = [_told(unit, actor, row) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def get(self, actor: Actor, connection_id: str) -> ConnectionTold:
        """One connection."""
        with self.on.store.reading() as unit:
            row = _for(unit, actor, connection_id, Permission.CONNECTION_READ)
            return _told(unit, actor, row)

    def create(self, actor: Actor, given: ConnectionGiven, once: Once) -> ConnectionTold:
        """Makes a connection.

        Raises:
            Conflict: the name is taken in this project.
            NotAllowed: it leads where the studio does not connect.
        """
        self._must(actor, given.project_id)
        settings = self._permitted(given.settings)
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.CONNECTION_WRITE, given.project_id)
            return once.answer(
                unit, actor, ConnectionTold, lambda: self._made(unit, actor, given, settings)
            )

    def change(
        self, actor: Actor, connection_id: str, change: ConnectionChange, *, version: int
    ) -> ConnectionTold:
        """Changes a connection. A secret that would go elsewhere than before is forgotten.

        Raises:
            SettingsError: the engine needs that secret, and it was not given again.
            NotAllowed: it leads where the studio does not connect.
        """
        with self.on.store.reading() as unit:
            _for(unit, actor, connection_id, Permission.CONNECTION_WRITE)
        settings = self._permitted(change.settings)
        with self.on.store.writing() as unit:
            row = _for(unit, actor, connection_id, Permission.CONNECTION_WRITE)
            must_match(row.version, version)
            _refuse_taken(unit, row.project_id, change.name, but=row.id)
            told = without_secrets(settings)
            kept = self._secrets(unit, row) if keeps_secrets(row.settings, told) else {}
            needed = left_out(settings)
            if needed is not None and needed not in kept:
                raise SettingsError(
                    "the secret is kept for the place that it was given for",
                    hint="give it again, for it would be sent to another one",
                    pointer=f"/settings/{needed}",
                )
            emptied = bool(row.secret_fields) and not kept
            row.name, row.engine = change.name, settings.engine
            row.settings, row.status = told, None
            self._keep_secrets(unit, row, kept, secrets_of(settings))
            unit.edited(row)
            unit.note(_note(actor, "connection.change", row, secret_emptied=emptied))
            return _told(unit, actor, row)

    def delete(self, actor: Actor, connection_id: str, *, version: int) -> None:
        """Removes a connection and its secrets."""
        with self.on.store.writing() as unit:
            row = _for(unit, actor, connection_id, Permission.CONNECTION_WRITE)
            must_match(row.version, version)
            unit.note(_note(actor, "connection.delete", row))
            unit.connections.remove(row)

    def status(self, actor: Actor, connection_id: str) -> ConnectionStatus | None:
        """What the last test said; nothing is connected to."""
        with self.on.store.reading() as unit:
            row = _for(unit, actor, connection_id, Permission.CONNECTION_SETTINGS)
            return _status(row)

    def test(self, actor: Actor, connection_id: str) -> ConnectionStatus:
        """Connects, and says what came of it. Nothing that went wrong there is an error here."""
        with self.on.store.writing() as unit:
            row = _for(unit, actor, connection_id, Permission.CONNECTION_EXECUTE)
            unit.note(_note(actor, "connection.test", row, secret_used=bool(row.secret_fields)))
            name, stored, secrets = row.name, row.settings, self._secrets(unit, row)
        status = self._tried(name, stored, secrets)
        with self.on.store.writing() as unit:
            unit.connections.put_status(row, status.model_dump(mode="json"))
        return status

    def opened(self, unit: Unit, row: Connection) -> OpenConnection:
        """The connection, ready to be used: for a service that has judged the actor's rights. Nothing is asked yet.

        Raises:
            NotAllowed: it leads where the studio does not connect.
        """
        return connect(row.name, self._usable(restored(row.settings, self._secrets(unit, row))))

    # ------------------------------------------------------------ inside

    def _must(self, actor: Actor, project_id: str) -> None:
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.CONNECTION_WRITE, project_id)

    def _permitted(self, settings: AnySettings) -> AnySettings:
        """The settings, if the studio may connect there, and as whoever they name."""
        if not self.on.settings.ovs_server_identity:
            refuse_server_identity(settings)
        refuse_forbidden(settings, self.on.outbound)
        return confined(settings, self.on.settings.files_folder)

    def _usable(self, settings: AnySettings) -> AnySettings:
        """The settings as the driver is told them.

        Raises:
            NotAllowed: they lead where the studio does not connect, or would use the server's own identity.
        """
        permitted = self._permitted(settings)
        if not self.on.settings.ovs_server_identity:
            permitted = by_own_secret(permitted)
        return pinned(permitted, self.on.outbound)

    def _tried(
        self, name: str, stored: dict[str, Any], secrets: dict[str, str]
    ) -> ConnectionStatus:
        now = self.on.clock()
        try:
            settings = self._usable(restored(stored, secrets))
            hurried = settings.model_copy(
                update={
                    "connect_timeout_s": min(settings.connect_timeout_s, _TEST_CONNECT_S),
                    "statement_timeout_s": min(settings.statement_timeout_s, _TEST_STATEMENT_S),
                }
            )
            with connect(name, hurried) as connection:
                report = connection.check()
        except OmbudsmanError as error:
            return ConnectionStatus(
                outcome=_outcome(error), at=now, message=error.message, hint=error.hint
            )
        return ConnectionStatus(
            outcome="ok",
            at=now,
            server_version=report.version,
            latency_ms=round(report.latency_ms, 1),
            read_only=report.read_only,
        )

    def _made(
        self, unit: Unit, actor: Actor, given: ConnectionGiven, settings: AnySettings
    ) -> ConnectionTold:
        _refuse_taken(unit, given.project_id, given.name)
        row = Connection(
            id=new_id(),
            project_id=given.project_id,
            name=given.name,
            engine=settings.engine,
            settings=without_secrets(settings),
            created=unit.now,
            updated=unit.now,
        )
        secrets = secrets_of(settings)
        self._keep_secrets(unit, row, {}, secrets)
        unit.connections.add(row)
        unit.note(_note(actor, "connection.create", row, secret_set=bool(secrets)))
        return _told(unit, actor, row)

    def _secrets(self, unit: Unit, row: Connection) -> dict[str, str]:
        if row.secret_box is None:
            return {}
        vault = Vault(self.on, unit)
        text = vault.open(row.secret_box, project_id=row.project_id, row_id=row.id, field="secrets")
        secrets: dict[str, str] = json.loads(text)
        return secrets

    def _keep_secrets(
        self, unit: Unit, row: Connection, kept: dict[str, str], given: dict[str, str]
    ) -> None:
        secrets = kept | given
        if given or not secrets:
            row.secret_set = unit.now if given else None
        row.secret_fields = sorted(secrets)
        row.secret_box = (
            Vault(self.on, unit).seal(
                json.dumps(secrets), project_id=row.project_id, row_id=row.id, field="secrets"
            )
            if secrets
            else None
        )


def _for(unit: Unit, actor: Actor, connection_id: str, permission: Permission) -> Connection:
    row = unit.connections.get(connection_id)
    must(unit, actor, permission, row.project_id, noun="connection")
    return row


def _refuse_taken(unit: Unit, project_id: str, name: str, but: str | None = None) -> None:
    other = unit.connections.named(project_id, name)
    if other is not None and other.id != but:
        raise Conflict("this name is taken in the project", hint="take another", pointer="/name")


def _outcome(error: OmbudsmanError) -> Outcome:
    match error:
        case NotAllowed():
            return "not_allowed"
        case Unreachable():
            return "unreachable"
        case LoginRefused():
            return "login_refused"
        case DriverMissing():
            return "driver_missing"
    return "failed"


def _status(row: Connection) -> ConnectionStatus | None:
    return None if row.status is None else ConnectionStatus.model_validate(row.status)


def _note(actor: Actor, action: str, row: Connection, **details: Any) -> Note:
    return actor.note(
        action, f"connection:{row.id}", project_id=row.project_id, name=row.name, **details
    )


def _told(unit: Unit, actor: Actor, row: Connection) -> ConnectionTold:
    whole = may(unit, actor, Permission.CONNECTION_SETTINGS, row.project_id)
    return ConnectionTold(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        engine=row.engine,
        settings=row.settings if whole else None,
        secrets_set=row.secret_fields if whole else [],
        secret_since=row.secret_set if whole else None,
        status=_status(row) if whole else None,
        created=row.created,
        updated=row.updated,
        version=row.version,
    )
