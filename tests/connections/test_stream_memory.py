"""A stream never holds all rows."""

import gc
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa
from tests.connections.conftest import duckdb_shop, postgres_shop, sqlite_shop
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import Connection

ROWS = 2_000_000
MIB = 2**20
WIDE = {
    "duckdb": f"SELECT range AS i, repeat('x', 100) || range AS t FROM range({ROWS})",
    "postgresql": f"SELECT i, repeat('x', 100) || i AS t FROM (SELECT generate_series(1, {ROWS}) AS i) AS n",
    "sqlite": f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS // 4})"
    " SELECT i, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' || i AS t"
    " FROM n",
}


def growth(connection: Connection, sql: str) -> tuple[int, float]:
    """Rows read, and by how many MiB the process had grown at its largest while it read them."""
    me = psutil.Process()
    with connection.open() as reader:
        reader.query(sa.select(sa.literal(1)))
        gc.collect()
        before = most = me.memory_info().rss
        rows = 0
        for batch in reader.stream(sql):
            rows += batch.num_rows
            most = max(most, me.memory_info().rss)
    return rows, (most - before) / MIB


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_two_hundred_megabytes_pass_through_little_memory(tmp_path: Path, engine: str):
    shop = duckdb_shop(tmp_path) if engine == "duckdb" else sqlite_shop(tmp_path)
    with shop.connection() as connection:
        rows, grown = growth(connection, WIDE[engine])
    assert rows == (ROWS if engine == "duckdb" else ROWS // 4)
    assert grown < 96, f"{grown:.0f} MiB"


@pytest.mark.postgres
def test_they_do_from_postgresql_too(postgres: PostgresServer):
    with postgres_shop(postgres).connection() as connection:
        rows, grown = growth(connection, WIDE["postgresql"])
    assert rows == ROWS
    assert grown < 96, f"{grown:.0f} MiB"
