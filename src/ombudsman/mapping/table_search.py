"""Which table of the target answers which of the source, everything considered?

Two rounds. The first goes by names, columns and values; from what it finds, the second knows which schema went where
and which tables refer to which, and decides again. Both decide about all tables together.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ombudsman.mapping.assignment import assigned_among
from ombudsman.mapping.candidates import candidates
from ombudsman.mapping.column_likeness import Neighbours
from ombudsman.mapping.decisions import Decisions
from ombudsman.mapping.rivals import Pair, Rivals
from ombudsman.mapping.spoken_tables import SpokenTable
from ombudsman.mapping.suggestion import Evidence
from ombudsman.mapping.table_likeness import (
    Around,
    Part,
    Schema,
    coverage,
    evidence,
    table_name_likeness,
    table_parts,
    table_score,
)
from ombudsman.mapping.type_likeness import TypeLikeness
from ombudsman.model.tables import TableRef

LEAST = 0.36
"""Tables that are less alike than this are not paired."""

_HOPELESS = 0.6
"""Tables of which names and bags are far less alike than those of the best rival: their columns are not looked at."""


class FoundTable(NamedTuple):
    """Two tables that were assigned to each other."""

    source: int
    target: int
    score: float
    margin: float


@dataclass(frozen=True)
class FoundTables:
    """The pairs, all scores that were computed, and what they tell of the tables around."""

    pairs: tuple[FoundTable, ...]
    rivals: Rivals
    around: Around
    covered: Mapping[Pair, float]


class TableSearch:
    """The search over the tables of both sides."""

    def __init__(
        self,
        source: Sequence[SpokenTable],
        target: Sequence[SpokenTable],
        *,
        types: TypeLikeness,
        decisions: Decisions,
        schemas: Mapping[str, str],
    ) -> None:
        self._source = source
        self._target = target
        self._types = types
        self._decisions = decisions
        self._schemas = schemas
        self._target_index = {table.ref: j for j, table in enumerate(target)}
        self._taken = set(decisions.tables.values())
        self.bags = self._candidates()
        self.covered: dict[Pair, float] = {}
        self._names = {(i, j): table_name_likeness(source[i], target[j]) for i, j in self.bags}
        self._at_first_sight = {
            pair: likeness + self._names[pair] for pair, likeness in self.bags.items()
        }
        self._best_source = [0.0] * len(source)
        self._best_target = [0.0] * len(target)
        for (i, j), sight in self._at_first_sight.items():
            self._best_source[i] = max(self._best_source[i], sight)
            self._best_target[j] = max(self._best_target[j], sight)

    def found(self) -> FoundTables:
        """The pairs of the last round, in the order of the source."""
        around = Around()
        scores = self._scores(around)
        pairs = self._assigned(scores)
        for _ in range(2):
            around = Around(self._schemas_of(pairs), self._answers(pairs))
            scores = self._scores(around)
            pairs = self._assigned(scores)
        rivals = Rivals(scores, pairs)
        found = (FoundTable(i, j, scores[i, j], rivals.margin((i, j))) for i, j in pairs)
        return FoundTables(tuple(found), rivals, around, self.covered)

    def evidence(self, pair: Pair, around: Around) -> tuple[Evidence, ...]:
        """The reasons for the score of a pair."""
        source, target = self._source[pair[0]], self._target[pair[1]]
        return evidence(source, target, self._parts(pair, around), around)

    def _parts(self, pair: Pair, around: Around) -> list[Part]:
        return table_parts(
            self._source[pair[0]],
            self._target[pair[1]],
            name=self._names[pair],
            covered=self.covered.get(pair, 0.0),
            bags=self.bags[pair],
            around=around,
        )

    # ------------------------------------------------------------ what may be paired

    def _candidates(self) -> dict[Pair, float]:
        """The pairs that are worth a look and allowed; of tables that were decided, only what was decided."""
        found = {
            pair: likeness
            for pair, likeness in candidates(self._source, self._target).items()
            if self._may_answer(pair)
        }
        for i, table in enumerate(self._source):
            answer = self._decisions.tables.get(table.ref)
            if answer is not None and answer in self._target_index:
                found.setdefault((i, self._target_index[answer]), 0.0)
        return found

    def _may_answer(self, pair: Pair) -> bool:
        source, target = self._source[pair[0]].ref, self._target[pair[1]].ref
        decided = self._decisions.tables.get(source)
        if decided is not None or target in self._taken:
            return decided == target
        if (source, target) in self._decisions.rejected_tables:
            return False
        wanted = self._schemas.get(source.schema_name or "")
        return wanted is None or target.schema_name == wanted

    # ------------------------------------------------------------ rounds

    def _scores(self, around: Around) -> dict[Pair, float]:
        return {pair: self._score(pair, around) for pair in self.bags}

    def _score(self, pair: Pair, around: Around) -> float:
        source, target = self._source[pair[0]], self._target[pair[1]]
        if self._is_decided(pair):
            self.covered.setdefault(pair, self._coverage(pair))
            return 2.0
        if pair not in self.covered:
            self.covered[pair] = self._coverage(pair) if self._has_hope(pair) else 0.0
        return table_score(source, target, self._parts(pair, around))

    def _has_hope(self, pair: Pair) -> bool:
        best = min(self._best_source[pair[0]], self._best_target[pair[1]])
        return self._at_first_sight[pair] >= _HOPELESS * best

    def _coverage(self, pair: Pair) -> float:
        source, target = self._source[pair[0]], self._target[pair[1]]
        around = Neighbours(self._types, keys_told=_tells_keys(source, target))
        return coverage(source, target, around)

    def _assigned(self, scores: Mapping[Pair, float]) -> list[Pair]:
        """The best pairs, and those that were decided: of these, several sources may have one target."""
        decided = [pair for pair in scores if self._is_decided(pair)]
        open_scores = {pair: score for pair, score in scores.items() if not self._is_decided(pair)}
        shape = (len(self._source), len(self._target))
        return sorted([*decided, *assigned_among(open_scores, shape, LEAST)])

    def _is_decided(self, pair: Pair) -> bool:
        answer = self._decisions.tables.get(self._source[pair[0]].ref)
        return answer is not None and answer == self._target[pair[1]].ref

    def _answers(self, pairs: Sequence[Pair]) -> dict[TableRef, TableRef]:
        return {self._source[i].ref: self._target[j].ref for i, j in pairs}

    def _schemas_of(self, pairs: Sequence[Pair]) -> dict[Schema, Counter[Schema]]:
        """How many tables went from which schema where."""
        went: dict[Schema, Counter[Schema]] = {}
        for i, j in pairs:
            here, there = self._source[i].ref.schema_name, self._target[j].ref.schema_name
            went.setdefault(here, Counter())[there] += 1
        return went


def _tells_keys(source: SpokenTable, target: SpokenTable) -> bool:
    return source.table.primary_key is not None and target.table.primary_key is not None
