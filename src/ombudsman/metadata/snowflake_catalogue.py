"""The catalogue of a Snowflake database: six queries, however many tables.

Names come back as Snowflake keeps them: capitals, unless somebody wrote them in quotes. Keys are declarations that
nobody enforces, and are told so. There are no indexes.

Traps:

- The catalogue shows what the role may see, and does not say what it may not: the notes say so.
- SHOW tells at most 10,000 lines and does not say that it stopped: then it is asked schema by schema.
- INFORMATION_SCHEMA gives up on very many columns (90030): then it is asked schema by schema as well.
- TEXT has no length of its own: the longest there is means that none was declared (`sql.type_words`).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ombudsman.connections.reader import Reader
from ombudsman.metadata.asking import check_schemas, in_schemas
from ombudsman.metadata.draft import Draft, tables_of
from ombudsman.model.errors import QueryFailed
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Key, TableRef
from ombudsman.sql.native_types import read_type

SHOW_LINES = 10_000
TOO_MUCH = 90_030

SCHEMAS = """
SELECT SCHEMA_NAME, SCHEMA_NAME = CURRENT_SCHEMA(), CURRENT_DATABASE(), CURRENT_ROLE()
FROM INFORMATION_SCHEMA.SCHEMATA
WHERE SCHEMA_NAME <> 'INFORMATION_SCHEMA'
"""

TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ROW_COUNT, BYTES, COMMENT,
       IS_TRANSIENT, IS_TEMPORARY, IS_ICEBERG, IS_DYNAMIC, IS_HYBRID
FROM INFORMATION_SCHEMA.TABLES
WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA' AND (:every OR TABLE_SCHEMA IN :schemas)
"""

