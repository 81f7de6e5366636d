"""How does T-SQL become a tree? sqlglot reads it, but leaves the functions to us.

A parser that knows T-SQL's functions turns them into what it takes for their meaning elsewhere; here the meaning is told
by `functions.py`. So every call is renamed before parsing (`LEN(` becomes `t_len(`) and comes out as a call unknown to
sqlglot, with its arguments as written.
"""

import itertools
from collections.abc import Sequence

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from tests.standins.tds.errors import SqlError, syntax

_DIALECT = Dialect.get_or_raise("tsql")
PREFIX = "t_"

_NO_CALLS = frozenset(
    [
        "all",
        "and",
        "any",
        "apply",
        "as",
        "between",
        "by",
        "case",
        "cast",
        "convert",
        "cross",
        "distinct",
        "else",
        "except",
        "exists",
        "from",
        "full",
        "group",
        "having",
        "in",
        "inner",
        "insert",
        "intersect",
        "into",
        "is",
        "join",
        "left",
        "like",
        "not",
        "null",
        "on",
        "or",
        "order",
        "outer",
        "over",
        "partition",
        "right",
        "select",
        "set",
        "some",
        "table",
        "then",
        "top",
        "try_cast",
        "try_convert",
        "union",
        "update",
        "using",
        "values",
        "when",
        "where",
        "with",
        "within",
        "decimal",
        "numeric",
        "varchar",
        "nvarchar",
        "varbinary",
        "binary",
        "datetime2",
        "datetimeoffset",
        "time",
        "float",
        "sql_variant",
    ]
)
_CALLS = frozenset({"left", "right"})
_BEFORE_TABLES = ("AS", "JOIN", "FROM", "INTO", "INSERT", "WITH", "UPDATE")
_NAMES = frozenset({TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.IDENTIFIER})


def tokens_of(text: str) -> list[Token]:
    """The words of a batch.

    Raises:
        SqlError: 105, a text or a name is not closed.
    """
    try:
        return _DIALECT.tokenize(text)
    except SqlglotError as failure:
        raise SqlError(
            105, "Unclosed quotation mark after the character string.", severity=15
        ) from failure


def tree_of(tokens: Sequence[Token], text: str) -> exp.Expr:
    """The statement as a tree.

    Raises:
        SqlError: 102, it is not T-SQL as far as the parser knows it.
    """
    _refuse_other_dialects(tokens)
    prepared = _calls_renamed(_without_options(tokens))
    try:
        trees = _DIALECT.parser().parse(prepared, text)
    except SqlglotError as failure:
        near = (
            failure.errors[0].get("highlight")
            if isinstance(failure, ParseError) and failure.errors
            else None
        )
        raise syntax(near or str(failure)[:80]) from failure
    if len(trees) != 1 or trees[0] is None:
        raise syntax(tokens[0].text)
    return trees[0]


def _refuse_other_dialects(tokens: Sequence[Token]) -> None:
    """The parser is kind, and reads what SQL Server would not."""
    for before, token in itertools.pairwise(tokens):
        if token.token_type in {TokenType.DCOLON, TokenType.DPIPE}:
            raise syntax(token.text)
        if (
            (is_word(before, "LIMIT") and token.token_type == TokenType.NUMBER)
            or (is_word(before, "NULLS") and is_word(token, "FIRST", "LAST"))
            or (is_word(before, "ILIKE") and token.token_type in _NAMES)
            or (is_word(before, "FILTER") and token.token_type == TokenType.L_PAREN)
        ):
            raise syntax(before.text)


def is_quoted(token: Token) -> bool:
    """Whether the token is a text or a name in quotes."""
    return token.token_type in _NAMES


def is_word(token: Token, *words: str) -> bool:
    """Whether the token is one of these words, and no text or quoted name."""
    return token.token_type not in _NAMES and token.text.upper() in words


def _calls_renamed(tokens: Sequence[Token]) -> list[Token]:
    renamed = []
    for index, token in enumerate(tokens):
        follows = tokens[index + 1] if index + 1 < len(tokens) else None
        is_call = follows is not None and follows.token_type == TokenType.L_PAREN
        if is_call:
            renamed.append(_renamed(token, tokens[:index]))
        elif token.token_type == TokenType.FLOAT and is_word(token, "FLOAT"):
            renamed.append(_like(token, TokenType.DOUBLE, "DOUBLE"))  # sqlglot takes it for REAL
        else:
            renamed.append(token)
    return renamed


def _renamed(token: Token, before: Sequence[Token]) -> Token:
    word = token.text.lower()
    if token.token_type in _NAMES or not token.text.isidentifier():
        return token
    if (
        word in _NO_CALLS and word not in _CALLS
    ):  # LEFT and RIGHT before a parenthesis begin no join
        return token
    if word in {"char", "nchar"} and before and is_word(before[-1], "AS"):
        return token  # CAST(x AS CHAR(3)) names a type
    if (
        word in {"char", "nchar"}
        and len(before) > 1
        and is_word(before[-2], "CONVERT", "TRY_CONVERT")
    ):
        return token
    while len(before) > 1 and before[-1].token_type == TokenType.DOT:
        before = before[:-2]
    if before and (is_word(before[-1], *_BEFORE_TABLES) or before[-1].text == ")"):
        return token  # an alias with its columns, or a table
    return _like(token, TokenType.VAR, PREFIX + word)


def _like(token: Token, kind: TokenType, text: str) -> Token:
    """Another word at the same place."""
    return Token(kind, text, token.line, token.col, token.start, token.end, token.comments)


def _without_options(tokens: Sequence[Token]) -> Sequence[Token]:
    """OPTION (...) at the end is advice to an optimizer."""
    for index, token in enumerate(tokens[:-1]):
        if is_word(token, "OPTION") and tokens[index + 1].token_type == TokenType.L_PAREN:
            return tokens[:index]
    return tokens
