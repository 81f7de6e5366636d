"""Two source tables answered by one target table: the questions about each keep to its own rows."""

from pathlib import Path

from tests.validators.play import begin

from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.measures.rounds import Rounds
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.result import Result, Verdict
from ombudsman.model.tables import Side, TableRef
from ombudsman.validators.pair import Tables


def _mapping(source: str, year: int) -> TableMapping:
    return TableMapping(
        source=TableRef.parse(f"main.{source}"),
        target=TableRef.parse("main.orders"),
        columns=(ColumnMapping(source="amount", target="amount"),),
        target_where=f"year = {year}",
    )


def test_each_source_table_is_compared_with_its_own_rows_of_the_target(tmp_path: Path) -> None:
    with duckdb_file(tmp_path / "source.duckdb") as database:
        database.execute("CREATE TABLE old AS SELECT unnest([1, 2, 3]) AS amount")
        database.execute("CREATE TABLE new AS SELECT unnest([10, 20]) AS amount")
    with duckdb_file(tmp_path / "target.duckdb") as database:
        database.execute(
            "CREATE TABLE orders AS SELECT * FROM (VALUES (1, 2023), (2, 2023), (3, 2023), (10, 2024), (20, 2024))"
            " AS t(amount, year)"
        )
    mapping = Mapping(tables=(_mapping("old", 2023), _mapping("new", 2024)))
    source = connect("source", DuckDbSettings(path=tmp_path / "source.duckdb"))
    target = connect("target", DuckDbSettings(path=tmp_path / "target.duckdb"))
    results: dict[str, Result] = {}
    with source, target, source.open() as old, target.open() as new:
        readers = {Side.SOURCE: old, Side.TARGET: new}
        catalogues = {side: read_catalogue(reader) for side, reader in readers.items()}
        tables = Tables(catalogues, mapping, dict.fromkeys(Side, "duckdb"))
        with Rounds(readers) as rounds:
            for name in ("old", "new"):
                pair = tables.pair(TableRef.parse(f"main.{name}"))
                begin(rounds, f"{name} rows", pair, "validate_record_counts", {})
                begin(rounds, f"{name} sums", pair, "validate_metric_sums", {"columns": ["amount"]})
            while ended := rounds.wait():
                results |= {each.id: each.value for each in ended}
    assert {name: result.verdict for name, result in results.items()} == dict.fromkeys(
        ["old rows", "old sums", "new rows", "new sums"], Verdict.PASSED
    )
    assert [f.target for f in results["old sums"].figures] == [6]
    assert [f.target for f in results["new rows"].figures] == [2]
