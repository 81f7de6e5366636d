"""What is wrong with a file that somebody wrote, each fault with its line, all of them told together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ombudsman.model.errors import SettingsError

NodePath = tuple[str | int, ...]
"""Where a node stands in a document: keys and list positions from the root, `("steps", 0, "needs")`."""

TOLD = 40
"""How many faults a message lists; `context["problems"]` holds them all."""


def path_text(path: NodePath) -> str:
    """The path as a person reads it: `steps[0].params.columns`; odd keys stand in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "").replace("-", "").isalnum():
            text += f".{part}" if text else part
        else:
            text += f"[{part!r}]"
    return text


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file. Lines and columns count from 1; `kind` is the error it amounts to."""

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str | None = None
    kind: type[SettingsError] = SettingsError

    @property
    def sentence(self) -> str:
        """`file:line: path: message`."""
        return f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "") + self.message

    def data(self) -> dict[str, Any]:
        """The fault as plain values, for `context["problems"]`."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "message": self.message,
            "hint": self.hint,
        }


def invalid(faults: Sequence[Fault], *, otherwise: type[SettingsError]) -> SettingsError:
    """One error that tells all faults, in the order of their lines.

    Its class is that of the faults when they are of one kind, else `otherwise`. `context["problems"]` lists them as
    plain values.
    """
    files = list(dict.fromkeys(fault.file for fault in faults))
    ordered = sorted(
        dict.fromkeys(faults), key=lambda fault: (files.index(fault.file), fault.line, fault.column)
    )
    kinds = {fault.kind for fault in ordered}
    kind = kinds.pop() if len(kinds) == 1 else otherwise
    problems = [fault.data() for fault in ordered]
    if len(ordered) == 1:
        return kind(ordered[0].sentence, hint=ordered[0].hint, problems=problems)
    lines = [f.sentence + (f"; {f.hint}" if f.hint else "") for f in ordered[:TOLD]]
    if len(ordered) > TOLD:
        lines.append(f"and {len(ordered) - TOLD} more")
    return kind(f"{files[0]}: {len(ordered)} problems\n  " + "\n  ".join(lines), problems=problems)
