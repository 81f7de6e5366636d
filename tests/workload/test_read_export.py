"""An export is read whatever its format, encoding and faults; what cannot be read is told with its place."""

import csv
import datetime as dt
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ombudsman.model.errors import SettingsError
from ombudsman.model.tables import TableRef
from ombudsman.workload.export_columns import ExportColumns
from ombudsman.workload.import_csv import csv_rows
from ombudsman.workload.import_json import json_rows
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.import_text import ExportText
from ombudsman.workload.import_xml import xml_rows
from ombudsman.workload.read_export import read_export, read_live, statements
from ombudsman.workload.recorded import PlannedTable, Recorded

ROWS = [
    {"query_sql_text": "SELECT a FROM dbo.Straße\nWHERE b = 'x,\"y\"'", "executions": 5, "total_duration_us": 1500.5},
    {"query_sql_text": "(@p1 int)SELECT 订单 FROM İşlem WHERE id = @p1", "executions": 7, "total_duration_us": 20},
]  # fmt: skip
TEXTS = [(row["query_sql_text"], row["executions"], row["total_duration_us"]) for row in ROWS]


def as_csv(rows: list[dict[str, Any]] = ROWS, separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_xml(rows: list[dict[str, Any]] = ROWS) -> str:
    made = (
        " ".join(f"{k}={quoteattr(str(v), {chr(10): '&#10;'})}" for k, v in row.items())
        for row in rows
    )
    return "".join(f"<row {each}/>" for each in made)


def as_elements(rows: list[dict[str, Any]] = ROWS) -> str:
    def element(name: str, value: Any) -> str:
        told = str(value).replace("&", "&amp;").replace("<", "&lt;")
        return f"<{name}>{told}</{name}>"

    made = ("".join(element(*pair) for pair in row.items()) for row in rows)
    return f"<q>{''.join(f'<r>{each}</r>' for each in made)}</q>"


FORMS = {
    "csv": as_csv(),
    "csv_with_semicolons": as_csv(separator=";"),
    "csv_with_tabs": as_csv(separator="\t"),
    "json_array": json.dumps(ROWS, indent=1),
    "json_on_one_line_with_letters_as_they_are": json.dumps(ROWS, ensure_ascii=False),
    "json_lines": "\n".join(json.dumps(row) for row in ROWS),
    "json_with_a_name_around": json.dumps({"rows": ROWS}),
    "xml_attributes_without_a_root": as_xml(),
    "xml_with_declaration_and_root": f"<?xml version='1.0' encoding='UTF-16'?><export>{as_xml()}</export>",
    "xml_elements": as_elements(),
}


def read(path: Path, encoding: str | None = None) -> tuple[list[Recorded], list[str]]:
    notes = ImportNotes()
    found = list(read_export(path, notes, encoding=encoding))
    return found, notes.told()


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "export.dat"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", FORMS)
def test_every_format_and_encoding_gives_the_same_statements(
    form: str, encoding: str, tmp_path: Path
):
    found, told = read(written(tmp_path, FORMS[form], encoding))
    assert [(each.text, each.executions, each.duration_us) for each in found] == TEXTS
    assert told == []


def test_parquet_gives_the_same_statements(tmp_path: Path):
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "export.parquet")
    found, told = read(tmp_path / "export.parquet")
    assert [(each.text, each.executions, each.duration_us) for each in found] == TEXTS
    assert told == []


