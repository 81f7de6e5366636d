"""What a keeper writes down: nothing is forgotten before it is committed, and who looks sees what is under way."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.studio.work.queued import runs_waiting

from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.events import RunStarted, StepStarted
from ombudsman.studio.errors import StoreFull
from ombudsman.studio.persistence.runs import Lease
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.work.keeper import RunKeeper

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def lease(store: Store) -> Lease:
    (run_id,) = runs_waiting(store)
    with store.writing() as unit:
        taken = unit.runs.take(run_id, worker="w", lease_s=60)
    assert taken is not None
    return taken


@pytest.fixture
def keeper(store: Store, lease: Lease, tmp_path: Path) -> RunKeeper:
    made = RunKeeper(store, lease, tmp_path)
    steps = [
        Step(id=name, validator="validate_record_counts", table=TableRef(name="items"))
        for name in ("a", "b")
    ]
    made.plan(Pipeline(name="two", source="source", target="target", steps=tuple(steps)))
    return made


def test_events_that_could_not_be_written_are_written_later(
    store: Store, keeper: RunKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = store.writing

    @contextlib.contextmanager
    def full() -> Iterator[Unit]:
        with writing() as unit:
            yield unit
            raise StoreFull

    keeper.listen(RunStarted(at=NOW, run_id=keeper.id, pipeline="two", steps=2))
    with monkeypatch.context() as patch:
        patch.setattr(store, "writing", full)
        with pytest.raises(StoreFull):
            keeper.flush()
    keeper.listen(StepStarted(at=NOW, step_id="a"))
    keeper.flush()
    with store.reading() as unit:
        events = unit.runs.events(keeper.id, after=0, most=9)
    assert [(each.number, each.kind) for each in events] == [(1, "RunStarted"), (2, "StepStarted")]


def test_a_step_that_was_begun_is_told_as_under_way(store: Store, keeper: RunKeeper) -> None:
    keeper.listen(StepStarted(at=NOW, step_id="b"))
    keeper.flush()
    with store.reading() as unit:
        steps = unit.runs.steps(keeper.id)
    assert [(each.status, each.started) for each in steps] == [("pending", None), ("running", NOW)]
