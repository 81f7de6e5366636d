"""What does a table refer to?

The source's foreign keys say so; else what was inferred; else a column that is called like the business key of one
other table, and of no second one, which names a member through all its versions.
"""

from collections.abc import Iterable, Mapping, Sequence

from ombudsman.model.tables import TableRef
from ombudsman.model.types import NUMERIC
from ombudsman.pipeline.generate_columns import MappedColumn
from ombudsman.pipeline.generate_tables import MappedTable, Reference
from ombudsman.relationships.proposal import Relationship

LEAST_CONFIDENCE = 0.7
"""A reference that is less likely is not checked unasked."""

NAMED = 0.8
"""How sure the name of a business key is taken to be."""


def with_references(
    tables: Sequence[MappedTable], relationships: Sequence[Relationship] = ()
) -> list[str]:
    """Tells each table what it refers to: by foreign keys, by what was inferred, by names that can mean one key alone.

    Returns a note on each reference that is too doubtful to be checked.
    """
    known = {table.source.ref: table for table in tables}
    notes: list[str] = []
    keys = [(table, key) for table in tables for key in _single_keys(table)]
    for table in tables:
        declared = _declared(table, known)
        inferred, doubtful = _inferred(table, known, relationships)
        notes += doubtful
        spoken_for = {name for each in (*declared, *inferred) for name in each.columns}
        own = set(table.key.columns) if table.key and len(table.key.columns) == 1 else set()
        named = [
            reference
            for column in table.columns
            if column.name not in spoken_for | own
            and (reference := _by_name(table, column, keys)) is not None
        ]
        order = [column.name for column in table.columns]
        found = sorted((*inferred, *named), key=lambda each: order.index(each.columns[0]))
        table.references = (*declared, *found)
    referred = {(each.table, table.ref) for table in tables for each in table.references}
    for table in tables:
        table.is_referred_to = any(
            there == table.ref and here != table.ref for there, here in referred
        )

    return notes


def _inferred(
    table: MappedTable,
    known: Mapping[TableRef, MappedTable],
    relationships: Sequence[Relationship],
) -> tuple[tuple[Reference, ...], list[str]]:
    """The references of this table that nobody declared, and the notes on the doubtful ones."""
    found: list[Reference] = []
    notes: list[str] = []
    for each in relationships:
        parent = known.get(each.referred)
        if each.table != table.source.ref or each.declared or parent is None:
            continue
        if not (table.has(each.columns) and parent.has(each.referred_columns)):
            continue
        told = f"{', '.join(each.columns)} in {parent.ref}"
        why = f"{told} ({each.evidence[0].told}; confidence {_floored(each.confidence)})"
        if each.confidence < LEAST_CONFIDENCE:
            notes.append(f"{table.ref}: a reference of {why} is too doubtful to be checked")
        else:
            found.append(
                Reference(
                    each.columns,
                    parent.ref,
                    each.referred_columns,
                    declared=False,
                    why=why,
                    confidence=each.confidence,
                )
            )
    return tuple(found), notes


def _floored(confidence: float) -> str:
    """With two digits, and never the 1 of what is declared."""
    return f"{int(confidence * 100) / 100:.2f}"


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
    why = f"{column.name} like the key of {parent.ref}"
    return Reference(
        (column.name,), parent.ref, (key.name,), declared=False, why=why, confidence=NAMED
    )


def _meets(column: MappedColumn, key: MappedColumn) -> bool:
    is_number = column.is_of(NUMERIC)
    alike = is_number == key.is_of(NUMERIC) and (is_number or column.kinds == key.kinds)
    return alike and column.words[-len(key.words) :] == key.words
