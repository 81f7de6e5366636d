"""How likely is a reference, all evidence considered?

The log odds of the name, and what each other clue adds to them. The weights were set by hand, so that one clue alone
decides little; `benchmarks/results/relationships.json` says how often a confidence was right.
"""

import math

from ombudsman.model.profile import ColumnProfile
from ombudsman.relationships.lookup import Inclusion
from ombudsman.relationships.proposal import Clue, Evidence

LEAST_SHARE = 0.95
"""Of sampled values that are keys: with fewer it is no reference."""

LEAST_SHARE_OF_COMPOSITES = 0.99
"""Of combinations: several columns meet several by chance more easily."""

BY_CHANCE = 0.01
"""What is less likely than this is not put down to chance."""

ALL_ARE_KEYS, FEW_ARE_KEYS, NEARLY_ALL, MOST = 1.8, 0.7, 0.3, -0.8
"""What inclusion adds: all of many values; all of less than ten, which small numbers meet by chance; 99 %; less."""

FEW = 10
OUT_OF_RANGE = -0.5
QUERIES_JOIN = 1.5


def name_evidence(score: float, told: str) -> Evidence:
    """What the name says."""
    return Evidence(clue=Clue.NAME, told=told, weight=round(log_odds(score), 2))


def refuses(inclusion: Inclusion, *, columns: int) -> bool:
    """Whether too many values are no keys.

    Of a column with ten values or more a single one never is too many: it may be the orphan that a check should find.
    """
    if not inclusion.sampled or (
        columns == 1 and inclusion.sampled >= FEW and inclusion.missing == 1
    ):
        return False
    return inclusion.share < (LEAST_SHARE if columns == 1 else LEAST_SHARE_OF_COMPOSITES)


def inclusion_evidence(inclusion: Inclusion) -> Evidence:
    """What the sampled values say, with the risk that is left."""
    seen = f"{inclusion.sampled - inclusion.missing:,} of {inclusion.sampled:,}"
    if not inclusion.sampled:
        told, weight = "there is no value to look up", 0.0
    elif inclusion.is_whole:
        told = f"{seen} values are keys; these are all there are"
        weight = _weight_of(inclusion)
    else:
        told = (
            f"{seen} sampled values are keys; at most {inclusion.missing_at_most:.2%} of all are none,"
            " with 95 % confidence"
        )
        weight = _weight_of(inclusion)
    return Evidence(clue=Clue.INCLUSION, told=told, weight=round(weight, 2))


def _weight_of(inclusion: Inclusion) -> float:
    if not inclusion.missing:
        return ALL_ARE_KEYS if inclusion.sampled >= FEW else FEW_ARE_KEYS
    return NEARLY_ALL if inclusion.share >= 0.99 else MOST


def range_evidence(child: ColumnProfile, key: ColumnProfile) -> Evidence | None:
    """Whether the least and the greatest value lie within those of the key; None where that cannot be told."""
    if not _are_comparable(child, key):
        return None
    if key.least <= child.least and child.greatest <= key.greatest:
        return Evidence(clue=Clue.RANGE, told="its values lie within the key's", weight=0.2)
    return Evidence(clue=Clue.RANGE, told="some values lie outside the key's", weight=OUT_OF_RANGE)


def are_apart(child: ColumnProfile, key: ColumnProfile) -> bool:
    """Whether no value can be a key, as the bounds of both say."""
    return _are_comparable(child, key) and (
        child.greatest < key.least or key.greatest < child.least
    )


def _are_comparable(child: ColumnProfile, key: ColumnProfile) -> bool:
    bounds = (child.least, child.greatest, key.least, key.greatest)
    return None not in bounds and len({type(each) for each in bounds}) == 1


def coverage_evidence(child: ColumnProfile, key: ColumnProfile) -> Evidence | None:
    """How many of the keys are used: by chance it would be few."""
    if not child.distinct or not key.distinct:
        return None
    share = min(1.0, child.distinct / key.distinct)
    told = f"{child.distinct:,} different values, {key.distinct:,} keys"
    return Evidence(clue=Clue.COVERAGE, told=told, weight=round(0.6 * share, 2))


def join_evidence(executions: int) -> Evidence:
    """That queries join the two so."""
    times = "once" if executions == 1 else f"{executions:,} times"
    weight = QUERIES_JOIN + 0.1 * math.log1p(executions)
    return Evidence(clue=Clue.JOIN, told=f"queries join them so, {times}", weight=round(weight, 2))


def log_odds(share: float) -> float:
    """Of a likelihood between 0 and 1."""
    return math.log(share / (1 - share))


def confidence(evidence: list[Evidence]) -> float:
    """The likelihood that the weights come to; never quite 1, for that is what is declared."""
    total = sum(each.weight for each in evidence)
    return min(0.999, round(1 / (1 + math.exp(-total)), 3))
