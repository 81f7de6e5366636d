"""Canonical values and texts: two values are the same exactly if their texts are."""

import datetime as dt
import math
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.model.canonical_values import canonical_text, canonical_value
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, FormKind
from ombudsman.model.moments import INFINITE_COUNT, INFINITE_DAYS, moment_text, read_moment

# ruff: noqa: DTZ001 - the timestamps here have no zone, as those of the databases

K = FormKind
KATHMANDU = dt.timezone(dt.timedelta(hours=5, minutes=45))


def form(kind: FormKind, **more: Any) -> Form:
    return Form(kind=kind, **more)


def named(value: object) -> str:
    """The name of a parameter: the same in every process."""
    return "a view of bytes" if isinstance(value, memoryview) else str(value)


READ: list[tuple[Form, Any, Any]] = [
    (form(K.BOOLEAN), True, True),
    (form(K.BOOLEAN), 0, False),
    (form(K.BOOLEAN), " Yes", True),
    (form(K.BOOLEAN), "2", "2"),
    (form(K.INTEGER), True, 1),
    (form(K.INTEGER), Decimal("5.00"), 5),
    (form(K.INTEGER), "007", 7),
    (form(K.INTEGER), "1.5", Decimal("1.5")),
    (form(K.INTEGER), "n/a", "n/a"),
    (form(K.INTEGER), "1e99999", "1e99999"),
    (form(K.DECIMAL, scale=2), 5, Decimal(5)),
    (form(K.DECIMAL), Decimal("Infinity"), math.inf),
    (form(K.FLOAT64), Decimal("0.1"), 0.1),
    (form(K.FLOAT64), 2**53, 2.0**53),
    (form(K.FLOAT64), 2**53 + 1, 2**53 + 1),
    (form(K.FLOAT64), 10**400, 10**400),
    (form(K.FLOAT64), "-inf", -math.inf),
    (form(K.FLOAT32), 0.1, 0.10000000149011612),
    (form(K.FLOAT32), 1e300, 1e300),
    (form(K.DATE), dt.date(1969, 12, 31), -1),
    (form(K.DATE), dt.datetime(1970, 1, 2), 1),
    (form(K.DATE), "1970-01-02 00:00:00", 1),
    (form(K.DATE), "1970-01-02 00:00:01", "1970-01-02 00:00:01"),
    (form(K.DATE), "2023-02-29", "2023-02-29"),
    (form(K.DATE), "-infinity", -INFINITE_DAYS),
    (form(K.TIME), dt.time(0, 0, 1, 2), 1_000_002),
    (form(K.TIME), dt.time(1, tzinfo=dt.timezone(dt.timedelta(hours=2))), -3_600_000_000),
    (form(K.TIME), "24:00:00", 86_400_000_000),
    (form(K.TIME), "24:00:01", "24:00:01"),
    (form(K.TIMESTAMP), dt.date(1970, 1, 2), 86_400_000_000),
    (form(K.TIMESTAMP, digits=7), "1970-01-01 00:00:00.0000001", 1),
    (form(K.TIMESTAMP), "1970-01-01 00:00:00.0000001", "1970-01-01 00:00:00.0000001"),
    (form(K.TIMESTAMP), "2016-12-31 23:59:60", "2016-12-31 23:59:60"),
    (form(K.TIMESTAMP), "1970-01-01 00:00:00+02", "1970-01-01 00:00:00+02"),
    (form(K.TIMESTAMP), "infinity", INFINITE_COUNT),
    (form(K.INSTANT), dt.datetime(1970, 1, 1, 5, 45, tzinfo=KATHMANDU), 0),
    (form(K.INSTANT), dt.datetime(1970, 1, 1), 0),
    (form(K.INSTANT), "1970-01-01T05:45:00+05:45", 0),
    (form(K.INSTANT), "1969-12-31 18:00-0600", 0),
    (form(K.TEXT), "a ", "a "),
    (form(K.TEXT, padded=True), "a \t  ", "a \t"),
    (form(K.BINARY), "0x00FF", b"\x00\xff"),
    (form(K.BINARY), "\\x00ff", b"\x00\xff"),
    (form(K.BINARY), "0", "0"),
    (form(K.BINARY), memoryview(b"\x01"), b"\x01"),
    (form(K.UUID), UUID(int=0xA << 124), "a0000000-0000-0000-0000-000000000000"),
    (form(K.UUID, padded=True), "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11  ", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
]  # fmt: skip


@pytest.mark.parametrize(("as_form", "value", "expected"), READ, ids=named)
def test_a_value_is_read_in_its_form(as_form: Form, value: Any, expected: Any):
    found = canonical_value(value, as_form)
    assert found == expected
    assert type(found) is type(expected)


SAME: list[tuple[Form, Any, Any]] = [
    (form(K.FLOAT64), -0.0, 0.0),
    (form(K.FLOAT64), math.nan, Decimal("NaN")),
    (form(K.DECIMAL, scale=2), Decimal("-0.00"), 0),
    (form(K.DECIMAL), Decimal("1E+3"), Decimal("1000.000")),
    (form(K.JSON), '{"b": 1, "a": [1.0, null]}', '{"a":[1e0,null],"b":1.00}'),
    (form(K.JSON), '"\\u0041"', '"A"'),
    (form(K.JSON), {"a": [1, True]}, '{"a": [1, true]}'),
    (form(K.JSON), '{"a": 1, "a": 2}', '{"a": 2}'),
    (form(K.XML), "<?xml version='1.0'?><a y='1' x=\"2\"/>", '<a x="2" y="1"></a>'),
    (form(K.XML), "<a>&#65;</a>", "<a>A</a>"),
]
DIFFERENT: list[tuple[Form, Any, Any]] = [
    (form(K.TEXT), "", None),
    (form(K.TEXT), "é", "e\u0301"),
    (form(K.DATE), "19723", dt.date(2024, 1, 1)),
    (form(K.FLOAT64), "3ff8000000000000", 1.5),
    (form(K.FLOAT64), 2**53 + 1, 2.0**53),
    (form(K.FLOAT64), int("9007199254740993"), -3.0517578125e-05),
    (form(K.DECIMAL, scale=2), Decimal("1.23"), "1.239"),
    (form(K.JSON), "null", None),
    (form(K.JSON), "[1, 2]", "[2, 1]"),
    (form(K.JSON), "1", '"1"'),
    (form(K.JSON), "9007199254740993", "9007199254740992"),
    (form(K.XML), "<a> </a>", "<a></a>"),
    (form(K.XML), "<!DOCTYPE a><a/>", "<a/>"),
    (form(K.TIMESTAMP, digits=7), "2024-01-01 00:00:00.1234567", "2024-01-01 00:00:00.123456"),
]


@pytest.mark.parametrize(("as_form", "one", "other"), SAME, ids=str)
def test_representation_is_no_difference(as_form: Form, one: Any, other: Any):
    assert (canonical_value(one, as_form),) == (canonical_value(other, as_form),)
    assert canonical_text(one, as_form) == canonical_text(other, as_form)


@pytest.mark.parametrize(("as_form", "one", "other"), DIFFERENT, ids=str)
def test_differences_are_kept(as_form: Form, one: Any, other: Any):
    assert canonical_value(one, as_form) != canonical_value(other, as_form)
    assert canonical_text(one, as_form) != canonical_text(other, as_form)


@pytest.mark.parametrize(
    ("as_form", "value"), [(form(K.DATE), 5), (form(K.TEXT), b""), (form(K.BOOLEAN), dt.time())]
)
def test_a_value_that_never_stands_there_is_refused(as_form: Form, value: Any):
    with pytest.raises(Unsupported, match=as_form.kind.value):
        canonical_value(value, as_form)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "1e99999999999999999999", "NaN", "{1: 2}", "<a>" * 9, ""]
)
def test_what_is_no_document_stays_a_text(text: str):
    assert canonical_value(text, form(K.JSON)) == text
    assert canonical_value(text, form(K.XML)) == text


