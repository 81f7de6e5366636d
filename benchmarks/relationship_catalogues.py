"""How much of databases that nobody has looked at is told by names and types alone?

Fifteen made-up catalogues of `tests/relationships/catalogues`, three a round. Rules were mended with the first round
in view and the others unseen, then with the second in view, and so on. What a round came to before anything was mended,
and when it was first looked at, is kept in `BEFORE` and `FIRST_LOOK`; only the first look of a round says what to
expect of a schema that is new.
"""

from typing import Any

from tests.relationships.unseen import ROUNDS, Tally, known, tally

Figures = tuple[float, float, float]
"""Precision and recall of references, and the share of columns whose meaning is told right."""

BEFORE: tuple[Figures, ...] = (
    (0.956, 0.926, 0.763),
    (0.977, 0.919, 0.936),
    (0.979, 0.829, 0.865),
    (1.0, 1.0, 0.871),
    (1.0, 0.975, 0.926),
)
FIRST_LOOK: tuple[Figures | None, ...] = (
    None,
    (0.977, 0.919, 0.944),
    (0.982, 0.982, 0.923),
    (1.0, 1.0, 0.954),
    (1.0, 0.975, 0.932),
)
"""With the rounds before it in view, and this one not; the first round was in view from the start."""

ALL_FIRST_LOOKS = {"precision": 0.989, "recall": 0.969, "meaning": 0.940}
"""Of rounds two to five together: 478 references, 2,014 columns."""


def by_round() -> dict[str, Any]:
    """The figures of each round."""
    rounds = zip(ROUNDS, BEFORE, FIRST_LOOK, strict=True)
    told: dict[str, Any] = {
        ", ".join(names): _round(names, before, first) for names, before, first in rounds
    }
    return told | {"first looks together": ALL_FIRST_LOOKS}


def _round(names: tuple[str, ...], before: Figures, first: Figures | None) -> dict[str, Any]:
    each = [known(name) for name in names]
    found = tally(names)
    return {
        "references": sum(len(one.links) for one in each),
        "columns": sum(len(one.labels) for one in each),
        "before": _named(before),
        "first look": _named(first) if first else "in view from the start",
        "now": _named(_figures(found)),
        "wrong": sorted(found.wrong),
        "missed": sorted(found.missed),
    }


def _figures(found: Tally) -> Figures:
    return found.precision, found.recall, found.meaning


def _named(figures: Figures) -> dict[str, float]:
    told = (round(each, 3) for each in figures)
    return dict(zip(("precision", "recall", "meaning"), told, strict=True))
