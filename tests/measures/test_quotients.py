"""Weighted means and ratios: what the rows themselves say, on every engine, alone and in one scan with others."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.measures.databases import Database, Sample, ask, relation

from ombudsman.measures.plan import AggregateScan, Question, plan
from ombudsman.measures.questions import count_rows, mean_of, sum_of
from ombudsman.measures.quotients import Quotient, ratio_of, weighted_mean_of
from ombudsman.measures.values import Values
from ombudsman.model.errors import Unsupported

COLUMNS = {"g": "small", "n": "integer", "d": "decimal", "f": "double", "b": "boolean", "t": "text"}
NUMBERS = ["n", "d", "f", "b"]
Row = dict[str, Any]

THOUSANDTHS = st.integers(-(10**6), 10**6).map(lambda i: Decimal(i).scaleb(-3))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "g": st.integers(1, 3),
            "n": st.none() | st.integers(-3, 3) | st.integers(-(2**20), 2**20),
            "d": st.none() | THOUSANDTHS,
            "f": st.none() | st.integers(-(10**6), 10**6).map(lambda i: i / 64),
            "b": st.none() | st.booleans(),
            "t": st.just("x"),
        }
    ),
    max_size=12,
)
COMMON = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@COMMON
@given(rows=ROWS, names=st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)))
def test_quotients_are_those_of_the_rows_and_fuse_with_other_questions(
    database: Database, rows: list[Row], names: tuple[str, str]
):
    where = "n > 0"
    chosen = [row for row in rows if row["n"] is not None and row["n"] > 0]
    asked: list[tuple[Quotient, dict[Any, Fraction | None]]] = [
        (weighted_mean_of(*names), {(): _weighted_mean(rows, *names)}),
        (ratio_of(*names, where=where), {(): _ratio(chosen, *names)}),
        (
            weighted_mean_of(*names, by=["g"], where=where),
            {key: _weighted_mean(part, *names) for key, part in _groups(chosen)},
        ),
        (ratio_of(*names, by=["g"]), {key: _ratio(part, *names) for key, part in _groups(rows)}),
    ]
    sample = Sample("t", COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])
    with database.reading(sample) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        for measure, expected in asked:
            (alone,) = ask(reader, spoken_of, measure)
            others = (sum_of(names[0]), mean_of(names[1], by=["g"]), count_rows(by=["g"]))
            together, *_ = ask(reader, spoken_of, measure, *others)
            assert alone.by_group.keys() == together.by_group.keys() == expected.keys()
            for group, value in expected.items():
                _assert_near(alone, group, value)
                _assert_near(together, group, value)


def _groups(rows: Sequence[Row]) -> list[tuple[tuple[int], list[Row]]]:
    keys = sorted({row["g"] for row in rows})
    return [((key,), [row for row in rows if row["g"] == key]) for key in keys]


def _weighted_mean(rows: Sequence[Row], column: str, weight: str) -> Fraction | None:
    pairs = [
        (Fraction(row[column]), Fraction(row[weight]))
        for row in rows
        if row[column] is not None and row[weight] is not None
    ]
    weights = sum(w for _, w in pairs)
    return Fraction(sum(x * w for x, w in pairs)) / weights if weights else None


def _ratio(rows: Sequence[Row], numerator: str, denominator: str) -> Fraction | None:
    above = [Fraction(row[numerator]) for row in rows if row[numerator] is not None]
    below = [Fraction(row[denominator]) for row in rows if row[denominator] is not None]
    return Fraction(sum(above)) / sum(below) if above and below and sum(below) else None


def _assert_near(found: Values, group: Any, expected: Fraction | None) -> None:
    value = found.by_group[group]
    if expected is None:
        # Doubles whose sum is zero but for noise divide all the same; then the noise is as great as the value.
        assert value is None or abs(Decimal(value)) <= found.noise.get(group, Decimal(0))
        return
    assert value is not None, (group, expected)
    noise = Fraction(found.noise.get(group, Decimal(0)))
    rounding = abs(expected) * Fraction(1, 10**27)
    assert abs(Fraction(value) - expected) <= noise + rounding, (value, expected, noise)


def test_a_weighted_mean_shares_its_scan_with_sums(database: Database):
    with database.reading(Sample("t", COLUMNS)) as (_, tables):
        spoken_of = relation(database, tables["t"])
        measures = (sum_of("n"), weighted_mean_of("d", "n"), ratio_of("d", "n"), count_rows())
        scans = plan([Question(spoken_of, each) for each in measures], max_select_list=100)
    assert len(scans) == 1
    assert isinstance(scans[0], AggregateScan)
    primitives = scans[0].primitives
    assert len(primitives) == len(set(primitives))


def test_products_of_great_integers_are_exact(database: Database):
    if database.engine == "sqlite":
        pytest.skip("SQLite has no exact numbers of more than 64 bits")
    rows = [(1, 2**62 + 1, None, None, None, ""), (1, 2**62 - 1, None, None, None, "")]
    with database.reading(Sample("t", COLUMNS, rows)) as (reader, tables):
        (answer,) = ask(reader, relation(database, tables["t"]), weighted_mean_of("n", "n"))
    exact = Decimal((2**62 + 1) ** 2 + (2**62 - 1) ** 2) / Decimal(2**63)
    assert answer.value == exact


def test_a_value_that_is_not_finite_makes_no_number_and_no_crash(database: Database):
    if database.engine == "sqlite":
        pytest.skip("SQLite keeps no NaN")
    rows = [(1, 1, None, math.inf, None, ""), (2, 1, None, math.nan, None, "")]
    with database.reading(Sample("t", COLUMNS, rows)) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        whole, ratio = ask(
            reader, spoken_of, weighted_mean_of("f", "n", by=["g"]), ratio_of("f", "f")
        )
    assert whole.by_group[(1,)] == math.inf
    assert math.isnan(whole.by_group[(2,)])
    assert math.isnan(ratio.value)


def test_the_grain_of_a_quotient_is_the_share_that_its_sums_may_be_off_by():
    measure = weighted_mean_of("f", "n")
    parts = [10.0, 4, 12.0, 4.0]
    assert measure.doubt(parts, Decimal("0.01")) == Decimal("0.01") * (12 + Decimal("2.5") * 4) / 4
    assert measure.doubt([10.0, 0, 12.0, 4.0], Decimal("0.01")) == 0
    assert measure.doubt([None, 4, None, 4.0], Decimal("0.01")) == 0


def test_a_text_has_no_weight(database: Database):
    with (
        database.reading(Sample("t", COLUMNS)) as (reader, tables),
        pytest.raises(Unsupported, match="'t'"),
    ):
        ask(reader, relation(database, tables["t"]), weighted_mean_of("n", "t"))
