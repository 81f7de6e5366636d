"""Pairs of cells that comparisons of rows are known to get wrong, each alone in its bucket.

What one way of comparing calls equal by a hash of texts, another by joining typed values; here every way must see each
trap, name the right columns, and see nothing where a value is only written otherwise.
"""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any

import pytest
from tests.compare.tables import PAIRS, WAYS, Content, Engines, Found, Tables

from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause

pytestmark = pytest.mark.postgres

COLUMNS = {
    "id": "bigint",
    "a": "varchar",
    "b": "varchar",
    "fixed": "char(6)",
    "day": "date",
    "clock": "time",
    "moment": "timestamp",
    "instant": "timestamptz",
    "flag": "boolean",
    "whole": "bigint",
    "small": "numeric(9,2)",
    "wide": "numeric(38,10)",
    "double": "double",
    "single": "float",
    "guid": "uuid",
    "bytes": "blob",
}
"""One column of every type that has a text which all engines make alike."""

Cells = Mapping[str, Any]
Differing = Mapping[str, Cause]
Trap = tuple[Cells, Cells, Differing]

LONG = "ä" * 500_000
MODULI = (2**31, 2**32, 2**53, 2**60, 2**60 - 1, 2**61 - 1, 2**63 - 1, 10**9 + 7)
"""What sums are taken by: a difference of just that much must not vanish."""


def texts(a: str | None, b: str | None) -> Cells:
    return {"a": a, "b": b}


def of_a(source: str | None, target: str | None, cause: Cause) -> Trap:
    return {"a": source}, {"a": target}, {"a": cause}


