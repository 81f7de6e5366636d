"""What is read most is protected first, at the grain at which it is read; a suggestion says what stands behind it."""

import datetime as dt
from typing import Any

import pytest

from ombudsman.model import types as t
from ombudsman.model.suggestion import Suggestion
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Key, Table, TableRef
from ombudsman.workload.analyze import analyze
from ombudsman.workload.facts import ColumnUse, Join
from ombudsman.workload.recorded import Recorded
from ombudsman.workload.suggest import MOST, suggest

NUMBER, AMOUNT, TEXT, MOMENT = (
    t.Integer(bits=32),
    t.Decimal(precision=18, scale=2),
    t.Text(length=10),
    t.Timestamp(),
)


def table(name: str, key: str, **columns: t.DataType) -> Table:
    made = tuple(Column(name=n, native_type="x", data_type=of) for n, of in columns.items())
    return Table(
        ref=TableRef(schema="dbo", name=name),
        columns=made,
        primary_key=Key(kind="primary", columns=(key,)),
        foreign_keys=(
            ForeignKey(
                columns=("ShopKey",),
                table=TableRef(schema="dbo", name="Shop"),
                referred_columns=("ShopKey",),
            ),
        )
        if name == "Sale"
        else (),
    )


STAR = Catalogue(
    connection="it",
    engine="sqlserver",
    default_schema="dbo",
    taken_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    tables=(
        table("Sale", "SaleKey", SaleKey=NUMBER, ShopKey=NUMBER, DayKey=NUMBER, Sold=MOMENT, Amount=AMOUNT, Tax=AMOUNT,
              Channel=TEXT),
        table("Shop", "ShopKey", ShopKey=NUMBER, Region=TEXT, Opened=MOMENT),
        table("Day", "DayKey", DayKey=NUMBER, Year=NUMBER),
    ),
)  # fmt: skip


def suggested(*texts: str, executions: int = 34_120, **more: object) -> list[Suggestion]:
    moments = {
        "first_seen": dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        "last_seen": dt.datetime(2026, 4, 11, tzinfo=dt.UTC),
    }
    made: dict[str, Any] = dict(moments)
    recorded = [
        Recorded(text=text, executions=executions, duration_us=1e6, **made) for text in texts
    ]
    return suggest(analyze(recorded, STAR), STAR, **more)  # type: ignore[arg-type]


def only(*texts: str, **more: object) -> Suggestion:
    (found,) = suggested(*texts, **more)  # type: ignore[arg-type]
    return found


def test_a_sum_by_a_column_of_its_table_is_checked_at_that_grain():
    found = only("SELECT Channel, SUM(Amount) FROM Sale GROUP BY Channel")
    assert found.validator == "validate_metric_sums"
    assert found.params == {"columns": ["Amount"], "group_by": ["Channel"]}
    assert found.why == "SUM(Amount) by Channel: 3,412 executions a day read it"


def test_sums_at_one_grain_are_one_step():
    found = only(
        "SELECT Channel, SUM(Amount) FROM Sale GROUP BY Channel",
        "SELECT SUM(Tax), Channel FROM Sale GROUP BY Channel",
    )
    assert set(found.params["columns"]) == {"Amount", "Tax"}
    assert "6,824 executions a day" in found.why


PERIODS = {
    "YEAR(Sold)": [{"column": "Sold", "period": "year"}],
    "YEAR(Sold), MONTH(Sold)": [{"column": "Sold", "period": "month"}],
    "MONTH(Sold)": [{"column": "Sold", "period": "month"}],
    "DATEPART(quarter, Sold)": [{"column": "Sold", "period": "quarter"}],
    "CAST(Sold AS date)": [{"column": "Sold", "period": "day"}],
    "DATEPART(hour, Sold)": ["Sold"],
    "Channel, YEAR(Sold)": ["Channel", {"column": "Sold", "period": "year"}],
}


@pytest.mark.parametrize("by", PERIODS)
def test_parts_of_a_date_become_periods(by: str):
    found = only(f"SELECT SUM(Amount) FROM Sale GROUP BY {by}")
    assert found.params["group_by"] == PERIODS[by]


def test_a_sum_by_a_joined_column_is_asked_as_it_is_read():
    found = {s.validator: s for s in suggested(
        "SELECT d.Year, SUM(s.Amount) FROM Sale s JOIN Day d ON d.DayKey = s.DayKey GROUP BY d.Year"
    )}  # fmt: skip
    parity = found["validate_query_parity"]
    assert parity.params["query"] == (
        "SELECT [t1].[Year] AS group_1, SUM([t0].[Amount]) AS total FROM [dbo].[Sale] AS t0"
        " JOIN [dbo].[Day] AS t1 ON [t1].[DayKey] = [t0].[DayKey] GROUP BY [t1].[Year]"
    )
    assert parity.params["key"] == ["group_1"]
    assert {f"{ref.name}.{column}" for ref, column in parity.reads} == {
        "Sale.Amount", "Sale.DayKey", "Day.DayKey", "Day.Year",
    }  # fmt: skip
    assert parity.why == "SUM(Amount) by Year: 3,412 executions a day read it"
    assert found["validate_foreign_keys"].params["references"] == [
        {"columns": ["DayKey"], "table": "dbo.Day", "referred_columns": ["DayKey"]}
    ]


