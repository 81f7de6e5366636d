"""In which encoding is an export written?

SQL Server's tools write UTF-8 or UTF-16 with a byte order mark, or the code page of Windows. What says nothing of
itself is read as UTF-8; bytes that are none are read as Windows-1252, and that is told, for they may be of another code
page.
"""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from ombudsman.model.errors import SettingsError
from ombudsman.workload.import_notes import ImportNotes

HEAD = 4096
"""So many bytes are looked at to tell what a file is."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STRAY = re.compile("[\udc80-\udcff]")
_CHUNK = 1 << 16


class ExportText:
    """The characters of a file, in parts or in lines; never all of them in memory."""

    def __init__(
        self, raw: IO[bytes], head: bytes, notes: ImportNotes, encoding: str | None
    ) -> None:
        """Settles the encoding; `head` is how the file begins.

        Raises:
            SettingsError: there is no such encoding, or it is none of texts.
        """
        found = encoding or _encoding(head)
        try:
            b"a".decode(found, "replace")
        except (LookupError, UnicodeError):
            raise SettingsError(
                f"no encoding is called {found!r}",
                hint="write utf-8, utf-16, cp1250, cp1252, cp1254 or the like",
            ) from None
        self._is_guess = encoding is None and found.startswith("utf-8")
        errors = "surrogateescape" if self._is_guess else "replace"
        self._decoder = codecs.getincrementaldecoder(found)(errors)
        self._encoding = found
        self._raw = raw
        self._notes = notes

    def lines(self) -> Iterator[str]:
        """Line by line, each with its end."""
        begun: list[str] = []
        for part in self.parts():
            first, *others = part.split("\n")
            begun.append(first)
            if others:
                yield "".join(begun) + "\n"
                yield from (line + "\n" for line in others[:-1])
                begun = [others[-1]]
        if rest := "".join(begun):
            yield rest

    def parts(self) -> Iterator[str]:
        """Part by part, wherever one ends.

        Raises:
            SettingsError: it is not of this encoding, such as UTF-16 without a mark.
        """
        while part := self._raw.read(_CHUNK):
            yield self._mended(self._decoded(part))
        yield self._mended(self._decoded(b"", final=True))

    def _decoded(self, part: bytes, *, final: bool = False) -> str:
        try:
            return self._decoder.decode(part, final=final)
        except UnicodeError:
            raise SettingsError(
                f"it cannot be read as {self._encoding}", hint="say another encoding, or none"
            ) from None

    def _mended(self, text: str) -> str:
        if not self._is_guess or text.isascii():
            return text
        mended, count = _STRAY.subn(_as_windows, text)
        if count:
            self._notes.say(
                "it is not UTF-8 throughout: such bytes were read as Windows-1252; if names look wrong, say --encoding"
            )
        return mended


def beginning(head: bytes) -> str:
    """The first characters, to tell what kind of file it is."""
    return head.decode(_encoding(head), errors="replace").lstrip("\ufeff \t\r\n")


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    # Latin letters in UTF-16 are every second byte zero.
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) >= 4 and head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8"


def _as_windows(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", errors="replace")
