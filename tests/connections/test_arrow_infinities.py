"""Infinite dates and moments of PostgreSQL come as those of Arrow and DuckDB, and finite ones as they are."""

import duckdb
import pyarrow as pa
import pytest
from tests.postgres_server import PostgresServer

from ombudsman.connections.arrow_infinities import with_infinities
from ombudsman.connections.connection import connect

VALUES = {
    "date": ["infinity", "-infinity", "0001-01-01", "9999-12-31", "4713-01-01 BC", None],
    "timestamp": ["infinity", "-infinity", "0001-01-01", "9999-12-31 23:59:59.999999", None],
    "timestamptz": ["infinity", "-infinity", "0001-01-01", "9999-12-31 23:59:59.999999", None],
}


@pytest.mark.postgres
@pytest.mark.parametrize("kind", VALUES)
def test_duckdb_reads_what_postgresql_means(kind: str, postgres: PostgresServer):
    literals = ", ".join("(NULL)" if v is None else f"('{v}'::{kind})" for v in VALUES[kind])
    with connect("x", postgres.settings("postgres")) as connection, connection.open() as reader:
        sql = f"SELECT x, isfinite(x) AS is_finite, x > '2000-01-01' AS is_late FROM (VALUES {literals}) AS v(x)"
        rows = pa.Table.from_batches(list(reader.stream(sql)))
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.register("rows", rows)
        found = duck.execute("SELECT isfinite(x), x > '2000-01-01' FROM rows").fetchall()
    told = zip(*(rows.column(name).to_pylist() for name in ("is_finite", "is_late")), strict=True)
    assert found == list(told)
    assert found[:2] == [(False, True), (False, False)]


def test_a_batch_without_infinities_is_not_touched():
    days = pa.array([-719162, 0, None, 2932896], pa.int32()).cast(pa.date32())
    batch = pa.RecordBatch.from_arrays([days, pa.array(["a", None, "b", "c"])], ["day", "text"])
    assert with_infinities(batch) is batch
    empty = batch.slice(0, 0)
    assert with_infinities(empty) is empty
