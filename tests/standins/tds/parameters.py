"""What does a remote procedure call say? Its procedure, and its parameters with their types and values."""

import datetime as dt
import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.standins.tds import typeinfo as wire
from tests.standins.tds import types as t
from tests.standins.tds.errors import SqlError
from tests.standins.tds.types import MAX, TICKS_OF_A_DAY, SqlType

DAYS_TO_1900 = 693_595

PROCEDURES = {
    1: "sp_cursor", 2: "sp_cursoropen", 3: "sp_cursorprepare", 4: "sp_cursorexecute", 5: "sp_cursorprepexec",
    6: "sp_cursorunprepare", 7: "sp_cursorfetch", 8: "sp_cursoroption", 9: "sp_cursorclose", 10: "sp_executesql",
    11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 14: "sp_prepexecrpc", 15: "sp_unprepare",
}  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """A parameter. Its value is what its type's carrier takes: ticks, days, texts."""

    name: str
    is_output: bool
    type: SqlType
    value: Any


@dataclass(frozen=True)
class Call:
    procedure: str
    parameters: list[Parameter]


class Reader:
    """Reads a message from its beginning to its end."""

    def __init__(self, body: bytes, position: int = 0) -> None:
        self._body = body
        self.position = position

    @property
    def is_at_end(self) -> bool:
        return self.position >= len(self._body)

    @property
    def next_byte(self) -> int:
        return self._body[self.position]

    def take(self, count: int) -> bytes:
        found = self._body[self.position : self.position + count]
        if len(found) < count:
            raise SqlError(
                4002, "The incoming tabular data stream (TDS) protocol stream is incorrect."
            )
        self.position += count
        return found

    def number(self, layout: str) -> int:
        found: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return found

    def byte(self) -> int:
        return self.take(1)[0]

    def short_text(self) -> str:
        return self.take(2 * self.byte()).decode("utf-16-le")


def skip_headers(body: bytes) -> int:
    """Where the message itself begins, behind the headers (transaction, notifications)."""
    length: int = struct.unpack_from("<I", body, 0)[0]
    return length


def read_calls(body: bytes) -> list[Call]:
    """All calls of a message."""
    reader = Reader(body, skip_headers(body))
    calls = []
    while not reader.is_at_end:
        length = reader.number("<H")
        if length == 0xFFFF:
            number = reader.number("<H")
            name = PROCEDURES.get(number, f"procedure {number}")
        else:
            name = reader.take(2 * length).decode("utf-16-le")
        reader.number("<H")
        parameters = []
        while not reader.is_at_end:
            if reader.next_byte in {0x80, 0xFF, 0xFE}:
                reader.byte()
                break
            parameters.append(_parameter(reader))
        calls.append(Call(name, parameters))
    return calls


def _parameter(reader: Reader) -> Parameter:
    name, flags = reader.short_text(), reader.byte()
    sql_type, value = read_value(reader)
    return Parameter(name.lstrip("@"), bool(flags & 1), sql_type, value)


_FIXED = {
    0x30: t.TINYINT,
    0x34: t.SMALLINT,
    0x38: t.INT,
    0x7F: t.BIGINT,
    0x32: t.BIT,
    0x3B: t.REAL,
    0x3E: t.FLOAT,
}
_WHOLES = {1: t.TINYINT, 2: t.SMALLINT, 4: t.INT, 8: t.BIGINT}


def read_value(reader: Reader) -> tuple[SqlType, Any]:
    """A type and a value of it."""
    kind = reader.byte()
    if kind in _FIXED:
        sql_type = _FIXED[kind]
        return sql_type, _number(sql_type, reader.take(wire.WIDTHS[sql_type.name]))
    match kind:
        case 0x1F:
            return t.INT, None
        case wire.INTN | wire.BITN | wire.FLTN | wire.MONEYN | wire.DATETIMN:
            return _nullable_number(reader, kind)
        case wire.GUID:
            reader.byte()
            content = reader.take(reader.byte())
            return t.GUID, str(UUID(bytes_le=content)) if content else None
        case wire.DECIMALN | wire.NUMERICN | 0x37 | 0x3F:
            reader.byte()
            sql_type = t.decimal(reader.byte(), reader.byte())
            content = reader.take(reader.byte())
            return sql_type, _decimal(content, sql_type.scale) if content else None
        case wire.DATEN:
            content = reader.take(reader.byte())
            return t.DATE, _date(content) if content else None
        case wire.TIMEN | wire.DATETIME2N | wire.DATETIMEOFFSETN:
            return _moment(reader, kind)
        case wire.XML:
            reader.byte()
            chunks = _chunks(reader)
            return t.nvarchar(MAX), None if chunks is None else chunks.decode("utf-16-le")
        case wire.TEXT | wire.NTEXT | wire.IMAGE:
            return _long(reader, kind)
        case wire.VARIANT:
            return _variant(reader)
        case _:
            return _sized(reader, kind)


