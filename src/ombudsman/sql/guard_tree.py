"""May this tree be used?

A tree of the parser is walked node by node against a list of what is allowed: what is not on the list is refused,
whatever it is. Nothing here looks for attacks. The lists of functions and types stand in `guard_functions.py`, the
nodes of an expression here, those of a whole query in `guard_query.py`.

Not judged here: whether a column exists (`conditions.py`, `queries.py` know the tables).
"""

from sqlglot import exp

from ombudsman.sql.guard import TOO_DEEP, refuse, span_of
from ombudsman.sql.guard_functions import (
    AGGREGATES,
    REFUSED,
    SCALARS,
    WINDOWS,
)
from ombudsman.sql.guard_nodes import is_whole, shown, why_not

Nodes = frozenset[type[exp.Expr]]

MAX_DEPTH = 800
"""How deep a tree may grow: engines give up at about 1,000 levels, a chain of ANDs counts one level each."""

SCALAR_NODES: Nodes = (
    frozenset(
        {
            exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.HexString, exp.Not, exp.Neg,
            exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Between,
            exp.In, exp.Like, exp.ILike, exp.SimilarTo, exp.Escape, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv,
            exp.Mod, exp.DPipe, exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.DataType,
            exp.DataTypeParam, exp.Interval, exp.Var, exp.AtTimeZone, exp.Anonymous,
        }
    )
    | SCALARS
)  # fmt: skip
"""What an expression over the columns of one row is made of."""

_REASONS: dict[type[exp.Expr], str] = {
    exp.Collate: "a collation of one engine is not known to the other",
    exp.Operator: "OPERATOR() can name an operator that somebody defined",
    exp.Star: "* is not a value",
    exp.Dot: "a function or field may not be qualified",
    exp.Any: "ANY cannot be used; write IN (...)",
    exp.All: "ALL cannot be used",
    exp.Placeholder: "a parameter or variable has no value here",
    exp.Parameter: "a parameter or variable has no value here",
    exp.SessionParameter: "a parameter or variable has no value here",
    exp.Tuple: "rows of values cannot be compared; compare column by column",
    exp.Window: "a window looks at other rows",
    exp.Pseudocolumn: "an engine's own pseudo-column is not a column of the table",
    exp.TableColumn: "a whole row is not a value",
    exp.ObjectIdentifier: "names of objects are not values",
    exp.Into: "it would write a table",
    exp.Lock: "it would lock rows",
    exp.Hint: "hints are not passed on",
    exp.WithTableHint: "hints are not passed on",
    exp.QueryOption: "options are not passed on",
    exp.TableSample: "a sample differs each time it is taken",
    exp.HistoricalData: "a past state of a table cannot be asked for",
    exp.Version: "a past state of a table cannot be asked for",
    exp.Pivot: "PIVOT is not read here",
    exp.Lateral: "a table that depends on the row before it is not read here",
    exp.TableFromRows: "only tables can be read, not functions",
    exp.Insert: "it would change data",
    exp.Update: "it would change data",
    exp.Delete: "it would change data",
}


def judge_expression(tree: exp.Expr, dialect: str, what: str, text: str) -> None:
    """Raises `RuleInvalid` unless `tree` is an expression over the columns of one row that may be used."""
    judge_tree(tree, allowed=SCALAR_NODES, dialect=dialect, what=what, text=text)


def judge_tree(tree: exp.Expr, *, allowed: Nodes, dialect: str, what: str, text: str) -> None:
    """Raises `RuleInvalid` unless every node of `tree`, parsed from `dialect`, is allowed."""
    _judge_depth(tree, what)
    for node in tree.walk(bfs=False):
        if type(node) not in allowed:
            refuse(what, _why_not_listed(node), text=text, span=span_of(node))
        if not is_whole(node):
            refuse(what, f"a part of {shown(node)} is missing", text=text, span=span_of(node))
        if reason := why_not(node, dialect):
            refuse(what, reason, text=text, span=span_of(node))


def _judge_depth(tree: exp.Expr, what: str) -> None:
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            refuse(what, TOO_DEEP, hint="write a long chain of ORs as IN (...)")
        level = [child for node in level for child in node.iter_expressions()]


def _why_not_listed(node: exp.Expr) -> str:
    kind = type(node)
    if isinstance(node, exp.Query | exp.Exists):
        return "a query within it is not allowed"
    if kind in REFUSED:
        return f"{shown(node)} cannot be used: {REFUSED[kind]}"
    if kind in _REASONS:
        return _REASONS[kind]
    if kind in WINDOWS:
        return f"{shown(node)} looks at other rows"
    if kind in AGGREGATES or isinstance(node, exp.AggFunc):
        return f"{shown(node)} looks at many rows"
    if isinstance(node, exp.Func):
        return f"the function {shown(node)} is not among those that may be used"
    return f"{kind.__name__} is not allowed"
