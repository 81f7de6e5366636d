"""`ombudsman.yaml`."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from ombudsman.connections.config import load_config
from ombudsman.connections.settings import DuckDbSettings, PostgresSettings, SqlAlchemySettings
from ombudsman.model.errors import SettingsError

GOOD = """
connections:
  erp:
    engine: postgresql
    host: ${ERP_HOST:-localhost}
    port: ${ERP_PORT}
    database: erp
    user: no
    password: "a$${b}c-${ERP_PASSWORD}"
  dwh: {engine: duckdb, path: data/dwh.duckdb, spill_folder: /spill}
  old: {engine: sqlalchemy, url: "sqlite:///old.db"}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "ombudsman.yaml"
    path.write_text(text)
    return path


def test_connections_are_read_by_name(tmp_path: Path):
    config = load_config(written(tmp_path, GOOD), {"ERP_PORT": "5433", "ERP_PASSWORD": "p: @'\"#"})
    assert config.connection("erp") == PostgresSettings(
        host="localhost",
        port=5433,
        database="erp",
        user="no",
        password=SecretStr("a${b}c-p: @'\"#"),
    )
    assert list(config.connections) == ["erp", "dwh", "old"]


def test_relative_paths_begin_where_the_file_lies(tmp_path: Path):
    config = load_config(written(tmp_path, GOOD), {"ERP_PORT": "1", "ERP_PASSWORD": ""})
    dwh, old = config.connection("dwh"), config.connection("old")
    assert isinstance(dwh, DuckDbSettings)
    assert isinstance(old, SqlAlchemySettings)
    assert dwh.path == tmp_path / "data" / "dwh.duckdb"
    assert dwh.spill_folder == Path("/spill")
    assert sa.make_url(old.url.get_secret_value()).database == str(tmp_path / "old.db")


def test_variables_come_from_the_environment_then_from_the_file_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / ".env").write_text("ERP_PORT=5433\nERP_PASSWORD=from-file\n")
    monkeypatch.setenv("ERP_PORT", "5434")
    erp = load_config(written(tmp_path, GOOD)).connection("erp")
    assert isinstance(erp, PostgresSettings)
    assert erp.port == 5434
    assert erp.password == SecretStr("a${b}c-from-file")


def test_an_unknown_name_is_told_the_nearest(tmp_path: Path):
    config = load_config(written(tmp_path, GOOD), {"ERP_PORT": "1", "ERP_PASSWORD": ""})
    with pytest.raises(SettingsError) as told:
        config.connection("epr")
    assert "no connection 'epr'" in told.value.message
    assert told.value.hint == "did you mean 'erp'?"


ONE = "connections:\n  erp:\n    engine: postgresql\n    database: d\n    user: u\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["no connections"]),
        ("- a\n", ["no connections"]),
        ("connections: 5\n", [":1: connections: there are no connections"]),
        ("conections: {}\n", [":1: conections: there is no key", "did you mean 'connections'?"]),
        ("connections:\n  erp: {}\n", [":2: connections.erp: 'engine' is missing", "postgresql"]),
        ("connections:\n  erp: 1\n", [":2: connections.erp: 'engine' is missing"]),
        (
            "connections:\n  erp: {engine: duckbd, path: a}\n",
            ["connections.erp.engine: there is no engine 'duckbd'", "did you mean 'duckdb'?"],
        ),
        (
            f"{ONE}    pasword: s3cret\n",
            [":6: connections.erp.pasword: there is no key", "'password'"],
        ),
        (f"{ONE}    port: high\n", [":6: connections.erp.port: "]),
        (f"{ONE}    port: [s3cret]\n", [":6: connections.erp.port: "]),
        (f"{ONE}    sslmode: s3cret\n", [":6: connections.erp.sslmode: should be 'disable'"]),
        (
            f"{ONE}    password: ${{NOT_SET}}\n",
            [":6: connections.erp.password: the variable NOT_SET is not set"],
        ),
        (
            f"{ONE}    password: ${{s3cret!}}\n",
            [":6: connections.erp.password: this reference cannot be read"],
        ),
        (f"{ONE}    user: v\n", [":6: connections.erp.user: this key stands already in line 5"]),
        (
            "connections:\n  'a:b': {engine: files, folder: x}\n",
            [":2:", "cannot be the name of a connection"],
        ),
        ("connections:\n  erp: {engine: files\n", ["this is not YAML"]),
        (f"{ONE}    hots: h\n    port: 0\n", ["2 problems", ":6: ", ":7: "]),
        (
            "connections:\n  x: {engine: sqlalchemy, url: 's3cret'}\n",
            ["connections.x.url: is not a URL"],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_without_values(
    tmp_path: Path, text: str, said: list[str]
):
    with pytest.raises(SettingsError) as told:
        load_config(written(tmp_path, text), {})
    words = f"{told.value.message} {told.value.hint}"
    assert not [part for part in said if part not in words], words
    assert "ombudsman.yaml" in words
    assert "s3cret" not in words + repr(told.value.context)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    (tmp_path / "ombudsman.yml").touch()
    with pytest.raises(SettingsError, match="no file") as told:
        load_config(tmp_path / "ombudsman.yaml")
    assert "ombudsman.yml" in str(told.value.hint)
