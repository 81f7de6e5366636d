"""How to reach a database: one typed model per engine.

There is no field for free-form options: a connection string is code (an ODBC string can name the library to load), so
whoever may write one may run one. `SqlAlchemySettings` takes a URL and is therefore for people who run the program
on their own machine, never for a form in a browser.

Secrets are `SecretStr`: they print as stars, and are opened in the one place that hands them to the driver.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, field_validator, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ombudsman.connections.snowflake_account import LOOPBACK, checked_account, checked_host
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
    password_only: bool = Field(
        default=False,
        description=(
            "Whether nothing but the password may prove who we are: neither the client certificate in `~/.postgresql` "
            "nor a Kerberos ticket of whoever runs this."
        ),
    )
    application_name: PlainText = "ombudsman"

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets."""
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


def _one_server(text: str) -> str:
    """A comma would name a port, a backslash an instance, and `np:` or `lpc:` another way than TCP."""
    if re.fullmatch(r"[\w.-]+|[0-9A-Fa-f:.%]*:[\w:.%]*", text) is None:
        raise ValueError("should be one host: a name or an address")
    return text


def _plain_secret(secret: SecretStr) -> SecretStr:
    _plain(secret.get_secret_value())
    return secret


ServerName = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_one_server)]
"""One server of a network: a name, an IPv4 or IPv6 address."""

PlainSecret = Annotated[SecretStr, Field(max_length=512), AfterValidator(_plain_secret)]
"""A secret without control characters, for a text in which it is written down beside other settings."""

WITHOUT_PASSWORD = frozenset(
    {"windows", "entra-managed-identity", "entra-interactive", "entra-default"}
)
"""Where somebody else vouches for us: Windows or Kerberos, the machine, a browser."""


