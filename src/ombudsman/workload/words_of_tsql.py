"""T-SQL as words: where each stands, and what it is.

sqlglot's tokenizer knows quotes, brackets and comments; everything that must be done before its parser can read a
statement (declared parameters, hints, several statements without a semicolon) is done on these words. Positions are
those of the text as it was recorded, so that what cannot be parsed can be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlglot.dialects.tsql import TSQL
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType

from ombudsman.sql.guard_functions import words

_QUOTED = frozenset({TokenType.IDENTIFIER, TokenType.STRING, TokenType.NATIONAL_STRING})
_TSQL = TSQL()

RESERVED = words(
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


class _Tokenizer(TSQL.Tokenizer):
    """Takes every word for a word; sqlglot's own takes all that follows a command's (`; END ...`) for one text."""

    COMMANDS: ClassVar[set[TokenType]] = set()


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign; `text` is in upper case unless it was quoted. Offsets are those of the text, `end` excluded."""

    text: str
    start: int
    end: int
    is_quoted: bool = False
    is_first_on_line: bool = False


def words_of(text: str) -> list[Word]:
    """The words of a text; none when a quote or comment is not closed."""
    try:
        tokens = _Tokenizer(dialect=_TSQL).tokenize(text)
    except TokenError:
        return []
    words: list[Word] = []
    line = 0
    for token in tokens:
        quoted = token.token_type in _QUOTED
        told = token.text if quoted else token.text.upper()
        words.append(Word(told, token.start, token.end + 1, quoted, token.line != line))
        line = token.line
    return words


def closing(words: Sequence[Word], opening: int) -> int | None:
    """The place of the parenthesis that closes the one at `opening`; None when none does."""
    depth = 0
    for place in range(opening, len(words)):
        if words[place].is_quoted:
            continue
        if words[place].text == "(":
            depth += 1
        elif words[place].text == ")":
            depth -= 1
            if not depth:
                return place
    return None


def blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these spans as blanks, so that all else stays where it was; line breaks stay too."""
    for start, end in spans:
        gone = "".join(c if c in "\r\n" else " " for c in text[start:end])
        text = text[:start] + gone + text[end:]
    return text
