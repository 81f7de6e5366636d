# ruff: noqa: E501, ISC004 - a case stands on one line, as a person reads it
"""The workload's own questions are asked on both sides: planted faults are found, and only what was proven counts."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.cli.program import ombudsman

from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.measures.questions import QueryRows
from ombudsman.pipeline.session import Session
from ombudsman.workload.analyze import analyze
from ombudsman.workload.recorded import Parameter, Plan, Recorded
from ombudsman.workload.replay import Outcome, Replay, Replayed, _difference, replay
from ombudsman.workload.replay_text import Replayable, replayable

TABLES = """
CREATE SCHEMA dbo;
CREATE TABLE dbo.Region (RegionKey INTEGER PRIMARY KEY, Name VARCHAR);
CREATE TABLE dbo.Sale (SaleKey INTEGER PRIMARY KEY, RegionKey INTEGER, Sold TIMESTAMP, Amount DECIMAL(12, 2), Qty INTEGER);
INSERT INTO dbo.Region VALUES (1, 'Ägypten'), (2, 'Berlin'), (3, 'Çorum');
INSERT INTO dbo.Sale SELECT i, 1 + i % 3, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR, i / 4, i % 7 FROM range(200) AS r(i);
"""
RENAMED = """
CREATE SCHEMA sales;
CREATE TABLE sales.DIM_REGION (REGION_KEY INTEGER PRIMARY KEY, REGION_NAME VARCHAR);
CREATE TABLE sales.FACT_SALE (SALE_KEY INTEGER PRIMARY KEY, REGION_KEY INTEGER, SOLD TIMESTAMP, AMOUNT DECIMAL(12, 2), QTY INTEGER);
INSERT INTO sales.DIM_REGION VALUES (1, 'Ägypten'), (2, 'Berlin'), (3, 'Çorum');
INSERT INTO sales.FACT_SALE
SELECT i, 1 + i % 3, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR, i / 4, i % 7 FROM range(200) AS r(i);
"""
MAPPING = """
tables:
- {source: dbo.Region, target: sales.DIM_REGION, columns: {RegionKey: REGION_KEY, Name: REGION_NAME}}
- source: dbo.Sale
  target: sales.FACT_SALE
  columns: {SaleKey: SALE_KEY, RegionKey: REGION_KEY, Sold: SOLD, Amount: AMOUNT, Qty: QTY}
