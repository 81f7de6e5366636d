"""Which way to compare two tables: by what it costs, and in words why.

The figures below were measured on one core over sixteen columns; they need not be right, only in proportion. What
no figure knows beforehand is the link: a probe reads some rows of each side and sees how fast they come.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.sums import Buckets, Fingerprint
from ombudsman.compare.typed import has_bigint_key
from ombudsman.model import types
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import FormKind
from ombudsman.sql.canonical import makes_text

BUCKET_ROWS = 128
"""How many rows a bucket should hold: the fewer, the less is read twice; the more, the less there is to sum."""

MOST_BUCKETS = 2**18

ROWS_PER_RANGE = 250_000

DIRTY_SHARE = 0.2
"""From this share of rows in differing buckets on it is cheaper to read everything than to look for it."""

PROBE_ROWS = 20_000


class Strategy(StrEnum):
    """How rows are compared.

    `checksum`: sums of buckets on both sides, then the rows of buckets that differ. `stream`: all rows come here.
    `auto`: whichever costs less.
    """

    AUTO = "auto"
    CHECKSUM = "checksum"
    STREAM = "stream"


_RECORD = 0.6
_PORTABLE = {"duckdb": 1.9}
_PORTABLE_ELSEWHERE = 3.2
_WORKSPACE = 0.2
_JOIN = 0.4
"""Seconds for a million rows of sixteen columns: to hash them, there or here, and to join them here."""

_UNIT = 16e6
"""Cells."""


@dataclass(frozen=True)
class Plan:
    """How two tables are compared, and why. `seconds` are the estimates of the ways that were weighed."""

    strategy: Strategy
    fingerprint: Fingerprint
    buckets: Buckets
    rows_expected: int
    ranges: int = 1
    least: int = 0
    greatest: int = 0
    plain_decimals: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    why: tuple[str, ...] = ()

    def streaming(self, *, why: str) -> "Plan":
        """The same comparison by the other strategy, and what made it change."""
        return replace(self, strategy=Strategy.STREAM, why=(*self.why, why))

    def patiently(self) -> "Plan":
        """The same with numbers compared as texts of digits, for a value fits no number type."""
        why = "a number fits no common type (NaN, or too many digits): numbers are compared digit by digit"
        return replace(self, plain_decimals=True, strategy=Strategy.STREAM, why=(*self.why, why))


def make_plan(sides: tuple[ComparedSide, ComparedSide], strategy: Strategy) -> Plan:
    """Weighs the ways, and chooses the cheapest of those that are allowed.

    Raises:
        Unsupported: the strategy that was asked for cannot be used here.
    """
    layout = sides[0].layout
    has_range_key = has_bigint_key(layout)
    least, greatest, rows = _extent(sides) if has_range_key else (0, 0, _rows(sides))
    buckets = _buckets(sides, rows, least, greatest) if has_range_key else _hash_buckets(rows)
    may_seek = has_range_key and all(side.can_seek for side in sides)
    plan = Plan(
        strategy=strategy,
        fingerprint=Fingerprint.WORKSPACE,
        buckets=buckets,
        rows_expected=2 * rows,
        ranges=max(1, math.ceil(rows / ROWS_PER_RANGE)) if may_seek else 1,
        least=least,
        greatest=greatest,
        plain_decimals=False,
    )
    ways = dict(_ways(sides, rows, strategy, has_range_key=has_range_key))
    return _chosen(plan, strategy, ways)


def _chosen(plan: Plan, strategy: Strategy, ways: dict[str, "_Way"]) -> Plan:
    allowed = {name: way for name, way in ways.items() if strategy in {Strategy.AUTO, way.strategy}}
    if not allowed:
        raise Unsupported(
            "these two sides cannot be compared by sums: a column has no text that both engines make alike",
            hint="use the strategy stream, or leave out columns of JSON, XML and of unlike kinds",
        )
    name, way = min(allowed.items(), key=lambda each: each[1].seconds)
    seconds = {each: round(ways[each].seconds, 3) for each in ways}
    told = ", ".join(f"{each} {value:.2f} s" for each, value in seconds.items())
    return replace(
        plan,
        strategy=way.strategy,
        fingerprint=way.fingerprint,
        seconds=seconds,
        why=(
            f"{name}: {way.why}",
            f"estimates for about {plan.rows_expected // 2:,} rows a side: {told}",
        ),
    )


@dataclass(frozen=True)
class _Way:
    strategy: Strategy
    fingerprint: Fingerprint
    seconds: float
    why: str


def _ways(
    sides: tuple[ComparedSide, ComparedSide],
    rows: int,
    strategy: Strategy,
    *,
    has_range_key: bool,
) -> Iterator[tuple[str, _Way]]:
    """The ways that these two sides allow, and what each of them would take."""
    layout = sides[0].layout
    units = rows * len(layout.columns) / _UNIT
    if _same_hash(sides):
        yield (
            "engine's own hash",
            _Way(
                Strategy.CHECKSUM,
                Fingerprint.RECORD,
                _RECORD * units,
                "both sides are of one engine and version, and hash a row alike",
            ),
        )
    if all(makes_text(column.form, side.engine) for column in layout.columns for side in sides):
        costs = [_PORTABLE.get(side.engine, _PORTABLE_ELSEWHERE) for side in sides]
        yield (
            "portable hash",
            _Way(
                Strategy.CHECKSUM,
                Fingerprint.PORTABLE,
                max(costs) * units,
                "each side sums the MD5 of its rows' canonical texts; the rows stay where they are",
            ),
        )
    if (
        strategy is Strategy.AUTO
        and _same_hash(sides)
        and not all(side.is_duckdb for side in sides)
    ):
        return  # rows cannot even be decoded here as quickly as they are hashed there
    arrival = [0.0 if side.is_duckdb else _arrival(side) * rows for side in sides]
    summed = max(arrival) + _WORKSPACE * units
    if has_range_key:
        yield (
            "hash on arrival",
            _Way(
                Strategy.CHECKSUM,
                Fingerprint.WORKSPACE,
                summed,
                "rows pass by once and are hashed here, for that is cheaper than to have them hashed there",
            ),
        )
    yield (
        "stream",
        _Way(
            Strategy.STREAM,
            Fingerprint.WORKSPACE,
            max(arrival) + (_WORKSPACE + _JOIN) * units + 0.05,
            "all rows come here and are joined: the link is quick, and no hash is needed",
        ),
    )


def _same_hash(sides: tuple[ComparedSide, ComparedSide]) -> bool:
    """Whether both engines hash equal rows alike: one product, one version, columns of the same types."""
    source, target = sides
    if source.engine != target.engine or source.engine not in {"postgresql", "snowflake"}:
        return False
    return all(map(_hashed_alike, source.layout.columns)) and source.version == target.version


def _hashed_alike(column: ComparedColumn) -> bool:
    """Whether one engine hashes the same value alike in the two types of a column."""
    ours, theirs = column.types
    if column.form.kind in {FormKind.JSON, FormKind.XML, FormKind.UUID} and ours != theirs:
        return False
    same_zone = getattr(ours, "zone", None) == getattr(theirs, "zone", None)
    same_bits = not isinstance(ours, types.Float) or ours == theirs
    return ours.kind == theirs.kind and same_zone and same_bits


def _arrival(side: ComparedSide) -> float:
    """Seconds that a row takes from this side to here, once rows are flowing: what a few take is taken off."""
    few = _seconds_for(side, 1)[1]
    rows, many = _seconds_for(side, PROBE_ROWS)
    return max(many - few, 1e-6) / max(rows, 1)


def _seconds_for(side: ComparedSide, rows: int) -> tuple[int, float]:
    began = time.perf_counter()
    stream = side.stream(side.rows().limit(rows), evidence=False)
    count = sum(batch.num_rows for batch in stream.batches())
    return count, time.perf_counter() - began


def _extent(sides: tuple[ComparedSide, ComparedSide]) -> tuple[int, int, int]:
    """The least and greatest key of both sides, and about how many rows the fuller one has."""
    found = [side.extent() for side in sides]
    lows = [low for low, _, _ in found if low is not None]
    highs = [high for _, high, _ in found if high is not None]
    return min(lows, default=0), max(highs, default=0), max(rows for _, _, rows in found)


def _rows(sides: tuple[ComparedSide, ComparedSide]) -> int:
    return max(side.rows_expected() for side in sides)


def _buckets(
    sides: tuple[ComparedSide, ComparedSide], rows: int, least: int, greatest: int
) -> Buckets:
    """Ranges of the key that hold about as many rows as a bucket should, were the keys spread evenly."""
    keys = greatest - least + 1
    wanted = max(1, min(rows // BUCKET_ROWS, MOST_BUCKETS))
    shift = max(0, math.ceil(math.log2(keys / wanted))) if keys > wanted else 0
    return Buckets(sides[0].layout.keys[0], shift=shift)


def _hash_buckets(rows: int) -> Buckets:
    wanted = max(1, min(rows // BUCKET_ROWS, MOST_BUCKETS))
    return Buckets(None, count=2 ** math.ceil(math.log2(wanted)))
