"""Settings: what they refuse, and that no value of theirs can become something else."""

import random
import string
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg import conninfo
from pydantic import SecretStr, TypeAdapter, ValidationError

from ombudsman.connections.connection import connect
from ombudsman.connections.postgres_session import parameters
from ombudsman.connections.settings import (
    ConnectionSettings,
    DuckDbSettings,
    FilesSettings,
    PostgresSettings,
    SqlAlchemySettings,
)
from ombudsman.connections.urls import settings_from_url
from ombudsman.model.errors import OmbudsmanError

SETTINGS: TypeAdapter[ConnectionSettings] = TypeAdapter(ConnectionSettings)
POSTGRES = {"engine": "postgresql", "host": "h", "database": "d", "user": "u"}


def test_the_engine_decides_which_settings_they_are():
    written: list[dict[str, Any]] = [
        {"engine": "duckdb", "path": "a.duckdb"},
        {"engine": "files", "folder": "a"},
        POSTGRES,
        {"engine": "sqlalchemy", "url": "mysql://u@h/d"},
    ]
    made = [type(SETTINGS.validate_python(each)) for each in written]
    assert made == [DuckDbSettings, FilesSettings, PostgresSettings, SqlAlchemySettings]


@pytest.mark.parametrize(
    "changes",
    [
        {"hots": "h"},
        {"options": "-c statement_timeout=0"},
        {"host": "a,b"},
        {"host": "h hostaddr=1.2.3.4"},
        {"host": "h\x00"},
        {"host": ""},
        {"host": "postgresql://evil/"},
        {"port": 0},
        {"port": 65_536},
        {"port": "5432,5433"},
        {"database": "a\x00b"},
        {"database": ""},
        {"user": "a\nb"},
        {"password": "a\x00b"},
        {"sslrootcert": "a\x00b"},
        {"sslmode": "sometimes"},
        {"max_concurrent_queries": 0},
        {"max_concurrent_queries": 1_000},
        {"statement_timeout_s": 0},
        {"statement_timeout_s": 7_201},
        {"connect_timeout_s": 0},
        {"engine": "oracle"},
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any]):
    SETTINGS.validate_python(POSTGRES)
    with pytest.raises(ValidationError):
        SETTINGS.validate_python(POSTGRES | changes)


@pytest.mark.parametrize(
    "host",
    ["db.example.com", "10.0.0.1", "::1", "fe80::1%eth0", "/run/postgresql", "bücher.example"],
)
def test_hosts_of_all_kinds_are_taken(host: str):
    assert PostgresSettings(database="d", user="u", host=host).host == host


@pytest.mark.parametrize("limit", ["4GB", "512 MiB", "50%", "1.5GB"])
def test_memory_limits_are_written_as_duckdb_reads_them(limit: str, tmp_path: Path):
    assert DuckDbSettings(path=tmp_path, memory_limit=limit).memory_limit == limit
    with pytest.raises(ValidationError):
        DuckDbSettings(path=tmp_path, memory_limit=f"{limit}'; SET x=1")


def test_no_secret_is_printed():
    settings: list[ConnectionSettings] = [
        PostgresSettings(database="d", user="u", password=SecretStr("tr0ub4dor")),
        SqlAlchemySettings(url=SecretStr("mysql://u:tr0ub4dor@h/d?ssl_key=tr0ub4dor")),
    ]
    for each in settings:
        for text in (
            repr(each),
            str(each),
            each.where,
            str(each.model_dump()),
            each.model_dump_json(),
        ):
            assert "tr0ub4dor" not in text


PIECES = [
    *(
        "'",
        '"',
        "\\",
        "@",
        ":",
        "/",
        "?",
        "#",
        "%",
        "&",
        "=",
        " ",
        ";",
        "{",
        "}",
        ",",
        "$",
        "`",
        "\t",
        "\n",
        "\x00",
    ),
    *(
        "host=evil",
        "hostaddr=6.6.6.6",
        "options=-c",
        "sslmode=disable",
        "service=x",
        "%41",
        "%00",
        "::1",
        "../",
    ),
    *(
        "postgresql://evil/",
        "passfile=/etc/passwd",
        "ü",
        "漢",
        "🔑",
        "dbname=",
        "' host='evil",
        "\\' host=evil",
    ),
]


