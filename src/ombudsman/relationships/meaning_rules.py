"""By which rules is the meaning of one column told? In their order: the first that has an answer gives it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ombudsman.model import types as t
from ombudsman.model.profile import ColumnProfile
from ombudsman.model.tables import Column, ColumnRef
from ombudsman.relationships import meaning_words as said
from ombudsman.relationships.key_words import KEY_WORDS, PEOPLE, SURE_KEY_WORDS
from ombudsman.relationships.keys import ParentKey
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.polymorphic import refers_to_one_of_several
from ombudsman.relationships.proposal import Names, Relationship
from ombudsman.relationships.told_meaning import Additivity, ColumnMeaning, Meaning, Use
from ombudsman.relationships.word_likeness import likeness_of_all

LONG_TEXT = 400
"""A text that may have more characters is prose."""

SHORT_TEXT, SHORT_DESCRIPTION = 50, 100
"""A note of at most so many characters is a name, and so is a description, which the rows of a list of codes have."""

SHORT_CODE = 3
"""A text of at most so many characters is a code, whatever its name."""

FEW_VALUES, ROWS_EACH = 25, 8
"""So few different values, each in so many rows, are codes."""

RUN_ON = 4
"""A word of so many letters is also heard at the end of a longer one: `extendedprice`."""

TWO_VALUES = frozenset({"Y", "N", "T", "F", "J", "E", "H", "0", "1", "YES", "NO", "TRUE", "FALSE"})


@dataclass(frozen=True)
class KnownColumn:
    """All that is known of one column."""

    naming: Naming
    column: Column
    keys: Sequence[ParentKey]
    refers: Relationship | None
    profile: ColumnProfile | None
    use: Use
    is_stamp: bool = False
    """Stands, with others like it, at the end of nearly every table."""

    @property
    def meaning(self) -> ColumnMeaning:
        rules = (self._audit, self._by_keys, self._by_type, self._flag, self._number, self._text)
        for rule in rules:
            if (found := rule()) is not None:
                return found
        return _found(Meaning.ATTRIBUTE, 0.6, "nothing else tells")

    @property
    def words(self) -> Names:
        return self.naming.words_of(self.column.name)

    @property
    def kind(self) -> str:
        return self.column.data_type.kind

    def says(self, known: frozenset[str]) -> str | None:
        """The last of the words that is among these."""
        return next((word for word in reversed(self.words) if _is_among(word, known)), None)

    # ------------------------------------------------------------ rules

    def _audit(self) -> ColumnMeaning | None:
        words, last = self.words, self.words[-1]
        if last in SURE_KEY_WORDS and self.refers is not None:
            return self._audit_reference()
        whole = "".join(words)
        is_own = any(key.columns == (self.column.name,) for key in self.keys)
        is_pair = not is_own and any(words[-2:] == pair for pair in said.AUDIT_PAIRS)
        verb = next((word for word in words if word in said.AUDIT_VERBS), None)
        acts = verb is not None and last != verb and last in said.AUDIT_ENDS
        stamped = verb == last and self.kind in t.TEMPORAL and len(words) <= 2
        if whole in said.AUDIT_NAMES or is_pair or acts or stamped:
            return _found(Meaning.AUDIT, 0.95, f"{' '.join(words)}: how the row came here")
        if self.is_stamp and self.refers is None and not self._is_said_otherwise():
            return _found(Meaning.AUDIT, 0.75, "stands at the end of nearly every table")
        return None

    def _audit_reference(self) -> ColumnMeaning | None:
        """`CreatedByUserID`: a reference, and yet of no matter for what the row says."""
        telling = [word for word in self.words if word not in SURE_KEY_WORDS]
        verbs = said.AUDIT_VERBS - said.SYSTEMS
        acts = len(telling) > 1 and not verbs.isdisjoint(telling[:-1])
        if acts and telling[-1] in PEOPLE | {"by"}:
            return _found(Meaning.AUDIT, 0.85, f"{' '.join(telling)}: who brought the row here")
        return None

    def _is_said_otherwise(self) -> bool:
        """Whether a name, a flag, a state or a remark that every table has."""
        if self.kind in {"boolean", "binary", "uuid"}:
            return True
        known = (
            *(said.ATTRIBUTE_WORDS, said.TEXT_WORDS, said.CODE_WORDS, said.FLAG_WORDS, _AMOUNTS),
            *(said.FLAG_FIRSTS, said.NUMBERED_WORDS),
        )
        return any(self.says(each) for each in known)

    def _by_keys(self) -> ColumnMeaning | None:
        if self.refers is not None:
            told = "is declared" if self.refers.declared else "was inferred"
            why = f"a reference to {self.refers.referred.name} {told}"
            return _found(Meaning.FOREIGN_KEY, max(0.5, self.refers.confidence), why)
        for key in self.keys:
            if self.column.name in key.columns and self.kind not in t.TEMPORAL:
                part = "part of " if len(key.columns) > 1 else ""
                return _found(
                    Meaning.IDENTIFIER, 0.99, f"{part}a key of {self.naming.table.ref.name}"
                )
        if self.kind == "uuid" and self._names_another():
            return _found(Meaning.CODE, 0.6, "called a key, of nothing that is here")
        if self.kind == "uuid":
            return _found(Meaning.IDENTIFIER, 0.8, "by its type")
        ends = [end for end in said.KEYS_OF_TRADE if self.words[-len(end) :] == end]
        if ends and self.kind not in t.TEMPORAL:
            return _found(Meaning.IDENTIFIER, 0.9, f"called {' '.join(ends[0])}")
        if self._is_business_key():
            return _found(Meaning.IDENTIFIER, 0.75, "a number of its own, next to the key")
        if self._is_called_own_key():
            return _found(Meaning.IDENTIFIER, 0.9, "called like the key of its table")
        return None

    def _is_called_own_key(self) -> bool:
        *telling, last = self.words
        if last not in SURE_KEY_WORDS | _NUMBERS_AND_CODES:
            return False
        if self._repeats():
            return False
        if not telling:
            is_number = self.kind == "text" and last in said.NUMBER_WORDS - said.TRADE_NUMBERS
            return last in SURE_KEY_WORDS or (is_number and not self.column.nullable)
        names = [self.naming.noun, *(key.words[:-1] for key in self.keys if len(key.columns) == 1)]
        return any(likeness_of_all(telling, name) for name in names if name)

    def _names_another(self) -> bool:
        if refers_to_one_of_several(self.naming, self.column.name):
            return True
        says_key = len(self.words) > 1 and self.words[-1] in SURE_KEY_WORDS
        return says_key and not self._is_called_own_key()

    def _is_business_key(self) -> bool:
        """The text next to the key that the database gave: what the row is called outside of it."""
        primary = next((key for key in self.keys if key.is_primary), None)
        columns = self.naming.table.columns
        if primary is None or len(columns) < 2 or primary.columns != (columns[0].name,):
            return False
        is_next = columns[1].name == self.column.name and not self.column.nullable
        is_given = columns[0].data_type.kind in {*t.NUMERIC, "uuid"}
        *telling, last = self.words
        return (
            is_next
            and is_given
            and self.kind == "text"
            and last in _NUMBERS_AND_CODES - said.TRADE_NUMBERS
            and not any(_is_among(word, _NO_OWN_NUMBER) for word in telling)
            and (self._longest or SHORT_CODE + 1) > SHORT_CODE
            and not self._repeats()
        )

    def _repeats(self) -> bool:
        """Whether values were measured to stand in many rows each; versions of a member may."""
        profile = self.profile
        return bool(profile and profile.distinct and (profile.rows or 0) > 4 * profile.distinct)

    def _by_type(self) -> ColumnMeaning | None:
        native = self.column.native_type.casefold()
        match self.kind:
            case "binary" if native in {"timestamp", "rowversion"}:
                return _found(Meaning.AUDIT, 0.95, "a version that the engine counts")
            case "binary":
                return _found(Meaning.BINARY, 0.99, "by its type")
            case "date" | "timestamp":
                return _found(Meaning.DATE, 0.99, "by its type")
            case "time" | "interval":
                return _found(Meaning.ATTRIBUTE, 0.8, "by its type")
            case "boolean":
                return _found(Meaning.FLAG, 0.99, "by its type")
            case "json" | "xml":
                return _found(Meaning.TEXT, 0.9, "by its type")
            case "text" if self.words[-1] in said.DATE_WORDS:
                return _found(Meaning.DATE, 0.85, "a text that is called a date")
            case "integer" | "decimal" if self._is_called_date():
                return _found(Meaning.DATE, 0.8, "a whole number that is called a date")
            case _:
                return None

    def _is_called_date(self) -> bool:
        data_type, last = self.column.data_type, self.words[-1]
        if isinstance(data_type, t.Decimal) and data_type.scale:
            return False
        return last in said.DATE_WORDS or (len(last) >= RUN_ON and last.endswith(said.CUT_DATES))

    def _flag(self) -> ColumnMeaning | None:
        begins = self.words[0] in said.FLAG_FIRSTS and len(self.words) > 1
        if begins or self.words[0].startswith(said.WHETHER):
            return _found(Meaning.FLAG, 0.95, f"begins with {self.words[0]}")
        is_short = self._longest is None or self._longest <= 5
        if self.words[-1] in said.FLAG_WORDS and is_short and not self._has_many_values(2):
            return _found(Meaning.FLAG, 0.9, f"ends with {self.words[-1]}")
        if self._has_two_values():
            return _found(Meaning.FLAG, 0.9, "holds one of two values")
        return None

    def _has_two_values(self) -> bool:
        profile = self.profile
        if profile is None or not profile.distinct or profile.distinct > 2:
            return False
        if self.kind == "text":
            bounds = {str(each).strip().upper() for each in (profile.least, profile.greatest)}
            return bounds <= TWO_VALUES
        is_pair = self.kind == "integer" and (profile.least, profile.greatest) == (0, 1)
        return is_pair and not self.says(said.ADDED_WORDS) and (profile.rows or 0) > 2 * ROWS_EACH

    def _has_many_values(self, number: int) -> bool:
        return bool(self.profile and (self.profile.distinct or 0) > number)

    @property
    def _longest(self) -> int | None:
        data_type = self.column.data_type
        return data_type.length if isinstance(data_type, t.Text) else None

    # ------------------------------------------------------------ numbers

    def _number(self) -> ColumnMeaning | None:
        if self.kind not in t.NUMERIC:
            return None
        ref = ColumnRef(self.naming.table.ref, self.column.name)
        if ref in self.use.summed:
            return self._measure(0.97, "queries add it up")
        if self.words[-1] in KEY_WORDS - {"no", "nr", "number", "num", "nbr"}:
            return _found(Meaning.CODE, 0.8, "called a key, of nothing that is here")
        if ref in self.use.grouped:
            return _found(Meaning.CODE, 0.8, "queries group by it")
        measured = self._telling()
        if measured is not None:
            return measured
        if self._is_fraction:
            return self._measure(0.8, "a number with a fraction")
        if self.says(said.CODE_WORDS):
            return _found(Meaning.CODE, 0.75, "by its name")
        if (*self.words, "name") in map(self.naming.words_of, self.naming.table.column_names):
            return _found(Meaning.CODE, 0.8, "a number beside the name of the same")
        if self._is_grouping():
            return _found(Meaning.CODE, 0.65, "few values, each in many rows")
        if _is_plural(self.words[-1]):
            return self._measure(0.65, f"{self.words[-1]}: how many")
        return _found(Meaning.ATTRIBUTE, 0.6, "a whole number that no word tells to be summed")

    @property
    def _is_fraction(self) -> bool:
        data_type = self.column.data_type
        return isinstance(data_type, t.Float) or (
            isinstance(data_type, t.Decimal) and bool(data_type.scale)
        )

    def _telling(self) -> ColumnMeaning | None:
        """By the last word that tells: `OrderAmount` is summed, `AmountNumber` is not."""
        words = [word for word in self.words if word not in {"on", "in", "of", "per"}]
        if words[0] in {"number", "no", "num", "count", "units"} and len(words) > 1:
            return self._measure(0.85, f"{' '.join(self.words)}: how many")
        if words[-1] in {"order", "ord"}:
            return _found(Meaning.ATTRIBUTE, 0.8, "the place in an order")
        for word in reversed(words):
            if word in _AMOUNTS:  # before the next line makes hours the hour
                return self._measure(0.92, f"{word}: how much")
            if word == "level" and said.LEVEL_OF & set(words):
                return self._measure(0.7, "level: how much")
            if word == words[-1] == "level":
                return _found(Meaning.ATTRIBUTE, 0.7, "level: how deep or how high")
            if word in said.CODE_WORDS and word not in said.NUMBERED_WORDS:
                return None
            if self._is_fraction and word in said.CALENDAR_WORDS:
                continue
            if _is_among(word, said.NUMBERED_WORDS):
                return _found(Meaning.ATTRIBUTE, 0.85, f"{word}: which, and not how much")
            if word.endswith(said.CUT_AMOUNTS) or _is_among(word, _AMOUNTS):
                return self._measure(0.92, f"{word}: how much")
        return None

    def _measure(self, confidence: float, why: str) -> ColumnMeaning:
        is_extended = bool(
            {"ext", "extended", "total", "subtotal", "amount", "amt"} & set(self.words)
        )
        if self.says(said.STOCK_WORDS):
            kind = Additivity.SEMI_ADDITIVE
        elif self.says(said.RATIO_WORDS) and not is_extended:
            kind = Additivity.RATIO
        else:
            kind = Additivity.ADDITIVE
        return ColumnMeaning(
            meaning=Meaning.MEASURE, confidence=confidence, why=why, additivity=kind
        )

    # ------------------------------------------------------------ texts

    def _text(self) -> ColumnMeaning | None:
        if self.kind != "text":
            return None
        last = self.words[-1]
        if self._is_prose():
            return _found(Meaning.TEXT, 0.85, "prose, by its name or its length")
        if self._is_place() or "per" in self.words or last in said.NUMBER_WORDS:
            return _found(Meaning.ATTRIBUTE, 0.85, "by its name")
        if last in KEY_WORDS and last not in {"code", "cd"} and not self.says(said.ATTRIBUTE_WORDS):
            return _found(Meaning.CODE, 0.7, "called a key, of nothing that is here")
        if _is_among(last, said.CODE_WORDS):
            return _found(Meaning.CODE, 0.85, f"{last}: one of few")
        if self.says(said.ATTRIBUTE_WORDS):
            return _found(Meaning.ATTRIBUTE, 0.9, "by its name")
        if self._longest is not None and self._longest <= SHORT_CODE:
            return _found(Meaning.CODE, 0.75, "so short a text")
        if any(_is_among(word, said.CODE_WORDS) for word in self.words) and self._is_grouping():
            return _found(Meaning.CODE, 0.75, "by its name, and few values")
        if self._is_grouping():
            return _found(Meaning.CODE, 0.7, "few values, each in many rows")
        return None

    def _is_prose(self) -> bool:
        native = self.column.native_type.casefold()
        if self.words[-1] in said.REASON_WORDS:
            return self._longest is None or self._longest > SHORT_DESCRIPTION
        is_long = self._longest is not None and self._longest >= LONG_TEXT
        is_unbounded = native in {"ntext", "clob"} or "(max)" in native
        is_said = bool(self.says(said.TEXT_WORDS)) and not self.says(
            said.ATTRIBUTE_WORDS - {"title"}
        )
        is_description = self.words[-1] in said.DESCRIPTION_WORDS
        shortest = SHORT_DESCRIPTION if is_description else SHORT_TEXT
        is_short = self._longest is not None and self._longest <= shortest
        return (is_said and not is_short) or (
            (is_long or is_unbounded) and not self.says(said.ATTRIBUTE_WORDS | {"page"})
        )

    def _is_place(self) -> bool:
        """A postal code; and a state or region beside a city is part of an address."""
        if said.POSTAL_WORDS & set(self.words):
            return True
        names = self.naming.table.column_names
        told = {word for name in names for word in self.naming.words_of(name)}
        words = self.words[:-1] if self.words[-1] in {"code", "cd"} else self.words
        return (
            bool(words)
            and "country" not in words
            and words[-1] in said.STATE_WORDS
            and bool(told & said.CITY_WORDS)
        )

    def _is_grouping(self) -> bool:
        profile = self.profile
        if profile is None or not profile.distinct or profile.rows is None:
            return False
        return profile.distinct <= FEW_VALUES and profile.rows >= ROWS_EACH * profile.distinct


_AMOUNTS = said.ADDED_WORDS | said.RATIO_WORDS

_NUMBERS_AND_CODES = said.NUMBER_WORDS | {"code", "cd", "kod", "kodu"}

_NO_OWN_NUMBER = (said.CODE_WORDS | said.ATTRIBUTE_WORDS | said.POSTAL_WORDS | said.STATE_WORDS) - {
    "st"
}
"""What has a number or a code that is not the row's: a telephone, a currency."""


def _found(meaning: Meaning, confidence: float, why: str) -> ColumnMeaning:
    return ColumnMeaning(meaning=meaning, confidence=confidence, why=why)


def _is_plural(word: str) -> bool:
    """Whether it looks like the plural of an English noun."""
    return len(word) >= RUN_ON and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _is_among(word: str, known: Collection[str]) -> bool:
    """Whether a word is one of these, in the plural, or with others written before it."""
    if word in known or word.removesuffix("s") in known:
        return True
    return any(
        len(each) >= RUN_ON and word.endswith(each) and len(word) - len(each) >= 3 for each in known
    )
