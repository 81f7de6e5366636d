"""The catalogue of a SQLite file: at most seven queries, however many tables.

Traps:

- One view that refers to a table that is gone breaks every question about columns: then the views are left out, and the
  notes say so.
- A virtual table can be described only where its module is loaded, and breaks the question where it is not: virtual
  tables are left out, and the notes name them.
- SQLite checks a foreign key only while the writer asks it to: none counts as enforced. One that names no columns
  refers to the primary key. Its names may be spelt otherwise than the table's own: letter case does not matter.
- INTEGER PRIMARY KEY numbers itself and is never NULL: it is the row's own number, and therefore the only primary key
  without an index. Any other may hold NULL, unless the table is WITHOUT ROWID.
- How a column is computed, its collation, and the expressions of an index stand in the statement alone.
- There is a row estimate only after ANALYZE, and only for tables that were not empty then.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from ombudsman.connections.reader import Reader
from ombudsman.metadata.asking import check_schemas
from ombudsman.metadata.definitions import Definition, definitions
from ombudsman.metadata.draft import Draft, tables_of
from ombudsman.model.errors import StatementInvalid
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, TableRef
from ombudsman.sql.native_types import read_type

SCHEMA = "main"

KNOWN = r"""
WITH known AS (
  SELECT name, CASE WHEN type = 'table' AND rootpage = 0 THEN 'virtual' ELSE type END AS type, sql FROM sqlite_schema
  WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
)"""
"""Begins the first four questions: all tables and views but SQLite's own."""

TABLES = """
SELECT m.name, m.type, m.sql
FROM known AS m JOIN pragma_table_list AS l ON l.name = m.name AND l.schema = 'main' AND l.type <> 'shadow'
"""

COLUMNS = """
SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM known AS m JOIN pragma_table_xinfo(m.name, 'main') AS c
WHERE m.type IN ('table', 'view')
ORDER BY m.name, c.cid
"""

COLUMNS_WITHOUT_VIEWS = COLUMNS.replace("IN ('table', 'view')", "= 'table'")

INDEXES = """
SELECT m.name, i.name, i.origin, i."unique" AND NOT i.partial, s.sql, p.name
FROM known AS m JOIN pragma_index_list(m.name, 'main') AS i JOIN pragma_index_xinfo(i.name, 'main') AS p
LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = i.name
WHERE m.type = 'table' AND p."key"
ORDER BY m.name, i.name, p.seqno
"""

FOREIGN_KEYS = """
SELECT m.name, f.id, f."table", f."from", f."to"
FROM known AS m JOIN pragma_foreign_key_list(m.name, 'main') AS f
WHERE m.type = 'table'
ORDER BY m.name, f.id, f.seq
"""

HAS_ESTIMATES = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'"

ESTIMATES = (
    "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE stat IS NOT NULL GROUP BY tbl"
)

NOTHING_SAID = Definition(text="")

Row = tuple[Any, ...]
Drafts = dict[str, Draft]


def read_sqlite(reader: Reader, schemas: Sequence[str] | None) -> Catalogue:
    """Reads the main database of a SQLite connection; its one schema is `main`."""

    def ask(sql: str) -> list[Row]:
        return reader.query(KNOWN + sql).rows

    check_schemas(schemas, [SCHEMA], connection=reader.connection.name)
    known = reader.query(KNOWN + TABLES)
    columns, views_read = _columns(ask)
    told = {"table", "view"} if views_read else {"table"}
    drafts = {
        name: Draft(TableRef(schema=SCHEMA, name=name), kind)
        for name, kind, _ in known.rows
        if kind in told and (schemas is None or SCHEMA in schemas)
    }
    said = {name: definitions(sql) for name, kind, sql in known.rows if kind == "table"}
    indexes = ask(INDEXES)
    indexed_keys = {table for table, _, origin, *_ in indexes if origin == "pk"}
    for table, rows in groupby(columns, itemgetter(0)):
        if draft := drafts.get(table):
            _add_columns(draft, list(rows), said.get(table, []), indexed=table in indexed_keys)
    for (table, name), rows in groupby(indexes, itemgetter(0, 1)):
        if draft := drafts.get(table):
            _add_index(draft, name, list(rows))
    for (table, _), rows in groupby(ask(FOREIGN_KEYS), itemgetter(0, 1)):
        if draft := drafts.get(table):
            _add_foreign_key(draft, list(rows), drafts)
    analyzed = reader.query(HAS_ESTIMATES).rows[0][0]
    for table, estimate in reader.query(ESTIMATES).rows if analyzed else ():
        if draft := drafts.get(table):
            draft.row_estimate = estimate
    return Catalogue(
        connection=reader.connection.name,
        engine=reader.connection.engine,
        default_schema=SCHEMA,
        taken_at=known.started,
        tables=tables_of(drafts.values()),
        notes=_notes(known.rows, views_read=views_read),
    )


