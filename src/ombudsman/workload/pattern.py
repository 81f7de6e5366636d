"""Which statements are the same but for their values?

A *pattern* is what is left of a statement when values, parameters, hints, comments, letter case and quotes of names are
set aside: a list of any length is one value, rows of VALUES are one row. SQL Server's own query hash keeps hints, case
and settings apart; people count what is asked, not how it was typed.
"""

import hashlib
import re

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from ombudsman.workload.words_of_tsql import RESERVED, words_of

_VALUES = (
    exp.Literal,
    exp.Parameter,
    exp.SessionParameter,
    exp.Boolean,
    exp.Null,
    exp.National,
    exp.Placeholder,
    exp.HexString,
    exp.BitString,
    exp.RawString,
    exp.JSONPath,
)
_BEGINS_A_VALUE = re.compile(r"""[Nn]?'|"|[$\d]\d*""")
_BEGINS_A_TEXT = re.compile(r"""[Nn]?'|["]""")
_RESERVED = frozenset(each.lower() for each in RESERVED)
_NO_WORD = re.compile(
    r"""
    --[^\n]* | /\*(?:(?!/\*).)*?\*/ | /\*.*
    | [Nn]?'(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z) | \$?\d[\w.]*
    | (?P<name>\[(?:[^\]]|\]\])*\] | [^\W\d][\w$\#@]*)
    | \[.*
    """,
    re.VERBOSE | re.DOTALL,
)
"""Names as they are; comments and values, also those that never end."""

_PLAIN_NAME = re.compile(r"[#@]*[^\W\d][\w$#@]*")
_LOCAL_NAME = re.compile(r"_{4,}[0-9A-Fa-f]{8,}$")
"""What SQL Server puts behind the name of a temporary table, to keep those of two sessions apart."""


def pattern_text(tree: exp.Expr) -> str:
    """The statement of a pattern, with `?` for each value. Statements are of one pattern when these are equal."""
    plain = tree.copy()
    for node in list(plain.find_all(*_VALUES, exp.Neg, bfs=False)):
        _set_aside(node)
    for node in list(plain.find_all(exp.In, exp.Values, bfs=False)):
        _shorten(node)
    for name in plain.find_all(exp.Identifier):
        name.set("this", _LOCAL_NAME.sub("", name.name).lower())
        name.set("quoted", name.name in RESERVED or not _PLAIN_NAME.fullmatch(name.name))
    return plain.sql("tsql", comments=False, unsupported_level=ErrorLevel.IGNORE)


def pattern_of_words(text: str) -> str:
    """The same for a statement that could not be parsed: word by word.

    What stands in double quotes may be a name or a value there, and counts as a value.
    """
    told: list[str] = []
    in_text = False
    for word in words_of(text):
        said = text[word.start : word.end]
        is_value = _BEGINS_A_VALUE.match(said) is not None
        in_text = _goes_on(said, in_text=in_text)
        told.append("?" if is_value or in_text else word.text.lower())
    return " ".join(told) or _without_values(text)


def _without_values(text: str) -> str:
    """A text that falls into no words, for a quote or comment in it is not closed: it was cut off, often in a value."""
    told: list[str] = []
    in_text, at = False, 0
    for match in _NO_WORD.finditer(text):
        between = text[at : match.start()]
        in_text = _goes_on(match[0], in_text=in_text and not between.strip())
        told += between, match["name"] if match["name"] and not in_text else " ? "
        at = match.end()
    return re.sub(r"\s+", " ", "".join(told) + text[at:]).strip().lower()


def _goes_on(said: str, *, in_text: bool) -> bool:
    """Whether a text begins or goes on here: `'O'Brien'` is one with a quote too few, and Brien no name."""
    is_name = _PLAIN_NAME.fullmatch(said) is not None and said.lower() not in _RESERVED
    return _BEGINS_A_TEXT.match(said) is not None or (in_text and is_name)


def pattern_id(told: str) -> str:
    """64 bits as 16 letters: what a pattern is called in files and links."""
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _set_aside(node: exp.Expr) -> None:
    parent = node.parent
    if parent is None or node.find_ancestor(exp.DataType) is not None:
        return
    if isinstance(node, exp.Neg):
        if isinstance(node.this, exp.Placeholder | exp.Literal):
            node.replace(exp.Placeholder())
        return
    if isinstance(node, exp.Null) and isinstance(parent, exp.Is):
        return  # IS NULL is an operator
    if isinstance(parent, exp.Identifier | exp.Parameter | exp.National):
        return
    node.replace(exp.Placeholder())


def _shorten(node: exp.Expr) -> None:
    listed = node.expressions
    if isinstance(node, exp.Values) or all(isinstance(e, exp.Placeholder) for e in listed):
        node.set("expressions", listed[:1])
