"""URLs of the command line."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from ombudsman.connections.settings import (
    ConnectionSettings,
    DuckDbSettings,
    FilesSettings,
    PostgresSettings,
    SqlAlchemySettings,
)
from ombudsman.connections.urls import settings_from_url
from ombudsman.model.errors import SettingsError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("duckdb:///a.duckdb", DuckDbSettings(path=Path("a.duckdb"))),
        ("duckdb:////data/a b.duckdb", DuckDbSettings(path=Path("/data/a b.duckdb"))),
        (
            "duckdb:///a.duckdb?threads=2&memory_limit=1GB&statement_timeout_s=5",
            DuckDbSettings(
                path=Path("a.duckdb"), threads=2, memory_limit="1GB", statement_timeout_s=5
            ),
        ),
        ("files:////data/export", FilesSettings(folder=Path("/data/export"))),
        ("files:///export", FilesSettings(folder=Path("export"))),
        (
            "postgresql://u:p%40%3A%2Fw@db.example.com:5433/erp?sslmode=verify-full",
            PostgresSettings(
                host="db.example.com",
                port=5433,
                database="erp",
                user="u",
                password=SecretStr("p@:/w"),
                sslmode="verify-full",
            ),
        ),
        ("postgres://u@h/d", PostgresSettings(host="h", database="d", user="u")),
        ("postgresql+psycopg://u@h/d", PostgresSettings(host="h", database="d", user="u")),
        ("postgresql://u@[::1]/d", PostgresSettings(host="::1", database="d", user="u")),
        ("sqlite:///a.db", SqlAlchemySettings(url=SecretStr("sqlite:///a.db"))),
        (
            "mysql+pymysql://u:p@h/d?charset=utf8",
            SqlAlchemySettings(url=SecretStr("mysql+pymysql://u:p@h/d?charset=utf8")),
        ),
    ],
)
def test_a_url_stands_for_settings(url: str, expected: ConnectionSettings):
    assert settings_from_url(url) == expected


@pytest.mark.parametrize(
    ("url", "said", "hint"),
    [
        ("", "not the URL", "duckdb:///"),
        ("erp", "not the URL", "duckdb:///"),
        ("erp", "not the URL", "snowflake://"),
        ("postgresql://u:hunter2@h:many/d", "not the URL", "postgresql://"),
        ("duckdb://", "names no path", "three slashes"),
        ("duckdb://a.duckdb", "names no path", "three slashes"),
        ("files://export", "names no folder", "three slashes"),
        ("postgresql://h/d", "'user' is missing", ""),
        ("postgresql://u:hunter2@h", "'database' is missing", ""),
        ("postgresql://u:hunter2@h/d?sslmod=require", "no key 'sslmod'", "did you mean 'sslmode'?"),
        ("postgresql://u:hunter2@h/d?options=-c%20x=1", "no key 'options'", ""),
        ("postgresql://u:hunter2@h/d?sslmode=maybe", "sslmode", ""),
        ("postgresql://u:hunter2@a,b/d", "one host", ""),
        ("duckdb:///a?threads=1&threads=2", "threads is given twice", ""),
        ("duckdb:///a?threads=many", "threads", ""),
    ],
)
def test_what_is_wrong_is_told_without_the_password(url: str, said: str, hint: str):
    with pytest.raises(SettingsError) as told:
        settings_from_url(url)
    assert said in told.value.message
    assert hint in str(told.value.hint)
    assert "hunter2" not in repr(told.value) + str(told.value.hint) + repr(told.value.context)
