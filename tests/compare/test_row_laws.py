"""Whatever is planted is found, and nothing else: by every way, between all engines, in rows of random types.

What must be found is told by plain Python over the two lists of rows: they are multisets, key by key.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from tests.compare.tables import PAIRS, WAYS, Content, Tables

from ombudsman.model.result import Kind

pytestmark = pytest.mark.postgres

POOLS: dict[str, Sequence[Any]] = {
    "bigint": [0, 1, -1, 2**32, -(2**32), 2**53 + 1, 2**63 - 1, -(2**63)],
    "integer": [0, 1, -1, 255, 2**31 - 1, -(2**31)],
    "numeric(20,4)": ["0", "0.0001", "-0.0001", "1.5", "-1.5", "1234567890123456.7891"],
    "numeric(38,10)": ["0", "-0.0000000001", "0.0000000001", "9" * 28 + ".5"],
    "double": ["0", "0.1", "-0.1", "0.10000000000000002", "1e300", "NaN", "inf", "-inf", "5e-324"],
    "float": ["0", "0.1", "-0.1", "NaN", "3.4028235e38"],
    "varchar": ["", " ", "a", "A", "a ", "é", "e\u0301", "\x1f", "N", "V", "NULL", "ä" * 300],
    "date": ["0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "infinity"],
    "timestamp": ["0001-01-01", "1970-01-01", "1970-01-01 00:00:00.000001", "infinity"],
    "timestamptz": ["1970-01-01 00:00:00+00", "1970-01-01 00:00:00+02", "9999-12-31 00:00:00+00"],
    "time": ["00:00:00", "00:00:00.000001", "24:00:00"],
    "boolean": ["true", "false"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "blob": [b"", b"\0", b"a", b"a\0", b"\x1f"],
    "json": ['{"a":1}', "[1]", '"x"', "null", "1"],
}
"""Values of each type of which no two are the same."""

KEYS = {
    "dense": ["bigint"],
    "gappy": ["bigint"],
    "text": ["varchar"],
    "of two columns": ["varchar", "integer"],
    "repeated": ["numeric(20,4)"],
    "none": [],
}

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Planted:
    """A table, what became of it, and what must be found."""

    source: Content
    target: Content
    key: tuple[str, ...]
    kinds: dict[Kind, int]


def planted(random: Random) -> Planted:
    key_kind = random.choice(list(KEYS))
    key_types = KEYS[key_kind]
    types = random.choices(list(POOLS), k=random.randint(1, 7))
    columns = {f"k{i}": kind for i, kind in enumerate(key_types)}
    columns |= {f"c{i}": kind for i, kind in enumerate(types)}
    rows = [
        (*key, *(_value(random, kind) for kind in types))
        for key in _keys(random, key_kind, random.randint(1, 200))
    ]
    if key_kind == "none":
        rows += random.choices(rows, k=len(rows) // 10)
    damaged = _damaged(random, rows, [*key_types, *types], keys=len(key_types))
    random.shuffle(damaged)
    is_declared = key_kind in {"dense", "gappy"} and len(set(_of(damaged, 1))) == len(damaged)
    declared = tuple(columns)[: len(key_types)] if is_declared else ()
    return Planted(
        Content(columns, rows, key=declared),
        Content(columns, damaged, key=declared),
        tuple(columns)[: len(key_types)],
        expected(rows, damaged, keys=len(key_types)),
    )


def _keys(random: Random, kind: str, count: int) -> Iterator[Row]:
    match kind:
        case "dense":
            yield from ((i,) for i in range(count))
        case "gappy":
            yield from ((i,) for i in random.sample(range(-(10**15), 10**15), count))
        case "text":
            yield from ((f"key {i}" * random.randint(1, 3),) for i in range(count))
        case "of two columns":
            yield from ((random.choice(["a", "a ", "", None]), i // 2) for i in range(count))
        case "repeated":
            yield from ((_value(random, "numeric(20,4)"),) for _ in range(count))
        case _:
            yield from (() for _ in range(count))


def _value(random: Random, kind: str) -> Any:
    return None if random.random() < 0.1 else random.choice(POOLS[kind])


def _damaged(random: Random, rows: list[Row], types: list[str], *, keys: int) -> list[Row]:
    target = list(rows)
    for _ in range(random.choice([0, 1, 2, 8, 40])):
        if not target:
            break
        at, column = random.randrange(len(target)), random.randrange(keys, len(types))
        match random.choice(["changed", "nulled", "missing", "extra", "twice", "swapped"]):
            case "changed":
                target[at] = _with(target[at], column, _value(random, types[column]))
            case "nulled":
                target[at] = _with(target[at], column, None)
            case "missing":
                del target[at]
            case "extra":
                key = _keys(random, "repeated", 1) if types[:keys] == ["numeric(20,4)"] else None
                fresh = next(key) if key else _fresh(types[:keys], len(target))
                target.append((*fresh, *target[at][keys:]))
            case "twice":
                target.append(target[at])
            case _:
                other = random.randrange(len(target))
                ours, theirs = target[at][column], target[other][column]
                target[at] = _with(target[at], column, theirs)
                target[other] = _with(target[other], column, ours)
    return target


def _fresh(types: list[str], number: int) -> Row:
    return tuple(f"new {number}" if kind == "varchar" else 10**6 + number for kind in types)


def _with(row: Row, column: int, value: Any) -> Row:
    return (*row[:column], value, *row[column + 1 :])


def _of(rows: list[Row], keys: int) -> Iterator[Row]:
    return (row[:keys] for row in rows)


def expected(source: list[Row], target: list[Row], *, keys: int) -> dict[Kind, int]:
    """What differs, by the definition: rows that are the same cancel; what is left of a key is paired."""
    ours, theirs = _by_key(source, keys), _by_key(target, keys)
    found: Counter[Kind] = Counter()
    for key in ours.keys() | theirs.keys():
        here, there = ours[key], theirs[key]
        left, right = (here - there).total(), (there - here).total()
        if not there:
            found[Kind.ROW_MISSING_IN_TARGET] += left
        elif not here:
            found[Kind.ROW_MISSING_IN_SOURCE] += right
        else:
            found[Kind.VALUE_DIFFERS] += min(left, right)
            found[Kind.ROW_DUPLICATED] += abs(left - right)
    return {kind: count for kind, count in found.items() if count}


def _by_key(rows: list[Row], keys: int) -> defaultdict[Row, Counter[Row]]:
    """Without a key a row is its own."""
    found: defaultdict[Row, Counter[Row]] = defaultdict(Counter)
    for row in rows:
        found[row[:keys] if keys else row][row] += 1
    return found


def check(seed: int, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(seed)  # noqa: S311 - a law, not a secret
    given = planted(random)
    monkeypatch.setattr("ombudsman.compare.plan.ROWS_PER_RANGE", random.choice([20, 250_000]))
    monkeypatch.setattr("ombudsman.compare.checksum.CANDIDATES_AT_ONCE", random.choice([10, 10**5]))
    found = tables.found(
        random.choice(PAIRS),
        given.source,
        given.target,
        key=given.key,
        bucket_rows=random.choice([1, 16, 1_000]),
        ways=list(WAYS),
    )
    assert found.kinds == given.kinds


@pytest.mark.parametrize("seed", range(10))
def test_what_is_planted_is_found_and_nothing_else(
    seed: int, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    check(seed, tables, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 250))
def test_what_is_planted_is_found_in_many_tables(
    seed: int, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    check(seed, tables, monkeypatch)


def test_the_laws_plant_faults_of_all_kinds():
    """A law that plants nothing would hold of everything."""
    kinds: Counter[Kind] = Counter()
    for seed in range(16):
        kinds.update(planted(Random(seed)).kinds)  # noqa: S311
    assert all(kinds[kind] > 5 for kind in list(Kind)[:4])
