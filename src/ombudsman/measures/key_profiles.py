"""What does a column hold, in figures? Rows, NULLs, different values, the least and the greatest.

All columns of a table are asked in one scan, but for exact distinct counts, of which a scan bears few.
"""

from collections.abc import Collection, Sequence

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
from ombudsman.model.errors import OmbudsmanError
from ombudsman.model.tables import Catalogue, Table
from ombudsman.relationships.keys import family
from ombudsman.relationships.profile import ColumnProfile
from ombudsman.relationships.proposal import ColumnRef


def profiles_of(
    reader: Reader, catalogue: Catalogue, *, only: Collection[ColumnRef] | None = None
) -> dict[ColumnRef, ColumnProfile]:
    """Figures of the columns whose types can be keys, or of those that are named; all tables in turn.

    A table, or a column, that cannot be read has no profile. A lost connection is raised.
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
            talks[f"table {number}"] = _profile(relations[table.ref], names)
    for name, answer in answered(reader, talks).items():
        if not isinstance(answer, OmbudsmanError):
            ref = asked[name].ref
            found |= {ColumnRef(ref, column): told for column, told in answer.items()}
    return found


async def _profile(relation: Relation, names: Sequence[str]) -> dict[str, ColumnProfile]:
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