def _notes(known: Sequence[Row], *, views_read: bool) -> tuple[str, ...]:
    """What is there and not in the catalogue."""
    notes = [] if views_read else ["a view is broken, and SQLite then tells of none of them"]
    if virtual := sorted(name for name, kind, _ in known if kind == "virtual"):
        notes.append(f"virtual tables are left out: {', '.join(virtual)}")
    return tuple(notes)


def _columns(ask: Callable[[str], list[Row]]) -> tuple[list[Row], bool]:
    """The columns, and whether those of the views are among them."""
    try:
        return ask(COLUMNS), True
    except StatementInvalid:
        return ask(COLUMNS_WITHOUT_VIEWS), False


def _add_columns(
    draft: Draft, rows: Sequence[Row], said: Sequence[Definition], *, indexed: bool
) -> None:
    """Adds columns and primary key; a primary key of one column without an index is the row's own number."""
    shown = [row for row in rows if row[6] != 1]
    key = [name for name, place in sorted((r[1:6:4] for r in shown if r[5]), key=itemgetter(1))]
    own_number = key[0] if len(key) == 1 and not indexed else None
    for place, (_, name, native_type, not_null, default, _, _) in enumerate(shown):
        definition = said[place] if place < len(said) else NOTHING_SAID
        draft.columns.append(
            Column(
                name=name,
                native_type=native_type,
                data_type=read_type("sqlite", native_type),
                nullable=not not_null and name != own_number,
                default=default,
                identity=name == own_number,
                computed=definition.computed,
                collation=definition.collation,
            )
        )
    if key:
        draft.add_key(Key(kind="primary", columns=tuple(key)))


def _add_index(draft: Draft, name: str, rows: Sequence[Row]) -> None:
    """Adds an index, or the unique key that it holds up; a part without a name is an expression of its statement."""
    _, _, origin, unique, sql, _ = rows[0]
    parts = definitions(sql) if sql else []
    columns = tuple(
        row[5] if row[5] is not None else parts[place].text for place, row in enumerate(rows)
    )
    if origin == "c":
        draft.indexes.append(Index(name=name, columns=columns, unique=bool(unique)))
    elif origin == "u":
        draft.add_key(Key(kind="unique", columns=columns))


def _add_foreign_key(draft: Draft, rows: Sequence[Row], drafts: Drafts) -> None:
    referred = _spelt(rows[0][2], drafts)
    known = drafts[referred].table() if referred in drafts else None
    primary_key = known.primary_key.columns if known and known.primary_key else ()
    named = tuple(_spelt(row[4], known.column_names if known else ()) for row in rows if row[4])
    draft.foreign_keys.append(
        ForeignKey(
            columns=tuple(
                _spelt(row[3], [column.name for column in draft.columns]) for row in rows
            ),
            table=TableRef(schema=SCHEMA, name=referred),
            referred_columns=named or primary_key,
            enforced=False,
        )
    )


def _spelt(name: str, known: Iterable[str]) -> str:
    """The name as its owner spells it; as it was written where nobody has it."""
    return next((each for each in known if each.lower() == name.lower()), name)
