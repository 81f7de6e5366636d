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
    told = [
        "?" if _BEGINS_A_VALUE.match(text, word.start) else word.text.lower()
        for word in words_of(text)
    ]
    return " ".join(told) or _without_values(text)


def _without_values(text: str) -> str:
    """A text that falls into no words, for a quote or comment in it is not closed: it was cut off, often in a value."""
    told = _NO_WORD.sub(lambda match: match["name"] or " ? ", text)
    return re.sub(r"\s+", " ", told).strip().lower()


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
