"""A project with a pipeline over two small databases, and runs of it that wait."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.studio.ids import new_id
from ombudsman.studio.persistence.entities.projects import Project
from ombudsman.studio.persistence.entities.runs import StoredRun
from ombudsman.studio.persistence.entities.users import User
from ombudsman.studio.persistence.runs import Lease
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.work.execute import execute_run
from ombudsman.studio.work.keeper import RunKeeper
from ombudsman.studio.work.worker import Worker

TEXT = """
name: two
source: source
target: target
steps:
  - {id: items, validator: validate_record_counts, table: main.items}
  - {id: orders, validator: validate_record_counts, table: main.orders}
  - {id: rows, validator: validate_rows, table: main.orders, params: {key: [id]}, needs: [items]}
  - {id: nulls, validator: validate_nulls, table: main.items, needs: [items]}
"""
"""Of the orders one is missing: `orders` and `rows` fail."""


def project_of(unit: Unit, name: str = "two") -> tuple[str, str]:
    """A project and a user; their ids."""
    now = unit.now
    user = unit.accounts.add(
        User(username=name, folded_name=name, role="administrator", created=now, updated=now)
    )
    made = unit.projects.add(Project(name=name, created=now, updated=now))
    return made.id, user.id


def enqueue(unit: Unit, project_id: str, user_id: str, text: str = TEXT) -> str:
    """A run that waits; its id."""
    run = StoredRun(
        project_id=project_id,
        pipeline_name="two",
        pipeline_version=1,
        trigger="person",
        started_by=user_id,
        text=text,
        only=[],
        created=dt.datetime.now(dt.UTC),
    )
    return unit.runs.enqueue(run).id


def runs_waiting(store: Store, number: int = 1, text: str = TEXT) -> list[str]:
    """So many runs of a new project; their ids."""
    with store.writing() as unit:
        project_id, user_id = project_of(unit, f"two {new_id()}")
        return [enqueue(unit, project_id, user_id, text) for _ in range(number)]


def worker(
    store: Store, databases: Path, results: Path, *, places: int = 2, lease_s: float = 2.0
) -> Worker:
    """A worker that knows the two databases."""

    @contextlib.contextmanager
    def connector(project_id: str, name: str) -> Iterator[Connection]:
        with connect(name, DuckDbSettings(path=databases / f"{name}.duckdb")) as connection:
            yield connection

    def keep(lease: Lease) -> RunKeeper:
        return RunKeeper(store, lease, results)

    return Worker(
        store=store,
        keep=keep,
        execute=lambda keeper, stop: execute_run(
            keeper, connector=connector, mapping_of=lambda _: None, stop=stop
        ),
        places=places,
        lease_s=lease_s,
        poll_s=0.05,
    )
