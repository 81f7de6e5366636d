"""Which policy holds for a step? The nearest: what the step says, else its column, its table, the pipeline.

A step is one check, and whoever writes a word there means that check: so it is nearer than a column, of which many
checks speak. Each field is decided by itself: a table may say the absolute tolerance, and the pipeline the relative.

Pure: policies in, decisions out, each with the name of whoever said it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ombudsman.model.equality import Equality
from ombudsman.model.policy import AppliedPolicy, Policy, Severity, TablePolicy
from ombudsman.model.tables import TableRef
from ombudsman.model.tolerance import EXACT, Tolerance
from ombudsman.model.types import DataType

GRAVEST_FIRST = tuple(Severity)
SILENT = Policy()
NOBODY = "nobody"

FORGIVEN_BY_SQL: Mapping[str, tuple[str, ...]] = {
    "text": ("empty_is_null", "trailing_blanks", "letter_case"),
    "decimal": ("decimals", "cut"),
    "float": ("decimals", "cut"),
    "time": ("second_digits", "cut"),
    "timestamp": ("second_digits", "cut"),
}
"""What of an equality takes effect wherever a column of this kind is read."""

FORGIVEN_IN_ROWS: Mapping[str, tuple[str, ...]] = {
    "text": ("unicode_form",),
    "float": ("relative", "ulps"),
}
"""What needs both values side by side, or no engine can do: only where rows are compared value by value."""


@dataclass(frozen=True)
class Said:
    """A value and who said it."""

    value: Any
    set_by: str


@dataclass(frozen=True)
class Layer:
    """A policy and whose it is."""

    name: str
    policy: Policy


@dataclass(frozen=True)
class StepPolicies:
    """The policies that a step lives under. `tables` are by their exact source names; `table` is the step's own.

    `params` is the tolerance that its params say: the nearest word of all.
    """

    table: TableRef
    pipeline: Policy = SILENT
    tables: Mapping[TableRef, TablePolicy] = field(default_factory=dict)
    step: Policy = SILENT
    params: Tolerance | None = None

    def layers(self, table: TableRef, column: str | None = None) -> Iterator[Layer]:
        """What is said of a table, or of a column of it, from far to near."""
        yield Layer("pipeline", self.pipeline)
        if of_table := self.tables.get(table):
            yield Layer(f"table {table}", of_table)
            if column is not None and column in of_table.columns:
                yield Layer(f"column {table}.{column}", of_table.columns[column])
        yield Layer("step", self.step)
        if self.params is not None:
            yield Layer("step", Policy(tolerance=self.params))

    def equality(self, table: TableRef, column: str) -> Equality:
        """What is forgiven in a column's values."""
        return Equality(**_values(_said_of_equality(self.layers(table, column))))

    def tolerance(self, column: str | None = None, *, default: Tolerance = EXACT) -> Tolerance:
        """How far apart figures may lie: those over this column alone, or over none or several."""
        said = _values(_said_of_tolerance(self.layers(self.table, column)))
        return Tolerance(**(_fields(default) | said))

    def severity(self, column: str | None = None) -> Said:
        """How much a difference matters; one in this column, if it has a word of its own."""
        found = Said(Severity.BLOCKING, NOBODY)
        for layer in self.layers(self.table, column):
            if layer.policy.severity is not None:
                found = Said(layer.policy.severity, layer.name)
        return found

    def gravest(self, columns: Iterable[str | None]) -> Said:
        """How much differences in several columns matter together; None is one that is of no column."""
        said = [self.severity(each) for each in dict.fromkeys(columns)] or [self.severity()]
        return min(said, key=lambda each: GRAVEST_FIRST.index(each.value))

    @property
    def say_equality(self) -> bool:
        """Whether anybody says anything of what is forgiven."""
        of_tables = (p for t in self.tables.values() for p in (t, *t.columns.values()))
        return any(p.equality is not None for p in (self.pipeline, self.step, *of_tables))

    @property
    def columns_with_tolerance(self) -> tuple[str, ...]:
        """The columns of the step's table that have a tolerance of their own."""
        of_table = self.tables.get(self.table)
        columns = of_table.columns.items() if of_table else ()
        return tuple(name for name, policy in columns if policy.tolerance is not None)


@dataclass(frozen=True)
class Looked:
    """What a step looked at: the columns of its table with their types on both sides, and whether it has a tolerance.

    `compared` are those columns whose values it set side by side.
    """

    types: Mapping[str, Sequence[DataType]]
    has_tolerance: bool
    compared: frozenset[str] = frozenset()


