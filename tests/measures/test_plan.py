"""Many questions, few scans: what is put together, and what is kept apart."""

from typing import Any

import pytest

from ombudsman.connections.duckdb_dialect import duckdb_dialect
from ombudsman.measures.plan import (
    DISTINCT_PER_SCAN,
    AggregateScan,
    Question,
    RowsScan,
    Scan,
    halves,
    plan,
)
from ombudsman.measures.questions import (
    Function,
    Measure,
    PeriodOf,
    Primitive,
    count_distinct,
    count_nulls,
    count_rows,
    count_where,
    max_of,
    mean_of,
    min_of,
    rows,
    stddev_of,
    sum_of,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.scan import statement_of
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.tables import Column, Side, Table, TableRef
from ombudsman.sql.expressions import PeriodUnit
from ombudsman.sql.native_types import read_type


def made(
    name: str = "orders",
    *,
    columns: int = 3,
    side: Side = Side.SOURCE,
    kind: str = "BIGINT",
    answer: str | None = None,
) -> Relation:
    """A table of so many columns c0, c1, ... of one kind."""
    ref = TableRef(schema="main", name=name)
    described = tuple(
        Column(name=f"c{i}", native_type=kind, data_type=read_type("duckdb", kind))
        for i in range(columns)
    )
    table = Table(ref=ref, columns=described)
    mapping = TableMapping(
        source=ref,
        target=TableRef(schema="main", name=answer or name),
        columns=tuple(ColumnMapping(source=c.name, target=c.name) for c in described),
    )
    return Relation(
        side, table, source_table=table, mapping=mapping, dialect="duckdb", source_dialect="duckdb"
    )


def planned(spoken_of: Relation, *measures: Measure[Any], limit: int = 1_000) -> list[Scan]:
    return plan([Question(spoken_of, each) for each in measures], max_select_list=limit)


def only(scans: list[Scan]) -> AggregateScan:
    (scan,) = scans
    assert isinstance(scan, AggregateScan)
    return scan


def sql_of(scan: Scan) -> str:
    return str(
        statement_of(scan).compile(dialect=duckdb_dialect(), compile_kwargs={"literal_binds": True})
    )


ORDERS = made()


def test_questions_about_one_table_are_one_scan():
    scan = only(
        planned(ORDERS, count_rows(), sum_of("c0"), min_of("c1"), max_of("c1"), stddev_of("c2"))
    )
    assert len(scan.questions) == 5
    assert "WHERE" not in sql_of(scan)


def test_equal_questions_are_asked_once():
    scan = only(planned(ORDERS, sum_of("c0"), count_rows(), sum_of("c0")))
    assert [each.measure for each in scan.questions] == [sum_of("c0"), count_rows()]


def test_measures_share_the_aggregates_they_are_made_of():
    scan = only(
        planned(
            ORDERS, mean_of("c0"), sum_of("c0"), count_nulls("c0"), stddev_of("c0"), count_rows()
        )
    )
    assert sorted(each.function for each in scan.primitives) == [
        "count",
        "count_values",
        "deviation",
        "sum",
    ]


def test_floats_are_summed_with_their_absolutes_for_the_noise():
    scan = only(planned(made(kind="DOUBLE"), sum_of("c0")))
    assert [each.function for each in scan.primitives] == [Function.SUM, Function.SUM_OF_ABSOLUTES]


def test_different_rows_of_one_table_are_read_in_one_scan_of_the_rows_that_somebody_wants():
    scan = only(planned(ORDERS, sum_of("c0", where="c1 > 1"), count_where("c2 = 2")))
    sql = " ".join(sql_of(scan).split())
    assert 'sum(CASE WHEN ("c1" > 1)'.lower() in sql.lower()
    assert sql.endswith('WHERE ("c1" > 1) OR ("c2" = 2)')


def test_filtered_questions_ride_along_with_those_about_the_whole_table():
    scan = only(planned(ORDERS, sum_of("c0", where="c1 > 1"), count_rows()))
    assert len(scan.questions) == 2
    assert "WHERE" not in sql_of(scan)


def test_one_filter_for_all_stands_in_the_where_and_nowhere_else():
    where = "c1 > 1"
    scan = only(planned(ORDERS, sum_of("c0", where=where), count_rows(where=where)))
    assert "CASE" not in sql_of(scan)
    assert sql_of(scan).count('"c1" > 1') == 1


def test_groups_apart_are_scans_apart():
    month = PeriodOf("c1", PeriodUnit.MONTH)
    scans = planned(
        ORDERS,
        count_rows(),
        count_rows(by=["c1"]),
        sum_of("c0", by=["c1"]),
        count_rows(by=[month]),
        sum_of("c0"),
    )
    assert [
        (scan.by, len(scan.questions)) for scan in scans if isinstance(scan, AggregateScan)
    ] == [
        ((), 2),
        (("c1",), 2),
        ((month,), 1),
    ]


def test_grouped_questions_count_the_rows_of_their_groups():
    scan = only(planned(ORDERS, sum_of("c0", by=["c1"]), sum_of("c0", by=["c1"], where="c2 > 0")))
    assert {Primitive(Function.COUNT), Primitive(Function.COUNT, (), "c2 > 0")} <= set(
        scan.primitives
    )


def test_distinct_counts_are_scans_apart_a_few_to_each():
    spoken_of = made(columns=10)
    scans = planned(spoken_of, count_rows(), *(count_distinct(f"c{i}") for i in range(10)))
    sizes = [len(scan.questions) for scan in scans]
    assert sizes == [1, DISTINCT_PER_SCAN, DISTINCT_PER_SCAN, 10 - 2 * DISTINCT_PER_SCAN]
    primitives = {
        p for scan in scans[1:] if isinstance(scan, AggregateScan) for p in scan.primitives
    }
    assert {each.function for each in primitives} == {Function.COUNT_DISTINCT}


@pytest.mark.parametrize("columns", [1, 2, 255, 1_000])
@pytest.mark.parametrize("limit", [1, 2, 7, 255, 1_000, 1_600])
def test_no_select_list_is_longer_than_the_engine_takes(columns: int, limit: int):
    spoken_of = made(columns=columns)
    measures = [count_nulls(f"c{i}") for i in range(columns)] + [
        sum_of(f"c{i}") for i in range(columns)
    ]
    scans = planned(spoken_of, count_rows(), *measures, limit=limit)
    asked = [each.measure for scan in scans for each in scan.questions]
    assert asked == [count_rows(), *measures]
    for scan in scans:
        assert isinstance(scan, AggregateScan)
        fits = len(scan.primitives) + len(scan.by) <= limit
        assert fits or len(scan.questions) == 1  # one question cannot be divided
    fewest = -(-(2 * columns + 1) // limit)
    assert len(scans) <= fewest * 2 if limit > 2 else len(scans) <= 2 * columns + 1


def test_groups_take_their_place_in_the_select_list():
    spoken_of = made(columns=12)
    scans = planned(spoken_of, *(sum_of(f"c{i}", by=["c10", "c11"]) for i in range(10)), limit=8)
    assert [len(scan.questions) for scan in scans] == [
        5,
        5,
    ]  # with two groups and the count of rows: 8


def test_questions_for_rows_are_statements_of_their_own():
    def nothing(table: Relation) -> None:
        """Stands for a select."""

    offenders = rows(nothing, order=["c0"])  # type: ignore[arg-type]
    scans = planned(ORDERS, count_rows(), offenders, rows(nothing, order=["c1"]), offenders)  # type: ignore[arg-type]
    assert [type(scan) for scan in scans] == [RowsScan, RowsScan, AggregateScan]


def test_two_tables_answered_by_one_target_table_are_two_relations():
    """Each has filters of its own: a scan of one says nothing about the other."""
    first = made("orders_2023", side=Side.TARGET, answer="orders")
    second = made("orders_2024", side=Side.TARGET, answer="orders")
    scans = plan([Question(first, count_rows()), Question(second, count_rows())], max_select_list=9)
    assert [scan.relation for scan in scans] == [first, second]


def test_halves_hold_all_questions_and_only_what_these_need():
    spoken_of = made(columns=5)
    scan = only(planned(spoken_of, *(sum_of(f"c{i}", by=["c4"]) for i in range(5))))
    first, second = halves(scan)
    assert first.questions + second.questions == scan.questions
    assert len(first.questions) == 2
    assert first.primitives == (
        Primitive(Function.SUM, ("c0",)),
        Primitive(Function.COUNT),
        Primitive(Function.SUM, ("c1",)),
    )
    assert first.by == second.by == ("c4",)
