"""Each pair of dates, times and moments that differ gets the cause that explains it, and no tempting one."""

import pytest

from ombudsman.compare.causes import Judgement, judge
from ombudsman.model.equality import Equality
from ombudsman.model.forms import Form, FormKind
from ombudsman.model.moments import read_days, read_moment, read_time
from ombudsman.model.rows import Cause

DATE = Form(kind=FormKind.DATE)
TIME = Form(kind=FormKind.TIME)
MICROS = Form(kind=FormKind.TIMESTAMP, digits=6)
HUNDREDS = Form(kind=FormKind.TIMESTAMP, digits=7)
NANOS = Form(kind=FormKind.TIMESTAMP, digits=9)
INSTANT = Form(kind=FormKind.INSTANT)


def count(text: str | None, form: Form) -> int | None:
    """The canonical value of a written one; where the form has no date, of the time of a certain day."""
    if text is None:
        return None
    match form.kind:
        case FormKind.DATE:
            found = read_days(text)
        case FormKind.TIME:
            found = read_time(text, form.digits)
        case _:
            found = read_moment(text, form.digits, zoned=form.kind is FormKind.INSTANT)
    assert found is not None
    return found


DAY = "2024-01-01 "
EARLY = "1960-01-01 "

PRECISION = [
    (MICROS, "10:00:00.123456", "10:00:00.123", "to milliseconds, truncated"),
    (MICROS, "10:00:00.123556", "10:00:00.124", "to milliseconds, rounded"),
    (MICROS, "10:00:00.1234", "10:00:00.12", "to 2 digits of a second, truncated"),
    (MICROS, "10:00:00.7", "10:00:00", "to seconds, truncated"),
    (MICROS, "10:00:59.7", "10:01:00", "to seconds, rounded"),
    (MICROS, "10:00:31", "10:01:00", "to minutes, rounded"),
    (MICROS, "10:00:31", "10:00:00", "to minutes, truncated"),
    (HUNDREDS, "10:00:00.1234567", "10:00:00.123456", "to microseconds, truncated"),
    (NANOS, "10:00:00.123456789", "10:00:00.1234567", "to 7 digits of a second, truncated"),
    (MICROS, "10:00:00.003333", "10:00:00.003", "1/300 s of datetime"),
    (MICROS, "10:00:00.007", "10:00:00.006667", "1/300 s of datetime"),
    (HUNDREDS, "10:00:00.0033333", "10:00:00.003", "1/300 s of datetime"),
    (MICROS, "10:00:00.126", "10:00:00.127", "to 1/300 s"),
    (MICROS, "10:00:00.126", "10:00:00.126667", "to 1/300 s"),
    (MICROS, "10:31:00", "00:00:00", "to days, truncated"),
    (MICROS, "02:00:00", "00:00:00", "to days, truncated"),
    (INSTANT, "10:31:00.5", "00:00:00", "to days, truncated"),
]

BEFORE_1970 = [
    (HUNDREDS, "10:00:00.1234567", "10:00:00.123456", "to microseconds, truncated"),
    (HUNDREDS, "10:00:00.1234567", "10:00:00.123457", "to microseconds, truncated towards 1970"),
    (MICROS, "10:00:00.0001", "10:00:00.001", "to milliseconds, truncated towards 1970"),
    (MICROS, "10:00:00.0005", "10:00:00", "to milliseconds, truncated"),
    (MICROS, "10:00:00.006667", "10:00:00.007", "1/300 s of datetime"),
    (MICROS, "10:31:00", "00:00:00", "to days, truncated"),
]

ZONES = [
    (MICROS, DAY + "10:00:00", DAY + "12:00:00", "+02:00"),
    (MICROS, DAY + "10:00:00.123456", DAY + "09:00:00.123456", "-01:00"),
    (INSTANT, DAY + "02:00:00", "2023-12-31 20:30:00", "-05:30"),
    (MICROS, DAY + "10:00:00", DAY + "15:45:00", "+05:45"),
    (MICROS, DAY + "10:00:00", "2024-01-02 00:00:00", "+14:00"),
    (TIME, "23:00:00", "01:00:00", "+02:00"),
    (TIME, "01:00:00", "23:00:00", "-02:00"),
    (MICROS, DAY + "10:00:00.123456", DAY + "12:00:00.123", "+02:00, to milliseconds, truncated"),
    (MICROS, DAY + "10:00:00.003333", DAY + "12:00:00.003", "+02:00, 1/300 s of datetime"),
]

OTHERS = [
    (DATE, "2024-01-01", "2024-01-02", "a day later"),
    (DATE, "2024-01-01", "2023-12-31", "a day earlier"),
    (DATE, "2024-05-03", "2024-03-05", "day and month exchanged"),
    (DATE, "2024-01-01", "2024-01-03", None),
    (DATE, "infinity", "9999-12-31", None),
    (DATE, "0044-03-15 BC", "0044-03-16", None),
    (MICROS, "2024-05-03 10:31:00", "2024-03-05 10:31:00", "day and month exchanged"),
    (MICROS, DAY + "10:00:00", DAY + "10:07:00", None),
    (MICROS, DAY + "10:00:00", "2024-01-02 00:15:00", None),  # no zone is 14:15 away
    (MICROS, DAY + "10:00:00", "2024-01-02 10:00:00", None),  # nor a day
    (MICROS, DAY + "10:00:00.123456", DAY + "10:00:00.123999", None),
    (MICROS, DAY + "10:00:00.1", DAY + "10:00:02", None),
    (MICROS, DAY + "10:00:10", DAY + "10:00:11", None),
    (MICROS, DAY + "10:00:00.5", DAY + "12:00:02", None),
    (MICROS, DAY + "23:50:00", "2024-01-02 00:00:00", None),  # no day is rounded up
    (MICROS, "infinity", "9999-12-31", None),
    (MICROS, "infinity", "-infinity", None),
    (TIME, "10:00:00", "10:07:00", None),
]

