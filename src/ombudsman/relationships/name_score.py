"""How much does a column's name say that it refers to a key?

In order of what it says: the key's own name; that name behind the words of a role (`BillToCustomerKey`); the name of
the table and a word for key (`customer_id` where the key is `id`); the table alone; what a person does, beside a table
of people; and, for a key of the own table, a word for what is above (`ReportsTo`).
"""

from dataclasses import dataclass

from ombudsman.relationships.key_words import (
    ABOVE,
    AMOUNT_WORDS,
    CALENDAR,
    CLASSIFIERS,
    KEY_WORDS,
    PART_ROLES,
    PERSON_ROLES,
    SUPERIOR,
    SURE_KEY_WORDS,
    WORKERS,
)
from ombudsman.relationships.keys import ParentKey
from ombudsman.relationships.kin import is_of
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import PLURAL, PLURALS, abbreviates, likeness_of_all

KEYS_NAME, ROLE_AND_KEY, TABLE_AND_KEY, ROLE_AND_TABLE = 0.95, 0.88, 0.91, 0.84
CUT_SHORT, PART_OF_NOUN, TABLE_ALONE, BEGINS_ALIKE = 0.88, 0.72, 0.7, 0.6
PART_BEHIND_A_ROLE, ANY_DATE = 0.6, 0.6
PERSON, SUPERIOR_OF_OWN, ANY_SUPERIOR = 0.66, 0.8, 0.74
AT_WORK, ONLY_LOGINS, PART_OF_ANOTHER = 0.01, 0.02, 0.64


@dataclass(frozen=True)
class NameScore:
    """How likely a reference is by its name alone, from 0 to 1; why, in words; and the words of the role."""

    score: float
    told: str
    role: Names = ()


ENDINGS = ("", *PLURALS)

NO_SCORE = NameScore(0.0, "")


def name_score(words: Names, key: ParentKey, *, child: Naming) -> NameScore:
    """The best that the words of a column of `child` say for a key of one column."""
    is_own_table = key.table is child.table
    found = [_like_key(words, key), _like_table(words, key, child.noun)]
    if key.is_of_people or key.is_of_logins:
        found.append(_like_person(words, key))
    if key.is_of_parts:
        found.append(_like_part(words))
    if is_own_table:
        found = [superior(words, key), _role_of_own(words, key), *found[2:]]
    return max(found, key=lambda each: each.score)


def _like_key(words: Names, key: ParentKey) -> NameScore:
    if key.is_generic:
        return NO_SCORE
    alike = likeness_of_all(words, key.words)
    told = f"called like the key {key.columns[0]}"
    if alike:
        return NameScore(KEYS_NAME * alike, told)
    count = len(key.words)
    role, rest = words[:-count], words[-count:]
    alike = likeness_of_all(rest, key.words) if role else 0.0
    if alike and not (count == 1 and rest[0] in KEY_WORDS):
        if rest[-1] in CALENDAR:  # every date ends so, and few refer to a calendar
            return NameScore(ANY_DATE, f"a date, as the key {key.columns[0]} is", role)
        return NameScore(ROLE_AND_KEY * alike, f"ends like the key {key.columns[0]}", role)
    return NO_SCORE


def _like_table(words: Names, key: ParentKey, own_noun: Names) -> NameScore:
    """The table's name with a word for key behind it, or without one."""
    *telling, last = words
    says_key = last in KEY_WORDS and bool(telling)
    named = tuple(telling) if says_key else words
    name = key.table.ref.name
    if not says_key and not AMOUNT_WORDS.isdisjoint(words):
        return NO_SCORE
    whole, role = noun_at_end(named, key.naming)
    if whole:
        base = (ROLE_AND_TABLE if role else TABLE_AND_KEY) if says_key else TABLE_ALONE
        if not says_key and role:
            base -= 0.1
        told = "names" if says_key else "is called like"
        return NameScore(base * whole, f"{told} the table {name}", role)
    if says_key and last in SURE_KEY_WORDS and _is_part_of_noun(named[-1], key.naming.noun):
        is_classified = key.naming.noun[-1] in CLASSIFIERS
        score = PART_OF_NOUN if is_classified or len(named) == 1 else PART_BEHIND_A_ROLE
        return NameScore(score, f"names a word of the table {name}", named[:-1])
    is_own_word = any(likeness_of_all(words[:1], (each,)) for each in own_noun)
    if _begins_alike(words, key.naming.noun) and not is_own_word:
        return NameScore(BEGINS_ALIKE, f"begins like the table {name}", words[1:])
    return NO_SCORE


