"""Which type has a value that SQL Server computes?

By its types it decides whether `a / 2` is cut, how a text looks and what a comparison means; so a type that is wrong or
lost here is a wrong answer on the other side. This is what the parser's own rules of types do not know:

- ROUND, POWER, CEILING and FLOOR have the type of their first argument, and so has AVG; ISNULL too.
- `SQUARE(n)` and `POWER(n, 2)` are one tree, and of two types: it is of none.
- CONVERT has the type that it names.
- A bare float is a double.

A value without a type is one of which nobody may say what SQL Server would make of it.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

_FLOATS = exp.DataType.FLOAT_TYPES
_TEXTS = (exp.Left, exp.Right, exp.Replace, exp.Reverse, exp.Stuff, exp.Space, exp.Pad)
_CALLED = {
    "PATINDEX": "INT",
    "DATALENGTH": "INT",
    "ISNUMERIC": "INT",
    "STDEVP": "DOUBLE",
    "VAR": "DOUBLE",
    "VARP": "DOUBLE",
    "QUOTENAME": "VARCHAR",
    "STR": "VARCHAR",
    "NCHAR": "VARCHAR",
}
_EXACT = frozenset({exp.DType.MONEY, exp.DType.SMALLMONEY, exp.DType.BIGDECIMAL})


def kind_of(data_type: exp.DataType) -> exp.DataType:
    """A type without its length or digits: two of a kind give one of that kind."""
    if data_type.this in _EXACT:
        return exp.DataType.build("DECIMAL")
    return exp.DataType(this=data_type.this)


def _is_whole(node: exp.Expr) -> bool:
    return node.is_type(*exp.DataType.INTEGER_TYPES)


def _as_first(_: Any, node: exp.Expr) -> exp.Expr:
    node.type = node.this.type
    return node


def _average(_: Any, node: exp.Expr) -> exp.Expr:
    """Of TINYINT and SMALLINT an INT."""
    node.type = "INT" if _is_small(node.this) else node.this.type
    return node


def _is_small(node: exp.Expr) -> bool:
    return node.is_type(exp.DType.TINYINT, exp.DType.UTINYINT, exp.DType.SMALLINT)


def _power(_: Any, node: exp.Expr) -> exp.Expr:
    may_be_square = isinstance(node.expression, exp.Literal) and node.expression.name == "2"
    if may_be_square and not node.this.is_type(*_FLOATS):
        node.type = "UNKNOWN"
    else:
        node.type = node.this.type
    return node


def _convert(_: Any, node: exp.Expr) -> exp.Expr:
    node.type = kind_of(node.this)
    return node


def _first_filled(annotator: Any, node: exp.Expr) -> exp.Expr:
    """ISNULL has its first argument's type, COALESCE the widest."""
    if node.args.get("is_null") and not isinstance(node.this, exp.Null):
        node.type = node.this.type
        return node
    made: exp.Expr = _METADATA[exp.Coalesce]["annotator"](annotator, node)
    return made


def _called(annotator: Any, node: exp.Expr) -> exp.Expr:
    name = node.name.upper()
    if name == "CHOOSE":
        made: exp.Expr = annotator._annotate_by_args(node, *node.expressions[1:])  # noqa: SLF001 - as its own rules do
        return made
    node.type = _CALLED.get(name, "UNKNOWN")
    return node


def _returns(annotate: Callable[[Any, exp.Expr], exp.Expr]) -> dict[str, Any]:
    return {"annotator": annotate}


_METADATA: dict[type[exp.Expr], dict[str, Any]] = dict(
    Dialect.get_or_raise("tsql").EXPRESSION_METADATA
)
METADATA: dict[type[exp.Expr], dict[str, Any]] = {
    **_METADATA,
    **{kind: {"returns": exp.DType.VARCHAR} for kind in _TEXTS},
    **{kind: _returns(_as_first) for kind in (exp.Round, exp.Ceil, exp.Floor, exp.Sign)},
    exp.Avg: _returns(_average),
    exp.Pow: _returns(_power),
    exp.Convert: _returns(_convert),
    exp.Coalesce: _returns(_first_filled),
    exp.Anonymous: _returns(_called),
}
"""For a kind of node: how its type follows from those of its parts, in the words of the parser's own table."""
