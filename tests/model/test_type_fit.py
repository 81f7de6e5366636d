"""Which types fit into which: each row of the table, and the law behind the numbers."""

from decimal import Decimal as Number

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.model.type_fit import Fit, fit
from ombudsman.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
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

UNBOUNDED = Decimal(precision=None, scale=None)
SIGNIFICANT = Decimal(precision=15, scale=None)

LOSSLESS: list[tuple[DataType, DataType]] = [
    (Integer(bits=32), Integer(bits=32)),
    (Integer(bits=32), Integer(bits=64)),
    (Integer(bits=8, signed=False), Integer(bits=16)),
    (Integer(bits=32, signed=False), Integer(bits=64)),
    (Integer(bits=32), Decimal(precision=10, scale=0)),
    (Integer(bits=32), Decimal(precision=12, scale=2)),
    (Integer(bits=64), UNBOUNDED),
    (Integer(bits=32), Float(bits=64)),
    (Integer(bits=16), Float(bits=32)),
    (Decimal(precision=10, scale=2), Decimal(precision=18, scale=4)),
    (Decimal(precision=10, scale=2), UNBOUNDED),
    (Decimal(precision=10, scale=2), SIGNIFICANT),
    (UNBOUNDED, UNBOUNDED),
    (Decimal(precision=9, scale=0), Integer(bits=32)),
    (Decimal(precision=15, scale=0), Float(bits=64)),
    (Decimal(precision=7, scale=0), Float(bits=32)),
    (Float(bits=32), Float(bits=64)),
    (Boolean(), Integer(bits=8)),
    (Boolean(), Decimal(precision=1, scale=0)),
    (Boolean(), Boolean()),
    (Text(length=10), Text(length=10)),
    (Text(length=10), Text()),
    (Text(length=10, unicode=False), Text(length=10, unicode=True)),
    (Text(length=3, fixed=True), Text(length=3)),
    (Uuid(), Uuid()),
    (Uuid(), Text(length=36)),
    (Uuid(), Text()),
    (Json(), Json()),
    (Json(), Text()),
    (Xml(), Text()),
    (Binary(length=8), Binary(length=16)),
    (Binary(length=8), Binary()),
    (Date(), Date()),
    (Date(), Timestamp()),
    (Timestamp(precision=3), Timestamp(precision=6)),
    (Timestamp(zone=True), Timestamp(zone=True)),
    (Time(precision=0), Time(precision=6)),
    (Interval(), Interval()),
    (Unknown(name="HIERARCHYID"), Unknown(name="hierarchyid")),
]

NARROWER: list[tuple[DataType, DataType, str]] = [
    (Integer(bits=64), Integer(bits=32), "64 bits become 32"),
    (Integer(bits=32), Integer(bits=64, signed=False), "negative numbers do not fit"),
    (Integer(bits=32, signed=False), Integer(bits=32), "32 bits become 32"),
    (Integer(bits=32), Decimal(precision=9, scale=0), "10 digits before the point become 9"),
    (Integer(bits=64), Float(bits=64), "whole numbers beyond 2^53 are rounded"),
    (Integer(bits=32), Float(bits=32), "whole numbers beyond 2^24 are rounded"),
    (
        Decimal(precision=10, scale=4),
        Decimal(precision=10, scale=2),
        "4 digits behind the point become 2",
    ),
    (
        Decimal(precision=10, scale=2),
        Decimal(precision=10, scale=4),
        "8 digits before the point become 6",
    ),
    (UNBOUNDED, Decimal(precision=38, scale=10), "unbounded digits become 38, 10 behind the point"),
    (
        SIGNIFICANT,
        Decimal(precision=38, scale=2),
        "15 significant digits become 38, 2 behind the point",
    ),
    (Decimal(precision=18, scale=2), SIGNIFICANT, "18 digits become 15"),
    (Decimal(precision=10, scale=0), Integer(bits=32), "10 digits before the point become 9"),
    (Decimal(precision=4, scale=1), Integer(bits=64), "1 digits behind the point become 0"),
    (Decimal(precision=4, scale=0), Integer(bits=64, signed=False), "negative numbers do not fit"),
    (Decimal(precision=16, scale=0), Float(bits=64), "whole numbers beyond 2^53 are rounded"),
    (Decimal(precision=8, scale=0), Float(bits=32), "whole numbers beyond 2^24 are rounded"),
    (Decimal(precision=4, scale=1), Float(bits=64), "an exact decimal becomes a binary fraction"),
    (Float(bits=64), Float(bits=32), "double becomes single precision"),
    (Float(bits=64), UNBOUNDED, "a floating-point number is cut to a fixed scale"),
    (Float(bits=32), Integer(bits=64), "a floating-point number is cut to a fixed scale"),
    (Boolean(), Decimal(precision=1, scale=1), "1 digits before the point become 0"),
    (Text(length=50), Text(length=40), "50 characters become 40"),
    (Text(), Text(length=8000), "unbounded characters become 8000"),
    (
        Text(length=10),
        Text(length=10, unicode=False),
        "characters outside the target's code page are lost",
    ),
    (Uuid(), Text(length=35), "36 characters do not fit"),
    (Json(), Text(length=100), "cut at 100 characters"),
    (Xml(), Text(length=100), "cut at 100 characters"),
    (Binary(length=16), Binary(length=8), "16 bytes become 8"),
    (Binary(), Binary(length=8), "unbounded bytes become 8"),
    (Timestamp(), Date(), "the time of day is lost"),
    (Timestamp(zone=True), Date(), "the time of day is lost"),
    (Timestamp(precision=7), Timestamp(precision=6), "7 digits of a second become 6"),
    (Time(precision=7), Time(precision=6), "7 digits of a second become 6"),
]

