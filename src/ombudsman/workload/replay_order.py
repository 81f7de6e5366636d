"""In which order must the rows of two answers stand?

A query may be ordered by what it does not show. That is added to its output for as long as it is replayed, at the end,
so that rows which tie are known: they may come in any order, and all others must come in the same.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlglot import exp

from ombudsman.model.values import comparable

_NAME = "ombudsman_order_{}"
_FLOAT_NOISE = 1e-9

Row = Sequence[Any]


@dataclass(frozen=True)
class Order:
    """The places of what orders the rows, and how many of these, at the end, were hidden."""

    places: tuple[int, ...] = ()
    hidden: int = 0
    is_open: bool = False
    """Whether it is ordered by something that cannot be shown."""


def show_order(tree: exp.Query) -> Order:
    """The order of a query, whose tree gets what it is ordered by and does not show."""
    order = tree.args.get("order")
    if order is None:
        return Order()
    places: list[int | None] = []
    hidden: list[exp.Expr] = []
    for each in order.expressions:
        place = _shown(each.this, tree)
        if place is None:
            hidden.append(each.this)
        places.append(place)
    if hidden and not _may_show(tree):
        known = places[: places.index(None)]
        return Order(tuple(each for each in known if each is not None), is_open=True)
    for number, each in enumerate(hidden):
        tree.append("expressions", exp.alias_(each.copy(), _NAME.format(number), quoted=True))
    ends = iter(range(-len(hidden), 0))
    return Order(tuple(next(ends) if each is None else each for each in places), len(hidden))


def _may_show(tree: exp.Query) -> bool:
    return isinstance(tree, exp.Select) and tree.args.get("distinct") is None


def _shown(term: exp.Expr, tree: exp.Query) -> int | None:
    """The place of the output column that an order names: by number, by alias, or by its expression."""
    if isinstance(term, exp.Literal):
        return int(term.name) - 1 if term.name.isdigit() and int(term.name) else None
    if any(each.is_star for each in tree.selects):
        return None
    if isinstance(term, exp.Column) and not term.table:
        names = [each.lower() for each in tree.named_selects]
        if names.count(term.name.lower()) == 1:
            return names.index(term.name.lower())
    if not isinstance(tree, exp.Select):
        return None
    inner = [each.unalias() for each in tree.selects]
    return inner.index(term) if term in inner else None


def order_differs(
    places: Sequence[int],
    source: Sequence[Row],
    target: Sequence[Row],
    *,
    are_alike: Callable[[slice], bool],
    relative: Decimal | None = None,
) -> str:
    """How the orders of two answers with the same rows differ; empty when they do not.

    Args:
        places: where the values stand by which each side was ordered; none are no order.
        source: its rows, as they came.
        target: as many.
        are_alike: whether a part of both has the same rows, in whatever order.
        relative: how far apart numbers may lie that tie, as a share of themselves.
    """
    if not places:
        return ""
    noise = max(_FLOAT_NOISE, float(relative or 0))
    here, there = (
        list(_ties(places, rows, noise=noise, exact=relative is None)) for rows in (source, target)
    )
    if here != there:
        return "the same rows in an order with other ties"
    if all(are_alike(slice(start, end)) for start, end in here):
        return ""
    return "the same rows in another order"


def _ties(
    places: Sequence[int], rows: Sequence[Row], *, noise: float, exact: bool
) -> Iterator[tuple[int, int]]:
    """Where the rows begin and end that tie."""
    start = 0
    for place, (row, following) in enumerate(pairwise(rows), start=1):
        pairs = ((row[each], following[each]) for each in places)
        if not all(_tie(a, b, noise=noise, exact=exact) for a, b in pairs):
            yield start, place
            start = place
    if rows:
        yield start, len(rows)


def _tie(one: object, other: object, *, noise: float, exact: bool) -> bool:
    numbers = (float,) if exact else (int, float, Decimal)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return math.isclose(one, other, rel_tol=noise) or comparable(one) is comparable(other)
    return bool(comparable(one) == comparable(other))


def same_bag(source: Sequence[Row], target: Sequence[Row]) -> bool:
    """Whether two lists have the same rows, each as often."""
    here, there = (
        Counter(tuple(map(comparable, row)) for row in rows) for rows in (source, target)
    )
    return here == there
