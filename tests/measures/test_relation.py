"""A table in the source's names: renamed, filtered and changed as the mapping says, on every engine by execution."""

# ruff: noqa: DTZ001 - the timestamps here have no zone, as those of the databases

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from tests.measures.databases import Database, Sample, ask, mapped, relation

from ombudsman.connections.reader import Reader
from ombudsman.measures.questions import (
    count_distinct,
    count_rows,
    count_where,
    max_of,
    mean_of,
    min_of,
    stddev_of,
    sum_of,
)
from ombudsman.measures.relation import Relation
from ombudsman.model import mapping as changes
from ombudsman.model.errors import ObjectNotFound, RuleInvalid
from ombudsman.model.mapping import ColumnMapping, TableMapping, Transformation
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.types import Date, Integer, Text


def held(reader: Reader, spoken_of: Relation, *names: str) -> list[tuple[Any, ...]]:
    """All rows of a relation, by the source's names of its columns, in order."""
    statement = select(*(spoken_of.column(name) for name in names)).select_from(
        spoken_of.from_clause
    )
    return sorted(reader.query(statement).rows, key=repr)


# ------------------------------------------------------------ names

ODD_NAMES = [
    "plain",
    "UPPER_SNAKE",
    "mixedCase",
    "with space",
    'a "quoted" one',
    "it's",
    "dotted.name",
    "100%",
    "%s",
    ":word",
    "a:b",
    "(bracketed)",
    "ключ",
    "naïve",
    "order",
    "select",
    "pivot",
    "qualify",
    "summarize",
    "show",
    "user",
    "1st",
    "back\\slash",
    "semi;colon",
    "--dashes",
]


def test_odd_names_are_spoken_as_they_are(database: Database):
    columns = dict.fromkeys(ODD_NAMES, "integer")
    sample = Sample('the odd% "table"\'s', columns, [tuple(range(len(ODD_NAMES)))])
    with database.reading(sample) as (reader, tables):
        spoken_of = relation(database, tables[sample.name])
        answers = ask(reader, spoken_of, *(max_of(name) for name in ODD_NAMES))
        assert [each.value for each in answers] == list(range(len(ODD_NAMES)))
        wheres = ['"' + name.replace('"', '""') + f'" = {i}' for i, name in enumerate(ODD_NAMES)]
        counts = ask(reader, spoken_of, *(count_where(where) for where in wheres))
        assert {each.value for each in counts} == {1}


def test_odd_names_survive_a_filter_and_a_change(database: Database):
    columns = dict.fromkeys(ODD_NAMES, "text")
    sample = Sample("odd", columns, [tuple(ODD_NAMES)])
    with database.reading(sample) as (reader, tables):
        table = tables["odd"]
        pairs = tuple(
            ColumnMapping(source=name, target=name, transformation=changes.LetterCase(to="upper"))
            for name in ODD_NAMES
        )
        mapping = TableMapping(
            source=table.ref, target=table.ref, columns=pairs, source_where="\"100%\" = '100%'"
        )
        spoken_of = relation(database, table, mapping=mapping)
        answers = ask(reader, spoken_of, *(min_of(name) for name in ODD_NAMES))
        expected = [name.upper() for name in ODD_NAMES]
        if database.engine == "sqlite":  # its UPPER knows ASCII alone
            expected = [
                a if a.isascii() else b
                for a, b in zip(expected, (x.value for x in answers), strict=True)
            ]
        assert [each.value for each in answers] == expected


def test_the_target_is_asked_in_the_sources_names(database: Database):
    source = Sample("orders", {"OrderId": "integer", "order total": "decimal"}, [(1, 1), (2, 2)])
    target = Sample("ORDERS", {"ORDER_ID": "integer", "ORDER_TOTAL": "decimal"}, [(1, 1), (5, 9)])
    with database.reading(target) as (reader, tables):
        described = database.described(source, "dbo")
        spoken_of = relation(database, tables["ORDERS"], side=Side.TARGET, source_table=described)
        total, count, by = ask(
            reader,
            spoken_of,
            sum_of("order total"),
            count_where('"OrderId" > 1 AND "order total" = 9'),
            sum_of("order total", by=["OrderId"]),
        )
        assert (total.value, count.value, by.by_group) == (10, 1, {(1,): 1, (5,): 9})


