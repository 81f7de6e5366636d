"""The table that row comparison is measured on: sixteen typed columns, and a target that differs in known rows.

The same rows come out on PostgreSQL and on DuckDB, for both understand the expressions, and floats are made by the
division of whole numbers, which IEEE 754 rounds alike everywhere. Differences are spread evenly over the key space.
"""

from dataclasses import dataclass

TABLE = "sales"
KEY = "id"

COLUMNS: dict[str, tuple[str, str]] = {
    "id": ("BIGINT", "i"),
    "customer": ("INTEGER", "i * 7919 % 200003"),
    "store": ("SMALLINT", "i * 31 % 503"),
    "price": ("DECIMAL(12,2)", "CAST(i * 7919 % 1000003 AS DECIMAL(12,2)) * 0.01"),
    "rate": ("DECIMAL(18,6)", "CAST(i * 15485863 % 999983 AS DECIMAL(18,6)) * 0.000001"),
    "weight": ("DOUBLE PRECISION", "CAST(i * 613 % 9973 AS DOUBLE PRECISION) / 7"),
    "score": ("REAL", "CAST(CAST(i * 17 % 1009 AS DOUBLE PRECISION) / 8 AS REAL)"),
    "gift": ("BOOLEAN", "i % 11 = 0"),
    "ordered": ("DATE", "DATE '2015-01-01' + CAST(i * 17 % 3650 AS INTEGER)"),
    "shipped": (
        "TIMESTAMP",
        (
            "CASE WHEN i % 10 <> 0 THEN TIMESTAMP '2015-01-01 00:00:00'"
            " + CAST(i * 7919 % 315360000 AS INTEGER) * INTERVAL '1 second'"
            " + CAST(i % 1000000 AS INTEGER) * INTERVAL '1 microsecond' END"
        ),
    ),
    "loaded": (
        "TIMESTAMPTZ",
        "TIMESTAMPTZ '2024-01-01 00:00:00+00' + CAST(i % 86400 AS INTEGER) * INTERVAL '1 second'",
    ),
    "status": (
        "VARCHAR(20)",
        "CASE i % 4 WHEN 0 THEN 'open' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' ELSE 'closed' END",
    ),
    "name": ("VARCHAR(60)", "'Kunde Łódź № ' || CAST(i * 7919 % 200003 AS VARCHAR)"),
    "note": ("TEXT", "CASE WHEN i % 8 <> 0 THEN 'note ' || MD5(CAST(i AS VARCHAR)) END"),
    "code": ("CHAR(6)", "'C' || CAST(i % 9973 AS VARCHAR)"),
    "reference": ("UUID", "CAST(MD5('ref' || CAST(i AS VARCHAR)) AS UUID)"),
}
"""Type, and the value in row i."""

CHANGES = ("price", "weight", "note", "shipped", "name")
"""The columns in which changed rows differ, in turn."""

_CHANGED = {
    "price": "price + 0.01",
    "weight": "weight + 1e-9 * (weight + 1)",
    "note": "COALESCE(note, '') || ' '",
    "shipped": "COALESCE(shipped, TIMESTAMP '2015-01-01 00:00:00') + INTERVAL '1 microsecond'",
    "name": "UPPER(name)",
}


@dataclass(frozen=True)
class Planted:
    """How many rows were changed, left out, and added in the target."""

    changed: int = 0
    missing: int = 0
    extra: int = 0


def source_sql(numbers: str) -> str:
    """Makes the source; `numbers` is a FROM item that yields the numbers from 0 on as `i`: a row each."""
    columns = ", ".join(
        f"CAST({made} AS {kind}) AS {name}" for name, (kind, made) in COLUMNS.items()
    )
    return f"CREATE TABLE {TABLE} AS SELECT {columns} FROM {numbers} ORDER BY 1"


def planting_sql(rows: int, planted: Planted) -> list[str]:
    """Turns a copy of the source into the target. Changed and missing rows never meet."""
    statements = []
    if planted.changed:
        step = rows // planted.changed
        for turn, column in enumerate(CHANGES):
            rest = f"{KEY} % {step} = 3 AND ({KEY} - 3) / {step} % {len(CHANGES)} = {turn}"
            statements.append(
                f"UPDATE {TABLE} SET {column} = {_CHANGED[column]}"
                f" WHERE {rest} AND {KEY} < {step} * {planted.changed}"
            )
    if planted.missing:
        step = rows // planted.missing
        statements.append(
            f"DELETE FROM {TABLE} WHERE {KEY} % {step} = 7 AND {KEY} < {step} * {planted.missing}"
        )
    if planted.extra:
        step = rows // planted.extra
        names = ", ".join(COLUMNS)
        others = ", ".join(name for name in COLUMNS if name != KEY)
        statements.append(
            f"INSERT INTO {TABLE} ({names}) SELECT -1 - {KEY}, {others} FROM {TABLE}"
            f" WHERE {KEY} % {step} = 11 AND {KEY} < {step} * {planted.extra}"
        )
    return statements
