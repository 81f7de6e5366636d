"""How often is a pair of a given strength right? Writes `src/ombudsman/mapping/confidence_tables.py`.

    PYTHONPATH=src:. python tools/fit_confidence.py

Plays the rename suite over our own catalogues (never the shared ones) with seeds that nothing is measured on, fits how
score and margin make up the strength of a pair (logistic regression), and how often pairs of that strength are right
(isotonic regression over groups of pairs; each group told by a cautious bound of its share, so that a few lucky pairs
are not taken for certainty).
"""

import math
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression, minimize

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from tests.mapping.domains import domain, made_profiles  # noqa: E402
from tests.mapping.renamed import renamed  # noqa: E402
from tests.mapping.suite import FIRST_FIT_SEED, OWN, cases  # noqa: E402

from ombudsman.mapping.confidence import features  # noqa: E402
from ombudsman.mapping.suggest import suggest_mapping  # noqa: E402

SEEDS = range(FIRST_FIT_SEED, FIRST_FIT_SEED + 30)
TABLES = (
    Path(__file__).resolve().parents[1] / "src" / "ombudsman" / "mapping" / "confidence_tables.py"
)
GROUP = 100
UNRELATED_WEIGHT = 5
"""How often each pair of unrelated tables counts: they are few, and taking them for answers is the worst mistake."""

LEVELS = (3, 4)
Z = 0.6
"""How cautious the bound of a group is, in standard errors."""


HEAD = '''"""How often pairs of a given strength were right: made by tools/fit_confidence.py, do not edit.

The rename suite, levels 3 and 4, seeds {first} to {last}, over catalogues of our own. Each entry has the weights of the
features (see `confidence.features`) with the constant last, and the knots: strength, and the share that was right.
"""
'''


def observed(*, values: bool) -> dict[str, list[tuple[tuple[float, ...], bool]]]:
    found: dict[str, list[tuple[tuple[float, ...], bool]]] = {"tables": [], "columns": []}
    for level in LEVELS:
        for case in cases(OWN, level, SEEDS):
            suggestion = case.suggested(values=values)
            for table in suggestion.tables:
                if table.kind != "whole":
                    continue
                right = case.done.tables.get(table.source) == table.target
                found["tables"].append((features(table.score, table.margin), right))
                if not right:
                    continue
                for column in table.columns:
                    truth = case.done.columns.get((table.source, column.source))
                    is_right = truth == (table.target, column.target)
                    found["columns"].append((features(column.score, column.margin), is_right))
    return found


def unrelated(*, values: bool) -> list[tuple[tuple[float, ...], bool]]:
    """Tables of catalogues that have nothing to do with each other: whatever is paired there is wrong."""
    found = []
    for seed, (here, there) in enumerate(permutations(OWN, 2), FIRST_FIT_SEED):
        source, done = domain(here), renamed(domain(there), 2, seed)
        profiles = (
            (made_profiles(source, seed), made_profiles(done.target, seed + 1))
            if values
            else ({}, {})
        )
        suggestion = suggest_mapping(
            source, done.target, source_profiles=profiles[0], target_profiles=profiles[1]
        )
        found += [
            (features(t.score, t.margin), False) for t in suggestion.tables if t.kind == "whole"
        ]
    return found


def fitted(
    rows: list[tuple[tuple[float, ...], bool]],
) -> tuple[tuple[float, ...], list[tuple[float, float]]]:
    x = np.array([row[0] for row in rows])
    y = np.array([row[1] for row in rows], dtype=float)
    x1 = np.column_stack([x, np.ones(len(x))])

    def loss(weights: Any) -> Any:
        z = x1 @ weights
        return np.mean(np.logaddexp(0, z) - y * z) + 1e-6 * np.sum(weights[:-1] ** 2)

    weights = minimize(
        loss, np.zeros(x1.shape[1]), bounds=[(0, None)] * x.shape[1] + [(None, None)]
    ).x
    strength = x1 @ weights
    order = np.argsort(strength)
    strength, y = strength[order], y[order]
    groups = [slice(i, min(i + GROUP, len(y))) for i in range(0, len(y), GROUP)]
    means = np.array([y[g].mean() for g in groups])
    counts = np.array([len(y[g]) for g in groups], dtype=float)
    centres = np.array([strength[g].mean() for g in groups])
    level = isotonic_regression(means, weights=counts)
    knots: list[tuple[float, float]] = []
    for value in sorted(set(np.round(level.x, 9))):
        inside = np.isclose(level.x, value)
        n = counts[inside].sum()
        share = cautious(value, n)
        lo, hi = centres[inside].min(), centres[inside].max()
        knots.append((lo, share))
        if hi > lo + 1e-6:
            knots.append((hi, share))
    return tuple(weights), tidy(knots)


def cautious(share: float, count: float) -> float:
    """The lower bound of a share that was seen in `count` cases (E. B. Wilson, 1927)."""
    centre = share + Z * Z / (2 * count)
    spread = Z * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    return (centre - spread) / (1 + Z * Z / count)


def tidy(knots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    told: list[tuple[float, float]] = []
    best = 0.0
    for strength, share in sorted(knots):
        best = max(best, share)
        told.append((round(float(strength), 2), round(float(best), 4)))
    return told


def main() -> None:
    text = [HEAD.format(first=SEEDS.start, last=SEEDS.stop - 1)]
    for values in (False, True):
        rows = observed(values=values)
        rows["tables"] += UNRELATED_WEIGHT * unrelated(values=values)
        for what, told in rows.items():
            weights, knots = fitted(told)
            name = f"{what}_{'with_values' if values else 'by_names'}".upper()
            print(name, len(told), "pairs,", sum(not r for _, r in told), "wrong; weights", weights)
            shown = ", ".join(f"{w:.3f}" for w in weights)
            text.append(f"{name} = (\n    ({shown}),\n    (")
            text += [f"        ({s}, {p})," for s, p in knots]
            text.append("    ),\n)")
            text.append(f'"""Over {len(told):,} pairs."""\n')
    TABLES.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
