"""By how much is each pair better than what else its two things might have been paired with?

A rival that found a much better partner of its own is none: the greater the gap, the less it counts.
"""

from collections.abc import Mapping, Sequence

Pair = tuple[int, int]


class Rivals:
    """Over all scores of a search and the pairs that were made of them."""

    def __init__(self, scores: Mapping[Pair, float], pairs: Sequence[Pair]) -> None:
        self._scores = scores
        own = [(pair, scores[pair]) for pair in pairs]
        self._own_source = {pair[0]: score for pair, score in own}
        self._own_target = {pair[1]: score for pair, score in own}
        self._by_source: dict[int, list[Pair]] = {}
        self._by_target: dict[int, list[Pair]] = {}
        for pair in scores:
            self._by_source.setdefault(pair[0], []).append(pair)
            self._by_target.setdefault(pair[1], []).append(pair)

    def margin(self, pair: Pair) -> float:
        """The score of the pair less that of its strongest rival; 1 when there is none."""
        source, target = pair
        strengths = [
            self._strength(rival, self._own_target.get(rival[1]))
            for rival in self._by_source.get(source, ())
            if rival != pair
        ]
        strengths += [
            self._strength(rival, self._own_source.get(rival[0]))
            for rival in self._by_target.get(target, ())
            if rival != pair
        ]
        return min(1.0, self._scores[pair] - max(strengths)) if strengths else 1.0

    def of_source(self, source: int, *, least: float, but: int | None) -> list[tuple[int, float]]:
        """What else might answer a thing of the source, the best first: the targets with their scores."""
        found = [
            (pair[1], self._scores[pair])
            for pair in self._by_source.get(source, ())
            if pair[1] != but and self._scores[pair] >= least
        ]
        return sorted(found, key=lambda each: -each[1])[:3]

    def _strength(self, rival: Pair, own: float | None) -> float:
        score = self._scores[rival]
        return score if own is None else score - max(0.0, own - score)