def test_an_archive_gives_what_its_files_give(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("one.csv", as_csv())
        archive.writestr("two.json", json.dumps(ROWS))
        archive.writestr("waits.csv", "plan_id,wait_ms\n1,2\n")
        archive.writestr("readme.md", "no export")
    found, told = read(tmp_path / "all.zip")
    assert len(found) == 4
    assert told == [
        "waits.csv is not read: no column holds the statements; there are: 'plan_id', 'wait_ms'"
    ]


# ------------------------------------------------------------ encodings


def test_bytes_that_are_no_utf_8_are_read_as_windows_and_that_is_told(tmp_path: Path):
    found, told = read(
        written(tmp_path, "query_sql_text,executions\nSELECT Größe FROM t,1\n", "cp1252")
    )
    assert found[0].text == "SELECT Größe FROM t"
    assert any("Windows-1252" in sentence and "--encoding" in sentence for sentence in told)


def test_an_encoding_that_is_named_is_used(tmp_path: Path):
    text = "query_sql_text,executions\nSELECT İşlem FROM t,1\n"
    found, told = read(written(tmp_path, text, "cp1254"), encoding="cp1254")
    assert found[0].text == "SELECT İşlem FROM t"
    assert told == []


def test_an_encoding_that_is_none_is_refused(tmp_path: Path):
    for encoding in ("latin-99", "hex", "zlib", "rot13", "undefined"):
        with pytest.raises(SettingsError, match=f"no encoding is called '{encoding}'"):
            read(written(tmp_path, as_csv()), encoding=encoding)
    with pytest.raises(SettingsError, match="cannot be read as utf_16"):
        read(written(tmp_path, as_csv()), encoding="utf_16")


# ------------------------------------------------------------ what is cut off or damaged


@pytest.mark.parametrize(
    "form", ["csv", "json_array", "json_lines", "xml_elements", "xml_attributes_without_a_root"]
)
def test_a_file_cut_off_in_its_last_row_keeps_the_rest_and_says_the_line(form: str, tmp_path: Path):
    whole = FORMS[form]
    cut = whole[: whole.rindex("订单" if "订单" in whole else "p1 int")]
    found, told = read(written(tmp_path, cut))
    assert [each.text for each in found] == [TEXTS[0][0]]
    assert len(told) == 1
    assert "cut off" in told[0]
    assert "(line" in told[0]


def test_parquet_that_is_cut_off_is_refused(tmp_path: Path):
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "whole")
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:-20])
    with pytest.raises(SettingsError, match="cannot be read as Parquet"):
        read(tmp_path / "cut")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("SELECT 1,many", "'executions' is no number"),
        ("SELECT 1,-3", "'executions' is no number"),
        ("SELECT 1,1.5", "'executions' is no number"),
        (" ,1", "there is no statement in it"),
        ("SELECT 1", "fewer values than there are columns"),
        ("SELECT 1,2,3", "more values than there are columns"),
        ('"SELECT 1"x,2', "its quotes do not fit"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_line_and_the_rest_is_kept(
    row: str, reason: str, tmp_path: Path
):
    text = f'query_sql_text,executions\n"SELECT\n0",1\n{row}\nSELECT 2,2\n'
    found, told = read(written(tmp_path, text))
    assert [each.text for each in found] == ["SELECT\n0", "SELECT 2"]
    assert len(told) == 1
    assert reason.removeprefix("'executions' ") in told[0]
    assert "(line 4)" in told[0]


@pytest.mark.parametrize("before", ["", "\n\n", "\r\n", "sep=,\n", "\n\nSEP=,\n"])
def test_lines_are_counted_from_the_top_of_the_file(before: str, tmp_path: Path):
    found, told = read(
        written(tmp_path, f"{before}query_sql_text,executions\nSELECT 1\nSELECT 2,1\n")
    )
    assert [each.text for each in found] == ["SELECT 2"]
    assert f"(line {before.count(chr(10)) + 2})" in told[0]


def test_the_separator_that_excel_is_told_is_used(tmp_path: Path):
    found, told = read(written(tmp_path, "sep=;\nquery_sql_text;executions\nSELECT 1, 2;3\n"))
    assert [(each.text, each.executions) for each in found] == [("SELECT 1, 2", 3)]
    assert told == []


@pytest.mark.parametrize("ends", ["\n", "", "\n\n"])
def test_lines_are_those_of_the_text_wherever_it_was_read_in_parts(ends: str):
    lines = [f"{'x' * length}\n" for length in (1, 65_535, 65_536, 0, 200_000)]
    whole = "".join(lines).removesuffix("\n") + ends
    text = ExportText(io.BytesIO(whole.encode()), b"", ImportNotes(), "utf-8")
    assert list(text.lines()) == whole.splitlines(keepends=True)


def test_many_damaged_rows_are_counted_and_the_first_are_told(tmp_path: Path):
    text = "query_sql_text,executions\nSELECT 1,1\n" + "SELECT 1,x\n" * 500
    _, told = read(written(tmp_path, text))
    assert told == [
        "500 rows are left out: executions is no number (lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...)"
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "[]", "query_sql_text,executions\n"])
def test_an_empty_export_gives_no_statement(text: str, tmp_path: Path):
    path = written(tmp_path, text)
    if text.strip():
        assert read(path)[0] == []
    else:
        with pytest.raises(SettingsError, match="empty"):
            read(path)


