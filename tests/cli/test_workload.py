"""`ombudsman workload`: from an export to a page and a JSON file."""

import json
from pathlib import Path

import pytest
from tests.cli.program import ombudsman

from ombudsman.connections.samples import duckdb_file
from ombudsman.workload.export_statements import KINDS

ROWS = """query_sql_text,executions,total_duration_us,first_seen,last_seen,active_days
"SELECT Region, SUM(Amount) FROM dbo.Orders GROUP BY Region",3412,9000000,2026-04-01 08:00:00,2026-04-11 08:00:00,10
"(@p nvarchar(9))SELECT Id FROM Orders WHERE Region = @p OPTION (RECOMPILE)",500,1000,2026-04-01 08:00:00,2026-04-11 08:00:00,10
SELECT Id / 2 FROM Orders WHERE Region LIKE '[a-c]Secret%',5,10,2026-04-01 08:00:00,2026-04-11 08:00:00,10
SELECT Id FROM WHERE x = 'Secret',2,10,2026-04-01 08:00:00,2026-04-11 08:00:00,10
SELECT 1,many,10,,,
"""  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "export.csv").write_text(ROWS, "utf-8")
    with duckdb_file(tmp_path / "it.duckdb") as database:
        database.execute(
            "CREATE SCHEMA dbo;"
            "CREATE TABLE dbo.Orders (Id INTEGER PRIMARY KEY, Region VARCHAR, Amount DECIMAL(10, 2));"
            "CREATE TABLE dbo.Idle (Id INTEGER)"
        )
    return tmp_path


def test_an_export_is_told_on_a_page_and_as_json(folder: Path):
    url = f"duckdb:///{folder / 'it.duckdb'}"
    told = ombudsman(
        "workload", "analyze", "export.csv", "--connection", url, "--json", "w.json", cwd=folder
    )
    assert (told.code, told.err) == (0, "")
    for part in ("3,919 executions", "SUM(dbo.Orders.Amount) by Region", "division of whole numbers", "LIKE '[a-c]%'",
                 "Not parsed", "line 1, column", "1 row is left out: executions is no number (line 6)",
                 "No statement names 1 table: dbo.Idle"):  # fmt: skip
        assert part in told.out, part
    written = json.loads((folder / "w.json").read_text("utf-8"))
    assert written["total"]["executions"] == 3919
    assert (
        written["tables"][0] | {"table": "dbo.Orders", "executions": 3917} == written["tables"][0]
    )
    assert written["aggregates"][0]["group_by"] == [{"table": "dbo.Orders", "column": "Region"}]
    assert written["unread"][0]["executions"] == 2
    assert "Secret" not in told.all + json.dumps(written)


def test_a_catalogue_file_does_for_a_connection(folder: Path):
    url = f"duckdb:///{folder / 'it.duckdb'}"
    assert ombudsman("metadata", "extract", url, "--out", "cat.yaml", cwd=folder).code == 0
    told = ombudsman("workload", "analyze", "export.csv", "--metadata", "cat.yaml", cwd=folder)
    assert told.code == 0
    assert "SUM(dbo.Orders.Amount) by Region" in told.out


def test_without_a_catalogue_names_are_taken_as_written(folder: Path):
    told = ombudsman("workload", "analyze", "export.csv", "--top", "1", cwd=folder)
    assert told.code == 0
    assert "SUM(dbo.orders.amount) by region" in told.out
    assert "and 2 more" not in told.out or "--json has them all" in told.out


@pytest.mark.parametrize("kind", KINDS)
def test_the_export_sql_is_printed(kind: str, tmp_path: Path):
    told = ombudsman("workload", "export-sql", "--kind", kind, "--days", "9", cwd=tmp_path)
    assert told.code == 0
    assert "SELECT" in told.out
    assert "-9, " in told.out


