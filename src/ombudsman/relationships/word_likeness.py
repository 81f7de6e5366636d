"""Do two words mean the same, one of them plural or cut short?

`customers` is `customer`; `cust`, `dept` and `addr` are cut short. Told by letters alone, without a dictionary, so that
it holds for the words of any trade and for any language that writes letters. The search for a mapping has a likeness of
its own, which knows synonyms and abbreviations: a reference needs words that are the same, and not ones that mean so.
"""

from collections.abc import Sequence
from functools import cache

PLURALS = ("s", "es", "n", "en", "e", "er", "ler", "lar", "leri", "lari", "ları")
"""Endings of several languages that make many of one."""

SAME, PLURAL, CUT, THINNED = 1.0, 0.98, 0.9, 0.8
"""Equal; but for number; the beginning; some of the letters in order (`dept`, `acct`)."""

SHORTEST_CUT = 3


@cache
def likeness_of_words(one: str, other: str) -> float:
    """How alike the two words are, from 0 to 1."""
    if one == other:
        return SAME
    short, long = sorted((one, other), key=len)
    if _is_plural(short, long):
        return PLURAL
    if len(short) < SHORTEST_CUT or short[0] != long[0]:
        return 0.0
    if long.startswith(short) or _singular(long).startswith(_singular(short)):
        return CUT
    return THINNED if len(short) <= 5 and _is_thinned(short, long) else 0.0


def likeness_of_all(names: Sequence[str], others: Sequence[str]) -> float:
    """How alike the words are pair by pair: as much as the least alike. Words written together count as such."""
    if "".join(names) == "".join(others):
        return SAME
    if len(names) != len(others) or not names:
        return 0.0
    return min(map(likeness_of_words, names, others))


@cache
def abbreviates(word: str, words: tuple[str, ...]) -> bool:
    """Whether a word is made of the beginnings of all these words: `cdemo` of customer, demographics."""
    if not words:
        return not word
    return any(
        words[0].startswith(word[:end]) and abbreviates(word[end:], words[1:])
        for end in range(1, len(word) + 1)
    )


def _is_plural(short: str, long: str) -> bool:
    if len(short) < SHORTEST_CUT and short.isascii():
        return False
    if long.startswith(short) and long[len(short) :] in PLURALS:
        return True
    return short.endswith("y") and long == short[:-1] + "ies"


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > SHORTEST_CUT else word


def _is_thinned(short: str, long: str) -> bool:
    """Whether the letters stand in the long word in this order, and the short one is much shorter."""
    if len(short) * 3 > len(long) * 2 or short[-1] != _singular(long)[-1]:
        return False
    rest = iter(long)
    return all(letter in rest for letter in short)
