"""Does the key name each row once, on both sides?

Counts rows, distinct keys and keys with a NULL in them on both sides. Only where these do not add up, the keys that
occur more than once are looked for. Duplicates that the source has alike (the same key as often) are inherited, and by
default only noted.

Unique keys do not prove that the same keys are on both sides: `validate_record_counts` by group comes nearer.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy import Select, and_, select

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    Both,
    ColumnName,
    Inherited,
    Pair,
    Relation,
    Values,
    count_distinct,
    count_nulls,
    count_of,
    count_rows,
    judge_offenders,
    rows,
    validator,
)


class Uniqueness(Params):
    """Which columns form the key."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Key columns",
        description="By the source's names. None: the key of the mapping.",
        examples=[["OrderId", "LineNumber"]],
    )
    allow_null: bool = Field(
        default=False,
        title="The key may be NULL",
        description="Do not report keys that are, or hold, a NULL.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Duplicates that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )


@dataclass(frozen=True)
class Duplicates:
    """The keys that occur more than once, and how often."""

    columns: tuple[str, ...]

    def __call__(self, table: Relation) -> Select[Any]:
        key = [table.spelt(name) for name in self.columns]
        return (
            select(
                *(part.label(f"key_{i}") for i, part in enumerate(key)), count_of().label("times")
            )
            .select_from(table.from_clause)
            .where(and_(*(part.is_not(None) for part in key)))
            .group_by(*key)
            .having(count_of() > 1)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"key_{i}" for i in range(len(self.columns)))


@validator
async def validate_uniqueness(tables: Pair, params: Uniqueness) -> Result:
    columns = tuple(params.columns) or tables.mapping.key
    if not columns:
        raise ParamsInvalid(
            f"params.columns: {tables.mapping.source} has no key in the mapping",
            hint="name the key columns in params.columns, or give the mapping a key",
            lacks="key",
        )
    counts = await tables.both(count_rows(), count_nulls(*columns), count_distinct(*columns))
    figures = counts.figures()
    nulls = _judge_nulls(counts, columns, params)
    if all(_is_unique(side) for side in (counts.source, counts.target)):
        return Result(
            figures=figures, findings=nulls.findings, found=nulls.found, notes=nulls.notes
        )
    search = Duplicates(columns)
    duplicates = rows(search, order=search.labels, limit=SEARCH_LIMIT, columns=columns)
    there = await tables.both(duplicates)
    judged = judge_offenders(
        there,
        identity=(*search.labels, "times"),
        what="duplicated keys",
        inherited=params.inherited,
    )
    duplicated = [
        Finding(
            kind=Kind.KEY_DUPLICATED,
            side=Side.TARGET,
            column=", ".join(columns),
            key=tuple(row[label] for label in search.labels),
            figure=row["times"],
        )
        for row in judged.rows
    ]
    return Result(
        figures=figures,
        findings=[*nulls.findings, *duplicated],
        found=dict(nulls.found) | {Kind.KEY_DUPLICATED: judged.total},
        notes=[*nulls.notes, *judged.notes],
    )


def _judge_nulls(counts: Both[Values], columns: tuple[str, ...], params: Uniqueness) -> Result:
    """What the rows with a NULL in the key come to: as many as in the source, or fewer, are inherited."""
    source, target = counts.source[1].value, counts.target[1].value
    if params.allow_null or not target:
        return Result()
    if target <= source and params.inherited is Inherited.TOLERATE:
        what = "rows with a NULL in the key are in the source alike"
        return Result(notes=[f"{target:,} {what}: inherited, not made by the migration"])
    finding = Finding(
        kind=Kind.KEY_NULL, side=Side.TARGET, column=", ".join(columns), figure=target
    )
    return Result(findings=[finding], found={Kind.KEY_NULL: target})


def _is_unique(answers: Any) -> bool:
    rows_there, nulls, distinct = (answer.value for answer in answers)
    return bool(rows_there - nulls == distinct)
