"""Which statements are the same but for their values?

A *pattern* is what is left of a statement when values, parameters, hints, comments, letter case and quotes of names are
set aside: a list of any length is one value, rows of VALUES are one row. SQL Server's own query hash keeps hints, case
and settings apart; people count what is asked, not how it was typed.
"""

import hashlib
import re

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from ombudsman.sql.guard_functions import words
from ombudsman.workload.words_of_tsql import words_of

_VALUES = (
    exp.Literal,
    exp.Parameter,
    exp.SessionParameter,
    exp.Boolean,
    exp.Null,
    exp.National,
    exp.Placeholder,
)
_PLAIN_NAME = re.compile(r"[#@]*[^\W\d][\w$#@]*")
_RESERVED = words(
    "add all alter and any as asc authorization backup begin between break browse bulk by cascade case check"
    " checkpoint close clustered coalesce collate column commit compute constraint contains containstable continue"
    " convert create cross current current_date current_time current_timestamp current_user cursor database dbcc"
    " deallocate declare default delete deny desc disk distinct distributed double drop dump else end errlvl"
    " escape except exec execute exists exit external fetch file fillfactor for foreign freetext freetexttable"
    " from full function goto grant group having holdlock identity identity_insert identitycol if in index inner"
    " insert intersect into is join key kill left like lineno load merge national nocheck nonclustered not null"
    " nullif of off offsets on open opendatasource openquery openrowset openxml option or order outer over percent"
    " pivot plan precision primary print proc procedure public raiserror read readtext reconfigure references"
    " replication restore restrict return revert revoke right rollback rowcount rowguidcol rule save schema"
    " securityaudit select session_user set setuser shutdown some statistics system_user table tablesample"
    " textsize then to top tran transaction trigger truncate try_convert tsequal union unique unpivot update"
    " updatetext use user values varying view waitfor when where while with writetext"
)
"""The words of T-SQL that are no name unless they are quoted."""

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
        name.set("quoted", name.name in _RESERVED or not _PLAIN_NAME.fullmatch(name.name))
    return plain.sql("tsql", comments=False, unsupported_level=ErrorLevel.IGNORE)


def pattern_of_words(text: str) -> str:
    """The same for a statement that could not be parsed: word by word."""
    told = []
    for word in words_of(text):
        is_value = (word.is_quoted and text[word.start] in "'Nn") or word.text[:1].isdigit()
        told.append("?" if is_value else word.text.lower())
    return " ".join(told) or re.sub(r"\s+", " ", text).strip().lower()


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
