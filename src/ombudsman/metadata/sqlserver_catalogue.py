"""The catalogue of a SQL Server database: six queries or seven, however many tables. SQL Server 2016 on, and Azure SQL.

Traps:

- `sys` shows a login only what it has some right on, and hides definitions without VIEW DEFINITION: the notes say so.
- Row counts are in a view of the server's state, which the login may not read: then a seventh asks `sys.partitions`.
- A column of an alias type is told by the type behind it; those of the CLR (`hierarchyid`, `geography`) have none.
- `max_length` counts bytes, two of them for each character of an N type; -1 is MAX.
- A foreign key that is disabled, or was not checked when it was made (`is_not_trusted`), does not hold.
- A filtered unique index says nothing about the whole table, and is told as not unique. A columnstore has no order and
  is a mark of its table.
- The tables behind system-versioned ones are tables too, and are marked.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from ombudsman.connections.reader import Reader
from ombudsman.metadata.asking import check_schemas, in_schemas, not_readable
from ombudsman.metadata.draft import Draft, tables_of
from ombudsman.model.errors import ObjectNotFound, PermissionDenied
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, TableRef
from ombudsman.sql.native_types import read_type

SCHEMAS = """
SELECT name, CASE WHEN name = SCHEMA_NAME() THEN 1 ELSE 0 END AS is_default,
       HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', 'VIEW DEFINITION') AS sees_all,
       DB_NAME() AS database_name
FROM sys.schemas
WHERE schema_id < 16384 AND name NOT IN ('sys', 'INFORMATION_SCHEMA', 'guest')
"""

_WANTED = """
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
{joins}
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND (:every = 1 OR s.name IN :schemas)
"""
"""Ends each of the questions about tables and views."""

_COMMENT = "CAST(e.value AS NVARCHAR(4000))"

TABLES = f"""
SELECT o.object_id, s.name, o.name, o.type, {_COMMENT},
       COALESCE(t.temporal_type, 0), COALESCE(CAST(t.is_memory_optimized AS INT), 0),
       COALESCE(CAST(t.is_external AS INT), 0),
       HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT')
""" + _WANTED.format(
    joins="""LEFT JOIN sys.tables AS t ON t.object_id = o.object_id
LEFT JOIN sys.extended_properties AS e
  ON e.class = 1 AND e.major_id = o.object_id AND e.minor_id = 0 AND e.name = 'MS_Description'"""
)

COUNTS = """
SELECT object_id, SUM(row_count) FROM sys.dm_db_partition_stats WHERE index_id IN (0, 1) GROUP BY object_id
"""

COUNTS_FOR_ANYONE = """
SELECT object_id, SUM(rows) FROM sys.partitions WHERE index_id IN (0, 1) GROUP BY object_id
"""

COLUMNS = (
    f"""
SELECT o.object_id, c.name, COALESCE(base.name, own.name), c.max_length, c.precision, c.scale,
       CAST(c.is_nullable AS INT), CAST(c.is_identity AS INT), CAST(c.is_computed AS INT), computed.definition,
       preset.definition, c.collation_name, {_COMMENT}, CAST(c.is_sparse AS INT), CAST(c.is_hidden AS INT)
"""
    + _WANTED.format(
        joins="""JOIN sys.columns AS c ON c.object_id = o.object_id
JOIN sys.types AS own ON own.user_type_id = c.user_type_id
LEFT JOIN sys.types AS base ON base.user_type_id = own.system_type_id
LEFT JOIN sys.computed_columns AS computed ON computed.object_id = c.object_id AND computed.column_id = c.column_id
LEFT JOIN sys.default_constraints AS preset ON preset.object_id = c.default_object_id
LEFT JOIN sys.extended_properties AS e
  ON e.class = 1 AND e.major_id = c.object_id AND e.minor_id = c.column_id AND e.name = 'MS_Description'"""
    )
    + "ORDER BY o.object_id, c.column_id"
)

INDEXES = (
    """
SELECT o.object_id, i.name, i.type, CAST(i.is_unique AS INT), CAST(i.is_primary_key AS INT),
       CAST(i.is_unique_constraint AS INT), CAST(i.is_disabled AS INT), CAST(i.has_filter AS INT), c.name
"""
    + _WANTED.format(
        joins="""JOIN sys.indexes AS i
  ON i.object_id = o.object_id AND i.type IN (1, 2, 5, 6, 7) AND i.is_hypothetical = 0
LEFT JOIN sys.index_columns AS part
  ON part.object_id = i.object_id AND part.index_id = i.index_id AND part.key_ordinal > 0
LEFT JOIN sys.columns AS c ON c.object_id = part.object_id AND c.column_id = part.column_id"""
    )
    + "ORDER BY o.object_id, i.index_id, part.key_ordinal"
)

FOREIGN_KEYS = (
    """
SELECT o.object_id, k.name, own.name, rs.name, r.name, theirs.name,
       CAST(k.is_disabled AS INT), CAST(k.is_not_trusted AS INT)
"""
    + _WANTED.format(
        joins="""JOIN sys.foreign_keys AS k ON k.parent_object_id = o.object_id
JOIN sys.foreign_key_columns AS part ON part.constraint_object_id = k.object_id
JOIN sys.columns AS own ON own.object_id = part.parent_object_id AND own.column_id = part.parent_column_id
JOIN sys.columns AS theirs
  ON theirs.object_id = part.referenced_object_id AND theirs.column_id = part.referenced_column_id
