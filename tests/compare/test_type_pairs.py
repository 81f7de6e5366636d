"""Every pair of types that can be compared, with the ends of what they hold.

A family's types stand against each other in one table, a column for each pair; the values of the target are those of
the source, moved down by some rows. What must be found is told by the reference (`canonical_value`) over what the two
databases say that they hold.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import duckdb
import psycopg
import pytest
from sqlalchemy import select
from tests.compare.tables import (
    DUCKDB,
    PAIRS,
    POSTGRESQL,
    SOME_PAIRS,
    WAYS,
    Content,
    Engines,
    TablePair,
    Tables,
    told,
)

from ombudsman.compare.verdict import Verdict
from ombudsman.measures.relation import Relation
from ombudsman.model.canonical_values import canonical_value
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, form_of
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.tables import Side
from ombudsman.sql.canonical import makes_text
from ombudsman.sql.native_types import read_type

pytestmark = pytest.mark.postgres

SHIFTS = (0, 1, 2, 5)
"""By how many rows the target's values are moved."""


@dataclass(frozen=True)
class Family:
    """Values as they are written, and the types of each engine that may hold them."""

    values: Sequence[str]
    duckdb: Sequence[str]
    postgresql: Sequence[str]

    def types(self, engine: str) -> Sequence[str]:
        return self.duckdb if engine == DUCKDB else self.postgresql


