"""How foreign XML is read: as a stream of elements, and never with a document type.

Entities are where XML becomes dangerous (one that grows a billion times, one that is a file of this machine), and only
a document type can define them: a text that has one is refused before anything in it is expanded.
"""

from collections.abc import Callable, Mapping
from typing import NoReturn
from xml.parsers import expat

from ombudsman.model.errors import SettingsError

DEEPEST = 500
"""So many elements may stand in one another; plans of real queries have some two hundred."""

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Characters = Callable[[str], None]

BROKEN = expat.ExpatError


class SafeXml:
    """Hands elements to its callbacks as they come. Raises `BROKEN` where the text is no XML."""

    def __init__(self, start: Start, end: End, characters: Characters | None = None) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = refuse_doctype
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        if characters is not None:
            self._parser.CharacterDataHandler = characters
        self._start, self._end = start, end
        self._depth = 0

    def feed(self, text: str, *, last: bool = False) -> None:
        self._parser.Parse(text, last)

    @property
    def line(self) -> int:
        """The line that is being read, counted from 1."""
        return self._parser.CurrentLineNumber

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SettingsError(f"the XML nests more than {DEEPEST} elements")
        self._start(local(name), attributes)

    def _ended(self, name: str) -> None:
        self._depth -= 1
        self._end(local(name))


def local(name: str) -> str:
    """An element's name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def refuse_doctype(*_: object) -> NoReturn:
    """Raises `SettingsError`; the arguments are the parser's."""
    raise SettingsError(
        "the XML has a document type, which could define entities: it is not read",
        hint="an export needs none; take the <!DOCTYPE ...> away if you trust the file",
    )