def test_a_short_number_stays_short():
    assert canonical_text("1e999999", form(K.JSON)) == "1e999999"


# ------------------------------------------------------------ the law

NUMBERS = (
    st.integers(-3, 3)
    | st.integers()
    | st.decimals(-2, 2, places=2)
    | st.decimals(allow_nan=True)
    | st.sampled_from(["0", "-0.0", "1", "1.0", "1.00", "x", "NaN", "01", "1e0"])
)
FLOATS = NUMBERS | st.floats() | st.sampled_from([0.1, 0.5, 2.0**53, 2**53 + 1, 2**53])
DAYS = (
    st.dates(dt.date(1969, 12, 30), dt.date(1970, 1, 3))
    | st.dates()
    | st.sampled_from(
        [
            "1970-01-01",
            "1970-01-01 00:00:00",
            "infinity",
            "-infinity",
            "0",
            "0001-01-01 BC",
            "20000-01-01",
            "",
        ]
    )
)
MOMENTS = (
    st.datetimes(dt.datetime(1969, 12, 31, 23, 59, 59), dt.datetime(1970, 1, 1, 0, 0, 1)) | DAYS
)
TEXTS = st.text("aA \x1f1-", max_size=3)
LAWS: list[tuple[Form, st.SearchStrategy[Any]]] = [
    (form(K.BOOLEAN), st.booleans() | st.sampled_from(["t", "f", "x", "0", "1"])),
    (form(K.INTEGER), NUMBERS),
    (form(K.DECIMAL, scale=2), NUMBERS),
    (form(K.DECIMAL), NUMBERS),
    (form(K.FLOAT64), FLOATS),
    (form(K.FLOAT32), FLOATS),
    (form(K.DATE), DAYS),
    (form(K.TIMESTAMP), MOMENTS),
    (form(K.INSTANT, digits=9), MOMENTS | st.datetimes(timezones=st.just(KATHMANDU))),
    (form(K.TIME), st.times() | st.sampled_from(["24:00:00", "00:00", "0", "86400000000"])),
    (form(K.TEXT), TEXTS),
    (form(K.TEXT, padded=True), TEXTS),
    (form(K.UUID), TEXTS | st.uuids()),
    (form(K.BINARY), st.binary(max_size=2) | st.sampled_from(["", "0x", "0a", "0A", "x"])),
    (form(K.JSON), st.sampled_from(["1", "1.0", "1e0", "x", '"1"', "[1]", "[1.0]", "[]", "null", "{}"])),
]  # fmt: skip


@pytest.mark.parametrize(("as_form", "values"), LAWS, ids=[str(each) for each, _ in LAWS])
@settings(max_examples=60)
@given(data=st.data())
def test_values_are_equal_exactly_if_their_texts_are(
    as_form: Form, values: st.SearchStrategy[Any], data: st.DataObject
):
    drawn = data.draw(st.lists(st.none() | values, min_size=2, max_size=12))
    by_value = {(canonical_value(each, as_form),) for each in drawn}
    by_text = {canonical_text(each, as_form) for each in drawn}
    by_both = {((canonical_value(each, as_form),), canonical_text(each, as_form)) for each in drawn}
    assert len(by_value) == len(by_text) == len(by_both)


@given(st.integers(-(10**20), 10**20), st.sampled_from([6, 7, 9]), st.booleans())
def test_a_moment_that_is_shown_can_be_read(count: int, digits: int, zoned: bool):
    text = moment_text(count, digits, zoned=zoned)
    if len(text.split("-", maxsplit=1)[0]) <= 7:
        assert read_moment(text, digits, zoned=zoned) == count
