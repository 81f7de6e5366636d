"""One pass over a side: how many rows fall into each bucket, and what their fingerprints come to.

A bucket is a range of a whole-number key, or a share of the keys' hashes. Two sides whose buckets have the same count,
the same sum and the same exclusive or of fingerprints hold the same rows there; the other buckets are looked into. A
fingerprint covers the key too, so that values which change places between two rows do not cancel.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, or_, select, type_coerce

from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.scratch import Scratch
from ombudsman.compare.side import ComparedSide
from ombudsman.model import types
from ombudsman.sql.canonical import canonical, row_text
from ombudsman.sql.fingerprint import (
    bucket_of_hash,
    bucket_of_integer,
    hash_sums,
    portable_hash,
    record_hash,
)


class Fingerprint(StrEnum):
    """What is summed of a row.

    `record`: the engine's own hash of a row, for two sides of one engine and version. `portable`: 60 bits of the MD5 of
    the row's canonical text, which every engine makes alike. `workspace`: DuckDB's hash of the typed values, for rows
    that are read by this program.
    """

    RECORD = "record"
    PORTABLE = "portable"
    WORKSPACE = "workspace"


@dataclass(frozen=True)
class Buckets:
    """How rows fall into buckets: 2^shift neighbouring whole numbers of `key` each, or `count` shares of hashes."""

    key: ComparedColumn | None
    shift: int = 0
    count: int = 1

    def bounds(self, bucket: int) -> tuple[int, int]:
        """The least key of a bucket, and the least that lies above it."""
        return bucket << self.shift, (bucket + 1) << self.shift


Sums = dict[int | None, tuple[int, ...]]
"""Bucket -> rows, rows with a fingerprint, exclusive or (-1: the engine has none), sums of the high and low halves.

A NULL key is a bucket."""

RANGES_PER_STATEMENT = 400
"""A range costs the same in a long statement as in a short one, and each statement tens of milliseconds."""

BUCKETS_PER_STATEMENT = 1_000


def pushed_down_sums(side: ComparedSide, fingerprint: Fingerprint, buckets: Buckets) -> Sums:
    """The side's sums, computed where the rows are."""
    if fingerprint is not Fingerprint.WORKSPACE:
        rows = side.query(pushed_down_statement(side, fingerprint, buckets)).rows
    else:
        rows = side.query(workspace_sums_sql(side, f"({side.whole(side.rows())})", buckets)).rows
    return _sums(rows)


def sums_here(side: ComparedSide, sql: str, rows: str, scratch: Scratch) -> Sums:
    """The sums that a statement of the workspace makes of the side's rows, which pass by once as `rows`."""
    found = side.stream(side.rows()).into(scratch, sql, rows)
    return _sums(zip(*(column.to_pylist() for column in found.columns), strict=True))


def _sums(rows: Iterable[tuple[Any, ...]]) -> Sums:
    return {row[0]: tuple(-1 if part is None else int(part) for part in row[1:]) for row in rows}


def differing(source: Sums, target: Sums) -> dict[int | None, int]:
    """The buckets whose sums differ, and how many rows they hold on the fuller side.

    So does a bucket with a row that has no fingerprint: a sum cannot speak for it.
    """
    empty = (0, 0)
    return {
        bucket: max(ours[0], theirs[0])
        for bucket in source.keys() | target.keys()
        if (ours := source.get(bucket, empty)) != (theirs := target.get(bucket, empty))
        or ours[0] != ours[1]
    }


def in_buckets(
    side: ComparedSide, fingerprint: Fingerprint, buckets: Buckets, chosen: Iterable[int | None]
) -> ColumnElement[bool] | None:
    """The condition that a row lies in one of the buckets; None where only the workspace can tell."""
    wanted = list(chosen)
    if buckets.key is not None:
        key = side.column(buckets.key)
        if side.is_duckdb or not side.can_seek:
            return _one_of(bucket_of_integer(key, buckets.shift), wanted)
        return _in_ranges(key, buckets, wanted)
    if fingerprint is not Fingerprint.WORKSPACE:
        return _one_of(_bucket(side, fingerprint, buckets), wanted)
    return None


