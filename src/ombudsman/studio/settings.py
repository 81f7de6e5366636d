"""The settings of the studio: those of the installation, and what a server needs beside them.

They come from the environment, then `.env`, then defaults, and nowhere else. Keys have no default: where none is given
the first start makes a key file (`security/keys.py`); one that is given and weak keeps the server from starting.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ombudsman.connections.installation import Installation
from ombudsman.model.errors import SettingsError

AskedOf = Literal["nobody", "administrators", "stewards", "everybody"]
"""Of whom a second factor is asked; `stewards`: of administrators, and of owners and stewards of a project."""


class StudioSettings(Installation):
    """What is configured for this server. Raises `SettingsError` when a value cannot be used."""

    ovs_data_folder: Path = Field(
        default=Path(".ombudsman/studio"), description="Where store, keys, logs and results lie."
    )
    ovs_host: str = Field(default="127.0.0.1", description="The address to listen at.")
    ovs_port: int = Field(default=8000, ge=0, le=65_535)
    ovs_public_url: str | None = Field(
        default=None, description="Where people reach the studio, when a proxy stands before it."
    )
    ovs_allowed_origins: str = Field(
        default="", description="Other origins whose pages may call the API; with commas."
    )
    ovs_trusted_proxies: str = Field(
        default="", description="Addresses whose X-Forwarded-For is believed; with commas."
    )
    ovs_cookie_secure: bool = Field(
        default=True, description="Whether the refresh cookie travels over TLS only."
    )
    ovs_registration: Literal["closed", "invitation", "open"] = Field(
        default="invitation",
        description="Who may register: nobody, whoever was invited, or everybody.",
    )
    ovs_require_second_factor: AskedOf | None = Field(
        default=None,
        description="Who must have a second factor; stewards: administrators, and owners and stewards of projects."
        " Default: nobody while only this machine is served, else stewards.",
    )
    ovs_oidc_issuer: str | None = Field(
        default=None, description="The OpenID Connect provider by which people may sign in."
    )
    ovs_oidc_client_id: str | None = Field(
        default=None, description="As whom the provider knows this studio."
    )
    ovs_oidc_client_secret: SecretStr | None = Field(
        default=None, description="What it proves that by; none for a public client."
    )
    ovs_oidc_scopes: str = Field(
        default="openid profile", description="What is asked of the provider; with spaces."
    )
    ovs_oidc_name: str = Field(
        default="single sign-on",
        max_length=100,
        description="What people are told the provider is.",
    )
    ovs_oidc_required_claims: str = Field(
        default="",
        description="What an ID token must say, as in groups=migration; with commas, all of them.",
    )
    ovs_requests_per_minute: int = Field(default=600, ge=1, description="Of one user.")
    ovs_export_most_mib: int = Field(
        default=1_024, ge=1, le=2**20, description="How large a file of results may be, in MiB."
    )
    ovs_exports_per_hour: int = Field(default=10, ge=1, description="Of one user.")
    ovs_worker_places: int = Field(
        default=2,
        ge=0,
        le=64,
        description="How many runs at once; none where workers elsewhere do.",
    )
    ovs_runs_kept_days: int = Field(
        default=90, ge=1, le=36_500, description="After so many days a finished run goes."
    )
    ovs_rows_kept_days: int = Field(
        default=30,
        ge=1,
        le=36_500,
        description="After so many days the files of rows that differ go.",
    )
    ovs_password_blocklist: Path | None = Field(
        default=None, description="A file of passwords that nobody may choose, one a line."
    )
    ovs_master_key: SecretStr | None = Field(
        default=None, description="32 random bytes in base64; instead of the key file."
    )
    ovs_master_key_previous: SecretStr | None = Field(
        default=None,
        description="Older master keys, with commas: what they encrypted stays readable.",
    )
    ovs_outbound: Literal["open", "listed"] = Field(
        default="open",
        description="open: connect anywhere but to this machine and its like; listed: only to what is listed.",
    )
    ovs_outbound_allowed: str = Field(
        default="", description="Hosts, .suffixes and networks to connect to, with commas."
    )
    ovs_server_identity: bool = Field(
        default=False,
        description="Whether connections may log in as this server: Windows, a machine's identity, ~/.pgpass.",
    )
    ovs_files_folder: Path | None = Field(
        default=None,
        description="Where DuckDB, Parquet and CSV files may lie. Default: `files` in the data folder.",
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        if self.jwt_algorithm != "HS256":
            raise SettingsError(
                f"JWT_ALGORITHM {self.jwt_algorithm!r} is not known here", hint="it is HS256"
            )

    @property
    def data_folder(self) -> Path:
        """Where everything lies that the server writes, as an absolute path."""
        return self.ovs_data_folder.expanduser().resolve()

    @property
    def second_factor_asked_of(self) -> AskedOf:
        """Who must have a second factor: as configured, else by who can reach the server."""
        if self.ovs_require_second_factor is not None:
            return self.ovs_require_second_factor
        serves_others = bool(self.ovs_public_url) or not is_loopback(self.ovs_host)
        return "stewards" if serves_others else "nobody"

    @property
    def files_folder(self) -> Path:
        """The only folder from which files are read as sources."""
        folder = self.ovs_files_folder or self.data_folder / "files"
        return folder.expanduser().resolve()

    @property
    def store_url(self) -> URL:
        """Where the store is: OVS_DB_URL, else OVS_DB_HOST and its like, else SQLite in the data folder.

        Raises:
            SettingsError: OVS_DB_URL is no URL, or of a database that cannot be the store.
        """
        if self.ovs_db_url is not None:
            return _store_url(self.ovs_db_url.get_secret_value())
        if self.ovs_db_host is not None:
            secret = self.ovs_db_password
            return URL.create(
                "postgresql+psycopg",
                username=self.ovs_db_user,
                password=None if secret is None else secret.get_secret_value(),
                host=self.ovs_db_host,
                port=self.ovs_db_port,
                database=self.ovs_db_name or "ombudsman",
            )
        return URL.create("sqlite", database=str(self.data_folder / "studio.db"))

    @property
    def allowed_origins(self) -> list[str]:
        """The origins of other pages that may call the API.

        Raises:
            SettingsError: one is no exact origin.
        """
        origins = listed(self.ovs_allowed_origins)
        for origin in origins:
            scheme, _, host = origin.partition("://")
            if scheme not in {"http", "https"} or not host or set(host) & set("/*?#@ "):
                raise SettingsError(
                    f"OVS_ALLOWED_ORIGINS: {origin!r} is no origin",
                    hint="write scheme, host and port exactly, as in https://studio.example.com",
                )
        return origins


def is_loopback(host: str) -> bool:
    """Whether this machine alone reaches a server that listens there."""
    return host.startswith("127.") or host in {"localhost", "::1"}


def listed(text: str) -> list[str]:
    """The parts of a text with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _store_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "OVS_DB_URL is no URL", hint="postgresql://user:password@host/database"
        ) from None
    match url.get_backend_name():
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite")
    raise SettingsError(
        f"OVS_DB_URL: the store cannot be in {url.get_backend_name()!r}",
        hint="it is PostgreSQL, or a file of SQLite",
    )
