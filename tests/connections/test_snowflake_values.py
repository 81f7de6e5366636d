"""What the server sends becomes Arrow and Python values that lose nothing. Without a server: batches made by hand."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.connections.snowflake_values import as_arrow, as_rows
from ombudsman.model.errors import Unsupported
from ombudsman.model.moments import moment_text

NARROW = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.decimal128(38, 0)]


def batch(kind: str, array: pa.Array, *, scale: int = 0, precision: int = 38) -> pa.RecordBatch:
    metadata = {"logicalType": kind, "scale": str(scale), "precision": str(precision)}
    return pa.record_batch([array], pa.schema([pa.field("V", array.type, metadata=metadata)]))


def both(made: pa.RecordBatch) -> tuple[pa.Array, list[Any]]:
    return as_arrow(made).column(0), [row[0] for row in as_rows(made)]


def struct(**parts: list[int | None]) -> pa.Array:
    """Snowflake's struct: the parts of a NULL are 0, and the NULL is the struct's."""
    first = next(iter(parts.values()))
    arrays = [
        pa.array([value or 0 for value in values], pa.int64() if name == "epoch" else pa.int32())
        for name, values in parts.items()
    ]
    fields = [
        pa.field(name, each.type, nullable=False) for name, each in zip(parts, arrays, strict=True)
    ]
    return pa.StructArray.from_arrays(
        arrays, fields=fields, mask=pa.array([v is None for v in first])
    )


@pytest.mark.parametrize("narrow", NARROW, ids=str)
@pytest.mark.parametrize(
    ("precision", "scale", "arrow", "expected"),
    [
        (18, 0, pa.int64(), [1, None, -1]),
        (38, 0, pa.decimal128(38, 0), [1, None, -1]),
        (12, 2, pa.decimal128(38, 2), [Decimal("0.01"), None, Decimal("-0.01")]),
        (38, 37, pa.decimal128(38, 37), [Decimal("1e-37"), None, Decimal("-1e-37")]),
    ],
)
def test_a_number_has_one_type_whatever_it_came_in(
    narrow: pa.DataType, precision: int, scale: int, arrow: pa.DataType, expected: list[Any]
):
    if pa.types.is_decimal(narrow):
        sent = pa.array(
            [Decimal(1).scaleb(-scale), None, Decimal(-1).scaleb(-scale)], pa.decimal128(38, scale)
        )
    else:
        sent = pa.array([1, None, -1], narrow)
    array, values = both(batch("FIXED", sent, precision=precision, scale=scale))
    assert array.type == arrow
    assert values == expected
    assert [None if v is None else type(v) for v in values] == [
        type(expected[0]),
        None,
        type(expected[0]),
    ]


def test_all_38_digits_survive():
    most = 10**38 - 1
    array, values = both(
        batch("FIXED", pa.array([Decimal(most), Decimal(-most)], pa.decimal128(38, 0)))
    )
    assert array.to_pylist() == values == [most, -most]


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
moments = st.tuples(st.integers(-62_135_596_800, 253_402_300_799), st.integers(0, 999_999_999))


@given(st.lists(st.none() | moments, min_size=1, max_size=5))
def test_a_moment_of_nine_digits_is_told_to_the_last(parts: list[tuple[int, int] | None]):
    sent = struct(epoch=[p and p[0] for p in parts], fraction=[p and p[1] for p in parts])
    if any(p and p[0] == 0 for p in parts):  # 0 is falsy, and here a moment
        sent = pa.StructArray.from_arrays(
            [
                pa.array([p[0] if p else 0 for p in parts], pa.int64()),
                pa.array([p[1] if p else 0 for p in parts], pa.int32()),
            ],
            names=["epoch", "fraction"],
            mask=pa.array([p is None for p in parts]),
        )
    array, values = both(batch("TIMESTAMP_NTZ", sent, scale=9))
    for told, text, value in zip(parts, array.to_pylist(), values, strict=True):
        if told is None:
            assert text is None
            assert value is None
            continue
        second, nano = told
        whole = EPOCH + dt.timedelta(seconds=second)
        assert text == f"{whole:%Y-%m-%d %H:%M:%S}".rjust(19, "0") + f".{nano:09d}"
        if nano % 1_000:
            assert value == moment_text(second * 10**9 + nano, 9, zoned=False)
        else:
            assert value == whole.replace(microsecond=nano // 1_000, tzinfo=None)


@pytest.mark.parametrize("kind", ["TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"])
@pytest.mark.parametrize("scale", [0, 3, 6])
def test_a_moment_of_few_digits_is_a_count(kind: str, scale: int):
    counts: list[int | None] = [-1, 0, None, 10**scale]
    if kind == "TIMESTAMP_TZ":
        sent = pa.StructArray.from_arrays(
            [pa.array([c or 0 for c in counts], pa.int64()), pa.array([1_770] * 4, pa.int32())],
            names=["epoch", "timezone"],
            mask=pa.array([c is None for c in counts]),
        )
    else:
        sent = pa.array(counts, pa.int64())
    array, values = both(batch(kind, sent, scale=scale))
    zoned = kind != "TIMESTAMP_NTZ"
    assert array.type == pa.timestamp("us", tz="UTC" if zoned else None)
    start = EPOCH if zoned else EPOCH.replace(tzinfo=None)
    step = dt.timedelta(seconds=1) / 10**scale
    assert values == [start - step, start, None, start + dt.timedelta(seconds=1)]


def test_an_instant_of_nine_digits_is_in_utc_whatever_its_offset():
    sent = struct(epoch=[1, None], fraction=[5, None], timezone=[1_440 + 330, None])
    array, values = both(batch("TIMESTAMP_TZ", sent, scale=9))
    assert array.to_pylist() == ["1970-01-01 00:00:01.000000005", None]
    assert values == ["1970-01-01 00:00:01.000000005+00", None]


@pytest.mark.parametrize(
    ("scale", "counts", "arrow", "expected"),
    [
        (0, [86_399, None], pa.time64("us"), [dt.time(23, 59, 59), None]),
        (6, [1, None], pa.time64("us"), [dt.time(0, 0, 0, 1), None]),
        (9, [86_399_999_999_999, None], pa.time64("ns"), ["23:59:59.999999999", None]),
        (9, [1_000, None], pa.time64("ns"), [dt.time(0, 0, 0, 1), None]),
    ],
)
def test_a_time_of_day(scale: int, counts: list[Any], arrow: pa.DataType, expected: list[Any]):
    array, values = both(batch("TIME", pa.array(counts, pa.int64()), scale=scale))
    assert array.type == arrow
    assert values == expected


@pytest.mark.parametrize("kind", ["TEXT", "VARIANT", "OBJECT", "ARRAY", "GEOGRAPHY", "GEOMETRY"])
def test_what_has_no_form_of_its_own_is_a_text(kind: str):
    array, values = both(batch(kind, pa.array(['{"a": 1}', None])))
    assert array.type == pa.string()
    assert values == ['{"a": 1}', None]


def test_what_has_no_form_at_all_is_told_with_its_column():
    with pytest.raises(Unsupported, match="'V' is a VECTOR"):
        as_arrow(batch("VECTOR", pa.array([[1.0]])))


@pytest.mark.parametrize(
    ("kind", "sent", "expected"),
    [
        ("DATE", pa.array([2_932_896, 2_932_897], pa.date32()), [dt.date(9999, 12, 31), "10000-01-01"]),
        ("DATE", pa.array([-719_162, -719_163], pa.date32()), [dt.date(1, 1, 1), "0001-12-31 BC"]),
        ("TIMESTAMP_NTZ", pa.array([253_402_300_800]), ["10000-01-01 00:00:00"]),
        ("TIMESTAMP_NTZ", pa.array([-62_135_596_801]), ["0001-12-31 23:59:59 BC"]),
        ("TIMESTAMP_LTZ", pa.array([253_402_300_800]), ["10000-01-01 00:00:00+00"]),
    ],
)  # fmt: skip
def test_what_python_has_no_date_for_comes_as_text(kind: str, sent: pa.Array, expected: list[Any]):
    _, values = both(batch(kind, sent))
    assert values == expected
