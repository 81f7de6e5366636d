"""The demo's migration where it would really happen: a SQL Server over TDS, a Snowflake account over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import yaml
from pydantic import SecretStr
from tests.e2e.warehouses import SNOWFLAKE, TRANSACT, move
from tests.standins.snowflake.account import Place, Standin
from tests.standins.snowflake.world import PASSWORDS
from tests.standins.tds import PASSWORD, Database, TdsServer

from ombudsman.cli.demo.files import DemoFiles
from ombudsman.cli.demo.generate import generate
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import DuckDbSettings

ROWS = 200


@dataclass(frozen=True)
class Migration:
    """A folder with the demo's pipeline, and both sides behind its `ombudsman.yaml`."""

    demo: DemoFiles
    source: TdsServer
    target: Standin

    def connect_by(self, driver: str) -> None:
        """Writes `ombudsman.yaml`: readers on both sides, the source through this driver."""
        source = {
            "engine": "sqlserver",
            "host": self.source.host,
            "port": self.source.port,
            "database": "retail",
            "user": "reader",
            "password": PASSWORD,
            "trust_server_certificate": True,
            "driver": driver,
        }
        target = {
            "engine": "snowflake",
            "account": "standin",
            "host": "127.0.0.1",
            "port": self.target.port,
            "protocol": "http",
            "user": "reader",
            "password": PASSWORDS["READER"],
            "warehouse": "small_wh",
            "database": "shop",
        }
        text = yaml.safe_dump({"connections": {"source": source, "target": target}})
        self.demo.config.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def migration(tmp_path_factory: pytest.TempPathFactory, snowflake: Standin) -> Iterator[Migration]:
    """The demo with all its planted defects, moved."""
    demo = generate(tmp_path_factory.mktemp("retail"), rows=ROWS, seed=1)
    with TdsServer({"retail": Database()}) as source:
        with (
            connect("source", DuckDbSettings(path=demo.source)) as connection,
            connection.open() as reader,
        ):
            move(reader, source.define, TRANSACT)
        writer = snowflake.settings(user="loader", password=SecretStr("loader"))
        statements: list[str] = []
        with (
            connect("target", DuckDbSettings(path=demo.target)) as connection,
            connection.open() as reader,
        ):
            move(reader, statements.append, SNOWFLAKE)
        Place(snowflake.settings(), writer).execute(*statements)
        yield Migration(demo, source, snowflake)
