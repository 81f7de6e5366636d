"""Values of two engines in one DuckDB type, so that DuckDB can tell whether they are the same.

Everything here is SQL text for DuckDB, over columns that an Arrow stream or a DuckDB table has. The verdict of the row
engine rests on these types: what is equal in them is the same value, and nothing else is.

Where no type of DuckDB has the values of both sides (a text against a date, two spellings of a JSON document), they are
texts, and texts that differ are read by this program (`is_read_here`) before they count as different.

Traps tamed here:

- PostgreSQL's numbers come as text. They become DECIMAL where the digits of both sides fit; where they do not, or where
  there is a NaN among them, they are compared as texts without the zeros at their end.
- A cast of DECIMAL to DOUBLE rounds twice where there are many digits: these take the way through their text.
- A whole number of 64 bits is a DOUBLE's only if that holds it. One that is not must not be rounded into an equal.
- TIMESTAMP_NS ends in 2262, and TIME has six digits: moments and times with more are counts of billionths.
- HASH says 0 of HUGEINT 0 and of -1, and so of DECIMAL 0.00 and -0.01 of more than 18 digits: the halves of the number
  cancel. It holds -0.0 and 0.0, and every NaN, for the same.
"""

from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.model import types
from ombudsman.model.equality import Equality
from ombudsman.model.forms import FormKind
from ombudsman.model.moments import INFINITE_COUNT
from ombudsman.model.types import DataType

_DIGITS_OF_BITS = {8: 3, 16: 5, 32: 10, 64: 20, 128: 39}

DIGITS_OF_ONE_HALF = 18
"""What DECIMAL holds in 64 bits."""

_MOST_DIGITS, _UNBOUNDED = 38, 99
"""What DECIMAL holds, and more than that."""

_DOCUMENTS = {FormKind.JSON, FormKind.XML}

_EXACT_DIGITS = 15
"""So many digits every DOUBLE can tell apart."""


def typed(
    raw: str,
    column: ComparedColumn,
    data_type: DataType,
    *,
    plain_decimals: bool,
    is_count: bool = False,
) -> str:
    """The value of `raw`, a column that holds `data_type`, as the type in which the pair is compared.

    `plain_decimals` are compared as texts of digits: for numbers that no DECIMAL holds. What `is_count` came as the
    count that its side's canonical text is (`is_counted`).
    """
    if is_count:
        return f"CAST({raw} AS HUGEINT) * {10 ** (9 - column.form.digits)}"
    if is_read_here(column):
        return raw if column.part_of_key else _as_text(raw, column, data_type)
    value = _value(raw, column, data_type, plain_decimals=plain_decimals)
    is_name = column.part_of_key and column.form.kind is FormKind.TEXT
    return _forgiving(value, column.equality) if is_name else value


def is_read_here(column: ComparedColumn) -> bool:
    """Whether the values are texts that this program reads, for no type of DuckDB has those of both sides.

    Of a key they are read as they arrive, so that rows can meet: the text of each is then its only spelling.
    """
    kind = column.form.kind
    if kind in _DOCUMENTS:
        return True
    if kind in {FormKind.TEXT, FormKind.UUID}:
        return False
    is_zoned = kind is FormKind.TIME and not column.form.hashable
    is_rounded = kind is FormKind.FLOAT64 and any(map(_is_wide, column.types))
    return is_zoned or is_rounded or any(isinstance(each, types.Text) for each in column.types)


def _is_wide(data_type: DataType) -> bool:
    """Whether there are whole numbers of the type that no DOUBLE holds."""
    return isinstance(data_type, types.Integer) and data_type.bits > 32


def is_plain(column: ComparedColumn) -> bool:
    """Whether the column's numbers fit no number type, and are compared as texts of digits."""
    if column.form.kind is FormKind.INTEGER:
        return any(is_beyond(each) for each in column.types)
    return column.form.kind is FormKind.DECIMAL and decimal_type(column) is None


def is_beyond(data_type: DataType) -> bool:
    """Whether the type holds whole numbers beyond HUGEINT, and beyond what Arrow carries."""
    return isinstance(data_type, types.Integer) and data_type.bits > 64 and not data_type.signed


def is_counted(column: ComparedColumn) -> bool:
    """Whether the column's times or moments are HUGEINT counts of billionths of a second."""
    form = column.form
    is_of_time = form.kind in {FormKind.TIME, FormKind.TIMESTAMP, FormKind.INSTANT}
    return is_of_time and form.digits > 6 and not is_read_here(column)


def decimal_type(column: ComparedColumn) -> str | None:
    """The DECIMAL that holds all numbers of both sides; None where there is none."""
    digits = decimal_digits(column)
    return f"DECIMAL({digits},{column.form.scale})" if digits <= _MOST_DIGITS else None


def decimal_digits(column: ComparedColumn) -> int:
    """How many digits the numbers of both sides can have, before and behind the point."""
    if column.form.scale is None:
        return _UNBOUNDED
    return max(1, *map(_whole_digits, column.types)) + column.form.scale


def _whole_digits(data_type: DataType) -> int:
    match data_type:
        case types.Decimal(precision=int(precision), scale=int(scale)):
            return precision - scale
        case types.Integer(bits=bits):
            return _DIGITS_OF_BITS.get(bits, 39)
        case types.Boolean():
            return 1
        case _:
            return _UNBOUNDED


