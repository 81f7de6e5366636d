"""Which types does T-SQL have, and as what does DuckDB carry their values?

DuckDB has no type of 100 ns that reaches from the year 1 to 9999, none with an offset, and no text that knows its
length. So a T-SQL type is kept beside each column and each expression, and its values are carried thus:

| T-SQL | carrier in DuckDB |
| --- | --- |
| time, datetime, smalldatetime, datetime2 | BIGINT: ticks of 100 ns since midnight, or since the first day of year 1 |
| datetimeoffset | STRUCT(u BIGINT, o SMALLINT): ticks in UTC, offset in minutes |
| sql_variant | STRUCT(t VARCHAR, v VARCHAR): the type within, and the value as text |
| char and nchar | VARCHAR, padded to its length; binary(n) likewise |
| money, smallmoney | DECIMAL(19,4), DECIMAL(10,4) |
| bit | BOOLEAN |
"""

import re
from dataclasses import dataclass, replace

MAX = -1
"""The length of `varchar(max)` and its like."""

DEFAULT_COLLATION = "SQL_Latin1_General_CP1_CI_AS"
TICKS_OF_A_DAY = 864_000_000_000


@dataclass(frozen=True)
class SqlType:
    """A T-SQL type. Lengths count characters of texts and bytes of binaries; `MAX` is no bound."""

    name: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    collation: str | None = None

    @property
    def is_text(self) -> bool:
        return self.name in TEXTS

    @property
    def is_national(self) -> bool:
        return self.name in {"nchar", "nvarchar", "ntext", "xml"}

    @property
    def is_whole(self) -> bool:
        return self.name in WHOLES

    @property
    def is_decimal(self) -> bool:
        return self.name in {"decimal", "money", "smallmoney"}

    @property
    def is_float(self) -> bool:
        return self.name in {"float", "real"}

    @property
    def is_number(self) -> bool:
        return self.is_whole or self.is_decimal or self.is_float or self.name == "bit"

    @property
    def is_moment(self) -> bool:
        """Carried as ticks since the year 1."""
        return self.name in {"datetime", "smalldatetime", "datetime2"}

    @property
    def is_temporal(self) -> bool:
        return self.is_moment or self.name in {"date", "time", "datetimeoffset"}

    @property
    def is_binary(self) -> bool:
        return self.name in BINARIES

    @property
    def is_folded(self) -> bool:
        """A text whose collation does not tell letters by their case."""
        return self.is_text and "_CI" in (self.collation or DEFAULT_COLLATION).upper()

    @property
    def is_utf8(self) -> bool:
        return (self.collation or "").upper().endswith("_UTF8")

    @property
    def carrier(self) -> str:
        """The type in DuckDB."""
        if self.name == "decimal":
            return f"DECIMAL({self.precision},{self.scale})"
        return CARRIERS[self.name]

    def collated(self, collation: str | None) -> "SqlType":
        return replace(self, collation=collation)


CARRIERS = {
    "bit": "BOOLEAN",
    "tinyint": "UTINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "float": "DOUBLE",
    "money": "DECIMAL(19,4)",
    "smallmoney": "DECIMAL(10,4)",
    "date": "DATE",
    "time": "BIGINT",
    "datetime": "BIGINT",
    "smalldatetime": "BIGINT",
    "datetime2": "BIGINT",
    "datetimeoffset": "STRUCT(u BIGINT, o SMALLINT)",
    "uniqueidentifier": "UUID",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "nchar": "VARCHAR",
    "nvarchar": "VARCHAR",
    "text": "VARCHAR",
    "ntext": "VARCHAR",
    "xml": "VARCHAR",
    "binary": "BLOB",
    "varbinary": "BLOB",
    "image": "BLOB",
    "timestamp": "BLOB",
    "hierarchyid": "BLOB",
    "geography": "BLOB",
    "geometry": "BLOB",
    "sql_variant": "STRUCT(t VARCHAR, v VARCHAR)",
}