def test_a_column_that_is_not_there_is_told_with_the_nearest_name(duck: Database):
    source = duck.described(
        Sample("orders", {"amount": "decimal", "note": "text", "old": "text"}), "sales"
    )
    target = duck.described(Sample("ORDERS", {"AMOUNT": "decimal", "REMARK": "text"}), "SALES")
    pairs = (
        ColumnMapping(source="amount", target="AMOUNT"),
        ColumnMapping(source="note", target="REMARKS"),
    )
    mapping = TableMapping(source=source.ref, target=target.ref, columns=pairs)
    here = relation(duck, source, mapping=mapping)
    there = relation(duck, target, side=Side.TARGET, source_table=source, mapping=mapping)
    told = {
        (here, "amuont"): ("no column 'amuont' in sales.orders", "did you mean 'amount'?"),
        (there, "amuont"): ("no column 'amuont' in SALES.ORDERS", "did you mean 'amount'?"),
        (there, "note"): (
            "column 'note' of sales.orders has no answer in the target: SALES.ORDERS has no column 'REMARKS'",
            "did you mean 'REMARK'?",
        ),
        (there, "old"): (
            "column 'old' of sales.orders has no answer in the target: it is not mapped",
            "there are: 'AMOUNT', 'REMARK'",
        ),
    }
    for (side, name), expected in told.items():
        for speak in (side.column, side.data_type, side.described):
            with pytest.raises(ObjectNotFound) as caught:
                speak(name)
            assert (caught.value.message, caught.value.hint) == expected


def test_a_condition_on_a_column_that_the_target_lacks_says_so(duck: Database):
    source = duck.described(Sample("orders", {"amount": "decimal", "note": "text"}), "main")
    target = duck.described(Sample("orders", {"amount": "decimal"}), "main")
    pairs = (ColumnMapping(source="amount", target="amount"),)
    mapping = TableMapping(source=source.ref, target=target.ref, columns=pairs, where="note = 'a'")
    there = relation(duck, target, side=Side.TARGET, source_table=source, mapping=mapping)
    with pytest.raises(ObjectNotFound, match="has no answer in the target"):
        there.condition("note = 'x' OR amount > 1")
    with pytest.raises(ObjectNotFound, match="has no answer in the target"):
        assert there.from_clause is not None
    with pytest.raises(RuleInvalid, match="nota"):
        there.condition("nota = 'x'")


# ------------------------------------------------------------ filters

PEOPLE = Sample(
    "people",
    {"id": "integer", "name": "text", "age": "small"},
    [(1, "Ada", 36), (2, "Emmy", 53), (3, None, 7), (4, "100% :x 'quoted'", 20)],
)


@pytest.mark.parametrize(
    ("fields", "source_ids", "target_ids"),
    [
        ({}, [1, 2, 3, 4], [1, 2, 3, 4]),
        ({"where": "age >= 20"}, [1, 2, 4], [1, 2, 4]),
        ({"where": "name = '100% :x ''quoted'''"}, [4], [4]),
        ({"where": "name LIKE '100\\%%' ESCAPE '\\'"}, [4], [4]),
        ({"source_where": "age < 50"}, [1, 3, 4], [1, 2, 3, 4]),
        ({"target_where": "AGE < 50 AND NAME IS NOT NULL"}, [1, 2, 3, 4], [1, 4]),
        (
            {"where": "age >= 20", "source_where": "id <> 1", "target_where": "ID <> 2"},
            [2, 4],
            [1, 4],
        ),
    ],
)
def test_filters_choose_the_rows_of_their_side(
    database: Database, fields: dict[str, str], source_ids: list[int], target_ids: list[int]
):
    there = Sample("PEOPLE_T", {"ID": "integer", "NAME": "text", "AGE": "small"}, PEOPLE.rows)
    with database.reading(PEOPLE, there) as (reader, tables):
        source, target = tables["people"], tables["PEOPLE_T"]
        mapping = mapped(source, target, **fields)
        sides = (
            (relation(database, source, mapping=mapping), source_ids),
            (
                relation(database, target, side=Side.TARGET, source_table=source, mapping=mapping),
                target_ids,
            ),
        )
        for spoken_of, ids in sides:
            assert [row for (row,) in held(reader, spoken_of, "id")] == ids
            count, greatest, few = ask(
                reader, spoken_of, count_rows(), max_of("id"), count_where("name IS NULL OR id = 1")
            )
            assert (count.value, greatest.value) == (len(ids), max(ids))
            assert few.value == len({1, 3} & set(ids))


