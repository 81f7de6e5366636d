"""Reads an export in a process of its own: what somebody sent may be made to exhaust whoever reads it.

`python -m ombudsman.studio.work.read_workload FOLDER` finds `asked.json`, `catalogue.json` and `export` there, and
leaves `told.json`: the workload without any value of a statement, or the reason why it could not be read. Memory,
processor time and what it may write are bounded where the system can do that. It ends when its standard input does:
then nobody is there any more who would hear it.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ombudsman.model.errors import OmbudsmanError, SettingsError
from ombudsman.model.suggestion import Suggestion
from ombudsman.model.tables import Catalogue
from ombudsman.render.workload_json import pattern_json, unread_json, workload_json
from ombudsman.studio.errors import fault_of
from ombudsman.workload.analyze import analyze
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.read_export import read_export
from ombudsman.workload.suggest import suggest
from ombudsman.workload.workload import Pattern, Workload

ASKED, CATALOGUE, EXPORT, TOLD = "asked.json", "catalogue.json", "export", "told.json"
MOST_PATTERNS = 20_000
"""So many are kept, the heaviest; the figures of tables and columns count all."""
_LISTED = 2_000
"""So many entries of each list of the summary are kept, the heaviest."""
MOST_LETTERS = 20_000
"""A longer text of a pattern is cut: nobody reads it, and a few of a hundred megabytes would fill the store."""
_MEMORY = 4 << 30
_WRITTEN = 1 << 30
_PROCESSOR_S = 900

Suggestions = TypeAdapter(list[Suggestion])


def read() -> dict[str, Any]:
    """What the export in the working folder tells.

    Raises:
        SettingsError: it cannot be read.
    """
    asked = json.loads(Path(ASKED).read_text(encoding="utf-8"))
    catalogue = Catalogue.model_validate_json(Path(CATALOGUE).read_bytes())
    notes = ImportNotes()
    workload = analyze(read_export(Path(EXPORT), notes, encoding=asked["encoding"]), catalogue)
    workload.notes += notes.told()
    if not notes.rows:
        raise SettingsError("the export holds no statement")
    patterns = _patterns(workload)
    if len(patterns) > MOST_PATTERNS:
        workload.notes.append(
            f"{len(patterns):,} patterns: the heaviest {MOST_PATTERNS:,} are kept"
        )
    return {
        "summary": _summary(workload),
        "patterns": patterns[:MOST_PATTERNS],
        "suggestions": Suggestions.dump_python(
            suggest(workload, catalogue, dialect=asked["dialect"]), mode="json"
        ),
    }


def _summary(workload: Workload) -> dict[str, Any]:
    told = workload_json(workload)
    del told["patterns"], told["unread"]
    lists = {key: value[:_LISTED] for key, value in told.items() if isinstance(value, list)}
    counts = {"patterns": len(workload.patterns), "unread": len(workload.unread)}
    return told | lists | {"counts": counts}


def _patterns(workload: Workload) -> list[dict[str, Any]]:
    read = [
        (each.usage.weight, _trouble(each), _cut(pattern_json(each))) for each in workload.patterns
    ]
    read += [(each.usage.weight, "unread", _cut(unread_json(each))) for each in workload.unread]
    read.sort(key=lambda each: (-each[0], each[2]["id"]))
    return [
        {
            "position": position,
            "pattern_id": told["id"],
            "kind": str(told["kind"]),
            "text": told["text"],
            "executions": told["executions"],
            "duration_ms": told["duration_ms"],
            "reads": told["reads"],
            "trouble": trouble,
            "document": told,
        }
        for position, (_, trouble, told) in enumerate(read)
    ]


def _cut(told: dict[str, Any]) -> dict[str, Any]:
    text = told["text"]
    return told if len(text) <= MOST_LETTERS else told | {"text": text[:MOST_LETTERS] + " [...]"}


def _trouble(pattern: Pattern) -> str:
    if pattern.will_not_run:
        return "will_not_run"
    return "answers_differ" if pattern.answers_differ else "none"


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows: the time that the parent allows bounds it
        return
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_CPU, _PROCESSOR_S),
    ):
        resource.setrlimit(kind, (most, most))


def _end_with_the_server() -> None:
    while os.read(0, 1):  # not by `sys.stdin`, whose lock would hinder the process from ending
        pass
    os._exit(1)


def main(folder: Path) -> None:
    """Reads, and writes down what came of it; ends badly only where nothing could be written down."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.chdir(folder)  # so that messages name the export, and not where it lies
    _bound()
    try:
        told = read()
    except MemoryError:
        told = {
            "problem": {"code": "settings_error", "message": "the export needs too much memory"}
        }
    except OmbudsmanError as error:
        told = {"problem": {"code": error.code, "message": error.message, "hint": error.hint}}
    except Exception as error:  # noqa: BLE001 - its words may hold values
        told = {"problem": fault_of(error).model_dump(mode="json", exclude={"context"})}
    Path(TOLD).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
