"""What must a node be, beyond being on the list?

A cast is harmless and a cast to `regclass` is not; a function without arguments may mean "now"; `a = b = c` is read in
three ways. Each kind of node that can be misused has its judge here: a function that says why not, or None.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from ombudsman.model.errors import nearest
from ombudsman.sql.guard_functions import (
    BY_NAME,
    NOW_WORDS,
    REFUSED_NAMES,
    TIMES,
    TYPES,
    UNITS,
    WINDOWS,
)

_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_COMPARISONS = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Like,
    exp.ILike,
    exp.SimilarTo,
    exp.Glob,
    exp.Between,
)


def why_not(node: exp.Expr, dialect: str) -> str | None:
    """Why a node that is on the list may not be used as it is; None when it may."""
    judge = _JUDGES.get(type(node))
    return (judge(node, dialect) if judge else None) or _means_now(node)


def shown(node: exp.Expr) -> str:
    """What a person calls a node."""
    return node.sql_name() if isinstance(node, exp.Func) else type(node).__name__


def is_whole(node: exp.Expr) -> bool:
    """Whether a node has the parts it needs, and no others: the parser makes some from half a text."""
    needed = {part for part, required in node.arg_types.items() if required}
    filled = {part for part, value in node.args.items() if value not in (None, [], False)}
    given = {part for part, value in node.args.items() if value not in (None, [])}
    return needed <= given and filled <= set(node.arg_types)


def _means_now(node: exp.Expr) -> str | None:
    """Why a text is refused that becomes the present moment when an engine reads it as a date."""
    if not isinstance(node, exp.Literal) or node.name.strip().casefold() not in NOW_WORDS:
        return None
    around = node.parent
    if isinstance(around, exp.Cast | exp.Convert | exp.Anonymous) or type(around) in TIMES:
        return (
            f"{node.name!r} stands for the present moment, which differs between the two databases"
        )
    return None


def _anonymous(node: exp.Expr, dialect: str) -> str | None:
    if not isinstance(node.this, str):
        return "the name of a function may not be quoted"
    name = node.this.casefold()
    known = BY_NAME.get(dialect, frozenset())
    if name in REFUSED_NAMES:
        return f"{name.upper()} cannot be used: {REFUSED_NAMES[name]}"
    if name not in known:
        near = nearest(name, known)
        told = f"; did you mean {near!r}?" if near else ""
        return f"the function {node.this!r} is not among those that may be used{told}"
    return None if node.expressions else f"{name.upper()} needs an argument"


def _number(node: exp.Expr, _: str) -> str | None:
    if node.is_string or _NUMBER.fullmatch(node.name):
        return None
    return f"{node.name!r} is not a number"


def _over_a_window(node: exp.Expr, _: str) -> str | None:
    around = node.parent
    while isinstance(around, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        around = around.parent
    return None if isinstance(around, exp.Window) else f"{shown(node)} needs OVER (...)"


def _data_type(node: exp.Expr, _: str) -> str | None:
    if node.this not in TYPES or node.args.get("nested") or node.args.get("kind"):
        return "values of this type cannot be compared between engines"
    return None


def _unit(node: exp.Expr, _: str) -> str | None:
    return None if node.name.upper() in UNITS else f"{node.name!r} is not a unit of time"


def _membership(node: exp.Expr, _: str) -> str | None:
    if node.expressions or node.args.get("query") is not None:
        return _comparison(node, _)
    return "IN needs a list of values in parentheses"


def _substring(_: exp.Expr, dialect: str) -> str | None:
    """`CONTAINS(a, 'x')`, which asks a full-text index on SQL Server and for a part of the text elsewhere."""
    return "CONTAINS needs a full-text index; write LIKE" if dialect == "tsql" else None


def _is_open_claim(node: exp.Expr) -> bool:
    """Whether it is written with an operator between its sides, and no parentheses around."""
    if isinstance(node, exp.RegexpLike | exp.RegexpILike | exp.Not):
        return True
    return isinstance(node, exp.Predicate) and not isinstance(
        node, exp.SubqueryPredicate | exp.Func
    )


def _comparison(node: exp.Expr, _: str) -> str | None:
    """`a = b = c`, which engines read from the left, from the right, or not at all."""
    sides = (node.args.get(part) for part in ("this", "expression", "low", "high"))
    if any(side is not None and _is_open_claim(side) for side in sides):
        return "a comparison of comparisons needs parentheses"
    return None


def _is(node: exp.Expr, dialect: str) -> str | None:
    """`a IS b`, which only SQLite knows."""
    if isinstance(node.expression, exp.Null | exp.Boolean) or dialect == "sqlite":
        return None
    return "IS needs NULL, TRUE or FALSE"


def _time_function(node: exp.Expr, _: str) -> str | None:
    given = any(value for value in node.args.values())
    return None if given else f"{shown(node)} without an argument means the present moment"


_JUDGES: dict[type[exp.Expr], Callable[[exp.Expr, str], str | None]] = {
    exp.Literal: _number,
    exp.Anonymous: _anonymous,
    exp.DataType: _data_type,
    exp.Var: _unit,
    exp.In: _membership,
    exp.Is: _is,
    exp.Contains: _substring,
    **dict.fromkeys(TIMES, _time_function),
    **dict.fromkeys(WINDOWS, _over_a_window),
    **dict.fromkeys(_COMPARISONS, _comparison),
}
