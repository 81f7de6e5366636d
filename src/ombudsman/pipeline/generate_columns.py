"""What does a column seem to hold?

Told from its type on both sides and the words of its name, never from its values: whoever wrote `UnitPrice` meant a
price. A name that could be read in two ways is read in none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ombudsman.mapping.names import words
from ombudsman.model import types as t
from ombudsman.model.mapping import Codes, ColumnMapping, Expression, TableMapping, ToDate
from ombudsman.model.tables import Column, Table
from ombudsman.model.types import NUMERIC, TEMPORAL
from ombudsman.relationships.meaning import Additivity, ColumnMeaning, Meaning
from ombudsman.relationships.meaning_words import ADDED_WORDS, CODE_WORDS


def _words(text: str) -> frozenset[str]:
    """The words of names, as `words` makes them."""
    return frozenset(text.split())


NOT_SUMMED = _words("""
    age code day factor grade id index key lat latitude level line lng lon longitude lot month no nr number order pct
    percent percentage phone quarter rank rate ratio score seq sequence share sk version week year zip
""")
"""Numbers whose sum says nothing. The last telling word decides: `OrderAmount` is summed, `AmountRate` is not."""

CODES = (CODE_WORDS | _words("country region")) - _words("unit units")
"""A country describes, and of its few names none should be new; a quantity per unit is no code."""

NO_CODES = _words("address comment description email name note phone postal text url zip")
NOT_AMOUNTS = (Meaning.IDENTIFIER, Meaning.FOREIGN_KEY, Meaning.AUDIT, Meaning.FLAG)
SHORT_CODE = 3
"""A text of at most so many characters is a code, whatever its name."""

LONGEST_PREFIX = 4
"""How many letters the abbreviation of a table in front of its columns may have."""

HOUSEKEEPING = _words("""
    birth changed created deleted due expected expiry inserted modified planned promised required updated valid
""")
LOADS = _words("arrived arrival etl imported ingested ingestion load loaded received")
EVENTS = _words("""
    booking event invoice order payment posting purchase sale sales snapshot trade transaction visit
""")
PERSONAL_PATTERNS = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "phone": r"[+]?[0-9 ()/.-]{5,20}",
    "postal": r"[A-Z0-9][A-Z0-9 -]{2,9}",
}
"""The word of a name, and what such a text usually looks like: for a person to check."""

_SAME = {
    "mail": "email",
    "telephone": "phone",
    "fax": "phone",
    "zip": "postal",
    "postcode": "postal",
}


@dataclass(frozen=True)
class MappedColumn:
    """A source column with its answer in the target; `kinds` are those of its types, agreed changes minded.

    `prefix` words at the head of its name say no more than which table it is of (`i_item_sk` in `item`).
    """

    source: Column
    target: Column
    kinds: frozenset[str]
    prefix: int = 0
    meaning: ColumnMeaning | None = None

    @property
    def name(self) -> str:
        return self.source.name

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its source name, without the prefix."""
        return words(self.name)[self.prefix :]

    def means(self, *meanings: Meaning) -> bool:
        """Whether it means one of these, as far as that was told."""
        return self.meaning is not None and self.meaning.meaning in meanings

    def is_of(self, kinds: frozenset[str]) -> bool:
        """Whether both sides are of these kinds."""
        return self.kinds <= kinds

    def says(self, known: frozenset[str]) -> bool:
        """Whether one of the words is among these."""
        return not known.isdisjoint(self.words)

    @property
    def is_date(self) -> bool:
        return self.is_of(TEMPORAL)

    @property
    def is_amount(self) -> bool:
        """A number that can be added up, by the last telling word of its name; else a decimal with a fraction."""
        if not self.is_of(NUMERIC) or self.means(*NOT_AMOUNTS):
            return False
        if self.means(Meaning.MEASURE) and self._adds_up:
            return True
        for word in reversed(self.words):
            if word in ADDED_WORDS:
                return True
            if word in NOT_SUMMED:
                return False
        data_type = self.source.data_type
        return isinstance(data_type, t.Decimal) and bool(data_type.scale)

    @property
    def _adds_up(self) -> bool:
        """Whether its sum over one moment says something."""
        return self.meaning is not None and self.meaning.additivity is not Additivity.RATIO

    @property
    def is_quantity(self) -> bool:
        return self.is_of(NUMERIC) and self.words[-1] in {"qty", "quantity"}

    @property
    def is_unit_price(self) -> bool:
        """What one piece costs: its mean is to be weighted."""
        return self.is_of(NUMERIC) and self.words in {("unit", "price"), ("unit", "cost")}

    @property
    def is_code(self) -> bool:
        """A text of few values."""
        if not self.is_of(frozenset({"text"})) or self.says(NO_CODES) or self.looks_like:
            return False
        if self.means(Meaning.AUDIT, Meaning.TEXT):
            return False
        if self.means(Meaning.CODE, Meaning.FLAG):
            return True
        data_type = self.source.data_type
        is_short = isinstance(data_type, t.Text) and 0 < (data_type.length or 0) <= SHORT_CODE
        return is_short or self.words[-1] in CODES

    @property
    def looks_like(self) -> str | None:
        """The pattern that texts of such a name usually match."""
        if not self.is_of(frozenset({"text"})):
            return None
        found = {_SAME.get(word, word) for word in self.words} & PERSONAL_PATTERNS.keys()
        return PERSONAL_PATTERNS[found.pop()] if len(found) == 1 else None


def mapped_columns(mapping: TableMapping, source: Table, target: Table) -> Iterator[MappedColumn]:
    """The columns that both sides have, in the source's order."""
    answers = {pair.source: pair for pair in mapping.columns}
    prefix = _prefix(source)
    for column in source.columns:
        pair = answers.get(column.name)
        answer = target.column(pair.target) if pair else None
        if pair is not None and answer is not None:
            yield MappedColumn(column, answer, _kinds(pair, column, answer), prefix)


def _prefix(table: Table) -> int:
    """1 where all columns begin with the same abbreviation, else 0."""
    told = [words(each) for each in table.column_names]
    first = told[0][0] if told else ""
    is_abbreviation = len(first) <= LONGEST_PREFIX and first not in words(table.ref.name)
    is_shared = len(told) > 1 and all(len(each) > 1 and each[0] == first for each in told)
    return int(is_abbreviation and is_shared)


def _kinds(pair: ColumnMapping, source: Column, target: Column) -> frozenset[str]:
    there = target.data_type.kind
    match pair.transformation:
        case ToDate():
            here: str = "date"
        case Codes():
            here = "text"
        case Expression():
            here = there
        case _:
            here = source.data_type.kind
    return frozenset({here, there})