def applied(policies: StepPolicies, looked: Looked, severity: Said) -> tuple[AppliedPolicy, ...]:
    """Everything that somebody said and that mattered to the step."""
    told: list[AppliedPolicy] = []
    if severity.set_by != NOBODY:
        told.append(AppliedPolicy(what="severity", value=severity.value, set_by=severity.set_by))
    if looked.has_tolerance:
        told += _applied_tolerances(policies, looked)
    told += _grouped(
        ((f"equality.{name}", said), column)
        for column, types in looked.types.items()
        for name, said in _in_effect(policies, looked, column, types).items()
    )
    return tuple(told)


def unused(policies: StepPolicies, looked: Looked) -> tuple[AppliedPolicy, ...]:
    """What is said of columns that the step looked at, but only a comparison of rows can forgive."""
    return _grouped(
        ((f"equality.{name}", said), column)
        for column, types in looked.types.items()
        if column not in looked.compared
        for name, said in _said_of_equality(policies.layers(policies.table, column)).items()
        if name in _fields_for(types, FORGIVEN_IN_ROWS) and said.value != _default(name)
    )


def in_effect(equality: Equality, data_type: DataType) -> Equality:
    """The part of an equality that takes effect wherever a column of this type is read; the rest as by default."""
    names = FORGIVEN_BY_SQL.get(data_type.kind, ())
    said = {name: getattr(equality, name) for name in names}
    is_cut = said.get("decimals") is not None or said.get("second_digits") is not None
    if not is_cut:
        said.pop("cut", None)
    return Equality(**said)


# ------------------------------------------------------------ the nearest word


def _said_of_tolerance(layers: Iterable[Layer]) -> dict[str, Said]:
    return _nearest((layer.name, layer.policy.tolerance) for layer in layers)


def _said_of_equality(layers: Iterable[Layer]) -> dict[str, Said]:
    return _nearest((layer.name, layer.policy.equality) for layer in layers)


def _nearest(said: Iterable[tuple[str, Tolerance | Equality | None]]) -> dict[str, Said]:
    """Field by field the last of those who said something of it."""
    found: dict[str, Said] = {}
    for name, part in said:
        if part is not None:
            found |= {key: Said(value, name) for key, value in _fields(part).items()}
    return found


def _fields(part: Tolerance | Equality) -> dict[str, Any]:
    """The fields that were set, in the order in which the model has them."""
    names = (name for name in type(part).model_fields if name in part.model_fields_set)
    return {name: getattr(part, name) for name in names}


def _values(said: Mapping[str, Said]) -> dict[str, Any]:
    return {name: each.value for name, each in said.items()}


# ------------------------------------------------------------ what applied


def _applied_tolerances(policies: StepPolicies, looked: Looked) -> list[AppliedPolicy]:
    general = _said_of_tolerance(policies.layers(policies.table))
    told = [_told(f"tolerance.{name}", said) for name, said in general.items()]
    special = _grouped(
        ((f"tolerance.{name}", said), column)
        for column in policies.columns_with_tolerance
        if column in looked.types
        for name, said in _said_of_tolerance(policies.layers(policies.table, column)).items()
        if said != general.get(name)
    )
    return [*told, *special]


def _in_effect(
    policies: StepPolicies, looked: Looked, column: str, types: Sequence[DataType]
) -> dict[str, Said]:
    said = _said_of_equality(policies.layers(policies.table, column))
    names = _fields_for(types, FORGIVEN_BY_SQL)
    if column in looked.compared:
        names |= _fields_for(types, FORGIVEN_IN_ROWS)
    found = {name: each for name, each in said.items() if name in names}
    cuts = {"decimals", "second_digits"}
    if not any(name in found and found[name].value is not None for name in cuts):
        found.pop("cut", None)
    return found


def _fields_for(types: Sequence[DataType], of_kind: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {name for data_type in types for name in of_kind.get(data_type.kind, ())}


def _grouped(each: Iterable[tuple[tuple[str, Said], str]]) -> tuple[AppliedPolicy, ...]:
    """One line for the columns of which the same was said by the same."""
    columns: dict[tuple[str, Said], list[str]] = {}
    for key, column in each:
        columns.setdefault(key, []).append(column)
    return tuple(_told(what, said, names) for (what, said), names in columns.items())


def _told(what: str, said: Said, columns: Sequence[str] = ()) -> AppliedPolicy:
    return AppliedPolicy(what=what, value=said.value, set_by=said.set_by, columns=columns)


def _default(name: str) -> Any:
    return Equality.model_fields[name].default
