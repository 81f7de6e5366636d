"""What does a recorded text say: which statements, and what could not be read?

A text is one statement, or a batch or module with many. Each that reads or writes rows is parsed; others (EXEC, SET,
transactions, definitions) are only counted. A condition or an assigned value may hold a query of its own: it is read as
the SELECT that would give it.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError

from ombudsman.workload.hints import without_hints
from ombudsman.workload.parameters import declared_parameters
from ombudsman.workload.quoted_values import with_quoted_values
from ombudsman.workload.recorded import Parameter
from ombudsman.workload.spelling import as_the_parser_spells
from ombudsman.workload.split import Piece, pieces
from ombudsman.workload.words_of_tsql import words_of

# The parser's warnings repeat the text, which may hold values.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_BROKE = (
    SqlglotError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    AssertionError,
    RecursionError,
)
_READS = frozenset({"SELECT", "WITH", "(", "VALUES"})
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_TSQL = Dialect.get_or_raise("tsql")
LONGEST = 1_000_000
"""Characters of a text at most: a longer one is generated, and would hold the parser for minutes."""


_HALF = re.compile("[\ud800-\udfff]")


def _never(_: str) -> bool:
    return False


class StatementKind(StrEnum):
    READ = "read"
    WRITE = "write"
    OTHER = "other"


@dataclass(frozen=True)
class Unread:
    """Why a statement could not be parsed, and where: line and column of the recorded text, counted from 1."""

    reason: str
    line: int
    column: int
    near: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement; a read or write has a tree, unless it is `unread`."""

    kind: StatementKind
    text: str
    tree: exp.Expr | None = None
    unread: Unread | None = None


@dataclass(frozen=True)
class Statements:
    """The statements of a recorded text, and the parameters that were declared before them."""

    parameters: tuple[Parameter, ...]
    all: tuple[Statement, ...]


def read_statements(text: str, *, is_value: Callable[[str], bool] = _never) -> Statements:
    """Reads a recorded text. Nothing is raised: what cannot be parsed says so.

    Args:
        text: as it was recorded.
        is_value: whether what stands in double quotes is a value, as under QUOTED_IDENTIFIER OFF, and no name.
    """
    text = _writable(text)
    if len(text) > LONGEST:
        return _unread_whole(text, f"it is longer than {LONGEST:,} characters")
    words = words_of(text)
    if not words:
        reason = "a quote or comment is opened and not closed" if text.strip() else "it is empty"
        return _unread_whole(text, reason)
    if '"' in text:
        text = with_quoted_values(text, words, is_value)
        words = words_of(text)
    parameters, text_only = declared_parameters(text, words)
    plain = as_the_parser_spells(without_hints(text_only, words), words)
    begin = len(text) if plain.isspace() else len(plain) - len(plain.lstrip())
    inner = [word for word in words_of(plain) if word.start >= begin]
    return Statements(parameters, tuple(_statement(plain, piece) for piece in pieces(inner)))


def _writable(text: str) -> str:
    """Without what no file can hold: NUL, and halves of a character of UTF-16."""
    if _HALF.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


def _unread_whole(text: str, reason: str) -> Statements:
    return Statements((), (Statement(StatementKind.READ, text, unread=Unread(reason, 1, 1)),))


def _statement(text: str, piece: Piece) -> Statement:
    said = text[piece.start : piece.end]
    if piece.verb in _WRITES or _is_write(said, piece.verb):
        kind = StatementKind.WRITE
    elif piece.verb in _READS:
        kind = StatementKind.READ
    else:
        return _other(said, piece.verb)
    tree = _parsed(_without_call(said) if piece.verb == "INSERT" else said)
    if isinstance(tree, Unread):
        return Statement(kind, said, unread=_moved(tree, text, piece.start))
    if tree.find(exp.Into) is not None and isinstance(tree, exp.Select):
        kind = StatementKind.WRITE
    return Statement(kind, said, tree)


def _without_call(said: str) -> str:
    """`INSERT INTO t EXEC p`: what the procedure reads is not told here, what is written is."""
    for word in words_of(said):
        if word.text in {"EXEC", "EXECUTE"} and not word.is_quoted:
            return said[: word.start] + "SELECT 1"
    return said


def _is_write(said: str, verb: str) -> bool:
    """`WITH x AS (...) UPDATE ...`."""
    if verb != "WITH":
        return False
    depth = 0
    for word in words_of(said):
        depth += (word.text == "(") - (word.text == ")")
        if not depth and not word.is_quoted:
            if word.text == "SELECT":
                return False
            if word.text in _WRITES:
                return True
    return False


def _other(said: str, verb: str) -> Statement:
    """A query within a condition or an assignment; else nothing that reads."""
    if "SELECT" not in said.upper() or verb not in {"IF", "WHILE", "SET", "RETURN"}:
        return Statement(StatementKind.OTHER, said)
    rest = said[len(verb) :].strip()
    asked = f"SELECT 1 WHERE {rest}" if verb in {"IF", "WHILE"} else f"SELECT {rest}"
    tree = _parsed(asked)
    if isinstance(tree, Unread):
        return Statement(StatementKind.OTHER, said)
    inner = tree
    if verb == "RETURN" and isinstance(tree, exp.Select) and len(tree.expressions) == 1:
        only = tree.expressions[0].unnest()
        inner = only if isinstance(only, exp.Query) else tree
        while isinstance(inner, exp.Subquery):
            inner = inner.this
    return Statement(StatementKind.READ, said, inner)


def _parsed(text: str) -> exp.Expr | Unread:
    try:
        trees = _TSQL.parse(text, error_level=ErrorLevel.RAISE)
    except ParseError as error:
        return _told(error)
    except _BROKE:
        return Unread("the parser does not know it", 1, 1)
    if len(trees) != 1 or trees[0] is None:
        return Unread("it is not one statement", 1, 1)
    if isinstance(trees[0], exp.Command):
        return Unread("the parser does not know it", 1, 1)
    return trees[0]


def _told(error: ParseError) -> Unread:
    told = error.errors[0] if error.errors else {}
    near = str(told.get("highlight") or "")
    line, last = int(told.get("line") or 1), int(told.get("col") or 1)
    reason = (
        str(told.get("description") or "it is not complete").partition(" but got <")[0].rstrip(".")
    )
    return Unread(reason[:1].lower() + reason[1:], line, max(last - len(near) + 1, 1), near[:60])


def _moved(unread: Unread, text: str, start: int) -> Unread:
    """The place in the whole text of a place in a part of it."""
    before = text[:start]
    column = unread.column
    if unread.line == 1:
        column += start - (before.rfind("\n") + 1)
    return Unread(unread.reason, unread.line + before.count("\n"), column, unread.near)
