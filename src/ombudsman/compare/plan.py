"""Which way to compare two tables: by what it costs, and in words why.

The figures below were measured on one core over sixteen columns; they need not be right, only in proportion. What
no figure knows beforehand is the link: a probe reads some rows of each side and sees how fast they come.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.sums import Buckets, Fingerprint
from ombudsman.compare.typed import has_bigint_key
from ombudsman.model import types
from ombudsman.model.equality import STRICT
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import FormKind
from ombudsman.model.tables import Side
from ombudsman.sql.canonical import makes_text

BUCKET_ROWS = 128
"""How many rows a bucket should hold: the fewer, the less is read twice; the more, the less there is to sum."""

MOST_BUCKETS = 2**18

_MOST_SHIFT = 62
"""Engines shift 64 bits by fewer than 64, and a border of a bucket should be such a number too."""

ROWS_PER_RANGE = 250_000

DIRTY_SHARE = 0.2
"""From this share of rows in differing buckets on it is cheaper to read everything than to look for it."""

PROBE_ROWS = 20_000


class Strategy(StrEnum):
    """How rows are compared.

    `checksum`: sums of buckets on both sides, then the rows of buckets that differ. `native`: the same by the engine's
    own hash of a row, between two sides of one engine and version. `stream`: all rows come here. `auto`: whichever
    costs less.
    """

    AUTO = "auto"
    CHECKSUM = "checksum"
    NATIVE = "native"
    STREAM = "stream"


_RECORD = 0.6
_PORTABLE = {"duckdb": 1.9, "mssql": 8.0}
_PORTABLE_ELSEWHERE = 3.2
_WORKSPACE = 0.2
_JOIN = 0.4
_DECODED = 1.3
"""Seconds for a million rows of sixteen columns: to hash them, there or here, to join them here, and to read them off
the wire."""

_UNIT = 16e6
"""Cells."""

_WORKSPACE_BEGINS = 0.05
"""Seconds until the workspace has its first range of rows."""


@dataclass(frozen=True)
class Plan:
    """How two tables are compared, and why.

    `hashed_here` are the sides whose rows come here to be hashed, `seconds` the estimates of what was weighed.
    """

    strategy: Strategy
    fingerprint: Fingerprint
    buckets: Buckets
    rows_expected: int
    ranges: int = 1
    least: int = 0
    greatest: int = 0
    plain_decimals: bool = False
    hashed_here: frozenset[Side] = frozenset()
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
    ways = list(_ways(sides, rows, strategy, has_range_key=has_range_key))
    return _chosen(plan, strategy, ways)


def _chosen(plan: Plan, strategy: Strategy, ways: Sequence["_Way"]) -> Plan:
    allowed = [way for way in ways if way.serves(strategy)]
    if not allowed:
        what = "by one engine's own hash" if strategy is Strategy.NATIVE else "by sums"
        raise Unsupported(
            f"these two sides cannot be compared {what}",
            hint="use the strategy auto: native needs one engine, version and type on both sides, and checksum"
            " columns whose text both engines make alike",
        )
    way = min(allowed, key=lambda each: each.seconds)
    if len(allowed) == 1 and strategy is not Strategy.AUTO:
        why: tuple[str, ...] = (f"{way.name}: {way.how}", f"{strategy} was asked for")
    else:
        told = ", ".join(f"{each.name} {each.seconds:.2f} s" for each in ways)
        estimates = f"estimates for about {plan.rows_expected // 2:,} rows a side: {told}"
        why = (f"{way.name}: {way.why}", estimates)
    return replace(
        plan,
        strategy=way.strategy,
        fingerprint=way.fingerprint,
        hashed_here=way.here,
        seconds={each.name: round(each.seconds, 3) for each in ways},
        why=why,
    )


@dataclass(frozen=True)
class _Way:
    name: str
    strategy: Strategy
    fingerprint: Fingerprint
    seconds: float
    how: str
    because: str | None = None
    here: frozenset[Side] = frozenset()
    native: bool = False

    @property
    def why(self) -> str:
        return self.how if self.because is None else f"{self.how}: {self.because}"

    def serves(self, strategy: Strategy) -> bool:
        if strategy is Strategy.NATIVE:
            return self.native
        return strategy in {Strategy.AUTO, self.strategy}


def _ways(
    sides: tuple[ComparedSide, ComparedSide],
    rows: int,
    strategy: Strategy,
    *,
    has_range_key: bool,
) -> Iterator[_Way]:
    """The ways that these two sides allow, and what each of them would take."""
    columns = sides[0].layout.columns
    units = rows * len(columns) / _UNIT
    same_hash = _same_hash(sides)
    if same_hash:
        yield _Way(
            "engine's own hash",
            Strategy.CHECKSUM,
            Fingerprint.RECORD,
            _RECORD * units,
            "both sides are of one engine and version, and hash a row alike",
            native=True,
        )
    in_place = [_PORTABLE.get(side.engine, _PORTABLE_ELSEWHERE) * units for side in sides]
    makes_texts = [
        all(_makes_text(c, side.engine) for c in columns) and side.makes_texts for side in sides
    ]
    if all(makes_texts):
        yield _Way(
            "portable hash",
            Strategy.CHECKSUM,
            Fingerprint.PORTABLE,
            max(in_place),
            "each side sums the MD5 of its rows' canonical texts; the rows stay where they are",
        )
    if same_hash and strategy is not Strategy.STREAM:
        return  # rows cannot even be decoded here as quickly as they are hashed there
    here = frozenset(side.side for side in sides if not side.is_duckdb)
    probes = strategy is not Strategy.STREAM
    arrival = [_arrival(s, rows, probes=probes) if s.side in here else 0.0 for s in sides]
    if makes_texts[1] and sides[0].side in here and all(_makes_text(c, "duckdb") for c in columns):
        yield _Way(
            "portable hash, the source's here",
            Strategy.CHECKSUM,
            Fingerprint.PORTABLE,
            max(arrival[0] + _PORTABLE["duckdb"] * units, in_place[1]),
            "the source would take longer to hash its rows than to send them; the target's stay where they are",
            here=frozenset({sides[0].side}),
        )
    if has_range_key:
        yield _Way(
            "hash on arrival" if here else "engine's own hash",
            Strategy.CHECKSUM,
            Fingerprint.WORKSPACE,
            max(arrival) + _WORKSPACE * units,
            "rows pass by once and are hashed here, for that is cheaper than to have them hashed there"
            if here
            else "both sides are read by the same DuckDB, which hashes a row alike",
            here=here,
            native=not here,
        )
    yield _Way(
        "stream",
        Strategy.STREAM,
        Fingerprint.WORKSPACE,
        max(arrival) + (_WORKSPACE + _JOIN) * units + _WORKSPACE_BEGINS,
        "all rows come here and are joined",
        "the link is quick, and no hash is needed",
    )


def _same_hash(sides: tuple[ComparedSide, ComparedSide]) -> bool:
    """Whether both engines hash equal rows alike: one product, one version, columns of the same types."""
    source, target = sides
    if source.engine != target.engine or source.engine not in {"postgresql", "snowflake"}:
        return False
    return all(map(_hashed_alike, source.layout.columns)) and source.version == target.version


def _makes_text(column: ComparedColumn, engine: str) -> bool:
    return makes_text(column.form, engine) and not _is_forgiven_name(column)


def _is_forgiven_name(column: ComparedColumn) -> bool:
    """Whether one row may have two names: engines would put them into two buckets, and they would not meet."""
    is_text = column.form.kind is FormKind.TEXT
    return is_text and column.part_of_key and column.equality != STRICT


def _hashed_alike(column: ComparedColumn) -> bool:
    """Whether one engine hashes the same value alike in the two types of a column."""
    ours, theirs = column.types
    if _is_forgiven_name(column):
        return False
    if column.form.kind in {FormKind.JSON, FormKind.XML, FormKind.UUID} and ours != theirs:
        return False
    same_zone = getattr(ours, "zone", None) == getattr(theirs, "zone", None)
    same_bits = not isinstance(ours, types.Float) or ours == theirs
    return ours.kind == theirs.kind and same_zone and same_bits


def _arrival(side: ComparedSide, rows: int, *, probes: bool) -> float:
    """Seconds that so many rows take from this side to here, once rows are flowing: what a few take is taken off.

    A table that is no larger than the probe is not worth one, nor is a choice that was made.
    """
    if rows <= PROBE_ROWS or not probes:
        return _DECODED * rows * len(side.layout.columns) / _UNIT
    few = _seconds_for(side, 1)[1]
    came, many = _seconds_for(side, PROBE_ROWS)
    return max(many - few, 1e-6) / max(came, 1) * rows


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
    shift = min(max(0, math.ceil(math.log2(keys / wanted))), _MOST_SHIFT) if keys > wanted else 0
    return Buckets(sides[0].layout.keys[0], shift=shift)


def _hash_buckets(rows: int) -> Buckets:
    wanted = max(1, min(rows // BUCKET_ROWS, MOST_BUCKETS))
    return Buckets(None, count=2 ** math.ceil(math.log2(wanted)))