# ------------------------------------------------------------ columns


def test_a_missing_text_column_names_the_nearest(tmp_path: Path):
    with pytest.raises(SettingsError, match="'query_sql_txt' is not known") as raised:
        read(written(tmp_path, "query_sql_txt,executions\nSELECT 1,1\n"))
    assert raised.value.hint is not None
    assert "query_sql_text" in raised.value.hint


def test_without_a_text_column_all_columns_are_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="there are: 'id', 'amount'"):
        read(written(tmp_path, "id,amount\n1,1\n"))


def test_a_renamed_column_is_told_with_the_nearest_name(tmp_path: Path):
    _, told = read(written(tmp_path, "query_sql_text,count_execution,query_id\nSELECT 1,5,1\n"))
    assert "column 'count_execution' is not read: did you mean 'count_executions'?" in told
    assert "no column tells how often a statement ran: each row counts as one execution" in told
    assert not any("query_id" in sentence for sentence in told)


UNITS = [
    ({"avg_duration": "250.5", "executions": 4}, "duration_us", 1002.0),
    ({"total_duration_ms": "3", "executions": 4}, "duration_us", 3000.0),
    ({"avg_duration_ms": "3", "executions": 4}, "duration_us", 12_000.0),
    ({"Total Elapsed Time": "3", "execution_count": 4}, "duration_us", 3.0),
    ({"avg_duration": "2,5", "executions": 4}, "duration_us", 10.0),
    ({"CPU": "3", "executions": 1}, "cpu_us", 3000.0),
    ({"total_worker_time": "3", "executions": 2}, "cpu_us", 3.0),
    ({"avg_logical_io_reads": "10.5", "executions": 2}, "reads", 21.0),
    ({"total_reads_kb": "16", "executions": 2}, "reads", 2.0),
    ({"total_reads_mb": "1", "executions": 2}, "reads", 128.0),
    ({"duration": "NULL", "executions": 2}, "duration_us", 0.0),
]


@pytest.mark.parametrize(("row", "meaning", "value"), UNITS, ids=lambda each: str(each)[:40])
def test_units_become_microseconds_and_pages(row: dict[str, Any], meaning: str, value: float):
    (found,) = statements([(1, {"query_sql_text": "SELECT 1", **row})], ImportNotes())
    assert getattr(found, meaning) == pytest.approx(value)


def test_what_else_a_row_says_is_kept():
    row = {
        "query_sql_text": "SELECT 1", "executions": "10", "ok_executions": "7", "avg_rows": "2.5",
        "first_seen": "2026-04-01 08:00:00.1234567 +02:00", "last_seen": "2026-05-01T00:00:00", "active_days": 3,
        "object_schema": "dbo", "object_name": "usp_X", "default_schema": "sales", "date_first": "1",
        "query_hash": "0xAB",
    }  # fmt: skip
    (found,) = statements([(1, row)], ImportNotes())
    assert (found.failed, found.least_rows, found.most_rows, found.active_days) == (3, 2, 3, 3)
    assert found.first_seen == dt.datetime(2026, 4, 1, 6, 0, 0, 123456, dt.UTC)
    assert found.last_seen == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    assert (found.module, found.default_schema, found.date_first) == ("dbo.usp_X", "sales", 1)


def test_a_hidden_statement_is_kept_and_marked():
    row = {"query_sql_text": None, "executions": 10, "is_part_of_encrypted_module": True}
    (found,) = statements([(1, row)], ImportNotes())
    assert found.is_hidden
    assert found.executions == 10


