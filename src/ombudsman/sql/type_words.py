"""Each engine's words for its types, as tables: a word, and what a column declared with it holds.

A word stands without its brackets: `numeric(10,2)` is found under `numeric`, `timestamp(3) without time zone` under
`timestamp without time zone`. An entry is either a type or a function that makes one of the numbers in the brackets.
A number that is None is the word `max`. The numbers given to the makers here are the engine's own defaults.

Traps:

- `float` has 64 bits on SQL Server, PostgreSQL and Snowflake, and 32 on DuckDB.
- `timestamp` is a row version on SQL Server, not a time.
- `char` alone is one character; PostgreSQL's `bpchar` alone has no bound.
- Snowflake's integers are all NUMBER(38,0), its `real` has 64 bits, its CHAR is not padded, and a text of the greatest
  length it takes is what a text without a length becomes: unbounded.
"""

from collections.abc import Callable, Mapping

from ombudsman.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
    Float,
    Integer,
    Interval,
    Json,
    Text,
    Time,
    Timestamp,
    Uuid,
    Xml,
)

Numbers = tuple[int | None, ...]
Maker = Callable[[Numbers], DataType]
Words = Mapping[str, DataType | Maker]


def _decimal(precision: int | None = None, scale: int | None = None) -> Maker:
    """An exact number; with a precision alone its scale is nought."""

    def make(numbers: Numbers) -> DataType:
        match numbers:
            case ():
                return Decimal(precision=precision, scale=scale)
            case (given,):
                return Decimal(precision=given, scale=0)
            case _:
                return Decimal(precision=numbers[0], scale=numbers[1])

    return make


def _text(
    length: int | None = None,
    *,
    fixed: bool = False,
    unicode: bool = True,
    unbounded: tuple[int, ...] = (),
) -> Maker:
    """Characters; a length of `unbounded` says no more than that there is no bound."""

    def make(numbers: Numbers) -> DataType:
        given = numbers[0] if numbers else length
        return Text(length=None if given in unbounded else given, fixed=fixed, unicode=unicode)

    return make


def _binary(
    length: int | None = None, *, fixed: bool = False, unbounded: tuple[int, ...] = ()
) -> Maker:
    def make(numbers: Numbers) -> DataType:
        given = numbers[0] if numbers else length
        return Binary(length=None if given in unbounded else given, fixed=fixed)

    return make


def _time(precision: int, *, zone: bool = False) -> Maker:
    def make(numbers: Numbers) -> DataType:
        given = numbers[0] if numbers else None
        return Time(precision=precision if given is None else given, zone=zone)

    return make


def _timestamp(precision: int, *, zone: bool = False) -> Maker:
    def make(numbers: Numbers) -> DataType:
        given = numbers[0] if numbers else None
        return Timestamp(precision=precision if given is None else given, zone=zone)

    return make


def _float(numbers: Numbers) -> DataType:
    """The standard's float(n): n binary digits of the significand, at most 24 of which fit into 32 bits."""
    bits = numbers[0] if numbers else None
    return Float(bits=32 if bits is not None and bits <= 24 else 64)


STANDARD: Words = {
    "boolean": Boolean(),
    "smallint": Integer(bits=16),
    "integer": Integer(bits=32),
    "int": Integer(bits=32),
    "bigint": Integer(bits=64),
    "decimal": _decimal(),
    "numeric": _decimal(),
    "dec": _decimal(),
    "real": Float(bits=32),
    "float": _float,
    "double": Float(bits=64),
    "double precision": Float(bits=64),
    "character": _text(1, fixed=True),
    "char": _text(1, fixed=True),
    "nchar": _text(1, fixed=True),
    "character varying": _text(),
    "varchar": _text(),
    "nvarchar": _text(),
    "text": Text(),
    "clob": Text(),
    "binary": _binary(1, fixed=True),
    "varbinary": _binary(),
    "blob": Binary(),
    "date": Date(),
    "time": _time(6),
    "time without time zone": _time(6),
    "time with time zone": _time(6, zone=True),
    "timestamp": _timestamp(6),
    "timestamp without time zone": _timestamp(6),
    "timestamp with time zone": _timestamp(6, zone=True),
    "interval": Interval(),
    "uuid": Uuid(),
    "json": Json(),
    "xml": Xml(),
}
"""The words of the SQL standard, for a dialect that has no table here."""

