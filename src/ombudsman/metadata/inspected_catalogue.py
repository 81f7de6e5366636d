"""The catalogue of any other database, as its SQLAlchemy dialect tells it: a constant number of questions a schema.

How many statements such a question costs is the dialect's affair; most ask once a schema. What a dialect cannot tell
(comments, unique keys) is not there.

Traps:

- Dialects of engines that write names in capitals (Snowflake, Oracle) tell them in small letters: they are turned back.
- A dialect tells a type as an object; its spelling is that which the dialect itself would declare.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import (
    Dialect,
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
)
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.types import TypeEngine

from ombudsman.connections.reader import Reader
from ombudsman.metadata.asking import check_schemas
from ombudsman.metadata.draft import Draft
from ombudsman.model.errors import QueryFailed
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, Table, TableRef
from ombudsman.sql.native_types import read_type

SYSTEM_SCHEMAS = frozenset(
    {"information_schema", "pg_catalog", "sys", "guest", "mysql", "performance_schema"}
)

NOTE = "tables that the login may not see are not in the catalogue that the engine shows it"

Answer = TypeVar("Answer")
Place = tuple[str | None, str]


def read_inspected(reader: Reader, schemas: Sequence[str] | None) -> Catalogue:
    """Reads the wanted schemas of any connection through its SQLAlchemy dialect."""
    connection = reader.connection
    taken_at = dt.datetime.now(dt.UTC)
    try:
        with connection.turn(), connection.session() as session:
            inspector = sa.inspect(session)
            names = _schemas(inspector)
            check_schemas(schemas, names, connection=connection.name)
            wanted = names if schemas is None else {name: names[name] for name in schemas}
            untold: set[str] = set()
            tables = [
                table for name in wanted for table in _tables(inspector, wanted[name], name, untold)
            ]
            default = inspector.default_schema_name
    except sa.exc.SQLAlchemyError as error:
        raise QueryFailed(
            f"the catalogue of connection {connection.name!r} could not be read",
            driver_message=str(error),
        ) from None
    return Catalogue(
        connection=connection.name,
        engine=connection.engine,
        default_schema=None if default is None else _real(default, connection.dialect),
        taken_at=taken_at,
        tables=tuple(sorted(tables, key=lambda table: (table.ref.schema_name, table.ref.name))),
        notes=(NOTE, *_untold(untold)),
    )


def _schemas(inspector: sa.Inspector) -> dict[str, str]:
    """The dialect's spelling of each schema, by its real name."""
    return {
        _real(name, inspector.dialect): name
        for name in inspector.get_schema_names()
        if name.lower() not in SYSTEM_SCHEMAS
    }


def _untold(untold: set[str]) -> tuple[str, ...]:
    """What the dialect cannot be asked: that there is none of it is not known."""
    return (f"the dialect does not tell of {', '.join(sorted(untold))}",) if untold else ()


def _tables(
    inspector: sa.Inspector, schema: str, real_schema: str, untold: set[str]
) -> list[Table]:
    """The tables and views of one schema; `schema` is the dialect's spelling of its name.

    What the dialect cannot be asked goes into `untold`.
    """
    dialect = inspector.dialect

    def ask(question: Callable[..., Mapping[Place, Answer]]) -> dict[str, Answer]:
        try:
            answers = question(schema=schema, kind=ObjectKind.ANY)
        except NotImplementedError:
            what = getattr(question, "__name__", "").removeprefix("get_multi_").replace("_", " ")
            untold.add(f"{what}s" if not what.endswith("s") else what)
            return {}
        return {name: answer for (_, name), answer in answers.items()}

    views = {*inspector.get_view_names(schema), *_materialized(inspector, schema, untold)}
    drafts: dict[str, Draft] = {}
    for name, columns in ask(inspector.get_multi_columns).items():
        ref = TableRef(schema=real_schema, name=_real(name, dialect))
        drafts[name] = Draft(ref, "view" if name in views else "table")
        drafts[name].columns.extend(_column(column, dialect) for column in columns)
    for name, key in ask(inspector.get_multi_pk_constraint).items():
        if name in drafts and key["constrained_columns"]:
            drafts[name].add_key(_key("primary", key["constrained_columns"], key["name"], dialect))
    for name, keys in ask(inspector.get_multi_unique_constraints).items():
        for unique in keys if name in drafts else ():
            drafts[name].add_key(_key("unique", unique["column_names"], unique["name"], dialect))
    for name, foreign_keys in ask(inspector.get_multi_foreign_keys).items():
        if name in drafts:
            drafts[name].foreign_keys.extend(
                _foreign_key(told, real_schema, dialect) for told in foreign_keys
            )
    for name, indexes in ask(inspector.get_multi_indexes).items():
        if name in drafts:
            drafts[name].indexes.extend(
                _index(told, dialect) for told in indexes if not told.get("duplicates_constraint")
            )
    for name, comment in ask(inspector.get_multi_table_comment).items():
        if name in drafts:
            drafts[name].comment = comment["text"]
    return [draft.table() for draft in drafts.values()]


def _materialized(inspector: sa.Inspector, schema: str, untold: set[str]) -> list[str]:
    try:
        return inspector.get_materialized_view_names(schema)
    except NotImplementedError:
        untold.add("materialised views")
        return []


def _column(told: ReflectedColumn, dialect: Dialect) -> Column:
    native = _native(told["type"], dialect)
    computed = told.get("computed")
    return Column(
        name=_real(told["name"], dialect),
        native_type=native,
        data_type=read_type(dialect.name, native),
        nullable=told["nullable"],
        default=None if computed else told["default"],
        identity=told.get("identity") is not None,
        computed=computed["sqltext"] if computed else None,
        collation=getattr(told["type"], "collation", None),
        comment=told.get("comment"),
    )


def _native(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """The type as the dialect would declare it; its class's name where it would not."""
    try:
        return str(kind.compile(dialect))
    except sa.exc.CompileError:
        return type(kind).__name__


def _key(
    kind: Literal["primary", "unique"],
    columns: Sequence[str],
    name: str | None,
    dialect: Dialect,
) -> Key:
    return Key(kind=kind, columns=_all_real(columns, dialect), name=name)


def _foreign_key(
    told: ReflectedForeignKeyConstraint, real_schema: str, dialect: Dialect
) -> ForeignKey:
    """The foreign key; one that names no schema refers to its own."""
    schema = told["referred_schema"]
    return ForeignKey(
        columns=_all_real(told["constrained_columns"], dialect),
        table=TableRef(
            schema=real_schema if schema is None else _real(schema, dialect),
            name=_real(told["referred_table"], dialect),
        ),
        referred_columns=_all_real(told["referred_columns"], dialect),
        name=told["name"],
    )


def _index(told: ReflectedIndex, dialect: Dialect) -> Index:
    parts = told.get("expressions") or told["column_names"]
    columns = _all_real([part for part in parts if part is not None], dialect)
    return Index(name=told["name"] or "", columns=columns, unique=bool(told["unique"]))


def _all_real(names: Iterable[str], dialect: Dialect) -> tuple[str, ...]:
    return tuple(_real(name, dialect) for name in names)


def _real(name: str, dialect: Dialect) -> str:
    """The name as the engine's own catalogue spells it."""
    if not dialect.requires_name_normalize:
        return name
    return str(dialect.denormalize_name(name))
