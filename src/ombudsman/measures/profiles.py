"""What do the values of a side's columns look like? Reads the figures that a search asks for, and no others.

The search for relationships wants counts, distinct counts and bounds of the columns that may be keys; the search for a
mapping wants a sketch of every column. Rows and NULLs are counted for both in one scan of a table. A sketch takes a
scan of its own: so tables that are too large have none, and are said to be left out.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ombudsman.connections.reader import Reader
from ombudsman.measures.one_side import Relations, Talk, answered
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
from ombudsman.measures.sketches import sketched
from ombudsman.model.errors import OmbudsmanError, QueryFailed, Unsupported
from ombudsman.model.profile import ColumnProfile, Profiles
from ombudsman.model.tables import Catalogue, ColumnRef, Table
from ombudsman.relationships.keys import family

MOST_ROWS = 1_000_000
"""Tables with more rows are not sketched."""


@dataclass(frozen=True)
class ReadProfiles:
    """The profiles of a side, and in words what could not be read."""

    profiles: Profiles = field(default_factory=dict)
    notes: tuple[str, ...] = ()


# ------------------------------------------------------------ figures of keys


def key_profiles(
    reader: Reader, catalogue: Catalogue, *, only: Collection[ColumnRef] | None = None
) -> dict[ColumnRef, ColumnProfile]:
    """Counts, distinct counts and bounds of the columns whose types can be keys, or of those of them that are named.

    All columns of a table are asked in one scan, but for exact distinct counts, of which a scan bears few. A table, or
    a column, that cannot be read has no profile. A lost connection is raised.
    """
    relations = Relations(reader, catalogue)
    found: dict[ColumnRef, ColumnProfile] = {}
    asked: dict[str, Table] = {}
    talks: dict[str, Talk] = {}
    for number, table in enumerate(catalogue.tables):
        names = [
            c.name
            for c in table.columns
            if family(c.data_type) is not None
            and (only is None or ColumnRef(table.ref, c.name) in only)
        ]
        if table.kind == "table" and names:
            asked[f"table {number}"] = table
            talks[f"table {number}"] = _figures(relations[table.ref], names)
    for name, answer in answered(reader, talks).items():
        if not isinstance(answer, OmbudsmanError):
            ref = asked[name].ref
            found |= {ColumnRef(ref, column): told for column, told in answer.items()}
    return found


async def _figures(relation: Relation, names: Sequence[str]) -> dict[str, ColumnProfile]:
    measures: list[Aggregate] = [count_rows()]
    for name in names:
        measures += [count_nulls(name), count_distinct(name), min_of(name), max_of(name)]
    answers = await Ask(tuple(Question(relation, each) for each in measures))
    values = {
        (each.name, each.columns): answer.by_group[()]
        for each, answer in zip(measures, answers, strict=True)
    }
    return {
        name: ColumnProfile(
            rows=values[("rows", ())],
            nulls=values[("nulls", (name,))],
            distinct=values[("distinct", (name,))],
            least=values[("min", (name,))],
            greatest=values[("max", (name,))],
        )
        for name in names
    }


# ------------------------------------------------------------ sketches of values


def value_profiles(
    reader: Reader, catalogue: Catalogue, *, most_rows: int = MOST_ROWS, threads: int = 4
) -> ReadProfiles:
    """Counts, sketch, quantiles and lengths of the columns of all tables; views are left out.

    A table or a column that the login may not read, or the engine cannot hash, is left out; a note says so.

    Raises:
        ConnectionFailed: the database has gone away.
    """
    relations = Relations(reader, catalogue)
    wanted = [table for table in catalogue.tables if table.kind == "table"]

    def read(table: Table) -> ReadProfiles:
        if table.row_estimate is not None and table.row_estimate > 2 * most_rows:
            return _unread(table, f"for it has more than {most_rows:,} rows")
        return _sketched(reader, relations[table.ref], most_rows)

    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="profiles") as pool:
        told = list(pool.map(read, wanted))
    profiles = {ref: each for part in told for ref, each in part.profiles.items()}
    return ReadProfiles(profiles, tuple(note for part in told for note in part.notes))


def _sketched(reader: Reader, relation: Relation, most_rows: int) -> ReadProfiles:
    table = relation.table
    try:
        rows, nulls = _counts(reader, relation)
    except QueryFailed as error:
        return _unread(table, error.message, sign=":")
    if rows > most_rows:
        return _unread(table, f"for it has {rows:,} rows")
    found: dict[ColumnRef, ColumnProfile] = {}
    notes: list[str] = []
    for column, missing in zip(table.columns, nulls, strict=True):
        try:
            if isinstance(missing, OmbudsmanError):
                raise missing
            profile = sketched(reader, relation.from_clause, column, rows=rows, nulls=missing)
        except (QueryFailed, Unsupported) as error:
            told = f"the values of {column.name!r} were not read: {error.message}"
            notes.append(f"{table.ref}: {told}")
        else:
            found[ColumnRef(table.ref, column.name)] = profile
    return ReadProfiles(found, tuple(notes))


def _unread(table: Table, why: str, *, sign: str = ",") -> ReadProfiles:
    return ReadProfiles(notes=(f"{table.ref}: its values were not read{sign} {why}",))


def _counts(reader: Reader, relation: Relation) -> tuple[int, list[int | OmbudsmanError]]:
    """The rows, and of each column the NULLs, or why these could not be counted."""
    names = relation.table.column_names
    talks: dict[str, Talk] = {"rows": _count(relation, count_rows())}
    talks |= {f"nulls {i}": _count(relation, count_nulls(each)) for i, each in enumerate(names)}
    answers = answered(reader, talks)
    rows = answers.pop("rows")
    if isinstance(rows, OmbudsmanError):
        raise rows
    return rows, [answers[f"nulls {i}"] for i in range(len(names))]


async def _count(relation: Relation, measure: Aggregate) -> int:
    (answer,) = await Ask((Question(relation, measure),))
    return int(answer.by_group[()])
