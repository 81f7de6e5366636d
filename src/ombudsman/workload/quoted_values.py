"""Which words in double quotes are values?

Under QUOTED_IDENTIFIER OFF, which old programs set, `WHERE name = "Jane Doe"` compares with a text; else with a column.
The text does not say which. Where a catalogue is known, what stands as an operand and is called like nothing in it, nor
like an alias in the text, is a value.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from ombudsman.workload.words_of_tsql import Word

_BEFORE_A_VALUE = frozenset(
    {
        "=", "<", ">", "<=", ">=", "<>", "!=", "+", "LIKE", "BETWEEN", "AND", "IN", "WHEN", "THEN", "ELSE", "SELECT",
        "VALUES", "(", ",",
    }
)  # fmt: skip


def with_quoted_values(text: str, words: Sequence[Word], is_value: Callable[[str], bool]) -> str:
    """The text with values in single quotes; every character stays where it was."""
    aliases = {
        after.text.casefold()
        for word, after in pairwise(words)
        if after.is_quoted and not (word.text in _BEFORE_A_VALUE and not word.is_quoted)
    }
    for place, word in enumerate(words):
        if not word.is_quoted or text[word.start] != '"' or word.text.casefold() in aliases:
            continue
        before, after = words[place - 1 : place], words[place + 1 : place + 2]
        stands_free = not after or after[0].text != "."
        if before and before[0].text in _BEFORE_A_VALUE and stands_free and is_value(word.text):
            inner = text[word.start + 1 : word.end - 1].replace("'", " ")
            text = f"{text[: word.start]}'{inner}'{text[word.end :]}"
    return text
