"""The parts that a score is made of: types, values, bags, assignments, rivals, confidence."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mapping.domains import hashed

from ombudsman.mapping.assignment import assigned, assigned_among
from ombudsman.mapping.bags import Bag, alike
from ombudsman.mapping.confidence import (
    MOST_OF_A_TIE,
    column_confidence,
    most_by_columns,
    table_confidence,
)
from ombudsman.mapping.rivals import Rivals
from ombudsman.mapping.type_likeness import TypeLikeness, type_likeness
from ombudsman.mapping.value_likeness import value_likeness
from ombudsman.model import types as t
from ombudsman.model.profile import SKETCH_SIZE, ColumnProfile

# ------------------------------------------------------------ types

TYPES = [
    t.Boolean(),
    t.Integer(bits=32),
    t.Decimal(precision=38, scale=0),
    t.Decimal(precision=19, scale=4),
    t.Float(),
    t.Text(length=40),
    t.Text(),
    t.Binary(),
    t.Date(),
    t.Time(),
    t.Timestamp(),
    t.Uuid(),
    t.Json(),
    t.Xml(),
    t.Interval(),
    t.Unknown(name="geometry"),
]


@pytest.mark.parametrize(("one", "other"), list(itertools.product(TYPES, TYPES)))
def test_the_likeness_of_types_does_not_depend_on_the_order(one, other):
    assert 0 < type_likeness(one, other) == type_likeness(other, one) <= 1
    numbers = TypeLikeness()
    assert numbers(numbers.number(one), numbers.number(other)) == type_likeness(one, other)


def test_what_a_migration_makes_of_a_type_is_nearer_than_what_it_would_not():
    whole = t.Integer(bits=32)
    assert type_likeness(whole, t.Decimal(scale=0)) > type_likeness(whole, t.Decimal(scale=2))
    assert type_likeness(whole, t.Decimal(scale=2)) > type_likeness(whole, t.Text())
    assert type_likeness(t.Timestamp(), t.Date()) > type_likeness(t.Timestamp(), t.Text())
    assert type_likeness(t.Text(length=40), t.Text(length=40)) > type_likeness(
        t.Text(length=40), t.Text(length=400)
    )


# ------------------------------------------------------------ values


def profile(values: list[str], *, nulls: int = 0, sketched: bool = True) -> ColumnProfile:
    sketch = tuple(sorted({hashed(each) for each in values})[:SKETCH_SIZE])
    rows = len(values) + nulls
    return ColumnProfile(rows=rows, nulls=nulls, sketch=sketch if sketched else None)


MANY = [f"value {n}" for n in range(2_000)]


def test_the_number_of_different_values_is_told_within_a_third():
    assert profile(MANY[:50]).about_distinct == 50
    assert profile(MANY).about_distinct == pytest.approx(2_000, rel=1 / 3)
    assert profile([]).about_distinct == 0


def test_what_was_counted_goes_before_what_a_sketch_tells():
    assert ColumnProfile(distinct=7, sketch=(1, 2)).about_distinct == 7
    assert ColumnProfile(sketch=()).about_distinct == 0
    assert ColumnProfile().about_distinct is None


@pytest.mark.parametrize(
    ("profile", "is_unique"),
    [
        (ColumnProfile(rows=9, nulls=0, distinct=9), True),
        (ColumnProfile(rows=9, nulls=1, distinct=8), False),
        (ColumnProfile(rows=2, nulls=0, sketch=(1, 2)), None),
        (ColumnProfile(distinct=9), None),
    ],
)
def test_only_what_was_counted_tells_a_key(profile, is_unique):
    assert profile.is_unique is is_unique


def test_what_was_not_measured_says_neither_that_a_column_is_empty_nor_that_it_is_full():
    nothing, full = ColumnProfile(), profile(MANY)
    assert value_likeness(nothing, full) is None
    assert nothing.null_share is None
    counted = value_likeness(ColumnProfile(distinct=2_000), ColumnProfile(distinct=1_000))
    assert counted is not None
    assert (counted.score, counted.shared) == (0.5, None)
    rows_unknown = value_likeness(ColumnProfile(sketch=full.sketch), full)
    assert rows_unknown is not None
    assert rows_unknown.shared == 1.0
    part = value_likeness(ColumnProfile(sketch=(), rows=0, nulls=0), ColumnProfile(rows=0, nulls=0))
    assert part is None, "both are known to hold nothing"


def test_the_same_values_are_alike_and_others_are_not():
    same = value_likeness(profile(MANY), profile(MANY))
    assert same is not None
    assert (same.score, same.weight, same.shared) == (1.0, 1.0, 1.0)
    other = value_likeness(profile(MANY), profile([f"other {n}" for n in range(2_000)]))
    assert other is not None
    assert other.shared == 0.0
    assert other.score < 0.4


@pytest.mark.parametrize("kept", [0.9, 0.5, 0.2])
def test_a_target_that_holds_a_part_of_the_rows_is_known_by_them(kept):
    part = value_likeness(profile(MANY), profile(MANY[: int(kept * len(MANY))]))
    assert part is not None
    assert (part.shared or 0) > 0.8


def test_flags_have_all_their_values_in_common_and_that_tells_little():
    flags = value_likeness(profile(["0", "1"]), profile(["0", "1"]))
    assert flags is not None
    assert flags.shared == 1.0
    assert flags.weight < 0.4


def test_what_was_not_read_or_is_empty_says_nothing():
    assert value_likeness(None, profile(MANY)) is None
    assert value_likeness(profile([], nulls=5), profile([])) is None
    no_sketch = value_likeness(profile(MANY, sketched=False), profile(MANY))
    assert no_sketch is not None
    assert no_sketch.shared is None
    assert no_sketch.weight < 0.2


# ------------------------------------------------------------ assignment

SCORES = st.lists(
    st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=4
)  # fmt: skip


@settings(deadline=None)
@given(SCORES)
def test_no_other_assignment_makes_more(rows):
    scores = np.array(rows)
    pairs = assigned(scores, 0.5)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    made = sum(scores[i, j] - 0.5 for i, j in pairs)
    every = itertools.permutations(range(4), len(rows))
    best = max(sum(max(0.0, scores[i, j] - 0.5) for i, j in enumerate(one)) for one in every)
    assert made == pytest.approx(best)


@settings(deadline=None)
@given(SCORES)
def test_parts_that_do_not_hang_together_can_be_assigned_apart(rows):
    scores = np.array(rows)
    among = {(i, j): float(s) for i, row in enumerate(rows) for j, s in enumerate(row)}
    apart = assigned_among(among, scores.shape, 0.5)
    assert sum(among[pair] for pair in apart) - 0.5 * len(apart) == pytest.approx(
        sum(scores[pair] for pair in assigned(scores, 0.5)) - 0.5 * len(assigned(scores, 0.5))
    )


def test_the_greedy_choice_is_not_taken_when_it_costs_others_more():
    assert assigned(np.array([[0.9, 0.85], [0.88, 0.1]]), 0.2) == [(0, 1), (1, 0)]


def test_a_rival_with_a_much_better_partner_is_none():
    scores = {(0, 0): 0.9, (0, 1): 0.8, (1, 1): 1.1}
    rivals = Rivals(scores, [(0, 0), (1, 1)])
    assert rivals.margin((0, 0)) == pytest.approx(0.9 - (0.8 - 0.3))
    assert Rivals({(0, 0): 0.9, (0, 1): 0.8}, [(0, 0)]).margin((0, 0)) == pytest.approx(0.1)
    assert Rivals({(0, 0): 0.9}, [(0, 0)]).margin((0, 0)) == 1.0
    assert rivals.of_source(0, least=0.5, but=0) == [(1, 0.8)]


def test_bags_find_their_likes_among_thousands():
    draw = random.Random(5)  # noqa: S311 - the same words each time
    words = [f"w{n}" for n in range(300)]
    source: list[Bag] = [dict.fromkeys(draw.sample(words, 8), 1.0) for _ in range(1_200)]
    target: list[Bag] = [dict(list(bag.items())[:6]) for bag in source]
    found = alike(source, target, 3)
    assert sum((i, i) in found for i in range(1_200)) >= 1_190
    assert len(found) <= 2 * 3 * 1_200


# ------------------------------------------------------------ confidence


@pytest.mark.parametrize("with_values", [False, True])
@pytest.mark.parametrize("confidence", [column_confidence, table_confidence])
def test_more_score_or_more_margin_never_makes_a_pair_less_sure(confidence, with_values):
    scores = [n / 50 for n in range(60)]
    for margin in (0.0, 0.01, 0.05, 0.2, 1.0):
        sure = [confidence(score, margin, with_values=with_values) for score in scores]
        assert sure == sorted(sure)
        assert 0 <= sure[0] < 0.6 < sure[-1] + 0.2
        assert sure[-1] < 1
    for score in scores:
        sure = [confidence(score, m / 50, with_values=with_values) for m in range(30)]
        assert sure == sorted(sure)


@pytest.mark.parametrize("confidence", [column_confidence, table_confidence])
def test_a_tie_is_never_taken(confidence):
    assert confidence(1.2, 0.0, with_values=True) <= MOST_OF_A_TIE
    assert confidence(1.2, 1.0, with_values=True) > 0.99


def test_a_table_whose_columns_find_no_answers_is_never_taken_by_its_name():
    assert most_by_columns(0.0) <= MOST_OF_A_TIE < most_by_columns(0.2) < 0.9 < most_by_columns(0.5)
