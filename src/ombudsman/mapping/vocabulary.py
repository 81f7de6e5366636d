"""The words of a name, with the help of all other names.

Many names do not show where their words end: `customeraddressid`, `CUSTOMERADDRESSID`. The names of both catalogues
that do show it, and the general words of business data, tell where: such a name is cut into the fewest known words.
"""

from collections import Counter
from collections.abc import Iterable
from math import log

from ombudsman.mapping.lexicon import EXPANSIONS, KNOWN_WORDS
from ombudsman.mapping.names import words
from ombudsman.mapping.stems import stem

Words = tuple[str, ...]

_SHORTEST_RUN_ON = 5
_SHORTEST_PIECE = 3
_SHORT_PIECES = frozenset({"id", "no", "cd", "dt", "nm"})
"""The words of two letters that end a run-on name; others would cut whatever they are found in."""


class Vocabulary:
    """The words that all names of both catalogues are made of, and how much each of them tells."""

    def __init__(self, names: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        self._split: dict[str, Words] = {}
        told = list(names)
        for name in told:
            self._counts.update({stem(word) for word in words(name)})
        self._pieces = {
            word for word in self._counts if len(word) >= _SHORTEST_PIECE and word.isalpha()
        }
        self._total = max(1, len(told))

    def words_of(self, name: str) -> Words:
        """The words of a name, as stems; never empty."""
        found = self._split.get(name)
        if found is None:
            found = tuple(each for word in words(name) for each in self._cut(word))
            self._split[name] = found
        return found

    def weight(self, word: str) -> float:
        """How much a word tells, from 0.35 for one that is in every name to 1 for one that is in few."""
        share = self._counts.get(word, 0) / self._total
        return max(0.35, 1.0 - 0.65 * min(1.0, 4 * share))

    def _cut(self, word: str) -> Words:
        known = stem(word)
        if len(known) < _SHORTEST_RUN_ON or known in KNOWN_WORDS or not word.isalpha():
            return (known,)
        pieces = self._fewest_pieces(word)
        return pieces or (known,)

    def _fewest_pieces(self, word: str) -> Words:
        """The word cut into two known words or more; empty when that cannot be done."""
        best: list[tuple[float, Words] | None] = [None] * (len(word) + 1)
        best[0] = (0.0, ())
        for end in range(2, len(word) + 1):
            for start in range(end - 1):
                before = best[start]
                piece = word[start:end]
                if before is None or (start == 0 and end == len(word)):
                    continue
                if (price := self._price(piece, is_last=end == len(word))) is None:
                    continue
                candidate = (before[0] + price, (*before[1], stem(piece)))
                if best[end] is None or candidate < best[end]:  # type: ignore[operator]
                    best[end] = candidate
        whole = best[len(word)]
        return whole[1] if whole else ()

    def _price(self, piece: str, *, is_last: bool) -> float | None:
        """One for each piece, and a little more for a rare one; None for what is no word."""
        if len(piece) < _SHORTEST_PIECE:
            return 1.2 if is_last and piece in _SHORT_PIECES else None
        base = stem(piece)
        if base in KNOWN_WORDS and base not in EXPANSIONS:
            return 1.0
        if base in self._pieces or piece in self._pieces:
            return 1.0 + 0.2 / (1 + log(1 + self._counts[base]))
        return None
