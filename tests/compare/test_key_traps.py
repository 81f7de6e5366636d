"""Traps of keys: gaps and ends of numbers, NULL, rows that occur several times, keys that only look alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.compare.tables import POSTGRESQL, SOME_PAIRS, Content, Engines, Row, Tables

from ombudsman.compare import sums
from ombudsman.model.equality import Equality
from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause
from ombudsman.sql.fingerprint import portable_hash

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("engines", SOME_PAIRS, ids="-".join)]

MISSING, EXTRA = Kind.ROW_MISSING_IN_TARGET, Kind.ROW_MISSING_IN_SOURCE
DUPLICATED, DIFFERS = Kind.ROW_DUPLICATED, Kind.VALUE_DIFFERS


def table(kind: str, *rows: Row, declared: bool = False) -> Content:
    """A table of a key of this type and a text."""
    return Content({"id": kind, "x": "varchar"}, rows, key=("id",) if declared else ())


# ------------------------------------------------------------ types of keys

KEYS: Mapping[str, tuple[str, Sequence[Any]]] = {
    "gappy": ("bigint", [*range(20), 10**6, 10**12, 10**12 + 1]),
    "negative": ("bigint", [-1000, -129, -128, -1, 0, 1, 127, 128]),
    "at the ends of 64 bits": ("bigint", [-(2**63), -(2**63) + 1, -1, 0, 1, 2**63 - 2, 2**63 - 1]),
    "at the ends of 32 bits": ("integer", [-(2**31), -1, 0, 1, 2**31 - 1]),
    "at the ends of 16 bits": ("smallint", [-(2**15), -1, 0, 1, 2**15 - 1]),
    "of 38 digits": ("numeric(38,0)", [0, -1, 1, 10**37, -(10**37), 2**64, 2**64 + 1]),
    "decimal": ("numeric(20,4)", ["0", "-0.0001", "0.0001", "1.1000", "1.1001"]),
    "text": ("varchar", ["", " ", "a", "a ", "A", "A.0", "é", "e\u0301", "汉", "\U0001f600", "ä" * 300]),
    "uuid": ("uuid", [f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a{i:02x}" for i in range(9)]),
    "date": ("date", ["0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "infinity", "-infinity"]),
    "timestamp": ("timestamp", ["0001-01-01", "2024-02-29 12:00:00.000001", "2024-02-29 12:00:00.000002"]),
    "float": ("double", ["0", "0.1", "1e300", "NaN", "inf", "5e-324"]),
    "boolean": ("boolean", ["true", "false"]),
    "bytes": ("blob", [b"", b"\0", b"a", b"a\0"]),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_rows_meet_whatever_their_key_is(name: str, engines: Engines, tables: Tables):
    kind, keys = KEYS[name]
    source = table(kind, *((key, "same") for key in keys[:-1]), (keys[-1], "lost"), declared=True)
    changed = [(key, "other" if key == keys[0] else "same") for key in keys[:-1]]

    found = tables.found(engines, source, source.with_rows(changed))

    assert found.kinds == {MISSING: 1, DIFFERS: 1}
    assert found.counts == {"x": {Cause.OTHER: 1}}


def test_keys_without_a_sign_and_of_128_bits(engines: Engines, tables: Tables):
    if POSTGRESQL in engines:
        pytest.skip("PostgreSQL has no such types")
    for kind, keys in (
        ("UBIGINT", [0, 1, 2**63, 2**64 - 1]),
        ("HUGEINT", [0, -1, 2**64, 2**64 + 1, 2**127 - 1, -(2**127)]),
        ("UHUGEINT", [0, 1, 2**127, 2**128 - 1]),
    ):
        source = table(kind, *((key, "same") for key in keys))
        target = table(kind, *((key, "other" if key == keys[-1] else "same") for key in keys[1:]))
        found = tables.found(engines, source, target)
        assert found.kinds == {MISSING: 1, DIFFERS: 1}, kind
        assert found.rows == {MISSING: [(0,)]}


def test_keys_of_several_columns(engines: Engines, tables: Tables):
    columns = {"a": "varchar", "b": "varchar", "n": "integer", "x": "varchar"}
    source = Content(columns, [("ab", "c", 1, "x"), ("a", "bc", 1, "x"), ("a", "b", 2, "x")])
    target = source.with_rows([("ab", "c", 1, "y"), ("a", "bc", 2, "x"), ("a", "b", 2, "x")])

    found = tables.found(engines, source, target, key=("a", "b", "n"))

    assert found.rows == {MISSING: [("a", "bc", 1)], EXTRA: [("a", "bc", 2)]}
    assert found.cells == {(("ab", "c", 1), "x"): Cause.OTHER}


MIXED_KEYS: Mapping[str, tuple[str, Sequence[Any], str, Sequence[Any]]] = {
    "a whole number and its text": ("bigint", [1, 2, 3, 4], "varchar", ["1", "002", "4.0", "n/a"]),
    "a whole number and a decimal": ("integer", [1, 2, 3, 4], "numeric(9,2)", ["1", "2.00", "4", "4.5"]),
    "a date and its text": (
        "date", ["2024-02-29", "0001-01-01", "2024-03-01", "2024-03-02"],
        "varchar", ["2024-02-29", "0001-01-01 00:00:00", "2024-03-02", "soon"],
    ),
    "a date and a timestamp": (
        "date", ["2024-02-29", "0001-01-01", "2024-03-01", "9999-12-31"],
        "timestamp", ["2024-02-29", "0001-01-01", "9999-12-31", "9999-12-31 00:00:01"],
    ),
    "a GUID and its text": (
        "uuid", [f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1{i}" for i in "abcd"],
        "varchar", [*(f"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A1{i}" for i in "ABD"), "none"],
    ),
    "a whole number and a double": ("bigint", [1, 2**53, 2**53 + 1, -4], "double", ["1", str(2**53), "-4", "0.5"]),
}  # fmt: skip
"""Four keys of the source and four of the target: the first two and the last of the source meet, and no others."""


@pytest.mark.parametrize("name", MIXED_KEYS)
def test_keys_of_two_types_meet_by_their_value(name: str, engines: Engines, tables: Tables):
    ours, sources, theirs, targets = MIXED_KEYS[name]
    source = table(ours, *((key, "same") for key in sources))
    first, second, third, stray = targets
    target = table(theirs, (first, "same"), (second, "same"), (third, "other"), (stray, "same"))

    found = tables.found(engines, source, target)

    assert found.kinds == {MISSING: 1, EXTRA: 1, DIFFERS: 1}


# ------------------------------------------------------------ NULL


def test_a_row_without_a_key_on_both_sides_is_one_row(engines: Engines, tables: Tables):
    source = table("bigint", (None, "same"), (1, "same"))
    assert tables.found(engines, source, source).kinds == {}

    found = tables.found(engines, source, source.with_rows([(None, "other"), (1, "same")]))
    assert found.kinds == {DIFFERS: 1}
    assert found.cells == {((None,), "x"): Cause.OTHER}


def test_rows_without_a_key_are_counted(engines: Engines, tables: Tables):
    source = table("bigint", (None, "a"), (None, "a"), (None, "b"), (1, "a"))
    target = source.with_rows([(None, "a"), (1, "a")])

    found = tables.found(engines, source, target)

    assert found.kinds == {DUPLICATED: 2}
    assert tables.found(engines, source, source.with_rows([(1, "a")])).kinds == {MISSING: 3}


def test_a_key_that_is_null_in_part(engines: Engines, tables: Tables):
    columns = {"a": "varchar", "b": "bigint", "x": "varchar"}
    source = Content(columns, [("a", None, "x"), (None, 1, "x"), (None, None, "x"), ("N", 1, "x")])
    target = source.with_rows([("a", None, "y"), (None, 1, "x"), ("", None, "x"), ("N", 1, "x")])

    found = tables.found(engines, source, target, key=("a", "b"))

    assert found.rows == {MISSING: [(None, None)], EXTRA: [("", None)]}
    assert found.cells == {(("a", None), "x"): Cause.OTHER}


# ------------------------------------------------------------ rows that occur several times


COPIES: Sequence[tuple[Sequence[str], Sequence[str], Mapping[Kind, int]]] = [
    (["a"], ["a"], {}),
    (["a"], ["a", "a"], {DUPLICATED: 1}),
    (["a", "a"], ["a", "a", "a"], {DUPLICATED: 1}),
    (["a", "a", "a"], ["a"], {DUPLICATED: 2}),
    (["a", "a"], ["a", "b"], {DIFFERS: 1}),
    (["a", "b"], ["b", "a"], {}),
    (["a", "a", "b"], ["a", "b", "b"], {DIFFERS: 1}),
    (["a", "b"], ["c", "d"], {DIFFERS: 2}),
    (["a", "b"], ["c", "d", "e"], {DIFFERS: 2, DUPLICATED: 1}),
    (["a", "a"], ["b"], {DIFFERS: 1, DUPLICATED: 1}),
    (["a", "a"], [], {MISSING: 2}),
    ([], ["a", "a", "b"], {EXTRA: 3}),
]
"""What stands under one key in the source and in the target, and what differs there."""


def test_rows_of_one_key_are_matched_as_often_as_they_are_there(engines: Engines, tables: Tables):
    source = table("bigint", *((key, x) for key, (here, _, _) in enumerate(COPIES) for x in here))
    target = table("bigint", *((key, x) for key, (_, there, _) in enumerate(COPIES) for x in there))

    found = tables.found(engines, source, target)

    for key, (_, _, kinds) in enumerate(COPIES):
        lone = {kind: keys.count((key,)) for kind, keys in found.rows.items() if (key,) in keys}
        told = {kind: 1 if kind is DUPLICATED else count for kind, count in kinds.items()}
        told.pop(DIFFERS, None)
        assert lone == told, key
        assert ((key,), "x") in found.cells or DIFFERS not in kinds, key
    assert found.kinds == sum((Counter(kinds) for *_, kinds in COPIES), Counter())
    assert any("the key is not unique: " in note for note in found.notes)


def test_without_a_key_rows_are_their_own_names(engines: Engines, tables: Tables):
    columns = {"a": "varchar", "b": "double", "c": "numeric(9,2)"}
    same = [("x", "0.1", "1.10"), ("x", "0.1", "1.1"), (None, None, None), (None, "NaN", "0")]
    source = Content(
        columns, [*same, ("lost", "1", "1"), ("twice", "1", "1"), ("changed", "1", "1")]
    )
    target = source.with_rows(
        [*same, ("twice", "1", "1"), ("twice", "1", "1"), ("changed", "1", "2")]
    )

    found = tables.found(engines, source, target, key=())

    assert found.kinds == {MISSING: 2, EXTRA: 1, DUPLICATED: 1}
    assert [key[0] for key in found.rows[MISSING]] == ["changed", "lost"]
    assert [key[0] for key in found.rows[EXTRA]] == ["changed"]
    assert [key[0] for key in found.rows[DUPLICATED]] == ["twice"]


def test_what_names_a_row_is_not_forgiven_its_digits_and_says_so(engines: Engines, tables: Tables):
    """Names are the same or they are not: what is near would have to be sought."""
    source = Content({"id": "bigint", "price": "numeric(9,2)"}, [(1, "1.10"), (2, "2.00")])
    target = source.with_rows([(1, "1.11"), (2, "2.00")])
    equality = {"price": Equality(decimals=1)}

    whole = tables.found(engines, source, target, key=(), equality=equality)
    keyed = tables.found(engines, source, target, equality=equality)

    assert whole.kinds == {MISSING: 1, EXTRA: 1}
    assert any("price: what the policy forgives of digits" in note for note in whole.notes)
    assert not keyed.kinds
    assert not any("forgives of digits" in note for note in keyed.notes)


def test_without_a_key_documents_are_compared_by_what_they_say(engines: Engines, tables: Tables):
    source = Content({"n": "bigint", "doc": "json"}, [(1, '{"a": 1, "b": [1.0]}'), (2, '{"a": 1}')])
    target = source.with_rows([(1, '{"b":[1],"a":1e0}'), (2, '{"a": 2}')])

    found = tables.found(engines, source, target, key=())

    assert found.kinds == {MISSING: 1, EXTRA: 1}


# ------------------------------------------------------------ keys that look alike


@pytest.mark.parametrize(
    ("source", "target", "note"),
    [
        ("ABC", "abc", "1 key of the source and of the target is the same but for letter case or blanks at the end"),
        ("abc ", "abc", "1 key of the source and of the target is the same but for letter case or blanks at the end"),
        ("abc\t", "abc", None),
        (" abc", "abc", None),
        ("A.0", "A", None),
        ("abc", "abd", None),
    ],
)  # fmt: skip
def test_keys_that_differ_by_letter_case_or_blanks_are_two_and_told(
    source: str, target: str, note: str | None, engines: Engines, tables: Tables
):
    ours, theirs = (
        table("varchar", (source, "x"), ("k", "x")),
        table("varchar", (target, "x"), ("k", "x")),
    )

    found = tables.found(engines, ours, theirs)

    assert found.rows == {MISSING: [(source,)], EXTRA: [(target,)]}
    assert found.notes == ([note] if note else [])


def test_only_keys_of_both_sides_are_told_to_look_alike(engines: Engines, tables: Tables):
    source = table("varchar", *((f"K{i}", "x") for i in range(5)), ("a", "x"), ("A", "x"))
    target = table("varchar", *((f"k{i} ", "x") for i in range(3)), ("b", "x"))

    (note,) = tables.found(engines, source, target).notes

    assert note.startswith("3 keys of the source and of the target are the same")


def test_a_policy_lets_keys_meet_that_look_alike(engines: Engines, tables: Tables):
    source = table("varchar", ("ABC", "x"), ("d ", "x"), ("e\u0301", "x"), ("f", "x"))
    target = table("varchar", ("abc", "x"), ("D", "y"), ("é", "x"), ("g", "x"))
    forgiving = Equality(trailing_blanks="ignored", letter_case="ignored", unicode_form="nfc")

    found = tables.found(engines, source, target, equality={"id": forgiving})

    assert found.kinds == {MISSING: 1, EXTRA: 1, DIFFERS: 1}
    assert found.notes == []


# ------------------------------------------------------------ buckets


def test_values_that_change_places_within_a_bucket_do_not_cancel(engines: Engines, tables: Tables):
    rows: list[list[Any]] = [[i, f"v{i}"] for i in range(200)]
    source = table("bigint", *rows, declared=True)
    swapped = [
        [i, f"v{j}"] for i, j in ((i, i ^ 1 if i in {40, 41, 90, 91} else i) for i in range(200))
    ]

    for bucket_rows in (1, 64, 1_000):
        found = tables.found(engines, source, source.with_rows(swapped), bucket_rows=bucket_rows)
        assert found.kinds == {DIFFERS: 4}
        assert {key for key, _ in found.cells} == {(40,), (41,), (90,), (91,)}


def test_rows_of_one_fingerprint_are_told_apart_by_their_values(
    engines: Engines, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    """Both sums say the same of the changed row; another row of its bucket makes it read, and then it is seen."""
    monkeypatch.setattr(
        sums, "_hash", lambda side, _: portable_hash(sums._text(side, side.layout.keys))
    )
    source = table("bigint", (1, "a"), (2, "a"), declared=True)
    target = source.with_rows([(1, "b"), (2, "a"), (3, "a")])

    with tables.pair(engines, source, target) as pair:
        answer = pair.answer("portable", bucket_rows=1_000)

    assert answer.differences.found == {EXTRA: 1, DIFFERS: 1}


def test_one_row_under_two_spellings_of_its_key_meets_in_small_portions(
    engines: Engines, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ombudsman.compare.checksum.CANDIDATES_AT_ONCE", 1)
    source = table("varchar", *((f"K{i}", "x") for i in range(50)))
    target = table("varchar", *((f"k{i}", "y" if i == 7 else "x") for i in range(50)))

    found = tables.found(engines, source, target, equality={"id": Equality(letter_case="ignored")})

    assert found.kinds == {DIFFERS: 1}


def test_zero_and_the_number_below_it_are_two(engines: Engines, tables: Tables):
    """DuckDB hashes HUGEINT 0 and -1 to 0, and so 0.00 and -0.01 of more than 18 digits."""
    kinds = ["numeric(38,0)", "numeric(38,2)", "numeric(19,2)"] + (
        ["HUGEINT"] if POSTGRESQL not in engines else []
    )
    for kind in kinds:
        least = "-0.01" if "2)" in kind else "-1"
        source = Content({"id": "bigint", "x": kind}, [(1, "0"), (2, "5")])
        changed = source.with_rows([(1, least), (2, "5")])
        found = tables.found(engines, source, changed, ways=["stream", "portable"])
        assert found.kinds == {DIFFERS: 1}, kind
        zero, below = table(kind, ("0", "x")), table(kind, (least, "x"))
        keyed = tables.found(engines, zero, below, ways=["stream", "portable"])
        assert keyed.kinds == {MISSING: 1, EXTRA: 1}, kind
