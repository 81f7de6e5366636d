"""The demo's migration where it would really happen: a SQL Server over TDS, a Snowflake account over HTTP.

Between the stand-ins, and between two real servers where both OVS_TEST_MSSQL_URL and OVS_TEST_SNOWFLAKE_URL name one:
there in schemas of its own, which are dropped at the end.
"""

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from tests.e2e.warehouses import SNOWFLAKE, TRANSACT, Dialect, move
from tests.sqlserver_server import VARIABLE as SQLSERVER_URL
from tests.sqlserver_server import place_on_real_server
from tests.standins.snowflake.account import REAL_URL as SNOWFLAKE_URL
from tests.standins.snowflake.account import Place, Standin, real_place
from tests.standins.tds import PASSWORD, Database, TdsServer

from ombudsman.cli.demo.files import DemoFiles
from ombudsman.cli.demo.generate import generate
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import DuckDbSettings, SnowflakeSettings, SqlServerSettings

ROWS = 200

ON_SERVERS = [
    "stand-ins",
    pytest.param("servers", marks=[pytest.mark.sqlserver, pytest.mark.snowflake]),
]
HAS_SERVERS = all(os.environ.get(each) for each in (SQLSERVER_URL, SNOWFLAKE_URL))


@dataclass(frozen=True)
class Migration:
    """A folder with the demo's pipeline, and both sides behind its `ombudsman.yaml`.

    The demo's schemas are called `Sales` and `SALES`, and have the suffix behind them where they must be unique.
    """

    demo: DemoFiles
    source: SqlServerSettings
    target: SnowflakeSettings
    suffix: str = ""

    def named(self, table: str) -> str:
        """What a table of the demo's is called here."""
        return _renamed(table, self.suffix)

    def connect_by(self, driver: str) -> None:
        """Writes `ombudsman.yaml`: both sides, the source through this driver."""
        source = _written(self.source) | {"driver": driver}
        text = yaml.safe_dump({"connections": {"source": source, "target": _written(self.target)}})
        self.demo.config.write_text(text, encoding="utf-8")


def _written(settings: SqlServerSettings | SnowflakeSettings) -> dict[str, Any]:
    """Settings as `ombudsman.yaml` has them, with their secrets."""
    told = settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for name, field in type(settings).model_fields.items():
        if isinstance(secret := getattr(settings, name), SecretStr):
            told[field.alias or name] = secret.get_secret_value()
    return told | {"engine": settings.engine}


@pytest.fixture(scope="session", params=ON_SERVERS if HAS_SERVERS else ON_SERVERS[:1])
def migration(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Migration]:
    """The demo with all its planted defects, moved."""
    demo = generate(tmp_path_factory.mktemp("retail"), rows=ROWS, seed=1)
    if request.param == "servers":
        moved = _on_servers(demo)
    else:
        moved = _on_stand_ins(demo, request.getfixturevalue("snowflake"))
    with moved as migration:
        yield migration


@contextmanager
def _on_stand_ins(demo: DemoFiles, snowflake: Standin) -> Iterator[Migration]:
    """Both sides are read by those who may only read."""
    with TdsServer({"retail": Database()}) as server:
        for statement in _statements(demo.source, TRANSACT):
            server.define(statement)
        writer = snowflake.settings(user="loader", password=SecretStr("loader"))
        Place(writer, writer).execute(*_statements(demo.target, SNOWFLAKE))
        source = SqlServerSettings(
            host=server.host,
            port=server.port,
            database="retail",
            user="reader",
            password=SecretStr(PASSWORD),
            trust_server_certificate=True,
        )
        yield Migration(demo, source, snowflake.settings())


@contextmanager
def _on_servers(demo: DemoFiles) -> Iterator[Migration]:
    suffix = f"_{secrets.token_hex(4)}".upper()
    for file in (demo.pipeline, demo.mapping, demo.truth):
        text = file.read_text(encoding="utf-8")
        file.write_text(_renamed(text, suffix), encoding="utf-8")
    with (
        place_on_real_server(f"Sales{suffix}") as source,
        real_place(f"SALES{suffix}") as target,
    ):
        source.execute(*_statements(demo.source, replace(TRANSACT, suffix=suffix)))
        target.execute(*_statements(demo.target, replace(SNOWFLAKE, suffix=suffix)))
        yield Migration(demo, source.settings, target.settings, suffix)


def _statements(database: Path, dialect: Dialect) -> Sequence[str]:
    """What moves a database of the demo's."""
    statements: list[str] = []
    with (
        connect("moved", DuckDbSettings(path=database)) as connection,
        connection.open() as reader,
    ):
        move(reader, statements.append, dialect)
    return statements


def _renamed(text: str, suffix: str) -> str:
    return re.sub(r"\b(Sales|SALES)\.", rf"\g<1>{suffix}.", text)
