"""Days, times of day and moments as whole numbers, and as the texts in which people and databases write them.

A day is the number of days since 1970-01-01; a time of day is a count of 10^-digits seconds since midnight, and a
moment one since the beginning of 1970, so that the years 1 and 9999, those beyond, and billionths of a second are all
exact. The two infinities are numbers too, those which DuckDB and Arrow use.

The calendar is today's, carried back before its invention, as in every database. There are no leap seconds, and 24:00
is the end of a day.
"""

import datetime as dt
import re

INFINITE_DAYS = 2**31 - 1
"""The day after all days; its negative is the day before all."""

INFINITE_COUNT = 2**63 - 1
"""The moment after all moments, whatever the digits; its negative is the one before all."""

DAY_SECONDS = 86_400

_EPOCH = dt.date(1970, 1, 1)
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
"""The calendar repeats itself."""

_WRITTEN = re.compile(
    r"(?:(?P<date>\d{4,7}-\d\d-\d\d)(?:[ T]|$|(?= BC$)))?"
    r"(?:(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r" ?(?P<zone>Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?"
    r"(?P<era> BC)?",
    re.ASCII,
)


def ticks(digits: int) -> int:
    """How many counts of 10^-digits seconds are a second."""
    return int(10**digits)


def days_of(day: dt.date) -> int:
    return (dt.date(day.year, day.month, day.day) - _EPOCH).days


def time_count(time: dt.time, digits: int) -> int:
    """The count of a time of day; one with a zone counts from midnight in UTC."""
    seconds = time.hour * 3_600 + time.minute * 60 + time.second
    offset = time.utcoffset() or dt.timedelta()
    micros = seconds * 1_000_000 + time.microsecond - offset // dt.timedelta(microseconds=1)
    return micros * ticks(digits) // 1_000_000


def moment_count(moment: dt.date, digits: int) -> int:
    """The count of a moment; a date is its midnight, and a moment without a zone is read as UTC."""
    if not isinstance(moment, dt.datetime):
        return days_of(moment) * DAY_SECONDS * ticks(digits)
    days = days_of(moment.date()) * DAY_SECONDS * ticks(digits)
    return days + time_count(moment.timetz(), digits)


def read_days(text: str) -> int | None:
    """The day of an ISO text, or of one at midnight; None for other texts."""
    if (infinite := _infinite(text, INFINITE_DAYS)) is not None:
        return infinite
    count = read_moment(text, 9, zoned=False)
    if count is None or count % (DAY_SECONDS * ticks(9)):
        return None
    return count // (DAY_SECONDS * ticks(9))


def read_time(text: str, digits: int) -> int | None:
    """The time of day of an ISO text; None for other texts, and for one with more digits than may be."""
    found = _WRITTEN.fullmatch(text.strip(" "))
    if found is None or found["date"] or found["era"] or found["hour"] is None:
        return None
    count = _time_of(found, digits)
    return None if count is None else count - _offset_s(found["zone"]) * ticks(digits)


def read_moment(text: str, digits: int, *, zoned: bool) -> int | None:
    """The moment of an ISO text, or of one as PostgreSQL writes it; None for other texts.

    A text with more digits than may be is no moment, and neither is one with an offset where there are no zones.
    """
    if (infinite := _infinite(text, INFINITE_COUNT)) is not None:
        return infinite
    found = _WRITTEN.fullmatch(text.strip(" "))
    if found is None or not found["date"]:
        return None
    days, time, offset = _days_of(found), _time_of(found, digits), _offset_s(found["zone"])
    if days is None or time is None or (offset and not zoned):
        return None
    return (days * DAY_SECONDS - offset) * ticks(digits) + time


def day_text(days: int) -> str:
    """The day as ISO 8601 writes it, of any year: `20000-01-01`, `0044-03-15 BC`; `infinity` and `-infinity`."""
    if abs(days) == INFINITE_DAYS:
        return _infinity(days)
    date, era = _date_and_era(days)
    return date + era


def time_text(count: int, digits: int) -> str:
    """The time of day as ISO 8601 writes it, without the zeros that say nothing."""
    seconds, rest = divmod(count, ticks(digits))
    fraction = f".{rest:0{digits}}".rstrip("0") if rest else ""
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def moment_text(count: int, digits: int, *, zoned: bool) -> str:
    """The moment as ISO 8601 writes it, in UTC where there is a zone; of any year, as `day_text`."""
    if abs(count) == INFINITE_COUNT:
        return _infinity(count)
    days, rest = divmod(count, DAY_SECONDS * ticks(digits))
    date, era = _date_and_era(days)
    return f"{date} {time_text(rest, digits)}{'+00' if zoned else ''}{era}"


def _infinity(number: int) -> str:
    return "infinity" if number > 0 else "-infinity"


def _infinite(text: str, infinite: int) -> int | None:
    signs = {"infinity": 1, "-infinity": -1}
    sign = signs.get(text.strip(" ").casefold())
    return None if sign is None else sign * infinite


def _date_and_era(days: int) -> tuple[str, str]:
    cycles = (days - days_of(dt.date.min)) // _CYCLE_DAYS
    near = _EPOCH + dt.timedelta(days=days - cycles * _CYCLE_DAYS)
    year = near.year + cycles * _CYCLE_YEARS
    written = f"{year if year > 0 else 1 - year:04}-{near.month:02}-{near.day:02}"
    return written, "" if year > 0 else " BC"


def _days_of(found: re.Match[str]) -> int | None:
    written, month, day = map(int, found["date"].split("-"))
    year = 1 - written if found["era"] else written
    cycles, place = divmod(year - 1, _CYCLE_YEARS)
    try:
        near = dt.date(place + 1, month, day)
    except ValueError:
        return None
    return days_of(near) + cycles * _CYCLE_DAYS


def _time_of(found: re.Match[str], digits: int) -> int | None:
    """The count since midnight, before any offset; midnight when no time is written."""
    if found["hour"] is None:
        return 0
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    fraction = (found["fraction"] or "").rstrip("0")
    at_the_end = hour == 24 and not (minute or second or fraction)
    if (hour > 23 and not at_the_end) or minute > 59 or second > 59 or len(fraction) > digits:
        return None
    seconds = hour * 3_600 + minute * 60 + second
    return seconds * ticks(digits) + int(fraction.ljust(digits, "0"))


def _offset_s(zone: str | None) -> int:
    """How many seconds a written offset is ahead of UTC."""
    if zone is None or zone == "Z":
        return 0
    parts = [int(zone[1:].replace(":", "")[i : i + 2] or 0) for i in (0, 2, 4)]
    seconds = parts[0] * 3_600 + parts[1] * 60 + parts[2]
    return -seconds if zone[0] == "-" else seconds
