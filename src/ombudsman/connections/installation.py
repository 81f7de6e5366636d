"""The settings of this installation: the environment, then the file `.env`, then defaults.

They are the single source of truth for what belongs to the machine and not to a project. Connections of a project
live in `ombudsman.yaml` and refer to variables; nothing is configured twice.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ombudsman.model.errors import SettingsError

ENV_FILE = Path(".env")


class Origin(NamedTuple):
    """A setting, its value as it may be shown, and where it comes from."""

    name: str
    value: str
    origin: str


class Installation(BaseSettings):
    """What is configured for this installation. Raises `SettingsError` when a value cannot be used."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    mssql_host: str | None = None
    mssql_port: int = Field(default=1433, ge=1, le=65_535)
    mssql_database: str | None = None
    mssql_user: str | None = None
    mssql_password: SecretStr | None = None

    snowflake_account: str | None = None
    snowflake_user: str | None = None
    snowflake_password: SecretStr | None = None
    snowflake_warehouse: str | None = None
    snowflake_database: str | None = None
    snowflake_schema: str | None = None

    ovs_db_url: SecretStr | None = None
    ovs_db_host: str | None = None
    ovs_db_port: int = Field(default=5432, ge=1, le=65_535)
    ovs_db_name: str | None = None
    ovs_db_user: str | None = None
    ovs_db_password: SecretStr | None = None

    jwt_secret_key: SecretStr | None = None
    jwt_algorithm: str = "HS256"
    jwt_access_token_expire_minutes: int = Field(default=30, ge=1)

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = str(first["loc"][0]).upper() if first["loc"] else "a setting"
            raise SettingsError(
                f"{name} cannot be used: {first['msg']}", hint="look at the environment and at .env"
            ) from None

    def origins(self) -> list[Origin]:
        """Every setting with its origin: `environment`, `.env`, `default` or `not set`. Secrets are masked."""
        in_environment = {name.upper() for name, value in os.environ.items() if value}
        in_file = {name.upper() for name, value in dotenv_values(ENV_FILE).items() if value}
        told = []
        for field in type(self).model_fields:
            name, value = field.upper(), getattr(self, field)
            if name in in_environment:
                origin = "environment"
            elif name in in_file:
                origin = ".env"
            else:
                origin = "not set" if value is None else "default"
            told.append(Origin(name, "" if value is None else str(value), origin))
        return told
