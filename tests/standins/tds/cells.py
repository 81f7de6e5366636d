"""How does each type's column look on the wire? One function per family, over whole Arrow columns."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from tests.standins.tds.collations import collation_bytes, encoding
from tests.standins.tds.typeinfo import WIDTHS, decimal_width, time_width
from tests.standins.tds.types import MAX, TICKS_OF_A_DAY, SqlType, read_type

Bytes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAYS_TO_1900 = 693_595
DAYS_TO_1970 = 719_162


@dataclass(frozen=True)
class Cells:
    """One run of bytes per row: rows of a matrix, or pieces of a flat array by their lengths."""

    matrix: Bytes | None = None
    flat: Bytes | None = None
    lengths: Whole | None = None

    @classmethod
    def fixed(cls, matrix: Bytes) -> "Cells":
        return cls(matrix=matrix)

    @classmethod
    def ragged(cls, flat: Bytes, lengths: Whole) -> "Cells":
        return cls(flat=flat, lengths=lengths)

    @classmethod
    def cut(cls, matrix: Bytes, lengths: Whole) -> "Cells":
        """Of each row the first so many bytes."""
        if len(lengths) == 0 or int(lengths.min()) == matrix.shape[1]:
            return cls(matrix=matrix)
        kept = np.arange(matrix.shape[1]) < lengths[:, None]
        return cls(flat=matrix[kept], lengths=lengths)

    def joined(self) -> bytes:
        """All runs one after the other."""
        content = self.flat if self.matrix is None else self.matrix
        assert content is not None
        return content.tobytes()

    def row_lengths(self, count: int) -> Whole:
        if self.lengths is not None:
            return self.lengths
        assert self.matrix is not None
        return np.full(count, self.matrix.shape[1], dtype=np.int64)

    def put(self, out: Bytes, position: Whole, lengths: Whole) -> None:
        """Writes each row's run at its position."""
        if self.matrix is not None:
            out[position[:, None] + np.arange(self.matrix.shape[1])] = self.matrix
            return
        assert self.flat is not None
        begins = np.cumsum(lengths) - lengths
        where = np.repeat(position - begins, lengths)
        where += np.arange(len(where))
        out[where] = self.flat


