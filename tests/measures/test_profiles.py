"""Profiles: the same values give the same sketch on every engine and in every type."""

import datetime as dt
import hashlib
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.measures.databases import Database, Sample
from tests.relationships.schemas import TAKEN_AT

from ombudsman.mapping.value_likeness import value_likeness
from ombudsman.measures import sketches
from ombudsman.measures.profiles import value_profiles
from ombudsman.measures.sketches import hash_of
from ombudsman.model.profile import SKETCH_SIZE, ColumnProfile
from ombudsman.model.tables import Catalogue, Table, TableRef

NAMES = ["Łódź", "Zoë", "", "客户", "a b", "O'Neill"]
DAYS = [dt.date(1996, 7, 4), dt.date(2024, 2, 29), dt.date(1970, 1, 1)]

SAMPLE = Sample(
    "t",
    {
        "whole": "integer",
        "money": "decimal",
        "name": "text",
        "padded": "padded",
        "day": "date",
        "moment": "timestamp",
        "flag": "boolean",
        "real": "double",
        "nothing": "text",
    },
    [
        (
            n - 3,
            Decimal(n) / 4,
            NAMES[n % len(NAMES)],
            "ab"[: n % 3],
            DAYS[n % 3],
            dt.datetime(2024, 1, 1, 12) + dt.timedelta(microseconds=n),  # noqa: DTZ001 - it has none
            bool(n % 2),
            n / 3,
            None,
        )
        for n in range(12)
    ],
)


def catalogue_of(*tables: Table) -> Catalogue:
    return Catalogue(connection="c", engine="duckdb", taken_at=TAKEN_AT, tables=tables)


def read(database: Database, *samples: Sample) -> dict[str, dict[str, ColumnProfile]]:
    with database.reading(*samples) as (reader, tables):
        found = value_profiles(reader, catalogue_of(*tables.values()))
    assert found.notes == ()
    told: dict[str, dict[str, ColumnProfile]] = {}
    for ref, profile in found.profiles.items():
        told.setdefault(ref.table.name, {})[ref.name] = profile
    return told


def sketch(*texts: str) -> tuple[int, ...]:
    """By hand: the last 15 hexadecimal digits of the MD5 of the canonical texts."""
    digests = (hashlib.md5(t.encode(), usedforsecurity=False).hexdigest() for t in set(texts))
    return tuple(sorted(int(each[-15:], 16) for each in digests))


def test_a_sketch_is_the_same_on_every_engine(database: Database):
    found = read(database, SAMPLE)["t"]
    rows = SAMPLE.rows
    assert found["whole"].sketch == sketch(*(str(row[0]) for row in rows))
    assert found["money"].sketch == sketch(*(f"{row[1].normalize():f}" for row in rows))
    assert found["name"].sketch == sketch(*NAMES)
    assert found["padded"].sketch == sketch("", "a", "ab")
    midnights = ((day - dt.date(1970, 1, 1)).days * 86_400 * 10**9 for day in DAYS)
    assert found["day"].sketch == sketch(*map(str, midnights))
    assert found["flag"].sketch == sketch("0", "1")
    assert found["real"].sketch is None
    assert found["nothing"].sketch == ()
    assert (found["nothing"].rows, found["nothing"].nulls) == (12, 12)
    assert found["whole"].quantiles[0] == -3.0
    assert found["whole"].quantiles[-1] == 8.0
    assert found["name"].quantiles == ()
    assert found["name"].mean_length == pytest.approx(sum(map(len, NAMES)) / len(NAMES))


def test_a_uuid_is_hashed_as_its_text_in_small_letters(duck: Database):
    made = [uuid.UUID(int=n << 100) for n in range(4)]
    found = read(duck, Sample("u", {"id": "uuid"}, [(each,) for each in made]))
    assert found["u"]["id"].sketch == sketch(*map(str, made))


