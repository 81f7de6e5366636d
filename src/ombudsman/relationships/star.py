"""Which table is what: a fact, a dimension, a bridge, a calendar, or just a table?

Told by names where they say so (`FactSales`), else by what refers to what. A fact has amounts and refers to two
tables or more; a bridge has little but its references; a dimension is referred to; a calendar is one of
days or of times.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from ombudsman.model.base import Frozen
from ombudsman.model.names import words
from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue, Table, TableRef
from ombudsman.model.types import TEMPORAL, Decimal, Float
from ombudsman.relationships.history import (
    VersionColumns,
    business_key,
    surrogate_key,
    version_columns,
)
from ombudsman.relationships.key_words import AMOUNT_WORDS, BRIDGE_WORDS, CALENDAR
from ombudsman.relationships.keys import parent_keys
from ombudsman.relationships.naming import Naming, namings
from ombudsman.relationships.proposal import Names, Relationship

FACT_WORDS = frozenset({"fact", "facts", "fct"})
DIMENSION_WORDS = frozenset({"dim", "dimension"})
CALENDAR_PARTS = frozenset(
    {
        *(
            "day",
            "dow",
            "dom",
            "week",
            "month",
            "moy",
            "quarter",
            "qoy",
            "year",
            "hour",
            "minute",
            "second",
        ),
        *("tag", "woche", "monat", "quartal", "jahr", "gün", "hafta", "ay", "yıl"),
    }
)
MOST_BESIDE = 2
"""So many columns beside its references a bridge may have."""


class TableRole(StrEnum):
    """What a table is in a star; `table` where it cannot be told."""

    FACT = "fact"
    DIMENSION = "dimension"
    BRIDGE = "bridge"
    CALENDAR = "calendar"
    TABLE = "table"


class StarTable(Frozen):
    """What a table is, why, and by which columns its rows, members and versions are named."""

    role: TableRole
    why: str
    surrogate_key: str | None = None
    business_key: Names = ()
    versions: VersionColumns | None = None


def star_of(
    catalogue: Catalogue,
    relationships: Sequence[Relationship],
    profiles: Profiles | None = None,
) -> dict[TableRef, StarTable]:
    """The role of every table of the catalogue."""
    told = namings(catalogue)
    return {
        table.ref: _star_table(told[str(table.ref)], relationships, profiles or {})
        for table in catalogue.tables
    }


def _star_table(
    naming: Naming, relationships: Sequence[Relationship], profiles: Profiles
) -> StarTable:
    keys = parent_keys(naming, profiles)
    versions = version_columns(naming, keys)
    role, why = _role(naming, relationships, versions)
    key = versions.business_key if versions else business_key(naming, keys)
    return StarTable(
        role=role,
        why=why,
        surrogate_key=surrogate_key(naming, keys),
        business_key=key if role is not TableRole.FACT else (),
        versions=versions if role is not TableRole.FACT else None,
    )


def _role(
    naming: Naming, relationships: Sequence[Relationship], versions: VersionColumns | None
) -> tuple[TableRole, str]:
    table = naming.table
    refers = [each for each in relationships if each.table == table.ref]
    others = {each.referred for each in refers} - {table.ref}
    referring = {e.table for e in relationships if e.referred == table.ref} - {table.ref}
    called = _called(table)
    if called & FACT_WORDS:
        return TableRole.FACT, "by its name"
    if _is_calendar(naming) and (called & DIMENSION_WORDS or referring):
        return TableRole.CALENDAR, "days or times, and their parts"
    if versions is not None:
        return TableRole.DIMENSION, f"versions, from {versions.valid_from} to {versions.valid_to}"
    if called & DIMENSION_WORDS:
        return TableRole.DIMENSION, "by its name"
    beside = set(table.column_names) - {name for each in refers for name in each.columns}
    amounts = _amounts(naming, beside)
    if len(others) > 1 and not amounts and len(beside) <= MOST_BESIDE:
        return TableRole.BRIDGE, f"little beside references to {_counted(others)}"
    if called & BRIDGE_WORDS and others:
        return TableRole.BRIDGE, "by its name"
    if len(others) > 1 and amounts and (_is_dated(table) or not referring):
        return TableRole.FACT, f"amounts, and references to {_counted(others)}"
    if referring:
        return TableRole.DIMENSION, f"referred to by {_counted(referring)}"
    return TableRole.TABLE, "nothing tells"


def _called(table: Table) -> frozenset[str]:
    """The first and the last word of its name: the others tell of other things."""
    told = words(table.ref.name)
    return frozenset({told[0], told[-1]})


def _is_calendar(naming: Naming) -> bool:
    if not CALENDAR & set(naming.noun):
        return False
    parts = {w for name in naming.table.column_names for w in naming.words_of(name)}
    return len(parts & CALENDAR_PARTS) >= 2


def _amounts(naming: Naming, beside: set[str]) -> list[str]:
    """Columns beside references that are numbers with a fraction, or called like an amount."""
    found = []
    for column in naming.table.columns:
        is_fraction = isinstance(column.data_type, Float) or (
            isinstance(column.data_type, Decimal) and bool(column.data_type.scale)
        )
        is_whole = column.data_type.kind in {"integer", "decimal"}
        called = is_whole and bool(AMOUNT_WORDS & set(naming.words_of(column.name)))
        if column.name in beside and (is_fraction or called):
            found.append(column.name)
    return found


def _is_dated(table: Table) -> bool:
    return any(column.data_type.kind in TEMPORAL for column in table.columns)


def _counted(tables: set[TableRef] | Mapping[TableRef, object]) -> str:
    return "1 table" if len(tables) == 1 else f"{len(tables)} tables"
