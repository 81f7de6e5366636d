"""All rows of a store, copied into another one of the same form, whichever of the two databases each is.

The tables are taken as they are, and not as this program's entities have them: so a store of an older form is copied
too. What the two databases keep unlike each other is put right here: SQLite knows no zones (all moments are UTC), and
a JSON column says nothing in two ways (NULL, and the word null), of which the copy has the first.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Connection, DateTime, MetaData, Table, func, inspect, select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import JSONB

_VERSION = "alembic_version"
_SEEDED = frozenset({_VERSION, "audit_head"})
"""What the making of a store fills by itself."""
_BATCH = 500

Row = dict[str, Any]


def is_empty(connection: Connection) -> bool:
    """Whether there is no store here, or one in which nothing was ever done."""
    names = [name for name in inspect(connection).get_table_names() if name not in _SEEDED]
    tables = MetaData()
    tables.reflect(connection, only=names)
    return all(
        connection.scalar(select(func.count()).select_from(table)) == 0
        for table in tables.sorted_tables
    )


def copy_rows(source: Connection, target: Connection) -> int:
    """Copies all rows; how many. The target was just made, in the source's form; both are in a transaction."""
    theirs, ours = _tables(source), _tables(target)
    copied = 0
    for table in reversed(ours.sorted_tables):
        if table.name in _SEEDED:
            target.execute(table.delete())
    for table in ours.sorted_tables:
        own = [column for column in table.columns if _refers_to_itself(column)]
        later: list[Row] = []
        for rows in _batches(source, theirs.tables[table.name]):
            copied += len(rows)
            later += [row for row in rows if any(row[column.name] is not None for column in own)]
            first = [row | dict.fromkeys((column.name for column in own), None) for row in rows]
            target.execute(table.insert(), [_fitting(table, row) for row in first])
        _refer(target, table, own, later)
    return copied


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    found.remove(found.tables[_VERSION])
    for table in found.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSONB):
                column.type = JSONB(none_as_null=True)
            elif isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return found


def _batches(source: Connection, table: Table) -> Iterator[list[Row]]:
    order = list(table.primary_key.columns)
    streamed = source.execution_options(stream_results=True)
    with streamed.execute(select(table).order_by(*order)) as result:
        for part in result.mappings().partitions(_BATCH):
            yield [dict(row) for row in part]


def _fitting(table: Table, row: Row) -> Row:
    """The row as the target's columns take it."""
    return {name: _moment(table.columns[name], value) for name, value in row.items()}


def _moment(column: Column[Any], value: Any) -> Any:
    if not isinstance(value, dt.datetime) or not isinstance(column.type, DateTime):
        return value
    moment = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    return moment if column.type.timezone else moment.replace(tzinfo=None)


def _refers_to_itself(column: Column[Any]) -> bool:
    return any(key.column.table is column.table for key in column.foreign_keys)


def _refer(target: Connection, table: Table, own: Sequence[Column[Any]], rows: list[Row]) -> None:
    """Sets what refers to rows of the same table, now that all of them are there."""
    keys = list(table.primary_key.columns)
    for row in rows:
        told = {column.name: row[column.name] for column in own}
        same = [key == row[key.name] for key in keys]
        target.execute(sql_update(table).where(*same).values(told))
