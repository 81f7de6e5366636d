r"""May this text be read at all?

The first gate before a user's SQL: size, characters and tokens are judged here, before anything is parsed, so that
what two parsers could read in two ways never reaches the second. What passes is only *read*; whether it may be used
is decided on its tree (`guard_tree.py`), and what a database is sent is rendered from that tree (`guard_render.py`).

Traps that make the tokens worth a look:

- A full-width semicolon, a no-break space or a letter that looks like an operator is a separator to one engine and
  part of a name to another: outside literals and quoted names only ASCII and letters may stand.
- `U&"d\0061ta"` and `U&'...'` hide their characters behind escapes that not every parser decodes.
- A backtracking or deeply nested text can hold a parser for minutes: brackets and braces are refused unparsed, and
  the depth of parentheses is bounded.
- Optimizer hints look like comments. Comments are dropped, hints are refused so that nobody believes in them.
"""

import re
import unicodedata
from collections.abc import Sequence

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from ombudsman.sql.guard import refuse

MAX_BYTES = 64 * 1024
MAX_PARENTHESES = 60
_INTERVAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\s*[a-zA-Z]+")

QUOTED = frozenset(
    {
        TokenType.STRING,
        TokenType.NATIONAL_STRING,
        TokenType.RAW_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.BYTE_STRING,
        TokenType.IDENTIFIER,
    }
)
"""The tokens that hold a text or a quoted name."""

_TEXTS = QUOTED - {TokenType.IDENTIFIER}

_PARAMETER = "a parameter or variable has no value here"

_REFUSED_TOKENS: dict[TokenType, str] = {
    TokenType.SEMICOLON: "a semicolon would begin a second statement; leave it out",
    TokenType.L_BRACKET: "arrays, lists and slices are not part of what can be compared between engines",
    TokenType.L_BRACE: "braces (structs, maps, ODBC escapes) cannot be read here",
    TokenType.PARAMETER: _PARAMETER,
    TokenType.SESSION_PARAMETER: _PARAMETER,
    TokenType.PLACEHOLDER: _PARAMETER,
    TokenType.COLON: _PARAMETER,
    TokenType.HINT: "hints to the optimizer are not passed on",
    TokenType.OPERATOR: "OPERATOR() can name an operator that somebody defined",
    TokenType.COLON_EQ: "nothing can be assigned here",
    TokenType.UNICODE_STRING: "U& escapes are not read; write the characters themselves",
    TokenType.BLOCK_START: "this is a template, not SQL",
    TokenType.BLOCK_END: "this is a template, not SQL",
}


def read_tokens(text: str, dialect: Dialect, *, what: str) -> Sequence[Token]:
    """The tokens of a text that may be parsed; raises `RuleInvalid` for one that may not."""
    _judge_characters(text, what)
    try:
        tokens = dialect.tokenize(text)
    except TokenError:
        refuse(what, "a quote or comment is opened and not closed")
    if not tokens:
        refuse(what, "it is empty")
    _judge_tokens(tokens, text, what)
    _judge_unquoted(tokens, text, what)
    return tokens


def _judge_characters(text: str, what: str) -> None:
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        refuse(
            what,
            "it is longer than 64 KiB",
            hint="keep long lists of values in a table and join it",
        )
    for at, character in enumerate(text):
        if character in "\t\n\r" or " " <= character <= "~":
            continue
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            name = f"U+{ord(character):04X}"
            refuse(
                what,
                f"it holds the control or invisible character {name}",
                text=text,
                span=(at, at),
            )


def _judge_tokens(tokens: Sequence[Token], text: str, what: str) -> None:
    depth = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        span = (token.start, token.end + 1)
        if reason := _REFUSED_TOKENS.get(token.token_type):
            refuse(what, reason, text=text, span=span)
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        elif token.token_type is TokenType.R_PAREN:
            depth -= 1
        if depth > MAX_PARENTHESES:
            refuse(what, "its parentheses are nested too deeply", text=text, span=span)
        if _lacks_value(before, token):
            refuse(what, "a value is missing beside the comma", text=text, span=span)
        if before and before.token_type in _TEXTS and token.token_type in _TEXTS:
            refuse(what, "two texts stand side by side", text=text, span=span, hint="join with ||")
        if before and before.token_type is TokenType.INTERVAL and _is_odd_interval(token):
            refuse(what, "this interval cannot be read", text=text, span=span, hint="'1 day'")
        if _is_unicode_escape(before, token):
            refuse(what, _REFUSED_TOKENS[TokenType.UNICODE_STRING], text=text, span=span)
        if depth < 0:
            refuse(what, "this parenthesis was not opened", text=text, span=span)
    if depth:
        refuse(what, "a parenthesis is opened and not closed")


def _lacks_value(before: Token | None, token: Token) -> bool:
    """`f(a,, b)`, which the parser forgives."""
    if before is None:
        return False
    pair = (before.token_type, token.token_type)
    return pair in {
        (TokenType.COMMA, TokenType.COMMA),
        (TokenType.COMMA, TokenType.R_PAREN),
        (TokenType.L_PAREN, TokenType.COMMA),
    }


def _is_odd_interval(token: Token) -> bool:
    """`INTERVAL '1 day ago'`, of which the parser would keep `1 DAY`."""
    if token.token_type is not TokenType.STRING or _INTERVAL.fullmatch(token.text.strip()):
        return False
    return len(_INTERVAL.findall(token.text)) == 1 or "ago" in token.text.casefold()


def _is_unicode_escape(before: Token | None, token: Token) -> bool:
    return (
        before is not None
        and token.token_type is TokenType.AMP
        and before.text.casefold() == "u"
        and before.end + 1 == token.start
    )


def _judge_unquoted(tokens: Sequence[Token], text: str, what: str) -> None:
    quoted = ((token.start, token.end) for token in tokens if token.token_type in QUOTED)
    position = 0
    for start, end in [*quoted, (len(text), len(text))]:
        for at in range(position, start):
            if text[at] > "~" and not text[at].isalpha():
                refuse(
                    what,
                    f"the character U+{ord(text[at]):04X} may stand only in a literal or a quoted name",
                    text=text,
                    span=(at, at + 1),
                )
        position = end + 1
