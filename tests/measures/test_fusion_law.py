"""Fused answers are separate answers, and both are what plain Python finds.

Tables and sets of questions are made up at random, and asked three times: all in one round, one by one, and of the rows
themselves by the reference at the end of this file, which shares no code with the program.
"""

# ruff: noqa: DTZ001 - the timestamps here have no zone, as those of the databases

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.measures.databases import Database, Sample, ask, asking, outcomes, relation

from ombudsman.connections.reader import Reader
from ombudsman.measures.questions import (
    Aggregate,
    PeriodOf,
    Term,
    count_distinct,
    count_nulls,
    count_rows,
    count_where,
    max_of,
    mean_of,
    min_of,
    stddev_of,
    sum_of,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Rounds
from ombudsman.measures.values import Values
from ombudsman.sql.expressions import PeriodUnit

COLUMNS = {
    "n": "integer",
    "d": "decimal",
    "f": "double",
    "t": "text",
    "c": "padded",
    "day": "date",
    "at": "timestamp",
    "b": "boolean",
}
NUMBERS = ("n", "d", "f", "b")
Row = dict[str, Any]
Claim = Callable[[Row], bool | None]

COMMON = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A failure is not made smaller: each try makes a database, and hundreds of them take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@settings(COMMON, max_examples=40)
@given(data=st.data())
def test_fused_answers_are_separate_answers_and_those_of_the_reference(
    database: Database, data: st.DataObject
):
    _law(database, data)


@pytest.mark.slow
@settings(COMMON, max_examples=600)
@pytest.mark.timeout(1_200)
@given(data=st.data())
def test_the_same_over_many_more_tables(database: Database, data: st.DataObject):
    _law(database, data)


def _law(database: Database, data: st.DataObject) -> None:
    rows = data.draw(st.lists(_row(database.engine), max_size=30), label="rows")
    questions = data.draw(st.lists(_question(), min_size=1, max_size=9), label="questions")
    sample = Sample("t", COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])
    with database.reading(sample) as (reader, tables):
        spoken_of = relation(database, tables["t"])
        fused = _fused(reader, spoken_of, [each.measure for each in questions])
        for question, together in zip(questions, fused, strict=True):
            (alone,) = ask(reader, spoken_of, question.measure)
            assert _agree(together, alone.by_group), (question, together, alone)
            expected = question.expected(rows, database.engine)
            assert _agree(alone, expected), (question, alone, expected)


def _fused(reader: Reader, spoken_of: Relation, measures: Sequence[Aggregate]) -> list[Values]:
    """The answers of one round, each asked by a conversation of its own."""
    with Rounds({spoken_of.side: reader}) as rounds:
        for number, measure in enumerate(measures):
            rounds.begin(str(number), asking(spoken_of, measure))
        ended = outcomes(rounds)
    answers = [ended[str(number)] for number in range(len(measures))]
    assert [each.error for each in answers] == [None] * len(measures)
    return [each.value[0] for each in answers]


def _agree(found: Values, expected: Any) -> bool:
    if found.by_group.keys() != expected.keys():
        return False
    return all(
        _near(value, expected[group], found.noise.get(group, Decimal(0)))
        for group, value in found.by_group.items()
    )


def _near(found: Any, expected: Any, noise: Decimal) -> bool:
    """Whether two values are the same, or as near as their noise allows."""
    if found == expected or not noise:
        return bool(found == expected) or (_is_nan(found) and _is_nan(expected))
    return abs(Decimal(found) - Decimal(expected)) <= noise


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | Decimal) and math.isnan(value)


# ------------------------------------------------------------ tables

ODD_TEXTS = ["", " ", "a", "A", "a ", "ä", "é", "é", "z", "Z", "ß", "'", '"', "%", ":x", "\\"]
ODD_TEXTS += ["\x1f", "a\x1f", "\x1fV", "V", "a\x1fV", "\N{GRINNING FACE}", "\u00a0", "￿"]
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6
)
BIGGEST = 2**63 - 1


