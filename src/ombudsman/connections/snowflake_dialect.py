"""Snowflake's SQL as our statements have it: names exactly as they are, and tables as of a moment.

Snowflake's own dialect lets a name in small letters stand without quotes and turns it round again in results; then
`orders` and `"orders"` are one, which on Snowflake are two tables. Here every name is quoted, and comes back as it was
written. The pages of the documentation show the same (`rendering`).
"""

from collections.abc import Callable
from typing import Any

from snowflake.sqlalchemy.base import SnowflakeCompiler, SnowflakeIdentifierPreparer
from snowflake.sqlalchemy.snowdialect import SnowflakeDialect
from sqlalchemy import Executable
from sqlalchemy.engine import Dialect
from typing_extensions import override

AS_OF = "ombudsman_as_of"
"""The option of a statement that holds the moment as of which its tables are read."""

Run = Callable[[Any, str], None]
"""Runs a text with a cursor of the driver's, to its end."""


def as_of(statement: Executable, moment: str) -> Executable:
    """The statement, all its tables read as of a moment, which is written as SQL."""
    return statement.execution_options(**{AS_OF: moment})


def snowflake_dialect(run: Run | None = None, **options: Any) -> Dialect:
    """The dialect; `run` runs its statements, where they are not only written."""
    dialect: Dialect = _Dialect(run, **options)
    return dialect


class _Preparer(SnowflakeIdentifierPreparer):
    @override
    def _requires_quotes(self, value: str) -> bool:
        return True

    @override
    def format_label(self, label: Any, name: str | None = None) -> str:
        return self.quote_identifier(name or label.name)

    @override
    def quote_schema(self, schema: str, force: bool | None = None) -> str:
        return self.quote_identifier(schema)


class _Compiler(SnowflakeCompiler):
    @override
    def visit_table(self, table: Any, *options: Any, **more: Any) -> str:
        written = super().visit_table(table, *options, **more)  # type: ignore[no-untyped-call]
        moment = self.execution_options.get(AS_OF) if more.get("asfrom") else None
        return f"{written} AT(TIMESTAMP => {moment})" if moment else str(written)


class _Dialect(SnowflakeDialect):
    preparer = _Preparer
    statement_compiler = _Compiler
    supports_statement_cache = False
    requires_name_normalize = False

    def __init__(self, run: Run | None = None, **options: Any) -> None:
        super().__init__(**({"paramstyle": "qmark"} | options))
        self._run = run

    @override
    def initialize(self, connection: Any) -> None:
        """Asks nothing: the session was told all that it needs at the login."""

    @override
    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing to begin: every statement stands for itself."""

    @override
    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing to roll back: the session commits nothing, and ends without a commit."""

    @override
    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing is ever committed."""

    @override
    def do_execute_no_params(self, cursor: Any, statement: str, context: Any = None) -> None:
        assert self._run is not None  # noqa: S101 - a dialect that only writes has no cursor
        self._run(cursor, statement)
