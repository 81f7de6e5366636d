"""How is a type told on the wire, in the head of a result or before a parameter?"""

import struct
from dataclasses import dataclass

from tests.standins.tds.collations import collation_bytes
from tests.standins.tds.tokens import long_text, short_text
from tests.standins.tds.types import MAX, USER_DEFINED, SqlType

INTN, BITN, FLTN, MONEYN, DATETIMN = 0x26, 0x68, 0x6D, 0x6E, 0x6F
GUID, DECIMALN, NUMERICN = 0x24, 0x6A, 0x6C
DATEN, TIMEN, DATETIME2N, DATETIMEOFFSETN = 0x28, 0x29, 0x2A, 0x2B
BIGVARBINARY, BIGVARCHAR, BIGBINARY, BIGCHAR = 0xA5, 0xA7, 0xAD, 0xAF
NVARCHAR, NCHAR, XML, UDT = 0xE7, 0xEF, 0xF1, 0xF0
TEXT, NTEXT, IMAGE, VARIANT = 0x23, 0x63, 0x22, 0x62

WIDTHS = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "real": 4, "float": 8, "bit": 1}
_FAMILIES = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), INTN),
    **dict.fromkeys(("real", "float"), FLTN),
    "bit": BITN,
}
_BY_LENGTH = {
    "char": BIGCHAR,
    "varchar": BIGVARCHAR,
    "nchar": NCHAR,
    "nvarchar": NVARCHAR,
    "binary": BIGBINARY,
    "varbinary": BIGVARBINARY,
    "timestamp": BIGBINARY,
}
_LONG = {"text": TEXT, "ntext": NTEXT, "image": IMAGE}

NULLABLE, CASE_SENSITIVE, UPDATABLE_UNKNOWN, IDENTITY, COMPUTED = 0x01, 0x02, 0x08, 0x10, 0x20


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result, with what its head tells of it."""

    name: str
    type: SqlType
    is_nullable: bool = True
    is_identity: bool = False
    is_computed: bool = False


def column_metadata(columns: list[ResultColumn]) -> bytes:
    """The COLMETADATA token."""
    out = [struct.pack("<BH", 0x81, len(columns))]
    for column in columns:
        flags = NULLABLE if column.is_nullable else 0
        flags |= UPDATABLE_UNKNOWN
        flags |= IDENTITY if column.is_identity else 0
        flags |= COMPUTED if column.is_computed else 0
        if column.type.is_text and not column.type.is_folded:
            flags |= CASE_SENSITIVE
        user_type = 80 if column.type.name == "timestamp" else 0
        out.append(struct.pack("<IH", user_type, flags) + type_info(column.type))
        if column.type.name in _LONG:
            out.append(b"\x01" + long_text("t"))  # the table it is of, which nobody asks for
        out.append(short_text(column.name))
    return b"".join(out)


def type_info(sql_type: SqlType) -> bytes:
    """The type's number with what it needs: sizes, digits, collation."""
    name = sql_type.name
    if name in _FAMILIES:
        return bytes([_FAMILIES[name], WIDTHS[name]])
    match name:
        case "decimal":
            width = decimal_width(sql_type.precision)
            return bytes([NUMERICN, width, sql_type.precision, sql_type.scale])
        case "money" | "smallmoney":
            return bytes([MONEYN, 8 if name == "money" else 4])
        case "datetime" | "smalldatetime":
            return bytes([DATETIMN, 8 if name == "datetime" else 4])
        case "date":
            return bytes([DATEN])
        case "time" | "datetime2" | "datetimeoffset":
            number = {"time": TIMEN, "datetime2": DATETIME2N}.get(name, DATETIMEOFFSETN)
            return bytes([number, sql_type.scale])
        case "uniqueidentifier":
            return bytes([GUID, 16])
        case "xml":
            return bytes([XML, 0])
        case "sql_variant":
            return struct.pack("<BI", VARIANT, 8009)
        case _ if name in USER_DEFINED:
            return _user_defined(name)
        case _ if name in _LONG:
            collation = b"" if name == "image" else collation_bytes(sql_type.collation)
            return struct.pack("<BI", _LONG[name], 0x7FFFFFFF) + collation
        case _:
            return _sized(sql_type)


def _sized(sql_type: SqlType) -> bytes:
    length = size_on_wire(sql_type)
    collation = collation_bytes(sql_type.collation) if sql_type.is_text else b""
    return struct.pack("<BH", _BY_LENGTH[sql_type.name], length) + collation


def size_on_wire(sql_type: SqlType) -> int:
    """The greatest number of bytes; 0xFFFF for `max`."""
    if sql_type.length == MAX:
        return 0xFFFF
    return max(sql_type.length, 1) * (2 if sql_type.is_national else 1)


def _user_defined(name: str) -> bytes:
    assembly = f"Microsoft.SqlServer.Types.Sql{name.title()}, Microsoft.SqlServer.Types"
    names = short_text("") + short_text("sys") + short_text(name) + long_text(assembly)
    return struct.pack("<BH", UDT, 0xFFFF) + names


def decimal_width(precision: int) -> int:
    """Bytes of a decimal: its sign and its magnitude."""
    return 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17


def time_width(scale: int) -> int:
    """Bytes of a time of so many digits."""
    return 3 if scale <= 2 else 4 if scale <= 4 else 5
