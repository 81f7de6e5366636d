"""What is new and what is inherited, also where there are more offenders than are fetched."""

from collections.abc import Iterable

import pytest

from ombudsman.measures.questions import RowsOf, Sample, rows
from ombudsman.model.result import SAMPLE_LIMIT
from ombudsman.validators.offenders import (
    SEARCH_LIMIT,
    Inherited,
    Offenders,
    judge_offenders,
)
from ombudsman.validators.pair import Both

MEASURE: RowsOf = rows(lambda table: table, order=["key"])


def judged(
    source: Iterable[int],
    target: Iterable[int],
    *,
    totals: tuple[int, int] | None = None,
    inherited: Inherited = Inherited.TOLERATE,
) -> Offenders:
    here, there = ([{"key": key} for key in keys] for keys in (source, target))
    in_source, in_target = totals or (len(here), len(there))
    both = Both((MEASURE,), (Sample(tuple(here), in_source),), (Sample(tuple(there), in_target),))
    return judge_offenders(both, identity=["key"], what="orphans", inherited=inherited)


def keys(offenders: Offenders) -> list[int]:
    return [row["key"] for row in offenders.rows]


def test_what_only_the_target_has_is_new() -> None:
    offenders = judged([1, 2], [2, 3])
    assert (keys(offenders), offenders.total) == ([3], 1)
    assert offenders.notes == (
        "1 orphans are in the source alike: inherited, not made by the migration",
        "1 orphans of the source are not in the target alike",
    )


def test_without_offenders_there_is_nothing_to_say() -> None:
    assert judged([], []) == Offenders((), 0, ())


def test_all_are_reported_where_that_is_wished() -> None:
    offenders = judged([1, 2], [2, 3], inherited=Inherited.REPORT)
    assert (keys(offenders), offenders.total, offenders.notes) == ([2, 3], 2, ())


def test_all_are_counted_and_some_are_shown() -> None:
    offenders = judged([], range(SAMPLE_LIMIT + 50))
    assert (len(offenders.rows), offenders.total) == (SAMPLE_LIMIT, SAMPLE_LIMIT + 50)


def test_what_was_not_fetched_of_the_source_may_be_inherited() -> None:
    totals = (SEARCH_LIMIT + 1, SEARCH_LIMIT + 50)
    offenders = judged(range(10), range(1_000, 1_500), totals=totals)
    assert offenders.total == 49
    assert len(offenders.rows) == 49
    assert "at least 49 are new" in offenders.notes[0]


def test_fewer_than_in_a_source_that_has_very_many_may_all_be_inherited() -> None:
    offenders = judged(range(10), range(1_000, 1_003), totals=(SEARCH_LIMIT + 1, 3))
    assert (offenders.rows, offenders.total) == ((), 0)
    assert "at least 0 are new" in offenders.notes[0]


@pytest.mark.parametrize(("new", "least"), [(300, 300), (5, 201)])
def test_as_many_are_new_as_are_certain(new: int, least: int) -> None:
    """The source's are all known: what is not among them is new, and so is what is over their number."""
    source, fetched = range(9_800), range(9_800 - 100, 9_800 + new)
    offenders = judged(source, fetched, totals=(9_800, SEARCH_LIMIT + 1))
    assert offenders.total == least
    assert len(offenders.rows) == min(new, SAMPLE_LIMIT)
    assert f"at least {least} are new" in offenders.notes[0]
