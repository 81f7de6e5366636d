"""What evidence beside the catalogues asks of a pipeline, joined to what is proposed already.

A suggestion that is covered makes no second step: its reason is added to the step that covers it. One that speaks of
what is not mapped is left out with a note.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ombudsman.mapping.names import words
from ombudsman.model.mapping import Mapping as TableMappings
from ombudsman.model.mapping import TableMapping
from ombudsman.model.suggestion import Suggestion
from ombudsman.model.tables import Catalogue, Table, TableRef
from ombudsman.pipeline.generate import Generated
from ombudsman.pipeline.generate_steps import Proposed, Section, namings
from ombudsman.pipeline.generate_templates import COUNTS

TITLE = "What the workload reads, the most read first"


def with_wanted(
    generated: Generated,
    wanted: Sequence[Suggestion],
    mapping: TableMappings,
    source: Catalogue,
    target: Catalogue,
    *,
    validators: Collection[str],
) -> Generated:
    """The pipeline with a section for what is wanted beyond it, in the order of the suggestions."""
    there = [t for t in mapping.tables if source.table(t.source) and target.table(t.target)]
    named = namings([table.source for table in there], counts=COUNTS)
    by_source = {found.ref: t for t in there if (found := source.table(t.source))}
    steps = {step.id: step for section in generated.sections for step in section.steps}
    new: list[Proposed] = []
    left_out = 0
    for each in wanted:
        table = source.table(each.table)
        mapped = by_source.get(each.table)
        if table is None or mapped is None or each.validator not in validators:
            left_out += 1
            continue
        if not each.others <= by_source.keys() or not all(
            _is_mapped(by_source.get(ref), column) for ref, column in _columns(each)
        ):
            left_out += 1
            continue
        if covering := _covering(each, table, mapped.source, steps.values()):
            steps[covering.id] = replace(covering, why=f"{covering.why}; {each.why}")
            continue
        naming = named[mapped.source]
        made = Proposed(
            _free(naming.id(*(each.name or words(each.validator))), {*steps, *(s.id for s in new)}),
            each.validator,
            each.why,
            table=mapped.source,
            params=each.params,
            needs=(naming.count,),
        )
        new.append(made)
    sections = [
        replace(section, steps=tuple(steps[step.id] for step in section.steps))
        for section in generated.sections
    ]
    sections += [Section(TITLE, tuple(new))] if new else []
    notes = [*generated.notes, *_note(left_out)]
    return Generated(tuple(sections), tuple(notes))


def _note(left_out: int) -> Iterator[str]:
    if left_out:
        what = (
            "1 check that the workload asks for is"
            if left_out == 1
            else f"{left_out} checks that the workload asks for are"
        )
        yield f"{what} left out: tables or columns of theirs are not mapped"


def _is_mapped(mapped: TableMapping | None, column: str) -> bool:
    return mapped is not None and any(pair.source == column for pair in mapped.columns)


def _columns(suggestion: Suggestion) -> Iterator[tuple[TableRef, str]]:
    """The columns that the suggestion reads, each with its table."""
    params, own = suggestion.params, suggestion.table
    yield from suggestion.reads
    yield from ((own, column) for column in params.get("columns", ()))
    for term in params.get("group_by", ()):
        yield own, term["column"] if isinstance(term, Mapping) else term
    for reference in params.get("references", ()):
        yield from ((own, column) for column in reference["columns"])
        other = TableRef.parse(reference["table"])
        yield from ((other, column) for column in reference.get("referred_columns", ()))


def _covering(
    wanted: Suggestion, table: Table, ref: TableRef, steps: Collection[Proposed]
) -> Proposed | None:
    """The step that asks it already."""
    for step in steps:
        if step.suggested or not _is_about(step, ref):
            continue
        if wanted.validator == "validate_foreign_keys":
            reference = wanted.params["references"][0]
            if _asks_reference(step, reference) or (
                step.validator == "validate_foreign_keys"
                and not step.params
                and _is_declared(table, reference)
            ):
                return step
        elif step.validator == wanted.validator and _asks_columns(step.params, wanted.params):
            return step
    return None


def _is_about(step: Proposed, ref: TableRef) -> bool:
    return (
        step.table == ref
        or step.tables == "all"
        or (isinstance(step.tables, tuple) and ref in step.tables)
    )


def _asks_columns(params: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether all wanted columns are asked, by the same groups and the same else."""
    rest, wanted_rest = (
        {k: v for k, v in each.items() if k != "columns"} for each in (params, wanted)
    )
    if rest != wanted_rest:
        return False
    if "columns" not in wanted:
        return True
    return "columns" not in params or set(wanted["columns"]) <= set(params["columns"])


def _asks_reference(step: Proposed, reference: Mapping[str, Any]) -> bool:
    listed = [*step.params.get("references", ()), *step.params.get("dimensions", ())]
    return any(
        each.get("table") == reference["table"] and _pairs(each) == _pairs(reference)
        for each in listed
    )


def _is_declared(table: Table, reference: Mapping[str, Any]) -> bool:
    return any(
        str(key.table) == reference["table"]
        and set(zip(key.columns, key.referred_columns, strict=True)) == _pairs(reference)
        for key in table.foreign_keys
    )


def _pairs(reference: Mapping[str, Any]) -> set[tuple[str, str]]:
    return set(zip(reference["columns"], reference["referred_columns"], strict=True))


def _free(wanted: str, taken: Collection[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
