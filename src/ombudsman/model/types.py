"""The types that all engines have in common: what a column holds, whatever its engine calls it.

A `DataType` is what the catalogue of an engine is translated into. `Unknown` keeps the native name: it is never
silently treated as text.
"""

from typing import Annotated, Literal

from pydantic import Field

from ombudsman.model.base import Frozen


class Boolean(Frozen):
    kind: Literal["boolean"] = "boolean"


class Integer(Frozen):
    """A whole number of `bits` bits; `signed` is False for SQL Server's tinyint and DuckDB's U types."""

    kind: Literal["integer"] = "integer"
    bits: int = 64
    signed: bool = True


class Decimal(Frozen):
    """An exact number of at most `precision` digits, `scale` of them behind the point.

    Both are None where the engine sets no bound (PostgreSQL's bare numeric). A precision without a scale are
    significant digits, wherever the point stands (SQLite's NUMERIC, which keeps whole numbers whole).
    """

    kind: Literal["decimal"] = "decimal"
    precision: int | None = 38
    scale: int | None = 0


class Float(Frozen):
    """An IEEE 754 number of 32 or 64 bits."""

    kind: Literal["float"] = "float"
    bits: int = 64


class Text(Frozen):
    """Characters. `length` counts characters (bytes on SQL Server's varchar); None is unbounded.

    `fixed` texts are padded with U+0020 by their engine; `unicode` is False for SQL Server's code-page types.
    """

    kind: Literal["text"] = "text"
    length: int | None = None
    fixed: bool = False
    unicode: bool = True


class Binary(Frozen):
    kind: Literal["binary"] = "binary"
    length: int | None = None
    fixed: bool = False


class Date(Frozen):
    kind: Literal["date"] = "date"


class Time(Frozen):
    """A time of day with `precision` digits of a second."""

    kind: Literal["time"] = "time"
    precision: int = 6
    zone: bool = False


class Timestamp(Frozen):
    """A date and time with `precision` digits of a second; with `zone` it names an instant."""

    kind: Literal["timestamp"] = "timestamp"
    precision: int = 6
    zone: bool = False


class Interval(Frozen):
    kind: Literal["interval"] = "interval"


class Uuid(Frozen):
    kind: Literal["uuid"] = "uuid"


class Json(Frozen):
    kind: Literal["json"] = "json"


class Xml(Frozen):
    kind: Literal["xml"] = "xml"


class Unknown(Frozen):
    """A type that we have no form for; `name` is the engine's own word."""

    kind: Literal["unknown"] = "unknown"
    name: str


DataType = Annotated[
    Boolean
    | Integer
    | Decimal
    | Float
    | Text
    | Binary
    | Date
    | Time
    | Timestamp
    | Interval
    | Uuid
    | Json
    | Xml
    | Unknown,
    Field(discriminator="kind"),
]

NUMERIC = frozenset({"integer", "decimal", "float"})
TEMPORAL = frozenset({"date", "timestamp"})
ORDERED = frozenset(
    {"integer", "decimal", "float", "date", "time", "timestamp", "interval", "boolean"}
)
"""Kinds whose MIN and MAX mean the same on every engine; texts and UUIDs need help, the others have none."""
