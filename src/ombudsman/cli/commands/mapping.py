"""`ombudsman mapping`: which table and column of the target answers which of the source?"""

import json
from collections.abc import Sequence
from pathlib import Path

from ombudsman.cli.commands.output import say
from ombudsman.connections.named import connected
from ombudsman.mapping.decisions import decisions_of
from ombudsman.mapping.file import read_mapping
from ombudsman.mapping.suggest import suggest_mapping
from ombudsman.mapping.suggestion import Lane, Suggestion
from ombudsman.mapping.suggestion_text import suggestion_json, suggestion_text
from ombudsman.measures.profiles import ReadProfiles, value_profiles
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import SettingsError
from ombudsman.model.mapping import Mapping
from ombudsman.model.tables import Catalogue
from ombudsman.render.numbers import counted


def suggest(
    source: str,
    target: str,
    *,
    out: Path | None,
    json_file: Path | None,
    values: bool,
    schema_map: Sequence[str],
    decisions: Path | None,
    config: Path | None,
) -> None:
    """Proposes a mapping; writes the mapping file, or prints it."""
    schemas = _schemas(schema_map)
    decided = read_mapping(decisions) if decisions is not None else Mapping()
    here, source_profiles = _side(source, config, values=values)
    there, target_profiles = _side(target, config, values=values)
    suggestion = suggest_mapping(
        here,
        there,
        source_profiles=source_profiles.profiles,
        target_profiles=target_profiles.profiles,
        decisions=decisions_of(decided, here, there),
        schemas=schemas,
    )
    notes = [
        *(f"of the source: {note}" for note in (*here.notes, *source_profiles.notes)),
        *(f"of the target: {note}" for note in (*there.notes, *target_profiles.notes)),
    ]
    if json_file is not None:
        told = json.dumps(suggestion_json(suggestion, notes), indent=2, ensure_ascii=False)
        json_file.write_text(told + "\n", encoding="utf-8", newline="\n")
    text = suggestion_text(suggestion, notes)
    if out is None:
        print(text, end="")  # noqa: T201 - for a file or a pipe
        return
    out.write_text(text, encoding="utf-8", newline="\n")
    for note in notes:
        say(note)
    say(_summary(suggestion, out))


def _side(name: str, config: Path | None, *, values: bool) -> tuple[Catalogue, ReadProfiles]:
    with connected(name, config) as connection, connection.open() as reader:
        catalogue = read_catalogue(reader)
        if not values:
            return catalogue, ReadProfiles()
        return catalogue, value_profiles(reader, catalogue)


def _schemas(written: Sequence[str]) -> dict[str, str]:
    """`SOURCE=TARGET`, each source once."""
    found: dict[str, str] = {}
    for each in written:
        source, sign, target = each.partition("=")
        if not (source and sign and target):
            raise SettingsError(
                f"{each!r} does not say which schema answers which",
                hint="write --schema-map SOURCE=TARGET",
            )
        if found.setdefault(source, target) != target:
            raise SettingsError(f"the schema {source!r} is given two answers")
    return found


def _summary(suggestion: Suggestion, out: Path) -> str:
    mapped = counted(len(suggestion.mapping.tables), "table")
    lanes = [c.lane for t in suggestion.tables for c in t.columns]
    lanes += [t.lane for t in suggestion.tables]
    doubtful, open_ = lanes.count(Lane.SUGGEST), lanes.count(Lane.REVIEW)
    left = len(suggestion.unmatched_source) + len(suggestion.unmatched_target)
    return (
        f"{mapped} mapped in {out}; look at {counted(doubtful, 'pair')}, decide {open_}: see the comments;"
        f" {counted(left, 'table')} without a counterpart"
    )