def hostile_values(count: int) -> list[dict[str, str]]:
    """Values made of what means something to some parser; the same ones every time."""
    chance = random.Random(20_240_229)  # noqa: S311 - values, not secrets

    def value() -> str:
        letters = list(string.ascii_letters) + PIECES * 3
        return "".join(chance.choices(letters, k=chance.randint(1, 12)))

    return [
        {key: value() for key in ("host", "user", "password", "database")} for _ in range(count)
    ]


def test_hostile_values_stay_values(monkeypatch: pytest.MonkeyPatch):
    for name in ("PGHOST", "PGHOSTADDR", "PGOPTIONS", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    accepted = 0
    for given in hostile_values(1_000):
        honest_host = given | {"host": "db.example.com"}
        for values in (given, honest_host):
            try:
                settings = PostgresSettings(**values)  # type: ignore[arg-type]
            except ValidationError:
                continue
            accepted += 1
            told = parameters(settings)
            understood = conninfo.conninfo_to_dict(conninfo.make_conninfo(**told))
            assert understood.keys() == {key for key, value in told.items()}
            assert understood["host"] == values["host"]
            assert understood["user"] == values["user"]
            assert understood["dbname"] == values["database"]
            assert understood["password"] == values["password"]
    assert accepted > 300


def test_hostile_values_in_a_url_stay_values():
    taken, told = 0, []
    for given in hostile_values(600):
        url = sa.URL.create(
            "postgresql",
            host="db.example.com",
            username=given["user"],
            password=given["password"],
            database=given["database"],
        )
        try:
            settings = settings_from_url(url.render_as_string(hide_password=False))
        except OmbudsmanError as error:
            told.append(error.message)
            continue
        assert isinstance(settings, PostgresSettings)
        assert settings.host == "db.example.com"
        assert settings.user == given["user"]
        if settings.database == given["database"]:
            taken += 1
    assert taken > 100
    assert not [message for message in told if "host=evil" in message]


def test_hostile_values_reach_no_other_host_and_crash_nothing(monkeypatch: pytest.MonkeyPatch):
    """What libpq would be given is looked at in the moment of connecting; nobody is called."""
    import psycopg

    seen: list[dict[str, Any]] = []

    def refuse(*positional: Any, **keywords: Any) -> None:
        assert positional == ()
        seen.append(conninfo.conninfo_to_dict(conninfo.make_conninfo(**_libpq(keywords))))
        raise psycopg.OperationalError(f"refused with {keywords['password']}")

    monkeypatch.setattr(psycopg, "connect", refuse)
    monkeypatch.setattr("ombudsman.connections.postgres_session.speaks_postgres", lambda _: False)
    for given in hostile_values(500):
        try:
            settings = PostgresSettings(**given | {"host": "127.0.0.1"})  # type: ignore[arg-type]
        except ValidationError:
            continue
        with pytest.raises(OmbudsmanError) as told:
            connect("erp", settings).open()
        assert given["password"] not in told.value.context["driver_message"].replace("***", "")
    assert len(seen) > 150
    assert {(each["host"], each["port"]) for each in seen} == {("127.0.0.1", "5432")}
    assert not [
        each for each in seen if {"hostaddr", "options", "service", "passfile"} & each.keys()
    ]


def _libpq(keywords: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in keywords.items() if k not in {"prepare_threshold", "autocommit"}}


def test_hostile_urls_of_other_dialects_raise_ours_alone():
    refused = 0
    for given in hostile_values(500):
        for url in (
            f"mysql+nosuch://{given['user']}:{given['password']}@{given['host']}/{given['database']}",
            f"{given['user']}://{given['host']}",
            f"sqlite:///{given['database']}",
            f"duckdb:///{given['database']}",
            given["host"],
        ):
            try:
                connect("x", settings_from_url(url))
            except OmbudsmanError:
                refused += 1
    assert refused > 500
