"""How to reach a database: one typed model per engine.

There is no field for free-form options: a connection string is code (an ODBC string can name the library to load), so
whoever may write one may run one. `SqlAlchemySettings` takes a URL and is therefore for people who run the program
on their own machine, never for a form in a browser.

Secrets are `SecretStr`: they print as stars, and are opened in the one place that hands them to the driver.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ombudsman.model.base import Strict

MAX_STATEMENT_TIMEOUT_S = 7_200


def _plain(text: str) -> str:
    if any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in text):
        raise ValueError("should hold no control characters")
    return text


def _path_without_nul(path: Path) -> Path:
    _refuse_nul(str(path))
    return path


def _secret_without_nul(secret: SecretStr) -> SecretStr:
    _refuse_nul(secret.get_secret_value())
    return secret


def _refuse_nul(text: str) -> None:
    """In C a NUL ends a text: what libpq is told after it (the demand for TLS, say) would be lost."""
    if "\x00" in text:
        raise ValueError("should hold no NUL character")


def _one_host(text: str) -> str:
    """A comma would name a second host, an `=` or a slash something else again."""
    if re.fullmatch(r"[\w.:%-]+|/[^\x00-\x1f,]*", text) is None:
        raise ValueError("should be one host: a name, an address, or the folder of a Unix socket")
    return text


Secret = Annotated[SecretStr, AfterValidator(_secret_without_nul)]
LocalPath = Annotated[Path, AfterValidator(_path_without_nul)]

PlainText = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_plain)]
"""A name that a person typed: no control characters, for no server wants them and logs suffer from them."""

Host = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_one_host)]
"""One host: a name, an IPv4 or IPv6 address, or the folder of a Unix socket."""


class _Settings(Strict):
    """What the settings of every engine have."""

    max_concurrent_queries: int = Field(
        default=4, ge=1, le=64, description="How many statements may run at the same time."
    )
    connect_timeout_s: int = Field(
        default=10, ge=1, le=300, description="Seconds to wait for a connection."
    )
    statement_timeout_s: int = Field(
        default=300,
        ge=1,
        le=MAX_STATEMENT_TIMEOUT_S,
        description="Seconds that one statement may take.",
    )


class _LocalSettings(_Settings):
    """An engine inside this process: fewer statements at once, for they share our own processors."""

    max_concurrent_queries: int = Field(
        default=2, ge=1, le=64, description="How many statements may run at the same time."
    )
    statement_timeout_s: int = Field(
        default=120,
        ge=1,
        le=MAX_STATEMENT_TIMEOUT_S,
        description="Seconds that one statement may take.",
    )
    memory_limit: str = Field(
        default="1GB",
        pattern=r"^\d+(\.\d+)?\s*([KMGT]i?B|%)$",
        description="The most memory that DuckDB may take. What needs more fails, or goes to the spill_folder.",
        examples=["4GB"],
    )
    spill_folder: LocalPath | None = Field(
        default=None,
        description="Where DuckDB may put what does not fit into memory; without it nothing goes to disk.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=1_024,
        description="How many threads DuckDB may use; by default all processors.",
    )


class DuckDbSettings(_LocalSettings):
    """A DuckDB database file. It is opened read-only."""

    engine: Literal["duckdb"] = "duckdb"
    path: LocalPath

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets."""
        return str(self.path)


class FilesSettings(_LocalSettings):
    """The Parquet and CSV files of one folder, each a table: `orders.parquet`, or all of `orders/*.parquet`."""

    engine: Literal["files"] = "files"
    folder: LocalPath

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets."""
        return str(self.folder)


class PostgresSettings(_Settings):
    """A PostgreSQL server. Without a password the driver looks into `~/.pgpass`."""

    engine: Literal["postgresql"] = "postgresql"
    host: Host = "localhost"
    port: int = Field(default=5432, ge=1, le=65_535)
    database: PlainText
    user: PlainText
    password: Secret | None = None
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = Field(
        default="prefer",
        description="How much the server must prove; `verify-full` is the safe one.",
    )
    sslrootcert: LocalPath | None = Field(
        default=None, description="The certificate authority to trust, as a PEM file."
    )
    application_name: PlainText = "ombudsman"

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets."""
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


class SqlAlchemySettings(_Settings):
    """Any other database that has a SQLAlchemy dialect; SQLite too.

    `sql_dialect` is sqlglot's name of the SQL that people write for it; it may be left out where both names agree.
    """

    engine: Literal["sqlalchemy"] = "sqlalchemy"
    url: Secret
    sql_dialect: str | None = None

    @field_validator("url")
    @classmethod
    def _readable(cls, url: SecretStr) -> SecretStr:
        try:
            make_url(url.get_secret_value())
        except (ArgumentError, ValueError):
            raise ValueError(
                "is not a URL of the form dialect://user:password@host:port/database"
            ) from None
        return url

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets: what follows a question mark may hold some."""
        return (
            make_url(self.url.get_secret_value()).set(query={}).render_as_string(hide_password=True)
        )


AnySettings = DuckDbSettings | FilesSettings | PostgresSettings | SqlAlchemySettings
ConnectionSettings = Annotated[AnySettings, Field(discriminator="engine")]

SETTINGS_OF: dict[str, type[AnySettings]] = {
    "duckdb": DuckDbSettings,
    "files": FilesSettings,
    "postgresql": PostgresSettings,
    "sqlalchemy": SqlAlchemySettings,
}
"""The settings' model of each engine, by the word that people write."""
