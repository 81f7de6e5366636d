"""What the statements of a run read is asked once a side, when it is over."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ombudsman.connections.reader import Reader
from ombudsman.model.pipeline import Step, StepRun, StepStatus
from ombudsman.model.result import Result, Statement
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline.scanned import with_bytes_scanned

BEGAN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


@dataclass
class Billed:
    """A reader whose engine remembers these statements."""

    history: Mapping[str, int] = field(default_factory=dict)
    asked: list[dt.datetime] = field(default_factory=list)

    def bytes_scanned(self, *, since: dt.datetime) -> Mapping[str, int]:
        self.asked.append(since)
        return self.history


def statement(
    side: Side, query_id: str | None, *, minute: int = 0, scanned: int | None = None
) -> Statement:
    started = BEGAN + dt.timedelta(minutes=minute)
    told: dict[str, Any] = {"query_id": query_id, "bytes_scanned": scanned}
    return Statement(side=side, sql="SELECT 1", started=started, ms=1, rows=1, **told)


def step_run(*statements: Statement) -> StepRun:
    step = Step(id="s", validator="validate_nulls", table=TableRef(schema="a", name="t"))
    result = Result(statements=statements)
    return StepRun(step=step, status=StepStatus.PASSED, result=result)


def scanned(steps: tuple[StepRun, ...]) -> list[list[int | None]]:
    return [[s.bytes_scanned for s in step.result.statements] for step in steps if step.result]


def told(steps: list[StepRun], source: Billed, target: Billed) -> tuple[StepRun, ...]:
    readers = {Side.SOURCE: source, Side.TARGET: target}
    return with_bytes_scanned(steps, cast("Mapping[Side, Reader]", readers))


def test_each_side_is_asked_once_for_the_statements_of_all_steps():
    shared = statement(Side.TARGET, "one", minute=3)
    steps = [
        step_run(statement(Side.SOURCE, "52"), shared),
        step_run(shared, statement(Side.TARGET, "two", minute=1)),
        StepRun(step=step_run().step, status=StepStatus.SKIPPED),
    ]
    source, target = Billed(), Billed({"one": 1_000, "two": 0, "52": 7})
    assert scanned(told(steps, source, target)) == [[None, 1_000], [1_000, 0]]
    assert target.asked == [BEGAN + dt.timedelta(minutes=1)]
    assert len(source.asked) == 1


def test_a_statement_that_the_engine_does_not_know_stays_without():
    steps = [step_run(statement(Side.TARGET, "one"), statement(Side.TARGET, "gone"))]
    assert scanned(told(steps, Billed(), Billed({"one": 5}))) == [[5, None]]


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(statement(Side.TARGET, None), id="no name of it"),
        pytest.param(statement(Side.TARGET, "one", scanned=4), id="told before"),
    ],
)
def test_nothing_is_asked_where_nothing_would_be_learnt(known: Statement):
    target = Billed({"one": 5})
    assert scanned(told([step_run(known)], Billed(), target)) == [[known.bytes_scanned]]
    assert target.asked == []


def test_the_rest_of_a_result_stays_as_it_was():
    before = step_run(statement(Side.TARGET, "one"))
    (after,) = told([before], Billed(), Billed({"one": 5}))
    assert after.result is not None
    assert before.result is not None
    assert after.result.verdict is before.result.verdict
    assert after.model_copy(update={"result": before.result}) == before
