"""Which pairs make the most of it together, when each thing is given away once?

Globally best, not greedy: the best pair of all may cost two others more than it brings.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Scores = NDArray[np.float64]


def assigned(scores: Scores, least: float) -> list[tuple[int, int]]:
    """The row and column of each pair of a matrix of scores, by row; pairs below `least` are not made."""
    if not scores.size:
        return []
    rows, columns = linear_sum_assignment(np.maximum(scores - least, 0.0), maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if scores[i, j] >= least]


def assigned_among(
    scores: Mapping[tuple[int, int], float], shape: tuple[int, int], least: float
) -> list[tuple[int, int]]:
    """The same where few of the pairs are possible: what hangs together is decided together, and the rest apart."""
    chosen = [(pair, score) for pair, score in scores.items() if score >= least]
    if not chosen:
        return []
    rows = np.array([pair[0] for pair, _ in chosen])
    columns = np.array([pair[1] for pair, _ in chosen])
    values = np.array([score for _, score in chosen])
    size = shape[0] + shape[1]
    graph = coo_array((np.ones(len(rows)), (rows, columns + shape[0])), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(labels[rows], kind="stable")
    borders = np.flatnonzero(np.diff(labels[rows][order])) + 1
    found: list[tuple[int, int]] = []
    for part in np.split(order, borders):
        here, i = np.unique(rows[part], return_inverse=True)
        there, j = np.unique(columns[part], return_inverse=True)
        matrix = np.zeros((len(here), len(there)))
        matrix[i, j] = values[part]
        found += [(int(here[a]), int(there[b])) for a, b in assigned(matrix, least)]
    return sorted(found)
