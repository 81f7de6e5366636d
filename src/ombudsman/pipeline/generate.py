"""Proposes a pipeline for a mapped schema: which checks for which table and column, and why.

Pure: a mapping and two catalogues in, steps out. What is declared is believed, what names suggest is said to be so, and
what neither tells is left for a person, as a suggestion. `generate_text.py` writes it down.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ombudsman.model.errors import MappingInvalid, did_you_mean
from ombudsman.model.mapping import Mapping, TableMapping
from ombudsman.model.tables import Catalogue, Table, TableRef
from ombudsman.pipeline.generate_checks import checks
from ombudsman.pipeline.generate_columns import mapped_columns
from ombudsman.pipeline.generate_facts import fact_checks
from ombudsman.pipeline.generate_meanings import with_meanings
from ombudsman.pipeline.generate_references import with_references
from ombudsman.pipeline.generate_steps import Section, namings
from ombudsman.pipeline.generate_tables import MappedTable
from ombudsman.pipeline.generate_templates import COUNTS, Templates
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import Use
from ombudsman.relationships.proposal import Relationship


@dataclass(frozen=True)
class Generated:
    """The proposed steps, section by section; `notes` say what was left out."""

    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """How many steps stand in the file, templates counted once and suggestions not at all."""
        return sum(not step.suggested for section in self.sections for step in section.steps)


def generate(
    mapping: Mapping,
    source: Catalogue,
    target: Catalogue,
    *,
    validators: Collection[str],
    relationships: Sequence[Relationship] | None = None,
    use: Use | None = None,
) -> Generated:
    """Proposes the steps of a pipeline.

    Args:
        mapping: What answers what; complete, as `complete` of `mapping.by_name` makes it.
        source: The source's catalogue.
        target: The target's.
        validators: The names of those that there are; only these are proposed.
        relationships: What refers to what in the source, where somebody looked at its rows, or edited what was found.
            None: it is inferred from names and types.
        use: What queries do with the source's columns, where that is known.

    Raises:
        MappingInvalid: it maps no table that both sides have.
    """
    tables, lost, notes = _tables(mapping, source, target)
    if not tables:
        raise MappingInvalid(
            "the mapping has no table that both sides have",
            hint="`ombudsman mapping suggest` writes one from both catalogues",
        )
    if relationships is None:
        relationships = infer_relationships(source)
    notes += with_references(tables, relationships)
    notes += with_meanings(tables, source, relationships, use)
    is_whole = len(tables) + len(lost) == len(mapping.tables)
    templates = Templates(tables, lost, whole=is_whole)
    sections = [*templates.sections(), *_table_sections(tables)]
    known = (
        replace(section, steps=tuple(s for s in section.steps if s.validator in validators))
        for section in sections
    )
    return Generated(tuple(section for section in known if section.steps), tuple(notes))


def _tables(
    mapping: Mapping, source: Catalogue, target: Catalogue
) -> tuple[list[MappedTable], list[TableRef], list[str]]:
    """The tables that both sides have, those that the target lacks, and a note on each that one side lacks."""
    found: list[MappedTable] = []
    lost: list[TableRef] = []
    notes: list[str] = []
    for table in mapping.tables:
        here, there = source.table(table.source), target.table(table.target)
        if here is None:
            notes.append(f"{table.source} is left out: the source has no such table")
        elif there is None:
            lost.append(table.source)
            notes.append(
                f"{table.source}: the target has no table {table.target}; only that is asked"
            )
        else:
            notes += _lost_columns(table, there)
            columns = tuple(mapped_columns(table, here, there))
            found.append(MappedTable(table, here, there, columns))
    return found, lost, notes


def _lost_columns(mapping: TableMapping, target: Table) -> Iterator[str]:
    """A note on each column that the mapping names and the target lacks, with the nearest that it has."""
    names = target.column_names
    for pair in mapping.columns:
        if pair.target not in names:
            hint = did_you_mean(pair.target, names)
            lost = (
                f"{mapping.source}: {target.ref} has no column {pair.target!r} for {pair.source!r}"
            )
            yield f"{lost}; {hint}" if hint else lost


def _table_sections(tables: list[MappedTable]) -> Iterator[Section]:
    named = namings([table.ref for table in tables], counts=COUNTS)
    by_ref: dict[TableRef, MappedTable] = {table.ref: table for table in tables}
    for table in tables:
        naming = named[table.ref]
        steps = list(checks(table, naming))
        if table.is_fact:
            steps += fact_checks(table, naming, by_ref)
        yield Section(f"{table.ref}: {_role(table)}", tuple(steps))


def _role(table: MappedTable) -> str:
    if table.is_fact:
        return "a fact"
    if table.history is not None:
        return "a dimension with history"
    return "a dimension" if table.is_dimension else "a table"
