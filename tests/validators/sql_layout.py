"""A statement with a clause a line, so that people can read it and see what changed.

Only the white space between its words is another: whatever stands there is what would be sent.
"""

from itertools import pairwise

from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token

STEP = "  "
CLAUSES = frozenset(
    {"SELECT", "FROM", "JOIN", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "WITH"}
)
"""The words that begin a line, in a query and outside of its functions."""


def laid_out(sql: str, dialect: str) -> str:
    """The statement, a clause a line, and each column of a longer list on one of its own."""
    return _Layout(sql, Dialect.get_or_raise(dialect).tokenize(sql)).text()


class _Layout:
    def __init__(self, sql: str, tokens: list[Token]) -> None:
        self._words = [sql[each.start : each.end + 1] for each in tokens]
        self._spaced = [before.end + 1 < after.start for before, after in pairwise(tokens)]
        self._queries: list[int | None] = [0]
        """For each open parenthesis the depth of the query in it; None: no query is."""
        self._clause = ""
        self._clauses: list[str] = []
        self._between = False

    def text(self) -> str:
        parts: list[str] = []
        for place, word in enumerate(self._words):
            if place:
                parts.append(self._gap(place, word))
            parts.append(word)
            self._follow(place, word)
        return "".join(parts) + "\n"

    def _gap(self, place: int, word: str) -> str:
        """What stands before a word."""
        depth, said = self._queries[-1], _head(word)
        before = self._words[place - 1].upper()
        if word == ")" and depth is not None and len(self._queries) > 1:
            return "\n" + STEP * (depth - 1)
        if depth is not None:
            if said in CLAUSES and before not in {"WITHIN", "INNER", "LEFT"}:
                return "\n" + STEP * depth
            if before == "," and self._clause == "SELECT":
                return "\n" + STEP * (depth + 1)
            if said in {"AND", "OR"} and self._clause in {"WHERE", "HAVING"} and not self._between:
                return "\n" + STEP * (depth + 1)
        return " " if self._spaced[place - 1] else ""

    def _follow(self, place: int, word: str) -> None:
        """Takes in what the word opens, closes or begins."""
        said = _head(word)
        following = self._words[place + 1].upper() if place + 1 < len(self._words) else ""
        if word == "(":
            depth = max(each for each in self._queries if each is not None)
            self._queries.append(depth + 1 if following in {"SELECT", "WITH"} else None)
            self._clauses.append(self._clause)
        elif word == ")":
            self._queries.pop()
            self._clause = self._clauses.pop()
        elif self._queries[-1] is not None and said in CLAUSES:
            self._clause = said
        self._between = said == "BETWEEN" or (self._between and said != "AND")


def _head(word: str) -> str:
    """The first part of a keyword such as GROUP BY, in capitals."""
    return word.upper().partition(" ")[0]
