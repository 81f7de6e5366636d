"""What is left of a word when its ending, its accents and its letter case are set aside?

`Categories` and `CATEGORY` are one word, and so are `Größe` and `GROSSE`. Only English plurals are known; a word of
another language keeps its ending, on both sides alike.
"""

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
"""Letters that are no base letter with an accent, so that Unicode does not take them apart."""

_SHORTEST = 4
"""A word of fewer letters is no plural: `gas`, `bus`, `ids` are left alone."""


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a word; of a number, the number without leading zeros."""
    plain = _plain(word)
    if plain.isdecimal():
        return str(int(plain))
    if plain == "ids":
        return "id"
    if len(plain) < _SHORTEST or not plain.endswith("s") or plain.endswith(("ss", "us", "is")):
        return plain
    if plain.endswith("ies") and len(plain) > _SHORTEST:
        return plain[:-3] + "y"
    if plain.endswith(("sses", "shes", "ches", "xes", "zes")):
        return plain[:-2]
    return plain[:-1]


def _plain(word: str) -> str:
    """Without accents, in lower case. Scripts whose marks are letters (Hindi, Thai) keep them."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    latin = "".join(c for c in apart if not ("\u0300" <= c <= "\u036f"))
    return unicodedata.normalize("NFC", latin).translate(_LETTERS)
