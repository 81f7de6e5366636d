"""T-SQL's own spellings of what the parser knows by another: `!>` is `<=`, `$12.50` a number.

The OUTPUT of a DELETE stands where the parser waits for the condition; what is deleted is told without it.
"""

from collections.abc import Iterator, Sequence

from ombudsman.workload.words_of_tsql import Word, blanked

_NEGATED = {">": "<=", "<": ">="}


def as_the_parser_spells(text: str, words: Sequence[Word]) -> str:
    """The text with every character where it was, but for those that are spelt otherwise."""
    for place, word in enumerate(words[:-1]):
        after = words[place + 1]
        if (
            word.text == "!"
            and not word.is_quoted
            and after.text in _NEGATED
            and not after.is_quoted
        ):
            told = _NEGATED[after.text].rjust(after.end - word.start)
            text = text[: word.start] + told + text[after.end :]
    money = [
        (word.start, word.start + 1)
        for word in words
        if not word.is_quoted and word.text.startswith("$") and word.text[1:2].isdigit()
    ]
    return blanked(text, [*money, *_outputs(words)])


def _outputs(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    is_delete = False
    place = 0
    while place < len(words):
        word = words[place]
        if not word.is_quoted and word.text in {"DELETE", "INSERT", "UPDATE", "MERGE", "SELECT"}:
            is_delete = word.text == "DELETE"
        if is_delete and not word.is_quoted and word.text == "OUTPUT":
            end = place + 1
            while end < len(words) and (
                words[end].is_quoted or words[end].text not in {"WHERE", "FROM", ";"}
            ):
                end += 1
            yield word.start, words[end - 1].end
            place = end
            continue
        place += 1
