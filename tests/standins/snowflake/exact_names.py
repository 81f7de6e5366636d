"""Are names written as they are? To Snowflake `"orders"` and ORDERS are two names, to the emulator's DuckDB one.

So that a wrong letter is found out, each name of a SELECT is looked up before it gets there.
"""

from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from tests.standins.snowflake.sessions import Refused


def check_names(sql: str, connection: Any) -> None:
    """Raises Refused when a SELECT names a table or column that is there in other letters only."""
    try:
        tree = parse_one(sql, read="snowflake")
    except SqlglotError:
        return
    if not isinstance(tree, exp.Query):
        return
    made_here = {_spelt(cte.args["alias"].this) for cte in tree.find_all(exp.CTE)}
    tables = [table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    names = {_spelt(table.this) for table in tables} - made_here
    if any(table.db.upper() == "INFORMATION_SCHEMA" for table in tables):
        return
    there = {row[0] for row in connection._duck_conn.execute(_TABLES).fetchall()}
    for name in names - there:
        if name.upper() in {each.upper() for each in there}:
            raise Refused(
                "002003",
                f"SQL compilation error:\nObject '{name}' does not exist or not authorized.",
                "02000",
            )
    columns = _columns(connection, names)
    known = columns | {
        _spelt(each)
        for each in tree.find_all(exp.Identifier)
        if not isinstance(each.parent, exp.Column)
    }
    for column in tree.find_all(exp.Column):
        name = _spelt(column.this) if isinstance(column.this, exp.Identifier) else ""
        if name not in known and name.upper() in {each.upper() for each in known}:
            raise Refused(
                "000904",
                f"SQL compilation error: error line 1\ninvalid identifier '{name}'",
                "42000",
            )


_TABLES = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views()"


def _columns(connection: Any, tables: set[str]) -> set[str]:
    rows = connection._duck_conn.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name IN (SELECT unnest(?::VARCHAR[]))",
        [sorted(tables)],
    ).fetchall()
    return {row[0] for row in rows}


def _spelt(name: exp.Identifier) -> str:
    return name.name if name.args.get("quoted") else name.name.upper()
