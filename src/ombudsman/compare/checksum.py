"""The strategy `checksum`: one pass of sums over each side, then only the rows of the buckets that differ.

Cheap where little differs: what is read twice is what differs. The rows of differing buckets come into the workspace
and are judged there by their values.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from ombudsman.compare.both_sides import of_both
from ombudsman.compare.plan import Plan
from ombudsman.compare.portable_here import portable_sums_sql
from ombudsman.compare.progress import Progress
from ombudsman.compare.scratch import Scratch
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.sums import (
    BUCKETS_PER_STATEMENT,
    RANGES_PER_STATEMENT,
    Fingerprint,
    Sums,
    differing,
    in_buckets,
    in_buckets_here,
    pushed_down_sums,
    sums_here,
    workspace_sums_sql,
)
from ombudsman.compare.verdict import Verdict

CANDIDATES_AT_ONCE = 200_000
"""How many rows of differing buckets are judged together."""

Bucket = int | None


class Checksum:
    """One comparison by sums of buckets."""

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
        self.rows: tuple[int, int] = (0, 0)

    def first_pass(self) -> dict[Bucket, int]:
        """The buckets that differ, and how many rows each of them holds on its fuller side."""
        self._progress.stage("sums", self._plan.rows_expected)
        source, target = of_both(self._sides, self._sums)
        self.rows = (_rows(source), _rows(target))
        return differing(source, target)

    def judge(self, candidates: Mapping[Bucket, int], verdict: Verdict) -> None:
        """Judges the rows of these buckets. Raises as `Verdict.of`."""
        self._progress.stage("candidates", len(candidates))
        for chosen in self._portions(candidates):
            of_both(self._sides, partial(self._fetch, chosen))
            for side in self._sides:
                self._make_view(side, chosen)
            verdict.of(*(f"{side.side}_typed" for side in self._sides))
            self._progress.step(len(chosen))

    def _sums(self, side: ComparedSide) -> Sums:
        plan, rows = self._plan, f"{side.side}_rows"
        if side.side not in plan.hashed_here:
            found = pushed_down_sums(side, plan.fingerprint, plan.buckets)
        elif plan.fingerprint is Fingerprint.PORTABLE:
            sql = portable_sums_sql(side, rows, plan.buckets)
            found = sums_here(side, sql, rows, self._scratch)
        else:
            sql = workspace_sums_sql(side, rows, plan.buckets)
            found = sums_here(side, sql, rows, self._scratch)
        self._progress.step(_rows(found))
        return found

    def _fetch(self, chosen: list[Bucket], side: ComparedSide) -> None:
        plan = self._plan
        lies_there = in_buckets(side, plan.fingerprint, plan.buckets, chosen)
        statement = side.rows() if lies_there is None else side.rows(lies_there)
        if lies_there is not None:
            self._scratch.offer(f"{side.side}_raw", side.table(statement))
            return
        keys = [column.label for column in side.layout.keys]
        filtered = (
            f"SELECT * FROM ({side.typed_select(f'{side.side}_passing', plain_decimals=False)})"
            f" WHERE {in_buckets_here(plan.buckets, keys, chosen)}"
        )
        table = side.stream(statement).into(self._scratch, filtered, f"{side.side}_passing")
        self._scratch.offer(f"{side.side}_typed", table)

    def _make_view(self, side: ComparedSide, chosen: list[Bucket]) -> None:
        plan = self._plan
        if in_buckets(side, plan.fingerprint, plan.buckets, chosen) is None:
            return
        select = side.typed_select(f"{side.side}_raw", plain_decimals=False)
        self._scratch.view(f"{side.side}_typed", select)

    def _portions(self, candidates: Mapping[Bucket, int]) -> Iterator[list[Bucket]]:
        """The buckets in portions that one statement, and the memory, can take."""
        ranged = self._plan.buckets.key is not None and all(
            side.can_seek and not side.is_duckdb for side in self._sides
        )
        most = RANGES_PER_STATEMENT if ranged else BUCKETS_PER_STATEMENT
        portion: list[Bucket] = []
        rows = 0
        for bucket in sorted(candidates, key=lambda b: (b is None, b or 0)):
            if portion and (len(portion) >= most or rows + candidates[bucket] > CANDIDATES_AT_ONCE):
                yield portion
                portion, rows = [], 0
            portion.append(bucket)
            rows += candidates[bucket]
        if portion:
            yield portion


def _rows(found: Sums) -> int:
    return sum(each[0] for each in found.values())
