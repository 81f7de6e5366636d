"""The strategy `stream`: the rows of both sides come here as Arrow, and are joined and judged in the workspace.

Every row is read once. Where rows can be sought by a whole-number key they come in ranges of it, the next range on its
way while this one is judged: then memory holds two ranges, and nothing is written to disk; and of each range only rows
that may differ are typed and matched (`suspects`). Other tables come whole, and the workspace spills what does not fit.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
from sqlalchemy import ColumnElement, and_, or_

from ombudsman.compare.both_sides import BothSides, of_both
from ombudsman.compare.plan import Plan
from ombudsman.compare.progress import Progress
from ombudsman.compare.scratch import Scratch
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.suspects import Suspects, Tables
from ombudsman.compare.verdict import Verdict

ROWS_AT_ONCE = 250_000
"""How many rows of a side a range should hold."""

MOSTLY_SUSPECT = 0.5
"""From this share of suspects on it does not pay to look for them, and further ranges are judged whole."""


@dataclass(frozen=True)
class KeyRange:
    """Whole-number keys from `low` on, up to below `high`; None is open. NULL keys are in the range `nulls`."""

    low: int | None = None
    high: int | None = None
    nulls: bool = False

    def holds(self, key: ColumnElement[int]) -> ColumnElement[bool]:
        parts = []
        if self.low is not None:
            parts.append(key >= self.low)
        if self.high is not None:
            parts.append(key < self.high)
        return or_(and_(*parts), key.is_(None)) if self.nulls else and_(*parts)


class Stream:
    """One comparison of all rows."""

    def __init__(
        self,
        sides: tuple[ComparedSide, ComparedSide],
        scratch: Scratch,
        plan: Plan,
        progress: Progress,
    ) -> None:
        self._sides = sides
        self._scratch = scratch
        self._plan = plan
        self._progress = progress
        self._looks_first = True
        self.rows: tuple[int, int] = (0, 0)

    def judge(self, verdict: Verdict) -> None:
        """Judges all rows. Raises as `Verdict.of`."""
        self._progress.stage("rows", self._plan.rows_expected)
        if self._plan.ranges > 1:
            self._by_ranges(verdict)
        else:
            self._whole(verdict)

    # ------------------------------------------------------------ range by range

    def _by_ranges(self, verdict: Verdict) -> None:
        with BothSides(self._sides, threads=4) as both:
            coming: list[Future[pa.Table]] = []
            ranges = list(self._ranges())
            suspects = Suspects(
                self._sides,
                self._scratch,
                self._plan.buckets,
                plain_decimals=self._plan.plain_decimals,
            )
            for place, each in enumerate(ranges):
                here = coming or both.ask(self._fetching(each))
                following = ranges[place + 1 : place + 2]
                tables = both.answers(here)
                coming = both.ask(self._fetching(following[0])) if following else []
                self._judge(tables, suspects, verdict)

    def _fetching(self, keys: KeyRange) -> Callable[[ComparedSide], pa.Table]:
        key = self._plan.buckets.key
        assert key is not None  # noqa: S101 - there are ranges
        return lambda side: side.table(side.rows(keys.holds(side.column(key))))

    def _judge(self, tables: Tables, suspects: Suspects, verdict: Verdict) -> None:
        self._count(*(table.num_rows for table in tables))
        chosen = suspects.of(tables) if self._looks_first else tables
        self._looks_first &= _rows(chosen) <= _rows(tables) * MOSTLY_SUSPECT
        if not _rows(chosen):
            return
        self._offer(chosen)
        verdict.of(
            *(f"{side.side}_typed" for side in self._sides),
            narrowed=lambda keys: self._offer(suspects.named(chosen, keys)),
        )

    def _offer(self, tables: Tables) -> None:
        """Makes these rows the ones that are judged."""
        for side, table in zip(self._sides, tables, strict=True):
            raw = f"{side.side}_raw"
            self._scratch.offer(raw, table)
            select = side.typed_select(raw, plain_decimals=self._plan.plain_decimals)
            self._scratch.view(f"{side.side}_typed", select)

    def _ranges(self) -> Iterator[KeyRange]:
        """The plan's ranges; the first and the last are open, so that no row falls outside."""
        low, high, count = self._plan.least, self._plan.greatest, self._plan.ranges
        cuts = [low + (high - low + 1) * i // count for i in range(1, count)]
        yield KeyRange(high=cuts[0], nulls=True)
        for one, other in pairwise(cuts):
            yield KeyRange(one, other)
        yield KeyRange(low=cuts[-1])

    # ------------------------------------------------------------ whole tables

    def _whole(self, verdict: Verdict) -> None:
        self._count(*of_both(self._sides, self._take_in))
        verdict.of(*(f"{side.side}_typed" for side in self._sides))
        self._scratch.drop(*(f"{side.side}_typed" for side in self._sides))

    def _take_in(self, side: ComparedSide) -> int:
        passing = f"{side.side}_passing"
        select = side.typed_select(passing, plain_decimals=self._plan.plain_decimals)
        rows = side.stream(side.rows())
        rows.into(self._scratch, f"CREATE TABLE {side.side}_typed AS {select}", passing)
        return rows.rows

    def _count(self, source: int, target: int) -> None:
        self.rows = (self.rows[0] + source, self.rows[1] + target)
        self._progress.step(source + target)


def _rows(tables: Tables) -> int:
    return sum(table.num_rows for table in tables)