def test_a_time_that_cannot_be_read_is_told_and_costs_nothing():
    notes = ImportNotes()
    row = {"query_sql_text": "SELECT 1", "executions": 1, "last_seen": "yesterday"}
    (found,) = statements([(1, row)], notes)
    assert found.last_seen is None
    assert any("'last_seen'" in sentence for sentence in notes.told())


# ------------------------------------------------------------ Extended Events, plans

EVENT = """<event name="{name}" package="sqlserver" timestamp="2026-04-01T08:00:00.000Z">
<data name="duration"><type name="uint64"/><value>1500</value></data>
<data name="logical_reads"><value>12</value></data><data name="row_count"><value>3</value></data>
<data name="{text}"><value>SELECT a FROM t WHERE b &lt; 5</value></data>
<action name="database_name" package="sqlserver"><value>Sales</value></action></event>"""


@pytest.mark.parametrize(
    ("name", "text"), [("sql_batch_completed", "batch_text"), ("rpc_completed", "statement")]
)
def test_extended_events_are_read(name: str, text: str, tmp_path: Path):
    xml = f"<RingBufferTarget>{EVENT.format(name=name, text=text) * 3}</RingBufferTarget>"
    found, _ = read(written(tmp_path, xml))
    assert [(e.text, e.executions, e.duration_us, e.reads) for e in found] == [
        ("SELECT a FROM t WHERE b < 5", 1, 1500, 12)
    ] * 3
    assert found[0].last_seen == dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC)


PLAN = """<?xml version="1.0" encoding="utf-16"?>
<ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan"><BatchSequence><Batch><Statements>
<StmtSimple><QueryPlan><RelOp><Object Database="[Sales]" Schema="[dbo]" Table="[Order Details]" Alias="[od]"/>
<Object Database="[Sales]" Schema="[dbo]" Table="[Order Details]"/><Object Database="[tempdb]" Table="[#t]"/></RelOp>
<ParameterList><ColumnReference Column="@p1" ParameterDataType="int" ParameterCompiledValue="(42)"/>
<ColumnReference Column="@p2" ParameterDataType="nvarchar(5)"/></ParameterList>
</QueryPlan></StmtSimple></Statements></Batch></BatchSequence></ShowPlanXML>"""


def test_a_plan_tells_values_and_tables():
    row = {"query_sql_text": "SELECT 1", "executions": 1, "query_plan_xml": PLAN}
    (found,) = statements([(1, row)], ImportNotes())
    assert [(p.name, p.native_type, p.value) for p in found.plan.parameters] == [
        ("@p1", "int", "(42)")
    ]
    details = TableRef(schema="dbo", name="Order Details")
    assert found.plan.tables == (PlannedTable(details, "Sales"),)


@pytest.mark.parametrize(
    "plan", [PLAN[:-200], "no plan", "<a/>", PLAN.replace("<Ship", "<!DOCTYPE x><S")[:50]]
)
def test_a_plan_that_cannot_be_read_is_told_and_the_statement_kept(plan: str):
    notes = ImportNotes()
    row = {"query_sql_text": "SELECT 1", "executions": 1, "query_plan_xml": plan}
    (found,) = statements([(1, row)], notes)
    assert found.plan.tables == ()
    assert any("plans could not be read" in sentence for sentence in notes.told())


# ------------------------------------------------------------ malice

