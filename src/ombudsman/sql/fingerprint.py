"""Hashes of rows, the buckets that rows fall into, and what the hashes of a bucket come to.

A hash is only a filter: two sides whose sums agree hold the same rows there, and where they do not, rows are compared
by their values.

Traps tamed here:

- **PostgreSQL's own hashes** of values have traps enough for a page of their own: `postgres_row_hash`.
- **MD5 by bytes.** DuckDB's `md5_number_lower` is not Snowflake's MD5_NUMBER_LOWER64, but its bytes from the other end:
  hexadecimal digits are cut instead. T-SQL hashes the bytes of the encoding: UTF-8 must be asked for.
- **64 unsigned bits** of DuckDB fit into no BIGINT: the last one is left out.
- **Sums** of 64-bit hashes overflow: their halves are summed. An exclusive or, beside it, tells what a sum might not.
- **Shifting** an INTEGER by more bits than it has is undefined, and division truncates towards zero: keys below zero
  would fall into the wrong bucket.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Label, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model.errors import Unsupported
from ombudsman.model.profile import HASH_BITS
from ombudsman.sql.expressions import count_of
from ombudsman.sql.postgres_row_hash import row_hash

HASHES = 2**HASH_BITS
"""How many portable hashes there are: they are below that."""

_LOW_60_BITS = HASHES - 1
_LOW_32_BITS = 2**32 - 1


class _hash(FunctionElement[int]):  # noqa: N801 - reads as an SQL function
    inherit_cache = True
    type = BigInteger()


# ------------------------------------------------------------ one row


def portable_hash(text: ColumnElement[str]) -> ColumnElement[int]:
    """The low 60 bits of the MD5 of a text's UTF-8 bytes: the same number on every engine, and never below zero."""
    return _portable(text)


class _portable(_hash):  # noqa: N801
    inherit_cache = True
    name = "portable_hash"


@compiles(_portable)
def _portable_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    raise Unsupported(f"{compiler.dialect.name} has no hash that other engines have too")


@compiles(_portable, "duckdb")
def _portable_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST('0x' || RIGHT(MD5({compiler.process(element.clauses, **kw)}), 15) AS BIGINT)"


@compiles(_portable, "postgresql")
def _portable_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    digits = f"RIGHT(MD5({compiler.process(element.clauses, **kw)}), 15)"
    return f"CAST(CAST('x' || {digits} AS BIT(60)) AS BIGINT)"


@compiles(_portable, "mssql")
def _portable_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """The mask is cast, for so great a constant is a DECIMAL, of which `&` knows nothing."""
    text = compiler.process(element.clauses, **kw)
    utf8 = f"CAST(({text}) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))"
    low = f"CAST(SUBSTRING(HASHBYTES('MD5', {utf8}), 9, 8) AS BIGINT)"
    return f"({low} & CAST({_LOW_60_BITS} AS BIGINT))"


@compiles(_portable, "snowflake")
def _portable_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    return f"BITAND(MD5_NUMBER_LOWER64({text}), {_LOW_60_BITS})"


def record_hash(columns: Sequence[ColumnElement[Any]]) -> ColumnElement[int]:
    """The engine's own hash of the values: quick, and comparable between two tables of one engine and version alone.

    Columns that answer one another must be of one type; their SQLAlchemy types must say which. It is never NULL; NULL,
    empty and zero hash differently, -0.0 like 0.0, and all NaN alike.
    """
    return _record(*columns)


class _record(_hash):  # noqa: N801
    inherit_cache = True
    name = "record_hash"


@compiles(_record)
def _record_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    raise Unsupported(f"{compiler.dialect.name} has no hash of a row that can be relied on")


@compiles(_record, "duckdb")
def _record_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(HASH({compiler.process(element.clauses, **kw)}) >> 1 AS BIGINT)"


@compiles(_record, "postgresql")
def _record_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return row_hash((each.type, compiler.process(each, **kw)) for each in element.clauses)


@compiles(_record, "snowflake")
def _record_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"HASH({compiler.process(element.clauses, **kw)})"


# ------------------------------------------------------------ many rows


def hash_sums(hashes: ColumnElement[int]) -> tuple[Label[int], ...]:
    """What the hashes of many rows come to, in five BIGINT: `rows`, `hashed`, `xor`, `high` and `low`.

    `hashed` are the rows whose hash is not NULL: fewer than `rows` says that some row was not seen. `high` and `low`
    sum the upper and lower 32 bits; they hold 2^31 rows. `xor` is NULL on SQL Server, which has no such aggregate.
    """
    return (
        count_of().label("rows"),
        count_of(hashes).label("hashed"),
        _xor(hashes).label("xor"),
        _half_sum(hashes, literal_column("32")).label("high"),
        _half_sum(hashes, literal_column("0")).label("low"),
    )