TELLING: Mapping[str, Trap] = {
    "texts that touch": (texts("ab", "c"), texts("a", "bc"), {"a": Cause.TRUNCATION, "b": Cause.OTHER}),
    "a delimiter in a text": (texts("a|b", "c"), texts("a", "b|c"), {"a": Cause.TRUNCATION, "b": Cause.OTHER}),
    "a unit separator in a text": (
        texts("a\x1fVb", "c"), texts("a", "b\x1fVc"), {"a": Cause.TRUNCATION, "b": Cause.OTHER}
    ),
    "a cell that looks like the end of another": (
        texts("a", "\x1fN"), texts("a\x1f", "N"), {"a": Cause.OTHER, "b": Cause.OTHER}
    ),
    "a value that moved into the next column": (
        texts("a", None), texts(None, "a"), {"a": Cause.NULL_VERSUS_VALUE, "b": Cause.NULL_VERSUS_VALUE}
    ),
    **{
        f"NULL and the text {word!r}": of_a(None, word, Cause.NULL_VERSUS_VALUE)
        for word in ("<null>", "NULL", "N", "V", "VN", " ", "\x1f", "0", "DEFAULT_REPLACEMENT_STRING", "_null_recon_")
    },
    "NULL and the empty text": of_a(None, "", Cause.EMPTY_VERSUS_NULL),
    "the empty text and NULL": of_a("", None, Cause.EMPTY_VERSUS_NULL),
    "NULL and 1900-01-01": ({"day": None}, {"day": "1900-01-01"}, {"day": Cause.NULL_VERSUS_VALUE}),
    "NULL and midnight": ({"clock": None}, {"clock": "00:00:00"}, {"clock": Cause.NULL_VERSUS_VALUE}),
    "NULL and the beginning of 1970": (
        {"moment": None, "instant": "1970-01-01 00:00:00+00"}, {"moment": "1970-01-01", "instant": None},
        {"moment": Cause.NULL_VERSUS_VALUE, "instant": Cause.NULL_VERSUS_VALUE},
    ),
    "NULL and false": ({"flag": None}, {"flag": "false"}, {"flag": Cause.NULL_VERSUS_VALUE}),
    "NULL and 0": (
        {"whole": None, "small": "0", "double": None, "wide": "0"},
        {"whole": 0, "small": None, "double": "0", "wide": None},
        dict.fromkeys(("whole", "small", "double", "wide"), Cause.NULL_VERSUS_VALUE),
    ),
    "NULL and no bytes": ({"bytes": None}, {"bytes": b""}, {"bytes": Cause.EMPTY_VERSUS_NULL}),
    "a microsecond": (
        {"moment": "2024-02-29 12:34:56.123456"}, {"moment": "2024-02-29 12:34:56.123457"}, {"moment": Cause.OTHER}
    ),
    "milliseconds that were cut": (
        {"instant": "2024-02-29 12:34:56.123456+00"}, {"instant": "2024-02-29 12:34:56.123+00"},
        {"instant": Cause.TIME_PRECISION},
    ),
    "a microsecond before 1970": (
        {"moment": "1969-12-31 23:59:59.999999"}, {"moment": "1970-01-01 00:00:00"}, {"moment": Cause.TIME_PRECISION}
    ),
    "the end of a day and the beginning of the next": (
        {"clock": "24:00:00"}, {"clock": "00:00:00"}, {"clock": Cause.OTHER}
    ),
    "two hours": (
        {"moment": "2024-02-29 12:00:00"}, {"moment": "2024-02-29 14:00:00"}, {"moment": Cause.TIME_ZONE}
    ),
    "the last day and no end": ({"day": "9999-12-31"}, {"day": "infinity"}, {"day": Cause.OTHER}),
    "no beginning and no end": (
        {"day": "-infinity", "moment": "infinity"}, {"day": "infinity", "moment": "-infinity"},
        {"day": Cause.OTHER, "moment": Cause.OTHER},
    ),
    "the last place of a double": ({"double": "0.1"}, {"double": "0.10000000000000002"}, {"double": Cause.ROUNDING}),
    "a double of 300 zeros, and 0": ({"double": "1e-300"}, {"double": "0"}, {"double": Cause.OTHER}),
    "the smallest double, and 0": ({"double": "5e-324"}, {"double": "0"}, {"double": Cause.ROUNDING}),
    "NaN and infinity": ({"double": "NaN"}, {"double": "inf"}, {"double": Cause.OTHER}),
    "the sign of infinity": ({"double": "inf"}, {"double": "-inf"}, {"double": Cause.SIGN}),
    "the last of 38 digits": (
        {"wide": "1234567890123456789012345678.1234567891"}, {"wide": "1234567890123456789012345678.1234567892"},
        {"wide": Cause.OTHER},
    ),
    "0 and the least number below it": (
        {"wide": "0", "small": "0"}, {"wide": "-0.0000000001", "small": "-0.01"},
        {"wide": Cause.OTHER, "small": Cause.OTHER},
    ),
    "the sign of a number": (
        {"whole": 1, "wide": "1.5"}, {"whole": -1, "wide": "-1.5"}, {"whole": Cause.SIGN, "wide": Cause.SIGN}
    ),
    "the ends of 64 bits": ({"whole": 2**63 - 1}, {"whole": -(2**63)}, {"whole": Cause.OTHER}),
    "two whole numbers of one double": ({"whole": 2**53}, {"whole": 2**53 + 1}, {"whole": Cause.OTHER}),
    "a blank more at the end": of_a("a", "a ", Cause.TRAILING_SPACE),
    "a blank fewer at the end": of_a("a  ", "a ", Cause.TRAILING_SPACE),
    "a lone blank and nothing": of_a(" ", "", Cause.TRAILING_SPACE),
    "a blank more at the beginning": of_a("a", " a", Cause.OTHER),
    "a tab for a blank": of_a("a b", "a\tb", Cause.OTHER),
    "a tab at the end": of_a("a\t", "a", Cause.TRUNCATION),
    "a no-break space at the end": of_a("a\u00a0", "a", Cause.TRUNCATION),
    "a no-break space at the end of a padded text": (
        {"fixed": "a\u00a0"}, {"fixed": "a"}, {"fixed": Cause.TRUNCATION}
    ),
    "a wide space at the end": of_a("a\u3000", "a", Cause.TRUNCATION),
    **{
        f"what comes after {length:,} characters": of_a("x" * length + "a", "x" * length + "b", Cause.OTHER)
        for length in (256, 4_000, 8_000)
    },
    "the last of a million bytes": of_a(LONG + "a", LONG + "b", Cause.OTHER),
    "what was cut after 4,000 characters": of_a("x" * 5_000, "x" * 4_000, Cause.TRUNCATION),
    "capitals": of_a("Straße", "STRAßE", Cause.LETTER_CASE),
    "two letters that a code page lacks": of_a("Ж", "Я", Cause.OTHER),
    "a letter lost in a code page": of_a("Жук", "???", Cause.ENCODING),
    "a composed and a decomposed letter": of_a("é", "e\u0301", Cause.ENCODING),
    "an accent": of_a("é", "e", Cause.ENCODING),
    "a letter beyond 16 bits": of_a("\U0001f600", "\U0001f601", Cause.OTHER),
    "a space without width": of_a("a\u200bb", "ab", Cause.ENCODING),
    "control characters": of_a("a\x01\x02", "a\x01\x03", Cause.OTHER),
    "line ends": of_a("a\r\nb", "a\nb", Cause.OTHER),
    **{
        f"a distance of {modulus:,}": ({"whole": modulus}, {"whole": 0}, {"whole": Cause.OTHER}) for modulus in MODULI
    },
    "a zero byte at the end": ({"bytes": b"a"}, {"bytes": b"a\0"}, {"bytes": Cause.OTHER}),
    "bytes that are no text": ({"bytes": b"\xff\xfe"}, {"bytes": b"\xff\xfd"}, {"bytes": Cause.OTHER}),
    "values that changed places": (
        {"a": "x", "b": "y", "whole": 1, "small": "2"}, {"a": "y", "b": "x", "whole": 2, "small": "1"},
        dict.fromkeys(("a", "b", "whole", "small"), Cause.OTHER),
    ),
}  # fmt: skip
"""What must be found: the source's cells, the target's, and the columns that differ, with the cause."""

GUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"

ALIKE: Mapping[str, tuple[Cells, Cells]] = {
    "nothing at all": ({}, {}),
    "the same texts": (texts("a\x1f|\\'\"%s", "\U0001f600é\u200b"), texts("a\x1f|\\'\"%s", "\U0001f600é\u200b")),
    "a megabyte": ({"a": LONG}, {"a": LONG}),
    "lone blanks": (texts(" ", "  "), texts(" ", "  ")),
    "letter case of a GUID": ({"guid": GUID}, {"guid": GUID.upper()}),
    **{
        f"the double {number}": ({"double": number}, {"double": number})
        for number in ("0.1", "5e-324", "1e300", "1e-300", "-1e-310", "1.7976931348623157e308", "NaN", "inf", "-inf")
    },
    "the zeros of doubles": ({"double": "-0.0", "single": "0"}, {"double": "0", "single": "-0.0"}),
    "a single": ({"single": "0.1"}, {"single": "0.1"}),
    "zeros behind the point": ({"small": "1.1", "wide": "1.10"}, {"small": "1.10", "wide": "1.1000000000"}),
    "a point without a zero before it": ({"small": ".5"}, {"small": "0.50"}),
    "a zero with a sign": ({"small": "-0.00"}, {"small": "0"}),
    "38 digits": ({"wide": "9" * 28 + "." + "9" * 10}, {"wide": "9" * 28 + "." + "9" * 10}),
    "the ends of the calendar": (
        {"day": "0001-01-01", "moment": "9999-12-31 23:59:59.999999"},
        {"day": "0001-01-01", "moment": "9999-12-31 23:59:59.999999"},
    ),
    "days beyond nanoseconds": (
        {"day": "1677-09-20", "moment": "2262-04-12"}, {"day": "1677-09-20", "moment": "2262-04-12"}
    ),
    "years of five digits": ({"day": "20000-02-29"}, {"day": "20000-02-29"}),
    "no beginning and no end": (
        {"day": "infinity", "moment": "-infinity", "instant": "infinity"},
        {"day": "infinity", "moment": "-infinity", "instant": "infinity"},
    ),
    "an instant written elsewhere": (
        {"instant": "2024-02-29 12:00:00+05:30"}, {"instant": "2024-02-29 01:30:00-05"}
    ),
    "the end of a day": ({"clock": "24:00:00"}, {"clock": "24:00:00"}),
    "words for true": ({"flag": "true"}, {"flag": "t"}),
}  # fmt: skip
"""What must not be found: the same values, written otherwise."""

_numbers = count()
ROWS: Mapping[str, tuple[int, Cells, Cells, Differing]] = {
    name: (next(_numbers), source, target, differing)
    for name, source, target, differing in (
        *((f"told: {name}", *trap) for name, trap in TELLING.items()),
        *((f"alike: {name}", *pair, {}) for name, pair in ALIKE.items()),
    )
}
"""All of them, each in a row of its own."""


def content(place: int) -> Content:
    rows = [
        [number, *(cells[place].get(name) for name in list(COLUMNS)[1:])]
        for number, *cells, _ in ROWS.values()
    ]
    return Content(COLUMNS, rows, key=("id",))


@pytest.fixture(scope="module")
def found(tables: Tables) -> Callable[[Engines], Found]:
    """What all ways say of all traps, between two engines."""

    @cache
    def of(engines: Engines) -> Found:
        ways = 7 if engines[0] == engines[1] else 6
        return tables.found(engines, content(0), content(1), ways=list(WAYS), at_least_ways=ways)

    return of


@pytest.mark.parametrize("engines", PAIRS, ids="-".join)
@pytest.mark.parametrize("name", ROWS)
def test_each_trap_is_seen_for_what_it_is(
    name: str, engines: Engines, found: Callable[[Engines], Found]
):
    number, _, _, differing = ROWS[name]
    assert found(engines).cells_of(number) == differing


@pytest.mark.parametrize("engines", PAIRS, ids="-".join)
def test_nothing_else_is_found(engines: Engines, found: Callable[[Engines], Found]):
    assert found(engines).kinds == {Kind.VALUE_DIFFERS: len(TELLING)}
    cells = sum(len(differing) for *_, differing in ROWS.values())
    assert sum(sum(causes.values()) for causes in found(engines).counts.values()) == cells
