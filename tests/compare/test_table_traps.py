"""Traps of whole tables: empty and wide ones, names, columns of other types, documents, limits, filters, policies."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.compare.tables import (
    DUCKDB,
    MAIN_WAYS,
    POSTGRESQL,
    SOME_PAIRS,
    Content,
    Engines,
    Tables,
    told,
)

from ombudsman.compare.report import result_of
from ombudsman.model.equality import Equality
from ombudsman.model.errors import ObjectNotFound
from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("engines", SOME_PAIRS, ids="-".join)]

MISSING, EXTRA = Kind.ROW_MISSING_IN_TARGET, Kind.ROW_MISSING_IN_SOURCE
DIFFERS = Kind.VALUE_DIFFERS
TWO = {"id": "bigint", "x": "varchar"}


# ------------------------------------------------------------ how many rows and columns


@pytest.mark.parametrize("key", [("id",), ("x",), ()])
def test_an_empty_table_lacks_all_rows_of_the_other(
    key: tuple[str, ...], engines: Engines, tables: Tables
):
    full = Content(TWO, [(1, "a"), (2, "b"), (None, None)])
    empty = full.with_rows([])

    assert tables.found(engines, full, empty, key=key).kinds == {MISSING: 3}
    assert tables.found(engines, empty, full, key=key).kinds == {EXTRA: 3}
    assert tables.found(engines, empty, empty, key=key).kinds == {}


def test_a_table_of_nothing_but_its_key(engines: Engines, tables: Tables):
    source = Content(TWO, [(1, "a"), (2, "b")])
    target = source.with_rows([(1, "z"), (3, "z")])

    found = tables.found(engines, source, target, columns=("id",))

    assert found.rows == {MISSING: [(2,)], EXTRA: [(3,)]}
    assert found.kinds == {MISSING: 1, EXTRA: 1}


@pytest.mark.slow
def test_a_thousand_columns(engines: Engines, tables: Tables):
    kinds = ["varchar", "bigint", "numeric(9,2)", "date", "double"]
    columns = {"id": "bigint"} | {f"c{i}": kinds[i % 5] for i in range(1_000)}
    values = ["text", 7, "1.5", "2024-02-29", "0.1"] * 200
    source = Content(columns, [[1, *values], [2, *values], [3, *[None] * 1_000]], key=("id",))
    changed = [*values[:997], "1.51", "2024-03-01", "0.2"]
    target = source.with_rows([[1, *values], [2, *changed], [3, *[None] * 999, "0"]])

    found = tables.found(engines, source, target, ways=["stream", "portable"])

    assert found.kinds == {DIFFERS: 2}
    assert found.cells == {
        ((2,), "c997"): Cause.OTHER,
        ((2,), "c998"): Cause.OTHER,
        ((2,), "c999"): Cause.OTHER,
        ((3,), "c999"): Cause.NULL_VERSUS_VALUE,
    }


def test_a_hundred_columns(engines: Engines, tables: Tables):
    columns = {"id": "bigint"} | {f"c{i}": "bigint" for i in range(100)}
    source = Content(columns, [range(101)], key=("id",))

    found = tables.found(engines, source, source.with_rows([[*range(100), 7]]))

    assert found.cells == {((0,), "c99"): Cause.OTHER}


def test_rows_of_nothing_but_nulls(engines: Engines, tables: Tables):
    columns = TWO | {"day": "date", "n": "numeric(9,2)", "f": "double"}
    nothing = [None] * 4
    source = Content(columns, [(1, *nothing), (2, *nothing), (3, "a", *nothing[1:])])
    target = source.with_rows([(1, *nothing), (2, "a", *nothing[1:]), (3, *nothing)])

    found = tables.found(engines, source, target)

    assert found.cells == dict.fromkeys([((2,), "x"), ((3,), "x")], Cause.NULL_VERSUS_VALUE)
    whole = tables.found(engines, source, target, key=(), columns=tuple(columns)[1:])
    assert whole.kinds == {}


# ------------------------------------------------------------ names


def test_columns_of_another_order_and_other_names(engines: Engines, tables: Tables):
    source = Content(
        {"id": "bigint", "Order No": "varchar", 'a "b"': "varchar", "select": "varchar", "end ": "varchar"},
        [(1, "a", "b", "c", "d"), (2, "a", "b", "c", "d")],
    )  # fmt: skip
    target = Content(
        {"END": "varchar", "order no": "varchar", "Übrig": "bigint", "where": "varchar", "id": "bigint",
         "x.y": "varchar"},
        [("d", "a", 9, "c", 1, "b"), ("d", "a", 9, "C", 2, "b")],
    )  # fmt: skip
    names = {"Order No": "order no", 'a "b"': "x.y", "select": "where", "end ": "END"}

    found = tables.found(engines, source, target, names=names)

    assert found.cells == {((2,), "select"): Cause.LETTER_CASE}


def test_two_columns_that_differ_by_letter_case_alone(engines: Engines, tables: Tables):
    if engines != (POSTGRESQL, POSTGRESQL):
        pytest.skip("DuckDB has no two such columns")
    source = Content(
        {"id": "bigint", "A": "varchar", "a": "varchar"}, [(1, "x", "y"), (2, "x", "y")]
    )

    found = tables.found(engines, source, source.with_rows([(1, "y", "x"), (2, "x", "y")]))

    assert found.cells == dict.fromkeys([((1,), "A"), ((1,), "a")], Cause.OTHER)


def test_a_column_that_is_not_there_is_named(engines: Engines, tables: Tables):
    source, target = Content(TWO, [(1, "a")]), Content({"id": "bigint", "y": "varchar"}, [(1, "a")])

    with pytest.raises(ObjectNotFound, match="'x'"):
        tables.found(engines, source, target)


# ------------------------------------------------------------ columns of two types


TYPES: Mapping[str, tuple[str, str, list[tuple[Any, Any, Cause | None]]]] = {
    "whole and decimal": ("integer", "numeric(20,3)", [(1, "1", None), (1, "1.001", Cause.OTHER)]),
    "two scales": ("numeric(9,4)", "numeric(9,2)", [("1.1000", "1.1", None), ("1.2345", "1.23", Cause.ROUNDING)]),
    "no room for both": (
        "numeric(38,2)", "numeric(38,30)",
        [("12345678.90", "12345678.9", None), ("9" * 36 + ".99", "0.5", Cause.OTHER), ("0.5", "-0.5", Cause.SIGN)],
    ),
    "a date and a timestamp": (
        "date", "timestamp", [("2024-02-29", "2024-02-29", None), ("2024-02-29", "2024-02-29 00:00:01", Cause.OTHER)],
    ),
    "a timestamp and a date": (
        "timestamp", "date",
        [("2024-02-29", "2024-02-29", None), ("2024-02-29 12:30:00", "2024-02-29", Cause.TIME_PRECISION)],
    ),
    "a timestamp and an instant": (
        "timestamp", "timestamptz",
        [("2024-02-29 12:00:00", "2024-02-29 12:00:00+00", None),
         ("2024-02-29 12:00:00", "2024-02-29 12:00:00+02", Cause.TIME_ZONE)],
    ),
    "a decimal and a double": (
        "numeric(20,4)", "double",
        [("0.1", "0.1", None), ("9007199254740993.5", "9007199254740994", None), ("1.5", "1.25", Cause.OTHER)],
    ),
    "a decimal and a single": (
        "numeric(20,4)",
        "float",
        [("14.4", "14.4", None), ("0.1", "0.1", None), ("16777217", "16777216", None), ("14.4", "14.5", Cause.OTHER)],
    ),
    "a whole number and a single": (
        "integer", "float", [(16777216, "16777216", None), (16777217, "16777216", Cause.ROUNDING)],
    ),
    "a whole number and a double": (
        "bigint", "double",
        [(1, "1", None), (2**53, str(2**53), None), (2**53 + 1, str(2**53), Cause.OTHER), (-3, "3", Cause.SIGN)],
    ),
    "a single and a double": ("float", "double", [("0.5", "0.5", None), ("0.1", "0.1", Cause.ROUNDING)]),
    "a boolean and a number": ("boolean", "smallint", [("true", 1, None), ("false", 0, None),
     ("true", 0, Cause.OTHER)]),
    "a boolean and its text": ("boolean", "varchar", [("true", "Y", None), ("false", "0", None),
     ("true", "n", Cause.OTHER)]),
    "a number and its text": (
        "numeric(20,3)", "varchar",
        [("1.5", "1.50", None), ("1.5", "+1.5e0", None), ("7", "007", None), ("1.55", "1.5", Cause.ROUNDING),
         ("1", "1,0", Cause.OTHER), ("0.5", "", Cause.OTHER), (None, "", Cause.EMPTY_VERSUS_NULL)],
    ),
    "a whole number and its text": (
        "bigint", "varchar", [(7, "7", None), (7, " 7 ", None), (0, "0.4", Cause.OTHER), (1, "0.5", Cause.OTHER)],
    ),
    "a text and its date": (
        "varchar", "date",
        [("2024-02-29", "2024-02-29", None), ("2024-02-29 00:00:00", "2024-02-29", None),
         ("29.02.2024", "2024-02-29", Cause.OTHER), ("2024-02-29", "2024-03-01", Cause.OTHER)],
    ),
    "a timestamp and its text": (
        "timestamp", "varchar",
        [("2024-02-29 12:00:00.5", "2024-02-29T12:00:00.500", None),
         ("2024-02-29 12:00:00", "2024-02-29 14:00:00", Cause.TIME_ZONE)],
    ),
    "an instant and its text": (
        "timestamptz", "varchar",
        [("2024-02-29 12:00:00+00", "2024-02-29 12:00:00+00", None),
         ("2024-02-29 12:00:00+00", "2024-02-29T14:00:00+02:00", None)],
    ),
    "bytes and their text": (
        "blob", "varchar",
        [(b"\xde\xad", "dead", None), (b"\xde\xad", "0xDEAD", None), (b"", "", None), (b"a", "a", Cause.OTHER)],
    ),
    "a padded text and a text": ("varchar", "char(6)", [("ab", "ab", None), ("a b", "ab", Cause.OTHER)]),
    "a GUID and its text": (
        "uuid", "varchar",
        [("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", None),
         ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12", Cause.OTHER)],
    ),
    "documents": (
        "json", "json",
        [('{"a": 1, "b": [1.0, null]}', '{"b":[1,null],"a":1e0}', None), ("1", "1.0", None),
         ("null", None, Cause.NULL_VERSUS_VALUE),
         ('{"a": 1}', '{"a": "1"}', Cause.OTHER), ("[1, 2]", "[2, 1]", Cause.OTHER),
         ("9007199254740993", "9007199254740992", Cause.OTHER), ('{"a":1,"b":2}', '{"a":1}', Cause.OTHER)],
    ),
    "a document and its text": (
        "json", "varchar", [('{"a": 1}', '{ "a" : 1.0 }', None), ('{"a": 1}', "{a: 1}", Cause.OTHER)],
    ),
}  # fmt: skip
"""Types of source and target, and pairs of their values: the same (None), or different by this cause."""


@pytest.mark.parametrize("name", TYPES)
def test_values_of_two_types_are_compared_by_what_they_are(
    name: str, engines: Engines, tables: Tables
):
    ours, theirs, pairs = TYPES[name]
    source = Content(
        {"id": "bigint", "x": ours}, [(i, ours_) for i, (ours_, _, _) in enumerate(pairs)]
    )
    target = Content(
        {"id": "bigint", "x": theirs}, [(i, theirs_) for i, (_, theirs_, _) in enumerate(pairs)]
    )

    found = tables.found(engines, source, target)

    assert found.cells == {((i,), "x"): cause for i, (*_, cause) in enumerate(pairs) if cause}
    assert found.kinds == ({DIFFERS: len(found.cells)} if found.cells else {})


def test_types_that_only_postgresql_has(engines: Engines, tables: Tables):
    if DUCKDB in engines:
        engines = POSTGRESQL, POSTGRESQL
    columns = {
        "id": "bigint",
        "price": "money",
        "at": "timetz",
        "doc": "jsonb",
        "n": "numeric",
    }
    source = Content(columns, [
        (1, "12.50", "12:00+02", '{"a": 1, "b": 2}', "NaN"),
        (2, "12.50", "12:00+02", "1", "1" + "0" * 60),
        (3, "12.50", "12:00+02", "1", "Infinity"),
    ])  # fmt: skip
    target = source.with_rows([
        (1, "12.5", "10:00+00", '{"b": 2.0, "a": 1e0}', "NaN"),
        (2, "12.51", "12:00+01", "2", "1" + "0" * 59 + "1"),
        (3, "12.50", "12:00+02", "1", "-Infinity"),
    ])  # fmt: skip

    found = tables.found(engines, source, target)

    assert found.cells == {
        ((2,), "price"): Cause.OTHER,
        ((2,), "at"): Cause.TIME_ZONE,
        ((2,), "doc"): Cause.OTHER,
        ((2,), "n"): Cause.OTHER,
        ((3,), "n"): Cause.SIGN,
    }


def test_moments_of_billionths_of_a_second(engines: Engines, tables: Tables):
    if POSTGRESQL in engines:
        pytest.skip("PostgreSQL has no nanoseconds")
    source = Content({"id": "bigint", "x": "TIMESTAMP_NS"}, [
        (1, "2024-02-29 12:00:00.123456"), (2, "2024-02-29 12:00:00.123456789"), (3, "infinity"), (4, "1970-01-01"),
        (5, "1969-12-31 23:59:59.999999999"),
    ])  # fmt: skip
    target = Content({"id": "bigint", "x": "TIMESTAMP"}, [
        (1, "2024-02-29 12:00:00.123456"), (2, "2024-02-29 12:00:00.123456"), (3, "infinity"), (4, "0001-01-01"),
        (5, "1970-01-01"),
    ])  # fmt: skip

    found = tables.found(engines, source, target)

    assert found.cells == {
        ((2,), "x"): Cause.TIME_PRECISION,
        ((4,), "x"): Cause.OTHER,
        ((5,), "x"): Cause.TIME_PRECISION,
    }


# ------------------------------------------------------------ policies

POLICIES: Mapping[str, tuple[str, Equality, list[tuple[Any, Any, Cause, bool]]]] = {
    "blanks at the end": (
        "varchar", Equality(trailing_blanks="ignored"),
        [("a", "a  ", Cause.TRAILING_SPACE, True), ("a", " a", Cause.OTHER, False),
         ("a", "A ", Cause.TRAILING_SPACE, False)],
    ),
    "letter case": (
        "varchar", Equality(letter_case="ignored"),
        [("a", "A", Cause.LETTER_CASE, True), ("straße", "STRASSE", Cause.LETTER_CASE, True),
         ("a", "b", Cause.OTHER, False)],
    ),
    "unicode form": (
        "varchar", Equality(unicode_form="nfc"),
        [("é", "e\u0301", Cause.ENCODING, True), ("é", "e", Cause.ENCODING, False)],
    ),
    "empty texts": (
        "varchar", Equality(empty_is_null=True),
        [("", None, Cause.EMPTY_VERSUS_NULL, True), (None, "", Cause.EMPTY_VERSUS_NULL, True),
         (None, " ", Cause.NULL_VERSUS_VALUE, False), ("", " ", Cause.TRAILING_SPACE, False)],
    ),
    "all of these": (
        "varchar", Equality(empty_is_null=True, trailing_blanks="ignored", letter_case="ignored", unicode_form="nfc"),
        [(None, "  ", Cause.EMPTY_VERSUS_NULL, True), ("É", "e\u0301 ", Cause.TRAILING_SPACE, True),
         ("a", "b", Cause.OTHER, False)],
    ),
    "a relative distance": (
        "double", Equality(relative=Decimal("1e-9")),
        [("1", "1.0000000001", Cause.ROUNDING, True), ("1", "1.00000001", Cause.ROUNDING, False),
         ("1", "-1", Cause.SIGN, False)],
    ),
    "units in the last place": (
        "double", Equality(ulps=2),
        [("0.1", "0.10000000000000002", Cause.ROUNDING, True), ("0.1", "0.1000000001", Cause.OTHER, False)],
    ),
    "digits behind the point": (
        "numeric(20,6)", Equality(decimals=2),
        [("1.239999", "1.23", Cause.ROUNDING, True), ("1.239999", "1.24", Cause.ROUNDING, False)],
    ),
    "digits behind the point, rounded": (
        "numeric(20,6)", Equality(decimals=2, cut="round"),
        [("1.239999", "1.24", Cause.ROUNDING, True), ("1.239999", "1.23", Cause.ROUNDING, False)],
    ),
    "digits of a second": (
        "timestamp", Equality(second_digits=3),
        [("2024-02-29 12:00:00.123456", "2024-02-29 12:00:00.123", Cause.TIME_PRECISION, True),
         ("2024-02-29 12:00:00.1235", "2024-02-29 12:00:00.124", Cause.TIME_PRECISION, False)],
    ),
}  # fmt: skip
"""The type, the policy, and pairs of values with the cause of their difference: accepted, or not."""


@pytest.mark.parametrize("name", POLICIES)
def test_what_a_policy_forgives_is_accepted_and_stays_visible(
    name: str, engines: Engines, tables: Tables
):
    kind, policy, pairs = POLICIES[name]
    columns = {"id": "bigint", "x": kind}
    source = Content(columns, [(i, ours) for i, (ours, *_) in enumerate(pairs)])
    target = source.with_rows([(i, theirs) for i, (_, theirs, *_) in enumerate(pairs)])

    found = tables.found(engines, source, target, equality={"x": policy})
    strict = tables.found(engines, source, target, ways=["stream"], at_least_ways=1)

    rejected = {
        ((i,), "x"): cause for i, (_, _, cause, accepted) in enumerate(pairs) if not accepted
    }
    assert found.cells == rejected
    assert found.kinds == ({DIFFERS: len(rejected)} if rejected else {})
    assert sum(found.accepted["x"].values()) == len(pairs) - len(rejected)
    assert found.accepted["x"] == _counted(cause for *_, cause, accepted in pairs if accepted)
    assert strict.kinds == {DIFFERS: len(pairs)}
    assert strict.accepted == {}


def _counted(causes: Any) -> dict[Cause, int]:
    counts: dict[Cause, int] = {}
    for cause in causes:
        counts[cause] = counts.get(cause, 0) + 1
    return counts


def test_a_row_counts_if_one_of_its_cells_does(engines: Engines, tables: Tables):
    columns = {"id": "bigint", "x": "varchar", "y": "varchar"}
    source = Content(columns, [(1, "a", "a"), (2, "a", "a"), (3, "a", "a")])
    target = source.with_rows([(1, "A", "a"), (2, "A", "b"), (3, "a", "A")])

    found = tables.found(engines, source, target, equality={"x": Equality(letter_case="ignored")})

    assert found.kinds == {DIFFERS: 2}
    assert found.cells == {((2,), "y"): Cause.OTHER, ((3,), "y"): Cause.LETTER_CASE}
    assert found.accepted == {"x": {Cause.LETTER_CASE: 2}}


# ------------------------------------------------------------ limits and filters


def test_a_limit_that_stops_the_search_says_at_least(engines: Engines, tables: Tables):
    source = Content(TWO, [(i, "a") for i in range(300)], key=("id",))
    target = source.with_rows([(i, "b") for i in range(300)])

    with tables.pair(engines, source, target) as pair:
        for way in ("auto", "stream", "checksum"):
            answer = pair.answer(way, limit=10)
            assert answer.at_least
            assert 10 <= answer.differences.rows <= 300
            result = result_of(answer)
            assert result.rows is not None
            assert result.rows.at_least
        assert not pair.answer("stream", limit=301).at_least


def test_only_rows_that_fulfil_the_conditions_are_compared(engines: Engines, tables: Tables):
    source = Content(TWO, [(i, "a" if i % 2 else None) for i in range(20)], key=("id",))
    target = source.with_rows([(i, "b" if i % 2 else None) for i in range(20)])

    found = tables.found(engines, source, target, where=("id >= 5", "id < 15"))
    assert found.kinds == {DIFFERS: 5}
    assert tables.found(engines, source, target, where=("x IS NULL",)).kinds == {}
    by_mapping = tables.found(engines, source, target, mapping={"where": "id < 4"})
    assert by_mapping.kinds == {DIFFERS: 2}


def test_the_sample_does_not_crowd_out_a_rare_cause(engines: Engines, tables: Tables):
    source = Content(TWO, [(i, "a") for i in range(300)], key=("id",))
    target = source.with_rows([(i, "a " if i == 299 else "A") for i in range(300)])

    with tables.pair(engines, source, target) as pair:
        for way in MAIN_WAYS[:3]:
            found = told(pair.answer(way))
            assert found.counts == {"x": {Cause.LETTER_CASE: 299, Cause.TRAILING_SPACE: 1}}
            assert found.cells_of(299) == {"x": Cause.TRAILING_SPACE}
