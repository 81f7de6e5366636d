"""What tells the optimizer how, and not what: hints on tables, joins and whole statements.

They change no answer, mean nothing elsewhere, and their many forms are what parsers stumble over. One that does change
answers, NOLOCK, may show rows that were never committed; it is a reason to write a query anew, not to keep the hint.
"""

from collections.abc import Iterator, Sequence

from ombudsman.sql.guard_functions import words
from ombudsman.workload.words_of_tsql import RESERVED, Word, blanked, closing

_TABLE = words(
    "NOLOCK READUNCOMMITTED READCOMMITTED READCOMMITTEDLOCK REPEATABLEREAD SERIALIZABLE HOLDLOCK UPDLOCK XLOCK ROWLOCK"
    " PAGLOCK TABLOCK TABLOCKX READPAST NOWAIT INDEX FORCESEEK FORCESCAN NOEXPAND SNAPSHOT KEEPIDENTITY KEEPDEFAULTS"
    " IGNORE_CONSTRAINTS IGNORE_TRIGGERS SPATIAL_WINDOW_MAX_CELLS FASTFIRSTROW"
)
_JOIN = frozenset({"LOOP", "HASH", "MERGE", "REMOTE", "REDUCE", "REPLICATE", "REDISTRIBUTE"})
_BEFORE_A_TABLE = frozenset({"FROM", "JOIN", "UPDATE", ","})
_NO_NAMES = (RESERVED - {"as"}) | {"group by", "order by", "partition by"}
_BEFORE_COLUMNS = frozenset(
    {"SELECT", "GROUP BY", "ORDER BY", "PARTITION BY", "SET", "WHERE", "HAVING", "VALUES", "INSERT"}
)
_BEFORE_JOIN_HINT = frozenset({"INNER", "LEFT", "RIGHT", "FULL", "OUTER"})


def without_hints(text: str, words: Sequence[Word]) -> str:
    """The text in which hints are blank."""
    return blanked(text, list(_spans(words)))


def _spans(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(words):
        end = _end(words, place)
        if end is None:
            place += 1
            continue
        yield words[place].start, words[end].end
        place = end + 1


def _end(words: Sequence[Word], place: int) -> int | None:
    """The place of the last word of the hint that begins here; None when none does."""
    word = words[place]
    if word.is_quoted:
        return None
    after = words[place + 1] if place + 1 < len(words) else None
    if word.text == "OPTION" and after is not None and after.text == "(":
        return closing(words, place + 1)
    if word.text == "WITH" and after is not None and after.text == "(":
        return closing(words, place + 1) if _is_table_hint(words, place + 1) else None
    if word.text == "(" and place and _names_a_table(words, place) and _is_table_hint(words, place):
        return closing(words, place)
    if word.text in _JOIN and place and after is not None and after.text == "JOIN":
        return place if words[place - 1].text in _BEFORE_JOIN_HINT else None
    return None


def _is_table_hint(words: Sequence[Word], opening: int) -> bool:
    """Whether there is nothing but hints in the parentheses: a column may be called like one."""
    end = closing(words, opening)
    if end is None or end == opening + 1:
        return False
    place = opening + 1
    while place < end:
        word = words[place]
        if word.is_quoted or word.text not in _TABLE:
            return False
        place = _after_its_value(words, place + 1)
        if words[place].text == "," and not words[place].is_quoted:
            place += 1
    return True


def _after_its_value(words: Sequence[Word], place: int) -> int:
    """`INDEX = ix`, `INDEX (ix, iy)`, `INDEX = (ix)`: where what belongs to a hint has ended."""
    has_value = words[place].text == "="
    place += has_value
    if words[place].text == "(":
        end = closing(words, place)
        return place if end is None else end + 1
    return place + has_value


def _names_a_table(words: Sequence[Word], place: int) -> bool:
    """Whether the old way may be meant: `FROM t (NOLOCK)`, after a table or its alias."""
    back = place - 1
    while back >= 0 and (words[back].is_quoted or words[back].text not in _BEFORE_A_TABLE):
        if not words[back].is_quoted and words[back].text.lower() in _NO_NAMES:
            return False
        back -= 1
    if back < 0 or back == place - 1:
        return False
    return words[back].text != "," or _lists_tables(words, back)


def _lists_tables(words: Sequence[Word], comma: int) -> bool:
    """Whether a comma stands between tables, and not between columns."""
    depth = 0
    for word in reversed(words[:comma]):
        if word.is_quoted:
            continue
        depth += (word.text == ")") - (word.text == "(")
        if depth < 0:
            return False
        if not depth and word.text in {"FROM", "JOIN", "UPDATE"}:
            return True
        if not depth and word.text in _BEFORE_COLUMNS:
            return False
    return False
