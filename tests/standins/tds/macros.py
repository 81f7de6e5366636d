"""Which functions does DuckDB lack? Macros over ticks, and a few functions in Python for texts and code pages.

Every one is here for a T-SQL function whose meaning differs from DuckDB's or has no counterpart there.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import duckdb
from tests.standins.tds.moments import float_text, offset_of_text, ticks_of_text, time_of_text

_DAY = 864_000_000_000
_END = 3_652_059 * _DAY

MACROS = f"""
CREATE MACRO t_fail(number, told) AS error('error_' || number || ': ' || told);
CREATE MACRO t_ticks(d) AS (datediff('day', DATE '0001-01-01', d)::BIGINT * {_DAY});
CREATE MACRO t_date(t) AS (DATE '0001-01-01' + (t // {_DAY})::INTEGER);
CREATE MACRO t_checked(t) AS (CASE WHEN t < 0 OR t >= {_END} THEN t_fail(517, 'Adding a value to a date column caused an overflow.') ELSE t END);
CREATE MACRO t_round(t, unit) AS (CASE WHEN t >= {_END} - unit THEN {_END} - unit ELSE ((t + unit // 2) // unit) * unit END);
CREATE MACRO t_datetime(t) AS ((t // {_DAY}) * {_DAY} + ((((t % {_DAY}) * 3 + 50000) // 100000) * 100000 + 1) // 3);
CREATE MACRO t_months(t, n) AS (t_checked(t_ticks((t_date(t) + to_months(n::INTEGER))::DATE) + t % {_DAY}));
CREATE MACRO t_div(a, b) AS (CASE WHEN b = 0 THEN t_fail(8134, 'Divide by zero error encountered.')::BIGINT ELSE a // b END);
CREATE MACRO t_fraction(a, b) AS (CASE WHEN b = 0 THEN t_fail(8134, 'Divide by zero error encountered.')::DOUBLE ELSE a / b END);
CREATE MACRO t_mod(a, b) AS (CASE WHEN b = 0 THEN CAST(t_fail(8134, 'Divide by zero error encountered.') AS BIGINT) ELSE a % b END);
CREATE MACRO t_cp1252(x) AS regexp_replace(x, '[^\\x00-\\x7F\\xA0-\\xFF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]', '?', 'g');
CREATE MACRO t_day_text(t) AS strftime(t_date(t), '%Y-%m-%d');
CREATE MACRO t_clock_text(t, digits) AS (lpad((t % {_DAY} // 36000000000)::VARCHAR, 2, '0') || ':' || lpad((t % 36000000000 // 600000000)::VARCHAR, 2, '0') || ':' || lpad((t % 600000000 // 10000000)::VARCHAR, 2, '0') || CASE WHEN digits > 0 THEN '.' || left(lpad((t % 10000000)::VARCHAR, 7, '0'), digits) ELSE '' END);
CREATE MACRO t_offset_text(o) AS ((CASE WHEN o < 0 THEN '-' ELSE '+' END) || lpad((abs(o) // 60)::VARCHAR, 2, '0') || ':' || lpad((abs(o) % 60)::VARCHAR, 2, '0'));
CREATE MACRO t_guid_bytes(g) AS unhex(substr(g, 7, 2) || substr(g, 5, 2) || substr(g, 3, 2) || substr(g, 1, 2) || substr(g, 12, 2) || substr(g, 10, 2) || substr(g, 17, 2) || substr(g, 15, 2) || substr(g, 20, 4) || substr(g, 25, 12));
CREATE MACRO t_guid_order(g) AS (substr(g, 25, 12) || substr(g, 20, 4) || substr(g, 17, 2) || substr(g, 15, 2) || substr(g, 12, 2) || substr(g, 10, 2) || substr(g, 7, 2) || substr(g, 5, 2) || substr(g, 3, 2) || substr(g, 1, 2));
CREATE MACRO t_whole_of_hex(h) AS (CASE WHEN ('0x' || h)::UBIGINT >= 9223372036854775808 THEN (('0x' || h)::UBIGINT::HUGEINT - 18446744073709551616)::BIGINT ELSE ('0x' || h)::UBIGINT::BIGINT END);
CREATE MACRO t_hex_of_whole(n, digits) AS right(printf('%016X', n), digits);
CREATE MACRO t_bits(x) AS unbin(x::BIT::VARCHAR);
CREATE MACRO t_offset(t, o) AS {{'u': t, 'o': o::SMALLINT}};
"""


_FUNCTIONS: dict[str, tuple[Callable[..., Any], list[str], str]] = {
    "t_utf16": (lambda text: text.encode("utf-16-le"), ["VARCHAR"], "BLOB"),
    "t_1252": (lambda text: text.encode("cp1252", "replace"), ["VARCHAR"], "BLOB"),
    "t_of_utf16": (lambda blob: blob.decode("utf-16-le", "replace"), ["BLOB"], "VARCHAR"),
    "t_of_1252": (lambda blob: blob.decode("cp1252", "replace"), ["BLOB"], "VARCHAR"),
    "t_sha512": (lambda blob: hashlib.sha512(blob).digest(), ["BLOB"], "BLOB"),
    "t_ticks_of_text": (ticks_of_text, ["VARCHAR"], "BIGINT"),
    "t_time_of_text": (time_of_text, ["VARCHAR"], "BIGINT"),
    "t_offset_of_text": (offset_of_text, ["VARCHAR"], "STRUCT(u BIGINT, o SMALLINT)"),
    "t_float_text": (float_text, ["DOUBLE", "INTEGER"], "VARCHAR"),
}


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes macros and functions in the main schema of the first database, where every session finds them."""
    for name, (function, parameters, result) in _FUNCTIONS.items():
        connection.create_function(name, function, [*parameters], result)
    for macro in MACROS.strip().split(";\n"):
        connection.execute(macro.rstrip(";"))