DUCKDB: Words = {
    "boolean": Boolean(),
    "bool": Boolean(),
    "tinyint": Integer(bits=8),
    "smallint": Integer(bits=16),
    "integer": Integer(bits=32),
    "int": Integer(bits=32),
    "bigint": Integer(bits=64),
    "hugeint": Integer(bits=128),
    "utinyint": Integer(bits=8, signed=False),
    "usmallint": Integer(bits=16, signed=False),
    "uinteger": Integer(bits=32, signed=False),
    "ubigint": Integer(bits=64, signed=False),
    "uhugeint": Integer(bits=128, signed=False),
    "decimal": _decimal(18, 3),
    "numeric": _decimal(18, 3),
    "float": Float(bits=32),
    "real": Float(bits=32),
    "double": Float(bits=64),
    "varchar": _text(),
    "text": Text(),
    "blob": Binary(),
    "date": Date(),
    "time": Time(precision=6),
    "time_ns": Time(precision=9),
    "time with time zone": Time(precision=6, zone=True),
    "timetz": Time(precision=6, zone=True),
    "timestamp": Timestamp(precision=6),
    "datetime": Timestamp(precision=6),
    "timestamp_s": Timestamp(precision=0),
    "timestamp_ms": Timestamp(precision=3),
    "timestamp_us": Timestamp(precision=6),
    "timestamp_ns": Timestamp(precision=9),
    "timestamp with time zone": Timestamp(precision=6, zone=True),
    "timestamptz": Timestamp(precision=6, zone=True),
    "interval": Interval(),
    "uuid": Uuid(),
    "json": Json(),
}

POSTGRESQL: Words = {
    "boolean": Boolean(),
    "bool": Boolean(),
    "smallint": Integer(bits=16),
    "int2": Integer(bits=16),
    "smallserial": Integer(bits=16),
    "integer": Integer(bits=32),
    "int": Integer(bits=32),
    "int4": Integer(bits=32),
    "serial": Integer(bits=32),
    "bigint": Integer(bits=64),
    "int8": Integer(bits=64),
    "bigserial": Integer(bits=64),
    "oid": Integer(bits=32, signed=False),
    "numeric": _decimal(),
    "decimal": _decimal(),
    "money": Decimal(precision=19, scale=2),
    "real": Float(bits=32),
    "float4": Float(bits=32),
    "float": _float,
    "double precision": Float(bits=64),
    "float8": Float(bits=64),
    "character": _text(1, fixed=True),
    "char": _text(1, fixed=True),
    "bpchar": _text(fixed=True),
    '"char"': Text(length=1),
    "character varying": _text(),
    "varchar": _text(),
    "text": Text(),
    "citext": Text(),
    "name": Text(length=63),
    "bytea": Binary(),
    "date": Date(),
    "time": _time(6),
    "time without time zone": _time(6),
    "time with time zone": _time(6, zone=True),
    "timetz": _time(6, zone=True),
    "timestamp": _timestamp(6),
    "timestamp without time zone": _timestamp(6),
    "timestamp with time zone": _timestamp(6, zone=True),
    "timestamptz": _timestamp(6, zone=True),
    "interval": Interval(),
    "interval year": Interval(),
    "interval month": Interval(),
    "interval day": Interval(),
    "interval hour": Interval(),
    "interval minute": Interval(),
    "interval second": Interval(),
    "interval year to month": Interval(),
    "interval day to hour": Interval(),
    "interval day to minute": Interval(),
    "interval day to second": Interval(),
    "interval hour to minute": Interval(),
    "interval hour to second": Interval(),
    "interval minute to second": Interval(),
    "uuid": Uuid(),
    "json": Json(),
    "jsonb": Json(),
    "xml": Xml(),
}

SQL_SERVER: Words = {
    "bit": Boolean(),
    "tinyint": Integer(bits=8, signed=False),
    "smallint": Integer(bits=16),
    "int": Integer(bits=32),
    "integer": Integer(bits=32),
    "bigint": Integer(bits=64),
    "decimal": _decimal(18, 0),
    "numeric": _decimal(18, 0),
    "dec": _decimal(18, 0),
    "money": Decimal(precision=19, scale=4),
    "smallmoney": Decimal(precision=10, scale=4),
    "real": Float(bits=32),
    "float": _float,
    "double precision": Float(bits=64),
    "char": _text(1, fixed=True, unicode=False),
    "varchar": _text(1, unicode=False),
    "text": Text(unicode=False),
    "nchar": _text(1, fixed=True),
    "nvarchar": _text(1),
    "ntext": Text(),
    "sysname": Text(length=128),
    "binary": _binary(1, fixed=True),
    "varbinary": _binary(1),
    "image": Binary(),
    "rowversion": Binary(length=8, fixed=True),
    "timestamp": Binary(length=8, fixed=True),
    "date": Date(),
    "time": _time(7),
    "smalldatetime": Timestamp(precision=0),
    "datetime": Timestamp(precision=3),
    "datetime2": _timestamp(7),
    "datetimeoffset": _timestamp(7, zone=True),
    "uniqueidentifier": Uuid(),
    "json": Json(),
    "xml": Xml(),
}

