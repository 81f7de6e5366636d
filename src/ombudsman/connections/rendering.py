"""How would an engine be asked, of which there is none at hand?

For pages and snapshots: the SQL of a statement in the dialect of each engine, whole, its values written into it. A
dialect from here only writes. For DuckDB and PostgreSQL it is the one that their connections use, and for SQL Server
SQLAlchemy's own; Snowflake's is a small one of this file, which knows how names are quoted and types are called there
and cannot connect to anything. Where the package with Snowflake's full dialect is installed, connections use that one.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.mssql.base import MSDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import GenericTypeCompiler, IdentifierPreparer
from typing_extensions import override

from ombudsman.connections.literals import writing_dialect
from ombudsman.model.errors import Unsupported, did_you_mean


def rendering_dialect(engine: str) -> Dialect:
    """The dialect that writes whole statements for an engine, called as SQLAlchemy calls it.

    Raises:
        Unsupported: there is none for it.
    """
    if engine not in _MAKERS:
        raise Unsupported(
            f"no statements are written for an engine {engine!r}",
            hint=did_you_mean(engine, _MAKERS),
        )
    return writing_dialect(_MAKERS[engine])


def _duckdb(**options: Any) -> Dialect:
    from ombudsman.connections.duckdb_dialect import duckdb_dialect

    return duckdb_dialect(**options)


def _postgresql(**options: Any) -> Dialect:
    from ombudsman.connections.engine_postgres import postgres_dialect

    return postgres_dialect(**options)


def _sql_server(**options: Any) -> Dialect:
    dialect: Dialect = MSDialect(**options)  # type: ignore[no-untyped-call]
    return dialect


class _SnowflakePreparer(IdentifierPreparer):
    """Quotes every name, as connections do: without quotes a name is another one there, in capitals."""

    @override
    def _requires_quotes(self, value: str) -> bool:
        return True


class _SnowflakeTypes(GenericTypeCompiler):
    """SQLAlchemy's general names of types, and Snowflake's of the few that are called otherwise there."""

    @override
    def visit_datetime(self, type_: Any, **kw: Any) -> str:
        return "TIMESTAMP_TZ" if type_.timezone else "TIMESTAMP_NTZ"

    @override
    def visit_large_binary(self, type_: Any, **kw: Any) -> str:
        return "BINARY"

    @override
    def visit_uuid(self, type_: Any, **kw: Any) -> str:
        return "VARCHAR"


class _SnowflakeDialect(DefaultDialect):
    name = "snowflake"
    preparer = _SnowflakePreparer
    type_compiler_cls = _SnowflakeTypes
    supports_native_boolean = True
    supports_statement_cache = True


_MAKERS: dict[str, Callable[..., Dialect]] = {
    "duckdb": _duckdb,
    "postgresql": _postgresql,
    "mssql": _sql_server,
    "snowflake": _SnowflakeDialect,
}