NULLS = [
    (DATE, None, "1900-01-01", "NULL in source, a default in target: 1900-01-01"),
    (DATE, "9999-12-31", None, "NULL in target, a default in source: 9999-12-31"),
    (DATE, None, "1900-01-02", "NULL in source"),
    (DATE, None, "infinity", "NULL in source, a default in target: infinity"),
    (MICROS, None, "1900-01-01 00:00:00", "NULL in source, a default in target: 1900-01-01"),
    (NANOS, None, "1970-01-01 00:00:00", "NULL in source, a default in target: 1970-01-01"),
    (MICROS, None, "1900-01-01 00:00:01", "NULL in source"),
    (INSTANT, "infinity", None, "NULL in target, a default in source: infinity"),
    (TIME, None, "00:00:00", "NULL in source, a default in target: 00:00"),
    (TIME, None, "00:00:01", "NULL in source"),
]

TABLE = [
    *((form, DAY + s, DAY + t, Cause.TIME_PRECISION, told) for form, s, t, told in PRECISION),
    *((form, EARLY + s, EARLY + t, Cause.TIME_PRECISION, told) for form, s, t, told in BEFORE_1970),
    *((form, s, t, Cause.TIME_ZONE, told) for form, s, t, told in ZONES),
    *((form, s, t, Cause.NULL_VERSUS_VALUE, told) for form, s, t, told in NULLS),
    *((form, s, t, Cause.OTHER, told) for form, s, t, told in OTHERS),
    (TIME, "23:59:59.9999", "00:00:00", Cause.TIME_PRECISION, "to milliseconds, rounded"),
]


@pytest.mark.parametrize(("form", "source", "target", "cause", "detail"), TABLE)
def test_a_pair_gets_the_first_cause_that_explains_it(
    form: Form, source: str | None, target: str | None, cause: Cause, detail: str | None
) -> None:
    judgement = judge(count(source, form), count(target, form), form)
    assert judgement == Judgement(accepted=False, cause=cause, detail=detail)


FORGIVEN = [
    (MICROS, DAY + "10:00:00.123456", DAY + "10:00:00.1239", 3, "truncate", "to milliseconds"),
    (MICROS, DAY + "10:00:00.6", DAY + "10:00:01", 0, "round", "to seconds"),
    (MICROS, DAY + "10:00:00.003333", DAY + "10:00:00.003", 3, "round", "to milliseconds"),
    (
        HUNDREDS,
        EARLY + "10:00:00.9999999",
        EARLY + "10:00:00.999999",
        6,
        "truncate",
        "to microseconds",
    ),
    (HUNDREDS, EARLY + "10:00:00.0000005", EARLY + "10:00:00", 6, "round", "to microseconds"),
    (TIME, "23:59:59.9999", "00:00:00", 3, "round", "to milliseconds"),
    (TIME, "23:59:59.9999", "24:00:00", 3, "round", "to milliseconds"),
]


@pytest.mark.parametrize(("form", "source", "target", "digits", "cut", "detail"), FORGIVEN)
def test_digits_of_a_second_that_do_not_count_are_forgiven(
    form: Form, source: str, target: str, digits: int, cut: str, detail: str
) -> None:
    equality = Equality.model_validate({"second_digits": digits, "cut": cut})
    pair = count(source, form), count(target, form)
    way = {"truncate": "truncated", "round": "rounded"}[cut]
    assert judge(*pair, form, equality) == Judgement(True, Cause.TIME_PRECISION, f"{detail}, {way}")
    assert judge(*pair, form) != judge(*pair, form, equality)


NOT_FORGIVEN = [
    (MICROS, DAY + "10:00:00.1239", DAY + "10:00:00.124", 3, "truncate"),
    (MICROS, DAY + "10:00:00.1239", DAY + "10:00:00.123", 3, "round"),
    (MICROS, EARLY + "10:00:00.0001", EARLY + "10:00:00.001", 3, "truncate"),
    (MICROS, DAY + "10:00:00", DAY + "12:00:00", 0, "truncate"),
    (MICROS, DAY + "10:00:00.000001", DAY + "10:00:00", 9, "truncate"),
    (TIME, "00:00:00", "24:00:00", 3, "round"),
]


@pytest.mark.parametrize(("form", "source", "target", "digits", "cut"), NOT_FORGIVEN)
def test_nothing_else_is_forgiven(
    form: Form, source: str, target: str, digits: int, cut: str
) -> None:
    equality = Equality.model_validate({"second_digits": digits, "cut": cut})
    judgement = judge(count(source, form), count(target, form), form, equality)
    assert judgement is not None
    assert not judgement.accepted


def test_infinity_is_itself() -> None:
    assert judge(count("infinity", MICROS), count("infinity", MICROS), MICROS) is None


def test_a_text_that_is_no_date_is_a_difference() -> None:
    assert judge(count("2024-01-01", DATE), "2024-13-01", DATE) == Judgement(
        False, Cause.OTHER, "no date in target"
    )
    assert judge("someday", "someday ", DATE) == Judgement(
        False, Cause.TRAILING_SPACE, "1 blank gained"
    )