def _row(engine: str) -> st.SearchStrategy[Row]:
    """A row of the table. SQLite sums in 64 bits, keeps decimals as doubles, and knows no NaN."""
    is_sqlite = engine == "sqlite"
    whole = st.integers(-5, 5) | (
        st.integers(-(2**40), 2**40)
        if is_sqlite
        else st.sampled_from([BIGGEST, -BIGGEST - 1]) | st.integers(-BIGGEST, BIGGEST)
    )
    greatest = 10**9 if is_sqlite else 10**17
    thousandths = st.integers(-greatest, greatest) | st.integers(-3_000, 3_000)
    doubles = st.integers(-(10**6), 10**6).map(lambda i: i / 64)
    if not is_sqlite:
        doubles |= st.floats(-1e15, 1e15).map(lambda x: x + 0.0)
        doubles |= st.sampled_from([math.nan, math.inf, -math.inf])
    return st.fixed_dictionaries(
        {
            "n": st.none() | whole,
            "d": st.none() | thousandths.map(lambda i: Decimal(i).scaleb(-3)),
            "f": st.none() | doubles,
            "t": st.none() | TEXTS,
            "c": st.none() | TEXTS,
            "day": st.none() | EDGE_DAYS | st.dates(),
            "at": st.none() | EDGE_DAYS.map(_midnight) | st.datetimes(),
            "b": st.none() | st.booleans(),
        }
    )


EDGE_DAYS = st.sampled_from(
    [
        dt.date(1, 1, 1),
        dt.date(1999, 12, 31),
        dt.date(2000, 1, 1),
        dt.date(2024, 2, 29),
        dt.date(2024, 12, 30),
        dt.date(2025, 1, 5),
        dt.date(9999, 12, 31),
    ]
)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


# ------------------------------------------------------------ questions


@dataclass(frozen=True)
class Asked:
    """A measure, with what the reference needs to answer it."""

    measure: Aggregate
    function: str
    claims: tuple[Claim, ...]
    is_any: bool = False

    def expected(self, rows: Sequence[Row], engine: str) -> dict[tuple[Any, ...], Any]:
        return reference(self, [_as_kept(row, engine) for row in rows])


def _as_kept(row: Row, engine: str) -> Row:
    """PostgreSQL fills CHAR(6) with blanks, which are no part of the value."""
    padded = row["c"]
    return row | {"c": padded.rstrip(" ")} if engine == "postgresql" and padded else row


def _compared(value: Any) -> Any:
    """PostgreSQL and DuckDB put NaN above all other numbers."""
    return (1, 0) if _is_nan(value) else (0, value)


def _if_there(column: str, claim: Callable[[Any], bool]) -> Claim:
    return lambda row: None if row[column] is None else claim(row[column])


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False


CLAIMS: dict[str, Claim] = {
    "n > 0": _if_there("n", lambda n: n > 0),
    "n IN (1, 2, 3)": _if_there("n", lambda n: n in {1, 2, 3}),
    "n BETWEEN -5 AND 5": _if_there("n", lambda n: -5 <= n <= 5),
    "n IS NULL": lambda row: row["n"] is None,
    "d <= 1.5": _if_there("d", lambda d: d <= Decimal("1.5")),
    "f < 10": _if_there("f", lambda f: _compared(f) < (0, 10)),
    "f >= 10": _if_there("f", lambda f: _compared(f) >= (0, 10)),
    "t <> ''": _if_there("t", lambda t: t != ""),
    "t = ':x' OR t = '%'": _if_there("t", lambda t: t in {":x", "%"}),
    "t = '''' AND n = 1": lambda row: (
        False
        if (row["t"] not in {None, "'"} or row["n"] not in {None, 1})
        else (row["t"] and row["n"]) or None
    ),
    "day >= '2000-01-01'": _if_there("day", lambda day: day >= dt.date(2000, 1, 1)),
    "at < '2000-01-01 00:00:00'": _if_there("at", lambda at: at < dt.datetime(2000, 1, 1)),
    "b": lambda row: row["b"],
    "NOT b": _if_there("b", lambda b: not b),
    "n > 0 OR b": lambda row: _either(None if row["n"] is None else row["n"] > 0, row["b"]),
    "CASE WHEN b THEN n > 0 ELSE t = 'a' END": lambda row: (
        _if_there("n", lambda n: n > 0) if row["b"] else _if_there("t", lambda t: t == "a")
    )(row),
}
TERMS: list[Term] = [*COLUMNS]
TERMS += [PeriodOf(column, unit) for column in ("day", "at") for unit in PeriodUnit]
MAKERS: dict[str, tuple[Callable[..., Aggregate], tuple[str, ...]]] = {
    "min": (min_of, tuple(COLUMNS)),
    "max": (max_of, tuple(COLUMNS)),
    "sum": (sum_of, NUMBERS),
    "mean": (mean_of, NUMBERS),
    "deviation": (stddev_of, NUMBERS),
}