def test_a_sum_that_may_count_rows_twice_is_not_made_a_query():
    """Several rows of the other side may meet one row: what was read is not what the summary of the facts would say."""
    found = suggested(
        "SELECT o.Channel, SUM(s.Amount) FROM Sale s JOIN Sale o ON o.Channel = s.Channel"
        " JOIN Shop h ON h.Region = s.Channel GROUP BY o.Channel, h.Region"
    )
    assert "validate_query_parity" not in {each.validator for each in found}


def test_counts_by_a_column_are_checked():
    found = only("SELECT Region, COUNT(*) FROM Shop GROUP BY Region")
    assert (found.validator, found.params) == ("validate_record_counts", {"group_by": ["Region"]})


def test_averages_are_checked():
    found = only("SELECT Channel, AVG(Tax) FROM Sale GROUP BY Channel")
    assert (found.validator, found.params["columns"]) == ("validate_metric_averages", ["Tax"])


def test_a_choice_by_a_code_and_by_a_span_of_time_is_protected():
    found = {s.validator: s for s in suggested(
        "SELECT SaleKey FROM Sale WHERE Channel = 'web' AND Sold >= @from AND Amount > 5"
    )}  # fmt: skip
    assert found["validate_domain_values"].params == {"columns": ["Channel"]}
    assert found["validate_record_counts"].params == {
        "group_by": [{"column": "Sold", "period": "month"}]
    }
    assert len(found) == 2


NOTHING = [
    "SELECT SUM(SaleKey) FROM Sale",
    "SELECT SUM(ShopKey) FROM Sale",
    "SELECT SUM(Amount * Tax) FROM Sale",
    "SELECT MAX(Amount) FROM Sale",
    "SELECT SaleKey FROM Sale WHERE SaleKey = 5",
    "SELECT a.SaleKey FROM Sale a JOIN Shop b ON b.Region = a.Channel",
    "SELECT SUM(Amount) OVER (PARTITION BY Channel) FROM Sale",
    "SELECT COUNT(*) FROM Sale",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_tells_nothing_sure_suggests_nothing(text: str):
    assert suggested(text) == []


def test_the_weightiest_come_first():
    often = Recorded(text="SELECT Region, COUNT(*) FROM Shop GROUP BY Region", executions=1000)
    seldom = Recorded(text="SELECT Channel, SUM(Amount) FROM Sale GROUP BY Channel", executions=10)
    heavy = Recorded(
        text="SELECT Channel, AVG(Tax) FROM Sale GROUP BY Channel", executions=900, duration_us=9e9
    )
    found = suggest(analyze([seldom, often, heavy], STAR), STAR)
    assert [each.validator for each in found] == [
        "validate_metric_averages", "validate_metric_sums", "validate_record_counts",
    ]  # fmt: skip


def test_seldom_reads_are_told_by_the_month():
    assert only(
        "SELECT Channel, SUM(Amount) FROM Sale GROUP BY Channel", executions=2
    ).why.endswith("read 6 times in 30 days")


def test_inferred_references_and_known_measures_are_taken_from_whoever_knows():
    text = "SELECT a.SaleKey FROM Sale a JOIN Shop b ON b.Region = a.Channel"
    found = only(text, references=[Join("dbo.Sale", ("Channel",), "dbo.Shop", ("Region",))])
    assert found.validator == "validate_foreign_keys"
    summed = "SELECT Channel, SUM(Amount), SUM(Tax) FROM Sale GROUP BY Channel"
    assert only(summed, measures=[ColumnUse("dbo.Sale", "Tax")]).params["columns"] == ["Tax"]


def test_no_more_than_can_be_read_are_made():
    groups = ["SaleKey", "ShopKey", "DayKey", "Channel", "YEAR(Sold)", "CAST(Sold AS date)"]
    pairs = [f"{a}, {b}" for a in groups for b in groups if a < b]
    triples = [f"{a}, {b}, {c}" for a in groups for b in groups for c in groups if a < b < c]
    texts = [
        f"SELECT {f}(Amount) FROM Sale GROUP BY {by}"
        for by in pairs + triples
        for f in ("SUM", "AVG")
    ]
    assert len(suggested(*texts)) == MOST
