"""Rows of a SQL Server beside those of a DuckDB: no digit and no letter of any type is lost on the way.

On the stand-in, and on the server that OVS_TEST_MSSQL_URL names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from tests.sqlserver_server import Place

from ombudsman.compare.engine import RowsAnswer, RowsQuestion, compare_rows
from ombudsman.compare.plan import Strategy
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import ConnectionSettings, DuckDbSettings
from ombudsman.measures.relation import Relation
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Column, Key, Side, Table, TableRef
from ombudsman.sql.native_types import read_type

GUID = "0123abcd-0000-4000-8000-00000000000"
PRECISION = Cause.TIME_PRECISION

TYPES = [
    # SQL Server, DuckDB, a value there and here, one that differs and why
    ("datetime2(7)", "TIMESTAMP_NS", "'2024-02-29 12:34:56.1234567'", "'2024-02-29 12:34:56.1234560'", PRECISION),
    ("datetime2(7)", "TIMESTAMP", "'9999-12-31 23:59:59.9999990'", "'9999-12-31 23:59:59.999'", PRECISION),
    ("datetime2(7)", "TIMESTAMP", "'0001-01-01 00:00:00.0000010'", "'0001-01-01'", PRECISION),
    ("datetime2(6)", "TIMESTAMP", "'1969-12-31 23:59:59.999999'", "'1969-12-31 23:59:59'", PRECISION),
    ("datetime2(3)", "TIMESTAMP_NS", "'2024-02-29 12:34:56.123'", "'2024-02-29 12:34:56.123001'", None),
    ("time(7)", "TIME_NS", "'23:59:59.9999999'", "'23:59:59.9999990'", PRECISION),
    ("time(7)", "TIME", "'12:34:56.1234560'", "'12:34:56.123'", PRECISION),
    ("datetimeoffset(7)", "TIMESTAMPTZ", "'2024-01-01 00:00:00.5 +05:30'", "'2024-01-01 00:00:00.5Z'", Cause.TIME_ZONE),
    ("datetime", "TIMESTAMP", "'2024-02-29T12:34:56.003'", "'2024-02-29T12:34:56.004'", None),
    ("date", "DATE", "'0001-01-01'", "'0001-01-02'", None),
    ("decimal(38,10)", "DECIMAL(38,10)", "-1234567890123456789012345678.0123456789", "1.5", None),
    ("money", "DECIMAL(19,4)", "-922337203685477.5808", "-922337203685477.58", Cause.ROUNDING),
    ("bigint", "BIGINT", "-9223372036854775808", "1", None),
    ("bit", "BOOLEAN", "1", "0", None),
    ("float", "DOUBLE", "0.25", "0.5", None),
    ("uniqueidentifier", "UUID", f"'{GUID.upper()}A'", f"'{GUID}b'", None),
    ("uniqueidentifier", "VARCHAR", f"'{GUID}a'", f"'{GUID.upper()}B'", None),
    ("nvarchar(40)", "VARCHAR", "'Łódź'", "'ŁÓDŹ'", Cause.LETTER_CASE),
    ("varchar(40)", "VARCHAR", "'ab  '", "'ab'", Cause.TRAILING_SPACE),
    ("nchar(5)", "VARCHAR", "'ab'", "'abc'", None),
    ("varbinary(8)", "BLOB", "0x00FF", "'x'::BLOB", None),
]  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A table of SQL Server and one of DuckDB, both called `t` with columns `id` and `c0`, `c1` ..."""

    place: Place
    folder: Path

    def compared(self, driver: str, strategy: Strategy) -> RowsAnswer:
        settings: tuple[ConnectionSettings, ...] = (
            self.place.settings.model_copy(update={"driver": driver}),
            DuckDbSettings(path=self.folder / "target.duckdb"),
        )
        source = _table(self.place.schema, "mssql", [each[0] for each in TYPES])
        target = _table("main", "duckdb", [each[1] for each in TYPES])
        mapping = TableMapping(
            source=source.ref,
            target=target.ref,
            columns=tuple(ColumnMapping(source=c, target=c) for c in source.column_names),
        )
        connections = [connect(str(side), each) for side, each in zip(Side, settings, strict=True)]
        with connections[0] as one, connections[1] as two, one.open() as ours, two.open() as theirs:
            relations = [
                Relation(
                    side,
                    table,
                    source_table=source,
                    mapping=mapping,
                    dialect=reader.connection.sql_dialect,
                    source_dialect="tsql",
                )
                for side, table, reader in zip(Side, (source, target), (ours, theirs), strict=True)
            ]
            question = RowsQuestion(key=("id",), columns=source.column_names, strategy=strategy)
            return compare_rows(question, (relations[0], relations[1]), (ours, theirs))