@st.composite
def _question(draw: st.DrawFn) -> Asked:
    by = tuple(draw(st.lists(st.sampled_from(TERMS), max_size=2, unique=True)))
    texts = draw(st.lists(st.sampled_from(list(CLAIMS)), max_size=2, unique=True))
    is_any = draw(st.booleans())
    where = (" OR " if is_any else " AND ").join(f"({text})" for text in texts) or None
    claims = tuple(CLAIMS[text] for text in texts)
    function = draw(st.sampled_from(["rows", "where", "nulls", "distinct", *MAKERS]))
    if function == "rows" or (function == "where" and where is None):
        return Asked(count_rows(by=by, where=where), "rows", claims, is_any)
    if function == "where":
        return Asked(count_where(where or "", by=by), "rows", claims, is_any)
    if function in {"nulls", "distinct"}:
        some = st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=2, unique=True)
        count = count_nulls if function == "nulls" else count_distinct
        return Asked(count(*draw(some), by=by, where=where), function, claims, is_any)
    maker, columns = MAKERS[function]
    column = draw(st.sampled_from(columns))
    return Asked(maker(column, by=by, where=where), function, claims, is_any)


# ------------------------------------------------------------ the reference


def reference(asked: Asked, rows: Sequence[Row]) -> dict[tuple[Any, ...], Any]:
    """What the rows themselves say, group by group."""
    measure = asked.measure
    groups: dict[tuple[Any, ...], list[Row]] = {} if measure.by else {(): []}
    for row in rows:
        claimed = [claim(row) for claim in asked.claims]
        if not claimed or (any(claimed) if asked.is_any else all(claimed)):
            groups.setdefault(tuple(_key(row, term) for term in measure.by), []).append(row)
    found = {}
    for group, members in groups.items():
        tuples = [tuple(row[c] for c in measure.columns) for row in members]
        whole = [each for each in tuples if None not in each]
        found[group] = _figure(asked.function, tuples, whole)
    return found


def _figure(function: str, tuples: list[tuple[Any, ...]], whole: list[tuple[Any, ...]]) -> Any:
    match function:
        case "rows":
            return len(tuples)
        case "nulls":
            return len(tuples) - len(whole)
        case "distinct":
            return len({tuple("NaN" if _is_nan(v) else v for v in each) for each in whole})
    values = [value for (value,) in whole]
    match function:
        case "min":
            return min(values, key=_compared, default=None)
        case "max":
            return max(values, key=_compared, default=None)
        case "sum":
            return _sum(values)
        case "mean":
            return _mean(values)
        case _:
            return _deviation(values)


def _sum(values: list[Any]) -> Any:
    if not values:
        return None
    if isinstance(values[0], float):
        special = [v for v in values if not math.isfinite(v)]
        return sum(special) if special else math.fsum(values)
    return sum(values)


def _mean(values: list[Any]) -> Any:
    total = _sum(values)
    if total is None:
        return None
    return total / len(values) if isinstance(total, float) else Decimal(total) / len(values)


def _deviation(values: list[Any]) -> float | None:
    if len(values) < 2:
        return None
    if any(isinstance(v, float) and not math.isfinite(v) for v in values):
        return math.nan
    exact = [Fraction(v) for v in values]
    mean = sum(exact) / len(exact)
    return math.sqrt(sum((x - mean) ** 2 for x in exact) / (len(exact) - 1))


def _key(row: Row, term: Term) -> Any:
    value = row[term.column if isinstance(term, PeriodOf) else term]
    if isinstance(term, PeriodOf) and value is not None:
        value = _start(value, term.unit)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return math.nan if _is_nan(value) else value


def _start(moment: dt.date, unit: PeriodUnit) -> dt.date:
    day = moment.date() if isinstance(moment, dt.datetime) else moment
    match unit:
        case PeriodUnit.HOUR:
            hour = moment.hour if isinstance(moment, dt.datetime) else 0
            return dt.datetime.combine(day, dt.time(hour))
        case PeriodUnit.WEEK:
            return day - dt.timedelta(days=day.weekday())
        case PeriodUnit.MONTH:
            return day.replace(day=1)
        case PeriodUnit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case PeriodUnit.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day
