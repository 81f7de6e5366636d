"""Quantiles, histograms, outer values and top values are what plain Python finds, on every engine, alone and fused."""

import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.measures.databases import Database, Sample, ask, relation

from ombudsman.measures.distribution import (
    count_outside,
    edges_between,
    histogram,
    quantiles,
    top_values,
)
from ombudsman.measures.questions import count_rows, sum_of
from ombudsman.model.errors import Unsupported

COLUMNS = {"n": "integer", "d": "decimal", "f": "double", "t": "text", "g": "text"}
COMMON = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
GREATEST = 2**63 - 1


@st.composite
def _row(draw: st.DrawFn) -> tuple[Any, ...]:
    whole = draw(st.none() | st.integers(-6, 6) | st.sampled_from([GREATEST, -GREATEST - 1]))
    thousandths = draw(st.none() | st.integers(-9_000, 9_000))
    sixty_fourths = draw(st.none() | st.integers(-600, 600))
    text = draw(st.none() | st.sampled_from(["", "a", "A", "a ", "é", "Zoë", "'", "%", ":x"]))
    return (
        whole,
        None if thousandths is None else Decimal(thousandths).scaleb(-3),
        None if sixty_fourths is None else sixty_fourths / 64,
        text,
        draw(st.sampled_from("xy")),
    )


ROWS = st.lists(_row(), max_size=40)


def _column(rows: Sequence[tuple[Any, ...]], name: str) -> list[Any]:
    place = list(COLUMNS).index(name)
    return [row[place] for row in rows if row[place] is not None]


def _ends(values: Sequence[Any], parts: int) -> list[Any]:
    """The value at each place ceil(j * n / parts), each once."""
    ordered = sorted(values)
    places = (math.ceil(j * len(ordered) / parts) for j in range(1, parts + 1))
    return list(dict.fromkeys(ordered[max(place, 1) - 1] for place in places)) if ordered else []


@COMMON
@given(rows=ROWS, name=st.sampled_from(["n", "d", "f"]), parts=st.integers(2, 12))
def test_quantiles_cut_the_ordered_values_into_equal_parts(
    database: Database, rows: list[tuple[Any, ...]], name: str, parts: int
) -> None:
    with database.reading(Sample("t", COLUMNS, rows)) as (reader, tables):
        (found,) = ask(reader, relation(database, tables["t"]), quantiles(name, parts))
    values = _column(rows, name)
    assert [float(row["value"]) for row in found.rows] == [float(v) for v in _ends(values, parts)]
    for row in found.rows:
        greater = [float(v) for v in values if float(v) > float(row["value"])]
        following = row["next_value"]
        assert (None if following is None else float(following)) == min(greater, default=None)
        assert int(row["up_to"]) == len(values) - len(greater)


@COMMON
@given(
    rows=ROWS,
    name=st.sampled_from(["n", "d", "f"]),
    edges=st.lists(st.integers(-40, 40), max_size=6, unique=True).map(sorted),
    in_halves=st.booleans(),
)
def test_a_histogram_counts_alone_and_in_a_shared_scan_what_lies_between_its_edges(
    database: Database,
    rows: list[tuple[Any, ...]],
    name: str,
    edges: list[int],
    in_halves: bool,
) -> None:
    scaled: list[Any] = [Decimal(e) / 4 if in_halves else e / 4 for e in edges]
    measures = [
        histogram(name, scaled),
        histogram(name, scaled, by=["g"]),
        histogram(name, scaled, where="g = 'x'"),
        count_outside(name, -2, Decimal("2.5")),
        count_outside(name, -2.0, 2.5, where="g = 'x'"),
    ]
    with database.reading(Sample("t", COLUMNS, rows)) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        together = ask(reader, spoken_of, count_rows(), *measures, sum_of("d"))[1:-1]
        alone = [ask(reader, spoken_of, each)[0] for each in measures]
    assert [each.by_group for each in together] == [each.by_group for each in alone]
    of_x = [row for row in rows if row[-1] == "x"]
    assert together[0].value == _bins(_column(rows, name), scaled)
    assert together[1].by_group == {
        (group,): _bins(_column([row for row in rows if row[-1] == group], name), scaled)
        for group in {row[-1] for row in rows}
    }
    assert together[2].value == _bins(_column(of_x, name), scaled)
    assert together[3].value == sum(not -2 <= v <= 2.5 for v in _column(rows, name))
    assert together[4].value == sum(not -2 <= v <= 2.5 for v in _column(of_x, name))


def _bins(values: Sequence[Any], edges: Sequence[Any]) -> tuple[int, ...]:
    places = Counter(sum(float(edge) < float(value) for edge in edges) for value in values)
    return tuple(places[i] for i in range(len(edges) + 1))


@COMMON
@given(rows=ROWS, name=st.sampled_from(["n", "t", "g"]), limit=st.integers(1, 5))
def test_top_values_are_the_most_frequent_ones(
    database: Database, rows: list[tuple[Any, ...]], name: str, limit: int
) -> None:
    counts = Counter(_column(rows, name))
    expected = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    some = [value for value, _ in expected][::2]
    with database.reading(Sample("t", COLUMNS, rows)) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        (top,) = ask(reader, spoken_of, top_values(name, limit))
        (given_ones,) = ask(reader, spoken_of, top_values(name, 100, among=some))
    assert [(row["value"], row["times"]) for row in top.rows] == expected[:limit]
    assert top.total == len(counts)
    assert {row["value"]: row["times"] for row in given_ones.rows} == {v: counts[v] for v in some}


def test_edges_lie_between_the_values_of_a_column(database: Database) -> None:
    rows = [(n, Decimal(n) / 10, n / 10, None, "x") for n in (1, 2, 2, 2, 7)]
    with database.reading(Sample("t", COLUMNS, rows)) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        whole, exact, binary = ask(
            reader, spoken_of, *(quantiles(name, 5) for name in ("n", "d", "f"))
        )
    assert edges_between(whole) == (Decimal("1.5"), Decimal("4.5"))
    assert [float(edge) for edge in edges_between(exact)] == pytest.approx([0.15, 0.45])
    assert edges_between(binary) == pytest.approx([0.15, 0.45])


def test_texts_lie_in_no_bin(duck: Database) -> None:
    with (
        duck.reading(Sample("t", COLUMNS, [])) as (reader, tables),
        pytest.raises(Unsupported, match="count up to of column 't'"),
    ):
        ask(reader, relation(duck, tables["t"]), histogram("t", [1]))