JOIN sys.objects AS r ON r.object_id = k.referenced_object_id
JOIN sys.schemas AS rs ON rs.schema_id = r.schema_id"""
    )
    + "ORDER BY o.object_id, k.name, part.constraint_column_id"
)

_HIDDEN = "(its definition is not shown to this login)"
_NOT_ALL = (
    "the login has no VIEW DEFINITION: tables that it has no right on are missing here, and how columns are computed "
    "and preset is not told"
)
_COLUMNSTORES = {5, 6}

Drafts = dict[int, Draft]


def read_sqlserver(reader: Reader, schemas: Sequence[str] | None) -> Catalogue:
    """Reads the database that a SQL Server connection is connected to."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return reader.query(in_schemas(sql, schemas)).rows

    known = reader.query(SCHEMAS)
    check_schemas(schemas, (row[0] for row in known.rows), connection=reader.connection.name)
    drafts, closed = _tables(ask(TABLES))
    counts, notes = _counts(reader)
    for number, known_draft in drafts.items():
        if known_draft.kind == "table":
            known_draft.row_estimate = counts.get(number)
    for number, *told in ask(COLUMNS):
        if draft := drafts.get(number):
            draft.columns.append(_column(told))
    for (number, name), parts in _together(ask(INDEXES)):
        if draft := drafts.get(number):
            _add_index(draft, name, parts)
    for (number, name), parts in _together(ask(FOREIGN_KEYS)):
        if draft := drafts.get(number):
            draft.foreign_keys.append(_foreign_key(name, parts))
    sees_all = all(row[2] == 1 for row in known.rows)
    return Catalogue(
        connection=reader.connection.name,
        engine=reader.connection.engine,
        default_schema=next((row[0] for row in known.rows if row[1]), None),
        database=next((row[3] for row in known.rows), None),
        taken_at=known.started,
        tables=tables_of(drafts.values()),
        notes=(*not_readable(closed), *(() if sees_all else (_NOT_ALL,)), *notes),
    )


def _tables(rows: Iterable[Sequence[Any]]) -> tuple[Drafts, list[str]]:
    """The tables, and the names of those that the login may not read."""
    drafts: Drafts = {}
    closed: list[str] = []
    for number, schema, name, kind, comment, temporal, in_memory, external, readable in rows:
        ref = TableRef(schema=schema, name=name)
        marks = {
            "history": temporal == 1,
            "system-versioned": temporal == 2,
            "memory-optimised": bool(in_memory),
            "external": bool(external),
        }
        drafts[number] = Draft(
            ref,
            "view" if kind.strip() == "V" else "table",
            comment=comment,
            marks=tuple(mark for mark, holds in marks.items() if holds),
        )
        if readable != 1:
            closed.append(str(ref))
    return drafts, closed


def _counts(reader: Reader) -> tuple[dict[int, int], tuple[str, ...]]:
    """About how many rows each table has, as the server keeps count."""
    try:
        return dict(reader.query(COUNTS).rows), ()
    except PermissionDenied:
        note = "row counts are approximate: the login has no VIEW DATABASE STATE"
    except ObjectNotFound:
        note = "row counts are approximate: this server has no view of its partitions' statistics"
    return dict(reader.query(COUNTS_FOR_ANYONE).rows), (note,)


def _together(
    rows: Iterable[Sequence[Any]],
) -> Iterable[tuple[tuple[int, str], list[Sequence[Any]]]]:
    """The rows of each table's index or key, by table and name, in the order in which they came."""
    groups: dict[tuple[int, str], list[Sequence[Any]]] = {}
    for number, name, *told in rows:
        groups.setdefault((number, name), []).append(told)
    return groups.items()


def _column(told: Sequence[Any]) -> Column:
    name, word, length, precision, scale, nullable, identity, is_computed = told[:8]
    definition, preset, collation, comment, sparse, hidden = told[8:]
    native = native_type(word, length, precision, scale)
    return Column(
        name=name,
        native_type=native,
        data_type=read_type("mssql", native),
        nullable=bool(nullable),
        default=preset,
        identity=bool(identity),
        computed=(definition or _HIDDEN) if is_computed else None,
        collation=collation,
        comment=comment,
        marks=tuple(mark for mark, holds in (("sparse", sparse), ("hidden", hidden)) if holds),
    )


def native_type(word: str, length: int, precision: int, scale: int) -> str:
    """The full spelling of a type, of its word and of the numbers in `sys.columns`."""
    match word:
        case "char" | "varchar" | "binary" | "varbinary":
            return f"{word}({_length(length)})"
        case "nchar" | "nvarchar":
            return f"{word}({_length(length if length < 0 else length // 2)})"
        case "decimal" | "numeric":
            return f"{word}({precision},{scale})"
        case "time" | "datetime2" | "datetimeoffset":
            return f"{word}({scale})"
        case _:
            return word


def _length(number: int) -> str:
    return "max" if number < 0 else str(number)


def _add_index(draft: Draft, name: str, parts: list[Sequence[Any]]) -> None:
    kind, unique, is_primary, is_constraint, disabled, filtered, _ = parts[0]
    if kind in _COLUMNSTORES:
        draft.marks += ("columnstore",) if "columnstore" not in draft.marks else ()
        return
    columns = tuple(part[-1] for part in parts if part[-1] is not None)
    if is_primary or is_constraint:
        of: Literal["primary", "unique"] = "primary" if is_primary else "unique"
        draft.add_key(Key(kind=of, columns=columns, name=name, enforced=not disabled))
    elif not disabled:
        draft.indexes.append(
            Index(name=name, columns=columns, unique=bool(unique) and not filtered)
        )


def _foreign_key(name: str, parts: list[Sequence[Any]]) -> ForeignKey:
    _, schema, table, _, disabled, not_trusted = parts[0]
    return ForeignKey(
        columns=tuple(part[0] for part in parts),
        table=TableRef(schema=schema, name=table),
        referred_columns=tuple(part[3] for part in parts),
        name=name,
        enforced=not (disabled or not_trusted),
    )