class SqlServerSettings(_Settings):
    """A SQL Server, an Azure SQL database, or a Managed Instance.

    `entra-...` is Microsoft Entra ID: with a user's password, a service principal (`user` is the application's id,
    `password` its secret), the identity of the machine (`user` is its client id, where there are several), a browser,
    or whatever of these is at hand.
    """

    engine: Literal["sqlserver"] = "sqlserver"
    host: ServerName = "localhost"
    port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="1433, unless an instance is named: its port is asked of the server.",
    )
    instance: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_$#]{0,15}$",
        description="The name of an instance, where there are several on one machine.",
    )
    database: PlainText
    authentication: Literal[
        "sql",
        "windows",
        "entra-password",
        "entra-service-principal",
        "entra-managed-identity",
        "entra-interactive",
        "entra-default",
    ] = Field(default="sql", description="How the server is told who we are.")
    user: PlainText | None = None
    password: PlainSecret | None = None
    encrypt: Literal["optional", "mandatory", "strict"] = Field(
        default="mandatory",
        description="Whether all that is sent must be encrypted; `strict` is TLS from the first byte (2022 and later).",
    )
    trust_server_certificate: bool = Field(
        default=False,
        description="Whether a certificate that nobody vouches for will do: then anybody can play the server.",
    )
    host_name_in_certificate: ServerName | None = Field(
        default=None, description="The name in the certificate, where it is another than `host`."
    )
    application_intent: Literal["read_only", "read_write"] = Field(
        default="read_only",
        description="`read_only` leads to a readable secondary, where an availability group has one.",
    )
    isolation: Literal["auto", "snapshot", "read_committed"] = Field(
        default="auto",
        description="`auto` is SNAPSHOT where the database allows it: no lock is waited for, and none is taken.",
    )
    driver: Literal["auto", "mssql-python", "pymssql", "pyodbc"] = Field(
        default="auto",
        description="`auto` is mssql-python, and pymssql where its native part cannot be loaded.",
    )
    connect_timeout_s: int = Field(
        default=15, ge=1, le=300, description="Seconds to wait for a connection."
    )
    lock_timeout_s: int = Field(
        default=5,
        ge=1,
        le=300,
        description="Seconds to wait for rows that somebody else has locked.",
    )
    application_name: PlainText = Field(
        default="ombudsman",
        description="What the server calls our sessions, with pymssql and pyodbc; mssql-python takes no name from us.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs_password = self.authentication not in WITHOUT_PASSWORD
        if needs_password and (self.user is None or not self._has_password):
            raise ValueError(f"{self.authentication!r} authentication needs user and password")
        if not needs_password and self.password is not None:
            raise ValueError(f"{self.authentication!r} authentication takes no password")
        return self

    @property
    def _has_password(self) -> bool:
        return self.password is not None and bool(self.password.get_secret_value())

    @property
    def address(self) -> str:
        """The server, as people write it."""
        instance = f"\\{self.instance}" if self.instance else ""
        port = "" if self.port is None and self.instance else f":{self.port or SQL_SERVER_PORT}"
        return f"{self.host}{instance}{port}"

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets."""
        user = f"{self.user}@" if self.user else ""
        return f"{user}{self.address}/{self.database}"


SQL_SERVER_PORT = 1_433


class SnowflakeSettings(_Settings):
    """A Snowflake account. Names are read as Snowflake reads them: `shop` means SHOP, `"shop"` itself."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    engine: Literal["snowflake"] = "snowflake"
    account: Annotated[PlainText, AfterValidator(checked_account)] = Field(
        description="The account identifier: organisation-account, or locator.region.",
        examples=["myorg-account1", "xy12345.eu-central-1"],
    )
    host: Annotated[PlainText, AfterValidator(checked_host)] | None = Field(
        default=None,
        description="The host, where it does not follow from the account: a private link's.",
        examples=["myorg-account1.privatelink.snowflakecomputing.com"],
    )
    port: int = Field(default=443, ge=1, le=65_535)
    protocol: Literal["https", "http"] = Field(
        default="https", description="`http` only reaches this machine itself, for tests."
    )
    user: PlainText
    authentication: Literal["password", "key_pair", "programmatic_token", "oauth", "sso"] = Field(
        default="password", description="How the user proves who he is."
    )
    password: Secret | None = None
    private_key_file: LocalPath | None = Field(
        default=None, description="The private key as a PEM file (PKCS #8), for `key_pair`."
    )
    private_key_passphrase: Secret | None = Field(
        default=None, description="What opens the private key, if it is encrypted."
    )
    token: Secret | None = Field(
        default=None, description="For `programmatic_token`, and an access token for `oauth`."
    )
    role: PlainText | None = Field(
        default=None, description="The role to read with; without it the user's default role."
    )
    warehouse: PlainText | None = Field(
        default=None, description="The warehouse that computes; without it the user's default one."
    )
    database: PlainText
    schema_name: PlainText | None = Field(
        default=None, alias="schema", description="The schema of names that are given without one."
    )
    proxy_host: Annotated[PlainText, AfterValidator(_one_host)] | None = Field(
        default=None, description="An HTTP proxy to go through. The environment's are not asked."
    )
    proxy_port: int | None = Field(default=None, ge=1, le=65_535)
    certificate_revocation: Literal["disabled", "advisory", "enabled"] = Field(
        default="disabled",
        description="Whether revoked certificates are looked for; `enabled` needs the way to their lists.",
    )
    query_tag: Annotated[PlainText, Field(max_length=100)] = Field(
        default="ombudsman", description="Begins the tag of each statement in the query history."
    )
    connect_timeout_s: int = Field(
        default=20, ge=1, le=300, description="Seconds to wait for a connection."
    )

    @property
    def where(self) -> str:
        """Where the connection leads, without secrets."""
        inside = "" if self.schema_name is None else f"/{self.schema_name}"
        return f"{self.user}@{self.account}/{self.database}{inside}"

    @model_validator(mode="after")
    def _proven_and_safe(self) -> Self:
        if self.protocol == "http" and self.host not in LOOPBACK:
            raise ValueError("protocol: http sends the password unprotected; leave it out")
        needed, given = {
            "password": ("password", self.password),
            "key_pair": ("private_key_file", self.private_key_file),
            "programmatic_token": ("token", self.token),
            "oauth": ("token", self.token),
            "sso": ("user", self.user),
        }[self.authentication]
        if given is None:
            raise ValueError(f"authentication: {self.authentication} needs {needed!r}")
        return self


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


AnySettings = (
    DuckDbSettings
    | FilesSettings
    | PostgresSettings
    | SqlServerSettings
    | SnowflakeSettings
    | SqlAlchemySettings
)
ConnectionSettings = Annotated[AnySettings, Field(discriminator="engine")]

SETTINGS_OF: dict[str, type[AnySettings]] = {
    "duckdb": DuckDbSettings,
    "files": FilesSettings,
    "postgresql": PostgresSettings,
    "sqlserver": SqlServerSettings,
    "snowflake": SnowflakeSettings,
    "sqlalchemy": SqlAlchemySettings,
}
"""The settings' model of each engine, by the word that people write."""
