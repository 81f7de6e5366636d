"""How bits, casts and decimals are read in different dialects. `dialect_traps.py` says why."""

from collections.abc import Callable

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid

Rule = Callable[[exp.Expr, str, str], exp.Expr]

_NO_IS_TRUE = frozenset({"tsql", "snowflake"})
_NO_CUT = frozenset({"duckdb", "sqlite"})
_CUT_TYPES = frozenset({exp.DType.VARCHAR, exp.DType.NVARCHAR, exp.DType.TEXT})
_BARE_DECIMAL = {"duckdb": "18, 3", "tsql": "18, 0", "snowflake": "38, 0", "postgres": "38, 10"}
_NO_TRY = frozenset({"postgres", "redshift", "sqlite", "mysql"})


def _bit(node: exp.Expr, _: str, __: str) -> exp.Expr:
    """`active = 1`, where active is a boolean."""
    new = node.copy()
    for column, number in ((new.this, new.expression), (new.expression, new.this)):
        if (
            isinstance(number, exp.Literal)
            and number.name in {"0", "1"}
            and column.is_type(exp.DType.BOOLEAN)
        ):
            number.replace(exp.Boolean(this=number.name == "1"))
            return new
    return node


def _is(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`a IS b` of SQLite, and `a IS TRUE`, which is never unknown."""
    if isinstance(node.expression, exp.Null):
        return node
    if isinstance(node.expression, exp.Boolean):
        return _known(node) if write in _NO_IS_TRUE else node
    if read != "sqlite" or write == "sqlite":
        return node
    return exp.NullSafeEQ(this=node.this.copy(), expression=node.expression.copy())


def _known(node: exp.Expr) -> exp.Expr:
    """`a IS TRUE` as `(NOT a IS NULL AND a = TRUE)`."""
    is_null = exp.Is(this=node.this.copy(), expression=exp.Null())
    same = exp.EQ(this=node.this.copy(), expression=node.expression.copy())
    return exp.Paren(this=exp.And(this=exp.Not(this=is_null), expression=same))


def _cast(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`CAST(a AS VARCHAR(10))`, which cuts on some engines."""
    if type(node) is exp.TryCast:
        _try_cast(read, write)
    target = node.args["to"]
    length = next((each.name for each in target.expressions if each.name.isdigit()), None)
    if target.this not in _CUT_TYPES or length is None:
        return node
    whole = node.copy()
    whole.set("to", exp.DataType.build("TEXT"))
    if write in _NO_CUT and read not in _NO_CUT:
        return exp.Substring(
            this=whole, start=exp.Literal.number(1), length=exp.Literal.number(length)
        )
    return whole if read in _NO_CUT and write not in _NO_CUT else node


def _try_cast(read: str, write: str) -> None:
    if write in _NO_TRY and read not in _NO_TRY:
        raise RuleInvalid(
            "a cast that gives NULL for what it cannot read has no counterpart on the other side",
            hint="test the text with a pattern before casting it",
        )


def _convert(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`CONVERT(varchar(10), a)` of SQL Server, which is a cast unless it tells a style."""
    if write == "tsql" or node.args.get("style"):
        return node
    kind = exp.TryCast if node.args.get("safe") else exp.Cast
    return _cast(kind(this=node.expression.copy(), to=node.this.copy()), read, write)


def _decimal(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """A bare `DECIMAL`."""
    if read == write or node.this != exp.DType.DECIMAL or node.expressions:
        return node
    if read not in _BARE_DECIMAL:
        return node
    return exp.DataType.build(f"DECIMAL({_BARE_DECIMAL[read]})")


RULES: dict[type[exp.Expr], Rule] = {
    exp.EQ: _bit,
    exp.NEQ: _bit,
    exp.Is: _is,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Convert: _convert,
    exp.DataType: _decimal,
}
