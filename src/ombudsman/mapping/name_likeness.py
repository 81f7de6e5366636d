"""How likely is it that two names, of several words each, mean the same?

Words go together one to one, the most alike first. What stays alone on either side lowers the likeness by as much as
such a word tells: `id` is in many names and tells little. Words that may be left out tell nearly nothing: a column of
Customer may be called `CustomerName` or just `Name`, and a table `DIM_CUSTOMER` or `Customer`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ombudsman.mapping.vocabulary import Words
from ombudsman.mapping.word_likeness import Kinship, WordLikeness, word_likeness

OPTIONAL_WEIGHT = 0.12
"""What a word that may be left out weighs, of one that may not."""

_INITIALS = 0.85
_OTHER_ORDER = 0.97
"""`MainSpare` is not `SpareMain` where both are there."""

_LEAST = 0.3
"""Words less alike than this do not go together."""


@dataclass(frozen=True, eq=False, slots=True)
class SpokenName:
    """A name as words with their weights; `optional` says of each word whether it may be left out.

    There is one of each, so that pairs of them are found again quickly: `spoken` makes them.
    """

    words: Words
    weights: tuple[float, ...]
    optional: tuple[bool, ...]


class WordPair(NamedTuple):
    """Two words that went together."""

    source: str
    target: str
    likeness: WordLikeness


def spoken(words: Words, weight: Callable[[str], float], optional: frozenset[str]) -> SpokenName:
    """A name with its weights. Of a name whose words may all be left out, none may."""
    marks = tuple(word in optional for word in words)
    if all(marks):
        marks = (False,) * len(words)
    return _the_one(words, tuple(map(weight, words)), marks)


@lru_cache(maxsize=500_000)
def _the_one(words: Words, weights: tuple[float, ...], optional: tuple[bool, ...]) -> SpokenName:
    return SpokenName(words, weights, optional)


@lru_cache(maxsize=1_000_000)
def name_likeness(source: SpokenName, target: SpokenName) -> float:
    """From 0 to 1; 1 for the same words, and nearly so when they come in another order."""
    if source.words == target.words:
        return 1.0
    pairs = _alignment(source.words, target.words)
    matched = whole = 0.0
    here, there = set(range(len(source.words))), set(range(len(target.words)))
    for i, j, likeness in pairs:
        here.discard(i)
        there.discard(j)
        both = source.weights[i] + target.weights[j]
        if source.optional[i] and target.optional[j]:
            both *= 0.5
        matched += both * likeness.score
        whole += both
    alone = sum(_alone(source, i) for i in here) + sum(_alone(target, j) for j in there)
    score = matched / (whole + alone) if whole + alone else 0.0
    if not _in_order(pairs):
        score *= _OTHER_ORDER
    return max(score, _by_initials(source, target))


def word_pairs(source: SpokenName, target: SpokenName) -> tuple[WordPair, ...]:
    """Which words went together, in the source's order: the reasons for a likeness."""
    pairs = sorted(_alignment(source.words, target.words))
    return tuple(WordPair(source.words[i], target.words[j], likeness) for i, j, likeness in pairs)


def _in_order(pairs: Sequence[tuple[int, int, WordLikeness]]) -> bool:
    """Whether the words of one name come in the order of the other's."""
    there = [j for _, j, _ in sorted(pairs)]
    return there == sorted(there)


def _alone(name: SpokenName, index: int) -> float:
    return name.weights[index] * (OPTIONAL_WEIGHT if name.optional[index] else 1.0)


def _alignment(source: Words, target: Words) -> list[tuple[int, int, WordLikeness]]:
    found = [
        (-likeness.score, abs(i - j), i, j, likeness)
        for i, one in enumerate(source)
        for j, other in enumerate(target)
        if (likeness := word_likeness(one, other)).score >= _LEAST
    ]
    found.sort(key=lambda each: each[:4])
    here: set[int] = set()
    there: set[int] = set()
    pairs = []
    for _, _, i, j, likeness in found:
        if i not in here and j not in there:
            here.add(i)
            there.add(j)
            pairs.append((i, j, likeness))
    return pairs


def _by_initials(source: SpokenName, target: SpokenName) -> float:
    """`dob` is date of birth."""
    for short, long in ((source, target), (target, source)):
        is_short = len(short.words) == 1 and 3 <= len(long.words) == len(short.words[0])
        if is_short and short.words[0] == "".join(word[0] for word in long.words):
            return _INITIALS
    return 0.0


def told(pairs: Sequence[WordPair]) -> str:
    """The pairs that are not equal, in words: `cust ~ customer (abbreviation)`."""
    unlike = [pair for pair in pairs if pair.likeness.kinship is not Kinship.EQUAL]
    return ", ".join(f"{p.source} ~ {p.target} ({p.likeness.kinship})" for p in unlike)
