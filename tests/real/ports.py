"""The ports of Northwind and Chinook: what each is made of, and what is known of it before anything is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
from tests.real.databases import Meta, read_meta


@dataclass(frozen=True)
class Port:
    """A database for SQL Server (here in DuckDB), and somebody's port of it.

    `source` and `target` name the folder of Parquet files, `metas` what was read from the scripts. A target without
    `scripts` is made in DuckDB. `by_hand` are the tables that names alone do not bring together.
    """

    name: str
    source: str
    target: str
    metas: tuple[str, str]
    pipeline: str
    engine: str = "duckdb"
    scripts: tuple[str, ...] = ()
    by_hand: Mapping[str, str] = field(default_factory=dict)


NORTHWIND_TO_POSTGRES = Port(
    name="northwind_mssql_vs_pg",
    source="northwind_mssql",
    target="northwind_pg",
    metas=("northwind", "northwind_pg"),
    pipeline="northwind.yaml",
    engine="postgresql",
    scripts=("northwind/northwind.postgres.sql",),
)
NORTHWIND_TO_SQLITE = Port(
    name="northwind_mssql_vs_sqlite",
    source="northwind_mssql",
    target="northwind_sqlite",
    metas=("northwind", "northwind_sqlite"),
    pipeline="northwind.yaml",
    engine="sqlite",
    scripts=("northwind/northwind.sqlite.create.sql", "northwind/northwind.sqlite.update.sql"),
    by_hand={"Region": "Regions"},
)
CHINOOK_TO_POSTGRES = Port(
    name="chinook_mssql_vs_pg",
    source="chinook_mssql",
    target="chinook_pg",
    metas=("chinook", "chinook_pg"),
    pipeline="chinook.yaml",
    engine="postgresql",
    scripts=("chinook/Chinook_PostgreSql.sql",),
)
CHINOOK_TO_SQLITE = Port(
    name="chinook_mssql_vs_sqlite",
    source="chinook_mssql",
    target="chinook_sqlite",
    metas=("chinook", "chinook_sqlite"),
    pipeline="chinook.yaml",
    engine="sqlite",
    scripts=("chinook/Chinook_Sqlite.sql",),
)
CHINOOK_ELSEWHERE = tuple(
    Port(
        name=f"chinook_mssql_vs_{engine}",
        source="chinook_mssql",
        target=f"chinook_{engine}",
        metas=("chinook", f"chinook_{engine}"),
        pipeline="chinook.yaml",
    )
    for engine in ("mysql", "oracle", "db2")
)
PORTS = (
    NORTHWIND_TO_POSTGRES,
    NORTHWIND_TO_SQLITE,
    CHINOOK_TO_POSTGRES,
    CHINOOK_TO_SQLITE,
    *CHINOOK_ELSEWHERE,
)


@dataclass(frozen=True)
class Known:
    """What is known of a port: what its scripts declare, and what `expected` says really differs."""

    port: Port
    data: Path

    @cached_property
    def expected(self) -> dict[str, Any]:
        path = self.data / "expected" / f"{self.port.name}.expected.json"
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return told

    @cached_property
    def metas(self) -> tuple[Meta, Meta]:
        source, target = self.port.metas
        return read_meta(self.data, source), read_meta(self.data, target)

    @property
    def tables(self) -> Mapping[str, Any]:
        """What is expected of each table, by the source's names."""
        tables: dict[str, Any] = self.expected["tables"]
        return tables

    def target_column(self, table: str, column: str) -> str:
        """The target's name of a column; one that only changed its letter case is not told as renamed."""
        told = self.tables[table]
        if column in told["renamed_columns"]:
            return str(told["renamed_columns"][column])
        alike = [
            c["name"]
            for c in self.metas[1][told["target"]]["columns"]
            if c["name"].lower() == column.lower()
        ]
        return str(alike[0]) if alike else column

    def source_types(self, table: str) -> dict[str, str]:
        """DuckDB's types of the source's columns."""
        return dict(_duckdb_types(self.data / "parquet" / self.port.source)[table])

    def target_types(self, table: str) -> dict[str, str]:
        """The types of the target's columns as its script declares them, by the source's names."""
        answer = self.tables[table]["target"]
        if not self.port.scripts:
            declared = _duckdb_types(self.data / "parquet" / self.port.target)[answer]
        else:
            declared = {
                c["name"]: f"{c['type']}({c['args']})" if c.get("args") else c["type"]
                for c in self.metas[1][answer]["columns"]
            }
        names = {c: self.target_column(table, c) for c in self.source_types(table)}
        return {name: declared[answer] for name, answer in names.items() if answer in declared}


@cache
def _duckdb_types(folder: Path) -> dict[str, dict[str, str]]:
    """The types of all tables of a folder of Parquet files."""
    with duckdb.connect() as session:
        session.execute((folder / "schema.sql").read_text("utf-8"))
        rows = session.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() ORDER BY column_index"
        ).fetchall()
    types: dict[str, dict[str, str]] = {}
    for table, name, declared in rows:
        types.setdefault(table, {})[name] = declared
    return types
