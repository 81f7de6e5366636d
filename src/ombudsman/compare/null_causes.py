"""Why does a value stand where the other side has none?

An empty text for NULL is a loader's habit. Other stand-ins for NULL are worth naming: 0, -1, 1900-01-01, the word NULL.
"""

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from ombudsman.compare.judgement import (
    SHARED,
    Explanation,
    Judgement,
    equality_setting,
    explained,
)
from ombudsman.model.equality import Equality
from ombudsman.model.forms import Form, FormKind, Scalar
from ombudsman.model.moments import DAY_SECONDS, INFINITE_COUNT, INFINITE_DAYS, days_of, ticks
from ombudsman.model.rows import Cause

_DAYS = {
    days_of(dt.date.fromisoformat(day)): day
    for day in ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "9999-12-31")
}
_WORDS = {
    "null": "the word NULL",
    "(null)": "the word NULL",
    "none": "the word None",
    "nan": "the word NaN",
    "n/a": "the word N/A",
    "\\n": "\\N",
}


def null_judge(form: Form, equality: Equality) -> Callable[[Scalar, Scalar], Judgement | None]:
    """The judge of pairs of which one value at least is NULL."""

    def judge(source: Scalar, target: Scalar) -> Judgement | None:
        if source is None and target is None:
            return None
        where = "target" if target is None else "source"
        value = source if target is None else target
        if not isinstance(value, str | bytes):
            return _value(where, _default(value, form))
        if not value or (form.padded and isinstance(value, str) and not value.strip(" ")):
            return _empty(where, equality.empty_is_null)
        if isinstance(value, str) and not value.strip(" "):
            return _blank(where, equality.empty_is_null and equality.trailing_blanks == "ignored")
        return _value(where, _default(value, form))

    return judge


@lru_cache(maxsize=SHARED)
def _empty(where: str, accepted: bool) -> Judgement:  # noqa: FBT001 - the cache's key
    settings = [equality_setting(("empty_is_null: true",))]
    if where == "target":
        settings.append("transformation: {kind: empty_to_null}")
    words = "an empty text is NULL on the other side"
    return explained(
        Explanation(Cause.EMPTY_VERSUS_NULL, f"NULL in {where}", words, tuple(settings)),
        accepted=accepted,
    )


@lru_cache(maxsize=SHARED)
def _blank(where: str, accepted: bool) -> Judgement:  # noqa: FBT001 - the cache's key
    setting = equality_setting(("empty_is_null: true", "trailing_blanks: ignored"))
    words = "a text of blanks alone is NULL on the other side"
    cause = Cause.EMPTY_VERSUS_NULL if accepted else Cause.NULL_VERSUS_VALUE
    return explained(
        Explanation(cause, f"NULL in {where}, blanks in {_other(where)}", words, (setting,)),
        accepted=accepted,
    )


@lru_cache(maxsize=SHARED)
def _value(where: str, default: str | None) -> Judgement:
    if default is None:
        return explained(Explanation(Cause.NULL_VERSUS_VALUE, f"NULL in {where}"))
    detail = f"NULL in {where}, a default in {_other(where)}: {default}"
    words = f"{default} stands for NULL, or NULL for {default}"
    return explained(Explanation(Cause.NULL_VERSUS_VALUE, detail, words))


def _other(where: str) -> str:
    return "source" if where == "target" else "target"


def _default(value: Scalar, form: Form) -> str | None:
    """The name of a value that often stands for NULL; None when it is none of these."""
    match form.kind:
        case FormKind.DATE:
            return _day(value, 1, INFINITE_DAYS)
        case FormKind.TIMESTAMP | FormKind.INSTANT:
            return _day(value, DAY_SECONDS * ticks(form.digits), INFINITE_COUNT)
        case FormKind.TIME:
            return "00:00" if value == 0 else None
        case FormKind.UUID:
            return "zeros" if isinstance(value, str) and not value.strip("0-") else None
    if isinstance(value, str):
        return _WORDS.get(value.strip(" ").lower())
    if isinstance(value, bool):
        return None if value else "false"
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return (
        str(int(value)) if isinstance(value, int | float | Decimal) and value in (0, -1) else None
    )


def _day(value: Scalar, day: int, infinite: int) -> str | None:
    """The name of a day, of so many counts, that stands for NULL more often than for itself."""
    if not isinstance(value, int):
        return None
    if abs(value) == infinite:
        return "infinity" if value > 0 else "-infinity"
    return None if value % day else _DAYS.get(value // day)
