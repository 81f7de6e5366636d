"""How SQL Server counts days and writes dates. `from_tsql.py` says why.

- DATEPART of weekday counts from Sunday, 1 (`SET DATEFIRST 7`, the setting of English logins); of week, weeks begin on
  Sunday, and 1 January is in the first.
- DATEDIFF of weeks counts the Sundays that were passed.
- DATEADD of a date is a date.
- CONVERT with a style is a format; of the styles those are known that people use and that lose nothing.
- DATENAME gives English names in full.
"""

import re

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql import from_tsql_numbers, from_tsql_texts
from ombudsman.sql.from_tsql_numbers import Rule, cut, is_text, is_whole

STYLES = {
    1: "%m/%d/%y", 3: "%d/%m/%y", 4: "%d.%m.%y", 8: "%H:%M:%S", 12: "%y%m%d", 23: "%Y-%m-%d", 101: "%m/%d/%Y",
    102: "%Y.%m.%d", 103: "%d/%m/%Y", 104: "%d.%m.%Y", 105: "%d-%m-%Y", 108: "%H:%M:%S", 110: "%m-%d-%Y",
    111: "%Y/%m/%d", 112: "%Y%m%d", 120: "%Y-%m-%d %H:%M:%S", 20: "%Y-%m-%d %H:%M:%S",
}  # fmt: skip
"""Of each known style the format, in the words of C."""

_WEEKDAY = frozenset({"DAYOFWEEK", "WEEKDAY", "DW"})
_WEEK = frozenset({"WEEK", "WK", "WW"})
_PLAIN_FORMAT = re.compile(r"(?:%[YmdHMS]|[-/.: ])+")
_WHOLE_DAYS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
_A_SUNDAY = "0001-01-07"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _part(node: exp.Expr, _: str) -> exp.Expr:
    unit = str(node.this.name).upper()
    if unit in _WEEKDAY:
        return exp.Paren(this=_plus_one(exp.Mod(this=_iso_day(node.expression), expression=_of(7))))
    if unit in _WEEK:
        return _week(node.expression)
    return node


def _iso_day(moment: exp.Expr) -> exp.Expr:
    return exp.DayOfWeekIso(this=_as_date(moment))


def _as_date(moment: exp.Expr) -> exp.Expr:
    return exp.Cast(this=moment.copy(), to=exp.DataType.build("DATE"))


def _week(moment: exp.Expr) -> exp.Expr:
    first = exp.DateFromParts(year=exp.Year(this=_as_date(moment)), month=_of(1), day=_of(1))
    before = exp.Mod(this=exp.DayOfWeekIso(this=first), expression=_of(7))
    days = exp.Sub(
        this=exp.Add(this=exp.DayOfYear(this=_as_date(moment)), expression=before),
        expression=_of(1),
    )
    weeks = exp.Div(this=exp.Paren(this=days), expression=_of(7), typed=False, safe=False)
    return exp.Paren(this=_plus_one(cut(weeks)))


def _plus_one(node: exp.Expr) -> exp.Expr:
    return exp.Add(this=node, expression=_of(1))


def _of(number: int) -> exp.Expr:
    return exp.Literal.number(number)


def _difference(node: exp.Expr, _: str) -> exp.Expr:
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() not in _WEEK:
        return node
    end, start = _weeks_until(_bare(node.this)), _weeks_until(_bare(node.expression))
    return exp.Paren(this=exp.Sub(this=end, expression=start))


def _moved(node: exp.Expr, write: str) -> exp.Expr:
    """`DATEADD(month, 1, day)` of a date is a date; a moment on DuckDB."""
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    if is_whole(node.this):
        return _from_the_first_day(node)
    if write != "duckdb" or unit not in _WHOLE_DAYS or not node.this.is_type(exp.DType.DATE):
        return node
    return exp.Cast(this=node.copy(), to=exp.DataType.build("DATE"))


def _from_the_first_day(node: exp.Expr) -> exp.Expr:
    """`DATEADD(month, 5, 0)`: numbers are days after 1 January 1900."""
    if not isinstance(node.this, exp.Literal) or node.this.name != "0":
        raise RuleInvalid("a number as a date", hint="write the date itself")
    new = node.copy()
    first = exp.Literal.string("1900-01-01")
    new.set("this", exp.Cast(this=first, to=exp.DataType.build("TIMESTAMP")))
    return new


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.TimeStrToTime) else node


