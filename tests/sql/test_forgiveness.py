"""Values are read as those that stand for all that count as equal to them, in words that each dialect has.

By execution this is proven in `tests/validators/test_policies.py`, on both engines.
"""

from decimal import Decimal
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime, Double, Numeric, String, column
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect

from ombudsman.model import types
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.types import DataType
from ombudsman.sql.conditions import parse_condition
from ombudsman.sql.forgiveness import forgiven, forgiven_constant, forgiven_text, forgives

TEXT = types.Text()
COLUMNS: dict[str, Any] = {
    "text": String(),
    "decimal": Numeric(),
    "float": Double(),
    "timestamp": DateTime(),
    "time": DateTime(),
    "integer": Numeric(),
}


class Snowflake(DefaultDialect):
    name = "snowflake"


class DuckDb(DefaultDialect):
    name = "duckdb"


DIALECTS = {
    "tsql": registry.load("mssql")(),
    "snowflake": Snowflake(),
    "postgres": registry.load("postgresql")(),
    "duckdb": DuckDb(),
}


def said(equality: Equality, data_type: DataType, dialect: Any) -> str:
    value = column("x", COLUMNS[data_type.kind])
    read = forgiven(value, equality, data_type)
    return str(read.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


EVERYTHING = Equality(
    trailing_blanks="ignored",
    letter_case="ignored",
    empty_is_null=True,
    decimals=2,
    second_digits=3,
)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("cut", ["truncate", "round"])
@pytest.mark.parametrize(
    "data_type",
    [TEXT, types.Decimal(scale=4), types.Float(), types.Timestamp(), types.Time()],
    ids=lambda each: each.kind,
)
def test_every_dialect_has_words_for_it(dialect: str, cut: str, data_type: DataType):
    equality = EVERYTHING.model_copy(update={"cut": cut})
    sql = said(equality, data_type, DIALECTS[dialect])
    assert sql != "x"
    (parsed,) = sqlglot.parse_one(f"SELECT {sql} FROM t", read=dialect).expressions
    assert not isinstance(parsed, sqlglot.exp.Column)


@pytest.mark.parametrize(
    ("equality", "data_type", "expected"),
    [
        (STRICT, TEXT, "x"),
        (Equality(trailing_blanks="ignored"), TEXT, "RTRIM(x, ' ')"),
        (Equality(letter_case="ignored"), TEXT, "lower(x)"),
        (Equality(empty_is_null=True), TEXT, "nullif(x, '')"),
        (
            Equality(trailing_blanks="ignored", letter_case="ignored", empty_is_null=True),
            TEXT,
            "nullif(lower(RTRIM(x, ' ')), '')",
        ),
        (Equality(letter_case="ignored", decimals=2), types.Integer(), "x"),
        (Equality(decimals=2), types.Decimal(scale=3), "TRUNC(x, 2)"),
        (Equality(decimals=2, cut="round"), types.Decimal(scale=3), "ROUND(x, 2)"),
        (Equality(decimals=3), types.Decimal(scale=3), "x"),
        (Equality(decimals=2), types.Decimal(precision=None, scale=None), "TRUNC(x, 2)"),
        (Equality(decimals=25), types.Float(), "x"),
        (
            Equality(second_digits=3),
            types.Timestamp(precision=6),
            "(x - TO_MICROSECONDS(COALESCE(MICROSECOND(x) % 1000, 0)))",
        ),
        (Equality(second_digits=3), types.Timestamp(precision=3), "x"),
        (Equality(second_digits=7), types.Timestamp(precision=9), "x"),
        (Equality(second_digits=0), types.Time(zone=True), "x"),
        (Equality(ulps=3, relative=Decimal("0.1")), types.Float(), "x"),
        (Equality(unicode_form="nfc"), TEXT, "x"),
    ],
)
def test_only_what_can_differ_is_changed(equality: Equality, data_type: DataType, expected: str):
    assert said(equality, data_type, DuckDb()) == expected
    assert forgives(equality, data_type) == (expected != "x")


def test_a_constant_is_read_as_the_values_but_never_as_null():
    equality = Equality(trailing_blanks="ignored", letter_case="ignored", empty_is_null=True)
    constant = forgiven_constant(column("x", String()), equality, TEXT)
    assert str(constant.compile(dialect=DuckDb())) == "lower(RTRIM(x, ' '))"
    assert forgiven_text("Öl  ", equality) == "öl"
    assert forgiven_text("Öl  ", STRICT) == "Öl  "
    assert forgives(equality, TEXT)
    assert not forgives(equality, types.Uuid())


def test_sqlite_has_no_words_for_the_digits_of_a_second():
    with pytest.raises(Unsupported, match="sqlite cannot leave out digits of a second"):
        said(Equality(second_digits=3), types.Timestamp(), registry.load("sqlite")())


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0İ"), max_size=8))
def test_a_constant_is_folded_here_as_the_engine_folds_it(text: str):
    equality = Equality(letter_case="ignored", trailing_blanks="ignored")
    (found,) = duckdb.execute("SELECT lower(rtrim(?, ' '))", [text]).fetchone() or ("",)
    assert forgiven_text(text, equality) == found


@given(
    number=st.floats(allow_nan=False, allow_infinity=False, width=64)
    | st.decimals(-(10**6), 10**6, places=4, allow_nan=False).map(float),
    digits=st.integers(0, 6),
)
def test_a_float_is_cut_as_the_decimal_that_it_is_written_as(number: float, digits: int):
    sql = said(Equality(decimals=digits), types.Float(), DuckDb()).replace("x", "?")
    (found,) = duckdb.execute(f"SELECT {sql}", [number] * sql.count("?")).fetchone() or (None,)
    step = Decimal(1).scaleb(-digits)
    written = Decimal(repr(number))
    if abs(number) >= 2**53:
        assert found == number
    else:
        expected = float(written.quantize(step, rounding="ROUND_DOWN"))
        assert found == expected


# ------------------------------------------------------------ conditions

FORGIVING = {
    "status": Equality(letter_case="ignored", trailing_blanks="ignored"),
    "amount": Equality(decimals=2),
}
KNOWN: dict[str, DataType] = {
    "status": TEXT,
    "name": TEXT,
    "amount": types.Decimal(scale=4),
    "day": types.Date(),
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("status = 'Open '", "\"status\" = LOWER('Open')"),
        ("'Open' <> status", "LOWER('Open') <> \"status\""),
        ("name = 'Open '", "\"name\" = 'Open '"),
        ("name = status", 'LOWER("name") = "status"'),
        ("status IN ('A', 'b ')", "\"status\" IN (LOWER('A'), LOWER('b'))"),
        ("status LIKE 'O%'", "\"status\" LIKE LOWER('O%')"),
        ("status BETWEEN 'A' AND 'B'", "\"status\" BETWEEN LOWER('A') AND LOWER('B')"),
        ("UPPER(status) = 'A'", "LOWER(UPPER(\"status\")) = LOWER('A')"),
        ("COALESCE(status, 'N') = 'N'", "LOWER(COALESCE(\"status\", 'N')) = LOWER('N')"),
        (
            "CASE status WHEN 'A' THEN 1 ELSE 0 END = 1",
            "CASE \"status\" WHEN LOWER('A') THEN 1 ELSE 0 END = 1",
        ),
        (
            "CASE WHEN status = 'A' THEN name END = 'X'",
            "CASE WHEN \"status\" = LOWER('A') THEN \"name\" END = 'X'",
        ),
        ("status IS NULL OR LENGTH(status) = 3", '"status" IS NULL OR LENGTH("status") = 3'),
        ("amount > 1.239 AND name = 'A'", '"amount" > 1.239 AND "name" = \'A\''),
        ("status = name AND name = 'A'", '"status" = LOWER("name") AND "name" = \'A\''),
    ],
)
def test_a_condition_holds_texts_against_columns_as_these_are_read(condition: str, expected: str):
    parsed = parse_condition(condition, dialect="duckdb", columns=KNOWN)
    assert parsed.render("duckdb", forgiving=FORGIVING) == expected
    assert parsed.render("duckdb", forgiving={}) == parsed.canonical
