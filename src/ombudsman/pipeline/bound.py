"""A step, bound to its tables and to the policies that it lives under.

Its params take the tolerance that holds, its tables are read by the equality that holds; and once it was judged, it can
be told which of them mattered, and how much what was found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from pydantic import ValidationError

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.explain import explain
from ombudsman.model.faults import path_text
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.policy import AppliedPolicy, Severity
from ombudsman.model.policy_layers import Looked, Said, StepPolicies, applied, unused
from ombudsman.model.result import Result
from ombudsman.model.tolerance import Tolerance, Tolerances
from ombudsman.validators.pair import Pair, Tables
from ombudsman.validators.registry import find

NO_TOLERANCE = "leave it out: this check compares no figures that may lie apart"


def has_tolerance(model: type[Params]) -> bool:
    """Whether the params of a validator have a `tolerance` that policies may set."""
    field = model.model_fields.get("tolerance")
    return field is not None and field.annotation is Tolerance


def bound_params(step: Step) -> Params:
    """The step's params as its validator's model.

    Raises:
        PipelineInvalid: there is no such validator.
        ParamsInvalid: the params do not fit; the message names the path.
    """
    model = find(step.validator).params
    try:
        return model.model_validate(step.params)
    except ValidationError as error:
        told = "; ".join(
            f"{path_text(('params', *each.path))}: {each.message}"
            + (f", {each.hint}" if each.hint else "")
            for each in explain(error, model)
        )
        raise ParamsInvalid(told) from None


@dataclass(frozen=True)
class BoundStep:
    """A step with its tables, its params, and the policies that it lives under."""

    step: Step
    pair: Pair
    params: Params
    policies: StepPolicies

    @classmethod
    def of(cls, step: Step, pipeline: Pipeline, tables: Tables) -> Self:
        """The step of a pipeline over these tables.

        Raises:
            ObjectNotFound: the source has no such table.
            SettingsError: its params do not fit, or its table is not mapped.
        """
        params = bound_params(step)
        policies = pipeline.policies_of(step, tables.mapping)
        if has_tolerance(type(params)) and "tolerance" in params.model_fields_set:
            policies = replace(policies, params=params.tolerance)  # type: ignore[attr-defined]
        return cls(step, tables.under(policies).pair(step.table), params, policies)

    @property
    def settled_params(self) -> Params:
        """The params with the tolerance that holds, that of single columns included."""
        model, policies = type(self.params), self.policies
        if not has_tolerance(model):
            return self.params
        usual: Tolerance = model.model_fields["tolerance"].get_default(
            call_default_factory=True, validated_data={}
        )
        general = policies.tolerance(default=usual)
        names = policies.columns_with_tolerance
        tolerance = Tolerances(
            absolute=general.absolute,
            relative=general.relative,
            by_column={name: policies.tolerance(name, default=usual) for name in names},
        )
        return self.params.model_copy(update={"tolerance": tolerance})

    def judged(self, result: Result) -> "Judged":
        """What the policies came to, now that it is known what was looked at and what was found."""
        severity = self._severity(result)
        looked = self._looked(result)
        told = applied(self.policies, looked, severity)
        notes = tuple(self._notes(looked, told))
        if notes:
            result = result.model_copy(update={"notes": (*result.notes, *notes)})
        return Judged(result, severity.value, told)

    def _severity(self, result: Result) -> Said:
        """How much it matters what was found: as much as in the gravest of the columns that it was found in.

        Where more was found than is told, some of it may lie in any column.
        """
        own_table = {None, str(self.step.table), str(self.policies.table)}
        columns: list[str | None] = []
        for finding in result.findings:
            is_own = finding.table in own_table and finding.column is not None
            columns += (finding.column or "").split(", ") if is_own else [None]
        if sum(result.found.values()) > len(result.findings):
            columns.append(None)
        return self.policies.gravest(columns)

    def _looked(self, result: Result) -> Looked:
        pair = self.pair
        there = pair.source.table is not None and pair.target.table is not None
        known = set(pair.columns) if there else set()
        types = {name: pair.types(name) for name in result.columns_checked if name in known}
        return Looked(types, has_tolerance(type(self.params)), frozenset(pair.compared))

    def _notes(self, looked: Looked, told: Sequence[AppliedPolicy]) -> Iterator[str]:
        for each in unused(self.policies, looked):
            columns = ", ".join(each.columns)
            yield f"{each.what} ({each.set_by}) is for the comparison of rows alone: not used for {columns}"
        is_used = any(each.what.startswith("equality.") for each in told)
        if self.policies.step.equality is not None and not is_used:
            yield "the step's equality took no effect: no value that it looked at is of a kind that it speaks of"


class Judged(NamedTuple):
    """The result with what is to be said of the policies, how much it matters, and the policies that did."""

    result: Result
    severity: Severity
    policies: tuple[AppliedPolicy, ...]