def _table(schema: str, engine: str, natives: Sequence[str]) -> Table:
    written = ["int" if engine == "mssql" else "INTEGER", *natives]
    names = ["id", *(f"c{number}" for number in range(len(natives)))]
    columns = tuple(
        Column(name=name, native_type=native, data_type=read_type(engine, native))
        for name, native in zip(names, written, strict=True)
    )
    key = Key(kind="primary", columns=("id",))
    return Table(ref=TableRef(schema=schema, name="t"), columns=columns, primary_key=key)


@pytest.fixture(scope="module")
def pair(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Row 1 is the same on both sides, row 2 is NULL, row 3 differs in every column, row 4 is the source's alone."""
    folder = tmp_path_factory.mktemp("rows")
    there = ", ".join(f"c{n} {each[0]} NULL" for n, each in enumerate(TYPES))
    here = ", ".join(f"c{n} {each[1]}" for n, each in enumerate(TYPES))
    values = ", ".join(_national(each[2]) for each in TYPES)
    alike = ", ".join(_of_duckdb(each[2], each[1]) for each in TYPES)
    other = ", ".join(each[3] for each in TYPES)
    nulls = ", ".join("NULL" for _ in TYPES)
    place.execute(
        f"CREATE TABLE {{s}}.t (id int NOT NULL PRIMARY KEY, {there})",
        *(f"INSERT INTO {{s}}.t VALUES ({n}, {values})" for n in (1, 3, 4)),
        f"INSERT INTO {{s}}.t VALUES (2, {nulls})",
    )
    with duckdb.connect(str(folder / "target.duckdb")) as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {here})")
        database.execute(f"INSERT INTO t VALUES (1, {alike}), (2, {nulls}), (3, {other})")
    return Pair(place, folder)


def _national(value: str) -> str:
    return value if value.isascii() else f"N{value}"


def _of_duckdb(value: str, kind: str) -> str:
    if kind == "BLOB":
        return f"unhex('{value.removeprefix('0x')}')"
    if kind == "BOOLEAN":
        return "true"
    return value.replace(" +05:30", "+05:30")


@pytest.mark.parametrize("strategy", [Strategy.STREAM, Strategy.CHECKSUM])
def test_what_is_alike_is_not_a_finding_and_what_is_not_is_told_with_its_cause(
    pair: Pair, driver: str, strategy: Strategy
):
    answer = pair.compared(driver, strategy)
    assert answer.plan.strategy is strategy
    assert answer.differences.found == {Kind.ROW_MISSING_IN_TARGET: 1, Kind.VALUE_DIFFERS: 1}
    columns = answer.differences.columns
    told = {column: dict(causes) for column, causes in columns.items()}
    for number, (native, kind, *_, cause) in enumerate(TYPES):
        causes = told.pop(f"c{number}", {})
        assert (native, kind, sum(causes.values())) == (native, kind, 1)
        if cause is not None:
            assert (native, kind, set(causes)) == (native, kind, {cause})
    assert not told
    offset = f"c{next(n for n, each in enumerate(TYPES) if 'offset' in each[0])}"
    assert (
        f"of {offset} the instant is compared, not the offset in which it was written"
        in answer.notes
    )