def _nullable_number(reader: Reader, kind: int) -> tuple[SqlType, Any]:
    size = reader.byte()
    content = reader.take(reader.byte())
    if kind == wire.INTN:
        sql_type = _WHOLES[size]
    elif kind == wire.BITN:
        sql_type = t.BIT
    elif kind == wire.FLTN:
        sql_type = t.FLOAT if size == 8 else t.REAL
    elif kind == wire.MONEYN:
        sql_type = t.MONEY if size == 8 else SqlType("smallmoney", precision=10, scale=4)
        return sql_type, _money(content) if content else None
    else:
        sql_type = t.DATETIME if size == 8 else SqlType("smalldatetime")
        return sql_type, _old_moment(content) if content else None
    return sql_type, _number(sql_type, content) if content else None


def _number(sql_type: SqlType, content: bytes) -> Any:
    if sql_type.is_float:
        return struct.unpack("<d" if len(content) == 8 else "<f", content)[0]
    if sql_type.name == "bit":
        return bool(content[0])
    return int.from_bytes(content, "little", signed=sql_type.name != "tinyint")


def _decimal(content: bytes, scale: int) -> Decimal:
    magnitude = int.from_bytes(content[1:], "little")
    digits = tuple(int(each) for each in str(magnitude))
    return Decimal((0 if content[0] else 1, digits, -scale))


def _money(content: bytes) -> Decimal:
    if len(content) == 8:
        content = content[4:] + content[:4]
    return Decimal(int.from_bytes(content, "little", signed=True)).scaleb(-4)


def _old_moment(content: bytes) -> int:
    if len(content) == 4:
        days, minutes = struct.unpack("<HH", content)
        return int((days + DAYS_TO_1900) * TICKS_OF_A_DAY + minutes * 600_000_000)
    days, parts = struct.unpack("<iI", content)
    return int((days + DAYS_TO_1900) * TICKS_OF_A_DAY + (parts * 100_000 + 1) // 3)


def _date(content: bytes) -> dt.date:
    return dt.date.fromordinal(int.from_bytes(content, "little") + 1)


def _moment(reader: Reader, kind: int) -> tuple[SqlType, Any]:
    scale = reader.byte()
    name = {wire.TIMEN: "time", wire.DATETIME2N: "datetime2"}.get(kind, "datetimeoffset")
    sql_type = SqlType(name, scale=scale)
    content = reader.take(reader.byte())
    if not content:
        return sql_type, None
    width = wire.time_width(scale)
    ticks = int.from_bytes(content[:width], "little") * 10 ** (7 - scale)
    if name == "time":
        return sql_type, ticks
    ticks += int.from_bytes(content[width : width + 3], "little") * TICKS_OF_A_DAY
    if name == "datetime2":
        return sql_type, ticks
    return sql_type, {"u": ticks, "o": int.from_bytes(content[width + 3 :], "little", signed=True)}


def _sized(reader: Reader, kind: int) -> tuple[SqlType, Any]:
    old = kind in {0x25, 0x27, 0x2D, 0x2F}
    size = reader.byte() if old else reader.number("<H")
    text_like = kind in {wire.BIGVARCHAR, wire.BIGCHAR, wire.NVARCHAR, wire.NCHAR, 0x27, 0x2F}
    collation = reader.take(5) if text_like and not old else b""
    national = kind in {wire.NVARCHAR, wire.NCHAR}
    is_utf8 = len(collation) == 5 and bool(collation[3] & 0x04)
    if size == 0xFFFF:
        content, length = _chunks(reader), MAX
    else:
        count = reader.byte() if old else reader.number("<H")
        empty = 0xFF if old else 0xFFFF
        content = None if count == empty or (old and count == 0) else reader.take(count)
        length = max(size // 2 if national else size, 1)
    if not text_like:
        name = "binary" if kind in {wire.BIGBINARY, 0x2D} else "varbinary"
        return SqlType(name, length=length), content
    name = {wire.NVARCHAR: "nvarchar", wire.NCHAR: "nchar", wire.BIGCHAR: "char"}.get(
        kind, "varchar"
    )
    code = "utf-16-le" if national else "utf-8" if is_utf8 else "cp1252"
    return SqlType(name, length=length), None if content is None else _decoded(content, code)


def _decoded(content: bytes, code: str) -> str:
    try:
        return content.decode(code, "replace")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _chunks(reader: Reader) -> bytes | None:
    if reader.number("<Q") == 0xFFFFFFFFFFFFFFFF:
        return None
    out = []
    while length := reader.number("<I"):
        out.append(reader.take(length))
    return b"".join(out)


def _long(reader: Reader, kind: int) -> tuple[SqlType, Any]:
    reader.number("<I")
    if kind != wire.IMAGE:
        reader.take(5)
    length = reader.number("<i")
    content = None if length < 0 else reader.take(length)
    if kind == wire.IMAGE:
        return SqlType("varbinary", length=MAX), content
    code = "utf-16-le" if kind == wire.NTEXT else "cp1252"
    name = "nvarchar" if kind == wire.NTEXT else "varchar"
    return SqlType(name, length=MAX), None if content is None else content.decode(code)


def _variant(reader: Reader) -> tuple[SqlType, Any]:
    reader.number("<I")
    length = reader.number("<I")
    if length:
        raise SqlError(49_999, "The stand-in does not know parameters of type sql_variant.")
    return t.nvarchar(MAX), None