def test_conditions_speak_of_what_the_values_have_become(database: Database):
    """`where` is said once for both sides, so it means the agreed outcome; source_where the bare source."""
    source = Sample("s", {"id": "integer", "status": "text"}, [(1, "1"), (2, "2"), (3, None)])
    target = Sample("t", {"id": "integer", "status": "text"}, [(1, "open"), (2, "shut"), (3, None)])
    codes = changes.Codes(codes={"1": "open", "2": "shut"})
    with database.reading(source, target) as (reader, tables):
        pairs = (
            ColumnMapping(source="id", target="id"),
            ColumnMapping(source="status", target="status", transformation=codes),
        )
        mapping = TableMapping(
            source=tables["s"].ref,
            target=tables["t"].ref,
            columns=pairs,
            where="status = 'open' OR id > 1",
            source_where="status <> '3' OR status IS NULL",
        )
        for table, side in (("s", Side.SOURCE), ("t", Side.TARGET)):
            spoken_of = relation(
                database, tables[table], side=side, source_table=tables["s"], mapping=mapping
            )
            count, open_ones = ask(reader, spoken_of, count_rows(), count_where("status = 'open'"))
            assert (count.value, open_ones.value) == (3, 1), side
            assert held(reader, spoken_of, "id") == [(1,), (2,), (3,)]


def test_a_division_of_whole_numbers_means_what_it_means_in_the_source(
    duck: Database, sqlite: Database
):
    """7 / 2 is 3.5 on DuckDB and 3 on SQLite: the source's meaning goes for both sides."""
    sample = Sample("t", {"n": "integer"}, [(5,), (6,), (7,), (8,)])
    source = duck.described(sample, "main")
    with sqlite.reading(sample) as (reader, tables):
        there = relation(
            sqlite, tables["t"], side=Side.TARGET, source_table=source, source_dialect="duckdb"
        )
        (answer,) = ask(reader, there, count_where("n / 2 > 3"))
        assert answer.value == 2
    with duck.reading(sample) as (reader, tables):
        here = relation(duck, tables["t"])
        (answer,) = ask(reader, here, count_where("n / 2 > 3"))
        assert answer.value == 2


# ------------------------------------------------------------ transformations

TEXTS = ["  both  ", "right ", " left", "\ttab\t", "", "\u00a0nbsp\u00a0", "\u3000", None]
UPPER = ["abc", "ABC", "aBc 1", None]

