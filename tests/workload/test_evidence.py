"""What queries join and add up is evidence; and what is known of keys and measures is what a workload asks for."""

import pytest
from tests.workload.test_suggest import STAR

from ombudsman.model.tables import ColumnRef, TableRef
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import Meaning, classify_columns
from ombudsman.workload.analyze import analyze
from ombudsman.workload.evidence import joins_of, measures_of, references_of, use_of
from ombudsman.workload.facts import ColumnUse, Join
from ombudsman.workload.recorded import Recorded
from ombudsman.workload.workload import Workload

SALE, SHOP, DAY = (TableRef(schema="dbo", name=name) for name in ("Sale", "Shop", "Day"))


def asked(*texts: str, executions: int = 10) -> Workload:
    return analyze([Recorded(text=text, executions=executions) for text in texts], STAR)


def test_joins_are_counted_whichever_table_comes_first():
    found = joins_of(
        asked(
            "SELECT a.Tax FROM Sale a JOIN Day b ON b.DayKey = a.DayKey",
            "SELECT a.Tax FROM Day b JOIN Sale a ON b.DayKey = a.DayKey WHERE a.Tax > 5",
        )
    )
    assert sum(found.values()) == 20
    told = {
        frozenset({(link.table, link.columns), (link.referred, link.referred_columns)})
        for link in found
    }
    assert told == {frozenset({(SALE, ("DayKey",)), (DAY, ("DayKey",))})}


def test_a_join_tells_of_a_reference_that_no_name_tells():
    known = asked("SELECT b.Region FROM Day a JOIN Shop b ON b.ShopKey = a.Year", executions=900)
    pairs = {
        (each.columns, each.referred)
        for each in infer_relationships(STAR, join_evidence=joins_of(known))
        if any(clue.clue == "join" for clue in each.evidence)
    }
    assert pairs == {(("Year",), SHOP)}


USES = [
    ("SELECT Year, SUM(DayKey) FROM Day GROUP BY Year", {"DayKey"}, {"Year"}, set()),
    ("SELECT AVG(Year) FROM Day WHERE DayKey > 3", {"Year"}, set(), {"DayKey"}),
    ("SELECT SUM(Year * 2), MAX(DayKey) FROM Day", set(), set(), set()),
    ("SELECT YEAR(Opened), COUNT(*) FROM Shop GROUP BY YEAR(Opened)", set(), set(), set()),
]


@pytest.mark.parametrize(("text", "summed", "grouped", "filtered"), USES)
def test_the_use_of_columns_is_what_queries_do_with_them(text, summed, grouped, filtered):
    use = use_of(asked(text))
    told = [{ref.name for ref in part} for part in (use.summed, use.grouped, use.filtered)]
    assert told == [summed, grouped, filtered]


def test_what_queries_add_up_and_group_by_is_told_by_no_name():
    ref = ColumnRef(DAY, "Year")
    for text, meaning in (
        ("SELECT SUM(Year) FROM Day", Meaning.MEASURE),
        ("SELECT Year, COUNT(*) FROM Day GROUP BY Year", Meaning.CODE),
    ):
        assert classify_columns(STAR, use=use_of(asked(text)))[ref].meaning is meaning
        assert classify_columns(STAR)[ref].meaning is Meaning.ATTRIBUTE


def test_references_stand_in_the_order_of_either_side():
    (told,) = [each for each in infer_relationships(STAR) if each.referred == SHOP]
    several = told.model_copy(update={"columns": ("A", "B"), "referred_columns": ("Y", "X")})
    assert references_of([told]) == {Join("dbo.Sale", ("ShopKey",), "dbo.Shop", ("ShopKey",))}
    assert references_of([several]) == {
        Join("dbo.Sale", ("A", "B"), "dbo.Shop", ("Y", "X")),
        Join("dbo.Sale", ("B", "A"), "dbo.Shop", ("X", "Y")),
    }
    assert references_of([told.model_copy(update={"confidence": 0.6})]) == set()


def test_keys_and_references_are_no_measures():
    found = measures_of(classify_columns(STAR, infer_relationships(STAR)))
    assert {each for each in found if each.table == "dbo.Sale"} == {
        ColumnUse("dbo.Sale", name) for name in ("Amount", "Tax")
    }
