"""Where does the audit log end, by the server's log?

Whoever may change the store may not be able to change the log files, or what became of them elsewhere. So the furthest
end that they tell of must be in the audit log still.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ombudsman.studio.persistence.audit import END_TOLD, End

_TOLD = re.compile(re.escape(END_TOLD).replace("%d", r"(\d+)").replace("%s", r"([0-9a-f]{64})"))


def end_in_logs(folder: Path) -> End | None:
    """The furthest end that the logs of this folder tell of, the latest of several; None when they tell of none."""
    furthest: End | None = None
    for path in sorted(folder.glob("*.log*"), key=lambda each: each.stat().st_mtime):
        for end in _ends(path):
            if furthest is None or end.number >= furthest.number:
                furthest = end
    return furthest


def _ends(path: Path) -> Iterator[End]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if "audit log ends" in line and (told := _TOLD.fullmatch(_event(line))):
                yield End(int(told[1]), told[2])


def _event(line: str) -> str:
    try:
        said = json.loads(line)
    except ValueError:  # the last line of a process that was killed
        return ""
    return str(said.get("event", "")) if isinstance(said, dict) else ""
