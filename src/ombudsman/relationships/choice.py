"""Of several parents for the same columns, which is meant?

The one whose name says most; of names that say nearly the same, the one that the values choose: a smaller table that
holds them all, where that is hardly chance. Where nothing chooses there is none: better none than a wrong one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombudsman.model.profile import ColumnProfile, Profiles
from ombudsman.model.tables import ColumnRef, TableRef
from ombudsman.relationships.keys import ParentKey
from ombudsman.relationships.kin import NAMES_IT, completes, contains, nearness
from ombudsman.relationships.lookup import Inclusion
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Clue, Evidence, Names
from ombudsman.relationships.weighing import BY_CHANCE

NEARLY_AS_LIKE = 0.06
"""Names that differ by no more say the same: then the values, or the parent's size, decide."""

NAMES_THE_TABLE = 0.7
"""Where a name says less, that a table lies in the same schema does not choose it: others may be meant as well."""


@dataclass(frozen=True)
class Weighed:
    """A candidate with its evidence."""

    child: Naming
    columns: Names
    key: ParentKey
    score: float
    role: Names
    evidence: list[Evidence]
    inclusion: Inclusion | None = None
    is_own_key: bool = False


class Choice:
    """Chooses among candidates; `profiles` tell how many keys each parent has."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    def of(self, weighed: Sequence[Weighed]) -> Iterator[Weighed]:
        """Of several parents for the same columns the one; none where it cannot be told which."""
        by_columns: defaultdict[tuple[TableRef, Names], list[Weighed]] = defaultdict(list)
        for each in weighed:
            by_columns[(each.child.table.ref, tuple(sorted(each.columns)))].append(each)
        for several in by_columns.values():
            chosen = self._one_of(several)
            if chosen is not None:
                yield chosen

    def _one_of(self, several: list[Weighed]) -> Weighed | None:
        if (subtype := self._subtype(several)) is not None:
            return subtype
        kin = [each.key.naming for each in several]
        several = [each for each in several if not each.is_own_key or _owns(each, kin)]
        if not several:
            return None
        standing = {id(each): _standing(each, kin) for each in several}
        best = max(standing.values())
        near = [each for each in several if standing[id(each)] >= best - NEARLY_AS_LIKE]
        if len(near) == 1:
            return near[0]
        if any(each.inclusion is not None and each.inclusion.sampled for each in near):
            return self._smallest_superset(near)
        alike = [each for each in near if standing[id(each)] == best]
        owners = [each for each in alike if each.key.is_own] or alike
        if len(owners) == 1 or best < NAMES_THE_TABLE:
            return owners[0] if len(owners) == 1 else None
        return self._of_own_schema(owners)

    def _subtype(self, several: list[Weighed]) -> Weighed | None:
        """The table whose key is that of a larger one, where the values lie within it and hardly by chance.

        An employee is a person is a party, and all three share the party's key. A table whose name only goes on with
        the owner's (its details) is no thing of its own, and is not meant.
        """
        owner = next((each for each in several if each.key.is_own), None)
        if owner is None or len(owner.columns) > 1:
            return None
        whole = self._profile(owner.key).distinct
        found: list[tuple[int, Weighed]] = []
        for each in several:
            part, told = self._profile(each.key).distinct, each.inclusion
            if each is owner or not whole or not part or told is None or not told.sampled:
                continue
            is_same_key = each.key.words == owner.key.words
            is_of_its_own = not set(owner.key.naming.noun) & set(each.key.naming.noun)
            by_chance = (part / whole) ** told.sampled
            if is_same_key and is_of_its_own and not told.missing and by_chance < BY_CHANCE:
                found.append((part, each))
        if not found:
            return None
        chosen = min(found, key=lambda each: each[0])[1]
        told_why = (
            f"its values lie within the smaller {chosen.key.table.ref.name}, hardly by chance"
        )
        chosen.evidence.append(Evidence(clue=Clue.ONLY_PARENT, told=told_why, weight=-0.3))
        return chosen

    def _smallest_superset(self, near: list[Weighed]) -> Weighed:
        def order(each: Weighed) -> tuple[int, int, bool, float]:
            missing = each.inclusion.missing if each.inclusion else 0
            rows = self._profile(each.key).distinct or each.key.table.row_estimate or 0
            return missing, rows, not each.key.is_own, -each.score

        first = min(near, key=order)
        others = ", ".join(sorted({e.key.table.ref.name for e in near if e is not first}))
        told = f"of the tables that hold its values the one with the fewest keys; others: {others}"
        first.evidence.append(Evidence(clue=Clue.ONLY_PARENT, told=told, weight=-0.3))
        return first

    def _of_own_schema(self, alike: list[Weighed]) -> Weighed | None:
        """The only one in the child's own schema."""
        own = [e for e in alike if e.key.table.ref.schema_name == e.child.table.ref.schema_name]
        return own[0] if len(own) == 1 else None

    def _profile(self, key: ParentKey) -> ColumnProfile:
        return self._profiles.get(ColumnRef(key.table.ref, key.columns[0])) or ColumnProfile()


def _standing(each: Weighed, kin: Sequence[Naming]) -> float:
    """Its name's score; a key that is called after another table stands back, unless the child is near to it."""
    is_named = contains(each.child.noun, each.key.naming.noun)
    if len(each.columns) > 1 or each.key.is_own:
        return each.score + (NAMES_IT if is_named else 0.0)
    if each.key.is_generic:
        return each.score
    others = [naming for naming in kin if naming is not each.key.naming]
    return each.score + nearness(each.child, each.key.naming, others, is_own_key=each.is_own_key)


def _owns(each: Weighed, kin: Sequence[Naming]) -> bool:
    """Whether the parent owns the name of a key that both tables have, or the child is of it by name."""
    here, there = each.child.noun, each.key.naming.noun
    begins = len(here) > len(there) and here[: len(there)] == there
    return each.key.is_own or begins or completes(each.child, each.key.naming, kin)
