"""A folder of Parquet and CSV files as tables."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.settings import FilesSettings
from ombudsman.model.errors import OmbudsmanError, SettingsError, Unreachable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "export's"
    (inside / "orders").mkdir(parents=True)
    (inside / "nothing").mkdir()
    with duckdb.connect() as writer:
        for number in (1, 2):
            path = str(inside / "orders" / f"part-{number}.parquet")
            writer.execute(f"COPY (SELECT {number} AS id, 0.5::DECIMAL(9, 2) AS x) TO $1", [path])
        writer.execute(
            "COPY (SELECT 1 AS id, DATE '2024-01-31' AS d) TO $1", [str(inside / "a b.CSV")]
        )
    (inside / "_SUCCESS.csv").write_text("x\n1\n")
    (inside / "notes.txt").write_text("x\n1\n")
    (tmp_path / "secret.csv").write_text("x\nTOP-SECRET\n")
    return inside


def opened(folder: Path) -> Connection:
    return connect("files", FilesSettings(folder=folder))


def test_every_file_and_every_folder_of_files_is_a_table(folder: Path):
    with opened(folder) as connection, connection.open() as reader:
        names = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
        assert reader.query(names).rows == [("a b",), ("orders",)]
        assert reader.query("SELECT sum(id), count(*) FROM orders").rows == [(3, 2)]
        assert reader.query('SELECT d FROM main."a b"').rows == [(dt.date(2024, 1, 31),)]
        assert sum(batch.num_rows for batch in reader.stream("SELECT * FROM orders")) == 2


def test_nothing_is_pinned_and_that_is_said(folder: Path):
    with opened(folder) as connection, connection.open() as reader:
        assert reader.snapshot is None
        assert "files cannot be pinned" in reader.snapshot_note


def test_files_outside_the_folder_cannot_be_read_and_none_written(folder: Path):
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    secret = folder.parent / "secret.csv"
    with opened(folder) as connection:
        try:
            reader = connection.open()
        except OmbudsmanError:
            (folder / "link.csv").unlink()
            reader = connection.open()
        for sql in (
            f"SELECT * FROM '{secret}'",
            f"SELECT * FROM read_csv('{folder}/../secret.csv')".replace("'s", "''s"),
            "SELECT * FROM link",
            "SELECT * FROM read_text('/etc/hostname')",
            "SELECT * FROM glob('/etc/*')",
            "CREATE TABLE t (a int)",
            "CREATE VIEW v AS SELECT 1",
            f"COPY orders TO '{folder}/x.csv'".replace("'s", "''s"),
            "ATTACH ':memory:' AS other",
        ):
            with pytest.raises(OmbudsmanError):
                reader.query(sql)


def test_a_write_past_the_guard_meets_the_read_only_transaction(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    with opened(folder) as connection, connection.open() as reader:
        monkeypatch.setattr(reader._adapter, "admit", lambda _: None)
        with pytest.raises(OmbudsmanError):
            reader.query("CREATE TABLE t AS SELECT 1")


def test_two_files_of_one_name_are_told(folder: Path):
    (folder / "orders.csv").write_text("x\n1\n")
    with pytest.raises(SettingsError, match="both be the table 'orders'"):
        opened(folder).open()


def test_a_folder_that_is_not_there_is_unreachable(tmp_path: Path):
    with pytest.raises(Unreachable, match="no folder"):
        opened(tmp_path / "nowhere").open()


def test_a_file_of_another_kind_is_told(folder: Path):
    (folder / "broken.parquet").write_bytes(b"this is no parquet")
    with pytest.raises(Unreachable) as told:
        opened(folder).open()
    assert "broken.parquet" in told.value.message


def test_the_shared_data_can_be_read(shared_data: Path):
    parquet = shared_data / "parquet"
    folders = (
        sorted({path.parent for path in parquet.rglob("*.parquet")}) if parquet.is_dir() else []
    )
    assert folders
    with opened(folders[0]) as connection, connection.open() as reader:
        tables = reader.query("SELECT view_name FROM duckdb_views() WHERE NOT internal").rows
        assert tables
