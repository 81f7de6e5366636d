"""Does our T-SQL make of each value the canonical text that the reference makes, when it is sent and run?

The texts that rows are hashed by, for every type of SQL Server that has one, against the type that it is migrated to.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import String, column
from tests.sql.canonical_engines import Typed, sql

from ombudsman.model.canonical_values import canonical_text
from ombudsman.model.forms import form_of
from ombudsman.sql.canonical import canonical
from ombudsman.sql.fingerprint import portable_hash

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"

PAIRS: dict[tuple[str, str], Sequence[Any]] = {
    ("bit", "BOOLEAN"): [("1", True), ("0", False)],
    ("bit", "DECIMAL(1,0)"): [("1", 1), ("0", 0)],
    ("tinyint", "BIGINT"): ["0", "255"],
    ("bigint", "BIGINT"): ["0", "-9223372036854775808", "9223372036854775807"],
    ("int", "DECIMAL(12,2)"): ["0", "-2147483648", "7"],
    ("decimal(12,2)", "DECIMAL(12,2)"): ["0", "-0.05", "1234567890.12"],
    ("decimal(12,2)", "DECIMAL(20,6)"): ["0", "-0.05", "1234567890.12"],
    ("decimal(2,2)", "DECIMAL(4,4)"): ["0", "0.5", "-0.05", "-0.99"],
    ("decimal(38,0)", "DECIMAL(38,0)"): ["9" * 38, "-" + "9" * 38],
    ("money", "DECIMAL(19,4)"): ["0", "-922337203685477.5808", "0.0001"],
    ("float", "DOUBLE"): [(each, float(each)) for each in ("0", "1.5", "0.1", "-1e300", "5e-324", "123456789.123")],
    ("real", "FLOAT"): [(each, float(each)) for each in ("0", "-3.25", "1e30")],
    ("date", "DATE"): ["1970-01-01", "0001-01-01", "9999-12-31", "2024-02-29", "1752-09-14"],
    ("date", "TIMESTAMP"): [("2024-02-29", "2024-02-29 00:00:00")],
    ("datetime2(6)", "TIMESTAMP"): ["0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999"],
    ("datetime2(3)", "TIMESTAMP"): ["2024-02-29 12:34:56.789"],
    ("datetimeoffset(6)", "TIMESTAMPTZ"): ["2024-01-01 00:00:00.5+05:30", "0001-01-02 00:00:00+14:00", "9999-12-31 23:59:59.999999+00:00"],
    ("smalldatetime", "TIMESTAMP"): ["2024-02-29 12:34:00"],
    ("time(6)", "TIME"): ["00:00:00", "12:34:56.123456", "23:59:59.999999"],
    ("varchar(40)", "VARCHAR"): ["", "a ", " a", "|", "é€", "N", "it's", "\x1f"],
    ("nvarchar(40)", "VARCHAR"): ["", "é", "e\u0301", "\U0001f600", "汉字", "a\u00a0", "\t", "\u200b"],
    ("nvarchar(max)", "VARCHAR"): ["\U0001f600ж" * 20_000],
    ("char(6)", "VARCHAR"): ["", "a ", " a"],
    ("nchar(6)", "VARCHAR"): ["", "汉字", "a\u00a0"],
    ("uniqueidentifier", "UUID"): [GUID],
    ("uniqueidentifier", "VARCHAR"): [GUID.upper()],
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS, ids=" to ".join)
def test_the_text_that_is_sent_for_makes_what_the_reference_makes(
    freetds: Any, pair: tuple[str, str]
) -> None:
    typed, other = Typed("mssql", pair[0]), Typed("duckdb", pair[1])
    form = form_of(typed.data_type, other.data_type)
    values = [
        *((each, each) if isinstance(each, str) else each for each in PAIRS[pair]),
        (None, None),
    ]
    rows = " UNION ALL ".join(
        f"SELECT {number} AS i, CAST({_literal(written)} AS {typed.native}) AS x"
        for number, (written, _) in enumerate(values)
    )
    text = sql(canonical(typed.column, form, typed.data_type), "mssql")
    freetds.execute(f"SELECT {text} AS t FROM ({rows}) AS v ORDER BY i")
    assert [row[0] for row in freetds.fetchall()] == [
        canonical_text(value, form) for _, value in values
    ]


def test_the_hash_that_is_sent_for_is_md5_of_utf_8(freetds: Any) -> None:
    texts = ["", "abc", "é", "汉字", "\U0001f600", "x" * 9000]
    hashed = sql(portable_hash(column("t", String())), "mssql")
    for text in texts:
        freetds.execute(
            f"SELECT {hashed} AS h FROM (SELECT CAST({_literal(text)} AS nvarchar(max)) AS t) AS v"
        )
        digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
        assert freetds.fetchall() == [(int.from_bytes(digest) & (1 << 60) - 1,)]


def _literal(text: str | None) -> str:
    return "NULL" if text is None else "N'" + text.replace("'", "''") + "'"
