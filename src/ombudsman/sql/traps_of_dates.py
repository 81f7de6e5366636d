"""How dates are written and subtracted in different dialects. `dialect_traps.py` says why."""

import re
from collections.abc import Callable

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid

Rule = Callable[[exp.Expr, str, str], exp.Expr]

_COMPACT_DATE = re.compile(r"\d{8}")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)


def _date_diff(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`DATEDIFF(month, a, b)`."""
    if write != "postgres" or read == "postgres":
        return node
    unit = node.args["unit"].name.upper() if node.args.get("unit") else "DAY"
    end, start = node.this, node.expression
    if unit == "DAY":
        return exp.Paren(this=exp.Sub(this=_as_date(end), expression=_as_date(start)))
    if unit not in {"MONTH", "YEAR"}:
        raise RuleInvalid(
            f"a difference in {unit.lower()}s has no counterpart in PostgreSQL",
            hint="days, months and years have one",
        )
    years = exp.Sub(this=_part("YEAR", end), expression=_part("YEAR", start))
    if unit == "YEAR":
        return exp.Paren(this=years)
    months = exp.Sub(this=_part("MONTH", end), expression=_part("MONTH", start))
    twelve = exp.Mul(this=exp.Paren(this=years), expression=exp.Literal.number(12))
    return exp.Paren(this=exp.Add(this=twelve, expression=exp.Paren(this=months)))


def _as_date(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node.copy(), to=exp.DataType.build("DATE"))


def _part(unit: str, node: exp.Expr) -> exp.Expr:
    return exp.Extract(this=exp.Var(this=unit), expression=_as_date(node))


def _compact_date(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`d >= '20240229'` of SQL Server."""
    text = node.name
    if read != "tsql" or write == "tsql" or not _COMPACT_DATE.fullmatch(text):
        return node
    beside = node.parent.iter_expressions() if isinstance(node.parent, _COMPARISONS) else ()
    if not any(each.is_type(*exp.DataType.TEMPORAL_TYPES) for each in beside):
        return node
    return exp.Literal.string(f"{text[:4]}-{text[4:6]}-{text[6:]}")


RULES: dict[type[exp.Expr], Rule] = {
    exp.Literal: _compact_date,
    exp.DateDiff: _date_diff,
    exp.TimestampDiff: _date_diff,
    exp.DatetimeDiff: _date_diff,
}
