"""Steps in a DAG, and what became of them."""

import datetime as dt
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from ombudsman.model import policy
from ombudsman.model.base import Frozen, Strict
from ombudsman.model.errors import PipelineInvalid, Problem
from ombudsman.model.mapping import Mapping
from ombudsman.model.policy import AppliedPolicy, Policy, SaidEquality, SaidTolerance, TablePolicy
from ombudsman.model.policy_layers import StepPolicies
from ombudsman.model.result import Kind, Result, Verdict
from ombudsman.model.tables import Side, TableRef

Severity = policy.Severity
"""How much the user cares, for those who ask a step."""


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
    tolerance: SaidTolerance = None
    equality: SaidEquality = None
    on_failure: OnFailure = OnFailure.SKIP_DEPENDENTS
    description: str | None = None

    @property
    def policy(self) -> Policy:
        """What the step itself says of how strict to be."""
        said = self.severity if "severity" in self.model_fields_set else None
        return Policy(severity=said, tolerance=self.tolerance, equality=self.equality)


class Pipeline(Strict):
    """Steps in a DAG, between a source and a target connection (by name), over a mapping.

    `defaults` is the policy of all its steps, `policies` are those of source tables and their columns. The severity of
    a step that says none is filled in.
    """

    name: str
    description: str | None = None
    source: str
    target: str
    mapping: Mapping = Mapping()
    defaults: Policy = Policy()
    policies: tuple[TablePolicy, ...] = ()
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _settle(self) -> Self:
        names = [str(each.table) for each in self.policies]
        if twice := [name for name in names if names.count(name) > 1]:
            raise PipelineInvalid(f"table {twice[0]} has more than one policy")
        steps = tuple(_with_severity(step, self.policies_of(step)) for step in self.steps)
        object.__setattr__(self, "steps", steps)
        return self

    def policies_of(self, step: Step, mapping: Mapping | None = None) -> StepPolicies:
        """The policies that one of its steps lives under; `mapping` is the whole one, where the pipeline's is not."""

        def exact(table: TableRef) -> TableRef:
            if table.schema_name is not None:
                return table
            mapped = (mapping or self.mapping).table(table)
            return mapped.source if mapped else table

        return StepPolicies(
            table=exact(step.table),
            pipeline=self.defaults,
            tables={exact(each.table): each for each in self.policies},
            step=step.policy,
        )


def _with_severity(step: Step, policies: StepPolicies) -> Step:
    """The step with the severity that holds for it, which still counts as not said by itself."""
    if "severity" in step.model_fields_set:
        return step
    settled = step.model_copy()
    settled.__dict__["severity"] = policies.severity().value
    return settled


class StepRun(Frozen):
    """One execution of a step. It has a result, or a problem, or neither (not yet, skipped, cancelled); never both.

    A skipped step says why in `reason`. `policies` are those that mattered; the step's severity is the one that holds
    for what was found.
    """

    step: Step
    target_table: TableRef | None = None
    status: StepStatus = StepStatus.PENDING
    started: dt.datetime | None = None
    finished: dt.datetime | None = None
    result: Result | None = None
    problem: Problem | None = None
    reason: str | None = None
    policies: tuple[AppliedPolicy, ...] = ()

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
    """What of a table was looked at: how many of its mapped columns, and how many source rows were compared.

    `unchecked` are mapped columns that no judged step looked into, `unmapped` source columns that have no answer and
    were not left behind on purpose. `rows_total` is about how many rows the source has.
    """

    source: TableRef
    target: TableRef | None = None
    columns_checked: int = 0
    columns_total: int = 0
    unchecked: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    rows_compared: int | None = None
    rows_total: int | None = None


class Snapshot(Frozen):
    """As of which moment each side was read; `none` and why, where the engine could not pin one."""

    source: str
    target: str


class Run(Frozen):
    """One execution of a pipeline. `unmapped` are tables of the source's schemas that the mapping does not speak of."""

    id: str
    pipeline: Pipeline
    status: RunStatus
    started: dt.datetime
    finished: dt.datetime | None = None
    snapshot: Snapshot | None = None
    costs: dict[Side, str] = Field(default={})
    steps: tuple[StepRun, ...] = ()
    coverage: tuple[TableCoverage, ...] = ()
    unmapped: tuple[TableRef, ...] = ()
