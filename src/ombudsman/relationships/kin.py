"""Of tables that share one key, which stands nearest to a third that has it too?

A party is a person, a person an employee, an employee a sales person, and all have the party's key. With names alone
the owner of the key is meant, unless something speaks for another: its name stands in the child's; one is what the
other is (an employee is a person); both begin with the same word; it is the only one in the child's schema.
"""

from collections.abc import Collection, Iterable

from ombudsman.relationships.key_words import (
    PEOPLES_THINGS,
    PERSON_ROLES,
    PERSONS,
    WORKERS,
)
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import PLURALS

NAMES_IT, IS_ONE, NEAR = 0.07, 0.065, 0.03
"""What a parent gains over the owner of the key: its name in the child's; the child is one; any other nearness."""

STRANGE = -0.12
"""What speaks against a parent whose key is called after another table, and to which the child is not near."""


def nearness(child: Naming, parent: Naming, others: Iterable[Naming], *, is_own_key: bool) -> float:
    """What a parent that does not own the name of its key gains or loses over the owner.

    Args:
        child: The table that refers.
        parent: One of the tables that share the key.
        others: The rest of them.
        is_own_key: The child has one row for a row of the parent.
    """
    if contains(child.noun, parent.noun):
        return NAMES_IT
    if is_own_key and completes(child, parent, others):
        return IS_ONE
    if not is_own_key and _is_near(child, parent, others):
        return NEAR
    return STRANGE


def completes(child: Naming, parent: Naming, others: Iterable[Naming]) -> bool:
    """Whether the child's rows are of the parent's by what both are called: an employee is a person and has a login."""
    return _is_a(child, parent, others) or _is_of_people(child, parent)


def _is_a(child: Naming, parent: Naming, others: Iterable[Naming]) -> bool:
    """Whether each of the child's is one of the parent's: an employee is a person, a sales person an employee."""
    here, there = _rank(child.noun), _rank(parent.noun)
    between = (_rank(each.noun) for each in others if each is not child)
    return here > there > 0 and not any(there < each < here for each in between)


def _rank(noun: Names) -> int:
    """How much is said of people: 0 nothing; 1 that they are some; 2 that they work; 3 as what."""
    if "".join(noun[-2:]) in PERSON_ROLES or noun[-1] in PERSON_ROLES:
        return 3
    if is_of(WORKERS, noun):
        return 2
    return 1 if is_of(PERSONS, noun) else 0


def is_of(known: Collection[str], noun: Names) -> bool:
    """Whether a table's name ends with one of these words, in the singular or the plural."""
    last = noun[-1]
    return last in known or any(
        last.endswith(ending) and last.removesuffix(ending) in known for ending in PLURALS
    )


def _is_near(child: Naming, parent: Naming, others: Iterable[Naming]) -> bool:
    rest = [each for each in others if each is not parent]
    if _is_of_people(child, parent):
        return True
    begins = [each for each in (parent, *rest) if each.noun[0] == child.noun[0]]
    if begins:
        return begins == [parent]
    schema = child.table.ref.schema_name
    same = [each for each in (parent, *rest) if each.table.ref.schema_name == schema]
    return same == [parent]


def _is_of_people(child: Naming, parent: Naming) -> bool:
    return (
        not PEOPLES_THINGS.isdisjoint(child.noun)
        and is_of(PERSONS, parent.noun)
        and _rank(parent.noun) == 1
    )


def contains(noun: Names, part: Names) -> bool:
    """Whether the words of one table's name stand in another's: `EmployeeHistory` is of employees."""
    places = range(len(noun) - len(part) + 1)
    return any(noun[i : i + len(part)] == part for i in places) and len(noun) > len(part)
