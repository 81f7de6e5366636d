"""Steps in a DAG, and what became of them."""

import datetime as dt
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from ombudsman.model.base import Frozen, Strict
from ombudsman.model.errors import Problem
from ombudsman.model.mapping import Mapping
from ombudsman.model.result import Kind, Result, Verdict
from ombudsman.model.tables import TableRef


class Severity(StrEnum):
    """How much the user cares. A validator does not know it."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFO = "info"


class OnFailure(StrEnum):
    """What a failed or errored step does to the rest.

    `skip_dependents`: the steps that need it are skipped. `go_on`: they run all the same. `stop`: no further step
    starts.
    """

    SKIP_DEPENDENTS = "skip_dependents"
    GO_ON = "go_on"
    STOP = "stop"


class StepStatus(StrEnum):
    """What became of a step. Errored, skipped and cancelled are no judgement on the data."""

    PENDING = "pending"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class RunStatus(StrEnum):
    """What became of a run: the worst that became of its steps, severity minded.

    `passed`: nothing of severity blocking disagrees and every step was judged. `failed`: the data disagree.
    `errored`: something could not be judged. `cancelled`: it was stopped on request.
    """

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    CANCELLED = "cancelled"


class Step(Strict):
    """A node of a pipeline: a validator bound to a table and params, what it needs first, and how much it matters.

    `table` is the source table. Validators that look at several tables name the others in their params.
    """

    id: str = Field(min_length=1, max_length=200)
    validator: str
    table: TableRef
    params: dict[str, Any] = Field(default={})
    needs: tuple[str, ...] = ()
    severity: Severity = Severity.BLOCKING
    on_failure: OnFailure = OnFailure.SKIP_DEPENDENTS
    description: str | None = None


class Pipeline(Strict):
    """Steps in a DAG, between a source and a target connection (by name), over a mapping."""

    name: str
    description: str | None = None
    source: str
    target: str
    mapping: Mapping = Mapping()
    steps: tuple[Step, ...]


class StepRun(Frozen):
    """One execution of a step. It has a result, or a problem, or neither (not yet, skipped, cancelled); never both.

    A skipped step says why in `reason`.
    """

    step: Step
    target_table: TableRef | None = None
    status: StepStatus = StepStatus.PENDING
    started: dt.datetime | None = None
    finished: dt.datetime | None = None
    result: Result | None = None
    problem: Problem | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        judged = self.status in {StepStatus.PASSED, StepStatus.FAILED}
        if judged != (self.result is not None):
            raise ValueError(f"a step that {self.status} {'needs' if judged else 'has no'} result")
        if self.result is not None and self.result.verdict.value != self.status.value:
            raise ValueError(f"status {self.status} contradicts verdict {self.result.verdict}")
        if (self.status is StepStatus.ERRORED) != (self.problem is not None):
            raise ValueError("a step has a problem exactly when it errored")
        return self

    @property
    def verdict(self) -> Verdict | None:
        return self.result.verdict if self.result else None

    @property
    def found(self) -> dict[Kind, int]:
        return self.result.found if self.result else {}


class TableCoverage(Frozen):
    """What of a table was looked at: how many of its mapped columns, and how many source rows were compared."""

    source: TableRef
    target: TableRef | None = None
    columns_checked: int = 0
    columns_total: int = 0
    unchecked: tuple[str, ...] = ()
    rows_compared: int | None = None


class Snapshot(Frozen):
    """As of which moment each side was read; `none` and why, where the engine could not pin one."""

    source: str
    target: str


class Run(Frozen):
    """One execution of a pipeline."""

    id: str
    pipeline: Pipeline
    status: RunStatus
    started: dt.datetime
    finished: dt.datetime | None = None
    snapshot: Snapshot | None = None
    steps: tuple[StepRun, ...] = ()
    coverage: tuple[TableCoverage, ...] = ()
