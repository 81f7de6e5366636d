"""Laws of values: equal facts are equal and hash alike, and JSON rounds nothing."""

import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.model.values import comparable, exact, to_json_value

moment = dt.datetime.fromisoformat

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False),
    st.text(),
    st.binary(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.timedeltas(),
    st.uuids(),
    st.lists(st.one_of(st.none(), st.integers(), st.datetimes()), max_size=3),
)


@given(values)
def test_what_was_made_comparable_stays_as_it_is(value: Any) -> None:
    once = comparable(value)
    assert [comparable(once)] == [once]  # in a list, NaN is itself


@given(values)
def test_comparable_values_can_be_keys(value: Any) -> None:
    assert comparable(value) in {comparable(value): "there"}


@given(
    st.datetimes(min_value=moment("0002-01-01T00:00:00"), max_value=moment("9998-01-01T00:00:00")),
    st.integers(-12, 14),
)
def test_an_instant_is_the_same_in_every_zone(naive: dt.datetime, hours: int) -> None:
    instant = naive.replace(tzinfo=dt.UTC)
    elsewhere = instant.astimezone(dt.timezone(dt.timedelta(hours=hours)))
    assert comparable(elsewhere) == comparable(instant) == comparable(naive)


@given(st.dates())
def test_a_date_is_its_midnight(date: dt.date) -> None:
    midnight = dt.datetime.combine(date, dt.time())
    assert comparable(midnight) == comparable(date) == date
    assert hash(comparable(midnight)) == hash(comparable(date))
    assert type(comparable(midnight)) is dt.date


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, Decimal("1.00")),
        (1.5, Decimal("1.5")),
        (True, 1),
        (math.nan, float("nan")),
        (Decimal("NaN"), float("nan")),
        (UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        (bytearray(b"x"), b"x"),
        ([1, moment("2024-01-01T00:00:00")], (1, dt.date(2024, 1, 1))),
    ],
)
def test_these_are_one_fact(one: Any, other: Any) -> None:
    assert {(comparable(one),): "there"}[(comparable(other),)] == "there"


def test_a_timestamp_that_is_no_midnight_keeps_its_time() -> None:
    told = moment("2024-01-01T00:00:00.000001")
    assert comparable(told) == told


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (Decimal("1.10"), Decimal("1.1")),
        (True, Decimal(1)),
        (2**70, Decimal(2**70)),
        (0.1, Decimal("0.1000000000000000055511151231257827021181583404541015625")),
        (dt.timedelta(days=-1, microseconds=1), Decimal(-86_399_999_999)),
        ("1", None),
        (None, None),
        (dt.date(2024, 1, 1), None),
    ],
)
def test_a_number_is_exact(value: Any, number: Decimal | None) -> None:
    assert exact(value) == number


# ------------------------------------------------------------ JSON


@given(values)
def test_every_value_can_be_written_as_strict_json(value: Any) -> None:
    json.dumps(to_json_value(value), allow_nan=False)


@given(st.integers())
def test_no_reader_rounds_an_integer(number: int) -> None:
    written = to_json_value(number)
    assert int(written) == number
    if isinstance(written, int):
        assert int(float(written)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_no_reader_rounds_a_decimal(number: Decimal) -> None:
    written = to_json_value(number)
    assert isinstance(written, str)
    assert Decimal(written) == number
    assert "E" not in written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_read_back_as_itself(number: float) -> None:
    assert json.loads(json.dumps(to_json_value(number))) == number


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (Decimal("NaN"), "NaN"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50"), "1.50"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (moment("2024-02-29T01:02:03"), "2024-02-29T01:02:03"),
        (dt.datetime(2024, 2, 29, tzinfo=dt.UTC), "2024-02-29T00:00:00+00:00"),
        (dt.time(23, 59, 59, 999_999), "23:59:59.999999"),
        (b"\x00\xff", "00ff"),
        ({"a": Decimal("0.1"), 1: None}, {"a": "0.1", "1": None}),
        ((1, [Decimal(2)]), [1, ["2"]]),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_are_written_so(value: Any, written: Any) -> None:
    assert to_json_value(value) == written
    assert type(to_json_value(value)) is type(written)
