"""Two runs of one pipeline side by side: which steps are new, gone, better, worse, and what became of the causes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from ombudsman.model.errors import Conflict
from ombudsman.model.pipeline import StepStatus
from ombudsman.studio.fields import Id, Told
from ombudsman.studio.persistence.entities.runs import RunStep, StepResult, StoredRun
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.service import Actor, Service
from ombudsman.studio.services.stored_run import seen_run

Change = Literal["new", "gone", "better", "worse", "same", "unknown"]

_JUDGED = {StepStatus.PASSED.value, StepStatus.FAILED.value}


class StepCompared(Told):
    """A step in both runs: `better` finds less than before, `worse` more; `unknown` was not judged in one of them."""

    step_id: str
    validator: str
    table: str
    change: Change
    status: str | None = Field(description="In this run; null where it has no such step.")
    base_status: str | None
    position: int | None
    base_position: int | None
    found: dict[str, int]
    base_found: dict[str, int]


class CauseCompared(Told):
    """How many cells of a column differ by a cause, in this run and in the base."""

    step_id: str
    column: str
    cause: str
    cells: int
    base_cells: int


class RunsCompared(Told):
    """A run beside another of the same pipeline, the base. `changes` counts its steps."""

    run_id: Id
    number: int
    base_id: Id
    base_number: int
    changes: dict[str, int]
    steps: list[StepCompared]
    kinds: dict[str, tuple[int, int]] = Field(
        description="What was found of each kind, in this run and in the base."
    )
    causes: list[CauseCompared] = Field(
        description="Differing cells by cause, the greatest change first."
    )


class RunComparison(Service):
    """Comparing runs."""

    def compare(self, actor: Actor, run_id: str, base_id: str) -> RunsCompared:
        """What changed since the base. Steps are the same that have the same id, validator and table.

        Raises:
            Conflict: they are runs of different pipelines.
        """
        with self.on.store.reading() as unit:
            run = seen_run(unit, actor, run_id, Permission.RUN_READ)
            base = seen_run(unit, actor, base_id, Permission.RUN_READ)
            if _pipeline(run) != _pipeline(base):
                raise Conflict("these are runs of different pipelines")
            steps = list(_steps(unit.runs.steps(run_id), unit.runs.steps(base_id)))
            causes = _causes(unit.runs.results(run_id), unit.runs.results(base_id))
        return RunsCompared(
            run_id=run.id,
            number=run.number,
            base_id=base.id,
            base_number=base.number,
            changes=dict(Counter(each.change for each in steps)),
            steps=steps,
            kinds=_kinds(steps),
            causes=causes,
        )


def _pipeline(run: StoredRun) -> tuple[str, str]:
    return run.project_id, run.pipeline_id or run.pipeline_name


_Same = tuple[str, str, str]


def _steps(now: Iterable[RunStep], before: Iterable[RunStep]) -> Iterable[StepCompared]:
    base = {_same(row): row for row in before}
    for row in now:
        yield _compared(row, base.pop(_same(row), None))
    for gone in base.values():
        yield _compared(None, gone)


def _same(row: RunStep) -> _Same:
    return row.step_id, row.validator, row.table


def _compared(row: RunStep | None, base: RunStep | None) -> StepCompared:
    either = row or base
    assert either is not None  # noqa: S101 - one of them is there
    return StepCompared(
        step_id=either.step_id,
        validator=either.validator,
        table=either.table,
        change=_change(row, base),
        status=None if row is None else row.status,
        base_status=None if base is None else base.status,
        position=None if row is None else row.position,
        base_position=None if base is None else base.position,
        found=_found(row),
        base_found=_found(base),
    )


def _change(row: RunStep | None, base: RunStep | None) -> Change:
    if base is None:
        return "new"
    if row is None:
        return "gone"
    if not {row.status, base.status} <= _JUDGED:
        return "same" if row.status == base.status else "unknown"
    now, before = sum(_found(row).values()), sum(_found(base).values())
    return "same" if now == before else "better" if now < before else "worse"


def _found(row: RunStep | None) -> dict[str, int]:
    return dict((row.found if row else None) or {})


def _kinds(steps: Iterable[StepCompared]) -> dict[str, tuple[int, int]]:
    now, before = Counter[str](), Counter[str]()
    for step in steps:
        now.update(step.found)
        before.update(step.base_found)
    return {kind: (now[kind], before[kind]) for kind in sorted(now.keys() | before.keys())}


_Cause = tuple[str, str, str]


def _causes(now: Iterable[StepResult], before: Iterable[StepResult]) -> list[CauseCompared]:
    cells, base = _cells(now), _cells(before)
    told = [
        CauseCompared(
            step_id=step, column=column, cause=cause, cells=cells[place], base_cells=base[place]
        )
        for place in cells.keys() | base.keys()
        for step, column, cause in [place]
    ]
    return sorted(told, key=lambda e: (-abs(e.cells - e.base_cells), e.step_id, e.column, e.cause))


def _cells(results: Iterable[StepResult]) -> Counter[_Cause]:
    """The differing cells that no policy accepts, by step, column and cause."""
    counts: Counter[_Cause] = Counter()
    for result in results:
        document: Mapping[str, Any] = result.document
        rows = document["result"].get("rows") or {}
        for column, causes in rows.get("columns", {}).items():
            for cause, cells in causes.items():
                counts[document["step"]["id"], column, cause] += cells
    return counts
