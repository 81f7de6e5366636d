"""Pairs two lists of names one to one, and says where it would have had to guess.

Names that have the same letters form a group. Within a group exact spellings go together first. The rest goes together
only if it can be paired off completely, closer likeness before looser; otherwise the whole rest is undecided. So
`Customer_ID` does not take `CUSTOMER_ID` while `CustomerID` stands beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ombudsman.mapping.names import FORMS, Likeness, letters

T = TypeVar("T")


@dataclass
class Pairing(Generic[T]):
    """What went together and how, and the groups in which that is not clear. What is in neither has no counterpart."""

    pairs: list[tuple[T, T, Likeness]] = field(default_factory=list)
    undecided: list[tuple[list[T], list[T]]] = field(default_factory=list)


def pair(source: Sequence[T], target: Sequence[T], *, name: Callable[[T], str]) -> Pairing[T]:
    """Pairs the things of both lists by their names. The outcome does not depend on the order of `target`."""
    groups: dict[str, tuple[list[T], list[T]]] = {}
    for index, things in enumerate((source, target)):
        for thing in things:
            groups.setdefault(letters(name(thing)), ([], []))[index].append(thing)
    pairing: Pairing[T] = Pairing()
    for sources, targets in groups.values():
        _pair_group(sources, targets, name, pairing)
    return pairing


def _pair_group(
    sources: list[T], targets: list[T], name: Callable[[T], str], pairing: Pairing[T]
) -> None:
    pairing.pairs += _take(sources, targets, name, Likeness.EXACT)
    if not sources or not targets:
        return
    rest = list(sources), list(targets)
    pairs = [found for way in FORMS for found in _take(sources, targets, name, way)]
    if sources or targets:
        pairing.undecided.append(rest)
    else:
        pairing.pairs += pairs


def _take(
    sources: list[T], targets: list[T], name: Callable[[T], str], way: Likeness
) -> list[tuple[T, T, Likeness]]:
    """Removes and returns the pairs that are alike in this way, each the only one on its side."""
    form = FORMS[way]
    taken = []
    for source in list(sources):
        wanted = form(name(source))
        there = [target for target in targets if form(name(target)) == wanted]
        here = [other for other in sources if form(name(other)) == wanted]
        if len(here) == len(there) == 1:
            sources.remove(source)
            targets.remove(there[0])
            taken.append((source, there[0], way))
    return taken
