"""The rows of an XML export: what FOR XML writes, and the events of Extended Events.

A row is an element with a statement in its attributes (`<row query_sql_text="..."/>`) or in elements of its own; an
event keeps its values in `<data name="..."><value>`. FOR XML writes no root: one is put around.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ombudsman.workload.export_columns import columns_meant
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.safe_xml import BROKEN, SafeXml, refuse_doctype

_DECLARATION = re.compile(r"\ufeff?\s*<\?xml[^>]*\?>")

_DOCTYPE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*<!DOCTYPE", re.DOTALL)


def xml_rows(parts: Iterable[str], notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with the line on which it ends."""
    rows = _Rows()
    parser = SafeXml(rows.start, rows.end, rows.characters)
    rows.parser = parser
    first = True
    try:
        for part in parts:
            parser.feed(_in_a_root(part) if first else part)
            first = False
            yield from rows.taken()
        parser.feed("</export>", last=True)
    except BROKEN:
        notes.damage(
            "the XML is cut off or broken in it, and what follows cannot be read", parser.line
        )
    yield from rows.taken()


def _in_a_root(part: str) -> str:
    """How the text begins, in a root; a document type would no longer stand at the beginning and be told as broken."""
    part = _DECLARATION.sub("", part, count=1)
    if _DOCTYPE.match(part):
        refuse_doctype()
    return "<export>" + part


class _Rows:
    """Elements that are open, each with the values it has so far."""

    def __init__(self) -> None:
        self.parser: SafeXml | None = None
        self._open: list[dict[str, Any]] = []
        self._names: list[str] = []
        self._text: list[str] = []
        self._done: list[tuple[int, dict[str, Any]]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._open.append(dict(attributes))
        self._names.append(name)
        self._text.clear()

    def characters(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        values = self._open.pop()
        self._names.pop()
        text = "".join(self._text)
        self._text.clear()
        if self._is_row(name, values):
            line = self.parser.line if self.parser else 0
            self._done.append(
                (line, {key: each for key, each in values.items() if each is not None})
            )
        elif self._names and self._names[-1] != "export":
            self._hand_up(name, values, text)

    def taken(self) -> Iterator[tuple[int, dict[str, Any]]]:
        done, self._done = self._done, []
        yield from done

    def _is_row(self, name: str, values: Mapping[str, Any]) -> bool:
        if name in {"data", "action", "value", "export"}:
            return False
        return name == "event" or "text" in columns_meant(values)

    def _hand_up(self, name: str, values: dict[str, Any], text: str) -> None:
        """A leaf is a value of the element around it."""
        around = self._open[-1]
        if name in {"data", "action"}:
            around.setdefault(str(values.get("name", name)), values.get("value", text))
        elif name == "value" or not values:
            around.setdefault(name, text)