_SNOWFLAKE_LONGEST = (16_777_216, 134_217_728)
"""The greatest length of a text in characters, in older accounts and in newer ones."""

_SNOWFLAKE_LONGEST_BINARY = (8_388_608, 67_108_864)

SNOWFLAKE: Words = {
    "boolean": Boolean(),
    "number": _decimal(38, 0),
    "decimal": _decimal(38, 0),
    "dec": _decimal(38, 0),
    "numeric": _decimal(38, 0),
    "int": Decimal(precision=38, scale=0),
    "integer": Decimal(precision=38, scale=0),
    "bigint": Decimal(precision=38, scale=0),
    "smallint": Decimal(precision=38, scale=0),
    "tinyint": Decimal(precision=38, scale=0),
    "byteint": Decimal(precision=38, scale=0),
    "float": Float(bits=64),
    "float4": Float(bits=64),
    "float8": Float(bits=64),
    "double": Float(bits=64),
    "double precision": Float(bits=64),
    "real": Float(bits=64),
    "varchar": _text(unbounded=_SNOWFLAKE_LONGEST),
    "nvarchar": _text(unbounded=_SNOWFLAKE_LONGEST),
    "string": _text(unbounded=_SNOWFLAKE_LONGEST),
    "text": _text(unbounded=_SNOWFLAKE_LONGEST),
    "char": _text(1),
    "character": _text(1),
    "nchar": _text(1),
    "binary": _binary(unbounded=_SNOWFLAKE_LONGEST_BINARY),
    "varbinary": _binary(unbounded=_SNOWFLAKE_LONGEST_BINARY),
    "date": Date(),
    "time": _time(9),
    "datetime": _timestamp(9),
    "timestamp": _timestamp(9),
    "timestamp_ntz": _timestamp(9),
    "timestampntz": _timestamp(9),
    "timestamp without time zone": _timestamp(9),
    "timestamp_ltz": _timestamp(9, zone=True),
    "timestampltz": _timestamp(9, zone=True),
    "timestamp with local time zone": _timestamp(9, zone=True),
    "timestamp_tz": _timestamp(9, zone=True),
    "timestamptz": _timestamp(9, zone=True),
    "timestamp with time zone": _timestamp(9, zone=True),
    "variant": Json(),
    "object": Json(),
    "array": Json(),
}


def _sqlite_decimal(numbers: Numbers) -> DataType:
    """SQLite keeps no decimals: what is not whole is a double, and 15 digits are all that survive there."""
    declared = _decimal()(numbers)
    if isinstance(declared, Decimal) and (declared.precision or 99) <= 15:
        return declared
    return Decimal(precision=15, scale=None)


SQLITE: Words = {
    "boolean": Boolean(),
    "bool": Boolean(),
    "decimal": _sqlite_decimal,
    "dec": _sqlite_decimal,
    "numeric": _sqlite_decimal,
    "number": _sqlite_decimal,
    "money": _sqlite_decimal,
    "character": _text(),
    "char": _text(),
    "nchar": _text(),
    "native character": _text(),
    "varchar": _text(),
    "nvarchar": _text(),
    "varying character": _text(),
    "character varying": _text(),
    "date": Date(),
    "time": _time(6),
    "datetime": _timestamp(6),
    "timestamp": _timestamp(6),
    "uuid": Text(length=36),
    "guid": Text(length=36),
    "uniqueidentifier": Text(length=36),
    "json": Json(),
    "xml": Xml(),
}
"""Declared words that say more than their affinity does. SQLite pads nothing and has no type for a UUID."""

SQLITE_AFFINITIES: tuple[tuple[tuple[str, ...], DataType], ...] = (
    (("int",), Integer(bits=64)),
    (("char", "clob", "text"), Text()),
    (("blob",), Binary()),
    (("real", "floa", "doub"), Float(bits=64)),
)
"""SQLite's own rule for any other word: the first row of which a part occurs in it."""

ENGINES: Mapping[str, Words] = {
    "duckdb": DUCKDB,
    "postgresql": POSTGRESQL,
    "sqlite": SQLITE,
    "mssql": SQL_SERVER,
    "snowflake": SNOWFLAKE,
    # An Oracle DATE has a time of day.
    "oracle": {
        **STANDARD,
        "date": Timestamp(precision=0),
        "varchar2": _text(),
        "nvarchar2": _text(),
    },
}
"""By the name that SQLAlchemy gives to the engine."""
