"""Does a catalogue of 2,000 tables take no more queries than one of two?"""

import pytest
from benchmarks.catalogue import COLUMNS, TABLES, many_tables, measured
from tests.postgres_server import PostgresServer

from ombudsman.metadata.export import read_catalogue_file, write_catalogue

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_two_thousand_tables_take_at_most_ten_queries(
    postgres: PostgresServer, tmp_path, capsys: pytest.CaptureFixture[str]
):
    catalogue, figures = measured(many_tables(postgres, "large_catalogue"))
    with capsys.disabled():
        print(figures)  # noqa: T201 - the time is worth knowing
    assert figures["tables"] == TABLES
    assert figures["columns"] == TABLES * COLUMNS
    assert figures["queries"] <= 10
    assert all(len(table.foreign_keys) == len(table.indexes) == 1 for table in catalogue.tables)
    assert figures["seconds"] < 60
    for name in ("large.yaml", "large.json"):
        write_catalogue(catalogue, tmp_path / name)
        assert read_catalogue_file(tmp_path / name) == catalogue
