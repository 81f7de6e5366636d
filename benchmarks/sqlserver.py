"""What does reading SQL Server cost this machine?

A million rows of ten columns as Arrow, through our stream and by mssql-python's own `arrow()`, in turn, in this
process: the processor time is the client's alone, for the server runs in another. And the catalogue of 2,000 tables:
how many questions, and how long. On the stand-in of the tests, or on the server that OVS_TEST_MSSQL_URL names.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pyarrow as pa
from tests.sqlserver_server import (
    VARIABLE,
    Place,
    place_on_real_server,
    place_on_stand_in,
    stand_in,
)

from ombudsman.connections.connection import connect
from ombudsman.connections.sqlserver_drivers import driver_for
from ombudsman.metadata.read import read_catalogue

ROWS, ROUNDS = 1_000_000, 3
TABLES, COLUMNS, TABLES_AT_ONCE = 2_000, 20, 50

_DEFINITION = """CREATE TABLE {s}.wide (
  id int NOT NULL PRIMARY KEY, customer bigint NOT NULL, amount decimal(12,2) NULL, rate float NULL, made date NULL,
  at datetime2(3) NULL, is_open bit NULL, code varchar(12) NULL, name nvarchar(40) NULL, quantity smallint NULL)"""

_FILLED = """INSERT INTO {s}.wide
SELECT n, n * 7919, CAST(n % 100000 AS decimal(12,2)) / 100, n / 3.0, DATEADD(day, n % 9000, '2000-01-01'),
       DATEADD(second, n, '2020-01-01'), n % 2, CAST(n AS varchar(12)),
       N'name ' + CAST(n % 5000 AS nvarchar(10)), n % 1000
FROM (SELECT TOP ({rows}) ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) AS n
      FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b CROSS JOIN sys.all_columns AS c) AS numbers"""


def run() -> dict[str, Any]:
    """The figures. Goals: our stream takes at most 1.2 times the driver's own; the catalogue at most ten questions."""
    with _somewhere() as place:
        _fill(place)
        figures = _streams(place)
        _many_tables(place)
        return {
            "server": "stand-in" if place.stand_in else "SQL Server",
            **figures,
            **_catalogue(place),
        }


@contextmanager
def _somewhere() -> Iterator[Place]:
    if VARIABLE in os.environ:
        with place_on_real_server() as place:
            yield place
    else:
        with stand_in() as server, place_on_stand_in(server) as place:
            yield place


def _fill(place: Place) -> None:
    place.execute(_DEFINITION)
    if place.stand_in is None:
        place.execute(_FILLED.replace("{rows}", str(ROWS)))
    else:
        place.stand_in.load(f"{place.schema}.wide", _rows())


def _rows() -> pa.Table:
    import duckdb

    return duckdb.sql(
        f"""
        SELECT range::INTEGER AS id, range * 7919 AS customer, (range % 100000 / 100)::DECIMAL(12, 2) AS amount,
               range / 3.0::DOUBLE AS rate, DATE '2000-01-01' + (range % 9000)::INTEGER AS made,
               TIMESTAMP '2020-01-01' + to_seconds(range) AS at, range % 2 = 1 AS is_open,
               range::VARCHAR AS code, 'name ' || range % 5000 AS name, (range % 1000)::SMALLINT AS quantity
        FROM range({ROWS})
        """
    ).to_arrow_table()


def _streams(place: Place) -> dict[str, Any]:
    sql = f"SELECT * FROM {place.schema}.wide"
    ours, theirs = [], []
    with connect("bench", place.settings) as connection, connection.open() as reader:
        session = driver_for(place.settings).login(place.settings)
        for _ in range(ROUNDS):
            theirs.append(_measured(lambda: session.cursor().execute(sql).arrow().num_rows))
            ours.append(_measured(lambda: sum(batch.num_rows for batch in reader.stream(sql))))
        session.close()
    cpu = [statistics.median(cpu for cpu, _ in each) for each in (ours, theirs)]
    wall = [statistics.median(wall for _, wall in each) for each in (ours, theirs)]
    return {
        "rows": ROWS,
        "stream_client_cpu_s": round(cpu[0], 3),
        "mssql_python_arrow_client_cpu_s": round(cpu[1], 3),
        "cpu_ratio": round(cpu[0] / cpu[1], 2),
        "stream_s": round(wall[0], 2),
        "mssql_python_arrow_s": round(wall[1], 2),
        "goal": "cpu_ratio at most 1.2",
    }


def _measured(act: Callable[[], int]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    count = act()
    if count != ROWS:
        raise AssertionError(count)
    return time.process_time() - cpu, time.perf_counter() - wall


def _many_tables(place: Place) -> None:
    """Many statements at a time, for each is a round trip."""
    more = ", ".join(f"c{n} nvarchar(40) NULL" for n in range(3, COLUMNS + 1))
    for first in range(0, TABLES, TABLES_AT_ONCE):
        made = [
            f"CREATE TABLE {{s}}.table_{n} (id int NOT NULL PRIMARY KEY, parent int NULL"
            f" REFERENCES {{s}}.table_{n} (id), {more})"
            for n in range(first, first + TABLES_AT_ONCE)
        ]
        text = "; ".join(made)
        if place.stand_in is None:
            place.execute(text)
        else:
            place.stand_in.define(text.replace("{s}", place.schema))


def _catalogue(place: Place) -> dict[str, Any]:
    with connect("bench", place.settings) as connection, connection.open() as reader:
        with patch.object(reader, "query", wraps=reader.query) as query:
            clock, cpu = time.perf_counter(), time.process_time()
            catalogue = read_catalogue(reader, [place.schema])
            seconds, cpu = time.perf_counter() - clock, time.process_time() - cpu
        return {
            "tables": len(catalogue.tables),
            "columns": sum(len(table.columns) for table in catalogue.tables),
            "catalogue_queries": query.call_count,
            "catalogue_s": round(seconds, 2),
            "catalogue_client_cpu_s": round(cpu, 2),
        }
