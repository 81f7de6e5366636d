"""What tells the optimizer how, and not what: hints on tables, joins and whole statements.

They change no answer, mean nothing elsewhere, and their many forms are what parsers stumble over. One that does change
answers, NOLOCK, may show rows that were never committed; it is a reason to write a query anew, not to keep the hint.
"""

from collections.abc import Iterator, Sequence

from ombudsman.sql.guard_functions import words
from ombudsman.workload.words_of_tsql import Word, blanked, closing

_TABLE = words(
    "NOLOCK READUNCOMMITTED READCOMMITTED READCOMMITTEDLOCK REPEATABLEREAD SERIALIZABLE HOLDLOCK UPDLOCK XLOCK ROWLOCK"
    " PAGLOCK TABLOCK TABLOCKX READPAST NOWAIT INDEX FORCESEEK FORCESCAN NOEXPAND SNAPSHOT KEEPIDENTITY KEEPDEFAULTS"
    " IGNORE_CONSTRAINTS IGNORE_TRIGGERS SPATIAL_WINDOW_MAX_CELLS FASTFIRSTROW"
)
_JOIN = frozenset({"LOOP", "HASH", "MERGE", "REMOTE", "REDUCE", "REPLICATE", "REDISTRIBUTE"})
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
    if opening + 1 >= len(words) or words[opening + 1].text not in _TABLE:
        return False
    return not words[opening + 1].is_quoted


def _names_a_table(words: Sequence[Word], place: int) -> bool:
    """Whether the old way may be meant: `FROM t (NOLOCK)`, where a function would have columns in its parentheses."""
    back = place - 1
    while back >= 0 and words[back].text not in {"FROM", "JOIN", ",", "INTO", "UPDATE", "("}:
        back -= 1
    return back >= 0 and place - back <= 8 and words[back].text in {"FROM", "JOIN", ",", "UPDATE"}