def _value(raw: str, column: ComparedColumn, data_type: DataType, *, plain_decimals: bool) -> str:
    form = column.form
    match form.kind:
        case FormKind.DECIMAL:
            native = None if plain_decimals else decimal_type(column)
            return f"CAST({raw} AS {native})" if native else _plain(_digits(raw, data_type))
        case FormKind.INTEGER:
            return (
                _digits(raw, data_type)
                if is_plain(column)
                else f"CAST({raw} AS {_integer_type(column)})"
            )
        case FormKind.TEXT:
            text = f"CAST({raw} AS VARCHAR)"
            return f"RTRIM({text}, ' ')" if form.padded else text
        case FormKind.UUID:
            return f"LOWER(CAST({raw} AS VARCHAR))"
        case FormKind.FLOAT64 if _rounds_twice(data_type):
            return _nearest(raw)
        case FormKind.FLOAT32 if any(isinstance(each, types.Decimal) for each in column.types):
            number = (
                _nearest(raw) if isinstance(data_type, types.Decimal) else f"CAST({raw} AS DOUBLE)"
            )
            return f"COALESCE(CAST(TRY_CAST({number} AS FLOAT) AS DOUBLE), {number})"
        case FormKind.TIME if is_counted(column):
            return f"CAST(EPOCH_NS(CAST({raw} AS TIME_NS)) AS HUGEINT)"
        case FormKind.TIMESTAMP | FormKind.INSTANT if is_counted(column):
            return _count(raw, data_type)
        case _:
            return f"CAST({raw} AS {_NATIVE[form.kind]})"


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


def _digits(raw: str, data_type: DataType) -> str:
    number = f"CAST({raw} AS TINYINT)" if isinstance(data_type, types.Boolean) else raw
    return f"CAST({number} AS VARCHAR)"


def _plain(text: str) -> str:
    """A number's digits without the zeros at the end that say nothing. DuckDB writes DECIMAL(2,2) as `.50`."""
    pointed = f"REGEXP_REPLACE({text}, '^(-?)[.]', '\\10.')"
    return f"CASE WHEN CONTAINS({text}, '.') THEN RTRIM(RTRIM({pointed}, '0'), '.') ELSE {text} END"


def _nearest(raw: str) -> str:
    return f"CAST(CAST({raw} AS VARCHAR) AS DOUBLE)"


def _rounds_twice(data_type: DataType) -> bool:
    return (
        isinstance(data_type, types.Decimal) and (data_type.precision or _UNBOUNDED) > _EXACT_DIGITS
    )


def _count(raw: str, data_type: DataType) -> str:
    """A moment in billionths of a second since 1970."""
    if isinstance(data_type, types.Date):
        moment = f"CAST({raw} AS DATE)"
        count = f"CAST({moment} - DATE '1970-01-01' AS HUGEINT) * {86_400 * 10**9}"
    elif isinstance(data_type, types.Timestamp) and data_type.precision > 6:
        text = f"CAST({raw} AS VARCHAR)"  # which Snowflake's moments are: 9999-12-31 is no TIMESTAMP_NS
        moment = f"CAST(LEFT({text}, 19) AS TIMESTAMP)"
        billionths = f"CAST(RPAD(SUBSTR({text}, 21), 9, '0') AS HUGEINT)"
        count = f"CAST(EPOCH_US({moment}) AS HUGEINT) * 1000 + {billionths}"
    else:
        moment = f"CAST({raw} AS TIMESTAMP)"
        count = f"CAST(EPOCH_US({moment}) AS HUGEINT) * 1000"
    infinite = f"CASE WHEN {moment} > '1970-01-01' THEN 1 ELSE -1 END * {INFINITE_COUNT}::HUGEINT"
    return f"CASE WHEN ISINF({moment}) THEN {infinite} ELSE {count} END"


def _as_text(raw: str, column: ComparedColumn, data_type: DataType) -> str:
    """A text that this program can read; two that are the same are of the same value."""
    text = f"CAST({raw} AS VARCHAR)"
    match data_type:
        case types.Binary():
            return f"LOWER(HEX({raw}))"
        case types.Date() | types.Timestamp():
            return f"REGEXP_REPLACE({text}, '^(.*) [(]BC[)](.*)$', '\\1\\2 BC')"
        case types.Float() if column.form.kind is FormKind.FLOAT64:
            return f"CAST(CAST({raw} AS DOUBLE) + 0 AS VARCHAR)"  # -0.0 + 0 is 0.0
        case types.Integer() if column.form.kind is FormKind.FLOAT64:
            double = f"CAST({raw} AS DOUBLE)"
            is_held = f"TRY_CAST({double} AS HUGEINT) = TRY_CAST({raw} AS HUGEINT)"
            return f"CASE WHEN {is_held} THEN CAST({double} AS VARCHAR) ELSE {text} END"
        case _:
            return text


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


def hash_of(layout: Layout) -> str:
    """The hash of a row's typed values, as DuckDB computes it."""
    return f"HASH({', '.join(part for column in layout.columns for part in _hashed(column))})"


def _hashed(column: ComparedColumn) -> list[str]:
    """What is hashed of a value: a number of two halves once more by its magnitude, lest they cancel."""
    label = column.label
    return [label, f"CAST({label} AS DOUBLE)"] if has_halves(column) else [label]


def has_halves(column: ComparedColumn) -> bool:
    """Whether the column's values are numbers of two halves, whose hashes cancel."""
    if is_read_here(column) or is_plain(column):
        return False
    match column.form.kind:
        case FormKind.INTEGER:
            return _integer_type(column) == "HUGEINT"
        case FormKind.DECIMAL:
            return decimal_digits(column) > DIGITS_OF_ONE_HALF
        case _:
            return is_counted(column)
