"""One table looked at by itself: its first rows, and what its columns hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ombudsman.connections.reader import Reader
from ombudsman.measures.one_side import Relations, answered
from ombudsman.measures.plan import Question
from ombudsman.measures.questions import (
    Aggregate,
    count_distinct,
    count_nulls,
    count_rows,
    max_of,
    min_of,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask
from ombudsman.model.errors import OmbudsmanError
from ombudsman.model.profile import ColumnProfile
from ombudsman.model.tables import Catalogue, TableRef
from ombudsman.relationships.keys import family


@dataclass(frozen=True)
class FirstRows:
    """Some rows of a table, in the order in which the engine gave them, and the statement that asked for them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    sql: str


def first_rows(reader: Reader, catalogue: Catalogue, ref: TableRef, *, limit: int) -> FirstRows:
    """So many rows of a table, whichever come first.

    Raises:
        KeyError: the catalogue has no such table.
        QueryFailed: they cannot be read.
    """
    relation = Relations(reader, catalogue)[ref]
    names = relation.table.column_names
    columns = [relation.column(name).label(name) for name in names]
    got = reader.query(select(*columns).select_from(relation.from_clause).limit(limit))
    return FirstRows(tuple(names), tuple(tuple(row) for row in got.rows), got.sql)


def table_profile(
    reader: Reader, catalogue: Catalogue, ref: TableRef
) -> tuple[int, dict[str, ColumnProfile]]:
    """How many rows a table has, and what each of its columns holds.

    Of types that have no order which engines share, only the NULLs are counted.

    Raises:
        KeyError: the catalogue has no such table.
        QueryFailed: they cannot be read.
    """
    relation = Relations(reader, catalogue)[ref]
    found = answered(reader, {"table": _figures(relation)})["table"]
    if isinstance(found, OmbudsmanError):
        raise found
    profile: tuple[int, dict[str, ColumnProfile]] = found
    return profile


async def _figures(relation: Relation) -> tuple[int, dict[str, ColumnProfile]]:
    asked: dict[str, Sequence[Aggregate]] = {}
    for name in relation.table.column_names:
        ordered = family(relation.data_type(name)) is not None
        more = (count_distinct(name), min_of(name), max_of(name)) if ordered else ()
        asked[name] = (count_nulls(name), *more)
    measures = (count_rows(), *(each for some in asked.values() for each in some))
    answers = await Ask(tuple(Question(relation, each) for each in measures))
    rows, *values = (answer.by_group[()] for answer in answers)
    return rows, {name: _profile(rows, [values.pop(0) for _ in asked[name]]) for name in asked}


def _profile(rows: int, values: Sequence[Any]) -> ColumnProfile:
    nulls, *more = values
    if not more:
        return ColumnProfile(rows=rows, nulls=nulls)
    distinct, least, greatest = more
    return ColumnProfile(rows=rows, nulls=nulls, distinct=distinct, least=least, greatest=greatest)
