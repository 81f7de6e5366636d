"""Values of two engines in one DuckDB type, so that DuckDB can tell whether they are the same.

Everything here is SQL text for DuckDB, over columns that an Arrow stream or a DuckDB table has. The verdict of the row
engine rests on these types: what is equal in them is the same value, and nothing else is.

Traps tamed here:

- PostgreSQL's numbers come as text. They become DECIMAL where the digits of both sides fit; where they do not, or where
  there is a NaN among them, they are compared as texts without the zeros at their end.
- A text against a number, a date and the like is read as that; what cannot be read so stays a text, and differs.
- DuckDB holds -0.0 and 0.0, and every NaN, for the same, and hashes them alike.
"""

from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.model import types
from ombudsman.model.equality import Equality
from ombudsman.model.forms import FormKind
from ombudsman.model.types import DataType

_DIGITS_OF_BITS = {8: 3, 16: 5, 32: 10, 64: 20, 128: 39}


def typed(raw: str, column: ComparedColumn, data_type: DataType, *, plain_decimals: bool) -> str:
    """The value of `raw`, a column that holds `data_type`, as the type in which the pair is compared.

    `plain_decimals` are compared as texts of digits: for numbers that no DECIMAL holds.
    """
    value = _value(raw, column, data_type, plain_decimals=plain_decimals)
    is_name = column.part_of_key and column.form.kind is FormKind.TEXT
    return _forgiving(value, column.equality) if is_name else value


def is_plain(column: ComparedColumn) -> bool:
    """Whether the column's numbers fit no DECIMAL, and are compared as texts of digits."""
    return column.form.kind is FormKind.DECIMAL and decimal_type(column) is None


def decimal_type(column: ComparedColumn) -> str | None:
    """The DECIMAL that holds all numbers of both sides; None where there is none."""
    scale = column.form.scale
    if scale is None:
        return None
    whole = max(_whole_digits(each) for each in column.types)
    return f"DECIMAL({max(whole + scale, 1)},{scale})" if whole + scale <= 38 else None


def _whole_digits(data_type: DataType) -> int:
    match data_type:
        case types.Decimal(precision=int(precision), scale=int(scale)):
            return precision - scale
        case types.Integer(bits=bits):
            return _DIGITS_OF_BITS.get(bits, 39)
        case types.Boolean():
            return 1
        case _:
            return 99


def _value(raw: str, column: ComparedColumn, data_type: DataType, *, plain_decimals: bool) -> str:
    form = column.form
    is_mixed = isinstance(data_type, types.Text) and form.kind not in _OF_TEXTS
    match form.kind:
        case FormKind.DECIMAL:
            native = None if plain_decimals else decimal_type(column)
            if native is None:
                return _plain(f"CAST({raw} AS VARCHAR)")
        case FormKind.INTEGER:
            native = _integer_type(column)
        case FormKind.TEXT:
            text = f"CAST({raw} AS VARCHAR)"
            return f"RTRIM({text}, ' ')" if form.padded else text
        case FormKind.UUID:
            return f"LOWER(CAST({raw} AS VARCHAR))"
        case FormKind.JSON | FormKind.XML:
            return f"CAST({raw} AS VARCHAR)"
        case FormKind.TIMESTAMP | FormKind.INSTANT if form.digits > 6:
            native = "TIMESTAMP_NS"
        case _:
            native = _NATIVE[form.kind]
    if is_mixed or is_half_text(column):
        # both sides as texts of the type, and what cannot be read as it is
        return f"COALESCE(CAST(TRY_CAST({raw} AS {native}) AS VARCHAR), CAST({raw} AS VARCHAR))"
    return f"CAST({raw} AS {native})"


_OF_TEXTS = {FormKind.TEXT, FormKind.UUID, FormKind.JSON, FormKind.XML}

_NATIVE = {
    FormKind.BOOLEAN: "BOOLEAN",
    FormKind.FLOAT64: "DOUBLE",
    FormKind.FLOAT32: "FLOAT",
    FormKind.DATE: "DATE",
    FormKind.TIME: "TIME",
    FormKind.TIMESTAMP: "TIMESTAMP",
    FormKind.INSTANT: "TIMESTAMPTZ",
    FormKind.BINARY: "BLOB",
}


def _integer_type(column: ComparedColumn) -> str:
    whole = all(
        isinstance(each, types.Boolean)
        or (
            isinstance(each, types.Integer)
            and (each.bits < 64 or (each.bits == 64 and each.signed))
        )
        for each in column.types
    )
    return "BIGINT" if whole else "HUGEINT"


def is_half_text(column: ComparedColumn) -> bool:
    """Whether one side keeps as text what the other keeps in a type of its own."""
    if column.form.kind in _OF_TEXTS:
        return False
    return any(isinstance(each, types.Text) for each in column.types)


def _plain(text: str) -> str:
    """A number's digits without the zeros at the end that say nothing. DuckDB writes DECIMAL(2,2) as `.50`."""
    pointed = f"REGEXP_REPLACE({text}, '^(-?)[.]', '\\10.')"
    return f"CASE WHEN CONTAINS({text}, '.') THEN RTRIM(RTRIM({pointed}, '0'), '.') ELSE {text} END"


def _forgiving(text: str, equality: Equality) -> str:
    """A text that names rows, as far as it counts: rows must meet before they can be judged."""
    if equality.unicode_form == "nfc":
        text = f"NFC_NORMALIZE({text})"
    if equality.trailing_blanks == "ignored":
        text = f"RTRIM({text}, ' ')"
    if equality.letter_case == "ignored":
        text = f"LOWER({text})"
    return f"NULLIF({text}, '')" if equality.empty_is_null else text


def has_bigint_key(layout: Layout) -> bool:
    """Whether rows are named by one whole number of 64 bits: such keys have ranges."""
    if not layout.has_key or len(layout.keys) != 1:
        return False
    (key,) = layout.keys
    whole = all(isinstance(each, types.Integer) for each in key.types)
    return whole and _integer_type(key) == "BIGINT"
