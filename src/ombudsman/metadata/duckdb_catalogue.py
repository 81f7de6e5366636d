"""The catalogue of a DuckDB database: six queries, however many tables.

Traps:

- The catalogue functions list every attached database; only the current one is read.
- How a column is computed, and its collation, stand in the table's own statement alone. A computed column's expression
  is also given as its default.
- A foreign key does not tell the schema of the table it refers to: DuckDB allows none but its own.
- An index lists its columns as SQL, in double quotes where SQL needs them.
"""

from collections.abc import Sequence
from typing import Any

from ombudsman.connections.reader import Reader
from ombudsman.metadata.asking import check_schemas, in_schemas
from ombudsman.metadata.definitions import Definition, definitions, unquoted
from ombudsman.metadata.draft import Draft, tables_of
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, TableRef
from ombudsman.sql.native_types import read_type

SCHEMAS = """
SELECT schema_name, schema_name = current_schema() AS is_default
FROM duckdb_schemas()
WHERE database_name = current_database() AND schema_name NOT IN ('information_schema', 'pg_catalog')
"""

TABLES = """
SELECT schema_name, table_name, estimated_size, comment, sql
FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal AND (:every OR schema_name IN :schemas)
"""

VIEWS = """
SELECT schema_name, view_name, comment
FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND (:every OR schema_name IN :schemas)
"""

COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, comment
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal AND (:every OR schema_name IN :schemas)
ORDER BY schema_name, table_name, column_index
"""

CONSTRAINTS = """
SELECT schema_name, table_name, constraint_type, constraint_name, constraint_column_names, referenced_table,
       referenced_column_names
FROM duckdb_constraints()
WHERE database_name = current_database() AND (:every OR schema_name IN :schemas)
  AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
"""

INDEXES = """
SELECT schema_name, table_name, index_name, is_unique, CAST(expressions AS VARCHAR[]) AS parts
FROM duckdb_indexes()
WHERE database_name = current_database() AND (:every OR schema_name IN :schemas)
"""

NOTHING_SAID = Definition(text="")

Drafts = dict[tuple[str, str], Draft]


def read_duckdb(reader: Reader, schemas: Sequence[str] | None) -> Catalogue:
    """Reads the current database of a DuckDB connection."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return reader.query(in_schemas(sql, schemas)).rows

    known = reader.query(in_schemas(SCHEMAS, schemas))
    check_schemas(schemas, (name for name, _ in known.rows), connection=reader.connection.name)
    drafts: Drafts = {}
    said: dict[tuple[str, str], list[Definition]] = {}
    for schema, name, estimate, comment, sql in ask(TABLES):
        ref = TableRef(schema=schema, name=name)
        drafts[schema, name] = Draft(ref, row_estimate=estimate, comment=comment)
        said[schema, name] = definitions(sql)
    for schema, name, comment in ask(VIEWS):
        drafts[schema, name] = Draft(TableRef(schema=schema, name=name), "view", comment=comment)
    for schema, name, *told in ask(COLUMNS):
        if draft := drafts.get((schema, name)):
            parts = said.get((schema, name), [])[len(draft.columns) :]
            draft.columns.append(_column(told, parts[0] if parts else NOTHING_SAID))
    for schema, name, *told in ask(CONSTRAINTS):
        if draft := drafts.get((schema, name)):
            _add_constraint(draft, told)
    for schema, name, *told in ask(INDEXES):
        if draft := drafts.get((schema, name)):
            draft.indexes.append(_index(told, {column.name for column in draft.columns}))
    return Catalogue(
        connection=reader.connection.name,
        engine=reader.connection.engine,
        default_schema=next((name for name, is_default in known.rows if is_default), None),
        taken_at=known.started,
        tables=tables_of(drafts.values()),
    )


def _column(told: Sequence[Any], said: Definition) -> Column:
    name, native_type, nullable, default, comment = told
    return Column(
        name=name,
        native_type=native_type,
        data_type=read_type("duckdb", native_type),
        nullable=nullable,
        default=None if said.computed else default,
        computed=said.computed,
        collation=said.collation,
        comment=comment,
    )


def _add_constraint(draft: Draft, told: Sequence[Any]) -> None:
    kind, name, columns, referred_table, referred_columns = told
    if kind == "FOREIGN KEY":
        draft.foreign_keys.append(
            ForeignKey(
                columns=tuple(columns),
                table=TableRef(schema=draft.ref.schema_name, name=referred_table),
                referred_columns=tuple(referred_columns),
                name=name,
            )
        )
        return
    draft.add_key(
        Key(
            kind="primary" if kind == "PRIMARY KEY" else "unique", columns=tuple(columns), name=name
        )
    )


def _index(told: Sequence[Any], column_names: set[str]) -> Index:
    """The index; a part that is no column of the table stays as the expression it is."""
    name, unique, parts = told
    columns = tuple(
        unquoted(part) if unquoted(part) in column_names else part.strip() for part in parts
    )
    return Index(name=name, columns=columns, unique=unique)