DIFFERENT: list[tuple[DataType, DataType, str]] = [
    (Timestamp(), Timestamp(zone=True), "timestamp without zone becomes one with"),
    (Timestamp(zone=True), Timestamp(), "timestamp with zone becomes one without"),
    (Time(), Time(zone=True), "time without zone becomes one with"),
    (Date(), Timestamp(zone=True), "date becomes timestamp"),
    (Date(), Text(), "date becomes text"),
    (Text(), Date(), "text becomes date"),
    (Integer(), Text(), "integer becomes text"),
    (Integer(), Boolean(), "integer becomes boolean"),
    (Boolean(), Float(), "boolean becomes float"),
    (Boolean(), Text(), "boolean becomes text"),
    (Text(), Binary(), "text becomes binary"),
    (Uuid(), Binary(length=16), "uuid becomes binary"),
    (Json(), Xml(), "json becomes xml"),
    (Unknown(name="hierarchyid"), Unknown(name="geography"), "hierarchyid becomes geography"),
    (Unknown(name="geography"), Text(), "geography becomes text"),
    (Text(), Unknown(name="geography"), "text becomes geography"),
]


@pytest.mark.parametrize(("source", "target"), LOSSLESS)
def test_these_fit(source: DataType, target: DataType) -> None:
    assert fit(source, target).fit is Fit.LOSSLESS
    assert fit(source, target).reason == ""


@pytest.mark.parametrize(("source", "target", "reason"), NARROWER)
def test_these_lose_something(source: DataType, target: DataType, reason: str) -> None:
    answer = fit(source, target)
    assert (answer.fit, answer.reason) == (Fit.NARROWER, reason)


@pytest.mark.parametrize(("source", "target", "reason"), DIFFERENT)
def test_these_are_another_kind_of_thing(source: DataType, target: DataType, reason: str) -> None:
    answer = fit(source, target)
    assert (answer.fit, answer.reason) == (Fit.DIFFERENT, reason)


def _decimals() -> st.SearchStrategy[Decimal]:
    return st.tuples(st.integers(1, 38), st.integers(0, 38)).map(
        lambda both: Decimal(precision=both[0], scale=min(both))
    )


types = st.one_of(
    st.builds(Integer, bits=st.sampled_from([8, 16, 32, 64, 128]), signed=st.booleans()),
    _decimals(),
    st.builds(Text, length=st.one_of(st.none(), st.integers(1, 50))),
    st.builds(Timestamp, precision=st.integers(0, 9), zone=st.booleans()),
)


@given(types)
def test_every_type_fits_into_itself(data_type: DataType) -> None:
    assert fit(data_type, data_type).fit is Fit.LOSSLESS


def test_what_fits_twice_is_not_narrower_at_once() -> None:
    """A Boolean fits into a number and that into a float; at once it is another kind of thing, but it loses nothing."""
    pool = [source for source, _ in LOSSLESS] + [target for _, target in LOSSLESS]
    into = {
        one: [two for two in pool if fit(one, two).fit is Fit.LOSSLESS]
        for one in dict.fromkeys(pool)
    }
    losing = [
        (one, two, three)
        for one, twos in into.items()
        for two in twos
        for three in into[two]
        if fit(one, three).fit is Fit.NARROWER
    ]
    assert losing == []


@given(_decimals(), _decimals())
def test_a_decimal_fits_when_its_largest_and_smallest_digits_do(
    source: Decimal, target: Decimal
) -> None:
    held = _largest(source) <= _largest(target) and _step(source) >= _step(target)
    assert (fit(source, target).fit is Fit.LOSSLESS) == held


def _largest(data_type: Decimal) -> Number:
    assert data_type.precision is not None
    return (10 ** Number(data_type.precision) - 1) * _step(data_type)


def _step(data_type: Decimal) -> Number:
    assert data_type.scale is not None
    return Number(1).scaleb(-data_type.scale)
