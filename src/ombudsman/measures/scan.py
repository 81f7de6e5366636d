"""A scan as SQL, and its rows as answers."""

import re
from collections.abc import Sequence
from functools import reduce
from operator import mul
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from ombudsman.connections.reader import Reader, Reading, Rows
from ombudsman.measures.bounds import held_against
from ombudsman.measures.plan import AggregateScan, Question, RowsScan, Scan, presence
from ombudsman.measures.questions import (
    Aggregate,
    Function,
    PeriodOf,
    Primitive,
    QueryOf,
    QueryRows,
    RowsOf,
    Sample,
    Term,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.values import GroupRows, Values
from ombudsman.model import types
from ombudsman.model.errors import Unsupported
from ombudsman.model.result import Statement
from ombudsman.sql import expressions as sql

GROUP_LIMIT = 2_000_000
"""How many groups one question may have: both sides' groups are held in memory to be compared."""


class TooManyGroups(Unsupported):
    """A question has more groups than can be compared here."""


def answer(scan: Scan, reader: Reader) -> dict[Question, Values | Sample | QueryRows]:
    """Asks the database, and gives each of the scan's questions its answer.

    Raises:
        QueryFailed: the database did not answer.
        Unsupported: a question cannot be asked of a column of this type, or has too many groups or rows.
    """
    if isinstance(scan, RowsScan) and isinstance(scan.question.measure, QueryOf):
        return {scan.question: _query_rows(scan.question, scan.question.measure, reader)}
    if isinstance(scan, RowsScan):
        got = reader.query(statement_of(scan))
        return {scan.question: _sample(got, _evidence(scan.relation, got))}
    rows = GroupRows(width=len(scan.by), primitives=len(scan.primitives))

    def take(some: list[tuple[Any, ...]]) -> None:
        rows.add(some)
        if rows.count > GROUP_LIMIT:
            raise TooManyGroups(
                f"more than {GROUP_LIMIT:,} groups in {scan.relation.table.ref}",
                hint="group by something coarser, by a period of the date, or ask for fewer rows by a where",
            )

    evidence = _evidence(scan.relation, reader.read(statement_of(scan), take))
    return {question: _values(question, scan, rows, evidence) for question in scan.questions}


def statement_of(scan: Scan) -> Select[Any]:
    """The scan as one SELECT.

    Raises:
        Unsupported: a question cannot be asked of a column of this type.
    """
    return _aggregates(scan) if isinstance(scan, AggregateScan) else _rows(scan)


def _evidence(relation: Relation, got: Reading) -> Statement:
    return Statement(
        side=relation.side,
        sql=got.sql,
        started=got.started,
        ms=got.ms,
        rows=got.count,
        query_id=got.query_id,
        snapshot=got.snapshot,
    )


# ------------------------------------------------------------ aggregates


def _aggregates(scan: AggregateScan) -> Select[Any]:
    relation = scan.relation
    conditions = {p.where for p in scan.primitives}
    common = next(iter(conditions)) if len(conditions) == 1 else None
    keys = [term(relation, each).label(f"group_{i}") for i, each in enumerate(scan.by, 1)]
    numbers = [
        _primitive(relation, p, where=None if common else p.where).label(_label(p, i))
        for i, p in enumerate(scan.primitives, 1)
    ]
    statement = select(*keys, *numbers).select_from(relation.from_clause)
    if None not in conditions:
        wanted = [relation.condition(text) for text in sorted(filter(None, conditions))]
        statement = statement.where(or_(*wanted))
    if keys:
        statement = statement.group_by(*(key.element for key in keys)).limit(GROUP_LIMIT + 1)
    return statement


def _label(primitive: Primitive, number: int) -> str:
    """What a reader of the evidence sees over the number; short and plain, for engines cut long names."""
    words = re.sub(r"\W+", "_", "_".join((primitive.function, *primitive.columns)), flags=re.ASCII)
    return f"{words[:50]}_{number}"


def term(relation: Relation, each: Term) -> ColumnElement[Any]:
    """What to group by, as this side's expression."""
    if isinstance(each, PeriodOf):
        return sql.period_start(relation.column(each.column), each.unit)
    return relation.held(each)


def _primitive(
    relation: Relation, primitive: Primitive, *, where: str | None
) -> ColumnElement[Any]:
    condition = relation.condition(where) if where else None

    def chosen(value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value if condition is None else case((condition, value))

    if primitive.function is Function.COUNT:
        return sql.count_of() if condition is None else sql.count_when(condition)
    if primitive.function is Function.COUNT_VALUES:
        return sql.count_of(chosen(_when_all_there(relation, primitive.columns)))
    if primitive.function is Function.COUNT_DISTINCT:
        return _distinct(relation, primitive.columns, condition)
    if primitive.bounds:
        return sql.count_when(_within_bounds(relation, primitive, condition))
    if primitive.function is Function.SUM_WHERE_ALL_THERE:
        there = _when_all_there(relation, primitive.columns).is_not(None)
        return _of_numbers(
            relation, Function.SUM, primitive.columns[0], lambda x: chosen(case((there, x)))
        )
    if len(primitive.columns) > 1:
        return _of_products(relation, primitive.function, primitive.columns, chosen)
    (name,) = primitive.columns
    return _of_numbers(relation, primitive.function, name, chosen)


def _within_bounds(
    relation: Relation, primitive: Primitive, condition: ColumnElement[bool] | None
) -> ColumnElement[bool]:
    (name,) = primitive.columns
    if relation.data_type(name).kind not in types.NUMERIC:
        raise _unsupported(relation, primitive.function, name)
    claim = held_against(relation, primitive)
    return claim if condition is None else and_(condition, claim)


def _when_all_there(relation: Relation, names: Sequence[str]) -> ColumnElement[Any]:
    """Something that is NULL when one of the columns is."""
    columns = [relation.column(name) for name in names]
    if len(columns) == 1:
        return columns[0]
    return case((and_(*(column.is_not(None) for column in columns)), 1))


def _of_numbers(
    relation: Relation, function: Function, name: str, chosen: Any
) -> ColumnElement[Any]:
    data_type = relation.data_type(name)
    column = relation.column(name)
    if isinstance(data_type, types.Boolean):
        column = sql.as_integer(column)
    elif function not in {Function.MIN, Function.MAX}:
        if data_type.kind not in types.NUMERIC:
            raise _unsupported(relation, function, name)
    elif isinstance(data_type, types.Text):
        column = relation.held(name)
    elif isinstance(data_type, types.Uuid):
        column = sql.as_text(column)
    elif isinstance(data_type, types.Float):
        # PostgreSQL writes a REAL with so few digits that it is another double.
        column = sql.as_double(column)
    elif data_type.kind not in types.ORDERED:
        raise _unsupported(relation, function, name)
    match function:
        case Function.MIN:
            return func.min(chosen(column))
        case Function.MAX:
            return func.max(chosen(column))
        case Function.SUM_OF_ABSOLUTES:
            return func.sum(func.abs(chosen(sql.as_double(column))))
        case Function.DEVIATION:
            return sql.sample_deviation(chosen(column), near=_some_value(relation, name))
        case _:
            is_float = isinstance(data_type, types.Float)
            number = sql.as_double(column) if is_float else column
            return func.sum(chosen(number)) if is_float else sql.exact_sum(chosen(number))


def _of_products(
    relation: Relation, function: Function, names: Sequence[str], chosen: Any
) -> ColumnElement[Any]:
    """The sum of the products of some columns, or of their absolutes."""
    kinds = {relation.data_type(name).kind for name in names}
    factors = [_factor(relation, function, name) for name in names]
    if "float" in kinds:
        factors = [sql.as_double(factor) for factor in factors]
    elif kinds <= {"integer", "boolean"}:
        factors = [sql.as_whole_decimal(factor) for factor in factors]
    product = reduce(mul, factors)
    if function is Function.SUM_OF_ABSOLUTES:
        return func.sum(func.abs(chosen(sql.as_double(product))))
    return func.sum(chosen(product)) if "float" in kinds else sql.exact_sum(chosen(product))


def _factor(relation: Relation, function: Function, name: str) -> ColumnElement[Any]:
    data_type, column = relation.data_type(name), relation.column(name)
    if isinstance(data_type, types.Boolean):
        return sql.as_integer(column)
    if data_type.kind not in types.NUMERIC:
        raise _unsupported(relation, function, name)
    return column


def _some_value(relation: Relation, name: str) -> ColumnElement[Any]:
    """Any value that the column holds."""
    there = relation.from_clause.alias("some")
    value = there.c[name]
    return select(value).where(value.is_not(None)).limit(1).scalar_subquery()


def _distinct(
    relation: Relation, names: Sequence[str], condition: ColumnElement[bool] | None
) -> ColumnElement[Any]:
    """COUNT(DISTINCT ...) of one column; of several, of rows whose parts are all there.

    Several columns are counted as one text of framed parts, for engines do not agree on DISTINCT over a row value.
    """
    parts = [_groupable(relation, name) for name in names]
    value = parts[0] if len(parts) == 1 else sql.framed(parts)
    return sql.count_of((value if condition is None else case((condition, value))).distinct())


def _groupable(relation: Relation, name: str) -> ColumnElement[Any]:
    data_type = relation.data_type(name)
    if isinstance(data_type, types.Unknown | types.Xml | types.Json):
        raise _unsupported(relation, Function.COUNT_DISTINCT, name)
    return relation.held(name)


def _unsupported(relation: Relation, function: Function, name: str) -> Unsupported:
    words = function.value.replace("_", " ")
    kind = relation.data_type(name)
    told = kind.name if isinstance(kind, types.Unknown) else kind.kind
    return Unsupported(
        f"{words} of column {name!r} of {relation.table.ref}: not for the type {told}",
        hint="leave this column out of the step's columns",
    )


def _values(
    question: Question, scan: AggregateScan, rows: GroupRows, evidence: Statement
) -> Values:
    """The question's own view of the rows of its scan."""
    measure = question.measure
    assert isinstance(measure, Aggregate)  # noqa: S101 - for the type checker
    places = {p: i for i, p in enumerate(scan.primitives, len(scan.by))}
    return Values(
        measure,
        rows,
        tuple(places[p] for p in measure.primitives(scan.relation)),
        there=places[presence(measure)] if scan.by else None,
        statement=evidence,
        significant_bits=measure.significant_bits(scan.relation),
    )


# ------------------------------------------------------------ rows


def _rows(scan: RowsScan) -> Select[Any]:
    measure = scan.question.measure
    assert isinstance(measure, RowsOf)  # noqa: S101 - for the type checker
    inner = measure.build(scan.relation, *scan.question.others).subquery("found")
    ordered = [inner.c[label] for label in measure.order]
    return (
        select(*inner.c, sql.count_of().over().label("found_in_all"))
        .order_by(*ordered)
        .limit(measure.limit)
    )


def _sample(got: Rows, evidence: Statement) -> Sample:
    labels = got.columns[:-1]
    found = tuple(dict(zip(labels, row[:-1], strict=True)) for row in got.rows)
    return Sample(found, int(got.rows[0][-1]) if got.rows else 0, evidence)


def _query_rows(question: Question, measure: QueryOf, reader: Reader) -> QueryRows:
    assert question.sql is not None  # noqa: S101 - who makes the question renders it
    got = reader.query(question.sql)
    if len(got.rows) > measure.limit:
        raise Unsupported(
            f"the query gives more than {measure.limit:,} rows on the {question.relation.side}",
            hint="let it sum up or count by something coarser: whole tables are compared by other checks",
        )
    return QueryRows(got.columns, tuple(got.rows), _evidence(question.relation, got))
