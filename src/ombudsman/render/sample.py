"""Which findings shall a reader see first, when there is room for a few only?

One of each sort, then a second of each: a thousand values cut to milliseconds must not hide the one lost row.
"""

from collections.abc import Sequence
from itertools import chain, zip_longest

from ombudsman.model.result import Finding, Kind
from ombudsman.model.rows import Cause


def spread(findings: Sequence[Finding], limit: int) -> list[Finding]:
    """At most `limit` findings, taken in turn from each group of one kind, column and cause; then in their order."""
    groups: dict[tuple[Kind, str | None, Cause | None], list[int]] = {}
    for place, finding in enumerate(findings):
        groups.setdefault((finding.kind, finding.column, finding.cause), []).append(place)
    turns = chain.from_iterable(zip_longest(*groups.values()))
    chosen = [place for place in turns if place is not None][:limit]
    return [findings[place] for place in sorted(chosen)]