class _xor(_hash):  # noqa: N801
    inherit_cache = True
    name = "bit_xor"


@compiles(_xor)
def _xor_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"BIT_XOR({compiler.process(element.clauses, **kw)})"


@compiles(_xor, "mssql")
def _xor_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    return "CAST(NULL AS BIGINT)"


@compiles(_xor, "snowflake")
def _xor_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"BITXOR_AGG({compiler.process(element.clauses, **kw)})"


class _half_sum(_hash):  # noqa: N801
    """The sum of the high (shift 32) or low (shift 0) halves."""

    inherit_cache = True
    name = "half_sum"


@compiles(_half_sum)
def _half_sum_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    hashes, shift = element.clauses
    x = compiler.process(hashes, **kw)
    half = f"({x}) >> 32" if shift.name == "32" else f"({x}) & {_LOW_32_BITS}"
    return f"CAST(SUM({half}) AS BIGINT)"


@compiles(_half_sum, "mssql")
def _half_sum_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """There is no shift before 2022; portable hashes are never below zero, so that division does the same."""
    hashes, shift = element.clauses
    x = compiler.process(hashes, **kw)
    high = f"({x}) / CAST({2**32} AS BIGINT)"
    return f"SUM({high if shift.name == '32' else f'({x}) & CAST({_LOW_32_BITS} AS BIGINT)'})"


@compiles(_half_sum, "snowflake")
def _half_sum_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    hashes, shift = element.clauses
    x = compiler.process(hashes, **kw)
    return f"SUM({f'BITSHIFTRIGHT({x}, 32)' if shift.name == '32' else f'BITAND({x}, {_LOW_32_BITS})'})"


# ------------------------------------------------------------ buckets


def bucket_of_integer(key: ColumnElement[Any], shift: int) -> ColumnElement[int]:
    """The bucket of a whole number: floor(key / 2^shift), below zero too. NULL for NULL.

    A decimal key without digits behind the point may have 38 digits; its bucket then comes as a decimal.
    """
    return _range(key, literal_column(str(int(shift))))


class _range(_hash):  # noqa: N801
    inherit_cache = True
    name = "bucket_of_integer"


@compiles(_range)
def _range_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """What is above the lower border is taken off, and then the division is without a rest."""
    key, shift = element.clauses
    x, width = compiler.process(key, **kw), 2 ** int(shift.name)
    return f"CAST((({x}) - MOD(MOD({x}, {width}) + {width}, {width})) / {width} AS DECIMAL(38, 0))"


@compiles(_range, "sqlite")
def _range_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    key, shift = element.clauses
    return f"(({compiler.process(key, **kw)}) >> {shift.name})"


@compiles(_range, "duckdb")
def _range_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    key, shift = element.clauses
    kind = "BIGINT" if isinstance(key.type, Integer) else "HUGEINT"
    return f"(CAST({compiler.process(key, **kw)} AS {kind}) >> {shift.name})"


@compiles(_range, "postgresql")
def _range_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    key, shift = element.clauses
    x = compiler.process(key, **kw)
    if isinstance(key.type, Integer):
        return f"(CAST({x} AS BIGINT) >> {shift.name})"
    width = 2 ** int(shift.name)
    return f"DIV(({x}) - MOD(MOD({x}, {width}) + {width}, {width}), {width})"


@compiles(_range, "mssql")
def _range_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    key, shift = element.clauses
    x, width = compiler.process(key, **kw), f"CAST({2 ** int(shift.name)} AS BIGINT)"
    return f"((({x}) - ((({x}) % {width}) + {width}) % {width}) / {width})"


def bucket_of_hash(hashes: ColumnElement[int], buckets: int) -> ColumnElement[int]:
    """The bucket of a hash: its last bits, from 0 to `buckets` - 1. NULL for NULL.

    Args:
        hashes: whole numbers of 64 bits.
        buckets: how many there are: a power of two.
    """
    if buckets < 1 or buckets & (buckets - 1):
        raise ValueError(f"{buckets} is no power of two")
    return _share(hashes, literal_column(str(buckets - 1)))


class _share(_hash):  # noqa: N801
    inherit_cache = True
    name = "bucket_of_hash"


@compiles(_share)
def _share_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    hashes, mask = element.clauses
    return f"(({compiler.process(hashes, **kw)}) & {mask.name})"


@compiles(_share, "mssql")
def _share_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    hashes, mask = element.clauses
    return f"(({compiler.process(hashes, **kw)}) & CAST({mask.name} AS BIGINT))"


@compiles(_share, "snowflake")
def _share_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    hashes, mask = element.clauses
    return f"BITAND({compiler.process(hashes, **kw)}, {mask.name})"
