"""Does the target hold only values that are allowed?

The values are counted one by one on both sides, and the target's are set against a list, or against the values that the
source has. With a list, a value outside of it that the source has just as often is inherited, and by default only
noted. Texts are compared letter by letter: `Open` is not `open`, unless a policy forgives it. NULL is no value here:
`validate_nulls` asks for it.

That all values are allowed does not prove that each row has its own: two rows may have changed theirs, and a value of
the source that the target has lost is only noted.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    Inherited,
    Pair,
    Values,
    count_rows,
    ordered,
    validator,
)

SINGLE_DIGITS = 7

Counts = Mapping[Any, int]
"""How often each value occurs; each in the one form in which values are told apart."""


class DomainValues(Params):
    """Which columns, and which values they may hold."""

    columns: list[ColumnName] = Field(
        min_length=1,
        title="Columns",
        description="Columns of few values, by the source's names.",
        examples=[["Status", "CountryCode"]],
    )
    allowed: list[bool | int | Decimal | str] = Field(
        default=[],
        title="Allowed values",
        description="Dates are written as 2024-12-31. None: the values that the source has.",
        examples=[["open", "shipped", "cancelled"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Status IS NOT NULL"],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Values outside the list that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )


@validator
async def validate_domain_values(tables: Pair, params: DomainValues) -> Result:
    measures = [count_rows(by=[column], where=params.where) for column in params.columns]
    listed = {c: [_as_kept(each, tables, c) for each in params.allowed] for c in params.columns}
    counts = await tables.both(*measures)
    findings: list[Finding] = []
    notes: list[str] = []
    for place, column in enumerate(params.columns):
        digits = _digits(tables, column)
        source = _counts(counts.source[place], digits)
        target = _counts(counts.target[place], digits)
        allowed = {_told_apart(each, digits) for each in listed[column]} or set(source)
        outside = sorted((value for value in target if value not in allowed), key=_in_order)
        alike = [value for value in outside if target[value] <= source.get(value, 0)]
        if params.inherited is Inherited.REPORT:
            alike = []
        findings += [
            Finding(
                kind=Kind.OUTSIDE_DOMAIN,
                side=Side.TARGET,
                column=column,
                key=(value,),
                source=source.get(value, 0),
                target=target[value],
            )
            for value in outside
            if value not in alike
        ]
        notes += _notes(column, alike=len(alike), lost=len(source.keys() - target.keys()))
    return Result(
        findings=findings,
        found={Kind.OUTSIDE_DOMAIN: len(findings)},
        notes=notes,
        columns_checked=params.columns,
    )


def _notes(column: str, *, alike: int, lost: int) -> Iterator[str]:
    if alike:
        yield (
            f"{alike:,} values of {column} that are not in the list are in the source alike: inherited, not made by "
            "the migration"
        )
    if lost:
        yield f"{lost:,} values that {column} has in the source are not in the target"


def _counts(values: Values, digits: int | None) -> Counts:
    counts: Counter[Any] = Counter()
    for (value,), times in values.by_group.items():
        if value is not None:
            counts[_told_apart(value, digits)] += times
    return counts


def _digits(tables: Pair, column: str) -> int | None:
    """How many digits of a number tell it apart: single precision keeps seven, and each engine adds others."""
    is_single = any(t.kind == "float" and t.bits <= 32 for t in tables.types(column))
    return SINGLE_DIGITS if is_single else None


def _told_apart(value: Any, digits: int | None) -> Any:
    """A double is the decimal that it is written as: so a list, and a decimal column, can name it."""
    if isinstance(value, str | bool) or not isinstance(value, int | float | Decimal):
        return value
    if value != value:  # noqa: PLR0124 - NaN
        return math.nan
    if digits is not None:
        return Decimal(f"{value:.{digits}g}")
    return Decimal(repr(value)) if isinstance(value, float) else value


def _in_order(value: Any) -> Any:
    return ordered([value])


def _as_kept(value: Any, tables: Pair, column: str) -> Any:
    """A value of the list as the column's own are: YAML may have read a code as a number, or a date as a text."""
    kinds = {data_type.kind for data_type in tables.types(column)}
    try:
        if "uuid" in kinds:
            return str(value).lower()
        if "text" in kinds:
            return tables.as_read(column, str(value))
        if kinds <= {"date", "timestamp"}:
            moment = dt.datetime.fromisoformat(str(value))
            return moment.date() if moment.time() == dt.time() else moment
        if kinds <= {"integer", "decimal", "float"}:
            return Decimal(str(value))
    except (ValueError, ArithmeticError):
        raise ParamsInvalid(
            f"params.allowed holds a value that column {column!r} cannot hold",
            hint=f"the column holds values of the kind {' and '.join(sorted(kinds))}",
        ) from None
    return value