def in_buckets_here(buckets: Buckets, keys: list[str], chosen: Iterable[int | None]) -> str:
    """The same as a condition of the workspace, over typed rows in buckets of hashes."""
    return f"HASH({', '.join(keys)}) % {buckets.count} IN ({', '.join(map(str, chosen))})"


# ------------------------------------------------------------ where the rows are


def pushed_down_statement(
    side: ComparedSide, fingerprint: Fingerprint, buckets: Buckets
) -> Select[tuple[int, ...]]:
    """The statement by which an engine sums its own rows."""
    rows = (
        select(
            _bucket(side, fingerprint, buckets).label("bucket"), _hash(side, fingerprint).label("h")
        )
        .select_from(side.relation.from_clause)
        .where(*side.conditions)
    )
    inner = (rows.offset(0) if side.engine == "postgresql" else rows).subquery("fingerprints")
    return select(inner.c.bucket, *hash_sums(inner.c.h)).group_by(inner.c.bucket)


def _bucket(side: ComparedSide, fingerprint: Fingerprint, buckets: Buckets) -> ColumnElement[int]:
    if buckets.key is not None:
        return bucket_of_integer(side.column(buckets.key), buckets.shift)
    keys = side.layout.keys
    if fingerprint is Fingerprint.RECORD:
        return bucket_of_hash(record_hash([_own(side, key) for key in keys]), buckets.count)
    return bucket_of_hash(portable_hash(_text(side, keys)), buckets.count)


def _hash(side: ComparedSide, fingerprint: Fingerprint) -> ColumnElement[int]:
    columns = side.layout.columns
    if fingerprint is Fingerprint.RECORD:
        return record_hash([_own(side, column) for column in columns])
    return portable_hash(_text(side, columns))


def _own(side: ComparedSide, column: ComparedColumn) -> ColumnElement[Any]:
    """The column for the engine's own hash, which need not look for an upper half where neither side has one."""
    is_narrow = all(
        isinstance(t, types.Integer) and t.bits + (not t.signed) <= 32 for t in column.types
    )
    value = side.column(column)
    return type_coerce(value, Integer()) if is_narrow else value


def _text(side: ComparedSide, columns: Iterable[ComparedColumn]) -> ColumnElement[str]:
    return row_text([canonical(side.column(c), c.form, side.data_type(c)) for c in columns])


def _one_of(bucket: ColumnElement[int], chosen: list[int | None]) -> ColumnElement[bool]:
    there = bucket.in_([each for each in chosen if each is not None])
    return or_(there, bucket.is_(None)) if None in chosen else there


def _in_ranges(
    key: ColumnElement[int], buckets: Buckets, chosen: list[int | None]
) -> ColumnElement[bool]:
    """Neighbouring buckets are one range."""
    ranges: list[list[int]] = []
    for bucket in sorted(each for each in chosen if each is not None):
        low, high = buckets.bounds(bucket)
        if ranges and ranges[-1][1] == low:
            ranges[-1][1] = high
        else:
            ranges.append([low, high])
    parts = [and_(key >= low, key < high) for low, high in ranges]
    return or_(*parts, key.is_(None)) if None in chosen else or_(*parts)


# ------------------------------------------------------------ here


def workspace_sums_sql(side: ComparedSide, rows: str, buckets: Buckets) -> str:
    """The sums over raw rows that DuckDB reads, in the workspace or where a DuckDB side has them."""
    keys = [column.label for column in side.layout.keys]
    bucket = (
        f"{buckets.key.label} >> {buckets.shift}"
        if buckets.key is not None
        else f"HASH({', '.join(keys)}) % {buckets.count}"
    )
    typed = side.typed_select(rows, plain_decimals=False)
    return (
        f"SELECT {bucket} AS bucket, COUNT(*) AS rows, COUNT(h) AS hashed, BIT_XOR(h) AS x, SUM(h >> 32) AS high,"
        f" SUM(h & 4294967295) AS low FROM ({typed}) GROUP BY 1"
    )
