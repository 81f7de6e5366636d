"""Which columns may refer to which keys of one column, by types and names?

Not every column is held against every key: only those that share the beginning of a word, so that thousands of tables
take seconds. A column that names its own row refers to nothing, unless its table completes another row by row: then its
key is called after the other table.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ombudsman.model.tables import Column, Table
from ombudsman.model.types import Text
from ombudsman.relationships.key_words import KEY_WORDS
from ombudsman.relationships.keys import ParentKey, family
from ombudsman.relationships.lookup import Joins, Link
from ombudsman.relationships.name_score import NO_SCORE, TABLE_ALONE, NameScore, name_score
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.polymorphic import refers_to_one_of_several
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import PLURAL, likeness_of_all

LEAST_SCORE = 0.58
"""What is called less alike is no candidate."""

MUCH_LONGER = 4

JOINED = NameScore(0.6, "queries join the two")

_VOWELS = frozenset("aeiou")


@dataclass(frozen=True)
class Candidate:
    """A column that may refer to a key of one column."""

    child: Naming
    column: str
    key: ParentKey
    name: NameScore
    executions: int = 0
    is_own_key: bool = False

    @property
    def link(self) -> Link:
        return Link(self.child.table.ref, (self.column,), self.key.table.ref, self.key.columns)


class KeysByWord:
    """The keys of one column, to be found by the beginnings of words."""

    def __init__(self, keys: Iterable[ParentKey]) -> None:
        self._by_mark: defaultdict[str, dict[ParentKey, None]] = defaultdict(dict)
        keys = list(keys)
        people = [key for key in keys if key.is_of_people]
        people = people or [key for key in keys if key.is_of_logins]
        self._by_role = [*people, *(key for key in keys if key.is_of_parts)]
        for key in keys:
            for word in (*key.words, *key.naming.noun, "".join(key.naming.noun)):
                if word not in KEY_WORDS:
                    self._by_mark[mark_of(word)][key] = None

    def near(self, words: Names) -> Iterator[ParentKey]:
        """Those that may be meant by the words, each once."""
        telling = [word for word in words if word not in KEY_WORDS]
        marks = [
            mark_of(each)
            for each in (*telling, "".join(telling), *(w[1:] for w in telling))
            if each
        ]
        found = dict.fromkeys(key for mark in marks for key in self._by_mark.get(mark, ()))
        yield from dict.fromkeys((*found, *self._by_role))


def mark_of(word: str) -> str:
    """The first letter and the next consonant: what abbreviations leave."""
    return word[0] + next((letter for letter in word[1:] if letter not in _VOWELS), "")


def candidates(
    namings: Sequence[Naming], keys: Mapping[str, Sequence[ParentKey]], joins: Joins
) -> list[Candidate]:
    """All candidates; `keys` are those of each table, by its name."""
    single = [key for each in keys.values() for key in each if len(key.columns) == 1]
    by_word = KeysByWord(single)
    joined = _joined(joins, single)
    found: list[Candidate] = []
    for naming in namings:
        if naming.table.kind == "view":
            continue
        own = [k for k in keys[str(naming.table.ref)] if len(k.columns) == 1 and k.is_primary]
        for column in naming.table.columns:
            if family(column.data_type) is None:
                continue
            found += _of_column(naming, column, own, by_word, joined)
    return found


def _of_column(
    naming: Naming,
    column: Column,
    own: Sequence[ParentKey],
    by_word: KeysByWord,
    joined: Mapping[tuple[str, str], Mapping[ParentKey, int]],
) -> Iterator[Candidate]:
    words = naming.words_of(column.name)
    queried = joined.get((str(naming.table.ref), column.name), {})
    is_own = any(key.columns == (column.name,) for key in own)
    is_one_of_several = refers_to_one_of_several(naming, column.name)
    for key in dict.fromkeys((*own, *by_word.near(words), *queried)):
        if not _may_meet(naming.table, column, key):
            continue
        if is_own and not _completes(naming, words, key):
            continue
        if _names_own_table(naming, words) and not likeness_of_all(words, key.words):
            continue
        if is_one_of_several and not _is_called(words, key):
            continue
        score = name_score(words, key, child=naming)
        if score.score <= TABLE_ALONE and _is_much_longer(column, key):
            score = NO_SCORE
        times = queried.get(key, 0)
        if times and score.score < JOINED.score:
            score = JOINED
        if score.score >= LEAST_SCORE:
            yield Candidate(naming, column.name, key, score, times, is_own)


def _may_meet(table: Table, column: Column, key: ParentKey) -> bool:
    referred = key.table.column(key.columns[0])
    if referred is None or (key.table is table and referred.name == column.name):
        return False
    return family(column.data_type) == family(referred.data_type)


def _is_much_longer(column: Column, key: ParentKey) -> bool:
    """Whether a text may be so long that it names no row by a short code: it is what the row is called."""
    referred = key.table.column(key.columns[0])
    here = _length_of(column)
    there = _length_of(referred) if referred else None
    return here is not None and there is not None and here >= MUCH_LONGER * there


def _length_of(column: Column) -> int | None:
    return column.data_type.length if isinstance(column.data_type, Text) else None


def _is_called(words: Names, key: ParentKey) -> bool:
    """Whether the words are the table's whole name and a word for key."""
    return likeness_of_all(words[:-1], key.naming.noun) >= PLURAL


def _names_own_table(naming: Naming, words: Names) -> bool:
    """Whether a column of a longer key is called after its own table: `EmailAddressID` is no address."""
    *telling, last = words
    return len(telling) > 1 and last in KEY_WORDS and likeness_of_all(telling, naming.noun) > 0


def _completes(naming: Naming, words: Names, key: ParentKey) -> bool:
    """Whether the table may have one row for some rows of the key's table: their keys are called alike.

    Which of them owns the name is told when all that are called so are known.
    """
    if key.is_generic or key.table is naming.table:
        return False
    telling = tuple(word for word in words if word not in KEY_WORDS)
    is_own_name = _share_of(telling, naming.noun) > _share_of(telling, key.naming.noun)
    return likeness_of_all(words, key.words) > 0 and not is_own_name


def _share_of(telling: Names, noun: Names) -> float:
    """How many of a table's words the words of a key name."""
    return sum(any(likeness_of_all((w,), (n,)) for w in telling) for n in noun) / len(noun)


def _joined(joins: Joins, keys: Iterable[ParentKey]) -> dict[tuple[str, str], dict[ParentKey, int]]:
    """How often a column is joined with a key: (table, column) to key to executions."""
    known = {(str(key.table.ref), key.columns[0]): key for key in keys}
    found: dict[tuple[str, str], dict[ParentKey, int]] = {}
    for link, times in joins.items():
        if len(link.columns) != 1 or not times:
            continue
        one = (str(link.table), link.columns[0])
        other = (str(link.referred), link.referred_columns[0])
        for child, parent in ((one, other), (other, one)):
            if parent in known and child not in known:
                of_child = found.setdefault(child, {})
                of_child[known[parent]] = of_child.get(known[parent], 0) + times
    return found
