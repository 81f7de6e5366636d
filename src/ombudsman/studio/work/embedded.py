"""The worker of a studio: it knows the store, the projects' connections and mappings, and where results are kept.

Inside the server it is the default, for one machine. There its predecessor's runs are taken back at the start: on a
store that no other server uses, whatever is held then is held by the dead.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from ombudsman.connections.connection import Connection
from ombudsman.model.errors import Conflict, NotAllowed
from ombudsman.model.mapping import Mapping
from ombudsman.pipeline.stop import StopSwitch
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.kept_rows import kept_rows
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission, Role, may
from ombudsman.studio.services.connections import Connections
from ombudsman.studio.services.mappings import mapping_of
from ombudsman.studio.work.due import EverySoOften, run_due
from ombudsman.studio.work.execute import execute_run
from ombudsman.studio.work.keeper import RunKeeper
from ombudsman.studio.work.worker import Worker

Wake = Callable[[], None]
"""Says to a worker nearby that there is something to do."""


def studio_worker(on: Foundation) -> Worker:
    """A worker over a studio's store, not started yet. Who starts one wants it to work: it has one place at least."""
    return Worker(
        store=on.store,
        keep=partial(
            RunKeeper, on.store, folder=kept_rows(on.settings.data_folder), check=still_allowed
        ),
        execute=partial(_execute, on),
        places=max(1, on.settings.ovs_worker_places),
        look=EverySoOften(partial(run_due, on.store, still_allowed)),
    )


def take_back(on: Foundation) -> int:
    """Frees the runs of a predecessor, where no other server can be at work; how many it were."""
    if not on.store.is_sqlite:
        return 0
    with on.store.writing() as unit:
        return unit.runs.give_back_all()


def still_allowed(unit: Unit, project_id: str, user_id: str) -> None:
    """A run has the rights of whoever started it, as they are now.

    Raises:
        NotAllowed: they may no longer run pipelines of this project.
    """
    user = unit.accounts.find(user_id)
    role = unit.projects.role_of(project_id, user_id)
    roles = frozenset({Role(role)} if role else ())
    if user is None or user.disabled or not may(Permission.RUN_EXECUTE, roles):
        raise NotAllowed(
            "whoever started this run may no longer run pipelines of this project",
            hint="somebody who may should start it again",
        )


def _execute(on: Foundation, keeper: RunKeeper, stop: StopSwitch) -> None:
    execute_run(keeper, connector=partial(_opened, on), mapping_of=partial(_mapping, on), stop=stop)


@contextmanager
def _opened(on: Foundation, project_id: str, name: str) -> Iterator[Connection]:
    with on.store.reading() as unit:
        row = unit.connections.named(project_id, name)
        if row is None:
            raise Conflict(f"there is no connection {name!r} in this project")
        connection = Connections(on).opened(unit, row)
    with connection:
        yield connection


def _mapping(on: Foundation, project_id: str) -> Mapping | None:
    with on.store.reading() as unit:
        return mapping_of(unit, project_id)
