"""Does every text look as it should?

The pattern is a regular expression that the whole text should match, as RE2 reads it: without back references and
look-around, so that no pattern can hang. Where the engine reads it alike it is asked for the texts that do not match;
where it does not, the different texts are fetched page by page and matched here. A text that does not match and that
the source has just as often is inherited, and by default only noted. NULL is no text: `validate_nulls` asks for it.

That every text looks right does not prove that it is the right one.
"""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field
from sqlalchemy import Select, not_, select

from ombudsman.model.base import Params
from ombudsman.model.errors import Unsupported
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    Both,
    ColumnName,
    ConditionText,
    Cost,
    Inherited,
    Pair,
    Relation,
    Sample,
    TableSide,
    check_pattern,
    comparable_value,
    count_of,
    judge_offenders,
    matches,
    matching,
    rows,
    validator,
)

PAGE = 20_000
"""How many different texts are fetched at once."""

MOST_TEXTS = 1_000_000
"""How many different texts are matched here at most: beyond that a table had better be asked another way."""


class RegexPatterns(Params):
    """Which columns, and what their texts look like."""

    columns: list[ColumnName] = Field(
        min_length=1,
        title="Columns",
        description="Text columns, by the source's names.",
        examples=[["PostalCode"]],
    )
    pattern: str = Field(
        min_length=1,
        json_schema_extra={"x-ombudsman": "pattern"},
        title="Pattern",
        description="A regular expression that the whole text matches; `(?i)` at its head sets letter case aside.",
        examples=["[A-Z]{2}-[0-9]{4,6}"],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Country = 'DE'"],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Texts that do not match in the source alike",
        description="tolerate: note them; report: find them like the others.",
    )


@dataclass(frozen=True)
class Texts:
    """The different texts of a column and how often each occurs: those that do not match, or those after another."""

    column: str
    where: str | None
    unlike: str | None = None
    after: str | None = None

    def __call__(self, table: Relation) -> Select[Any]:
        text = comparable_value(table, self.column)
        found = (
            select(text.label("value"), count_of().label("times"))
            .select_from(table.from_clause)
            .where(text.is_not(None))
            .group_by(text)
        )
        if self.where:
            found = found.where(table.condition(self.where))
        if self.after is not None:
            found = found.where(text > self.after)
        claim = matches(text, self.unlike, dialect=table.dialect) if self.unlike else None
        return found if claim is None else found.where(not_(claim))


@validator(cost=Cost.SEARCH)
async def validate_regex_patterns(tables: Pair, params: RegexPatterns) -> Result:
    check_pattern(params.pattern)
    figures: list[Figure] = []
    findings: list[Finding] = []
    notes: list[str] = []
    total = 0
    for column, there in zip(params.columns, await _unlike(tables, params), strict=True):
        judged = judge_offenders(
            there,
            identity=("value", "times"),
            what=f"texts of {column} that do not match",
            inherited=params.inherited,
        )
        (source,), (target,) = there.source, there.target
        name = "texts that do not match"
        figures.append(Figure(name=name, column=column, source=source.total, target=target.total))
        findings += [
            Finding(
                kind=Kind.PATTERN_VIOLATED,
                side=Side.TARGET,
                column=column,
                key=(row["value"],),
                figure=row["times"],
                detail=params.pattern,
            )
            for row in judged.rows
        ]
        total += judged.total
        notes += judged.notes
    return Result(
        figures=figures, findings=findings, found={Kind.PATTERN_VIOLATED: total}, notes=notes
    )


def _check_texts(tables: Pair, column: str) -> None:
    for side, data_type in zip(Side, tables.types(column), strict=True):
        if data_type.kind != "text":
            raise Unsupported(
                f"column {column!r} of {tables.mapping.source} holds no texts: its type in the {side} is "
                f"{data_type.kind}",
                hint="name columns of texts in params.columns",
            )


async def _unlike(tables: Pair, params: RegexPatterns) -> list[Both[Sample]]:
    """The texts that do not match, of each column on both sides: asked at once where the engines read the pattern."""
    measures = []
    for column in params.columns:
        _check_texts(tables, column)
        search = Texts(column, params.where, unlike=_pattern(tables, column, params))
        measures.append(rows(search, order=("value",), limit=SEARCH_LIMIT, columns=(column,)))
    reads = [
        all(_reads(side, column, _pattern(tables, column, params)) for column in params.columns)
        for side in (tables.source, tables.target)
    ]
    if all(reads):
        both = await tables.both(*measures)
        return [both.only(place) for place in range(len(measures))]
    found = [
        await side.ask(*measures)
        if itself
        else [
            await _matched_here(side, Texts(c, params.where), _pattern(tables, c, params))
            for c in params.columns
        ]
        for side, itself in zip((tables.source, tables.target), reads, strict=True)
    ]
    return [
        Both((measure,), (source,), (target,))
        for measure, source, target in zip(measures, *found, strict=True)
    ]


def _pattern(tables: Pair, column: str, params: RegexPatterns) -> str:
    """The pattern that the texts of a column are held against, as they are read."""
    is_forgiven = tables.target.relation.forgives(column).letter_case == "ignored"
    return f"(?i:{params.pattern})" if is_forgiven else params.pattern


def _reads(side: TableSide, column: str, pattern: str) -> bool:
    text = comparable_value(side.relation, column)
    return matches(text, pattern, dialect=side.relation.dialect) is not None


async def _matched_here(side: TableSide, page: Texts, pattern: str) -> Sample:
    """Page after page of the different texts, each after the last text of the page before."""
    unlike: list[Any] = []
    total, column = 0, page.column
    while True:
        found = await side.ask_one(rows(page, order=("value",), limit=PAGE, columns=(column,)))
        if found.total > MOST_TEXTS:
            raise Unsupported(
                f"column {column!r} has {found.total:,} different texts, and the {side.side} does not read the "
                "pattern itself",
                hint="write the pattern without flags and special classes, or choose fewer rows with params.where",
            )
        fits = matching([row["value"] for row in found.rows], pattern)
        offending = [row for row, fit in zip(found.rows, fits, strict=True) if not fit]
        unlike += offending[: SEARCH_LIMIT - len(unlike)]
        total += len(offending)
        if found.total <= len(found.rows):
            return Sample(tuple(unlike), total)
        page = replace(page, after=found.rows[-1]["value"])
