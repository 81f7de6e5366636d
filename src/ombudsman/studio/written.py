"""What a person wrote as a document (a mapping, a pipeline), on its way from JSON into the library and back.

The library reads files and tells what is wrong by their lines and by paths such as `steps[0].params`. JSON is YAML, so
a document that came as JSON is read by the same reader; for its faults the paths become JSON pointers.
"""

import ast
import json
import re
from typing import Any

from ombudsman.model.errors import SettingsError

_NOT_ASCII = re.compile(r"[^\n\x20-\x7e]")
_PART = re.compile(r"\.?([^.\[\]']+)|\[(\d+)\]|\[('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]")


def as_yaml(document: Any) -> str:
    """The document as a text that the library's reader takes.

    JSON is such a text but for its escapes: it writes a letter beyond U+FFFF as two halves, which YAML refuses.
    """
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return _NOT_ASCII.sub(lambda found: f"\\U{ord(found[0]):08x}", text)


def pointer_of(path: str) -> str:
    """The JSON pointer (RFC 6901) of a path as the library writes it."""
    parts = [
        name or number or str(ast.literal_eval(quoted))
        for name, number, quoted in _PART.findall(path)
    ]
    return pointer(parts)


def pointer(parts: list[Any]) -> str:
    """The JSON pointer of keys and positions."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def below(error: SettingsError, root: str) -> SettingsError:
    """The same error, its faults told as pointers below `root` of the request's body."""
    faults = error.context.get("problems")
    if not isinstance(faults, list):
        faults = [{"path": "", "message": error.message, "hint": error.hint}]
    told = [
        {
            "pointer": root + pointer_of(str(fault["path"])),
            "message": str(fault["message"]),
            "hint": fault.get("hint"),
            "line": fault.get("line"),
        }
        for fault in faults
    ]
    first = told[0]
    message = str(first["message"]) if len(told) == 1 else f"{len(told)} things are wrong"
    return type(error)(message, hint=first["hint"] if len(told) == 1 else None, problems=told)
