"""What does ISNULL give on SQL Server? `from_tsql.py` says why.

Its result has the type of the first argument, and what stands in is converted to it: `ISNULL(code, 'unknown')` of a
varchar(3) is `unk`, `ISNULL(n, 0.9)` of a whole number is 0. COALESCE, which it becomes, has the widest type.
"""

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.from_tsql_numbers import FLOATS, cut, is_fraction, is_text, is_whole
from ombudsman.sql.sizes import UNBOUNDED, digits, most_characters

_LONGEST_NUMBER = 20


def filled(node: exp.Expr, _: str) -> exp.Expr:
    """`ISNULL(a, b)`."""
    if not node.args.get("is_null"):
        return node
    (other,) = node.expressions
    if isinstance(node.this, exp.Null) or isinstance(other, exp.Null):
        return node
    converted = _converted(node.this, other)
    if converted is other:
        return node
    new = node.copy()
    new.set("expressions", [converted])
    new.set("is_null", None)
    return new


def _converted(first: exp.Expr, other: exp.Expr) -> exp.Expr:
    if is_text(first):
        return _as_text(first, other)
    if is_whole(first):
        return _as_whole(other)
    if is_fraction(first):
        return _as_fraction(first, other)
    if first.is_type(exp.DType.BOOLEAN) and other.name in {"0", "1"} and not other.is_string:
        return exp.Boolean(this=other.name == "1")
    if first.is_type(*exp.DataType.TEMPORAL_TYPES):
        return _as_moment(first, other)
    if first.is_type(exp.DType.BOOLEAN) and other.is_type(exp.DType.BOOLEAN):
        return other
    raise _no_faithful()


def _as_text(first: exp.Expr, other: exp.Expr) -> exp.Expr:
    length = most_characters(first)
    if is_whole(other):
        longest = len(other.name) if isinstance(other, exp.Literal) else _LONGEST_NUMBER
        if longest > 1 and (length is None or length < longest):
            raise _no_faithful()
        return exp.Cast(this=other.copy(), to=exp.DataType.build("TEXT"))
    if not is_text(other):
        raise _no_faithful()
    longest_text = most_characters(other)
    if longest_text is not None and longest_text <= max(length or 0, 1):
        return other
    if length is None:
        raise _no_faithful()
    if length >= UNBOUNDED:
        return other
    return exp.Cast(this=other.copy(), to=exp.DataType.build(f"VARCHAR({length})"))


def _as_whole(other: exp.Expr) -> exp.Expr:
    if other.is_string and (other.name.isdigit() or not other.name):
        return exp.Literal.number(int(other.name or 0))
    if is_whole(other):
        return other
    if is_fraction(other):
        return cut(other.copy())
    raise _no_faithful()


def _as_fraction(first: exp.Expr, other: exp.Expr) -> exp.Expr:
    if is_whole(other) or (first.is_type(*FLOATS) and is_fraction(other)):
        return other
    if not is_fraction(other):
        raise _no_faithful()
    here, there = digits(first), digits(other)
    if there == 0 or (here is not None and there is not None and there <= here):
        return other
    if here is None:
        raise _no_faithful()
    return exp.Cast(this=other.copy(), to=exp.DataType.build(f"DECIMAL(38, {here})"))


def _as_moment(first: exp.Expr, other: exp.Expr) -> exp.Expr:
    if not is_text(other) and not other.is_type(*exp.DataType.TEMPORAL_TYPES):
        raise _no_faithful()
    if not first.is_type(exp.DType.DATE) or other.is_type(exp.DType.DATE):
        return other
    return exp.Cast(this=other.copy(), to=exp.DataType.build("DATE"))


def _no_faithful() -> RuleInvalid:
    return RuleInvalid(
        "ISNULL converts what stands in to the type and length of its first argument, which are not known",
        hint="use COALESCE, or cast both arguments to one type",
    )
