"""A workload: what was asked, put together by pattern and by what is used.

Figures of tables, columns and the like are sums over the statements that use them, so that they add up to more than the
whole: a statement that joins two tables counts for both.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ombudsman.model.tables import TableRef
from ombudsman.workload.differences import Difference, Effect
from ombudsman.workload.facts import ColumnUse, Facts, Filter, Join, Summary
from ombudsman.workload.recorded import Recorded
from ombudsman.workload.statements import StatementKind
from ombudsman.workload.usage import Usage

T = TypeVar("T", bound=Hashable)


@dataclass
class Pattern:
    """Statements that are the same but for their values, spelling and hints.

    `text` holds no value. `example` is one of them as it was recorded, with values: it is for the replay alone and is
    written nowhere.
    """

    id: str
    text: str
    kind: StatementKind
    facts: Facts
    differences: tuple[Difference, ...]
    example: Recorded
    usage: Usage = field(default_factory=Usage)
    modules: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)

    @property
    def will_not_run(self) -> bool:
        return any(each.effect is Effect.WILL_NOT_RUN for each in self.differences)

    @property
    def answers_differ(self) -> bool:
        return any(each.effect is Effect.ANSWERS_DIFFER for each in self.differences)


@dataclass
class UnreadPattern:
    """Statements that could not be parsed: where they stop making sense, and how often they ran all the same."""

    id: str
    text: str
    kind: StatementKind
    reason: str
    line: int
    column: int
    near: str
    in_export: int
    usage: Usage = field(default_factory=Usage)


@dataclass
class Workload:
    """All that was recorded. Patterns stand by their weight, the heaviest first."""

    patterns: list[Pattern]
    unread: list[UnreadPattern]
    hidden: Usage
    """Statements whose text SQL Server does not show."""
    others: Usage
    """Statements that neither read nor write rows: calls, settings, transactions."""
    days: float
    """From the first execution to the last, one at least."""
    unused: tuple[TableRef, ...] = ()
    """Tables of the catalogue that no statement names; views may read them all the same."""
    views: frozenset[TableRef] = frozenset()
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> Usage:
        """All statements that read or write, whether they could be read or not."""
        parts = [each.usage for each in self.patterns]
        return total([*parts, *(each.usage for each in self.unread), self.hidden])

    def per_day(self, usage: Usage) -> float:
        return usage.executions / self.days

    def by_table(self) -> dict[TableRef, Usage]:
        return self._by(lambda facts: facts.tables)

    def by_column(self) -> dict[ColumnUse, Usage]:
        return self._by(lambda facts: facts.columns)

    def by_join(self) -> dict[Join, Usage]:
        return self._by(lambda facts: facts.joins)

    def by_filter(self) -> dict[Filter, Usage]:
        return self._by(lambda facts: facts.filters)

    def by_summary(self) -> dict[Summary, Usage]:
        return self._by(lambda facts: facts.summaries)

    def by_write(self) -> dict[TableRef, Usage]:
        return self._by(lambda facts: facts.written)

    def by_difference(self) -> dict[Difference, Usage]:
        return _sorted(_sums((each.differences, each.usage) for each in self.patterns))

    def _by(self, part: Callable[[Facts], Iterable[T]]) -> dict[T, Usage]:
        return _sorted(_sums((part(each.facts), each.usage) for each in self.patterns))


def total(usages: Iterable[Usage]) -> Usage:
    """The sum of several."""
    whole = Usage()
    for each in usages:
        whole.add(each)
    return whole


def _sums(parts: Iterable[tuple[Iterable[T], Usage]]) -> dict[T, Usage]:
    found: dict[T, Usage] = {}
    for used, usage in parts:
        for each in used:
            found.setdefault(each, Usage()).add(usage)
    return found


def _sorted(found: Mapping[T, Usage]) -> dict[T, Usage]:
    """The heaviest first; what weighs alike by its name, for the same export gives the same page."""
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].weight, str(pair[0]))))
