"""Is a number within its bounds, on every engine alike?

A bound is a Python number, and each kind of column has its own way to be held against one: whole numbers against whole
ones, binary fractions against doubles, decimals exactly unless the bound is a double.
"""

import math
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, literal, or_

from ombudsman.measures.questions import Function, Primitive
from ombudsman.measures.relation import Relation
from ombudsman.model import types
from ombudsman.sql.expressions import as_double

LEAST, GREATEST = -(2**63), 2**63 - 1
"""Whole numbers lie between these: a bound beyond them is as good as the nearest."""


def held_against(relation: Relation, primitive: Primitive) -> ColumnElement[bool]:
    """What the primitive claims of its column: that it is up to its one bound, or outside of its two."""
    (name,) = primitive.columns
    if primitive.function is Function.COUNT_UP_TO:
        (edge,) = primitive.bounds
        number, bound = _on_one_scale(relation, name, edge, rounded=math.floor)
        return number <= bound
    return outside(relation, name, *primitive.bounds)


def outside(relation: Relation, name: str, low: Any, high: Any) -> ColumnElement[bool]:
    """That the column's number is less than `low` or greater than `high`."""
    number, least = _on_one_scale(relation, name, low, rounded=math.ceil)
    same, greatest = _on_one_scale(relation, name, high, rounded=math.floor)
    return or_(number < least, same > greatest)


def _on_one_scale(
    relation: Relation, name: str, bound: Any, *, rounded: Any
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The column and the bound in a form in which the engine compares them without rounding either."""
    column = relation.column(name)
    if isinstance(relation.data_type(name), types.Integer) and math.isfinite(bound):
        return column, literal(min(max(rounded(bound), LEAST), GREATEST))
    if relation.is_inexact(name) or isinstance(bound, float):
        return as_double(column), literal(float(bound))
    return column, literal(Decimal(bound))
