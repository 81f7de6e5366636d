"""What is left of a statement when nobody may see which values it seeks rows by?

Its texts go, and the numbers that it compares, casts or lists. What stays are numbers that make the question: lengths
of types, shifts and masks of hashes, arguments of functions. The statement that is left is to be read, not to be run.

Traps that are tamed here:

- An apostrophe in a name in quotes begins no text: else all that follows would be turned inside out.
- Of a backslash before an apostrophe nobody can say whether it ends the text (SQL Server) or not (Snowflake): so what
  follows is not told at all.
"""

import re

MARK = "***"

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | N?'(?P<text>(?:[^']|'')*)'
    | (?P<name>"(?:[^"]|"")*" | `(?:[^`]|``)*` | \[(?!\s*(?:'|[-+.\d][-+.\d\w,\s]*\]))(?:[^\]]|\]\])*\])
    | (?P<number>0x[0-9a-f]+ | (?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<sign><=>|<>|!=|<=|>=|==|<<|>>|::|\|\||.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_COMPARE = frozenset(("=", "==", "<", ">", "<=", ">=", "<>", "!=", "<=>"))
_REACH_ON = frozenset(("(", "[", "+", "-", ""))
"""What may stand between a comparison and its number."""

_COUNT_ON = frozenset(("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"))
_LISTS = frozenset(("IN", "VALUES", "ANY", "ALL", "SOME", "ARRAY", "CAST", "TRY_CAST", "CONVERT"))
_SEEKS = frozenset(("BETWEEN", "AND", "OR", "NOT", "WHEN", "LIKE"))
_TYPES = frozenset(
    (
        *("CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "VARCHAR2", "CHARACTER", "VARYING", "STRING"),
        *("TEXT", "BINARY", "VARBINARY", "BIT", "DECIMAL", "NUMERIC", "NUMBER", "FLOAT", "DOUBLE"),
        *("TIME", "DATETIME", "DATETIME2", "DATETIMEOFFSET", "TIMESTAMP", "TIMESTAMPTZ"),
        *("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "INTERVAL"),
    )
)
_WORDS_OF_SQL = frozenset(
    ("", " ", "HEX", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
)
_UNTOLD = f"'{MARK}' [...]"
_MANY = re.compile(r"\*\*\*(?:, \*\*\*)+")


def without_sought(sql: str) -> str:
    """The statement without what it seeks."""
    sure, doubtful, _ = sql.partition("\\'")
    return _untold(sure) if not doubtful else _untold(sure[: sure.rfind("'")]) + _UNTOLD


def _untold(sql: str) -> str:
    tokens = list(_TOKEN.finditer(sql))
    followed_by = _next_words(tokens)
    told: list[str] = []
    before, is_sought = "", False
    lists = [False]
    last_list = False
    for token, after in zip(tokens, followed_by, strict=True):
        kind, said = token.lastgroup, token[0]
        word = said.upper()
        if kind == "space":
            told.append(said)
            continue
        if kind == "text":
            said = said if token["text"] in _WORDS_OF_SQL else f"'{MARK}'"
        elif kind == "number":
            stands_first = after in _COMPARE and before not in _COUNT_ON
            if is_sought or lists[-1] or stands_first:
                _take_sign(told, before, in_list=is_sought or lists[-1])
                said = MARK
        elif word in {"(", "["}:
            is_row = before == "," and last_list
            of_list = is_sought or before in _LISTS or is_row or lists[-1] or word == "["
            lists.append(of_list and before not in _TYPES)
        elif word in {")", "]"}:
            last_list = lists.pop() if len(lists) > 1 else False
        told.append(said)
        seeks = word in _COMPARE or word in _SEEKS or (before == "DISTINCT" and word == "FROM")
        is_sought = seeks or (is_sought and word in _REACH_ON)
        before = word
    return _MANY.sub(MARK, "".join(told))


def _next_words(tokens: list[re.Match[str]]) -> list[str]:
    """What stands after each token, spaces left out."""
    after, words = "", list[str]()
    for token in reversed(tokens):
        words.append(after)
        after = after if token.lastgroup == "space" else token[0]
    return words[::-1]


def _take_sign(told: list[str], before: str, *, in_list: bool) -> None:
    """A minus before a number is part of it."""
    if before not in {"-", "+"} or not in_list:
        return
    while told and told[-1].strip() == "":
        told.pop()
    told.pop()
