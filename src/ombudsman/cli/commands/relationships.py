"""`ombudsman relationships`: what refers to what, and which table is what."""

import json
from collections.abc import Sequence
from pathlib import Path

from ombudsman.cli.commands.output import listing, say
from ombudsman.cli.commands.workload import workload_of
from ombudsman.connections.named import connected
from ombudsman.measures.inclusion import LookedUp, look_up_relationships
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Catalogue
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import classify_columns
from ombudsman.relationships.personal import personal_columns
from ombudsman.relationships.proposal import Relationship
from ombudsman.relationships.star import star_of
from ombudsman.render.numbers import counted
from ombudsman.render.relationships import (
    HEADINGS,
    Columns,
    relationship_lines,
    relationships_diagram,
    relationships_json,
)
from ombudsman.workload.evidence import joins_of, use_of


def infer(
    name: str,
    *,
    schemas: Sequence[str] | None,
    names_only: bool,
    json_file: Path | None,
    diagram: Path | None,
    workload: Path | None,
    config: Path | None,
) -> None:
    """Infers relationships and prints them; writes the files that were asked for."""
    with connected(name, config) as connection, connection.open() as reader:
        catalogue = read_catalogue(reader, schemas)
        known = workload_of(workload, catalogue) if workload is not None else None
        joins = joins_of(known) if known else None
        if names_only:
            found = LookedUp(infer_relationships(catalogue, join_evidence=joins), {})
        else:
            found = look_up_relationships(reader, catalogue, joins)
    notes = (*found.notes, *(known.notes if known else ()))
    listing(HEADINGS, relationship_lines(found.relationships), right=("Confidence",))
    _sum_up(catalogue, found.relationships, notes)
    if json_file is not None:
        star = star_of(catalogue, found.relationships, found.profiles)
        columns = Columns(
            classify_columns(
                catalogue, found.relationships, found.profiles, use_of(known) if known else None
            ),
            personal_columns(catalogue),
        )
        told = relationships_json(catalogue, found.relationships, star, columns, notes)
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        json_file.write_bytes(text.encode("utf-8", "backslashreplace"))
    if diagram is not None:
        text = relationships_diagram(catalogue, found.relationships)
        diagram.write_text(text, encoding="utf-8", newline="\n")


def _sum_up(catalogue: Catalogue, found: Sequence[Relationship], notes: Sequence[str]) -> None:
    declared = sum(each.declared for each in found)
    inferred = len(found) - declared
    say(
        f"{counted(len(catalogue.tables), 'table')}: {declared:,} declared, {inferred:,} inferred;"
        " a proposal for you to judge, nothing was changed"
    )
    for note in (*catalogue.notes, *notes):
        say(note)
