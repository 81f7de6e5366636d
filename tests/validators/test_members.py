"""Members are matched one by one, however many there are, and every planted fault is found."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.measures.questions import count_rows
from ombudsman.measures.values import GroupRows, Values
from ombudsman.model.result import SAMPLE_LIMIT, Kind, Result, Verdict
from ombudsman.model.rows import Cause
from ombudsman.validators.members import Members, cause_of, together
from ombudsman.validators.offenders import SEARCH_LIMIT, Inherited
from ombudsman.validators.pair import Both

COUNT = count_rows(by=["code"])
keys = st.lists(st.sampled_from([1, 2, 3, "a", "A", "a ", None]), max_size=12)


def members(source: list[Any], target: list[Any]) -> Members:
    counts = Both((COUNT,), (counted(source),), (counted(target),))
    return Members.of(counts, ["code"])


def counted(side: list[Any]) -> Values:
    rows = GroupRows(width=1, primitives=1)
    rows.add(list(Counter(side).items()))
    return Values(COUNT, rows, places=(1,), there=1)


@given(source=keys, target=keys)
def test_findings_are_those_of_counting_by_hand(source: list[Any], target: list[Any]) -> None:
    there = members(source, target)
    lost = {key for key in source if key is not None} - set(target)
    extra = {key for key in target if key is not None} - set(source)
    one_sided = there.only_one_side_has()
    assert {each.key[0] for each in one_sided.findings if each.side == "target"} == lost
    assert {each.key[0] for each in one_sided.findings if each.side == "source"} == extra
    several = {k for k in target if k is not None and target.count(k) > 1}
    new = {key for key in several if source.count(key) != target.count(key)}
    assert {each.key[0] for each in there.duplicates(Inherited.TOLERATE).findings} == new
    assert {each.key[0] for each in there.duplicates(Inherited.REPORT).findings} == several
    more_nulls = target.count(None) > source.count(None)
    assert (there.nulls(Inherited.TOLERATE).verdict is Verdict.FAILED) == more_nulls
    assert there.shared == {
        (k,) for k in set(source) if k is not None and source.count(k) == target.count(k) == 1
    }


@given(side=keys)
def test_a_side_agrees_with_itself(side: list[Any]) -> None:
    there = members(side, side)
    whole = together(
        there.only_one_side_has(),
        there.duplicates(Inherited.TOLERATE),
        there.nulls(Inherited.TOLERATE),
        figures=there.figures(),
    )
    assert whole.verdict is Verdict.PASSED
    assert all(figure.agrees for figure in whole.figures)


def test_one_new_duplicate_is_found_among_many_inherited_ones() -> None:
    many = [key for key in range(SEARCH_LIMIT + 5) for _ in range(2)]
    judged = members(many, [*many, -1, -1]).duplicates(Inherited.TOLERATE)
    assert [each.key for each in judged.findings] == [(-1,)]
    assert judged.found == {Kind.KEY_DUPLICATED: 1}


def test_more_losses_than_a_sample_holds_are_counted_whole() -> None:
    lost = members(list(range(SAMPLE_LIMIT * 3)), []).only_one_side_has()
    assert len(lost.findings) == SAMPLE_LIMIT
    assert lost.found == {Kind.ROW_MISSING_IN_TARGET: SAMPLE_LIMIT * 3}


def test_results_of_one_kind_add_up() -> None:
    lost = members([1], []).only_one_side_has()
    assert together(lost, Result(), lost).found == {Kind.ROW_MISSING_IN_TARGET: 2}


@pytest.mark.parametrize(
    ("source", "target", "cause"),
    [
        (None, "x", Cause.NULL_VERSUS_VALUE),
        (0, None, Cause.NULL_VERSUS_VALUE),
        ("", None, Cause.EMPTY_VERSUS_NULL),
        ("x ", "x", Cause.TRAILING_SPACE),
        ("x\t", "x", None),
        ("Straße", "STRASSE", Cause.LETTER_CASE),
        ("x", "X ", Cause.LETTER_CASE),
        ("x", "y", None),
        (1, 2, None),
    ],
)
def test_the_cause_is_told_as_far_as_the_texts_tell(
    source: object, target: object, cause: Cause | None
) -> None:
    assert cause_of(source, target) is cause