CASES: dict[str, tuple[str, Transformation, list[Any], list[Any]]] = {
    "blanks at the end go": (
        "text",
        changes.Trim(),
        TEXTS,
        [t.rstrip(" ") if t is not None else None for t in TEXTS],
    ),
    "blanks at both ends go, and nothing else": (
        "text",
        changes.Trim(ends="both"),
        TEXTS,
        [t.strip(" ") if t is not None else None for t in TEXTS],
    ),
    "letters become great": (
        "text",
        changes.LetterCase(to="upper"),
        UPPER,
        ["ABC", "ABC", "ABC 1", None],
    ),
    "letters become small": (
        "text",
        changes.LetterCase(to="lower"),
        UPPER,
        ["abc", "abc", "abc 1", None],
    ),
    "an empty text becomes NULL, a blank does not": (
        "text",
        changes.EmptyToNull(),
        ["", " ", "a", None],
        [None, " ", "a", None],
    ),
    "decimals are rounded half away from zero": (
        "decimal",
        changes.Round(scale=1),
        [Decimal("2.250"), Decimal("-2.250"), Decimal("0.049"), None],
        [Decimal("2.3"), Decimal("-2.3"), Decimal("0.0"), None],
    ),
    "to whole numbers, too": (
        "decimal",
        changes.Round(),
        [Decimal("2.5"), Decimal("-2.5"), Decimal("3.499")],
        [3, -3, 3],
    ),
    "doubles are rounded": (
        "double",
        changes.Round(scale=2),
        [1.006, -1.006, 0.125, 1e15, None],
        [1.01, -1.01, 0.13, 1e15, None],
    ),
    "whole numbers stay": ("integer", changes.Round(scale=2), [7, None], [7, None]),
    "the time of day goes": (
        "timestamp",
        changes.ToDate(),
        [dt.datetime(2024, 5, 1, 23, 59, 59, 999_999), dt.datetime(1, 1, 1), None],
        [dt.date(2024, 5, 1), dt.date(1, 1, 1), None],
    ),
    "a date stays": ("date", changes.ToDate(), [dt.date(2024, 5, 1)], [dt.date(2024, 5, 1)]),
    "codes are replaced, others stay": (
        "text",
        changes.Codes(codes={"M": "male", "it's": "quoted", "%": ":x"}),
        ["M", "it's", "%", "X", None],
        ["male", "quoted", ":x", "X", None],
    ),
    "codes are replaced, others become one": (
        "text",
        changes.Codes(codes={"M": "male"}, other="?"),
        ["M", "X", None],
        ["male", "?", "?"],
    ),
    "no codes change nothing": ("text", changes.Codes(codes={}), ["M", None], ["M", None]),
    "whole numbers become whole numbers": (
        "small",
        changes.Codes(codes={"1": "10", "2": "-20"}),
        [1, 2, 3, None],
        [10, -20, 3, None],
    ),
    "whole numbers become texts": (
        "small",
        changes.Codes(codes={"1": "open", "2": "shut"}),
        [1, 2, 3, None],
        ["open", "shut", "3", None],
    ),
    "an expression of the source": (
        "integer",
        changes.Expression(sql="x * 100 + 1"),
        [1, -2, None],
        [101, -199, None],
    ),
    "a text of the source, put together": (
        "text",
        changes.Expression(sql="COALESCE('100% :' || x, 'none')"),
        ["a", None],
        ["100% :a", "none"],
    ),
    "padding is no part of a code": (
        "padded",
        changes.Codes(codes={"ab": "AB"}),
        ["ab", "cd", None],
        ["AB", "cd", None],
    ),
    "padding is nothing": ("padded", changes.EmptyToNull(), ["", "ab"], [None, "ab"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_transformation_is_applied_to_the_source(database: Database, case: str):
    kind, transformation, before, after = CASES[case]
    sample = Sample("t", {"id": "integer", "x": kind}, list(enumerate(before)))
    with database.reading(sample) as (reader, tables):
        table = tables["t"]
        pairs = (
            ColumnMapping(source="id", target="id"),
            ColumnMapping(source="x", target="x", transformation=transformation),
        )
        mapping = TableMapping(source=table.ref, target=table.ref, columns=pairs)
        changed = relation(database, table, mapping=mapping)
        assert held(reader, changed, "id", "x") == sorted(enumerate(after), key=repr), case
        there = relation(database, table, side=Side.TARGET, source_table=table, mapping=mapping)
        assert held(reader, there, "id", "x") == sorted(enumerate(before), key=repr), (
            "the target is as it is"
        )
        least, greatest, distinct = ask(
            reader, changed, min_of("x"), max_of("x"), count_distinct("x")
        )
        values = [value for value in after if value is not None]
        assert (least.value, greatest.value) == (min(values), max(values))
        assert distinct.value == len(set(values))


def test_changed_numbers_can_be_summed(database: Database):
    sample = Sample(
        "t", {"d": "decimal", "f": "double", "n": "small"}, [(Decimal("1.25"), 1.25, 1), (2, 2, 2)]
    )
    with database.reading(sample) as (reader, tables):
        table = tables["t"]
        pairs = (
            ColumnMapping(source="d", target="d", transformation=changes.Round(scale=1)),
            ColumnMapping(source="f", target="f", transformation=changes.Round(scale=1)),
            ColumnMapping(source="n", target="n", transformation=changes.Codes(codes={"1": "4"})),
        )
        mapping = TableMapping(source=table.ref, target=table.ref, columns=pairs)
        changed = relation(database, table, mapping=mapping)
        answers = ask(
            reader, changed, sum_of("d"), sum_of("f"), sum_of("n"), mean_of("n"), stddev_of("f")
        )
        total, floats, whole, mean, deviation = (each.value for each in answers)
        assert (total, floats, whole, mean) == (Decimal("3.3"), pytest.approx(3.3), 6, 3)
        assert deviation == pytest.approx(0.494974746830583)


def test_the_type_is_that_of_the_outcome(duck: Database):
    table = duck.described(Sample("t", {"at": "timestamp", "n": "small", "m": "small"}), "main")
    pairs = (
        ColumnMapping(source="at", target="at", transformation=changes.ToDate()),
        ColumnMapping(source="n", target="n", transformation=changes.Codes(codes={"1": "one"})),
        ColumnMapping(
            source="m", target="m", transformation=changes.Codes(codes={"1": "2"}, other="0")
        ),
    )
    mapping = TableMapping(source=table.ref, target=table.ref, columns=pairs)
    changed = relation(duck, table, mapping=mapping)
    assert [changed.data_type(name) for name in ("at", "n", "m")] == [
        Date(),
        Text(),
        Integer(bits=32),
    ]
    there = relation(duck, table, side=Side.TARGET, source_table=table, mapping=mapping)
    assert there.data_type("n") == Integer(bits=32)


@pytest.mark.parametrize(
    ("code", "stays_whole"),
    [("7", True), ("-7", True), ("007", False), ("+7", False), ("७", False), ("", False)],
)
def test_a_code_is_a_number_only_when_it_is_written_as_one(
    duck: Database, code: str, stays_whole: bool
):
    table = duck.described(Sample("t", {"n": "small"}), "main")
    pair = ColumnMapping(source="n", target="n", transformation=changes.Codes(codes={"1": code}))
    mapping = TableMapping(source=table.ref, target=table.ref, columns=(pair,))
    assert (
        relation(duck, table, mapping=mapping).data_type("n") == Integer(bits=32)
    ) is stays_whole


# ------------------------------------------------------------ padding


@pytest.mark.postgres
def test_padding_of_fixed_texts_is_no_part_of_the_value(elephant: Database):
    sample = Sample(
        "t", {"c": "padded", "n": "integer"}, [("ab", 1), ("ab ", 2), ("", 3), (" a", 4), (None, 5)]
    )
    with elephant.reading(sample) as (reader, tables):
        spoken_of = relation(elephant, tables["t"])
        least, greatest, distinct, by, found = ask(
            reader,
            spoken_of,
            min_of("c"),
            max_of("c"),
            count_distinct("c"),
            count_rows(by=["c"]),
            count_where("c = 'ab'"),
        )
    assert (least.value, greatest.value, distinct.value, found.value) == ("", "ab", 3, 2)
    assert by.by_group == {("ab",): 2, ("",): 1, (" a",): 1, (None,): 1}


def test_a_reference_without_schema_is_the_bare_table(duck: Database):
    table = duck.described(Sample("t", {"n": "integer"}), "main")
    bare = table.model_copy(update={"ref": TableRef(name="t")})
    statement = str(select(relation(duck, bare).from_clause))
    assert '"main"' not in statement
    assert '"t"' in statement
