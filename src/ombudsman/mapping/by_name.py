"""Proposes a mapping from the names of both catalogues alone.

Habits of migrations are known (letter case, `PascalCase` against `SNAKE_CASE`, schemas that became prefixes or
changed their name); abbreviations, plurals, synonyms and values are not looked at. What could be read in two ways is
reported as an ambiguity and left out of the mapping: nothing is guessed.
"""

from collections.abc import Mapping as Lookup
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

from ombudsman.mapping.pairing import pair
from ombudsman.mapping.proposal import Ambiguity, ColumnMatch, Proposal, TableMatch
from ombudsman.mapping.tables import Refs, TablePair, pair_tables
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.tables import Catalogue, Column, Table

_NONE_GIVEN: Lookup[str, str] = MappingProxyType({})


def map_by_name(
    source: Catalogue,
    target: Catalogue,
    *,
    schemas: Lookup[str, str] = _NONE_GIVEN,
    with_views: bool = True,
) -> Proposal:
    """Proposes which table and column of the target answers which of the source, one to one.

    Args:
        source: what the source's catalogue said.
        target: what the target's catalogue said.
        schemas: which target schema answers a source schema. The tables of the schemas named here are sought in
            their answers only; the others are found by like schema names, default schema, prefix or name alone.
        with_views: whether views are mapped too, to views or tables. Where both fit, a table is taken.

    Raises:
        MappingInvalid: `schemas` names a schema that has no tables.
    """
    found = pair_tables(source, target, schemas=schemas, with_views=with_views)
    sources = {table.ref: table for table in source.tables}
    targets = {table.ref: table for table in target.tables}
    pairs = {each.source: each for each in found.pairs}
    matches = [
        _table_match(pairs[ref], sources[ref], targets[pairs[ref].target])
        for ref in sources
        if ref in pairs
    ]
    return Proposal(
        mapping=Mapping(tables=tuple(_table_mapping(m, sources[m.source]) for m in matches)),
        tables=tuple(matches),
        unmatched_source=tuple(found.unmatched_source),
        unmatched_target=tuple(found.unmatched_target),
        ambiguities=tuple(_ambiguity(*group) for group in found.undecided),
    )


def complete(mapping: Mapping, source: Catalogue, target: Catalogue) -> Mapping:
    """The mapping with what its author left open filled in from the names.

    A table without columns has its columns mapped by name, but for those that are excluded; what could be read in two
    ways stays unmapped. A table without a key gets the source's, when its columns are mapped. Tables that a catalogue
    lacks stay as they are.

    Raises:
        MappingInvalid: a key that was written has a column without an answer.
    """
    return Mapping(tables=tuple(_completed(table, source, target) for table in mapping.tables))


def _completed(written: TableMapping, source: Catalogue, target: Catalogue) -> TableMapping:
    here, there = source.table(written.source), target.table(written.target)
    if here is None or there is None:
        return written
    columns = written.columns or _columns_by_name(written, here, there)
    key = written.key or key_of(here, {each.source for each in columns})[1]
    return TableMapping(**(dict(written) | {"columns": columns, "key": key}))


def _columns_by_name(
    written: TableMapping, source: Table, target: Table
) -> tuple[ColumnMapping, ...]:
    here = [column for column in source.columns if column.name not in written.exclude]
    there = [column for column in target.columns if column.name not in written.exclude_target]
    answers = {s.name: t.name for s, t, _ in pair(here, there, name=attrgetter("name")).pairs}
    return tuple(
        ColumnMapping(source=column.name, target=answers[column.name])
        for column in here
        if column.name in answers
    )


def _table_match(found: TablePair, source: Table, target: Table) -> TableMatch:
    pairing = pair(source.columns, target.columns, name=attrgetter("name"))
    order = {name: position for position, name in enumerate(source.column_names)}
    matches = sorted(
        (ColumnMatch(source=s.name, target=t.name, likeness=way) for s, t, way in pairing.pairs),
        key=lambda match: order[match.source],
    )
    spoken_for_source = {match.source for match in matches}
    spoken_for_target = {match.target for match in matches}
    for here, there in pairing.undecided:
        spoken_for_source |= {column.name for column in here}
        spoken_for_target |= {column.name for column in there}
    return TableMatch(
        source=found.source,
        target=found.target,
        likeness=found.likeness,
        found_by=found.found_by,
        key_from=key_of(source, {match.source for match in matches})[0],
        columns=tuple(matches),
        unmatched_source=tuple(n for n in source.column_names if n not in spoken_for_source),
        unmatched_target=tuple(n for n in target.column_names if n not in spoken_for_target),
        ambiguities=tuple(_column_ambiguity(*group) for group in pairing.undecided),
    )


def _table_mapping(match: TableMatch, source: Table) -> TableMapping:
    columns = [ColumnMapping(source=each.source, target=each.target) for each in match.columns]
    _, key = key_of(source, {each.source for each in columns})
    return TableMapping(source=match.source, target=match.target, columns=tuple(columns), key=key)


def key_of(
    table: Table, mapped: set[str]
) -> tuple[Literal["primary", "unique"] | None, tuple[str, ...]]:
    """The columns that name a row: the primary key, else the first unique key without NULLs; all of them mapped."""
    if table.primary_key and mapped.issuperset(table.primary_key.columns):
        return "primary", table.primary_key.columns
    never_null = {column.name for column in table.columns if not column.nullable}
    for key in table.unique_keys:
        if (mapped & never_null).issuperset(key.columns):
            return "unique", key.columns
    return None, ()


def _ambiguity(source: Refs, target: Refs) -> Ambiguity:
    return Ambiguity(source=tuple(map(str, source)), target=tuple(map(str, target)))


def _column_ambiguity(source: list[Column], target: list[Column]) -> Ambiguity:
    return Ambiguity(
        source=tuple(column.name for column in source),
        target=tuple(column.name for column in target),
    )
