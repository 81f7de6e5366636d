"""Makes a migrated catalogue out of a source catalogue, and knows the truth: the rename suite.

Levels of damage, each with what the ones before it do:

- L1: names in UPPER_SNAKE, all schemas merged into one, DIM_, STG_ and other prefixes, Snowflake's types, and columns
  that every table has;
- L2: of the words a third is cut to its first three to five letters or loses its vowels, a tenth of the columns is
  dropped, a third of them stands elsewhere, keys and references are partly not declared, a twelfth of the tables went
  nowhere;
- L3: of the words one in seven gives way to a synonym;
- L4: half of the words are shortened, a quarter gives way to a synonym and a sixth to letters without a meaning; a
  quarter of the columns and of the tables went nowhere; half of the tables have columns of other tables among their
  own, and of a fifth of them, also of such that went nowhere, there is an old copy. Nobody would migrate so: it makes
  the mistakes from which is learnt how sure to be.

Where strangers are given, a third of them stands among the tables without having a source. Which words are synonyms is
said here, and by nobody who looks for mappings: the two lists know nothing of each other.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from ombudsman.mapping.names import words
from ombudsman.model import types as t
from ombudsman.model.profile import ColumnProfile, Profiles
from ombudsman.model.tables import Catalogue, Column, ColumnRef, ForeignKey, Key, Table, TableRef
from ombudsman.model.types import DataType

SYNONYMS = {
    "customer": "client",
    "client": "customer",
    "employee": "staff",
    "supplier": "vendor",
    "vendor": "supplier",
    "product": "item",
    "item": "article",
    "order": "purchase",
    "invoice": "bill",
    "price": "cost",
    "cost": "expense",
    "amount": "value",
    "total": "sum",
    "quantity": "count",
    "discount": "rebate",
    "name": "label",
    "title": "designation",
    "description": "text",
    "comment": "remark",
    "note": "comment",
    "notes": "remarks",
    "address": "location",
    "city": "town",
    "state": "province",
    "country": "nation",
    "region": "area",
    "territory": "zone",
    "phone": "telephone",
    "postal": "zip",
    "company": "firm",
    "type": "kind",
    "category": "group",
    "code": "identifier",
    "number": "no",
    "date": "day",
    "start": "begin",
    "end": "finish",
    "birth": "born",
    "hire": "employment",
    "salary": "wage",
    "department": "division",
    "manager": "supervisor",
    "account": "acct",
    "balance": "saldo",
    "payment": "remittance",
    "shipment": "delivery",
    "shipped": "dispatched",
    "ship": "dispatch",
    "shipper": "carrier",
    "freight": "carriage",
    "store": "shop",
    "warehouse": "depot",
    "status": "state",
    "picture": "image",
    "photo": "picture",
    "created": "inserted",
    "updated": "modified",
    "user": "login",
    "email": "mail",
    "last": "family",
    "first": "given",
    "patient": "person",
    "doctor": "physician",
    "premium": "contribution",
    "policy": "contract",
    "claim": "demand",
    "vehicle": "car",
    "weight": "mass",
    "height": "tallness",
    "length": "extent",
    "stock": "inventory",
    "unit": "piece",
    "level": "grade",
    "year": "annum",
    "language": "tongue",
    "gender": "sex",
    "branch": "office",
    "loan": "credit",
    "rate": "ratio",
    "currency": "money",
    "job": "position",
    "course": "class",
    "student": "pupil",
    "teacher": "instructor",
    "room": "chamber",
    "ticket": "case",
    "reason": "cause",
    "contact": "person",
    "fax": "telefax",
    "home": "house",
    "publisher": "issuer",
    "author": "writer",
    "track": "song",
    "album": "record",
    "genre": "style",
}

_PREFIXES = ("DIM_", "FACT_", "STG_", "TBL_", "D_", "")
_AUDIT: tuple[tuple[str, DataType], ...] = (
    ("LOAD_TS", t.Timestamp(precision=9)),
    ("BATCH_ID", t.Decimal()),
    ("SRC_SYSTEM", t.Text(length=50)),
    ("IS_DELETED", t.Boolean()),
)


@dataclass(frozen=True)
class Renamed:
    """The target, and which table and column of it answers which of the source."""

    target: Catalogue
    tables: Mapping[TableRef, TableRef]
    columns: Mapping[tuple[TableRef, str], tuple[TableRef, str]]


def renamed(
    source: Catalogue, level: int, seed: int, *, strangers: Catalogue | None = None
) -> Renamed:
    """The source as a migration of this level of damage leaves it; a third of the strangers stands among its tables."""
    done = _Damage(source, level, random.Random(f"{level}/{seed}")).done()  # noqa: S311 - the same damage each time
    if strangers is None:
        return done
    others = _Damage(strangers, level, random.Random(f"strangers/{seed}")).done()  # noqa: S311 - the same damage each time
    names = {table.ref for table in done.target.tables}
    few = [t for t in others.target.tables if t.ref not in names][: len(others.tables) // 3]
    known = names | {table.ref for table in few}
    few = [
        table.model_copy(
            update={"foreign_keys": tuple(k for k in table.foreign_keys if k.table in known)}
        )
        for table in few
    ]
    mixed = [*done.target.tables, *few]
    random.Random(seed).shuffle(mixed)  # noqa: S311 - the same damage each time
    target = done.target.model_copy(update={"tables": tuple(mixed)})
    return Renamed(target, done.tables, done.columns)


class _Damage:
    def __init__(self, source: Catalogue, level: int, draw: random.Random) -> None:
        self.level, self.draw = level, draw
        lost = {1: 0.0, 2: 1 / 12, 3: 1 / 12, 4: 1 / 4}[level]
        kept = [t for t in source.tables if draw.random() >= lost]
        self.source = source.model_copy(update={"tables": tuple(kept or source.tables)})
        self.keeps_keys = level < 2 or draw.random() < 0.7
        self.keeps_references = level < 2 or draw.random() < 0.5
        self.prefixes = level >= 1 and draw.random() < 0.7
        self.audit = draw.sample(_AUDIT, draw.randint(1, len(_AUDIT)))

    def done(self) -> Renamed:
        tables = self._names(
            [(table.ref.schema_name, table.ref.name) for table in self.source.tables]
        )
        refs = {
            table.ref: TableRef(schema="DWH", name=name)
            for table, name in zip(self.source.tables, tables, strict=True)
        }
        columns: dict[tuple[TableRef, str], tuple[TableRef, str]] = {}
        made = [self._table(table, refs, columns) for table in self.source.tables]
        made = [
            self._with_references(table, new, refs, columns)
            for table, new in zip(self.source.tables, made, strict=True)
        ]
        if self.level >= 4:
            made += self._copies(made)
            gone = {t.ref for t in made if self.draw.random() < 0.08}
            made = [t for t in made if t.ref not in gone]
            refs = {here: there for here, there in refs.items() if there not in gone}
            columns = {here: there for here, there in columns.items() if there[0] not in gone}
        self.draw.shuffle(made)
        target = Catalogue(
            connection="target",
            engine="snowflake",
            default_schema="PUBLIC",
            taken_at=self.source.taken_at,
            tables=tuple(made),
        )
        return Renamed(target, refs, columns)

    # ------------------------------------------------------------ names

    def _names(self, names: list[tuple[str | None, str]]) -> list[str]:
        found: list[str] = []
        for _, name in names:
            prefix = self.draw.choice(_PREFIXES) if self.prefixes else ""
            new = prefix + self._name(name)
            while new in found:
                new += "_2"
            found.append(new)
        return found

    def _name(self, name: str) -> str:
        told = [self._word(word) for word in words(name)]
        return "_".join(told).upper()

    def _word(self, word: str) -> str:
        if self.level >= 4 and self.draw.random() < 1 / 6:
            return "".join(self.draw.choices("bcdfghjklmnpqrstvwxz", k=self.draw.randint(2, 5)))
        if self.level >= 3 and self.draw.random() < (0.15 if self.level == 3 else 0.25):
            single = word[:-1] if word.endswith("s") and word[:-1] in SYNONYMS else word
            word = SYNONYMS.get(single, word)
        if (
            self.level >= 2
            and len(word) > 3
            and self.draw.random() < (0.35 if self.level < 4 else 0.5)
        ):
            return self._shortened(word)
        return word

    def _shortened(self, word: str) -> str:
        bare = word[0] + "".join(c for c in word[1:] if c not in "aeiou")
        if self.draw.random() < 0.5 and len(bare) > 1:
            return bare
        return word[: self.draw.randint(3, 5)]

    # ------------------------------------------------------------ tables

    def _table(
        self,
        table: Table,
        refs: Mapping[TableRef, TableRef],
        columns: dict[tuple[TableRef, str], tuple[TableRef, str]],
    ) -> Table:
        kept = list(table.columns)
        if self.level >= 2:
            lost = 0.10 if self.level < 4 else 0.25
            key = set(table.primary_key.columns) if table.primary_key else set()
            kept = [c for c in kept if c.name in key or self.draw.random() >= lost] or kept
        names: dict[str, str] = {}
        for column in kept:
            new = self._name(column.name)
            while new in names.values():
                new += "_2"
            names[column.name] = new
        made = [
            Column(
                name=names[column.name],
                native_type="",
                data_type=snowflake_type(column.data_type),
                nullable=column.nullable,
            )
            for column in kept
        ]
        if self.level >= 2:
            self._shuffle(made)
        if self.level >= 4 and self.draw.random() < 0.5:
            made += self._foreign_columns(table, {column.name for column in made})
        made += [Column(name=name, native_type="", data_type=kind) for name, kind in self.audit]
        for here, there in names.items():
            columns[table.ref, here] = (refs[table.ref], there)
        primary = None
        if self.keeps_keys and table.primary_key:
            told = tuple(names[each] for each in table.primary_key.columns)
            primary = Key(kind="primary", columns=told, enforced=False)
        return Table(ref=refs[table.ref], columns=tuple(made), primary_key=primary)

    def _foreign_columns(self, table: Table, taken: set[str]) -> list[Column]:
        """Up to three columns that other tables have."""
        pool = [c for other in self.source.tables if other is not table for c in other.columns]
        if not pool:
            return []
        found = {}
        for column in self.draw.choices(pool, k=self.draw.randint(1, 3)):
            name = self._name(column.name)
            if name not in taken:
                kind = snowflake_type(column.data_type)
                found[name] = Column(name=name, native_type="", data_type=kind)
        return list(found.values())

    def _copies(self, made: list[Table]) -> list[Table]:
        """Old copies of some tables, with some of their columns and one more."""
        found = []
        for table in self.draw.sample(made, len(made) // 5):
            suffix = self.draw.choice(("HIST", "BAK", "OLD", "2019", "ARCHIVE"))
            kept = [c for c in table.columns if self.draw.random() > 0.15] or list(table.columns)
            moment = Column(name="ARCHIVED_AT", native_type="", data_type=t.Timestamp())
            ref = TableRef(schema="DWH", name=f"{table.ref.name}_{suffix}")
            found.append(Table(ref=ref, columns=(*kept, moment)))
        return found

    def _shuffle(self, made: list[Column]) -> None:
        for _ in range(round(0.3 * len(made) / 2)):
            i, j = self.draw.randrange(len(made)), self.draw.randrange(len(made))
            made[i], made[j] = made[j], made[i]

    def _with_references(
        self,
        table: Table,
        made: Table,
        refs: Mapping[TableRef, TableRef],
        columns: Mapping[tuple[TableRef, str], tuple[TableRef, str]],
    ) -> Table:
        if not self.keeps_references:
            return made
        told = [
            ForeignKey(
                columns=tuple(columns[table.ref, name][1] for name in key.columns),
                table=refs[key.table],
                referred_columns=tuple(columns[key.table, n][1] for n in key.referred_columns),
            )
            for key in table.foreign_keys
            if key.table in refs
            and all((table.ref, name) in columns for name in key.columns)
            and all((key.table, name) in columns for name in key.referred_columns)
        ]
        return made.model_copy(update={"foreign_keys": tuple(told)})


def snowflake_type(data_type: DataType) -> DataType:
    """What Snowflake keeps it as."""
    match data_type:
        case t.Integer():
            return t.Decimal(precision=38, scale=0)
        case t.Uuid():
            return t.Text(length=36)
        case t.Text(length=length):
            return t.Text(length=length)
        case t.Timestamp(zone=zone):
            return t.Timestamp(precision=9, zone=zone)
        case t.Float():
            return t.Float()
        case t.Xml():
            return t.Text()
        case t.Unknown():
            return t.Text()
        case _:
            return data_type


def renamed_profiles(
    profiles: Profiles, done: Renamed, seed: int
) -> dict[ColumnRef, ColumnProfile]:
    """The target's profiles: the source's, with some of the values lost on the way."""
    draw = random.Random(f"values/{seed}")  # noqa: S311 - the same damage each time
    found: dict[ColumnRef, ColumnProfile] = {}
    for (table, column), (target, name) in done.columns.items():
        profile = profiles.get(ColumnRef(table, column))
        if profile is None:
            continue
        kept = tuple(h for h in profile.sketch or () if draw.random() > 0.03)
        found[ColumnRef(target, name)] = profile.model_copy(update={"sketch": kept})
    return found