BAD = [
    (("analyze", "nowhere.csv"), "nowhere.csv cannot be read"),
    (("analyze",), "give an export, or --live with a connection"),
    (("analyze", "--live", "querystore"), "--live needs --connection"),
    (("analyze", "export.csv", "--connection", "x", "--metadata", "y.yaml"), "and not both"),
    (("analyze", "export.csv", "--encoding", "martian"), "no encoding is called 'martian'"),
    (("export-sql", "--kind", "querystor"), "did you mean 'querystore'?"),
    (("analyze", "it.duckdb"), "it is no text"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_what_cannot_be_used_is_told(arguments: tuple[str, ...], said: str, folder: Path):
    told = ombudsman("workload", *arguments, cwd=folder)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err


def test_live_views_are_read_through_the_connection(folder: Path):
    """DuckDB has none of these views: what it says of that is told, and nothing breaks."""
    url = f"duckdb:///{folder / 'it.duckdb'}"
    told = ombudsman("workload", "analyze", "--live", "plan-cache", "--connection", url, cwd=folder)
    assert told.code == 3
    assert "error:" in told.err


STAR = """
CREATE SCHEMA dbo;
CREATE TABLE dbo.Day (DayKey INTEGER PRIMARY KEY, CalendarYear INTEGER);
CREATE TABLE dbo.Sale (
  SaleKey INTEGER PRIMARY KEY, DayKey INTEGER, Sold TIMESTAMP, Amount DECIMAL(10, 2), Channel VARCHAR(5));
INSERT INTO dbo.Day SELECT i, 2020 + i // 20 FROM range(60) AS r(i);
INSERT INTO dbo.Sale SELECT i, i % 60, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR, i / 4, 'web' FROM range(500) AS r(i);
"""
READS = """query_sql_text,executions,total_duration_us,active_days
"SELECT d.CalendarYear, SUM(s.Amount)
FROM Sale s JOIN [Day] d ON d.DayKey = s.DayKey GROUP BY d.CalendarYear",34120,9000,10
"SELECT Channel, SUM(Amount) FROM dbo.Sale WITH (NOLOCK) GROUP BY Channel",500,1000,10
"SELECT SaleKey FROM Sale WHERE Sold >= @p AND Channel = 'web'",70,10,10
"""


def test_a_pipeline_is_generated_from_a_workload_and_finds_what_a_report_would_show(tmp_path: Path):
    for side in ("old", "new"):
        with duckdb_file(tmp_path / f"{side}.duckdb") as database:
            database.execute(STAR)
    (tmp_path / "reads.csv").write_text(READS, "utf-8")
    (tmp_path / "ombudsman.yaml").write_text(
        "connections:\n"
        + "".join(f"  {s}: {{engine: duckdb, path: {s}.duckdb}}\n" for s in ("old", "new")),
        "utf-8",
    )
    assert ombudsman("mapping", "suggest", "old", "new", "--out", "m.yaml", cwd=tmp_path).code == 0
    told = ombudsman(
        "pipeline", "generate", "--mapping", "m.yaml", "--source", "old", "--target", "new",
        "--workload", "reads.csv", "--out", "p.yaml", cwd=tmp_path,
    )  # fmt: skip
    assert (told.code, told.err) == (0, "")
    text = (tmp_path / "p.yaml").read_text("utf-8")
    assert "SUM(Amount) by CalendarYear: 3,412 executions a day read it" in text
    ran = ombudsman("run", "p.yaml", "--json", "r.json", cwd=tmp_path)
    assert ran.code == 0, ran.all
    with duckdb_file(tmp_path / "new.duckdb") as database:
        database.execute(STAR + "UPDATE dbo.Day SET CalendarYear = 2022 WHERE DayKey = 3")
    assert ombudsman("run", "p.yaml", "--json", "r.json", cwd=tmp_path).code == 1
    steps = json.loads((tmp_path / "r.json").read_text("utf-8"))["steps"]
    failed = {each["id"] for each in steps if each["status"] == "failed"}
    assert "sale_amount_by_calendar_year" in failed
