"""What each validator must say of a port, foreseen from `expected`, the scripts and the data, by plain Python."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.real.ports import Known
from tests.real.truth import Key, TableTruth, month, months_between, repeated, totals
from tests.real.types_explained import rule_for

from ombudsman.model.pipeline import Step


class Told(NamedTuple):
    """A finding, but for the values of the two sides."""

    step: str
    kind: str
    column: str | None = None
    figure: str | None = None
    key: Key = ()


class Sides(NamedTuple):
    """The values of the two sides; both None where the finding tells of none, or of none that is foreseen."""

    source: Any = None
    target: Any = None


Foreseen = dict[Told, Sides]
Found = Iterator[tuple[Told, Sides]]


def foreseen(known: Known, steps: tuple[Step, ...]) -> Foreseen:
    """All findings that the steps must have, and no other."""
    truths = {name: TableTruth(known, name) for name in known.tables}
    told: Foreseen = {}
    for step in steps:
        told.update(VALIDATORS[step.validator](step, known, truths))
    return told


Truths = Mapping[str, TableTruth]


# ------------------------------------------------------------ schema


def _columns(step: Step, known: Known, _: Truths) -> Found:
    table = known.tables[step.table.name]
    for name in table["missing_columns"]:
        yield Told(step.id, "column_missing_in_target", name), Sides()
    for name in table["extra_columns"]:
        yield Told(step.id, "column_missing_in_source", name), Sides()


def _datatypes(step: Step, known: Known, _: Truths) -> Found:
    targets = known.target_types(step.table.name)
    for name, source in known.source_types(step.table.name).items():
        if name in targets:
            rule = rule_for(known.port.engine, source, targets[name])
            if rule.finding:
                yield Told(step.id, rule.finding, name), Sides()


NULLABLE = {True: "NULL allowed", False: "NOT NULL"}


def _nullability(step: Step, known: Known, _: Truths) -> Found:
    for name, (source, target) in known.tables[step.table.name]["nullability_changes"].items():
        if not is_own_number(known, step.table.name, name):
            sides = Sides(NULLABLE[source], NULLABLE[target])
            yield Told(step.id, "nullability_differs", name), sides


def is_own_number(known: Known, table: str, column: str) -> bool:
    """Whether this is SQLite's INTEGER PRIMARY KEY: the row's own number, never NULL though nothing says so."""
    meta = known.metas[1][known.tables[table]["target"]]
    alone = meta["pk"] == [known.target_column(table, column)]
    return (
        known.port.engine == "sqlite" and alone and known.target_types(table)[column] == "integer"
    )


# ------------------------------------------------------------ data


def _counts(step: Step, _: Known, truths: Truths) -> Found:
    truth = truths[step.table.name]
    if not step.params:
        source, target = truth.rows
        if source != target:
            yield Told(step.id, "count_differs", None, "rows"), Sides(source, target)
        return
    here, there = (Counter(keys) for keys in _groups(step, truth))
    for key in here.keys() | there.keys():
        if here[key] != there[key]:
            told = Told(step.id, "count_differs", None, "rows", key)
            yield told, Sides(here[key], there[key])


def _nulls(step: Step, _: Known, truths: Truths) -> Found:
    for name, column in truths[step.table.name].columns.items():
        source, target = column.nulls
        if source != target:
            yield Told(step.id, "null_count_differs", name, "nulls"), Sides(source, target)


def _statistics(step: Step, _: Known, truths: Truths) -> Found:
    for name, column in truths[step.table.name].columns.items():
        for statistic, source, target in column.statistics():
            if source != target:
                sides = Sides(_shown(statistic, source), _shown(statistic, target))
                yield Told(step.id, "aggregate_differs", name, statistic), sides


def _shown(statistic: str, value: Any) -> Any:
    return math.sqrt(value) if statistic == "standard_deviation" and value is not None else value


def _sums(step: Step, _: Known, truths: Truths) -> Found:
    truth = truths[step.table.name]
    here, there = _groups(step, truth)
    for name in step.params["columns"]:
        source, target = (
            totals(here, truth.columns[name].source),
            totals(there, truth.columns[name].target),
        )
        for key in source.keys() | target.keys():
            if source.get(key) != target.get(key):
                told = Told(step.id, "aggregate_differs", name, "sum", key)
                yield told, Sides(source.get(key), target.get(key))


def _groups(step: Step, truth: TableTruth) -> tuple[list[Key], list[Key]]:
    """The group of each row, on both sides."""
    parts: list[tuple[list[Any], list[Any]]] = []
    for term in step.params.get("group_by", []):
        if isinstance(term, dict):
            assert term["period"] == "month"
            dates = truth.columns[term["column"]]
            parts.append(([month(v) for v in dates.source], [month(v) for v in dates.target]))
        else:
            parts.append((truth.columns[term].source, truth.columns[term].target))
    if not parts:
        return [()] * truth.rows[0], [()] * truth.rows[1]
    return (
        list(zip(*(source for source, _ in parts), strict=True)),
        list(zip(*(target for _, target in parts), strict=True)),
    )


def _uniqueness(step: Step, _: Known, truths: Truths) -> Found:
    truth = truths[step.table.name]
    here, there = truth.keyed(truth.key)
    column = ", ".join(truth.key)
    source_nulls, target_nulls = (sum(None in key for key in keys) for keys in (here, there))
    if target_nulls and source_nulls != target_nulls:
        yield Told(step.id, "key_null", column), Sides()
    inherited = repeated(here)
    for key, times in repeated(there).items():
        if inherited.get(key) != times:
            yield Told(step.id, "key_duplicated", column, None, key), Sides()


def _references(step: Step, known: Known, truths: Truths) -> Found:
    child = truths[step.table.name]
    for reference in known.metas[0][step.table.name]["fks"]:
        parent = truths[reference["ref_table"]]
        keys = child.keyed(reference["columns"])
        referred = parent.keyed(reference["ref_columns"])
        source, target = (
            Counter(key for key in refers if None not in key and key not in there)
            for refers, there in zip(keys, map(set, referred), strict=True)
        )
        for key, times in target.items():
            if source[key] != times:
                column = ", ".join(reference["columns"])
                yield Told(step.id, "key_orphaned", column, None, key), Sides()


def _continuity(step: Step, _: Known, truths: Truths) -> Found:
    assert step.params["period"] == "month"
    dates = truths[step.table.name].columns[step.params["date_column"]]
    here, there = ({month(v) for v in values if v} for values in (dates.source, dates.target))
    source = {each for each in here if each}
    target = {each for each in there if each}
    inherited = months_between(min(source), max(source)) - source
    own_gaps = months_between(min(target), max(target)) - target
    for missing in (source - target) | (own_gaps - inherited):
        told = Told(step.id, "period_missing", step.params["date_column"], None, (missing,))
        yield told, Sides()


BUSINESS_RULES: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "Discount BETWEEN 0 AND 1 AND Quantity > 0 AND UnitPrice >= 0": lambda row: (
        0 <= row["Discount"] <= 1 and row["Quantity"] > 0 and row["UnitPrice"] >= 0
    ),
    "UnitPrice > 0 AND Quantity >= 1": lambda row: row["UnitPrice"] > 0 and row["Quantity"] >= 1,
    "Discontinued = 0 OR UnitsOnOrder = 0": lambda row: (
        row["Discontinued"] == 0 or row["UnitsOnOrder"] == 0
    ),
}
"""The rules of the pipelines, said once more in Python."""


def _rule(step: Step, _: Known, truths: Truths) -> Found:
    truth = truths[step.table.name]
    fulfils = BUSINESS_RULES[step.params["rule"]]
    source, target = (
        {tuple(row[name] for name in truth.key) for row in rows if not fulfils(row)}
        for rows in truth.records()
    )
    for key in target - source:
        yield Told(step.id, "rule_violated", None, None, key), Sides()


VALIDATORS: dict[str, Callable[[Step, Known, Truths], Found]] = {
    "validate_schema_columns": _columns,
    "validate_schema_datatypes": _datatypes,
    "validate_schema_nullability": _nullability,
    "validate_record_counts": _counts,
    "validate_nulls": _nulls,
    "validate_uniqueness": _uniqueness,
    "validate_statistics": _statistics,
    "validate_foreign_keys": _references,
    "validate_metric_sums": _sums,
    "validate_ts_continuity": _continuity,
    "validate_business_rule": _rule,
}