def test_the_same_values_in_other_types_have_the_same_sketch(database: Database):
    one = Sample("one", {"n": "integer", "d": "date"}, [(n, DAYS[n % 3]) for n in range(9)])
    other = Sample(
        "other",
        {"n": "decimal", "d": "timestamp"},
        [
            (Decimal(n).quantize(Decimal("0.000")), dt.datetime.combine(DAYS[n % 3], dt.time()))
            for n in range(9)
        ],
    )
    found = read(database, one, other)
    for name in ("n", "d"):
        likeness = value_likeness(found["one"][name], found["other"][name])
        assert likeness is not None
        assert likeness.shared == 1.0


def test_of_many_values_the_least_hashes_are_kept(database: Database):
    found = read(database, Sample("many", {"n": "integer"}, [(n % 500,) for n in range(700)]))
    profile = found["many"]["n"]
    assert profile.sketch == sketch(*map(str, range(500)))[:SKETCH_SIZE]
    assert profile.about_distinct == pytest.approx(500, rel=0.3)


def test_an_empty_table_has_profiles_that_say_so(database: Database):
    profile = read(database, replace(SAMPLE, rows=[]))["t"]["name"]
    assert (profile.rows, profile.nulls, profile.sketch) == (0, 0, ())


def test_a_table_that_is_too_large_is_left_out_and_that_is_told(duck: Database):
    with duck.reading(SAMPLE) as (reader, tables):
        found = value_profiles(reader, catalogue_of(*tables.values()), most_rows=11)
        large = tables["t"].model_copy(update={"row_estimate": 10**9})
        unread = value_profiles(reader, catalogue_of(large))
    assert dict(found.profiles) == dict(unread.profiles) == {}
    assert found.notes == (f"{tables['t'].ref}: its values were not read, for it has 12 rows",)
    assert "more than 1,000,000 rows" in unread.notes[0]


def test_what_cannot_be_read_is_told_and_the_others_are_read(duck: Database):
    with duck.reading(SAMPLE) as (reader, tables):
        there = tables["t"]
        gone = Table(ref=TableRef(schema="main", name="gone"), columns=there.columns)
        found = value_profiles(reader, catalogue_of(gone, there))
    assert {ref.table for ref in found.profiles} == {there.ref}
    (note,) = found.notes
    assert note.startswith("main.gone: its values were not read")


def test_a_column_that_cannot_be_read_is_told_and_its_neighbours_are_read(duck: Database):
    with duck.reading(SAMPLE) as (reader, tables):
        there = tables["t"]
        lost = there.columns[0].model_copy(update={"name": "lost"})
        table = there.model_copy(update={"columns": (lost, *there.columns)})
        found = value_profiles(reader, catalogue_of(table))
    assert {ref.name for ref in found.profiles} == set(there.column_names)
    (note,) = found.notes
    assert note.startswith(f"{there.ref}: the values of 'lost' were not read")


def test_rows_and_nulls_of_a_table_are_counted_in_one_scan(duck: Database):
    with duck.reading(SAMPLE) as (reader, tables):
        asked: list[str] = []
        read = reader.read

        def noted(statement: Any, take: Any) -> Any:
            reading = read(statement, take)
            asked.append(reading.sql)
            return reading

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reader, "read", noted)
            value_profiles(reader, catalogue_of(*tables.values()))
    hashed = [each for each in asked if "hashed" in each]
    assert (len(asked) - len(hashed), len(hashed)) == (1, 7)


def test_views_are_not_read(duck: Database):
    with duck.reading(SAMPLE) as (reader, tables):
        view = tables["t"].model_copy(update={"kind": "view"})
        assert dict(value_profiles(reader, catalogue_of(view)).profiles) == {}


def test_where_values_are_hashed_here_a_column_of_too_many_has_no_sketch(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sketches, "MOST_VALUES", 5)
    profile = read(sqlite, SAMPLE)["t"]["whole"]
    assert profile.sketch is None
    assert profile.rows == 12


def test_the_hash_of_a_text_is_told_by_its_md5():
    assert hash_of("5") == sketch("5")[0]
