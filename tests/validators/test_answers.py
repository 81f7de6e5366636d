"""Two answers set against each other: rows in any order, numbers that are near, kinds of values, and many rows."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.measures.questions import QueryRows
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Kind
from ombudsman.model.tolerance import EXACT, Tolerance
from ombudsman.validators.answers import Compared, compare_as_they_are, compare_by_key

Rows = list[tuple[Any, ...]]
ROWS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab") | st.none()), max_size=12)


def bags(source: Rows, target: Rows, tolerance: Tolerance = EXACT) -> Compared:
    return compare_as_they_are(_answer(source), _answer(target), tolerance=tolerance)


def _answer(rows: Rows) -> QueryRows:
    width = len(rows[0]) if rows else 1
    return QueryRows(tuple(f"c{i}" for i in range(width)), tuple(rows))


@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_the_same_rows_in_another_order_are_the_same(rows: Rows, order: Any) -> None:
    shuffled = [*rows]
    order.shuffle(shuffled)
    assert bags(rows, shuffled).findings == []


@given(rows=ROWS, lost=st.integers(1, 5))
def test_lost_rows_are_found_and_no_others(rows: Rows, lost: int) -> None:
    planted: Rows = [(100 + i, "z") for i in range(lost)]
    compared = bags([*rows, *planted], rows)
    assert [each.key for each in compared.findings] == planted
    assert compared.found == {Kind.ROW_MISSING_IN_TARGET: lost}


def test_values_in_other_clothes_are_the_same() -> None:
    key = UUID(int=7)
    source: Rows = [(Decimal("1.50"), dt.date(2024, 1, 1), key, True)]
    target: Rows = [(Decimal("1.5"), dt.datetime(2024, 1, 1, tzinfo=dt.UTC), str(key), 1)]
    assert bags(source, target).findings == []


def test_a_guid_is_its_text_in_any_letter_case_and_a_text_is_not() -> None:
    guid = UUID(int=0xABCDEF)
    text = str(guid).upper()
    assert bags([(guid, "a")], [(text, "a")]).findings == []
    assert bags([(text, None)], [(guid, None)]).findings == []
    assert bags([(guid, "a")], [(text, "A")]).found == {
        Kind.ROW_MISSING_IN_TARGET: 1,
        Kind.ROW_MISSING_IN_SOURCE: 1,
    }
    assert bags([(str(guid),)], [(text,)]).found == {
        Kind.ROW_MISSING_IN_TARGET: 1,
        Kind.ROW_MISSING_IN_SOURCE: 1,
    }


def test_doubles_may_differ_in_their_last_digits() -> None:
    assert bags([("n", 0.1 + 0.2)], [("n", 0.3)]).findings == []
    assert bags([("n", 0.3)], [("n", 0.31)]).found == {
        Kind.ROW_MISSING_IN_TARGET: 1,
        Kind.ROW_MISSING_IN_SOURCE: 1,
    }


def test_exact_numbers_may_not_differ_but_within_the_tolerance() -> None:
    source: Rows = [("n", Decimal(1)), ("n", Decimal(5))]
    target: Rows = [("n", Decimal(2)), ("n", Decimal(6))]
    assert bags(source, target).found != {}
    assert bags(source, target, Tolerance(absolute=Decimal(1))).findings == []


def test_one_near_row_does_not_stand_for_two() -> None:
    compared = bags([(1.0,), (1.0 + 1e-12,)], [(1.0 + 2e-12,)])
    assert compared.found == {Kind.ROW_MISSING_IN_TARGET: 1}


def test_many_rows_that_differ_are_all_found() -> None:
    compared = bags([(i,) for i in range(5_000)], [(i,) for i in range(5_000, 10_000)])
    assert compared.found == {Kind.ROW_MISSING_IN_TARGET: 5_000, Kind.ROW_MISSING_IN_SOURCE: 5_000}


def test_a_column_of_another_kind_is_found_once() -> None:
    compared = bags([(1, "1"), (2, None)], [(1, 1), (2, None)])
    (finding,) = compared.findings
    assert (finding.kind, finding.column) == (Kind.TYPE_DIFFERS, "c1")
    assert (finding.source, finding.target) == ("text", "number")


def test_a_key_is_found_whatever_its_letters() -> None:
    source, target = QueryRows(("Id", "n"), ((1, 5),)), QueryRows(("ID", "N"), ((1, 6),))
    (finding,) = compare_by_key(source, target, key=["iD"], tolerance=EXACT).findings
    assert (finding.kind, finding.column, finding.key) == (Kind.VALUE_DIFFERS, "n", (1,))


def test_a_misspelt_key_is_told_the_nearest_name() -> None:
    answer = QueryRows(("region", "n"), ())
    with pytest.raises(ParamsInvalid) as raised:
        compare_by_key(answer, answer, key=["regoin"], tolerance=EXACT)
    assert raised.value.hint == "did you mean 'region'?"
