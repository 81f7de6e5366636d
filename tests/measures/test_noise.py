"""How far apart two sound computations may lie: far enough for every engine, and no farther."""

import itertools
import statistics
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.measures.databases import Database, Sample, ask, mapped, relation

from ombudsman.measures.questions import mean_of, stddev_of, sum_of
from ombudsman.measures.values import Values
from ombudsman.model import mapping as changes
from ombudsman.model.mapping import ColumnMapping

COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "always the same decimal": ("decimal", [Decimal("1000.1")] * 3_000),
    "always the same double": ("double", [0.1] * 3_000),
    "close together, far from zero": ("double", [1e9 + i % 3 for i in range(3_000)]),
    "whole numbers far from zero": ("integer", [2**40 + i % 7 for i in range(3_000)]),
    "of both signs": ("double", [(-1) ** i * (i * 0.37) for i in range(3_000)]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_engine_is_as_near_to_the_truth_as_its_noise_says(database: Database, name: str):
    kind, values = COLUMNS[name]
    with database.reading(Sample("t", {"x": kind}, [(v,) for v in values])) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        deviation, total, mean = ask(reader, spoken_of, stddev_of("x"), sum_of("x"), mean_of("x"))
    exact = [Fraction(value) for value in values]
    _is_near(deviation, Fraction(statistics.stdev(exact)))
    _is_near(total, sum(exact, Fraction(0)))
    _is_near(mean, sum(exact, Fraction(0)) / len(exact), digits=28)
    spread = Decimal(statistics.stdev(float(value) for value in values))
    assert deviation.noise[()] < max(spread / 1_000, abs(Decimal(values[0])) * Decimal("1e-9"))


def _is_near(answer: Values, truth: Fraction, *, digits: int = 60) -> None:
    noise = Fraction(answer.noise.get((), Decimal(0)))
    rounding = abs(truth) / 10 ** (digits - 1)
    # SQLite gives sums of decimals to their own scale; a double cannot hold every sum of them.
    assert abs(Fraction(answer.value) - truth) <= noise + rounding


def test_exact_sums_have_no_noise(duck: Database):
    sample = Sample(
        "t", {"n": "integer", "d": "decimal", "f": "double"}, [(1, 1, 1.0), (2, 2, 2.0)]
    )
    with duck.reading(sample) as (reader, tables):
        spoken_of = relation(duck, tables["t"])
        *exact, floats = ask(reader, spoken_of, sum_of("n"), mean_of("d"), sum_of("d"), sum_of("f"))
    assert [each.noise for each in exact] == [{}] * 3
    assert 0 < floats.noise[()] < Decimal("1e-11")


def test_a_lost_cent_is_no_noise(database: Database):
    """A million in amounts of a double: the noise is far smaller than the cent that one of them lost."""
    amounts = [round(0.01 * i, 2) for i in range(1, 3_001)]
    with database.reading(Sample("t", {"f": "double"}, [(a,) for a in amounts])) as (
        reader,
        tables,
    ):
        (total,) = ask(reader, relation(database, tables["t"]), sum_of("f"))
    assert total.noise[()] < Decimal("0.001")
    assert abs(Decimal(total.value) - sum(map(Decimal, map(str, amounts)))) <= total.noise[()]


def test_the_deviation_of_filtered_and_changed_rows_is_sound_too(database: Database):
    """SQLite looks for a number near the values: under a filter and a change, and where there is none at all."""
    rows = [(i, Decimal("1000.1") + i % 2) for i in range(100)] + [(i, None) for i in range(5)]
    with database.reading(Sample("t", {"id": "integer", "d": "decimal"}, rows)) as (reader, tables):
        table = tables["t"]
        pairs = (
            ColumnMapping(source="id", target="id"),
            ColumnMapping(source="d", target="d", transformation=changes.Round(scale=0)),
        )
        rounded = mapped(table, table, columns=pairs, where="id < 50")
        spoken_of = relation(database, table, mapping=rounded)
        deviation, none, by = ask(
            reader,
            spoken_of,
            stddev_of("d", where="id >= 10"),
            stddev_of("d", where="id < 0"),
            stddev_of("d", by=["d"]),
        )
    expected = statistics.stdev([1000 + i % 2 for i in range(10, 50)])
    assert deviation.value == pytest.approx(expected, rel=1e-12)
    assert none.value is None
    assert by.by_group == {(1000,): 0, (1001,): 0, (None,): None}


def test_a_column_of_nulls_has_no_deviation(database: Database):
    rows = list(itertools.repeat((None,), 3))
    with database.reading(Sample("t", {"d": "decimal"}, rows)) as (reader, tables):
        (deviation,) = ask(reader, relation(database, tables["t"]), stddev_of("d"))
    assert deviation.by_group == {(): None}