def encode(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    """The column's cells as they stand in a ROW token."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return _ENCODERS[sql_type.name](column, sql_type)


# ------------------------------------------------------------ of a fixed width


def _with_length(values: Bytes, nulls: Flags) -> list[Cells]:
    """A byte of length before each value; NULL is the length 0."""
    count, width = values.shape
    matrix = np.empty((count, width + 1), dtype=np.uint8)
    matrix[:, 0] = np.where(nulls, 0, width)
    matrix[:, 1:] = values
    return [Cells.cut(matrix, np.where(nulls, 1, width + 1))]


def _nulls(column: pa.Array) -> Flags:
    if not column.null_count:
        return np.zeros(len(column), dtype=np.bool_)
    found: Flags = column.is_null().to_numpy(zero_copy_only=False)
    return found


def _numbers(column: pa.Array, kind: pa.DataType) -> npt.NDArray[Any]:
    """The values as NumPy has them; something where they are NULL."""
    if column.type != kind:
        column = column.cast(kind)
    if column.null_count:
        column = pc.fill_null(column, 0)
    found: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return found


def _little(values: npt.NDArray[Any], width: int) -> Bytes:
    """The lowest bytes of whole numbers, lowest first."""
    wide = np.ascontiguousarray(values, dtype="<i8")
    return wide.view(np.uint8).reshape(-1, 8)[:, :width]


def _whole(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    values = _numbers(column, pa.int64())
    return _with_length(_little(values, WIDTHS[sql_type.name]), _nulls(column))


def _bit(column: pa.Array, _: SqlType) -> list[Cells]:
    values = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return _with_length(values.astype(np.uint8).reshape(-1, 1), _nulls(column))


def _float(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    is_real = sql_type.name == "real"
    values = _numbers(column, pa.float32() if is_real else pa.float64())
    shaped = np.ascontiguousarray(values, dtype="<f4" if is_real else "<f8")
    return _with_length(shaped.view(np.uint8).reshape(len(column), -1), _nulls(column))


def _halves(column: pa.Array, precision: int, scale: int) -> npt.NDArray[np.uint64]:
    """A decimal's 128 bits as two numbers per row, the lower one first."""
    wanted = pa.decimal128(precision, scale)
    if column.type != wanted:
        column = column.cast(wanted)
    buffer = column.buffers()[1]
    whole = np.frombuffer(buffer, dtype="<u8")
    found = whole.reshape(-1, 2)[column.offset : column.offset + len(column)].copy()
    found[_nulls(column)] = 0
    return found


def _decimal(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    """A byte of sign (1 is positive) and the magnitude."""
    halves = _halves(column, sql_type.precision, sql_type.scale)
    negative = halves[:, 1] >> np.uint64(63) == 1
    low = np.where(negative, ~halves[:, 0] + np.uint64(1), halves[:, 0])
    carried = np.where(low == 0, np.uint64(1), np.uint64(0))
    high = np.where(negative, ~halves[:, 1] + carried, halves[:, 1])
    width = decimal_width(sql_type.precision)
    magnitude = np.ascontiguousarray(np.stack([low, high], axis=1)).view(np.uint8)
    matrix = np.empty((len(column), width), dtype=np.uint8)
    matrix[:, 0] = ~negative
    matrix[:, 1:] = magnitude[:, : width - 1]
    return _with_length(matrix, _nulls(column))


def _money(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    """Ten-thousandths; of eight bytes the upper four come first."""
    values = _halves(column, sql_type.precision, 4)[:, 0].view(np.int64)
    if sql_type.name == "smallmoney":
        return _with_length(_little(values, 4), _nulls(column))
    content = _little(values, 8)
    return _with_length(np.hstack([content[:, 4:], content[:, :4]]), _nulls(column))


def _date_days(column: pa.Array) -> Whole:
    """Days since the first day of year 1."""
    days = _numbers(column.cast(pa.date32()).cast(pa.int32()), pa.int64())
    return np.asarray(days + DAYS_TO_1970, dtype=np.int64)


def _date(column: pa.Array, _: SqlType) -> list[Cells]:
    return _with_length(_little(_date_days(column), 3), _nulls(column))


def _time_bytes(ticks: Whole, scale: int) -> Bytes:
    return _little(ticks // 10 ** (7 - scale), time_width(scale))


def _time(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    return _with_length(_time_bytes(_numbers(column, pa.int64()), sql_type.scale), _nulls(column))


def _moment(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    days, ticks = np.divmod(_numbers(column, pa.int64()), TICKS_OF_A_DAY)
    content = np.hstack([_time_bytes(ticks, sql_type.scale), _little(days, 3)])
    return _with_length(content, _nulls(column))


def _old_moment(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    """`datetime`: days since 1900 and three-hundredths of a second; `smalldatetime`: days and minutes."""
    days, ticks = np.divmod(_numbers(column, pa.int64()), TICKS_OF_A_DAY)
    if sql_type.name == "smalldatetime":
        content = np.hstack([_little(days - DAYS_TO_1900, 2), _little(ticks // 600_000_000, 2)])
        return _with_length(content, _nulls(column))
    parts = (ticks * 3 + 50_000) // 100_000
    content = np.hstack([_little(days - DAYS_TO_1900, 4), _little(parts, 4)])
    return _with_length(content, _nulls(column))


def _offset_moment(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    nulls = _nulls(column)
    ticks = _numbers(column.field("u"), pa.int64())
    offsets = _numbers(column.field("o"), pa.int64())
    days, of_day = np.divmod(ticks, TICKS_OF_A_DAY)
    content = [_time_bytes(of_day, sql_type.scale), _little(days, 3), _little(offsets, 2)]
    return _with_length(np.hstack(content), nulls)


def _guid(column: pa.Array, _: SqlType) -> list[Cells]:
    """The first three groups come lowest byte first."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_fixed_size_binary(column.type):
        raw = np.frombuffer(column.buffers()[1], dtype=np.uint8).reshape(-1, 16)
        raw = raw[column.offset : column.offset + len(column)]
    else:
        digits = "".join(pc.fill_null(column, "0" * 32).to_pylist()).replace("-", "")
        raw = np.frombuffer(bytes.fromhex(digits), dtype=np.uint8).reshape(-1, 16)
    order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    return _with_length(raw[:, order], _nulls(column))


# ------------------------------------------------------------ of any length


def _text_cells(column: pa.Array, sql_type: SqlType) -> tuple[Bytes, Whole]:
    """All texts in their code page, one after the other, and their lengths in bytes."""
    flat, lengths = _blob_cells(column.cast(pa.large_string()).cast(pa.large_binary()))
    code = encoding(sql_type)
    if code == "utf-8":
        return flat, lengths
    if len(flat) == 0 or int(flat.max()) < 0x80:
        if code == "cp1252":
            return flat, lengths
        wide = np.zeros((len(flat), 2), dtype=np.uint8)
        wide[:, 0] = flat
        return wide.reshape(-1), lengths * 2
    encoded = flat.tobytes().decode("utf-8").encode(code, "replace")
    units = (flat & 0xC0 != 0x80).astype(np.int64)
    if code == "utf-16-le":
        units = 2 * (units + (flat >= 0xF0))
    before = np.concatenate(([0], np.cumsum(units)))
    ends = np.cumsum(lengths)
    return np.frombuffer(encoded, dtype=np.uint8), before[ends] - before[ends - lengths]


def _blob_cells(column: pa.Array) -> tuple[Bytes, Whole]:
    """All bytes, one after the other, and how many are each row's; NULL has none."""
    if column.type != pa.large_binary():
        column = column.cast(pa.large_binary())
    if column.null_count:
        column = pc.fill_null(column, b"")
    _, offset_buffer, data = column.buffers()
    offsets = np.frombuffer(offset_buffer, dtype="<i8")
    offsets = offsets[column.offset : column.offset + len(column) + 1]
    flat = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    return flat[offsets[0] : offsets[-1]], np.diff(offsets)


def _variable(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    nulls = _nulls(column)
    flat, lengths = _text_cells(column, sql_type) if sql_type.is_text else _blob_cells(column)
    if sql_type.length == MAX:
        return _in_chunks(flat, lengths, nulls)
    header = _little(np.where(nulls, 0xFFFF, lengths), 2)
    return [Cells.fixed(np.ascontiguousarray(header)), Cells.ragged(flat, lengths)]


def _in_chunks(flat: Bytes, lengths: Whole, nulls: Flags) -> list[Cells]:
    """`max` types: the whole length, one chunk, and an empty one that ends it. NULL is a length of all bits."""
    header = np.empty((len(lengths), 12), dtype=np.uint8)
    header[:, :8] = _little(np.where(nulls, -1, lengths), 8)
    header[:, 8:] = _little(lengths, 4)
    trailer = np.zeros((len(lengths), 4), dtype=np.uint8)
    return [
        Cells.cut(header, np.where(nulls, 8, 12)),
        Cells.ragged(flat, lengths),
        Cells.cut(trailer, np.where(nulls | (lengths == 0), 0, 4)),
    ]


def _long(column: pa.Array, sql_type: SqlType) -> list[Cells]:
    """`text`, `ntext`, `image`: a pointer and a timestamp that nobody reads, then length and content."""
    nulls = _nulls(column)
    flat, lengths = _text_cells(column, sql_type) if sql_type.is_text else _blob_cells(column)
    header = np.zeros((len(lengths), 29), dtype=np.uint8)
    header[:, 0] = np.where(nulls, 0, 16)
    header[:, 25:] = _little(lengths, 4)
    return [Cells.cut(header, np.where(nulls, 1, 29)), Cells.ragged(flat, lengths)]


def _variant(column: pa.Array, _: SqlType) -> list[Cells]:
    """Each value with the type it has within; rare, so cell by cell."""
    cells = [_variant_cell(each) for each in column.to_pylist()]
    flat = np.frombuffer(b"".join(cells), dtype=np.uint8)
    return [Cells.ragged(flat, np.array([len(cell) for cell in cells], dtype=np.int64))]


def _variant_cell(value: dict[str, str] | None) -> bytes:
    if value is None:
        return bytes(4)
    inner = read_type(value["t"])
    assert inner is not None, value["t"]
    content = _variant_content(inner, value["v"])
    return struct.pack("<I", len(content)) + content


def _variant_content(inner: SqlType, text: str) -> bytes:
    if inner.is_whole or inner.name == "bit":
        number = {"tinyint": 0x30, "smallint": 0x34, "int": 0x38, "bigint": 0x7F, "bit": 0x32}
        width = WIDTHS[inner.name]
        content = (int(text) % (1 << 8 * width)).to_bytes(width, "little")
        return bytes([number[inner.name], 0]) + content
    if inner.name in {"float", "real"}:
        return bytes([0x3E, 0]) + struct.pack("<d", float(text))
    if inner.is_text and not inner.is_national:
        head = bytes([0xA7, 7]) + collation_bytes(None) + struct.pack("<H", 8000)
        return head + text.encode("cp1252", "replace")
    head = bytes([0xE7, 7]) + collation_bytes(None) + struct.pack("<H", 8000)
    return head + text.encode("utf-16-le")


_ENCODERS: dict[str, Callable[[pa.Array, SqlType], list[Cells]]] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), _whole),
    **dict.fromkeys(("float", "real"), _float),
    **dict.fromkeys(("money", "smallmoney"), _money),
    **dict.fromkeys(("datetime", "smalldatetime"), _old_moment),
    **dict.fromkeys(("char", "varchar", "nchar", "nvarchar", "xml"), _variable),
    **dict.fromkeys(("binary", "varbinary", "timestamp"), _variable),
    **dict.fromkeys(("hierarchyid", "geography", "geometry"), _variable),
    **dict.fromkeys(("text", "ntext", "image"), _long),
    "bit": _bit,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "datetime2": _moment,
    "datetimeoffset": _offset_moment,
    "uniqueidentifier": _guid,
    "sql_variant": _variant,
}