def _begins_alike(words: Names, noun: Names) -> bool:
    """`ship via` and shippers: the first of two words is the beginning of the table's only one."""
    is_beginning = len(noun) == 1 and len(words[0]) >= 4 and noun[0].startswith(words[0])
    return is_beginning and len(words) == 2 and words[0] != noun[0] and words[1].isalpha()


def noun_at_end(named: Names, naming: Naming) -> tuple[float, Names]:
    """How much the last words are those of the table, and the words before them."""
    noun = naming.noun
    best: tuple[float, Names] = (0.0, ())
    for count in range(1, len(named) + 1):
        role, rest = named[:-count], named[-count:]
        alike = likeness_of_all(rest, noun)
        if count == len(noun) == 1 and _goes_beyond(rest[0], noun[0]):
            alike = 0.0
        if not alike and len(rest) > 1 and len(noun) == 1:
            alike = PLURAL if noun[0] in {"".join(rest) + "s", "".join(rest) + "es"} else 0.0
        if not alike and count == 1 and len(noun) > 1 and len(rest[0]) > len(noun):
            alike = CUT_SHORT if abbreviates(rest[0], noun) else 0.0
        if alike > best[0]:
            best = (alike, role)
    return best


def _goes_beyond(word: str, noun: str) -> bool:
    """Whether a word only begins like the table, which is not cut short itself: `tagger` is none of the `tags`."""
    singular = noun.removesuffix("s")
    return singular != noun and word.startswith(singular) and word[len(singular) :] not in ENDINGS


def _is_part_of_noun(word: str, noun: Names) -> bool:
    """`package` of package types, `category` of product categories."""
    if len(noun) < 2:
        return False
    if noun[-1] in CLASSIFIERS and likeness_of_all((word,), noun[-2:-1]) >= PLURAL:
        return True
    return len(word) >= 4 and likeness_of_all((word,), noun[-1:]) >= PLURAL


def _like_person(words: Names, key: ParentKey) -> NameScore:
    telling = tuple(w for w in words if w not in KEY_WORDS)
    if not telling:
        return NO_SCORE
    acts = len(telling) > 1 and (telling[-1] == "by" or telling[-2:] == ("assigned", "to"))
    if acts or telling[-1] in PERSON_ROLES or "".join(telling[-2:]) in PERSON_ROLES:
        score = PERSON + (AT_WORK if is_of(WORKERS, key.naming.noun) else 0.0)
        score -= 0.0 if key.is_of_people else ONLY_LOGINS
        return NameScore(score, f"{' '.join(telling)}: what a person does", telling)
    return NO_SCORE


def _like_part(words: Names) -> NameScore:
    """`ComponentID`, `ProductAssemblyID`: what a product is to another product."""
    *telling, last = words
    if last in SURE_KEY_WORDS and telling and telling[-1] in PART_ROLES:
        told = f"{telling[-1]}: what one thing is to another"
        return NameScore(PART_OF_ANOTHER, told, tuple(telling))
    return NO_SCORE


def superior(words: Names, key: ParentKey) -> NameScore:
    """A word for what is above, and no other than for a key, or the table's own."""
    noun = key.naming.noun
    for said in (*ABOVE, *(SUPERIOR if key.is_of_people else ())):
        rest = [word for word in words[len(said) :] if word not in KEY_WORDS]
        if words[: len(said)] == said and all(
            any(likeness_of_all((word,), (own,)) for own in noun) for word in rest
        ):
            score = SUPERIOR_OF_OWN if key.is_of_people or words[-1] in KEY_WORDS else ANY_SUPERIOR
            return NameScore(score, f"{' '.join(said)}: another row of its own table", said)
    return NO_SCORE


def _role_of_own(words: Names, key: ParentKey) -> NameScore:
    """The own key behind other words: `BackorderOrderID`."""
    found = _like_key(words, key)
    return found if found.role else NO_SCORE