COLUMNS = """
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,
       DATETIME_PRECISION, IS_NULLABLE, COLUMN_DEFAULT, IS_IDENTITY, COLLATION_NAME, COMMENT
FROM INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA' AND (:every OR TABLE_SCHEMA IN :schemas)
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""

_FLAGS = ("transient", "temporary", "iceberg", "dynamic", "hybrid")
_TYPES = {
    "EXTERNAL TABLE": "external",
    "EVENT TABLE": "event",
    "TEMPORARY TABLE": "temporary",
    "MATERIALIZED VIEW": "materialized",
}

Drafts = dict[tuple[str, str], Draft]
Line = dict[str, Any]


def read_snowflake(reader: Reader, schemas: Sequence[str] | None) -> Catalogue:
    """Reads the database that a Snowflake connection is connected to."""
    known = reader.query(SCHEMAS)
    names = [row[0] for row in known.rows]
    check_schemas(schemas, names, connection=reader.connection.name)
    asking = _Asking(reader, schemas, names)
    drafts: Drafts = {}
    for schema, name, *told in asking.rows(TABLES):
        drafts[schema, name] = _draft(TableRef(schema=schema, name=name), told)
    for schema, name, *told in asking.rows(COLUMNS):
        if draft := drafts.get((schema, name)):
            draft.columns.append(_column(told))
    for kind in ("PRIMARY", "UNIQUE"):
        for key, lines in _grouped(asking.shown(f"SHOW {kind} KEYS"), "", "constraint_name"):
            if draft := drafts.get(key[:2]):
                draft.add_key(_key(kind, lines))
    for key, lines in _grouped(asking.shown("SHOW IMPORTED KEYS"), "fk_", "fk_name"):
        if draft := drafts.get(key[:2]):
            draft.foreign_keys.append(_foreign_key(lines))
    return Catalogue(
        connection=reader.connection.name,
        engine=reader.connection.engine,
        default_schema=next((row[0] for row in known.rows if row[1]), None),
        taken_at=known.started,
        tables=tables_of(drafts.values()),
        notes=(*_seen_by(known.rows), *asking.notes),
    )


class _Asking:
    """Asks for all schemas at once, and one by one where that is too much for one answer."""

    def __init__(self, reader: Reader, wanted: Sequence[str] | None, known: Sequence[str]) -> None:
        self._reader = reader
        self._wanted = wanted
        self._each = known if wanted is None else wanted
        self.notes: list[str] = []

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self._reader.query(in_schemas(sql, self._wanted)).rows
        except QueryFailed as error:
            if error.context.get("code") != TOO_MUCH:
                raise
        return [
            row
            for schema in self._each
            for row in self._reader.query(in_schemas(sql, [schema])).rows
        ]

    def shown(self, command: str) -> list[Line]:
        lines = self._lines(f"{command} IN DATABASE")
        if len(lines) < SHOW_LINES:
            return lines
        lines = []
        for schema in self._each:
            quoted = '"' + schema.replace('"', '""') + '"'
            found = self._lines(f"{command} IN SCHEMA {quoted}")
            if len(found) >= SHOW_LINES:
                what = command.removeprefix("SHOW ").lower()
                self.notes.append(f"of schema {schema} not all {what} are told: there are too many")
            lines += found
        return lines

    def _lines(self, sql: str) -> list[Line]:
        shown = self._reader.query(sql)
        return [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]


def _seen_by(rows: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """Whose view this is; a role that sees nothing sees no schema either."""
    if not rows:
        return ("the role sees no schema of the database: grant it USAGE on database and schemas",)
    database, role = rows[0][2], rows[0][3]
    return (f"tables of {database} that role {role} may not see are not in the catalogue",)


def _draft(ref: TableRef, told: Sequence[Any]) -> Draft:
    kind, rows, size, comment, *flags = told
    marks = [mark for mark, flag in zip(_FLAGS, flags, strict=True) if flag == "YES"]
    if (mark := _TYPES.get(kind)) and mark not in marks:
        marks.append(mark)
    return Draft(
        ref,
        "view" if kind.endswith("VIEW") else "table",
        row_estimate=None if rows is None else int(rows),
        size_bytes=None if size is None else int(size),
        comment=comment or None,
        marks=tuple(marks),
    )


def _column(told: Sequence[Any]) -> Column:
    (
        name,
        word,
        length,
        precision,
        scale,
        digits,
        nullable,
        default,
        identity,
        collation,
        comment,
    ) = told
    native = _spelling(word, length=length, precision=precision, scale=scale, digits=digits)
    return Column(
        name=name,
        native_type=native,
        data_type=read_type("snowflake", native),
        nullable=nullable == "YES",
        default=None if identity == "YES" else default,
        identity=identity == "YES",
        collation=collation,
        comment=comment or None,
    )


def _spelling(word: str, *, length: Any, precision: Any, scale: Any, digits: Any) -> str:
    """The type as a CREATE TABLE would declare it."""
    if word == "NUMBER" and precision is not None:
        return f"NUMBER({precision},{scale})"
    if word == "TEXT":
        return "VARCHAR" if length is None else f"VARCHAR({length})"
    if word == "BINARY" and length is not None:
        return f"BINARY({length})"
    if word.startswith("TIME") and digits is not None:
        return f"{word}({digits})"
    return word


def _grouped(
    lines: Sequence[Line], prefix: str, name: str
) -> Iterator[tuple[tuple[str, str, str], list[Line]]]:
    """The lines of each key, its columns in order; known by schema, table and the key's name."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        place = (line[f"{prefix}schema_name"], line[f"{prefix}table_name"], line[name])
        groups.setdefault(place, []).append(line)
    for place, group in groups.items():
        yield place, sorted(group, key=lambda line: int(line["key_sequence"]))


def _key(kind: str, lines: Sequence[Line]) -> Key:
    return Key(
        kind="primary" if kind == "PRIMARY" else "unique",
        columns=tuple(line["column_name"] for line in lines),
        name=_given_name(lines[0]["constraint_name"]),
        enforced=False,
    )


def _foreign_key(lines: Sequence[Line]) -> ForeignKey:
    first = lines[0]
    return ForeignKey(
        columns=tuple(line["fk_column_name"] for line in lines),
        table=TableRef(schema=first["pk_schema_name"], name=first["pk_table_name"]),
        referred_columns=tuple(line["pk_column_name"] for line in lines),
        name=_given_name(first["fk_name"]),
        enforced=False,
    )


def _given_name(name: str) -> str | None:
    """A name that somebody gave; Snowflake's own are of no use to anybody."""
    return None if name.startswith("SYS_CONSTRAINT_") else name