"""


class Sides:
    """Two databases of the same content, and what a workload comes to between them."""

    def __init__(self, folder: Path) -> None:
        self._session: Session | None = None
        self.paths = folder / "old.duckdb", folder / "new.duckdb"
        for path in self.paths:
            self.make(path)

    def make(self, path: Path, change: str = "") -> None:
        with duckdb_file(path) as database:
            database.execute(TABLES + change)

    def replay(self, *recorded: Recorded | str, top: int = 50) -> Replay:
        rows = [
            each
            if isinstance(each, Recorded)
            else Recorded(text=each, executions=10, duration_us=100)
            for each in recorded
        ]
        with ExitStack() as stack:
            session = self._session or stack.enter_context(self.opened())
            workload = analyze(rows, session.source, default_schema="dbo")
            return replay(workload, session.tables, session.readers, top=top)

    @contextmanager
    def opened(self) -> Iterator[Session]:
        """Both sides are connected to once, for all that is replayed within."""
        with ExitStack() as stack:
            here, there = (
                stack.enter_context(connect(name, DuckDbSettings(path=path)))
                for name, path in zip(("old", "new"), self.paths, strict=True)
            )
            self._session = stack.enter_context(Session(here, there))
            yield self._session
        self._session = None

    def one(self, recorded: Recorded | str) -> Replayed:
        (found,) = self.replay(recorded).replayed
        return found


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    sides = Sides(tmp_path_factory.mktemp("alike"))
    with sides.opened():
        yield sides


SAME = [
    "SELECT r.Name, SUM(s.Amount) AS total FROM dbo.Sale s WITH (NOLOCK) JOIN dbo.Region r ON r.RegionKey = s.RegionKey"
    " GROUP BY r.Name ORDER BY total DESC OPTION (RECOMPILE)",
    "SELECT TOP 10 SaleKey, Amount FROM Sale ORDER BY SaleKey",
    "SELECT AVG(Qty), COUNT_BIG(*), SUM(Qty) / 3 FROM Sale",
    "SELECT LEN(Name) + 1, 'x' + Name, ISNULL(Name, '-') FROM [Region]",
    "SELECT YEAR(Sold), DATEPART(weekday, Sold), CONVERT(varchar(8), Sold, 112) FROM Sale WHERE Sold >= '20240103'",
    "SELECT Name FROM Region WHERE Name LIKE '[A-Ä]%'",
    "WITH x AS (SELECT RegionKey k, MAX(Amount) m FROM Sale GROUP BY RegionKey) SELECT x.m FROM x JOIN Region r ON r.RegionKey = x.k",
    "SELECT SaleKey, ROW_NUMBER() OVER (ORDER BY SaleKey) n FROM dbo.Sale WHERE Qty IN (1, 2)",
    "SELECT SaleKey FROM Sale WHERE 1 = 0",
    "SELECT a.SaleKey, r.Name FROM (Sale a LEFT JOIN Region r ON r.RegionKey = a.RegionKey) INNER JOIN Sale b ON b.SaleKey = a.SaleKey",
    "SELECT a.SaleKey, r.Name FROM Sale a INNER JOIN (Region r INNER JOIN Sale b ON b.RegionKey = r.RegionKey) ON b.SaleKey = a.SaleKey",
    "SELECT SUM(CONVERT(money, Amount * Qty) / 100) * 100 FROM Sale",
    "SELECT Name FROM Region ORDER BY RegionKey DESC",
    "SELECT * FROM Region ORDER BY Name",
    "SELECT Amount FROM Sale ORDER BY Qty",
    "SELECT RegionKey FROM Sale GROUP BY RegionKey ORDER BY SUM(Qty) / COUNT(*), MAX(Amount) DESC",
    "SELECT DISTINCT Name FROM Region ORDER BY Name",
    "SELECT DATEADD(hh, 1, Sold), DATEDIFF(n, '2024-01-01', Sold) FROM Sale",
    "SELECT Name FROM Region UNION ALL SELECT Name FROM Region ORDER BY 1",
]  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_equal_answers_are_proven_equal(text: str, alike: Sides):
    found = alike.one(text)
    assert (found.outcome, found.why) == (Outcome.EQUAL, "")
    assert [each.side for each in found.statements] == ["source", "target"]


NOT_REPLAYED = {
    "UPDATE Sale SET Qty = 1": None,
    "SELECT SaleKey FROM Sale WHERE Sold < GETDATE()": "present moment",
    "SELECT NEWID(), SaleKey FROM Sale": "chance",
    "SELECT TOP 5 SaleKey FROM Sale": "any would do",
    "SELECT SaleKey FROM Sale WHERE Qty = @q": "not recorded",
    "SELECT @@ROWCOUNT": "variable of the session",
    "SELECT TOP 3 WITH TIES SaleKey FROM Sale ORDER BY Qty": "",
    "SELECT SaleKey FROM Nowhere": "no table",
    "SELECT SaleKey FROM srv.db.dbo.Sale": "another server",
    "SELECT DATEPART(w, Sold) FROM Sale": "read as another",
    "SELECT DATENAME(day, Sold) FROM Sale": "has no name",
    "SELECT COUNT(*) FROM Archive.dbo.Sale": "another database",
    "SELECT a.Name, v.value FROM Region a CROSS APPLY STRING_SPLIT(a.Name, 'a') v": "",
    "SELECT FORMAT(Amount, 'N2') FROM Sale": "language of the login",
    "SELECT CAST(Sold AS varchar(30)) FROM Sale": "a moment",
    "SELECT a.SaleKey FROM Sale a, Sale b": "more than 10,000 rows",
}


@pytest.mark.parametrize("text", [text for text, why in NOT_REPLAYED.items() if why is not None])
def test_what_cannot_be_asked_faithfully_is_not_run_and_says_why(text: str, alike: Sides):
    found = alike.one(text)
    assert found.outcome is Outcome.NOT_REPLAYED
    assert found.why
    assert (NOT_REPLAYED[text] or "") in found.why


def test_what_writes_is_not_among_them(alike: Sides):
    assert (
        alike.replay(
            "UPDATE Sale SET Qty = 1", "DELETE FROM Sale", "SELECT SaleKey INTO #x FROM Sale"
        ).replayed
        == []
    )


VALUES = [
    ("(5)", "int"), ("N'Berlin'", "nvarchar(20)"), ("'2024-01-02 00:00:00.000'", "datetime"), ("(-3)", "int"), ("NULL", "int"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "native_type"), VALUES)
def test_the_values_of_a_plan_stand_in_for_parameters(value: str, native_type: str, alike: Sides):
    column = {"int": "s.Qty", "datetime": "s.Sold"}.get(native_type, "r.Name")
    text = f"(@p {native_type})SELECT s.SaleKey FROM Sale s JOIN Region r ON r.RegionKey = s.RegionKey WHERE {column} = @P"
    found = alike.one(
        Recorded(text=text, plan=Plan(parameters=(Parameter("@p", native_type, value),)))
    )
    assert (found.outcome, found.why) == (Outcome.EQUAL, "")
    if value == "(5)":
        assert found.rows == 28


@pytest.mark.parametrize(
    "value", ["(SELECT 1)", "1; DROP TABLE Sale", "xp_cmdshell('x')", "{guid'x'}"]
)
def test_a_value_that_is_no_literal_is_not_taken(value: str, alike: Sides):
    text = "(@p int)SELECT SaleKey FROM Sale WHERE Qty = @p"
    found = alike.one(Recorded(text=text, plan=Plan(parameters=(Parameter("@p", "int", value),))))
    assert found.outcome is Outcome.NOT_REPLAYED
    assert "cannot be written" in found.why


FAULTS = {
    "UPDATE dbo.Sale SET Amount = Amount + 0.01 WHERE SaleKey = 7;": "SELECT RegionKey, SUM(Amount) FROM Sale GROUP BY RegionKey",
    "DELETE FROM dbo.Sale WHERE SaleKey = 199;": "SELECT COUNT(*) FROM Sale",
    "UPDATE dbo.Region SET Name = 'berlin' WHERE RegionKey = 2;": "SELECT Name FROM Region ORDER BY Name",
    "UPDATE dbo.Sale SET Sold = Sold + INTERVAL 1 DAY WHERE SaleKey = 5;": "SELECT CAST(Sold AS date), COUNT(*) FROM Sale GROUP BY CAST(Sold AS date)",
    "INSERT INTO dbo.Region VALUES (9, 'Berlin');": "SELECT Name FROM Region",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_the_query_that_reads_it(fault: str, tmp_path: Path):
    sides = Sides(tmp_path)
    sides.make(sides.paths[1], fault)
    found = sides.one(FAULTS[fault])
    assert found.outcome is Outcome.DIFFERENT
    assert "row" in found.why
    assert "erlin" not in found.why


def test_ties_are_undecided_and_not_different(tmp_path: Path):
    sides = Sides(tmp_path)
    sides.make(sides.paths[1], "UPDATE dbo.Sale SET Amount = 0 WHERE SaleKey = 3;")
    found = sides.one("SELECT TOP 2 SaleKey, Amount FROM Sale ORDER BY Amount")
    assert found.outcome is Outcome.UNDECIDED
    assert "ties" in found.why


SWAPPED = "UPDATE dbo.Region SET RegionKey = RegionKey + 10; UPDATE dbo.Region SET RegionKey = 14 - RegionKey;"
TIED = "UPDATE dbo.Region SET RegionKey = 0 WHERE RegionKey = 1; CREATE OR REPLACE TABLE dbo.Region AS SELECT 1 AS RegionKey, Name FROM dbo.Region;"
ORDERS = {
    "SELECT Name FROM Region ORDER BY Name": Outcome.EQUAL,
    "SELECT Name FROM Region": Outcome.EQUAL,
    "SELECT Name FROM Region ORDER BY RegionKey": Outcome.DIFFERENT,
    "SELECT Name AS n FROM Region r ORDER BY r.RegionKey * 2 DESC": Outcome.DIFFERENT,
    "SELECT UPPER(Name) FROM Region ORDER BY RegionKey + 1, 1": Outcome.DIFFERENT,
    "SELECT TOP 3 Name FROM Region ORDER BY RegionKey": Outcome.UNDECIDED,
    "SELECT LEN(Name) FROM Region ORDER BY LEN(Name)": Outcome.EQUAL,
    "SELECT Name FROM Region ORDER BY 1 DESC": Outcome.EQUAL,
}


@pytest.fixture(scope="module")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    sides = Sides(tmp_path_factory.mktemp("swapped"))
    sides.make(sides.paths[1], SWAPPED)
    with sides.opened():
        yield sides


@pytest.mark.parametrize("text", ORDERS)
def test_an_order_is_compared_also_where_the_query_does_not_show_it(text: str, swapped: Sides):
    assert swapped.one(text).outcome is ORDERS[text]


def test_rows_that_tie_on_one_side_alone_are_not_called_equal(tmp_path: Path):
    sides = Sides(tmp_path)
    sides.make(sides.paths[1], TIED)
    found = sides.one("SELECT Name FROM Region ORDER BY RegionKey")
    assert (found.outcome, found.why) == (
        Outcome.DIFFERENT, "the same rows in an order with other ties",
    )  # fmt: skip


def test_an_instant_orders_as_the_time_that_it_is(tmp_path: Path):
    sides = Sides(tmp_path)
    sides.make(
        sides.paths[1], "SET TimeZone = 'UTC'; ALTER TABLE dbo.Sale ALTER Sold TYPE TIMESTAMPTZ;"
    )
    assert sides.one("SELECT Sold, SaleKey FROM Sale ORDER BY Sold").outcome is Outcome.EQUAL


WINDOWS = [
    "SELECT SaleKey, SUM(Qty) OVER (ORDER BY RegionKey ROWS UNBOUNDED PRECEDING) AS x FROM Sale",
    "SELECT SaleKey, NTILE(7) OVER (ORDER BY RegionKey) AS x FROM Sale",
    "SELECT SaleKey, ROW_NUMBER() OVER (ORDER BY RegionKey) AS x FROM Sale",
]


def test_a_window_over_ties_is_undecided(tmp_path: Path):
    sides = Sides(tmp_path)
    reverse = "CREATE OR REPLACE TABLE dbo.Sale AS SELECT * FROM dbo.Sale ORDER BY SaleKey DESC;"
    sides.make(sides.paths[1], reverse)
    found = {each.pattern.example.text: each.outcome for each in sides.replay(*WINDOWS).replayed}
    assert found == dict.fromkeys(WINDOWS, Outcome.UNDECIDED)


UNITS = {
    "y": "DAY",
    "dy": "DAY",
    "w": "DAY",
    "n": "MINUTE",
    "mi": "MINUTE",
    "hh": "HOUR",
    "s": "SECOND",
    "yy": "YEAR",
    "wk": "WEEK",
}


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_of_time_is_asked_by_its_whole_name(unit: str):
    text = f"SELECT DATEADD({unit}, 1, x.a) FROM dbo.t AS x"
    (pattern,) = analyze([Recorded(text=text)]).patterns
    assert replayable(pattern).text == f"SELECT DATEADD({UNITS[unit]}, 1, x.a) FROM dbo.t AS x"


def test_a_name_of_the_own_database_is_taken_off():
    (pattern,) = analyze([Recorded(text="SELECT x.a FROM Shop.dbo.t AS x ORDER BY x.b")]).patterns
    found = replayable(pattern, database="SHOP")
    assert (found.ordered_by, found.hidden) == ((-1,), 1)
    assert found.text == "SELECT x.a, x.b AS [ombudsman_order_0] FROM dbo.t AS x ORDER BY x.b"


@pytest.mark.parametrize(
    ("ordered_by", "rows", "told"),
    [
        ((0,), (("b", 1), ("a", 2)), "the same rows in another order"),
        ((1,), (("b", 1), ("a", 2)), "the same rows in another order"),
        ((), (("b", 1), ("a", 2)), ""),
        ((0,), (("a", 2), ("b", 1)), ""),
        ((0,), (("a", 2), ("b", 3)), "1 row missing in source, 1 row missing in target"),
        ((0,), (("a", 2),), "1 row missing in target"),
    ],
)
def test_an_order_that_the_query_asks_for_must_be_the_same(
    ordered_by: tuple[int, ...], rows: tuple[tuple[object, ...], ...], told: str
):
    source = QueryRows(("name", "n"), (("a", 2), ("b", 1)))
    assert _difference(Replayable("", ordered_by), source, QueryRows(("NAME", "N"), rows)) == told


def test_the_headline_counts_the_whole_workload(alike: Sides):
    found = alike.replay(
        Recorded(text="SELECT COUNT(*) FROM Sale", executions=60, duration_us=100),
        Recorded(
            text="SELECT SaleKey FROM Sale WHERE Sold < GETDATE()", executions=30, duration_us=700
        ),
        Recorded(text="SELECT SaleKey FROM", executions=10, duration_us=200),
    )
    assert found.proven_executions == pytest.approx(0.6)
    assert found.proven_duration == pytest.approx(0.1)


def test_no_more_than_the_top_are_asked(alike: Sides):
    texts = [f"SELECT SaleKey + {'Qty + ' * n}1 FROM Sale" for n in range(5)]
    assert len(alike.replay(*texts, top=3).replayed) == 3


EXPORT = """query_sql_text,executions,total_duration_us
"SELECT r.Name, SUM(s.Amount) FROM Sale s JOIN Region r ON r.RegionKey = s.RegionKey GROUP BY r.Name",900,9000
SELECT COUNT(*) FROM dbo.Region WHERE Name = 'Berlin',100,1000
"""


@pytest.mark.parametrize("runs", ["100,1000", "0,0"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [("", 0), ("UPDATE sales.DIM_REGION SET REGION_NAME = 'B' WHERE REGION_KEY = 2;", 1)],
)
def test_the_command_replays_in_the_names_of_the_target(
    fault: str, code: int, runs: str, tmp_path: Path
):
    with duckdb_file(tmp_path / "old.duckdb") as database:
        database.execute(TABLES)
    with duckdb_file(tmp_path / "new.duckdb") as database:
        database.execute(RENAMED + fault)
    (tmp_path / "m.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "w.csv").write_text(
        EXPORT.replace("100,1000", runs).replace("900,9000", runs), "utf-8"
    )
    urls = [f"duckdb:///{tmp_path / name}" for name in ("old.duckdb", "new.duckdb")]
    told = ombudsman(
        "workload",
        "replay",
        "w.csv",
        *urls,
        "--mapping",
        "m.yaml",
        "--json",
        "r.json",
        cwd=tmp_path,
    )
    assert (told.code, told.err) == (code, "")
    written = json.loads((tmp_path / "r.json").read_text("utf-8"))
    proven = "Proven equal: 100.0 % of all executions of the workload, 100.0 % of its duration"
    assert (proven in told.out) == (code == 0 and runs != "0,0")
    assert written["proven_executions"] == (1 if code == 0 and runs != "0,0" else 0)
    assert "Berlin" not in told.out + json.dumps(written)
