"""How sure is a pair of this strength?

The strength of a pair is made of its score and of its margin over what else it might be; how often pairs of that
strength were right was measured on databases that were renamed by a program (`confidence_tables`). So a confidence of
0.95 means that of twenty such pairs nineteen are right, and not that somebody liked the number.
"""

from bisect import bisect_right

from ombudsman.mapping import confidence_tables as measured

MOST = 0.999
"""Nothing that was only proposed is certain."""

TIE = 0.018
"""With a smaller margin a pair might as well be another one."""

MOST_OF_A_TIE = 0.5

Fit = tuple[tuple[float, ...], tuple[tuple[float, float], ...]]


def features(score: float, margin: float) -> tuple[float, ...]:
    """What the strength of a pair is made of: a margin beyond some bound tells nothing more."""
    return (min(score, 1.1), min(margin, 0.1), min(margin, 0.35))


def column_confidence(score: float, margin: float, *, with_values: bool) -> float:
    """The probability that a column pair is right, if its tables are."""
    fit = measured.COLUMNS_WITH_VALUES if with_values else measured.COLUMNS_BY_NAMES
    return _confidence(fit, features(score, margin))


def table_confidence(score: float, margin: float, *, with_values: bool) -> float:
    """The probability that a table pair is right."""
    fit = measured.TABLES_WITH_VALUES if with_values else measured.TABLES_BY_NAMES
    return _confidence(fit, features(score, margin))


def most_by_columns(covered: float) -> float:
    """How sure a table pair can be at most, of whose columns this share found answers: a name alone proves little."""
    if covered < _HARDLY_ANY:
        return MOST_OF_A_TIE
    return _MOST_WITH_FEW if covered < _FEW else MOST


_HARDLY_ANY = 0.12
_FEW = 0.25
_MOST_WITH_FEW = 0.85


def _confidence(fit: Fit, told: tuple[float, ...]) -> float:
    """The share that was right at this strength; between two knots on the line between them."""
    if told[1] < TIE:
        return min(MOST_OF_A_TIE, _of_strength(fit, told))
    return _of_strength(fit, told)


def _of_strength(fit: Fit, told: tuple[float, ...]) -> float:
    weights, knots = fit
    strength = sum(w * f for w, f in zip(weights, told, strict=False)) + weights[-1]
    position = bisect_right(knots, (strength, 2.0))
    if position == 0:
        low, share = knots[0]
        return max(0.0, share * (1.0 - 0.5 * (low - strength)))
    if position == len(knots):
        return min(MOST, knots[-1][1])
    (low, one), (high, other) = knots[position - 1], knots[position]
    return min(MOST, one + (other - one) * (strength - low) / (high - low))
