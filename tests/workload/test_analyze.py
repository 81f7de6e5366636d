"""What was recorded is added up by pattern and by what is used; nothing is dropped, and no value shows."""

import datetime as dt
import json
from pathlib import Path

import pytest
from tests.workload.catalogues import SHOP

from ombudsman.model.tables import TableRef
from ombudsman.workload.analyze import analyze
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.read_export import read_export
from ombudsman.workload.recorded import Plan, PlannedTable, Recorded
from ombudsman.workload.workload import Workload

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "querystore"


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 4, day, tzinfo=dt.UTC)


def recorded(text: str, executions: int = 1, duration: float = 0, **more: object) -> Recorded:
    return Recorded(text=text, executions=executions, duration_us=duration, **more)  # type: ignore[arg-type]


def test_statements_of_one_pattern_are_added_up():
    workload = analyze(
        [
            recorded("SELECT n FROM t WHERE s = 'Smith'", 3, 300, first_seen=at(1), last_seen=at(3)),
            recorded(
                "(@p nvarchar(9))select N from dbo.T with (nolock) where s = @p",
                4, 100, last_seen=at(11), first_seen=at(2),
            ),
        ],
        SHOP,
    )  # fmt: skip
    by_schema = {each.text for each in workload.patterns}
    assert len(by_schema) == 2  # dbo.t and t are spelt differently
    assert workload.total.executions == 7
    assert workload.total.duration_us == 400
    assert workload.days == 10
    assert workload.per_day(workload.total) == pytest.approx(0.7)
    assert {ref: each.executions for ref, each in workload.by_table().items()} == {
        TableRef(schema="dbo", name="t"): 7
    }


def test_a_batch_shares_what_it_cost_among_its_statements():
    workload = analyze([recorded("SET NOCOUNT ON SELECT n FROM t SELECT n FROM u", 10, 600)], SHOP)
    assert [(p.usage.executions, p.usage.duration_us) for p in workload.patterns] == [(10, 300)] * 2
    assert workload.total.duration_us == 600


def test_what_is_hidden_or_unread_or_neither_reads_nor_writes_is_counted():
    workload = analyze(
        [
            recorded("", 5, is_hidden=True),
            recorded("SELECT n FROM", 7, line=12),
            recorded("EXEC dbo.p", 11),
            recorded("SELECT n FROM t", 13),
        ],
        SHOP,
    )
    assert workload.hidden.executions == 5
    assert [(u.usage.executions, u.line, u.in_export) for u in workload.unread] == [(7, 1, 12)]
    assert workload.others.executions == 11
    assert workload.total.executions == 25


def test_tables_that_nothing_reads_are_told():
    workload = analyze([recorded("SELECT t.n FROM t JOIN u ON u.n = t.n")], SHOP)
    assert workload.unused == (TableRef(schema="dbo", name="idle"),)


def test_a_plan_tells_tables_that_the_text_does_not_name():
    refs = TableRef(schema="dbo", name="U"), TableRef(schema="sys", name="objects")
    plan = Plan(tables=tuple(PlannedTable(ref) for ref in refs))
    workload = analyze([recorded("SELECT n FROM dbo.t", plan=plan)], SHOP)
    assert {str(ref) for ref in workload.by_table()} == {"dbo.t", "dbo.u"}


@pytest.mark.parametrize(
    ("own", "text", "databases", "found"),
    [
        (None, "SELECT n FROM Archive.dbo.t", (), set()),
        ("Shop", "SELECT n FROM Archive.dbo.t", (), set()),
        ("Shop", "SELECT n FROM SHOP.dbo.t", (), {"dbo.t"}),
        (None, "SELECT n FROM t", ("Shop",), {"dbo.t", "dbo.u"}),
        (None, "SELECT n FROM t", ("Shop", "Archive"), {"dbo.t"}),
        ("Shop", "SELECT n FROM t", ("SHOP", "Archive"), {"dbo.t", "dbo.u"}),
        ("Shop", "SELECT n FROM t", ("Archive",), {"dbo.t"}),
        (None, "SELECT n FROM Archive.dbo.t", ("Archive",), set()),
    ],
)
def test_a_table_of_another_database_is_not_taken_for_ones_own(
    own: str | None, text: str, databases: tuple[str, ...], found: set[str]
):
    shop = SHOP.model_copy(update={"database": own})
    names = zip(("u", "idle"), databases, strict=False)
    tables = tuple(PlannedTable(TableRef(schema="dbo", name=name), base) for name, base in names)
    workload = analyze([recorded(text, plan=Plan(tables=tables))], shop)
    assert {str(ref) for ref in workload.by_table()} == found


QUOTED = {
    'SELECT n FROM t WHERE s = "Jane Doe"': "SELECT n FROM t WHERE s = ?",
    'SELECT n FROM t WHERE s IN ("Jane", "it\'s")': "SELECT n FROM t WHERE s IN (?)",
    'SELECT n FROM t WHERE "s" = "m"': "SELECT n FROM t WHERE s = m",
    'SELECT "n" AS "Jane" FROM "dbo"."t" ORDER BY "Jane"': "SELECT n AS jane FROM dbo.t ORDER BY jane",
    'SELECT n "Jane" FROM t': "SELECT n AS jane FROM t",
}  # fmt: skip


@pytest.mark.parametrize("text", QUOTED)
def test_what_is_in_double_quotes_and_no_name_of_the_catalogue_is_a_value(text: str):
    (pattern,) = analyze([recorded(text)], SHOP).patterns
    assert pattern.text == QUOTED[text]


def test_the_heaviest_come_first():
    workload = analyze(
        [
            recorded("SELECT n FROM t", 5, 5),
            recorded("SELECT s FROM t", 5_000, 50_000),
            recorded("SELECT m FROM t", 50, 500),
        ]
    )
    assert [each.usage.executions for each in workload.patterns] == [5_000, 50, 5]


def test_no_value_stands_in_what_others_read():
    texts = [
        "SELECT n FROM t WHERE s = 'Smith' AND n IN (4711)",
        "SELECT n FROM WHERE 'Smith' 4711",
        "SELECT n FROM t WHERE s = 'O'Smith' AND n = 4711",
        "SELECT n FROM t WHERE s IN ('x' Smith 'y', 4711)",
        "SELECT n FROM t WHERE s = 'x' Smith 'y'",
    ]
    workload = analyze([recorded(each) for each in texts], SHOP)
    told = json.dumps(
        [[p.text for p in workload.patterns], [[u.text, u.near, u.reason] for u in workload.unread]]
    )
    assert "Smith" not in told
    assert "4711" not in told


def test_an_empty_workload_is_one():
    workload = analyze([], SHOP)
    assert workload.total.executions == 0
    assert workload.days == 1
    assert len(workload.unused) == 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not beside this repository")
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_real_export_is_read_whole_and_its_tables_are_right(form: str):
    notes = ImportNotes()
    rows = list(read_export(SHARED / f"northwind_workload.{form}", notes))
    truth = json.loads((SHARED / "northwind_workload.tables.json").read_text("utf-8"))["per_query"]
    assert notes.told() == []
    assert len(rows) == len(truth)
    for number, row in enumerate(rows, start=1):
        workload: Workload = analyze([row])
        found = {ref.name for ref in workload.by_table()}
        labelled = {name.lower() for name in truth[str(number)]["tables"]}
        assert workload.unread == []
        # The label has the base tables of what a statement names; a view stands for itself here.
        assert labelled >= {name for name in found if not _is_view(name, truth)}, number


def _is_view(name: str, truth: dict[str, dict[str, str]]) -> bool:
    return name in {each["object"].lower() for each in truth.values()}
