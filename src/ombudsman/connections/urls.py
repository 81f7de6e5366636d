"""Settings from a URL, for the command line: its user runs the program on his own machine and may.

    duckdb:///file.duckdb            three slashes begin a relative path, four an absolute one
    files:///folder                  the Parquet and CSV files of a folder
    sqlite:///file.db
    postgresql://user:password@host:5432/database?sslmode=require
    sqlserver://user:password@host:1433/database?encrypt=strict        mssql:// is the same
    snowflake://user:password@account/database/schema?warehouse=wh&role=reading
    dialect://...                    any other database that has a SQLAlchemy dialect

What follows the question mark are further keys of the engine's settings (of SQLAlchemy's own for other dialects).
A URL may hold a password: no message repeats it.
"""

from typing import Any

from pydantic import ValidationError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ombudsman.connections.settings import SETTINGS_OF, ConnectionSettings
from ombudsman.model.errors import SettingsError
from ombudsman.model.explain import explain

_FORMS = (
    "write duckdb:///file.duckdb, files:///folder, sqlite:///file.db, postgresql://user@host:5432/database, "
    "sqlserver://user@host:1433/database or snowflake://user@account/database/schema"
)
_PATHS = {"duckdb": "path", "files": "folder"}

_SERVERS = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "postgresql+psycopg": "postgresql",
    "sqlserver": "sqlserver",
    "mssql": "sqlserver",
    "mssql+mssqlpython": "sqlserver",
    "mssql+pymssql": "sqlserver",
}
"""The engine of each scheme of a URL that names a host. Other drivers of these engines are SQLAlchemy's affair."""

_DRIVERS = {"mssql+mssqlpython": "mssql-python", "mssql+pymssql": "pymssql"}


def settings_from_url(url: str) -> ConnectionSettings:
    """The settings that a URL stands for.

    Raises:
        SettingsError: it is no URL, or lacks something, or names a key that the engine does not have.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError, TypeError):
        raise SettingsError("this is not the URL of a database", hint=_FORMS) from None
    written = _written(parsed, url)
    model = SETTINGS_OF[written["engine"]]
    try:
        return model.model_validate(written)
    except ValidationError as error:
        first = explain(error, model)[0]
        key = "".join(f"{part}: " for part in first.path)
        raise SettingsError(f"{_words(parsed)}: {key}{first.message}", hint=first.hint) from None


def _written(parsed: URL, url: str) -> dict[str, Any]:
    backend = parsed.get_backend_name()
    if backend in _PATHS:
        return _of_path(parsed, backend)
    if engine := _SERVERS.get(parsed.drivername):
        return _of_server(parsed, engine)
    if backend == "snowflake":
        return _of_snowflake(parsed)
    return {"engine": "sqlalchemy", "url": url}


def _of_path(parsed: URL, engine: str) -> dict[str, Any]:
    if parsed.host or not parsed.database:
        raise SettingsError(
            f"the URL {engine}://... names no {_PATHS[engine]}",
            hint="three slashes begin a relative path, four an absolute one",
        )
    return {"engine": engine, _PATHS[engine]: parsed.database, **_further(parsed)}


def _of_server(parsed: URL, engine: str) -> dict[str, Any]:
    parts = {
        "host": parsed.host,
        "port": parsed.port,
        "database": parsed.database,
        "user": parsed.username,
        "password": parsed.password,
        "driver": _DRIVERS.get(parsed.drivername),
    }
    given = {key: value for key, value in parts.items() if value not in {None, ""}}
    return {"engine": engine, **_further(parsed), **given}


def _of_snowflake(parsed: URL) -> dict[str, Any]:
    if parsed.port is not None:
        raise SettingsError(
            f"{_words(parsed)}: an account has no port",
            hint="write snowflake://user:password@account/database/schema?warehouse=wh&role=reading",
        )
    database, _, schema = (parsed.database or "").partition("/")
    parts = {
        "account": parsed.host,
        "database": database,
        "schema": schema,
        "user": parsed.username,
        "password": parsed.password,
    }
    given = {key: value for key, value in parts.items() if value not in {None, ""}}
    return {"engine": "snowflake", **_further(parsed), **given}


def _further(parsed: URL) -> dict[str, Any]:
    for key, value in parsed.query.items():
        if not isinstance(value, str):
            raise SettingsError(f"{_words(parsed)}: {key} is given twice")
    return {key: value for key, value in parsed.query.items() if key != "engine"}


def _words(parsed: URL) -> str:
    return f"the URL {parsed.get_backend_name()}://..."
