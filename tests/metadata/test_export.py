"""Is a catalogue that was written to a file the same when it is read again?"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.metadata.catalogues import SMALL, catalogues

from ombudsman.metadata.export import read_catalogue_file, write_catalogue
from ombudsman.model.errors import SettingsError
from ombudsman.model.tables import Catalogue


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_catalogue_is_read_back_equal(tmp_path: Path, suffix: str, data: st.DataObject):
    catalogue = data.draw(catalogues)
    path = tmp_path / f"catalogue{suffix}"
    write_catalogue(catalogue, path)
    assert read_catalogue_file(path) == catalogue


def test_yaml_is_short_and_has_a_column_on_a_line(tmp_path: Path):
    write_catalogue(SMALL, tmp_path / "c.yml")
    assert (tmp_path / "c.yml").read_text() == (
        "connection: shop\n"
        "engine: postgresql\n"
        "default_schema: public\n"
        "taken_at: '2026-11-25T12:00:00Z'\n"
        "tables:\n"
        "  - ref: {schema: sales, name: item}\n"
        "    columns:\n"
        "      - {name: id, native_type: bigint, data_type: {kind: integer, bits: 64, signed: true}, nullable: false, "
        "identity: true}\n"
        "      - {name: price, native_type: numeric, data_type: {kind: decimal, precision: null, scale: null}, "
        "default: '0'}\n"
        "    primary_key: {kind: primary, columns: [id]}\n"
        "    row_estimate: 12\n"
    )


def test_what_later_versions_add_does_not_hinder(tmp_path: Path):
    path = tmp_path / "c.json"
    write_catalogue(SMALL, path)
    path.write_text(path.read_text().replace('"engine"', '"colour": "blue", "engine"'))
    assert read_catalogue_file(path) == SMALL


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.txt", "", "neither YAML nor JSON"),
        ("gone.json", None, "cannot be read"),
        ("gone.yaml", None, "there is no file"),
        ("c.json", "{", "is not JSON"),
        ("c.yaml", "connection: shop", "holds no catalogue: engine"),
        ("c.json", "[]", "holds no catalogue: the whole file"),
        ("c.yaml", "", "holds no catalogue"),
    ],
)
def test_a_file_that_holds_no_catalogue_is_an_error_that_says_why(
    tmp_path: Path, name: str, content: str | None, message: str
):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(SettingsError, match=message):
        read_catalogue_file(tmp_path / name)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(SettingsError, match="cannot be written"):
        write_catalogue(SMALL, tmp_path / "nowhere" / "c.yaml")


def test_an_empty_catalogue_is_read_back_equal(tmp_path: Path):
    empty = Catalogue(connection="shop", engine="duckdb", taken_at=SMALL.taken_at)
    write_catalogue(empty, tmp_path / "c.yaml")
    assert read_catalogue_file(tmp_path / "c.yaml") == empty