LAUGHS = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rows><row query_sql_text="&c;" executions="1"/></rows>"""
FOREIGN = """<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><q><query_sql_text>&x;</query_sql_text></q></r>"""


@pytest.mark.parametrize("xml", [LAUGHS, FOREIGN])
def test_xml_with_entities_is_refused(xml: str, tmp_path: Path):
    with pytest.raises(SettingsError, match="document type") as raised:
        read(written(tmp_path, xml))
    assert "hostname" not in raised.value.message


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path):
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("big.csv", "w") as file,
    ):
        for _ in range(60):
            file.write(b"\0" * 1024 * 1024)
    with pytest.raises(SettingsError, match="times its size, as bombs do"):
        read(tmp_path / "bomb.zip")


def test_an_archive_of_very_many_files_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(201):
            archive.writestr(f"{number}.csv", "x")
    with pytest.raises(SettingsError, match="201 files"):
        read(tmp_path / "many.zip")


def test_a_broken_archive_is_refused(tmp_path: Path):
    (tmp_path / "it.zip").write_bytes(b"PK\3\4 nothing")
    with pytest.raises(SettingsError, match="broken archive"):
        read(tmp_path / "it.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_with_a_changed_byte_is_refused(method: int, tmp_path: Path):
    path = tmp_path / "it.zip"
    rows = "".join(f"SELECT {number} FROM t,{number * 7919 % 1009}\n" for number in range(3_000))
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("x.csv", f"query_sql_text,executions\n{rows}")
    whole = path.read_bytes()
    for place in range(60, len(whole) - 400, len(whole) // 20):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        path.write_bytes(changed)
        with pytest.raises(SettingsError, match="broken archive"):
            read(path)


# ------------------------------------------------------------ size


def endless(form: str, megabytes: int) -> Iterator[str]:
    """A large export, made while it is read."""
    text = "SELECT a, b FROM dbo.Orders WHERE c = 1 AND d IN (1, 2, 3) /* " + "x" * 900 + " */"
    if form == "csv":
        yield "query_sql_text,executions\n"
        row = f'"{text}",3\n'
    elif form == "json":
        yield "["
        row = json.dumps({"query_sql_text": text, "executions": 3}) + ",\n"
    else:
        row = f'<row query_sql_text="{text}" executions="3"/>\n'
    part = row * 60
    for _ in range(megabytes * 1024 * 1024 // len(part)):
        yield part


READERS = {"csv": csv_rows, "json": json_rows, "xml": xml_rows}


def read_much(form: str, megabytes: int) -> tuple[int, int]:
    """How many statements came of it, and the most bytes that were held meanwhile."""
    notes = ImportNotes()
    parts = endless(form, megabytes)
    if form == "csv":
        parts = (line for part in parts for line in part.splitlines(keepends=True))
    tracemalloc.start()
    count = sum(1 for _ in statements(READERS[form](parts, notes), notes))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return count, peak


@pytest.mark.parametrize("form", READERS)
def test_memory_does_not_grow_with_the_file(form: str):
    count, peak = read_much(form, 2)
    assert count > 1_700
    assert peak < 1_500_000


@pytest.mark.slow
@pytest.mark.parametrize("form", READERS)
def test_a_file_of_hundreds_of_megabytes_needs_the_memory_of_a_row(form: str):
    count, peak = read_much(form, 300)
    assert count > 250_000
    assert peak < 4_000_000


def test_the_columns_of_the_first_row_need_not_be_all():
    notes = ImportNotes()
    rows: list[tuple[int, dict[str, Any]]] = [
        (1, {"query_sql_text": "SELECT 1"}),
        (2, {"query_sql_text": "SELECT 2", "executions": 4}),
    ]
    assert [each.executions for each in statements(rows, notes)] == [1, 4]
    with pytest.raises(SettingsError):
        ExportColumns(["nothing"], notes)


class LiveViews:
    """Stands in for a reader of a server: it answers the export's SQL with two rows of Query Store."""

    def query(self, statement: str) -> SimpleNamespace:
        self.asked = statement
        columns = ("query_sql_text", "executions", "total_duration_us", "query_hash", "last_seen")
        moment = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        rows = [("SELECT 1", 3, Decimal("10.5"), b"\xab", moment), (None, 4, 1.0, None, moment)]
        return SimpleNamespace(columns=columns, rows=rows)


def test_live_views_give_the_same_statements():
    notes, views = ImportNotes(), LiveViews()
    (found,) = read_live(views, "SELECT ours", notes)  # type: ignore[arg-type]
    assert views.asked == "SELECT ours"
    assert (found.executions, found.duration_us, found.query_hash) == (3, 10.5, "0xAB")
    assert notes.told() == ["1 row is left out: there is no statement in it (line 2)"]