FAMILIES: Mapping[str, Family] = {
    "numbers": Family(
        ["0", "1", "-1", "255", "32767", "-32768", "2147483648", "4294967296", "9223372036854775807",
         "-9223372036854775808", "9007199254740993", "18446744073709551615", "99999999999999999999", "9" * 38,
         "340282366920938463463374607431768211455", "0.5", "-0.5", "1.1", "-12345.67", "-0.05", "0.01", "-0.01",
         "123456789.123", "9007199254740993.5", "0." + "9" * 30, "true", "false", " 7 ", "007", "+5", "1e2", "1_000",
         "x", ""],
        ["BOOLEAN", "SMALLINT", "BIGINT", "UTINYINT", "UBIGINT", "HUGEINT", "UHUGEINT", "DECIMAL(2,2)", "DECIMAL(9,2)",
         "DECIMAL(38,10)", "DOUBLE", "FLOAT", "VARCHAR"],
        ["boolean", "smallint", "bigint", "numeric(9,2)", "numeric(38,10)", "numeric(60,30)", "numeric",
         "double precision", "real", "text"],
    ),
    "binary fractions": Family(
        ["0", "-0.0", "1.5", "-1.5", "0.1", "0.10000000000000002", "1e300", "-1e300", "5e-324", "-1e-310", "1e-300",
         "1.7976931348623157e308", "2.2250738585072014e-308", "NaN", "inf", "-inf", "3.4028235e38", "1e-45",
         "16777217"],
        ["DOUBLE", "FLOAT"],
        ["double precision", "real"],
    ),
    "numbers that are none": Family(
        ["0", "1.5", "NaN", "Infinity", "-Infinity", "1" + "0" * 60, "-" + "1" + "0" * 60, "x"],
        ["DOUBLE", "VARCHAR"],
        ["numeric", "numeric(60,10)", "text"],
    ),
    "moments": Family(
        ["1970-01-01", "1969-12-31", "2024-02-29", "0001-01-01", "9999-12-31", "10000-01-01", "20000-02-29",
         "1752-09-14", "1900-01-01", "1677-09-20", "2262-04-12", "0044-03-15 BC", "infinity", "-infinity",
         "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2024-02-29 12:34:56.1", "9999-12-31 23:59:59.999999",
         "2024-02-29T12:34:56Z", "2024-01-01 00:00:00+05:30", "2024-06-01 12:00:00-08", "2024-2-9", " 2024-02-29 ",
         "2016-12-31 23:59:60", "x", ""],
        ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ", "VARCHAR"],
        ["date", "timestamp", "timestamp(0)", "timestamp(3)", "timestamptz", "text"],
    ),
    "times": Family(
        ["00:00:00", "12:34:56.123456", "23:59:59.999999", "24:00:00", "00:00:00.000001", "12:00", "12:00:00+02",
         "12:00:00+00", "x", ""],
        ["TIME", "TIMETZ", "VARCHAR"],
        ["time", "timetz", "time(0)", "text"],
    ),
    "texts": Family(
        ["", " ", "  ", "a", "a ", "A", " a", "é", "e\u0301", "\U0001f600", "汉字", "a\u00a0", "\u200b", "|", "\t",
         "\x01\x1f\x7f", "\x1f", "N", "V", "'", "\\", "%s", "İ", "ab" * 9_000, "a\r\nb", "a\nb",
         "00000000-0000-0000-0000-000000000000", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
         "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
        ["VARCHAR", "UUID"],
        ["text", "varchar(30000)", "char(40)", "uuid", "name"],
    ),
    "documents": Family(
        ['{"a": 1, "b": [1.0, null]}', '{"b":[1,null],"a":1e0}', '{"a":2}', "1", "1.0", "1e0", '"x"', '"\\u0078"',
         "null", "[]", "9007199254740993", "9007199254740992", "x", ""],
        ["JSON", "VARCHAR"],
        ["json", "jsonb", "text"],
    ),
    "bytes": Family(
        ["", "00", "ff00", "deadbeef", "DEADBEEF", "0xdeadbeef", "\\xdeadbeef", "x", "abc"],
        ["BLOB", "VARCHAR"],
        ["bytea", "text"],
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Pairing:
    """The two tables of a family, and the form of each column."""

    source: Content
    target: Content
    forms: Mapping[str, Form]

    @property
    def hashable(self) -> tuple[str, ...]:
        """The key, and the columns that both engines can hash alike."""
        alike = [
            n for n, f in self.forms.items() if all(makes_text(f, e) for e in (DUCKDB, POSTGRESQL))
        ]
        return ("id", *alike)


def pairing(engines: Engines, family: Family, held: Mapping[tuple[str, str], set[str]]) -> Pairing:
    columns = [
        (ours, theirs, form)
        for ours in family.types(engines[0])
        for theirs in family.types(engines[1])
        if (form := _form(engines, ours, theirs))
    ]
    rows: list[list[Any]] = []
    moved: list[list[Any]] = []
    for shift in SHIFTS:
        for at, value in enumerate(family.values):
            other = family.values[(at + shift) % len(family.values)]
            rows.append(
                [len(rows), *(_held(value, engines[0], ours, held) for ours, _, _ in columns)]
            )
            moved.append(
                [len(moved), *(_held(other, engines[1], theirs, held) for _, theirs, _ in columns)]
            )
    names = [f"x{i}" for i in range(len(columns))]
    return Pairing(
        Content(
            {"id": "bigint"} | {n: c[0] for n, c in zip(names, columns, strict=True)},
            rows,
            key=("id",),
        ),
        Content(
            {"id": "bigint"} | {n: c[1] for n, c in zip(names, columns, strict=True)},
            moved,
            key=("id",),
        ),
        {n: c[2] for n, c in zip(names, columns, strict=True)},
    )


def _form(engines: Engines, ours: str, theirs: str) -> Form | None:
    try:
        return form_of(read_type(engines[0], ours), read_type(engines[1], theirs))
    except Unsupported:
        return None


def _held(value: str, engine: str, kind: str, held: Mapping[tuple[str, str], set[str]]) -> Any:
    if value not in held[engine, kind]:
        return None
    return bytes.fromhex(value) if kind in {"BLOB", "bytea"} else value


@pytest.fixture(scope="module")
def held(tables: Tables) -> Mapping[tuple[str, str], set[str]]:
    """Of each engine and type the values that it holds, as the engine itself says."""
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        return {
            (engine, kind): {
                each for each in family.values if _holds(tables, duck, engine, kind, each)
            }
            for family in FAMILIES.values()
            for engine in (DUCKDB, POSTGRESQL)
            for kind in family.types(engine)
        }


def _holds(
    tables: Tables, duck: duckdb.DuckDBPyConnection, engine: str, kind: str, value: str
) -> bool:
    try:
        if kind in {"BLOB", "bytea"}:
            bytes.fromhex(value)
        elif engine == DUCKDB:
            duck.execute(f"SELECT CAST(? AS {kind})", [value])
        else:
            tables.execute(f"SELECT CAST(%s::text AS {kind})", value)
    except (ValueError, duckdb.Error, psycopg.Error):
        return False
    return True


def differing(pair: TablePair, forms: Mapping[str, Form]) -> set[tuple[tuple[int], str]]:
    """The cells that differ by the reference, and by what the databases say that they hold."""
    source, target = (_cells(pair, side, forms) for side in (0, 1))
    return {
        ((number,), name)
        for name, form in forms.items()
        for number, ours, theirs in zip(source["id"], source[name], target[name], strict=True)
        if _canonical(ours, form) != _canonical(theirs, form)
    }


def _cells(pair: TablePair, side: int, forms: Mapping[str, Form]) -> dict[str, list[Any]]:
    table, connection, reader = pair.tables[side], pair.connections[side], pair.readers[side]
    mapping = TableMapping(
        source=table.ref,
        target=table.ref,
        columns=tuple(ColumnMapping(source=name, target=name) for name in table.column_names),
    )
    dialect = connection.sql_dialect
    relation = Relation(
        Side.TARGET,
        table,
        source_table=table,
        mapping=mapping,
        dialect=dialect,
        source_dialect=dialect,
    )
    names = ["id", *forms]
    asked = (
        select(*map(relation.column, names))
        .select_from(relation.from_clause)
        .order_by(relation.column("id"))
    )
    columns = zip(*reader.query(asked).rows, strict=True)
    singles = {c.name for c in table.columns if c.native_type in {"real", "FLOAT"}}
    return {
        name: [_single(v) if name in singles else v for v in values]
        for name, values in zip(names, columns, strict=True)
    }


def _single(value: float | None) -> float | None:
    """PostgreSQL's driver reads a `real` by its shortest text: the number itself is meant here."""
    return None if value is None else float(struct.unpack("f", struct.pack("f", value))[0])


def _canonical(value: Any, form: Form) -> tuple[bool, Any]:
    """A text that could not be read is told apart from one that is a value; NaN is NaN."""
    canonical = canonical_value(value, form)
    is_nan = isinstance(canonical, float) and canonical != canonical  # noqa: PLR0124
    return isinstance(canonical, str), "NaN" if is_nan else canonical


@pytest.fixture(autouse=True)
def everything_told() -> Iterator[None]:
    """Every differing cell is among the findings."""
    with mock.patch("ombudsman.compare.differences._SAMPLE_PER_CAUSE", 10**6):
        yield


@pytest.mark.parametrize("engines", SOME_PAIRS, ids="-".join)
@pytest.mark.parametrize("name", FAMILIES)
def test_the_cells_that_differ_are_those_that_the_reference_tells_apart(
    name: str, engines: Engines, tables: Tables, held: Mapping[tuple[str, str], set[str]]
):
    given = pairing(engines, FAMILIES[name], held)
    with tables.pair(engines, given.source, given.target) as pair:
        expected = differing(pair, given.forms)
        hashable = {cell for cell in expected if cell[1] in given.hashable}
        for way in WAYS:
            is_portable = way.startswith("portable")
            if way == "native" or (is_portable and len(given.hashable) == 1):
                continue
            columns = given.hashable if is_portable or way == "checksum" else ("id", *given.forms)
            found = told(pair.answer(way, columns=columns))
            assert found.cells.keys() == (hashable if columns == given.hashable else expected), way
    assert expected


@pytest.mark.parametrize("engines", [PAIRS[1]], ids="-".join)
@pytest.mark.parametrize("name", FAMILIES)
def test_an_engines_own_hash_sees_what_the_reference_tells_apart(
    name: str, engines: Engines, tables: Tables, held: Mapping[tuple[str, str], set[str]]
):
    family = FAMILIES[name]
    given = pairing(engines, family, held)
    alike = {
        column: form
        for column, form in given.forms.items()
        if given.source.columns[column] == given.target.columns[column]
    }
    with tables.pair(engines, given.source, given.target) as pair:
        found = told(pair.answer("native", columns=("id", *alike)))
        assert found.cells.keys() == differing(pair, alike)


@pytest.mark.parametrize("engines", SOME_PAIRS, ids="-".join)
@pytest.mark.parametrize("name", ["numbers", "binary fractions", "moments", "texts"])
def test_of_equal_rows_none_is_read_twice(
    name: str, engines: Engines, tables: Tables, held: Mapping[tuple[str, str], set[str]]
):
    """Their fingerprints are the same, wherever they are made: else time would be lost, if not the truth."""
    given = pairing(engines, FAMILIES[name], held)
    forms = {name: form for name, form in given.forms.items() if name in given.hashable}
    with tables.pair(engines, given.source, given.target) as pair:
        unlike = differing(pair, forms)
    source, target = (_without(each, unlike) for each in (given.source, given.target))
    with tables.pair(engines, source, target) as pair, mock.patch.object(Verdict, "of") as judged:
        for way in WAYS:
            if way.startswith("portable"):
                pair.answer(way, columns=given.hashable)
    assert not judged.called


def _without(content: Content, cells: set[tuple[tuple[int], str]]) -> Content:
    """The table with NULL in these cells."""
    return content.with_rows(
        [
            [
                None if ((row[0],), name) in cells else value
                for name, value in zip(content.columns, row, strict=True)
            ]
            for row in content.rows
        ]
    )
