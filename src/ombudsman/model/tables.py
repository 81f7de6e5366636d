"""What a catalogue says: tables, columns, keys."""

import datetime as dt
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator
from typing_extensions import override

from ombudsman.model.base import Frozen
from ombudsman.model.types import DataType


class Side(StrEnum):
    """Which of the two databases. Always in this order: source, then target."""

    SOURCE = "source"
    TARGET = "target"


class TableRef(Frozen):
    """A table's name with its schema, exactly as the catalogue spells them.

    Written as `schema.table`. A part that itself holds a dot or a double quote is written in double quotes, inner
    quotes doubled: `"my.schema"."the ""odd"" table"`.
    """

    schema_name: str | None = Field(default=None, alias="schema", serialization_alias="schema")
    name: str

    model_config = Frozen.model_config | {"populate_by_name": True, "serialize_by_alias": True}

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        """A name that a person wrote as one text."""
        if not isinstance(data, str):
            return data
        parts = _split_name(data)
        if len(parts) > 2:
            raise ValueError(f"{data!r} is not of the form schema.table")
        return {"schema": parts[0] if len(parts) == 2 else None, "name": parts[-1]}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `schema.table` or `table`; raises ValueError (pydantic's) on anything else."""
        return cls.model_validate(text)

    @override
    def __str__(self) -> str:
        parts = [self.name] if self.schema_name is None else [self.schema_name, self.name]
        return ".".join(_quoted(part) for part in parts)


class ColumnRef(NamedTuple):
    """One column of one table."""

    table: TableRef
    name: str


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"' if "." in part or '"' in part else part


def _split_name(text: str) -> list[str]:
    parts: list[str] = []
    rest = text
    while True:
        if rest.startswith('"'):
            end = 1
            while (end := rest.find('"', end)) != -1 and rest[end + 1 : end + 2] == '"':
                end += 2
            if end == -1:
                raise ValueError(f"a quote is not closed in {text!r}")
            part, rest = rest[1:end].replace('""', '"'), rest[end + 1 :]
        else:
            end = rest.find(".") if "." in rest else len(rest)
            part, rest = rest[:end], rest[end:]
        if not part:
            raise ValueError(f"a part of {text!r} is empty")
        parts.append(part)
        if not rest:
            return parts
        if not rest.startswith("."):
            raise ValueError(f"{text!r} is not of the form schema.table")
        rest = rest[1:]


class Column(Frozen):
    """One column. `native_type` is the engine's full spelling, `data_type` what we make of it.

    `marks` say what is unusual about it, in the engine's words: `sparse`, `hidden`.
    """

    name: str
    native_type: str
    data_type: DataType
    nullable: bool = True
    default: str | None = None
    identity: bool = False
    computed: str | None = None
    collation: str | None = None
    comment: str | None = None
    marks: tuple[str, ...] = ()


class Key(Frozen):
    """A primary or unique key, its columns in order. `enforced` is False on Snowflake."""

    kind: Literal["primary", "unique"]
    columns: tuple[str, ...]
    name: str | None = None
    enforced: bool = True


class ForeignKey(Frozen):
    """`columns` of this table name a row of `table` by its `referred_columns`, pair by pair."""

    columns: tuple[str, ...]
    table: TableRef
    referred_columns: tuple[str, ...]
    name: str | None = None
    enforced: bool = True


class Index(Frozen):
    name: str
    columns: tuple[str, ...]
    unique: bool = False


class Table(Frozen):
    """One table or view as its catalogue describes it. Columns stand in the table's own order.

    `marks` say what is unusual about it, in the engine's words: `history`, `memory-optimised`, `columnstore`,
    `transient`, `external`. `size_bytes` is what the engine itself says it takes.
    """

    ref: TableRef
    kind: Literal["table", "view"] = "table"
    columns: tuple[Column, ...]
    primary_key: Key | None = None
    unique_keys: tuple[Key, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    row_estimate: int | None = None
    comment: str | None = None
    marks: tuple[str, ...] = ()
    size_bytes: int | None = None

    def column(self, name: str) -> Column | None:
        """The column of exactly this name."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


class Catalogue(Frozen):
    """What one connection's catalogue said at `taken_at`: the tables of the schemas that were asked for.

    `notes` say in words what could not be read, such as tables that the login may not see into.
    """

    connection: str
    engine: str
    default_schema: str | None = None
    database: str | None = None
    """What the database is called in names of three parts; None where nobody asked."""
    taken_at: dt.datetime
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()

    def table(self, ref: TableRef) -> Table | None:
        """The table of exactly this name; a ref without schema means the default schema."""
        schema = ref.schema_name or self.default_schema
        return next(
            (t for t in self.tables if t.ref.name == ref.name and t.ref.schema_name == schema), None
        )
