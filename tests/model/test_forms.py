"""The form of a pair of types, and how canonical values are shown."""

import math
from decimal import Decimal
from typing import Any

import pytest

from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, FormKind, form_of, shown
from ombudsman.model.moments import INFINITE_COUNT, INFINITE_DAYS
from ombudsman.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Float,
    Integer,
    Interval,
    Json,
    Text,
    Time,
    Timestamp,
    Unknown,
    Uuid,
    Xml,
)
from ombudsman.model.types import Decimal as DecimalType


def decimal(precision: int | None, scale: int | None) -> DecimalType:
    return DecimalType(precision=precision, scale=scale)


K = FormKind
PAIRS: list[tuple[DataType, DataType, dict[str, Any]]] = [
    (Boolean(), Boolean(), {"kind": K.BOOLEAN}),
    (Boolean(), Integer(bits=16), {"kind": K.INTEGER}),
    (Boolean(), decimal(1, 0), {"kind": K.DECIMAL, "scale": 0}),
    (Integer(bits=32), Integer(), {"kind": K.INTEGER}),
    (Integer(), decimal(38, 4), {"kind": K.DECIMAL, "scale": 4}),
    (decimal(10, 2), decimal(18, 4), {"kind": K.DECIMAL, "scale": 4}),
    (decimal(38, 37), decimal(10, 2), {"kind": K.DECIMAL, "scale": 37}),
    (decimal(38, 38), decimal(10, 2), {"kind": K.DECIMAL, "scale": None}),
    (decimal(None, None), decimal(10, 2), {"kind": K.DECIMAL, "scale": None}),
    (decimal(3, -2), Integer(), {"kind": K.DECIMAL, "scale": 0}),
    (Float(), Float(bits=32), {"kind": K.FLOAT64}),
    (Float(bits=32), Float(bits=32), {"kind": K.FLOAT32}),
    (Float(), decimal(10, 2), {"kind": K.FLOAT64, "hashable": False}),
    (Float(bits=32), decimal(10, 2), {"kind": K.FLOAT32, "hashable": False}),
    (Float(bits=32), Integer(), {"kind": K.FLOAT64, "hashable": False}),
    (Date(), Date(), {"kind": K.DATE}),
    (Date(), Timestamp(precision=3), {"kind": K.TIMESTAMP}),
    (Date(), Timestamp(precision=9, zone=True), {"kind": K.INSTANT, "digits": 9}),
    (Timestamp(precision=0), Timestamp(precision=3), {"kind": K.TIMESTAMP, "digits": 6}),
    (Timestamp(precision=7), Timestamp(precision=6), {"kind": K.TIMESTAMP, "digits": 7}),
    (Timestamp(precision=7), Timestamp(precision=9), {"kind": K.TIMESTAMP, "digits": 9}),
    (Timestamp(), Timestamp(zone=True), {"kind": K.INSTANT}),
    (Time(precision=7), Time(), {"kind": K.TIME, "digits": 7}),
    (Time(zone=True), Time(), {"kind": K.TIME, "hashable": False}),
    (Text(length=4), Text(), {"kind": K.TEXT}),
    (Text(length=4, fixed=True), Text(), {"kind": K.TEXT, "padded": True}),
    (Binary(), Binary(length=8, fixed=True), {"kind": K.BINARY}),
    (Uuid(), Uuid(), {"kind": K.UUID}),
    (Uuid(), Text(length=36), {"kind": K.UUID}),
    (Uuid(), Text(length=36, fixed=True), {"kind": K.UUID, "padded": True}),
    (Json(), Json(), {"kind": K.JSON, "hashable": False}),
    (Json(), Text(), {"kind": K.JSON, "hashable": False}),
    (Xml(), Text(), {"kind": K.XML, "hashable": False}),
    (Text(), Date(), {"kind": K.DATE, "hashable": False}),
    (Text(), Timestamp(precision=9), {"kind": K.TIMESTAMP, "digits": 9, "hashable": False}),
    (Text(), decimal(10, 2), {"kind": K.DECIMAL, "scale": 2, "hashable": False}),
    (Text(), Boolean(), {"kind": K.BOOLEAN, "hashable": False}),
    (Text(), Binary(), {"kind": K.BINARY, "hashable": False}),
]


@pytest.mark.parametrize(("source", "target", "form"), PAIRS, ids=str)
def test_a_pair_has_the_form_that_forgets_nothing(
    source: DataType, target: DataType, form: dict[str, Any]
):
    assert form_of(source, target) == form_of(target, source) == Form(**form)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (Date(), Boolean()),
        (Integer(), Timestamp()),
        (Time(), Timestamp()),
        (Uuid(), Binary(length=16)),
        (Json(), Xml()),
        (Interval(), Interval()),
        (Interval(), Text()),
        (Unknown(name="int4range"), Unknown(name="int4range")),
        (Unknown(name="int4range"), Text()),
    ],
    ids=str,
)
def test_what_has_nothing_in_common_is_refused_by_name(source: DataType, target: DataType):
    with pytest.raises(Unsupported) as caught:
        form_of(source, target)
    for each in (source, target):
        assert (each.name if isinstance(each, Unknown) else each.kind) in caught.value.message
    assert caught.value.hint


SHOWN: list[tuple[FormKind, int, Any, str | None]] = [
    (K.INTEGER, 6, None, None),
    (K.BOOLEAN, 6, True, "true"),
    (K.BOOLEAN, 6, False, "false"),
    (K.INTEGER, 6, -(2**70), "-1180591620717411303424"),
    (K.DECIMAL, 6, Decimal("1E+3"), "1000"),
    (K.DECIMAL, 6, Decimal("-0.000000010"), "-0.000000010"),
    (K.DECIMAL, 6, Decimal("NaN"), "NaN"),
    (K.FLOAT64, 6, 0.1, "0.1"),
    (K.FLOAT64, 6, 1e300, "1e+300"),
    (K.FLOAT64, 6, math.nan, "NaN"),
    (K.FLOAT64, 6, -math.inf, "-Infinity"),
    (K.TEXT, 6, "a ", "a "),
    (K.BINARY, 6, b"\x00\xff", "00ff"),
    (K.DATE, 6, 0, "1970-01-01"),
    (K.DATE, 6, -719_162, "0001-01-01"),
    (K.DATE, 6, -719_163, "0001-12-31 BC"),
    (K.DATE, 6, 2_932_896, "9999-12-31"),
    (K.DATE, 6, 2_932_897, "10000-01-01"),
    (K.DATE, 6, -735_160, "0044-03-15 BC"),
    (K.DATE, 6, INFINITE_DAYS, "infinity"),
    (K.DATE, 6, "31.12.", "31.12."),
    (K.TIME, 6, 86_400_000_000, "24:00:00"),
    (K.TIME, 6, 1, "00:00:00.000001"),
    (K.TIMESTAMP, 6, -1, "1969-12-31 23:59:59.999999"),
    (K.TIMESTAMP, 9, 1_500_000_000, "1970-01-01 00:00:01.5"),
    (K.TIMESTAMP, 7, -INFINITE_COUNT, "-infinity"),
    (K.TIMESTAMP, 6, 253_402_300_799_999_999, "9999-12-31 23:59:59.999999"),
    (K.INSTANT, 6, 0, "1970-01-01 00:00:00+00"),
]


@pytest.mark.parametrize(("kind", "digits", "scalar", "expected"), SHOWN)
def test_values_are_shown_as_people_read_them(
    kind: FormKind, digits: int, scalar: Any, expected: str | None
):
    assert shown(scalar, Form(kind=kind, digits=digits)) == expected
