"""How does T-SQL read a date, a time and a float from text, and write a float?"""

import datetime as dt
import re

from tests.standins.tds.types import TICKS_OF_A_DAY

_DATE = r"(?P<y>\d{4})(?:-?(?P<m>\d{2})-?(?P<d>\d{2}))?"
_CLOCK = r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.:](?P<f>\d{1,7}))?)?"
_ZONE = r"(?P<zone>Z|[+-]\d{2}:\d{2})"
_MOMENT = re.compile(rf"\s*(?:{_DATE})?(?:(?:[T ]\s*|^\s*){_CLOCK})?\s*{_ZONE}?\s*")


def ticks_of_text(text: str) -> int:
    """Ticks of 100 ns since the first day of year 1, of the wall clock; a time alone is of 1900-01-01."""
    return _read(text)[0]


def time_of_text(text: str) -> int:
    """Ticks since midnight."""
    return _read(text)[0] % TICKS_OF_A_DAY


def offset_of_text(text: str) -> dict[str, int]:
    """A moment with its offset: ticks in UTC and minutes."""
    ticks, offset = _read(text)
    return {"u": ticks - offset * 600_000_000, "o": offset}


def _read(text: str) -> tuple[int, int]:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(
            "error_241: Conversion failed when converting date and/or time from character string."
        )
    parts = match.groupdict()
    try:
        year, month, day = (
            int(parts[key] or low) for key, low in (("y", 1900), ("m", 1), ("d", 1))
        )
        days = dt.date(year, month, day).toordinal() - 1
        hour, minute, second = (int(parts[key] or 0) for key in ("h", "mi", "s"))
        dt.time(hour, minute, second)
    except ValueError as failure:
        raise ValueError(
            "error_242: The conversion of a varchar data type to a datetime data type resulted in an out-of-range value."
        ) from failure
    fraction = int((parts["f"] or "0").ljust(7, "0"))
    ticks = ((hour * 60 + minute) * 60 + second) * 10_000_000 + fraction
    zone = parts["zone"]
    offset = 0
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 60 + int(zone[4:6])
        offset = -offset if zone[0] == "-" else offset
    return days * TICKS_OF_A_DAY + ticks, offset


def float_text(number: float, style: int) -> str:
    """Styles 0 (six digits), 1 (eight, in powers of ten), 2 (sixteen) and 3 (seventeen)."""
    if style == 0:
        text = f"{number:.6g}"
        return re.sub(r"e([+-])(\d\d)$", r"e\g<1>0\2", text)
    digits = {1: 7, 2: 15, 3: 16}[style]
    return re.sub(r"e([+-])(\d\d)$", r"e\g<1>0\2", f"{number:.{digits}e}")
