"""How do T-SQL's date functions count? DATEPART, DATEDIFF (by boundaries) and DATEADD, over ticks."""

from tests.standins.tds import types as t
from tests.standins.tds.conversions import Typed, convert, wall_clock
from tests.standins.tds.errors import SqlError
from tests.standins.tds.types import TICKS_OF_A_DAY, SqlType

_NAMES = {
    "yy": "year", "yyyy": "year", "qq": "quarter", "q": "quarter", "mm": "month", "m": "month", "dy": "dayofyear",
    "y": "dayofyear", "dd": "day", "d": "day", "wk": "week", "ww": "week", "dw": "weekday", "w": "weekday",
    "hh": "hour", "mi": "minute", "n": "minute", "ss": "second", "s": "second", "ms": "millisecond",
    "mcs": "microsecond", "ns": "nanosecond", "tz": "tzoffset", "isowk": "iso_week", "isoww": "iso_week",
}  # fmt: skip

_UNITS = {
    "day": TICKS_OF_A_DAY,
    "dayofyear": TICKS_OF_A_DAY,
    "weekday": TICKS_OF_A_DAY,
    "week": 7 * TICKS_OF_A_DAY,
    "hour": 36_000_000_000,
    "minute": 600_000_000,
    "second": 10_000_000,
    "millisecond": 10_000,
    "microsecond": 10,
}
"""Ticks of what has always as many."""

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _named(part: str) -> str:
    name = _NAMES.get(part, part)
    if name not in {*_UNITS, *_MONTHS, "nanosecond", "tzoffset", "iso_week"}:
        raise SqlError(155, f"'{part}' is not a recognized datepart option.", severity=15)
    return name


def _moment(value: Typed) -> Typed:
    """The value as a moment; a text is read, a number counts days."""
    if value.type.is_temporal:
        return value
    if value.literal is not None and ":" in value.literal and "-" not in value.literal:
        return convert(value, t.TIME)
    return convert(value, t.DATETIME2 if value.type.is_text else t.DATETIME)


def datepart(part: str, value: Typed) -> Typed:
    """DATEPART; of the wall clock where there is an offset."""
    name, moment = _named(part), _moment(value)
    if name == "tzoffset":
        return Typed(f"CAST(({moment.sql}).o AS INTEGER)", t.INT)
    ticks = wall_clock(moment)
    date = moment.sql if moment.type.name == "date" else f"t_date({ticks})"
    sql = {
        "year": f"year({date})",
        "quarter": f"quarter({date})",
        "month": f"month({date})",
        "day": f"day({date})",
        "dayofyear": f"dayofyear({date})",
        "week": f"((dayofyear({date}) - 1 + dayofweek(date_trunc('year', {date}))) // 7 + 1)",
        "iso_week": f"weekofyear({date})",
        "weekday": f"(dayofweek({date}) + 1)",
        "hour": f"({ticks} % {TICKS_OF_A_DAY} // 36000000000)",
        "minute": f"({ticks} % 36000000000 // 600000000)",
        "second": f"({ticks} % 600000000 // 10000000)",
        "millisecond": f"({ticks} % 10000000 // 10000)",
        "microsecond": f"({ticks} % 10000000 // 10)",
        "nanosecond": f"({ticks} % 10000000 * 100)",
    }[name]
    return Typed(f"CAST({sql} AS INTEGER)", t.INT, value.is_nullable)


def datediff(part: str, first: Typed, second: Typed, kind: SqlType) -> Typed:
    """How many boundaries of the part lie between; of moments with an offset, in UTC."""
    name = _named(part)
    moments = [_moment(each) for each in (first, second)]
    if name in _MONTHS:
        dates = [convert(each, t.DATE).sql for each in moments]
        counts = [_months(each, name) for each in dates]
        return Typed(f"CAST({counts[1]} - {counts[0]} AS {kind.carrier})", kind)
    if name == "day" and all(each.type.name == "date" for each in moments):
        return Typed(
            f"CAST(datediff('day', {moments[0].sql}, {moments[1].sql}) AS {kind.carrier})", kind
        )
    x, y = (
        f"({each.sql}).u" if each.type.name == "datetimeoffset" else wall_clock(each)
        for each in moments
    )
    if name == "nanosecond":
        return Typed(f"CAST(({y} - {x}) * 100 AS {kind.carrier})", kind)
    unit = _UNITS[name]
    ahead = (
        TICKS_OF_A_DAY if name == "week" else 0
    )  # the year 1 began on a Monday, and weeks begin on Sundays
    counted = (
        f"({y} + {ahead}) // {unit} - ({x} + {ahead}) // {unit}"
        if ahead
        else f"{y} // {unit} - {x} // {unit}"
    )
    return Typed(f"CAST({counted} AS {kind.carrier})", kind)


def _months(date: str, name: str) -> str:
    return {
        "month": f"(year({date}) * 12 + month({date}))",
        "quarter": f"(year({date}) * 4 + quarter({date}))",
        "year": f"year({date})",
    }[name]


def dateadd(part: str, number: Typed, value: Typed) -> Typed:
    """Of the value's type; a text becomes `datetime`."""
    name = _named(part)
    moment = value if value.type.is_temporal else convert(value, t.DATETIME)
    kind, n = moment.type, number.sql
    if kind.name == "datetimeoffset":
        moved = _moved(name, n, wall_clock(moment))
        return Typed(
            f"CASE WHEN {moment.sql} IS NULL THEN NULL ELSE t_offset({moved} - CAST(({moment.sql}).o AS BIGINT) * 600000000, ({moment.sql}).o) END",
            kind,
        )
    if kind.name == "date":
        if name in {"day", "week", "dayofyear", "weekday"}:
            days = f"({n}) * 7" if name == "week" else n
            return Typed(f"({moment.sql} + CAST({days} AS INTEGER))", kind, value.is_nullable)
        if name not in _MONTHS:
            raise SqlError(
                9810,
                f"The datepart {name} is not supported by date function dateadd for data type date.",
            )
        return Typed(f"t_date({_moved(name, n, wall_clock(moment))})", kind, value.is_nullable)
    if kind.name == "time":
        return Typed(
            f"((({moment.sql} + {_ticks(name, n)}) % {TICKS_OF_A_DAY} + {TICKS_OF_A_DAY}) % {TICKS_OF_A_DAY})",
            kind,
        )
    moved = _moved(name, n, moment.sql)
    if kind.name == "datetime":
        moved = f"t_datetime({moved})"
    elif kind.scale < 7 and name in {"nanosecond", "microsecond", "millisecond"}:
        moved = f"t_round({moved}, {10 ** (7 - kind.scale)})"
    return Typed(moved, kind, value.is_nullable)


def _moved(name: str, number: str, ticks: str) -> str:
    if name in _MONTHS:
        return f"t_months({ticks}, ({number}) * {_MONTHS[name]})"
    return f"t_checked({ticks} + {_ticks(name, number)})"


def _ticks(name: str, number: str) -> str:
    if name == "nanosecond":
        return f"CAST(round(({number}) / 100.0) AS BIGINT)"
    if name not in _UNITS:
        raise SqlError(9810, f"The datepart {name} is not supported by dateadd.")
    return f"CAST({number} AS BIGINT) * {_UNITS[name]}"
