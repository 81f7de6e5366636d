"""What does a table refer to?

The source's foreign keys say so; else a column that is called like the key of one other table, and of no second one.
"""

from collections.abc import Iterable, Mapping, Sequence

from ombudsman.model.tables import TableRef
from ombudsman.model.types import NUMERIC
from ombudsman.pipeline.generate_columns import MappedColumn
from ombudsman.pipeline.generate_tables import MappedTable, Reference


def with_references(tables: Sequence[MappedTable]) -> None:
    """Tells each table what it refers to: by the source's foreign keys, else by names that can mean one key alone."""
    known = {table.source.ref: table for table in tables}
    keys = [(table, key) for table in tables for key in _single_keys(table)]
    for table in tables:
        declared = _declared(table, known)
        spoken_for = {name for each in declared for name in each.columns}
        own = set(table.key.columns) if table.key and len(table.key.columns) == 1 else set()
        named = [
            reference
            for column in table.columns
            if column.name not in spoken_for | own
            and (reference := _by_name(table, column, keys)) is not None
        ]
        table.references = (*declared, *named)
    referred = {(each.table, table.ref) for table in tables for each in table.references}
    for table in tables:
        table.is_referred_to = any(
            there == table.ref and here != table.ref for there, here in referred
        )


def _declared(table: MappedTable, known: Mapping[TableRef, MappedTable]) -> tuple[Reference, ...]:
    return tuple(
        Reference(key.columns, parent.ref, key.referred_columns, declared=True)
        for key in table.source.foreign_keys
        if (parent := known.get(key.table)) is not None
        and table.has(key.columns)
        and parent.has(key.referred_columns)
    )


def _single_keys(table: MappedTable) -> list[MappedColumn]:
    """The columns that alone name a row of the table, or a member through all its versions."""
    keys = [each.columns for each in (table.key, table.business_key) if each is not None]
    names = dict.fromkeys(key[0] for key in (*keys, *table.unique_keys) if len(key) == 1)
    return [column for name in names if (column := table.column(name)) is not None]


def _by_name(
    table: MappedTable,
    column: MappedColumn,
    keys: Iterable[tuple[MappedTable, MappedColumn]],
) -> Reference | None:
    """The key of another table that this column is called like: `StoreKey`, and `HomeStoreKey` too."""
    found = [
        (parent, key)
        for parent, key in keys
        if parent is not table and len(key.words) > 1 and _meets(column, key)
    ]
    if len(found) != 1:
        return None
    parent, key = found[0]
    return Reference((column.name,), parent.ref, (key.name,), declared=False)


def _meets(column: MappedColumn, key: MappedColumn) -> bool:
    is_number = column.is_of(NUMERIC)
    alike = is_number == key.is_of(NUMERIC) and (is_number or column.kinds == key.kinds)
    return alike and column.words[-len(key.words) :] == key.words
