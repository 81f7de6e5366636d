"""SQLite, a file opened read-only.

`mode=ro` alone still lets a statement attach another file or switch on `writable_schema`; so SQLite's authoriser lets
nothing through but reading, and no further database may be attached. A statement is stopped by `interrupt`.

Nothing is pinned: each statement has a read transaction of its own, and with a write-ahead log another process may
commit between two of them.
"""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection as Session
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ombudsman.connections.adapter import Pin
from ombudsman.connections.engine_other import OtherAdapter
from ombudsman.connections.failures import of_sqlite, query_failed
from ombudsman.connections.file_privileges import file_privileges
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.running import Stop
from ombudsman.connections.settings import SqlAlchemySettings
from ombudsman.model.errors import OmbudsmanError, SettingsError, Unreachable

_BUSY_S = 5.0
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_FUNCTIONS_REFUSED = frozenset(
    {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}
)
_SCHEMA_TABLES = frozenset({"sqlite_master", "sqlite_temp_master"})
"""Table-valued functions such as `pragma_table_info` declare themselves there, in memory. A real update of these tables
is refused by SQLite itself, unless `writable_schema` is on, which may not be switched on."""
_PRAGMAS = frozenset(
    {
        "collation_list",
        "database_list",
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "table_info",
        "table_list",
        "table_xinfo",
    }
)
"""Those that describe something: what is in their parentheses is a name, not a value."""

_PRAGMAS_ASKED = frozenset({"read_uncommitted", "encoding", "user_version", "schema_version"})
"""Those that may be asked for their value, but not given one."""


class SqliteAdapter(OtherAdapter):
    """A SQLite file."""

    def __init__(self, settings: SqlAlchemySettings, url: URL) -> None:
        super().__init__(settings, url)
        if not url.database or url.database == ":memory:":
            raise SettingsError(
                "a SQLite connection needs a file",
                hint="write sqlite:///folder/file.db",
            )
        self._path = Path(url.database)

    @override
    def _new_pool(self) -> Engine:
        return create_engine(
            "sqlite+pysqlite://",
            creator=lambda: _opened(self._path),
            poolclass=QueuePool,
            pool_size=self.limits.max_concurrent_queries,
            max_overflow=0,
        )

    @override
    def pin(self) -> Pin:
        super().pin()
        return Pin(
            words=None,
            note="SQLite pins no moment for several sessions: nobody may write while it is read",
        )

    @override
    def begin(self, session: Session, pin: Pin) -> None:
        session.begin()

    @override
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
            code = getattr(error.orig, "sqlite_errorcode", None)
            return query_failed(
                of_sqlite(code),
                error.orig,
                connection=self.name,
                sql=sql,
                stopped=stopped,
                code=code,
            )
        return super().query_failed(error, sql=sql, stopped=stopped, ms=ms)

    @override
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, sqlite3.Error):
            return super().connection_failed(error)
        return Unreachable(
            f"cannot open {self._path}",
            hint="it must be there and be a SQLite database",
            driver_message=str(cause),
            path=str(self._path),
        )

    @override
    def version(self, session: Session) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    @override
    def read_only_proof(self, session: Session) -> str:
        return "file opened read-only; an authoriser lets only reading through"

    @override
    def privileges(self, session: Session) -> Privileges:
        del session
        return file_privileges(self._path)


def _opened(path: Path) -> sqlite3.Connection:
    session = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,  # the pool gives a session to one thread at a time
    )
    session.execute(
        "SELECT count(*) FROM sqlite_master"
    ).fetchone()  # a file of another kind is found out here
    session.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    session.set_authorizer(_authorise)
    return session


def _authorise(
    action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    allowed = (
        action in _READING
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _FUNCTIONS_REFUSED)
        or (action == sqlite3.SQLITE_UPDATE and first in _SCHEMA_TABLES)
        or (action == sqlite3.SQLITE_PRAGMA and _may_ask((first or "").lower(), second))
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _may_ask(pragma: str, argument: str | None) -> bool:
    return pragma in _PRAGMAS or (argument is None and pragma in _PRAGMAS_ASKED)
