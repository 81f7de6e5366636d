"""What a CREATE statement says beyond its catalogue: how a column is computed, and its collation.

DuckDB and SQLite keep the statement and do not tell these two things elsewhere. The scanner does not understand SQL;
it only knows where names, texts, comments and brackets begin and end, and so finds the definitions between the commas
of the outermost brackets. Columns stand there first, in the table's own order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_PIECE = re.compile(
    r"""
      (?P<quoted>'(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]']*\])
    | (?P<comment>--[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<open>\() | (?P<close>\)) | (?P<comma>,)
    | (?P<word>[^\s'"`\[(),/-]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_DEPTH = {"open": 1, "close": -1}


@dataclass(frozen=True)
class Definition:
    """One part between two commas: its text, how it is computed, its collation."""

    text: str
    computed: str | None = None
    collation: str | None = None


def definitions(create: str) -> list[Definition]:
    """The parts inside the outermost brackets of a CREATE TABLE or CREATE INDEX; none without brackets."""
    return [_definition(part) for part in _parts(create)]


def unquoted(name: str) -> str:
    """A name as the catalogue spells it, of a name as SQL spells it."""
    for opening, closing in ('""', "``", "[]"):
        if len(name) > 1 and name.startswith(opening) and name.endswith(closing):
            return name[1:-1].replace(closing * 2, closing)
    return name


Piece = tuple[str, str]
"""What it is (a group of `_PIECE`), and its text."""


def _pieces(sql: str) -> list[Piece]:
    return [(match.lastgroup or "other", match.group()) for match in _PIECE.finditer(sql)]


def _parts(create: str) -> list[list[Piece]]:
    """The pieces of each part inside the outermost brackets."""
    parts: list[list[Piece]] = []
    depth = 0
    for kind, text in _pieces(create):
        if kind == "close" and depth:
            depth -= 1
            if depth == 0:
                return parts
        if depth == 1 and kind == "comma":
            parts.append([])
        elif depth:
            parts[-1].append((kind, text))
        if kind == "open":
            if not depth:
                parts.append([])
            depth += 1
    return parts


def _definition(part: list[Piece]) -> Definition:
    pieces = [piece for piece in part if piece[0] != "comment"]
    computed, collation = None, None
    for before, at in pairwise(_outer(pieces)):
        word = pieces[before][1].casefold()
        if word == "as" and pieces[at][0] == "open":
            computed = _bracketed(pieces[at:])
        elif word == "collate":
            collation = unquoted(pieces[at][1])
    return Definition(
        text="".join(text for _, text in pieces).strip(), computed=computed, collation=collation
    )


def _outer(pieces: list[Piece]) -> Iterator[int]:
    """Where the pieces stand that are neither blank nor inside brackets; an opening bracket is outside."""
    depth = 0
    for at, (kind, text) in enumerate(pieces):
        if depth == 0 and not text.isspace():
            yield at
        depth += _DEPTH.get(kind, 0)


def _bracketed(pieces: list[Piece]) -> str:
    """The text between the bracket that opens and the one that closes it."""
    depth = 0
    for at, (kind, _) in enumerate(pieces):
        depth += _DEPTH.get(kind, 0)
        if depth == 0:
            return "".join(text for _, text in pieces[1:at]).strip()
    return ""
