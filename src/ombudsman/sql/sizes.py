"""How long may a text be, and how many digits has a decimal behind the point?

SQL Server cuts what ISNULL puts in to the length of what it stands for. Types are told without lengths here (two of a
kind give one of that kind), so these are noted beside them: on the columns of tables, and from there on those of
subqueries.
"""

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from ombudsman.model import types
from ombudsman.model.types import DataType

UNBOUNDED = 2**31
_LENGTH, _SCALE = "most characters", "digits behind the point"
_BARE_LENGTH = 30
_AS_LONG = (
    exp.Nullif,
    exp.Upper,
    exp.Lower,
    exp.Trim,
    exp.Reverse,
    exp.Max,
    exp.Min,
    exp.Paren,
    exp.Alias,
)
_PART = (exp.Left, exp.Right, exp.Substring)


def note_size(column: exp.Expr, data_type: DataType) -> None:
    """Notes on a column what its type says of its size."""
    match data_type:
        case types.Text(length=length):
            column.meta[_LENGTH] = UNBOUNDED if length is None else length
        case types.Decimal(scale=int(scale)):
            column.meta[_SCALE] = scale


def settle_sizes(scope: Scope) -> None:
    """Notes on the columns of a query that come from subqueries what is known there."""
    for column in scope.columns:
        source = scope.sources.get(column.table)
        if not isinstance(source, Scope) or not isinstance(source.expression, exp.Select):
            continue
        for each in source.expression.selects:
            if each.alias_or_name == column.name:
                if (length := most_characters(each)) is not None:
                    column.meta[_LENGTH] = length
                if (scale := digits(each)) is not None:
                    column.meta[_SCALE] = scale


def digits(node: exp.Expr) -> int | None:
    """The most digits behind the point of a decimal; None when that is not known."""
    match node:
        case exp.Column():
            found: int | None = node.meta.get(_SCALE)
            return found
        case exp.Literal() if not node.is_string:
            return len(node.name.partition(".")[2].rstrip("0"))
        case (
            exp.Neg() | exp.Paren() | exp.Alias() | exp.Sum() | exp.Nullif() | exp.Max() | exp.Min()
        ):
            return digits(node.this)
        case exp.Cast() | exp.TryCast() if node.args["to"].this == exp.DType.DECIMAL:
            told = [each.name for each in node.args["to"].expressions]
            return int(told[1]) if len(told) == 2 else 0
    return None


def most_characters(node: exp.Expr) -> int | None:
    """The most characters of a text; None when that is not known."""
    match node:
        case exp.Column():
            found: int | None = node.meta.get(_LENGTH)
            return found
        case exp.Literal():
            return len(node.name)
        case exp.National():
            return len(node.name)
        case exp.Null():
            return 0
        case exp.Cast() | exp.TryCast():
            return _length_of(node.args["to"])
        case exp.Convert():
            return _length_of(node.this)
        case exp.DPipe() | exp.Add():
            return _sum((node.this, node.expression))
        case exp.Concat():
            return _sum(node.expressions)
        case exp.Coalesce():
            return (
                most_characters(node.this)
                if node.args.get("is_null")
                else _most([node.this, *node.expressions])
            )
        case exp.Case():
            branches = [each.args["true"] for each in node.args["ifs"]]
            return _most([*branches, *([default] if (default := node.args.get("default")) else [])])
        case exp.If():
            return _most([node.args["true"], *filter(None, [node.args.get("false")])])
    if isinstance(node, _PART):
        return _of_part(node)
    return most_characters(node.this) if isinstance(node, _AS_LONG) else None


def _of_part(node: exp.Expr) -> int | None:
    told = node.args.get("length") or node.args.get("expression")
    inner = node.this.this if isinstance(node.this, exp.Cast) else node.this
    whole = most_characters(inner)
    if not isinstance(told, exp.Literal) or not told.name.isdigit():
        return whole
    return int(told.name) if whole is None else min(whole, int(told.name))


def _length_of(data_type: exp.DataType) -> int | None:
    if data_type.this not in exp.DataType.TEXT_TYPES:
        return None
    told = [each.name for each in data_type.expressions]
    if told:
        return int(told[0]) if told[0].isdigit() else UNBOUNDED
    return UNBOUNDED if data_type.this == exp.DType.TEXT else _BARE_LENGTH


def _sum(parts: Iterable[exp.Expr]) -> int | None:
    known = [most_characters(each) for each in parts]
    return None if None in known else sum(each for each in known if each is not None)


def _most(parts: Iterable[exp.Expr]) -> int | None:
    known = [most_characters(each) for each in parts]
    return None if None in known else max(each for each in known if each is not None)