def _weeks_until(moment: exp.Expr) -> exp.Expr:
    sunday = exp.Cast(this=exp.Literal.string(_A_SUNDAY), to=exp.DataType.build("DATE"))
    days = exp.DateDiff(this=_as_date(moment), expression=sunday, unit=exp.Var(this="DAY"))
    return cut(exp.Div(this=days, expression=_of(7), typed=False, safe=False))


def _styled(node: exp.Expr, _: str) -> exp.Expr:
    style, value = node.args.get("style"), node.expression
    if style is None:
        return node
    number = int(style.name) if isinstance(style, exp.Literal) and style.name.isdigit() else None
    made_for = node.this.this
    if number == 0 and not value.is_type(*exp.DataType.TEMPORAL_TYPES):
        return exp.Cast(this=value.copy(), to=node.this.copy())
    if number is None or number not in STYLES or node.args.get("safe"):
        raise RuleInvalid(
            "CONVERT with this style has no counterpart",
            hint=f"there are formats for {', '.join(map(str, sorted(STYLES)))}",
        )
    told = _of_a_date(number) if value.is_type(exp.DType.DATE) else STYLES[number]
    text_format = exp.Literal.string(told)
    if made_for in exp.DataType.TEXT_TYPES and value.is_type(*exp.DataType.TEMPORAL_TYPES):
        return _cut_text(exp.TimeToStr(this=value.copy(), format=text_format), node.this)
    if made_for in exp.DataType.TEMPORAL_TYPES and is_text(value):
        if "%y" in told:
            raise RuleInvalid(
                "years of two digits are read in another century elsewhere",
                hint="write years of four digits, and their style",
            )
        read = exp.StrToTime(this=value.copy(), format=text_format)
        return exp.Cast(this=read, to=node.this.copy())
    raise RuleInvalid("CONVERT with a style of what is neither a date nor the text of one")


def _of_a_date(style: int) -> str:
    """The format for a date without a time: SQL Server writes none."""
    told = STYLES[style].partition(" ")[0]
    if "%H" in told:
        raise RuleInvalid("CONVERT of a date with the style of a time fails on SQL Server")
    return told


def _cut_text(node: exp.Expr, to: exp.DataType) -> exp.Expr:
    length = next((each.name for each in to.expressions if each.name.isdigit()), None)
    if length is None:
        length = "30"
    return exp.Substring(this=node, start=_of(1), length=exp.Literal.number(length))


def _formatted(_node: exp.Expr, _: str) -> exp.Expr:
    raise RuleInvalid(
        "FORMAT of a number follows the language of the login on SQL Server",
        hint="round it, and let the report format it",
    )


def _named(node: exp.Expr, _: str) -> exp.Expr:
    told = node.args["format"].name
    if told not in {"%B", "%A"}:
        if not _PLAIN_FORMAT.fullmatch(told):
            raise RuleInvalid(
                "FORMAT with this format follows the language of the login on SQL Server",
                hint="use CONVERT with a style",
            )
        return node
    moment = node.this.this if isinstance(node.this, exp.Cast) else node.this
    names = _MONTHS if told == "%B" else _DAYS
    number = exp.Month(this=_as_date(moment)) if told == "%B" else _iso_day(moment)
    made = exp.Case(this=number)
    for place, name in enumerate(names, start=1):
        made = made.when(_of(place), exp.Literal.string(name))
    return made


RULES: dict[type[exp.Expr], tuple[Rule, ...]] = {
    exp.Extract: (_part,),
    exp.DateDiff: (_difference,),
    exp.DateAdd: (_moved,),
    exp.TimeToStr: (_named,),
    exp.NumberToStr: (_formatted,),
    exp.Cast: (from_tsql_numbers.CAST, from_tsql_texts.CAST),
    exp.Convert: (_styled, from_tsql_numbers.CONVERT, from_tsql_texts.CONVERT),
    exp.Anonymous: (from_tsql_numbers.BY_NAME, from_tsql_texts.BY_NAME),
}
