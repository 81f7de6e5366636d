"""A row's hash on PostgreSQL: every value by the hash function of its type, and all of them mixed into one.

`hash_record_extended` first builds the row and then looks up how each part is hashed; the same functions, called by
name, take two thirds of its time. Bytes have none that can be called, and go through it still.

Every value's hash has a seed of its own, lest values that change places cancel, and so has NULL. Their exclusive or is
the seed of one hash more: so no bit of it is lost, and in sums over many rows nothing cancels column by column.

Traps tamed here:

- **Numbers that PostgreSQL hashes alike:** a numeric and its negative, for it leaves out the sign; a bigint and the one
  whose halves have changed places, for it folds them. The sign, and the upper half, are hashed once more.
- **A numeric's hash is that of its digits, exclusive or its magnitude:** 1 and 10,000 that change columns would cancel.
  It becomes a seed, with the sign as what is hashed.
- **0 and NaN** have their seed as their hash, or its neighbour: what stands for NULL is not derived from it.
- **What the engine calls equal** has one hash: a citext in any letter case, 1 month and 30 days, a text under a
  collation that sets letters alike; and so have a numeric's NaN and infinities, where it has no precision. A time with
  a zone whose seconds are as many as the zone's has that of NULL. These are hashed as plain texts, as is what has no
  hash at all (json, xml, point).
- **An infinite date** cannot be counted in days, and the last one is beyond all timestamps.
- **A moment with a zone** is brought to UTC by an interval, which asks for no time zone's history.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Interval,
    Numeric,
    String,
    Time,
    Uuid,
)
from sqlalchemy.types import NullType, TypeEngine


def row_hash(values: Iterable[tuple[TypeEngine[Any], str]]) -> str:
    """The SQL of a row's hash, 64 bits that are never NULL; `values` are its types and expressions, in order."""
    hashes: list[str] = []
    others: list[str] = []
    for place, (kind, x) in enumerate(values):
        own = _hash(kind, x, _number("seed", place))
        if own is None:
            others.append(x)
        else:
            hashes.append(f"COALESCE({own}, {_number('null', place)})")
    if others:
        hashes.append(f"HASH_RECORD_EXTENDED(ROW({', '.join(others)}), {_number('others', 0)})")
    return f"HASHINT8EXTENDED(1, {' # '.join(hashes)})"


def _number(use: str, place: int) -> int:
    """A number of 62 bits that has nothing to do with any other."""
    digest = hashlib.blake2b(f"{use} {place}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


def _hash(kind: TypeEngine[Any], x: str, seed: int) -> str | None:
    """The hash of one value, NULL for NULL; None where the type has no function that can be called."""
    match kind:
        case String() | JSON() | NullType() | Interval() | Time(timezone=True):
            return _of_text(x, seed)
        case Float():
            return f"HASHFLOAT8EXTENDED({x}, {seed})"
        case Numeric(precision=None):
            return _of_text(f"TRIM_SCALE({x})", seed)
        case Numeric():
            number = f"CAST({x} AS NUMERIC)"  # money has no hash
            sign = f"CAST({number} < 0 AS INTEGER)"
            return f"HASHINT8EXTENDED({sign}, HASH_NUMERIC_EXTENDED({number}, {seed}))"
        case BigInteger():
            number = f"CAST({x} AS BIGINT)"
            upper = f"HASHINT8EXTENDED({number} >> 32, {seed})"
            return f"HASHINT8EXTENDED({number}, {upper})"
        case Integer() | Boolean():
            return f"HASHINT4EXTENDED(CAST({x} AS INTEGER), {seed})"
        case Date():
            return f"HASHINT4EXTENDED({_days(x)}, {seed})"
        case DateTime(timezone=True):
            return f"TIMESTAMP_HASH_EXTENDED(({x}) AT TIME ZONE INTERVAL '0', {seed})"
        case DateTime():
            return f"TIMESTAMP_HASH_EXTENDED({x}, {seed})"
        case Time():
            return f"TIME_HASH_EXTENDED({x}, {seed})"
        case Uuid():
            return f"UUID_HASH_EXTENDED({x}, {seed})"
        case _:
            return None


def _of_text(x: str, seed: int) -> str:
    return f'HASHTEXTEXTENDED(CAST({x} AS TEXT) COLLATE "C", {seed})'


def _days(x: str) -> str:
    """A date as a whole number; the infinite ones as two that no date has."""
    infinite = f"CASE WHEN ({x}) > DATE '2000-01-01' THEN {2**31 - 1} ELSE {-(2**31) + 1} END"
    return f"CASE WHEN NOT ISFINITE({x}) THEN {infinite} ELSE ({x}) - DATE '2000-01-01' END"