TEXTS = ("char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml")
WHOLES = ("tinyint", "smallint", "int", "bigint")
BINARIES = ("binary", "varbinary", "image", "timestamp", "hierarchyid", "geography", "geometry")
USER_DEFINED = ("hierarchyid", "geography", "geometry")

SYNONYMS = {
    "integer": "int",
    "dec": "decimal",
    "numeric": "decimal",
    "double": "float",
    "double precision": "float",
    "character": "char",
    "character varying": "varchar",
    "national character": "nchar",
    "rowversion": "timestamp",
    "sysname": "nvarchar",
    "boolean": "bit",
}

BIT, TINYINT, SMALLINT = SqlType("bit"), SqlType("tinyint"), SqlType("smallint")
INT, BIGINT = SqlType("int"), SqlType("bigint")
FLOAT, REAL = SqlType("float"), SqlType("real")
DATE, GUID = SqlType("date"), SqlType("uniqueidentifier")
DATETIME = SqlType("datetime", scale=3)
DATETIME2 = SqlType("datetime2", scale=7)
DATETIMEOFFSET = SqlType("datetimeoffset", scale=7)
TIME = SqlType("time", scale=7)
MONEY = SqlType("money", precision=19, scale=4)
SYSNAME = SqlType("nvarchar", length=128)


def decimal(precision: int, scale: int) -> SqlType:
    return SqlType("decimal", precision=min(precision, 38), scale=scale)


def varchar(length: int, collation: str | None = None) -> SqlType:
    return SqlType("varchar", length=length, collation=collation)


def nvarchar(length: int, collation: str | None = None) -> SqlType:
    return SqlType("nvarchar", length=length, collation=collation)


_WRITTEN = re.compile(r"\s*\[?([a-zA-Z_ 0-9]+?)\]?\s*(?:\(\s*(\w+)\s*(?:,\s*(\d+)\s*)?\))?\s*")


def read_type(
    written: str, *, collation: str | None = None, is_cast: bool = False
) -> SqlType | None:
    """The type as it is written: `nvarchar(max)`, `DECIMAL(10, 2)`. None when there is no such type.

    A text without a length has one character in a table and thirty in a CAST.
    """
    match = _WRITTEN.fullmatch(written)
    if match is None:
        return None
    word, first, second = match.group(1).lower(), match.group(2), match.group(3)
    name = SYNONYMS.get(word, word)
    if name != "decimal" and name not in CARRIERS:
        return None
    number = MAX if (first or "").lower() == "max" else int(first) if first else None
    if word == "sysname":
        number = 128
    return _sized(name, number, int(second) if second else 0, collation, is_cast=is_cast)


def _sized(
    name: str, number: int | None, second: int, collation: str | None, *, is_cast: bool
) -> SqlType:
    match name:
        case "decimal":
            return decimal(18 if number is None else number, second)
        case "money" | "smallmoney":
            return SqlType(name, precision=19 if name == "money" else 10, scale=4)
        case "time" | "datetime2" | "datetimeoffset":
            return SqlType(name, scale=7 if number is None else number)
        case "datetime":
            return DATETIME
        case "float":
            return REAL if number is not None and number <= 24 else FLOAT
        case "text" | "ntext" | "image" | "xml" | "hierarchyid" | "geography" | "geometry":
            return SqlType(name, length=MAX, collation=collation)
        case "timestamp":
            return SqlType(name, length=8)
        case _ if name in TEXTS or name in BINARIES:
            default = 30 if is_cast else 1
            return SqlType(name, length=default if number is None else number, collation=collation)
        case _:
            return SqlType(name)


def type_words(sql_type: SqlType) -> str:
    """The type as T-SQL writes it."""
    name, length = sql_type.name, sql_type.length
    if name == "decimal":
        return f"decimal({sql_type.precision},{sql_type.scale})"
    if name in {"time", "datetime2", "datetimeoffset"}:
        return f"{name}({sql_type.scale})"
    if name in {"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"}:
        return f"{name}({'max' if length == MAX else length})"
    return name
