"""What is a side asked before its rows are: how many they are, and from which key to which?

A comparison needs both to choose its way. What the catalogue tells of a whole table is not asked again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from ombudsman.compare.columns import Layout
from ombudsman.compare.typed import has_bigint_key
from ombudsman.measures.relation import Relation
from ombudsman.model.tables import Side
from ombudsman.sql.expressions import count_of

Filters = Sequence[ColumnElement[bool]]


def told_rows(relation: Relation, filters: Filters) -> int | None:
    """About how many rows there are to compare, as the catalogue says; None where it does not, or not of these."""
    mapping = relation.mapping
    own = mapping.source_where if relation.side is Side.SOURCE else mapping.target_where
    is_filtered = bool(filters or mapping.where or own)
    return None if is_filtered else relation.table.row_estimate


def extent_select(relation: Relation, filters: Filters, *, key: str, counts: bool) -> Select[Any]:
    """Asks for the least and the greatest value of a key, and where it `counts`, for the number of rows."""
    column = relation.column(key)
    asked = [func.min(column).label("least"), func.max(column).label("greatest")]
    if counts:
        asked.append(count_of().label("rows"))
    return _over(relation, filters, *asked)


def count_select(relation: Relation, filters: Filters) -> Select[Any]:
    """Asks for the number of rows."""
    return _over(relation, filters, count_of().label("rows"))


def first_select(
    relation: Relation, layout: Layout, *, where: Sequence[str], samples: bool
) -> Select[Any] | None:
    """What a comparison asks a side before it knows anything of either; None where that depends on the engines.

    A sample is drawn first, for which the rows are counted.
    """
    filters = tuple(relation.condition(each) for each in where)
    is_told = told_rows(relation, filters) is not None
    if has_bigint_key(layout) and (is_told or not samples):
        return extent_select(relation, filters, key=layout.keys[0].name, counts=not is_told)
    return None if is_told else count_select(relation, filters)


def _over(relation: Relation, filters: Filters, *asked: ColumnElement[Any]) -> Select[Any]:
    return select(*asked).select_from(relation.from_clause).where(*filters)
