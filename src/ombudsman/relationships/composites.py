"""Which columns together may refer to a key of several columns?

Every part of the key has a column that is called like it, all of them alone or all behind the words of one role. Two
tables whose keys consist of the same parts are siblings as a rule: both refer to the same third tables. Only a table
whose name goes on with that of the other (`catalog returns` of catalog sales) depends on it.
Where every key begins with the same column (a company, a tenant), only the columns behind it have a role.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ombudsman.relationships.candidates import mark_of
from ombudsman.relationships.key_words import ASSOCIATIONS, BRIDGE_WORDS, DEPENDENTS, KEY_WORDS
from ombudsman.relationships.keys import ParentKey, families
from ombudsman.relationships.kin import is_of
from ombudsman.relationships.lookup import Link
from ombudsman.relationships.name_score import noun_at_end, superior
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import likeness_of_all

PARTS_CALLED_ALIKE = 0.66
WORD_SHARED = 0.2
"""What it adds that the two tables have a word in common."""

PAIRS_ONLY = 0.2
"""What it takes that the key joins others' keys, and its table is a thing of its own."""

LEADS_MANY = 3
"""A column that leads so many keys (a company, a tenant) is called the same in whatever role the next ones are."""


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
    every = [key for each in keys.values() for key in each]
    index = _KeysByPart(key for key in every if len(key.columns) > 1)
    known = _Known(every)
    found: list[Composite] = []
    for naming in namings:
        if naming.table.kind == "view":
            continue
        own = keys[str(naming.table.ref)]
        told = {naming.words_of(name): name for name in naming.table.column_names}
        for key in index.near(told, own):
            found += _of_key(naming, told, key, own, known)
    return found


class _KeysByPart:
    """Keys of several columns, to be found by the name of their last part; by their table's where that tells nothing.

    Where every key is a tenant's and an `id`, each table would else meet each.
    """

    def __init__(self, keys: Iterable[ParentKey]) -> None:
        self._by_part: defaultdict[str, list[ParentKey]] = defaultdict(list)
        self._by_noun: defaultdict[str, list[ParentKey]] = defaultdict(list)
        for key in keys:
            last = _parts(key)[-1]
            if not _is_generic(last):
                self._by_part["".join(last)].append(key)
                continue
            for mark in {mark_of(word) for word in (*key.naming.noun, "".join(key.naming.noun))}:
                self._by_noun[mark].append(key)

    def near(self, told: Iterable[Names], own: Iterable[ParentKey]) -> Iterator[ParentKey]:
        """Those that columns of these names may be meant by, each once."""
        ends: set[str] = set()
        marks: set[str] = set()
        for words in told:
            starts = range(len(words))
            ends |= {"".join(words[start:]) for start in starts}
            if len(words) > 1 and words[-1] in KEY_WORDS:
                marks |= {mark_of("".join(words[start:-1])) for start in starts[:-1]}
        found = [key for end in sorted(ends) for key in self._by_part.get(end, ())]
        found += [key for mark in sorted(marks) for key in self._by_noun.get(mark, ())]
        found += [key for key in own if len(key.columns) > 1 and _is_generic(_parts(key)[-1])]
        yield from dict.fromkeys(found)


def _is_generic(part: Names) -> bool:
    return all(word in KEY_WORDS for word in part)


class _Known:
    """What the keys of a catalogue say together."""

    def __init__(self, keys: Sequence[ParentKey]) -> None:
        leads = Counter(_parts(key)[0] for key in keys if len(key.columns) > 1 and key.is_primary)
        self.contexts = {part for part, count in leads.items() if count >= LEADS_MANY}
        self._single = {key.words: key for key in keys if len(key.columns) == 1}

    def is_list_of_pairs(self, key: ParentKey) -> bool:
        """Whether the key joins others' keys, and the table is called after something else than these.

        A stock level is of a product at a place; who names both need not mean a level of it.
        """
        if not BRIDGE_WORDS.isdisjoint(key.naming.noun):
            return True
        noun = "".join(key.naming.noun)
        for part in _parts(key):
            single = self._single.get(part)
            if single is None or single.table is key.table:
                return False
        telling = [[w for w in part if w not in KEY_WORDS] for part in _parts(key)]
        is_called_so = all("".join(words) in noun for words in telling)
        last = key.naming.noun[-1]
        return not is_called_so and last not in DEPENDENTS and not is_of(ASSOCIATIONS, (last,))


def _parts(key: ParentKey) -> list[Names]:
    return [key.naming.words_of(name) for name in key.columns]


def _of_key(
    naming: Naming,
    told: Mapping[Names, str],
    key: ParentKey,
    own: Sequence[ParentKey],
    known: _Known,
) -> Iterator[Composite]:
    *before, last = _parts(key)
    if any(all(len(word) < 2 for word in part) for part in (*before, last)):
        return
    for role, column in _named(told, last, key, naming):
        columns = (*(_beside(told, role, part, known) for part in before), column)
        if not all(columns) or len(set(columns)) < len(columns):
            continue
        if key.table is naming.table and columns[-1] == key.columns[-1]:
            continue
        if families(naming.table, columns) != families(key.table, key.columns):
            continue
        if _are_siblings(naming, columns, key, own):
            continue
        score = PARTS_CALLED_ALIKE
        score += WORD_SHARED if _shares_a_word(naming.noun, key.naming.noun) else 0.0
        score -= PAIRS_ONLY if known.is_list_of_pairs(key) else 0.0
        yield Composite(naming, columns, key, score, role)


def _named(
    told: Mapping[Names, str], last: Names, key: ParentKey, child: Naming
) -> Iterator[tuple[Names, str]]:
    """The columns that may hold the last part of the key, each with the words of its role before it."""
    is_own_table = key.table is child.table
    is_generic = _is_generic(last)
    for words, column in sorted(told.items()):
        if words[-len(last) :] != last:
            continue
        role = words[: -len(last)]
        if (is_own_table and superior(words, key).score) or not is_generic:
            yield role, column
        else:
            alike, role = noun_at_end(role, key.naming) if role else (0.0, ())
            if alike:
                yield role, column


def _beside(told: Mapping[Names, str], role: Names, part: Names, known: _Known) -> str:
    """The column of another part: behind the same role, or bare where it leads many keys, as a company's does."""
    bare = told.get(part, "") if part in known.contexts else ""
    return told.get((*role, *part), "") or bare


def _are_siblings(naming: Naming, columns: Names, key: ParentKey, own: Sequence[ParentKey]) -> bool:
    """Whether the columns are a key here too, and no name says that one table depends on the other."""
    if not any(set(each.columns) <= set(columns) for each in own):
        return False
    here, there = naming.noun, key.naming.noun
    goes_on = here[-1] in DEPENDENTS and there[-1] not in DEPENDENTS
    return not (goes_on and _shares_a_word(here, there))


def _shares_a_word(here: Names, there: Names) -> bool:
    return any(likeness_of_all((one,), (other,)) > 0.95 for one in here for other in there)
