"""The objects of a JSON export: an array, one with a name around it, or one object a line.

Objects are cut out of the stream one by one and parsed then; a file of any size needs the memory of one object.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ombudsman.workload.import_notes import ImportNotes

LONGEST = 64 * 1024 * 1024
"""Characters of one object at most."""

_WRAPPED = re.compile(r'\s*\{\s*"[^"\\]*"\s*:\s*\[\s*(?=\{)')
_OUTSIDE = re.compile(r'[{}"]')
_IN_TEXT = re.compile(r'[\\"]')


def json_rows(parts: Iterable[str], notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object with the line on which it begins."""
    for line, text, whole in _objects(parts):
        if not whole:
            notes.damage("the file is cut off in it, or it has no end", line)
            continue
        try:
            row = json.loads(text, strict=False)  # SQL Server breaks long lines within texts
        except (ValueError, RecursionError):
            notes.damage("it is no JSON object", line)
            continue
        yield line, row


def _objects(parts: Iterable[str]) -> Iterator[tuple[int, str, bool]]:
    """Each object's line and text, and whether it has its end."""
    scanner = _Scanner()
    for part in parts:
        yield from scanner.feed(part)
    if scanner.depth:
        yield scanner.began, "", False


class _Scanner:
    """Where objects begin and end, told by their braces outside of texts."""

    def __init__(self) -> None:
        self.depth = 0
        self.began = 1
        self._line = 1
        self._buffer = ""
        self._at = 0
        self._start = 0
        self._in_text = False
        self._is_first = True

    def feed(self, part: str) -> Iterator[tuple[int, str, bool]]:
        self._buffer += part
        if self._is_first:
            self._is_first = False
            self._unwrap()
        while (found := self._next()) is not None:
            yield from self._take(found)
        self._forget()
        if self.depth and len(self._buffer) > LONGEST:
            yield self.began, "", False
            self._buffer, self._at, self.depth, self._in_text = "", 0, 0, False

    def _unwrap(self) -> None:
        """Steps into `{"rows": [`."""
        if match := _WRAPPED.match(self._buffer):
            self._line += self._buffer.count("\n", 0, match.end())
            self._buffer = self._buffer[match.end() :]

    def _next(self) -> re.Match[str] | None:
        pattern = _IN_TEXT if self._in_text else _OUTSIDE
        found = pattern.search(self._buffer, self._at)
        if found is None:
            self._at = len(self._buffer)
        elif found[0] == "\\" and found.end() == len(self._buffer):
            self._at = found.start()  # what it escapes comes with the next part
            return None
        return found

    def _take(self, found: re.Match[str]) -> Iterator[tuple[int, str, bool]]:
        sign = found[0]
        self._at = found.end()
        if sign == "\\":
            self._at += 1
        elif sign == '"':
            self._in_text = not self._in_text
        elif sign == "{":
            if not self.depth:
                self.began = self._line + self._buffer.count("\n", 0, found.start())
                self._start = found.start()
            self.depth += 1
        elif self.depth:
            self.depth -= 1
            if not self.depth:
                yield self.began, self._buffer[self._start : self._at], True

    def _forget(self) -> None:
        """Lets go of what was handed out."""
        end = self._start if self.depth else self._at
        self._line += self._buffer.count("\n", 0, end)
        self._buffer = self._buffer[end:]
        self._at -= end
        self._start = 0
