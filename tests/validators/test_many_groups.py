"""A million groups are compared in seconds and in little memory: counts are whole, findings and figures sampled."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.postgres_server import PostgresServer
from tests.validators.many_groups import expected, measured, script

from ombudsman.connections.samples import duckdb_file
from ombudsman.model.result import FIGURE_LIMIT, SAMPLE_LIMIT
from ombudsman.model.tables import Side

CHECKS: dict[str, dict[str, Any]] = {
    "validate_record_counts": {"group_by": ["customer"]},
    "validate_metric_sums": {"columns": ["amount"], "group_by": ["customer"]},
}
SHORT, FULL = 50_000, 1_000_000
SECONDS, MIB = 20, 700
"""What a million groups on each side may take."""


def duckdb_config(folder: Path, groups: int) -> Path:
    connections = {}
    for side in Side:
        path = folder / f"{side}.duckdb"
        with duckdb_file(path) as database:
            database.execute(script(side, groups, engine="duckdb"))
        connections[side.value] = {"engine": "duckdb", "path": str(path)}
    return _written(folder, connections)


def postgres_config(folder: Path, groups: int, server: PostgresServer) -> Path:
    connections = {}
    for side in Side:
        name = f"groups_{side}"
        settings = server.create_database(name)
        server.execute(name, script(side, groups, engine="postgres") + "; ANALYZE sales")
        told = settings.model_dump(mode="json", exclude_none=True, exclude={"password"})
        connections[side.value] = {"engine": "postgres", **told, "password": server.password}
    return _written(folder, connections)


def _written(folder: Path, connections: dict[str, Any]) -> Path:
    config = folder / "ombudsman.yaml"
    config.write_text(yaml.safe_dump({"connections": connections}), "utf-8")
    return config


def assert_whole(told: dict[str, Any], validator: str, groups: int) -> None:
    found = expected(groups)[validator]
    assert told["found"] == found
    assert told["figures_total"] == groups
    assert told["figures"] == FIGURE_LIMIT
    assert told["findings"] == min(SAMPLE_LIMIT, *found.values())
    assert told["disagreeing_first"]


@pytest.mark.parametrize("validator", CHECKS)
def test_fifty_thousand_groups_are_a_matter_of_a_moment(validator: str, tmp_path: Path):
    told = measured(duckdb_config(tmp_path, SHORT), validator, CHECKS[validator])
    assert_whole(told, validator, SHORT)
    assert told["seconds"] < SECONDS
    assert told["peak_mib"] < MIB


@pytest.mark.slow
@pytest.mark.parametrize("validator", CHECKS)
def test_a_million_groups_on_duckdb(validator: str, tmp_path: Path):
    told = measured(duckdb_config(tmp_path, FULL), validator, CHECKS[validator])
    assert_whole(told, validator, FULL)
    assert told["seconds"] < SECONDS
    assert told["peak_mib"] < MIB


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("validator", CHECKS)
def test_a_million_groups_on_postgresql(validator: str, tmp_path: Path, postgres: PostgresServer):
    told = measured(postgres_config(tmp_path, FULL, postgres), validator, CHECKS[validator])
    assert_whole(told, validator, FULL)
    assert told["seconds"] < SECONDS
    assert told["peak_mib"] < MIB
