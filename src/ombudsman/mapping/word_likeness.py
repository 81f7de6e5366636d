"""How likely is it that two words mean the same?

Equal stems do. Else the shorter may be an abbreviation that people know, the longer without its vowels, its beginning,
or some of its letters in order; or the two are synonyms, or one is misspelt.
"""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

from ombudsman.mapping.lexicon import EXPANSIONS, SYNONYMS


class Kinship(StrEnum):
    """In which way two words are alike."""

    EQUAL = "equal"
    ABBREVIATION = "abbreviation"
    VOWELS = "without vowels"
    BEGINNING = "beginning"
    SYNONYM = "synonym"
    LETTERS = "some of the letters"
    SPELLING = "spelling"


class WordLikeness(NamedTuple):
    """From 0 (nothing in common) to 1, and why."""

    score: float
    kinship: Kinship | None


UNLIKE = WordLikeness(0.0, None)

_VOWELS = str.maketrans("", "", "aeiouy")
_CLOSE = 0.9
"""The Jaro-Winkler likeness from which a word may be another one misspelt."""


@lru_cache(maxsize=500_000)
def word_likeness(one: str, other: str) -> WordLikeness:
    """How alike two stems are; the same in both orders."""
    if one == other:
        return WordLikeness(1.0, Kinship.EQUAL)
    if one.isdecimal() or other.isdecimal():
        return UNLIKE
    here, there = EXPANSIONS.get(one, _NONE), EXPANSIONS.get(other, _NONE)
    if other in here or one in there or not here.isdisjoint(there):
        return WordLikeness(0.95, Kinship.ABBREVIATION)
    shortened = _shortened(*sorted((one, other), key=len))
    meant = _synonyms(one, other, here, there)
    return max(shortened, meant)


_NONE: frozenset[str] = frozenset()


def _synonyms(one: str, other: str, here: frozenset[str], there: frozenset[str]) -> WordLikeness:
    if other in SYNONYMS.get(one, _NONE):
        return WordLikeness(0.8, Kinship.SYNONYM)
    ones, others = here or _NONE, there or _NONE
    meant = {word for each in (one, *ones) for word in SYNONYMS.get(each, _NONE)}
    if other in meant or not others.isdisjoint(meant):
        return WordLikeness(0.74, Kinship.SYNONYM)
    if len(other) >= 3 and any(_is_cut(other, word) for word in meant):
        return WordLikeness(0.68, Kinship.SYNONYM)
    if len(one) >= 3:
        back = {word for each in (other, *others) for word in SYNONYMS.get(each, _NONE)}
        if any(_is_cut(one, word) for word in back):
            return WordLikeness(0.68, Kinship.SYNONYM)
    return UNLIKE


def _is_cut(short: str, word: str) -> bool:
    return len(short) < len(word) and (
        word.startswith(short) or _without_vowels(word).startswith(short)
    )


def _shortened(short: str, long: str) -> WordLikeness:
    """How likely the shorter word is the longer one written shorter, or misspelt."""
    if not short or short[0] != long[0]:
        return UNLIKE
    if len(short) < len(long):
        bare = _without_vowels(long)
        if len(short) > 1 and short == bare:
            return WordLikeness(0.92, Kinship.VOWELS)
        if long.startswith(short):
            return WordLikeness({1: 0.3, 2: 0.6}.get(len(short), 0.88), Kinship.BEGINNING)
        if len(short) > 2 and (bare.startswith(short) or _without_vowels(short) == bare):
            return WordLikeness(0.85, Kinship.VOWELS)
    spelt = JaroWinkler.similarity(short, long)
    if len(short) > 4 and spelt >= _CLOSE:
        return WordLikeness(0.4 + 4 * (spelt - _CLOSE), Kinship.SPELLING)
    if len(short) > 2 and _stands_in(short, long):
        return WordLikeness(0.5 + 0.12 * len(short) / len(long), Kinship.LETTERS)
    if len(short) == 2 and short[1] == long[-1]:
        return WordLikeness(0.6, Kinship.LETTERS)
    return UNLIKE


def _without_vowels(word: str) -> str:
    """The first letter stays, whatever it is."""
    return word[0] + word[1:].translate(_VOWELS)


def _stands_in(short: str, long: str) -> bool:
    """Whether the letters of the shorter word are in the longer one, in order."""
    rest = iter(long)
    return all(letter in rest for letter in short)
