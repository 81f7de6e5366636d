"""Which columns together may refer to a key of several columns?

Every part of the key has a column that is called like it, all of them alone or all behind the words of one role. Two
tables whose keys consist of the same parts are siblings as a rule: both refer to the same third tables. Only a table
whose name goes on with that of the other (`catalog returns` of catalog sales) depends on it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ombudsman.relationships.key_words import DEPENDENTS
from ombudsman.relationships.keys import ParentKey, families
from ombudsman.relationships.lookup import Link
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import likeness_of_all

PARTS_CALLED_ALIKE = 0.66
WORD_SHARED = 0.2
"""What it adds that the two tables have a word in common."""


@dataclass(frozen=True)
class Composite:
    """Columns that may refer together to a key of several; `score` is how likely by the names."""

    child: Naming
    columns: Names
    key: ParentKey
    score: float
    role: Names

    @property
    def link(self) -> Link:
        return Link(self.child.table.ref, self.columns, self.key.table.ref, self.key.columns)


def composites(
    namings: Sequence[Naming], keys: Mapping[str, Sequence[ParentKey]]
) -> list[Composite]:
    """All candidates of several columns."""
    by_part: defaultdict[str, list[ParentKey]] = defaultdict(list)
    for each in keys.values():
        for key in each:
            if len(key.columns) > 1:
                by_part["".join(key.naming.words_of(key.columns[-1]))].append(key)
    found: list[Composite] = []
    for naming in namings:
        if naming.table.kind == "view":
            continue
        told = {naming.words_of(name): name for name in naming.table.column_names}
        ends = {"".join(words[start:]) for words in told for start in range(len(words))}
        for end in sorted(ends & by_part.keys()):
            for key in by_part[end]:
                if key.table is not naming.table:
                    found += _of_key(naming, told, key, keys[str(naming.table.ref)])
    return found


def _of_key(
    naming: Naming, told: Mapping[Names, str], key: ParentKey, own: Sequence[ParentKey]
) -> Iterator[Composite]:
    parts = [key.naming.words_of(name) for name in key.columns]
    if any(all(len(word) < 2 for word in part) for part in parts):
        return
    for role in _roles(told, parts[0]):
        columns = tuple(told.get((*role, *part), "") for part in parts)
        if not all(columns) or len(set(columns)) < len(columns):
            continue
        if families(naming.table, columns) != families(key.table, key.columns):
            continue
        if _are_siblings(naming, columns, key, own):
            continue
        shared = _shares_a_word(naming.noun, key.naming.noun)
        yield Composite(
            naming, columns, key, PARTS_CALLED_ALIKE + (WORD_SHARED if shared else 0.0), role
        )


def _roles(told: Mapping[Names, str], part: Names) -> list[Names]:
    return sorted(words[: -len(part)] for words in told if words[-len(part) :] == part)


def _are_siblings(naming: Naming, columns: Names, key: ParentKey, own: Sequence[ParentKey]) -> bool:
    """Whether the columns are a key here too, and no name says that one table depends on the other."""
    if not any(set(each.columns) <= set(columns) for each in own):
        return False
    here, there = naming.noun, key.naming.noun
    goes_on = here[-1] in DEPENDENTS and there[-1] not in DEPENDENTS
    return not (goes_on and _shares_a_word(here, there))


def _shares_a_word(here: Names, there: Names) -> bool:
    return any(likeness_of_all((one,), (other,)) > 0.95 for one in here for other in there)
