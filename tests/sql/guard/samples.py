"""The table that the corpora speak of, in three engines, and the corpora themselves.

The rows hold what conditions stumble over: NULLs, trailing blanks, an empty text, letters beyond ASCII, a backslash,
patterns' own characters, negative numbers, a leap day.
"""

import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ombudsman.model import types

CORPUS = Path(__file__).parent / "corpus"

COLUMNS: dict[str, types.DataType] = {
    "id": types.Integer(bits=32),
    "a": types.Integer(bits=32),
    "b": types.Integer(bits=32),
    "c": types.Text(),
    "d": types.Date(),
    "e": types.Decimal(precision=10, scale=2),
    "f": types.Boolean(),
    "g": types.Float(bits=64),
    "h": types.Timestamp(),
}

_LEAP = dt.date(2024, 2, 29)
_TEN = dt.datetime(2024, 2, 29, 10, 30)  # noqa: DTZ001 - a column without zone holds it

ROWS: list[tuple[Any, ...]] = [
    (1, 1, 2, "open", _LEAP, Decimal("10.50"), True, 0.5, _TEN),
    (2, 2, 1, "closed", dt.date(2023, 12, 31), Decimal("-1.25"), False, 1.5, _TEN),
    (3, 3, 3, "OPEN", dt.date(2024, 6, 1), Decimal("99.99"), True, 149.0, _TEN),
    (4, -1, 4, "open ", dt.date(2025, 1, 1), Decimal("0.00"), None, -0.5, None),
    (5, None, 5, None, None, None, None, None, None),
    (6, 0, 1, "", _LEAP, Decimal("10.55"), False, 0.0, _TEN),
    (7, 7, 2, "10%", _LEAP, Decimal("20.01"), True, 1.0, _TEN),
    (8, 5, 5, "50_", dt.date(2022, 2, 2), Decimal("5.00"), True, 2.0, _TEN),
    (9, 4, 8, "a\\b", _LEAP, Decimal("1.00"), False, 3.0, _TEN),
    (10, 2, 2, "Łódź", _LEAP, Decimal("2.50"), True, 4.0, _TEN),
    (11, 3, 1, "it's", _LEAP, Decimal("3.33"), True, 5.0, _TEN),
    (12, 1, 1, "tab\there", _LEAP, Decimal("3.34"), False, 6.0, _TEN),
    (13, None, 1, "5", dt.date(2024, 2, 1), Decimal("7.77"), None, 7.0, None),
]

ORDERS = [
    (1, 1, Decimal("10.00"), dt.date(2024, 1, 5), "open"),
    (2, 1, Decimal("-2.00"), dt.date(2024, 2, 5), "closed"),
    (3, 2, Decimal("30.50"), dt.date(2023, 3, 1), "open"),
    (4, 9, None, dt.date(2024, 4, 1), None),
    (5, None, Decimal("30.50"), None, "open"),
]
CUSTOMERS = [(1, "Ann", "Bonn"), (2, "Bob", "Cork"), (3, "Cid", "Bonn")]

QUERY_TABLES = {
    "sales.orders": ["id", "customer", "amount", "ordered", "status"],
    "sales.customers": ["id", "name", "city"],
    "t": ["a"],
}


def corpus(name: str) -> Any:
    """What a file of the corpus holds."""
    return yaml.safe_load((CORPUS / f"{name}.yml").read_text(encoding="utf-8"))


def in_duckdb() -> duckdb.DuckDBPyConnection:
    """A database in memory with all tables."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE t (id INT, a INT, b INT, c VARCHAR, d DATE, e DECIMAL(10, 2), f BOOLEAN, g DOUBLE, h TIMESTAMP)"
    )
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", ROWS)
    connection.execute("CREATE SCHEMA sales")
    connection.execute(
        "CREATE TABLE sales.orders (id INT, customer INT, amount DECIMAL(10, 2), ordered DATE, status VARCHAR)"
    )
    connection.executemany("INSERT INTO sales.orders VALUES (?, ?, ?, ?, ?)", ORDERS)
    connection.execute("CREATE TABLE sales.customers (id INT, name VARCHAR, city VARCHAR)")
    connection.executemany("INSERT INTO sales.customers VALUES (?, ?, ?)", CUSTOMERS)
    return connection


def in_sqlite() -> sqlite3.Connection:
    """The table t; dates are texts, booleans are 0 and 1, LIKE is made to see letter case as elsewhere."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.execute(
        "CREATE TABLE t (id INT, a INT, b INT, c TEXT, d TEXT, e REAL, f BOOLEAN, g REAL, h TEXT)"
    )
    plain = [tuple(_plain(value) for value in row) for row in ROWS]
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", plain)
    return connection


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
    return value
