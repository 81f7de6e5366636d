"""Where does one statement of a batch end and the next begin? T-SQL needs no semicolons.

A batch becomes a tree of statements: single ones, blocks, IF with its branches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot.tokenizer_core import Token, TokenType
from tests.standins.tds.errors import syntax
from tests.standins.tds.parsing import is_word, tokens_of

_BEGINNINGS = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "TRUNCATE", "SET", "BEGIN", "COMMIT", "ROLLBACK",
    "SAVE", "USE", "DECLARE", "IF", "ELSE", "EXEC", "EXECUTE", "PRINT", "WAITFOR", "RAISERROR", "THROW", "GRANT", "DENY",
    "REVOKE", "MERGE", "RETURN", "END", "WHILE", "KILL",
)  # fmt: skip

_DEFINING = ("CREATE", "ALTER", "DROP", "GRANT", "DENY", "REVOKE")


@dataclass(frozen=True)
class Statement:
    """One statement, as its words and as it was written."""

    tokens: tuple[Token, ...]
    text: str

    @property
    def verb(self) -> str:
        return self.tokens[0].text.upper()


@dataclass(frozen=True)
class Choice:
    """IF: words of its condition, and what follows."""

    condition: tuple[Token, ...]
    text: str
    then: "Node"
    otherwise: "Node | None"


@dataclass(frozen=True)
class Block:
    nodes: tuple["Node", ...]


Node: TypeAlias = Statement | Choice | Block
_Test: TypeAlias = Callable[[Token], bool]


def read_batch(text: str) -> Block:
    """All statements of the batch.

    Raises:
        SqlError: 102, it cannot be read.
    """
    reader = _Reader(tokens_of(text), text)
    nodes = []
    while reader.skip():
        nodes.append(reader.node())
    return Block(tuple(nodes))


class _Reader:
    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._position = 0

    def skip(self) -> bool:
        """Whether there is more, behind semicolons."""
        while (
            self._position < len(self._tokens)
            and self._tokens[self._position].token_type == TokenType.SEMICOLON
        ):
            self._position += 1
        return self._position < len(self._tokens)

    def node(self) -> Node:
        if self._sees("IF"):
            return self._choice()
        if (
            self._sees("BEGIN")
            and not self._sees("BEGIN", "TRAN")
            and not self._sees("BEGIN", "TRANSACTION")
        ):
            return self._block()
        begin = self._position
        self._position = self._end(begin)
        tokens = tuple(self._tokens[begin : self._position])
        return Statement(tokens, self._text)

    def _choice(self) -> Choice:
        self._position += 1
        begin = self._position
        while self._position < len(self._tokens) and not self._begins(self._position):
            self._position = self._after(self._position)
        tokens = tuple(self._tokens[begin : self._position])
        if not self.skip():
            raise syntax("IF")
        then = self.node()
        self.skip()
        otherwise = None
        if self._sees("ELSE"):
            self._position += 1
            otherwise = self.node()
        return Choice(tokens, self._text, then, otherwise)

    def _block(self) -> Block:
        self._position += 1
        nodes = []
        while self.skip() and not self._sees("END"):
            nodes.append(self.node())
        if not self._sees("END"):
            raise syntax("BEGIN")
        self._position += 1
        return Block(tuple(nodes))

    def _sees(self, *words: str) -> bool:
        coming = self._tokens[self._position : self._position + len(words)]
        return len(coming) == len(words) and all(
            is_word(token, word) for token, word in zip(coming, words, strict=True)
        )

    def _after(self, position: int) -> int:
        """Behind the word, or behind the parentheses that open here, or behind the END of a CASE."""
        closing = {TokenType.L_PAREN: TokenType.R_PAREN}.get(self._tokens[position].token_type)
        if is_word(self._tokens[position], "CASE"):
            return self._behind(
                position, lambda token: is_word(token, "CASE"), lambda token: is_word(token, "END")
            )
        if closing is None:
            return position + 1
        return self._behind(
            position,
            lambda token: token.token_type == TokenType.L_PAREN,
            lambda token: token.token_type == TokenType.R_PAREN,
        )

    def _behind(self, position: int, opens: _Test, closes: _Test) -> int:
        depth = 0
        for index in range(position, len(self._tokens)):
            depth += opens(self._tokens[index]) - closes(self._tokens[index])
            if depth == 0:
                return index + 1
        return len(self._tokens)

    def _end(self, begin: int) -> int:
        """Where the statement that begins here ends."""
        verb = self._tokens[begin].text.upper()
        if verb in {"CREATE", "ALTER"} and any(
            is_word(token, "VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "PROC")
            for token in self._tokens[begin + 1 : begin + 4]
        ):
            return len(self._tokens)
        position, has_query, has_set = begin + 1, verb == "SELECT", False
        while position < len(self._tokens):
            token = self._tokens[position]
            if token.token_type == TokenType.SEMICOLON:
                return position
            if self._begins(position) and self._is_new(
                position, verb, has_query=has_query, has_set=has_set
            ):
                return position
            has_query = has_query or is_word(token, "SELECT", "VALUES")
            has_set = has_set or is_word(token, "SET")
            position = self._after(position)
        return position

    def _begins(self, position: int) -> bool:
        token = self._tokens[position]
        before = self._tokens[position - 1].token_type if position else None
        return is_word(token, *_BEGINNINGS) and before not in {TokenType.PARAMETER, TokenType.DOT}

    def _is_new(self, position: int, verb: str, *, has_query: bool, has_set: bool) -> bool:
        """Whether the word begins a statement, or belongs to the one that was begun."""
        token, before = self._tokens[position], self._tokens[position - 1]
        word = token.text.upper()
        if word == "SELECT":
            joins = is_word(before, "UNION", "ALL", "EXCEPT", "INTERSECT")
            return not joins and not (
                verb in {"INSERT", "WITH", "GRANT", "DENY", "REVOKE"} and not has_query
            )
        if word == "SET":
            return (
                not (verb == "UPDATE" and not has_set)
                and verb != "ALTER"
                and not is_word(before, "DELETE", "UPDATE")
            )
        if word in {"INSERT", "UPDATE", "DELETE"}:
            belongs = is_word(before, "ON", "FOR") or before.text == ","
            return (
                not belongs
                and verb not in {"GRANT", "DENY", "REVOKE"}
                and not (verb == "WITH" and not has_query)
            )
        if word in {"ALTER", "DROP", "EXECUTE", "CREATE"}:
            return verb not in {"ALTER", "GRANT", "DENY", "REVOKE"}
        if word == "IF":
            return verb not in _DEFINING
        return not (word == "END" and verb == "CASE")
