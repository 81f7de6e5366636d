"""A bit that is a boolean on one side and a number on the other, in conditions about it."""

import pytest

from ombudsman.model.types import Boolean, DataType, Decimal, Integer, Text
from ombudsman.sql.conditions import parse_condition

CASES: dict[str, tuple[DataType, DataType, str]] = {
    "paid = 1": (Boolean(), Integer(bits=16), '("is_paid" <> 0) = TRUE'),
    "paid = 0 AND n > 1": (Boolean(), Integer(bits=16), '("is_paid" <> 0) = FALSE AND "n" > 1'),
    "paid": (Boolean(), Decimal(precision=1, scale=0), '("is_paid" <> 0)'),
    "NOT paid": (Boolean(), Integer(bits=16), 'NOT ("is_paid" <> 0)'),
    "paid IN (0, 1)": (Boolean(), Integer(bits=16), '"is_paid" IN (0, 1)'),
    "paid IS NULL": (Boolean(), Boolean(), '"is_paid" IS NULL'),
    "paid <> 0": (Integer(bits=8), Boolean(), 'CAST("is_paid" AS INT) <> 0'),
    "paid > 1": (Integer(bits=8), Integer(bits=16), '"is_paid" > 1'),
    "paid = 'yes'": (Text(), Boolean(), "\"is_paid\" = 'yes'"),
}


@pytest.mark.parametrize("text", CASES)
def test_the_other_side_reads_the_column_as_the_type_that_was_meant(text: str):
    source, target, expected = CASES[text]
    columns = {"paid": source, "n": Integer()}
    condition = parse_condition(text, dialect="duckdb", columns=columns)
    types = {"paid": target, "n": Integer()}
    assert condition.render("postgres", {"paid": "is_paid"}, types=types) == expected


def test_a_type_that_is_not_known_changes_nothing():
    condition = parse_condition("paid = 1", dialect="duckdb", columns={"paid": Boolean()})
    assert condition.render("postgres") == '"paid" = TRUE'
