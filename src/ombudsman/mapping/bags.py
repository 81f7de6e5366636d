"""Which bags of features have the most in common?

A bag is a set of features with weights; what is in few bags weighs more. Only the likenesses of the best are told, so
that thousands can be held against thousands.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from math import log, sqrt

import numpy as np
from scipy.sparse import csr_array

Feature = Hashable
Bag = dict[Feature, float]

_COMMON = 0.25
"""What is in more than this share of the bags tells nothing, where there are many."""

_MANY = 200
_CHUNK = 500


def alike(source: Sequence[Bag], target: Sequence[Bag], keep: int) -> dict[tuple[int, int], float]:
    """The likeness, from 0 to 1, of each bag with the `keep` bags of the other side that are most like it; by index."""
    if not source or not target:
        return {}
    here, there = _matrices([*source, *target], len(source))
    found = {(i, j): likeness for i, j, likeness in _best(here, there, keep)}
    found |= {(i, j): likeness for j, i, likeness in _best(there, here, keep)}
    return found


def _best(one: csr_array, other: csr_array, keep: int) -> Iterator[tuple[int, int, float]]:
    """For each row of one the `keep` rows of the other that are most like it."""
    for start in range(0, one.shape[0], _CHUNK):
        likeness = (one[start : start + _CHUNK] @ other.T).toarray()
        most = min(keep, likeness.shape[1] - 1)
        best = np.argpartition(-likeness, most, axis=1)[:, :keep]
        for row, columns in enumerate(best):
            for column in columns:
                yield start + row, int(column), float(likeness[row, column])


def _matrices(bags: Sequence[Bag], border: int) -> tuple[csr_array, csr_array]:
    """The bags of both sides as rows of length 1, a column for each feature."""
    seen = Counter(feature for bag in bags for feature in bag)
    most = _COMMON * len(bags) if len(bags) > _MANY else len(bags)
    index = {
        feature: position
        for position, feature in enumerate(f for f, count in seen.items() if 1 < count <= most)
    }
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, bag in enumerate(bags):
        told = [
            (index[f], weight * log(1 + len(bags) / seen[f]))
            for f, weight in bag.items()
            if f in index
        ]
        length = sqrt(sum(value * value for _, value in told)) or 1.0
        rows += [row] * len(told)
        columns += [column for column, _ in told]
        values += [value / length for _, value in told]
    shape = (len(bags), max(1, len(index)))
    whole = csr_array((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)
    return whole[:border], whole[border:]
