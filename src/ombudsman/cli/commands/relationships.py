"""`ombudsman relationships`: what refers to what, and which table is what."""

import json
from collections.abc import Sequence
from pathlib import Path

from ombudsman.cli.commands.output import listing, say
from ombudsman.connections.named import connected
from ombudsman.measures.inclusion import LookedUp, look_up_relationships
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Catalogue
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import classify_columns
from ombudsman.relationships.personal import personal_columns
from ombudsman.relationships.star import star_of
from ombudsman.render.numbers import counted
from ombudsman.render.relationships import (
    HEADINGS,
    Columns,
    relationship_lines,
    relationships_diagram,
    relationships_json,
)


def infer(
    name: str,
    *,
    schemas: Sequence[str] | None,
    names_only: bool,
    json_file: Path | None,
    diagram: Path | None,
    config: Path | None,
) -> None:
    """Infers relationships and prints them; writes the files that were asked for."""
    with connected(name, config) as connection, connection.open() as reader:
        catalogue = read_catalogue(reader, schemas)
        by_names = LookedUp(infer_relationships(catalogue), {})
        found = by_names if names_only else look_up_relationships(reader, catalogue)
    listing(HEADINGS, relationship_lines(found.relationships), right=("Confidence",))
    _sum_up(catalogue, found)
    if json_file is not None:
        star = star_of(catalogue, found.relationships, found.profiles)
        columns = Columns(
            classify_columns(catalogue, found.relationships, found.profiles),
            personal_columns(catalogue),
        )
        told = relationships_json(catalogue, found.relationships, star, columns, found.notes)
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        json_file.write_bytes(text.encode("utf-8", "backslashreplace"))
    if diagram is not None:
        text = relationships_diagram(catalogue, found.relationships)
        diagram.write_text(text, encoding="utf-8", newline="\n")


def _sum_up(catalogue: Catalogue, found: LookedUp) -> None:
    declared = sum(each.declared for each in found.relationships)
    inferred = len(found.relationships) - declared
    say(
        f"{counted(len(catalogue.tables), 'table')}: {declared:,} declared, {inferred:,} inferred;"
        " a proposal for you to judge, nothing was changed"
    )
    for note in (*catalogue.notes, *found.notes):
        say(note)
