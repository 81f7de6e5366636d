"""Proposes a mapping from two catalogues, and from the profiles of their values where there are some.

Pure: no database is asked. Everything is found by likeness, so everything has a confidence and its reasons; persons
decide, and what they decided stands (`Decisions`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Lookup
from types import MappingProxyType
from typing import Literal

from ombudsman.mapping.by_name import key_of
from ombudsman.mapping.column_likeness import Neighbours
from ombudsman.mapping.column_search import FoundColumn, found_columns, neighbours_of
from ombudsman.mapping.confidence import column_confidence, most_by_columns, table_confidence
from ombudsman.mapping.decisions import Decisions
from ombudsman.mapping.pieces import Piece, pieces
from ombudsman.mapping.schemas import check_given
from ombudsman.mapping.spoken_tables import SpokenColumn, SpokenTable, spoken_tables
from ombudsman.mapping.suggestion import (
    Alternative,
    Lane,
    SuggestedColumn,
    SuggestedSchema,
    SuggestedTable,
    Suggestion,
)
from ombudsman.mapping.table_search import FoundTable, FoundTables, TableSearch
from ombudsman.mapping.type_likeness import TypeLikeness
from ombudsman.mapping.vocabulary import Vocabulary
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue, Table

_NO_SCHEMAS: Lookup[str, str] = MappingProxyType({})
_NO_PROFILES: Profiles = MappingProxyType({})

_MOST_OF_A_PIECE = 0.89
"""Tables that were split or merged are never taken unseen."""


def suggest_mapping(
    source: Catalogue,
    target: Catalogue,
    *,
    source_profiles: Profiles = _NO_PROFILES,
    target_profiles: Profiles = _NO_PROFILES,
    decisions: Decisions | None = None,
    schemas: Lookup[str, str] = _NO_SCHEMAS,
    with_views: bool = True,
) -> Suggestion:
    """Proposes which schemas, tables and columns answer which.

    Args:
        source: what the source's catalogue said.
        target: what the target's catalogue said.
        source_profiles: what the source's values look like, as far as they were read.
        target_profiles: the same of the target.
        decisions: what persons have decided; it stands, and steers the rest.
        schemas: which target schema answers a source schema; its tables are sought nowhere else.
        with_views: whether views are mapped too; where both fit, a table is taken.

    Raises:
        MappingInvalid: `schemas` names a schema that has no tables.
    """
    check_given(source, target, schemas)
    search = _Suggesting(
        _of_interest(source, with_views=with_views),
        _of_interest(target, with_views=with_views),
        source_profiles,
        target_profiles,
        decisions or Decisions(),
        schemas,
    )
    return search.suggestion()


def _of_interest(catalogue: Catalogue, *, with_views: bool) -> list[Table]:
    return [table for table in catalogue.tables if with_views or table.kind == "table"]


class _Suggesting:
    """One search: both sides as words, the tables that were found, and what is made of them."""

    def __init__(
        self,
        source: Sequence[Table],
        target: Sequence[Table],
        source_profiles: Profiles,
        target_profiles: Profiles,
        decisions: Decisions,
        schemas: Lookup[str, str],
    ) -> None:
        vocabulary = Vocabulary(_names([*source, *target]))
        self._types = TypeLikeness()
        self._source = spoken_tables(source, vocabulary, self._types, source_profiles)
        self._target = spoken_tables(target, vocabulary, self._types, target_profiles)
        self._decisions = decisions
        self._with_values = bool(source_profiles and target_profiles)
        self._search = TableSearch(
            self._source,
            self._target,
            types=self._types,
            decisions=decisions,
            schemas=schemas,
        )
        self._found: FoundTables = self._search.found()
        self._answers = {
            self._source[each.source].ref: self._target[each.target].ref
            for each in self._found.pairs
        }
        self._references_told = all(
            any(table.parents for table in side) for side in (self._source, self._target)
        )

    def suggestion(self) -> Suggestion:
        whole = [self._suggested(each) for each in self._found.pairs]
        paired = {each.source for each in whole}, {each.target for each in whole}
        parts = [self._piece(piece) for piece in self._pieces(whole)]
        told = _in_order([*whole, *parts], self._source)
        mapped = {each.source for each in told}, {each.target for each in told}
        return Suggestion(
            mapping=Mapping(tables=tuple(self._mappings(told)), decisions=self._decisions.made),
            tables=tuple(told),
            schemas=_schemas(whole),
            unmatched_source=tuple(
                t.ref for t in self._source if t.ref not in mapped[0] | paired[0]
            ),
            unmatched_target=tuple(
                t.ref for t in self._target if t.ref not in mapped[1] | paired[1]
            ),
            with_values=self._with_values,
        )

    # ------------------------------------------------------------ whole tables

    def _suggested(self, found: FoundTable) -> SuggestedTable:
        source, target = self._source[found.source], self._target[found.target]
        pair = (source.ref, target.ref)
        decided = self._decisions.tables.get(source.ref) == target.ref
        sure = 1.0 if decided else self._table_confidence(found.score, found.margin)
        if not decided:
            covered = self._found.covered.get((found.source, found.target), 0.0)
            sure = min(sure, most_by_columns(covered))
        columns = self._columns(source, target, source.columns, target.columns, sure)
        here, there = {c.source for c in columns}, {c.target for c in columns}
        written = self._decisions.written.get(pair)
        excluded = (written.exclude, written.exclude_target) if written else ((), ())
        return SuggestedTable(
            source=source.ref,
            target=target.ref,
            confidence=round(sure, 4),
            lane=Lane.CONFIRMED if decided else Lane.of(sure),
            score=round(found.score, 3),
            margin=round(found.margin, 3),
            evidence=self._search.evidence((found.source, found.target), self._found.around),
            alternatives=tuple(
                Alternative(target=str(self._target[j].ref), score=round(score, 3))
                for j, score in self._found.rivals.of_source(
                    found.source, least=_WORTH_TELLING, but=found.target
                )
            ),
            key_from=_key_from(source.table, columns, written),
            columns=tuple(columns),
            unmatched_source=_left(source.table, here, excluded[0]),
            unmatched_target=_left(target.table, there, excluded[1]),
        )

    def _columns(
        self,
        source: SpokenTable,
        target: SpokenTable,
        here: Sequence[SpokenColumn],
        there: Sequence[SpokenColumn],
        sure: float,
    ) -> list[SuggestedColumn]:
        around = neighbours_of(
            source,
            target,
            self._types,
            self._answers,
            references_told=self._references_told,
        )
        pair = (source.ref, target.ref)
        found = found_columns(pair, here, there, around, self._decisions)
        return [self._column(each, sure) for each in found]

    def _column(self, found: FoundColumn, sure: float) -> SuggestedColumn:
        if found.decided:
            confidence, lane = 1.0, Lane.CONFIRMED
        else:
            own = column_confidence(found.score, found.margin, with_values=self._with_values)
            confidence = own * sure
            lane = Lane.of(confidence)
        return SuggestedColumn(
            source=found.source.column.name,
            target=found.target.column.name,
            confidence=round(confidence, 4),
            lane=lane,
            score=round(found.score, 3),
            margin=round(found.margin, 3),
            evidence=found.evidence,
            alternatives=found.alternatives,
        )

    def _table_confidence(self, score: float, margin: float) -> float:
        return table_confidence(score, margin, with_values=self._with_values)

    # ------------------------------------------------------------ split and merged tables

    def _pieces(self, whole: Sequence[SuggestedTable]) -> Iterator[Piece]:
        around = Neighbours(self._types)
        return pieces(self._source, self._target, whole, around, self._decisions)

    def _piece(self, piece: Piece) -> SuggestedTable:
        source, target = piece.source, piece.target
        sure = min(_MOST_OF_A_PIECE, piece.score)
        columns = self._columns(source, target, piece.source_columns, piece.target_columns, sure)
        here, there = {c.source for c in columns}, {c.target for c in columns}
        is_split = piece.kind == "split"
        return SuggestedTable(
            source=source.ref,
            target=target.ref,
            confidence=round(sure, 4),
            lane=Lane.of(sure),
            score=round(piece.score, 3),
            kind=piece.kind,
            evidence=piece.evidence,
            key_from=_key_from(source.table, columns, None),
            columns=tuple(columns),
            unmatched_source=() if is_split else _left(source.table, here, ()),
            unmatched_target=_left(target.table, there, ()) if is_split else (),
        )

    # ------------------------------------------------------------ what stands in the mapping

    def _mappings(self, told: Sequence[SuggestedTable]) -> Iterator[TableMapping]:
        """The pairs that are sure enough. A source table stands once: of a split one, the part that is its answer."""
        tables = {table.ref: table.table for table in self._source}
        for each in told:
            if each.lane.is_mapped and each.kind != "split":
                written = self._decisions.written.get((each.source, each.target))
                yield _mapping(each, tables[each.source], written)


_WORTH_TELLING = 0.4


def _mapping(found: SuggestedTable, source: Table, written: TableMapping | None) -> TableMapping:
    """The table mapping; what a person wrote into it stays."""
    agreed = {column.source: column for column in written.columns} if written else {}
    columns = [
        agreed.get(each.source) or ColumnMapping(source=each.source, target=each.target)
        for each in found.columns
        if each.lane.is_mapped
    ]
    key = key_of(source, {each.source for each in columns})[1]
    if written is None:
        return TableMapping(
            source=found.source, target=found.target, columns=tuple(columns), key=key
        )
    return TableMapping(**(dict(written) | {"columns": tuple(columns), "key": written.key or key}))


def _key_from(
    source: Table, columns: Sequence[SuggestedColumn], written: TableMapping | None
) -> Literal["primary", "unique", "written"] | None:
    if written is not None and written.key:
        return "written"
    return key_of(source, {each.source for each in columns if each.lane.is_mapped})[0]


def _left(table: Table, taken: set[str], excluded: Sequence[str]) -> tuple[str, ...]:
    return tuple(n for n in table.column_names if n not in taken and n not in excluded)


def _in_order(
    found: Sequence[SuggestedTable], source: Sequence[SpokenTable]
) -> list[SuggestedTable]:
    place = {table.ref: index for index, table in enumerate(source)}
    return sorted(found, key=lambda each: (place[each.source], each.kind != "whole"))


def _schemas(whole: Sequence[SuggestedTable]) -> tuple[SuggestedSchema, ...]:
    """Where the tables of each schema went, most of them first; of what is sure enough alone."""
    went = Counter(
        (each.source.schema_name, each.target.schema_name) for each in whole if each.lane.is_mapped
    )
    all_of: Counter[str | None] = Counter()
    for (schema, _), count in went.items():
        all_of[schema] += count
    return tuple(
        SuggestedSchema(
            source=pair[0], target=pair[1], tables=count, share=round(count / all_of[pair[0]], 4)
        )
        for pair, count in went.most_common()
    )


def _names(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        yield table.ref.name
        if table.ref.schema_name:
            yield table.ref.schema_name
        yield from table.column_names
