"""What a column holds, read from its engine's spelling of the type; and the type to build expressions with.

The words stand as tables in `type_words`. A spelling that is not in its engine's table (arrays, structures, enums,
user-defined types) becomes `Unknown` and keeps its native name: nothing is silently treated as text.
"""

import re
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

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
    Unknown,
    Uuid,
    Xml,
)
from ombudsman.sql.type_words import ENGINES, SQLITE_AFFINITIES, STANDARD, Numbers

_SPELLING = re.compile(r"(?P<head>[^()\[\]]+)(?:\((?P<numbers>[^()]*)\))?(?P<tail>[^()\[\]]*)")
_NUMBER = re.compile(r"-?[0-9]+|max")
_COLLATION = re.compile(r"\s+collate\s.*", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=4096)
def read_type(engine: str, native: str) -> DataType:
    """The type that all engines have in common, of a native spelling such as `character varying(40)`.

    `engine` is SQLAlchemy's name of it ("duckdb", "postgresql", "sqlite", "mssql", "snowflake"); one without a table
    of its own is read by the words of the SQL standard. Letter case, blanks and a COLLATE clause do not matter. What
    cannot be read is `Unknown` with the native spelling; this never raises.
    """
    spelling = _COLLATION.sub("", native.strip())
    match = _SPELLING.fullmatch(spelling)
    word = _word(match) if match else ""
    entry = ENGINES.get(engine, STANDARD).get(word)
    numbers = _numbers(match.group("numbers") if match else None)
    if entry is None or numbers is None:
        return _by_affinity(spelling) if engine == "sqlite" else Unknown(name=native)
    return entry(numbers) if callable(entry) else entry


def sqlalchemy_type(data_type: DataType) -> sa.types.TypeEngine[Any]:
    """The SQLAlchemy type for expressions over a column of this type.

    It is as wide as its kind goes, for a value that is compared with the column must fit through it: all integers
    up to 64 bits are BIGINT. What SQLAlchemy has no type for (`Unknown`, `Xml`) is NullType.
    """
    made: sa.types.TypeEngine[Any]
    match data_type:
        case Boolean():
            made = sa.Boolean()
        case Integer(bits=bits, signed=signed):
            made = sa.BigInteger() if bits + (not signed) <= 64 else sa.Numeric(38, 0)
        case Decimal(precision=precision, scale=scale):
            made = sa.Numeric(precision, scale)
        case Float(bits=bits):
            made = sa.REAL() if bits <= 32 else sa.Double()
        case Text(length=length, fixed=fixed, unicode=unicode):
            made = _text_type(length, fixed=fixed, unicode=unicode)
        case Binary():
            made = sa.LargeBinary()
        case Date():
            made = sa.Date()
        case Time(zone=zone):
            made = sa.Time(timezone=zone)
        case Timestamp(zone=zone):
            made = sa.DateTime(timezone=zone)
        case Interval():
            made = sa.Interval()
        case Uuid():
            made = sa.Uuid()
        case Json():
            made = sa.JSON()
        case Xml() | Unknown():
            made = sa.types.NullType()
    return made


def _text_type(length: int | None, *, fixed: bool, unicode: bool) -> sa.types.TypeEngine[str]:
    if fixed:
        return sa.NCHAR(length) if unicode else sa.CHAR(length)
    return sa.Unicode(length) if unicode else sa.String(length)


def _word(match: re.Match[str]) -> str:
    """The spelling without its numbers, in lower case and with single blanks."""
    return " ".join(f"{match.group('head')} {match.group('tail')}".casefold().split())


def _numbers(inside: str | None) -> Numbers | None:
    """The numbers in the brackets, `max` as None among them; None when something else stands there."""
    if inside is None or not inside.strip():
        return ()
    parts = [part.strip().casefold() for part in inside.split(",")]
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    return tuple(None if part == "max" else int(part) for part in parts)


def _by_affinity(spelling: str) -> DataType:
    """What SQLite makes of a word by its own rule; a column without a type can hold anything."""
    word = spelling.casefold()
    for parts, data_type in SQLITE_AFFINITIES:
        if any(part in word for part in parts):
            return data_type
    return Unknown(name=spelling or "any")
