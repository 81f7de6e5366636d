"""Is the studio well? Each part is asked; one that is not well says so, and the others are told all the same."""

import datetime as dt
import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from pydantic import Field
from sqlalchemy import text

from ombudsman.model.errors import OmbudsmanError
from ombudsman.studio.fields import Told
from ombudsman.studio.persistence.upgrade import newest_revision, revision
from ombudsman.studio.services.service import Service

_LEAST_FREE = 100 * 1024 * 1024
"""Bytes below which the disk counts as full."""

_LONGEST_LOOK_S = 60.0
"""A worker that looked for runs no longer ago is well: it looks twice a second, and may wait for the store."""


@dataclass(frozen=True)
class Life:
    """How the worker inside this server is.

    Attributes:
        alive: whether all that it must do goes on.
        running: how many runs are under way.
        looked_s: seconds since it looked for runs last.
    """

    alive: bool
    running: int
    looked_s: float


Status = Literal["ok", "failed"]


class ServiceHealth(Told):
    """One part of the studio."""

    name: str
    status: Status
    version: str
    message: str | None = None
    elapsed_ms: float


class HealthTold(Told):
    """The whole studio: `ok` when every part is."""

    status: Status
    version: str = Field(description="Of the program.")
    time: dt.datetime
    services: list[ServiceHealth]


class Health(Service):
    """How the parts are."""

    def told(self, worker: Life | None = None) -> HealthTold:
        """Asks every part. `worker` is how the one inside this server is, where there is one."""
        services = [self._api(), self._store(), self._disk()]
        services += [] if worker is None else [_worker(worker)]
        well = all(each.status == "ok" for each in services)
        return HealthTold(
            status="ok" if well else "failed",
            version=version("ombudsman"),
            time=self.on.clock(),
            services=services,
        )

    def _api(self) -> ServiceHealth:
        return ServiceHealth(
            name="api", status="ok", version=f"python {platform.python_version()}", elapsed_ms=0
        )

    def _store(self) -> ServiceHealth:
        began = dt.datetime.now(dt.UTC)
        name, store = self.on.store.engine.dialect.name, self.on.store
        try:
            with store.reading() as unit:
                unit.session.execute(text("SELECT 1"))
            with store.failures_told():
                form = revision(store.engine)
        except OmbudsmanError as error:
            return _told("store", name, began, error.message)
        message = None if form == newest_revision() else f"its form is {form}, not the program's"
        return _told("store", f"{name} {form}", began, message)

    def _disk(self) -> ServiceHealth:
        began = dt.datetime.now(dt.UTC)
        try:
            free = shutil.disk_usage(self.on.settings.data_folder).free
        except OSError as error:
            return _told("disk", "", began, error.strerror or "it cannot be read")
        message = None if free > _LEAST_FREE else "the disk of the data folder is nearly full"
        return _told("disk", "", began, message)


def _worker(life: Life) -> ServiceHealth:
    well = life.alive and life.looked_s < _LONGEST_LOOK_S
    return ServiceHealth(
        name="worker",
        status="ok" if well else "failed",
        version=version("ombudsman"),
        message=f"{life.running} runs under way, looked for more {life.looked_s:.0f} s ago",
        elapsed_ms=0,
    )


def _told(name: str, told_version: str, began: dt.datetime, message: str | None) -> ServiceHealth:
    elapsed = dt.datetime.now(dt.UTC) - began
    return ServiceHealth(
        name=name,
        status="ok" if message is None else "failed",
        version=told_version,
        message=message,
        elapsed_ms=round(elapsed.total_seconds() * 1_000, 1),
    )
