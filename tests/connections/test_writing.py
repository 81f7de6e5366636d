"""A side is written to alike, whether a connection is at hand or only its engine's name."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Executable, column, literal, select, table

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import (
    AnySettings,
    DuckDbSettings,
    PostgresSettings,
    SnowflakeSettings,
    SqlServerSettings,
)
from ombudsman.connections.writing import writing_of
from ombudsman.model.errors import Unsupported

_LOGIN: dict[str, Any] = {"user": "u", "password": SecretStr("p")}
SETTINGS: dict[str, AnySettings] = {
    "duckdb": DuckDbSettings(path=Path("none.duckdb")),
    "postgresql": PostgresSettings(host="h", database="d", **_LOGIN),
    "mssql": SqlServerSettings(host="h", database="d", **_LOGIN),
    "snowflake": SnowflakeSettings(account="a-b", database="d", warehouse="w", **_LOGIN),
}
STATEMENT: Executable = (
    select(column("Amount").label("a 1"), literal("it's"), literal(1.5))
    .select_from(table("Orders", column("Amount"), schema="Sales"))
    .limit(3)
)


@pytest.mark.parametrize("engine", SETTINGS)
def test_a_connection_and_its_engines_name_write_alike(engine: str):
    with connect("c", SETTINGS[engine]) as connection:
        ours, by_name = connection.writing, writing_of(engine)
    assert ours.engine == by_name.engine == engine
    assert ours.sql_dialect == by_name.sql_dialect
    assert ours.max_select_list == by_name.max_select_list > 0
    assert ours.is_billed == by_name.is_billed == (engine == "snowflake")
    assert ours.sql(STATEMENT) == by_name.sql(STATEMENT)


def test_an_engine_that_nobody_can_write_to_is_told_with_the_nearest():
    with pytest.raises(Unsupported, match="mysql"):
        writing_of("mysql")
