"""What is a table about, and which words of a column's name tell something?

`DimCustomer` is about a customer. `c_cust_key` in a table all of whose columns begin with `c` is `cust key`; and
`CUSTKEY` is so too where a table of customers is near: words that are written together are cut where a table's name and
a word for key meet.
"""

from collections.abc import Iterable
from functools import cached_property

from ombudsman.model.names import words
from ombudsman.model.tables import Catalogue, Table
from ombudsman.relationships.key_words import DECORATIONS, KEY_WORDS, PASSWORDS, PEOPLES_THINGS
from ombudsman.relationships.proposal import Names

LONGEST_PREFIX = 4
"""How many letters the abbreviation of a table in front of its columns may have."""

SHARED_BY = 0.8
"""So many of the columns, at least, begin with it."""

NO_PREFIX = frozenset({"is", "has", "no", "id"})
SHORTEST_STEM = 4
SHORTEST_ROLE, SHORTEST_NOUN = 3, 6
"""Of the parts of a compound: shorter ones are met by chance."""


class Naming:
    """The names of one table: `noun` says what a row is, `words_of` what a column is called within the table."""

    def __init__(self, table: Table, nouns: "Nouns | None" = None) -> None:
        self.table = table
        self._nouns = nouns or Nouns([table])
        told = words(table.ref.name)
        self.noun: Names = tuple(w for w in told if w not in DECORATIONS) or told
        self._words = {name: self._told(name) for name in table.column_names}

    def words_of(self, column: str) -> Names:
        """The words of a column's name, without the abbreviation of its table."""
        return self._words[column]

    @cached_property
    def is_of_logins(self) -> bool:
        """Whether people log in by its rows: it keeps passwords, and other things beside them."""
        told = {word for each in self._words.values() for word in each}
        return not PASSWORDS.isdisjoint(told) and PEOPLES_THINGS.isdisjoint(self.noun)

    @cached_property
    def prefix(self) -> str | None:
        """The abbreviation of the table that stands before its columns."""
        told = [words(each) for each in self.table.column_names]
        firsts = [each[0] for each in told if len(each) > 1]
        if len(told) < 2 or not firsts:
            return None
        first = max(set(firsts), key=lambda word: (firsts.count(word), word))
        is_short = len(first) <= LONGEST_PREFIX and first not in NO_PREFIX
        is_shared = firsts.count(first) >= max(2, SHARED_BY * len(told))
        return first if is_short and is_shared and first not in words(self.table.ref.name) else None

    def _told(self, name: str) -> Names:
        told = words(name)
        if self.prefix is not None and len(told) > 1 and told[0] == self.prefix:
            told = told[1:]
        if len(told) > 1 and told[-1] in KEY_WORDS:
            return (*told[:-2], *self._nouns.cut_compound(told[-2]), told[-1])
        return (*told[:-1], *self._nouns.cut(told[-1]))


class Nouns:
    """What the tables of a catalogue are about, to cut names that are written together."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._known: set[str] = set()
        for table in tables:
            told = tuple(w for w in words(table.ref.name) if w not in DECORATIONS)
            for each in (*told, "".join(told)):
                if len(each) >= 3 or not each.isascii():
                    self._known |= {each, each.removesuffix("s"), each.removesuffix("es")}
        self._cuts: dict[str, Names] = {}

    def cut(self, word: str) -> Names:
        """The words that are written together in this one: `custkey`, `billtocustomerid`, `客户编号`."""
        if word not in self._cuts:
            self._cuts[word] = self._cut(word)
        return self._cuts[word]

    def cut_compound(self, word: str) -> Names:
        """A role and a table that are one word, as German writes them: `hauptanschrift`, `vorvertrags`."""
        if word in self._known or word.removesuffix("s") in self._known:
            return (word,)
        for start in range(SHORTEST_ROLE, len(word) - SHORTEST_NOUN + 1):
            if word[start:] in self._known or word[start:].removesuffix("s") in self._known:
                return (word[:start], word[start:])
        return (word,)

    def _cut(self, word: str) -> Names:
        if word in KEY_WORDS or word in self._known:
            return (word,)
        for key in _KEY_ENDS:
            stem = word.removesuffix(key)
            if stem == word or not stem:
                continue
            for start in range(len(stem)):
                if stem[start:] in self._known:
                    return (*([stem[:start]] if start else []), stem[start:], key)
            is_long = len(stem) >= SHORTEST_STEM or not stem.isascii()
            if is_long and any(each.startswith(stem) for each in self._known):
                return (stem, key)
        return (word,)


_KEY_ENDS = sorted(KEY_WORDS, key=lambda word: (-len(word), word))


def namings(catalogue: Catalogue) -> dict[str, Naming]:
    """The naming of every table, by its whole name."""
    nouns = Nouns(catalogue.tables)
    return {str(table.ref): Naming(table, nouns) for table in catalogue.tables}
