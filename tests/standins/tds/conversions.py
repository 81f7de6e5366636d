"""How does a value become one of another type? CAST, CONVERT and what T-SQL converts by itself, over the carriers."""

from dataclasses import dataclass

from tests.standins.tds import types as t
from tests.standins.tds.errors import SqlError
from tests.standins.tds.moments import ticks_of_text, time_of_text
from tests.standins.tds.types import MAX, SqlType

DAY = t.TICKS_OF_A_DAY


@dataclass(frozen=True)
class Typed:
    """An expression in DuckDB's SQL with its T-SQL type."""

    sql: str
    type: SqlType
    is_nullable: bool = True
    literal: str | None = None
    """The text itself, where it is written in the statement."""
    is_null: bool = False
    has_collate: bool = False
    """Whether its collation was said by COLLATE, which wins over a column's."""
    is_identity: bool = False


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_NOT_WHOLE = "CAST(t_fail(245, 'Conversion failed when converting the varchar value to data type int.') AS VARCHAR)"

_ORDER = (
    "sql_variant", "datetimeoffset", "datetime2", "datetime", "smalldatetime", "date", "time", "float", "real",
    "decimal", "money", "smallmoney", "bigint", "int", "smallint", "tinyint", "bit", "ntext", "text", "image",
    "timestamp", "uniqueidentifier", "xml", "nvarchar", "nchar", "varchar", "char", "hierarchyid", "geography",
    "geometry", "varbinary", "binary",
)  # fmt: skip

_AS_DECIMAL = {
    "bit": (1, 0),
    "tinyint": (3, 0),
    "smallint": (5, 0),
    "int": (10, 0),
    "bigint": (19, 0),
}


def digits(sql_type: SqlType) -> tuple[int, int]:
    """Precision and scale of a number that is exact."""
    return _AS_DECIMAL.get(sql_type.name, (sql_type.precision, sql_type.scale))


def common(first: Typed, second: Typed) -> SqlType:
    """The type in which two values meet."""
    if first.is_null:
        return second.type
    if second.is_null:
        return first.type
    a, b = first.type, second.type
    higher, lower = (a, b) if _ORDER.index(a.name) <= _ORDER.index(b.name) else (b, a)
    if (higher.is_decimal and lower.is_decimal and higher.name == "decimal") or (
        higher.name == "decimal" and (lower.is_whole or lower.name == "bit")
    ):
        (p1, s1), (p2, s2) = digits(a), digits(b)
        scale = max(s1, s2)
        return t.decimal(max(p1 - s1, p2 - s2) + scale, scale)
    if higher.is_text and lower.is_text:
        length = MAX if MAX in (a.length, b.length) else max(a.length, b.length)
        return SqlType(higher.name, length=length, collation=collation_of(first, second))
    if higher.is_binary and lower.is_binary:
        return SqlType(
            higher.name, length=MAX if MAX in (a.length, b.length) else max(a.length, b.length)
        )
    if higher.is_temporal and lower.is_temporal and higher.name != "date":
        return SqlType(higher.name, scale=max(a.scale, b.scale))
    return higher


def collation_of(first: Typed, second: Typed) -> str | None:
    """The collation of two texts together: one that is said, else a column's, else the database's."""
    if first.has_collate or second.has_collate:
        return first.type.collation if first.has_collate else second.type.collation
    a, b = first.type.collation, second.type.collation
    if a and b and a.lower() != b.lower():
        raise SqlError(
            468,
            f'Cannot resolve the collation conflict between "{a}" and "{b}" in the equal to operation.',
        )
    return a or b


def folded(value: Typed) -> str:
    """What stands for a value where values are equal or not: blanks at the end never count, case by collation."""
    if value.type.is_text:
        trimmed = f"rtrim({value.sql}, ' ')"
        if value.type.is_folded:
            folding = f"lower({trimmed})"
            return (
                f"strip_accents({folding})"
                if "_AI" in (value.type.collation or "").upper()
                else folding
            )
        return trimmed
    if value.type.name == "datetimeoffset":
        return f"({value.sql}).u"
    return value.sql


def ordered(value: Typed) -> str:
    """What stands for a value in an order: `uniqueidentifier` is ordered by its last group first."""
    if value.type.name == "uniqueidentifier":
        return f"t_guid_order(CAST({value.sql} AS VARCHAR))"
    return folded(value)


def convert(value: Typed, to: SqlType, *, style: int = 0, is_try: bool = False) -> Typed:
    """The value as one of another type, as CAST and CONVERT make it. With `is_try`, NULL where that fails."""
    if to.is_text and to.collation is None:
        to = to.collated(value.type.collation if value.type.is_text else None)
    if value.is_null:
        return Typed(f"CAST(NULL AS {to.carrier})", to, is_null=True)
    if value.type == to and value.literal is None:
        return value
    sql = _sql(value, to, style)
    if is_try:  # `error` is taken for something that TRY cannot catch
        sql = f"TRY({sql.replace(_NOT_WHOLE, 'NULL')})"
    return Typed(sql, to, value.is_nullable or is_try, has_collate=value.has_collate)


def _sql(value: Typed, to: SqlType, style: int) -> str:
    source = value.type
    if to.is_text:
        return _to_text(value, to, style)
    if to.name == "sql_variant":
        text = _to_text(value, t.nvarchar(MAX), 0 if not source.is_float else 3)
        return f"{{'t': {quoted(t.type_words(source))}, 'v': {text}}}"
    if source.name == "sql_variant":
        return _sql(Typed(f"({value.sql}).v", t.nvarchar(MAX)), to, style)
    if to.is_number:
        return _to_number(value, to)
    if to.is_temporal:
        return _to_moment(value, to)
    if to.name == "uniqueidentifier":
        return _to_guid(value)
    if to.is_binary:
        return _to_binary(value, to, style)
    raise _impossible(source, to)


def _impossible(source: SqlType, to: SqlType) -> SqlError:
    return SqlError(
        529, f"Explicit conversion from data type {source.name} to {to.name} is not allowed."
    )


# ------------------------------------------------------------ to numbers


def _to_number(value: Typed, to: SqlType) -> str:
    x, source = value.sql, value.type
    if to.name == "bit":
        if source.is_text:
            return f"CAST(trim({x}) AS BOOLEAN)"
        return f"({x} <> 0)" if source.is_number and source.name != "bit" else x
    if source.is_text:
        empty = to.is_whole or to.is_float
        trimmed = f"trim({x}, ' ')"
        if to.is_whole:  # '1.5' is no whole number, although DuckDB would read it as one
            checked = f"CASE WHEN contains({trimmed}, '.') THEN {_NOT_WHOLE} ELSE {trimmed} END"
            return f"CAST(CASE WHEN {trimmed} = '' THEN '0' ELSE {checked} END AS {to.carrier})"
        if empty:
            return f"CAST(CASE WHEN {trimmed} = '' THEN '0' ELSE {trimmed} END AS {to.carrier})"
        return f"CAST({trimmed} AS {to.carrier})"
    if source.name == "bit":
        return f"CAST(CAST({x} AS INTEGER) AS {to.carrier})"
    if source.is_number:
        if to.is_whole and (source.is_decimal or source.is_float):
            return f"CAST(trunc({x}) AS {to.carrier})"
        return f"CAST({x} AS {to.carrier})"
    if source.is_binary and to.is_whole:
        width = {"tinyint": 2, "smallint": 4, "int": 8, "bigint": 16}[to.name]
        fitted = f"right(repeat('0', 16) || hex({x}), {width})"
        whole = f"t_whole_of_hex({fitted})"
        if width == 16 or to.name == "tinyint":
            return f"CAST({whole} AS {to.carrier})"
        half = 1 << (4 * width - 1)
        return f"CAST(CASE WHEN {whole} >= {half} THEN {whole} - {2 * half} ELSE {whole} END AS {to.carrier})"
    if source.is_moment and to.is_float:
        return f"CAST(({x} - {693_595 * DAY}) / {DAY}.0 AS DOUBLE)"
    raise _impossible(source, to)


# ------------------------------------------------------------ to moments


def _to_moment(value: Typed, to: SqlType) -> str:
    x, source = value.sql, value.type
    if source.is_text:
        return _moment_of_text(value, to)
    if source.is_number and to.name in {"datetime", "smalldatetime"}:
        ticks = f"CAST({693_595 * DAY} + round(CAST({x} AS DOUBLE) * {DAY}) AS BIGINT)"
        return _shaped(ticks, to)
    if not source.is_temporal:
        raise _impossible(source, to)
    if to.name == "date":
        return x if source.name == "date" else f"t_date({wall_clock(value)})"
    if to.name == "time":
        return _rounded(f"({wall_clock(value)} % {DAY})", to.scale, source.scale, is_time=True)
    if to.name == "datetimeoffset":
        if source.name == "datetimeoffset":
            ticks = _rounded(f"({x}).u", to.scale, source.scale)
            return f"t_offset({ticks}, ({x}).o)" if to.scale < source.scale else x
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE t_offset({_rounded(wall_clock(value), to.scale, source.scale)}, 0) END"
    return _shaped(wall_clock(value), to, source.scale if source.name != "date" else 0)


def wall_clock(value: Typed) -> str:
    """Ticks since the year 1 as the clock on the wall shows them; a time is one of 1900-01-01."""
    x = value.sql
    match value.type.name:
        case "date":
            return f"t_ticks({x})"
        case "time":
            return f"({x} + {693_595 * DAY})"
        case "datetimeoffset":
            return f"(({x}).u + CAST(({x}).o AS BIGINT) * 600000000)"
        case _:
            return x


def _moment_of_text(value: Typed, to: SqlType) -> str:
    if to.name == "datetimeoffset":
        return f"t_offset_of_text({value.sql})"
    if value.literal is not None:
        try:
            ticks = (
                time_of_text(value.literal) if to.name == "time" else ticks_of_text(value.literal)
            )
            text = f"CAST({ticks} AS BIGINT)"
        except ValueError:
            text = f"t_ticks_of_text({value.sql})"
    else:
        text = (
            f"t_ticks_of_text({value.sql})" if to.name != "time" else f"t_time_of_text({value.sql})"
        )
    if to.name == "date":
        return f"t_date({text})"
    if to.name == "time":
        return _rounded(text, to.scale, 7, is_time=True)
    return _shaped(text, to)


def _shaped(ticks: str, to: SqlType, scale: int = 7) -> str:
    """Rounded to what the type can hold."""
    match to.name:
        case "datetime":
            return f"t_datetime({ticks})"
        case "smalldatetime":
            return f"t_round({ticks}, 600000000)"
        case _:
            return _rounded(ticks, to.scale, scale)


def _rounded(ticks: str, scale: int, had: int, *, is_time: bool = False) -> str:
    if scale >= had or scale == 7:
        return ticks
    unit = 10 ** (7 - scale)
    if is_time:
        return f"(((({ticks}) + {unit // 2}) // {unit} * {unit}) % {DAY})"
    return f"t_round({ticks}, {unit})"


# ------------------------------------------------------------ to texts


def _to_text(value: Typed, to: SqlType, style: int) -> str:
    text, source = _text(value, style), value.type
    narrows = not to.is_national and not to.is_utf8 and (source.is_national or source.is_utf8)
    if narrows and not (value.literal is not None and value.literal.isascii()):
        text = f"t_cp1252({text})"
    if to.length == MAX:
        return text
    if (
        value.literal is not None
        and len(value.literal) <= to.length
        and to.name.endswith("varchar")
    ):
        return text
    fits = source.is_text and source.length != MAX and source.length <= to.length
    if not fits:
        text = f"substr({text}, 1, {to.length})"
    if to.name in {"char", "nchar"}:
        text = f"rpad({text}, {to.length}, ' ')"
    return text


def _text(value: Typed, style: int) -> str:
    x, source = value.sql, value.type
    match source.name:
        case _ if source.is_text:
            return x
        case "bit":
            return f"CAST(CAST({x} AS INTEGER) AS VARCHAR)"
        case _ if source.is_whole:
            return f"CAST({x} AS VARCHAR)"
        case "decimal" if source.precision == source.scale:
            # DuckDB leaves out the zero before the point when no digit may stand there.
            text = f"CAST({x} AS VARCHAR)"
            return (
                f"CASE WHEN {x} < 0 THEN '-0' || ltrim({text}, '-0') ELSE '0' || ltrim({text}, '0') END"
                if source.scale
                else text
            )
        case "decimal":
            return f"CAST({x} AS VARCHAR)"
        case "money" | "smallmoney":
            return (
                f"CAST({x} AS VARCHAR)"
                if style == 2
                else f"CAST(CAST({x} AS DECIMAL(21,2)) AS VARCHAR)"
            )
        case "float" | "real":
            return f"t_float_text({x}, {style if style in (1, 2, 3) else 0})"
        case "uniqueidentifier":
            return f"upper(CAST({x} AS VARCHAR))"
        case "sql_variant":
            return f"({x}).v"
        case _ if source.is_temporal:
            return _moment_text(value, style)
        case _:
            return _binary_text(value, style)


_DAY_STYLES = {
    112: "%Y%m%d",
    101: "%m/%d/%Y",
    103: "%d/%m/%Y",
    104: "%d.%m.%Y",
    110: "%m-%d-%Y",
    111: "%Y/%m/%d",
}


def _moment_text(value: Typed, style: int) -> str:
    source = value.type
    ticks, digits_shown = wall_clock(value), source.scale
    if source.name == "date":
        return f"strftime({value.sql}, {quoted(_DAY_STYLES.get(style, '%Y-%m-%d'))})"
    if style in _DAY_STYLES:
        return f"strftime(t_date({ticks}), {quoted(_DAY_STYLES[style])})"
    if source.name == "smalldatetime" or style in {120, 20}:
        digits_shown = 0
    clock = f"t_clock_text({ticks}, {digits_shown})"
    if source.name == "time":
        return clock
    if source.name in {"datetime", "smalldatetime"} and style == 0:
        return f"strftime(make_timestamp({ticks} // 10 - 62135596800000000), '%b %d %Y %I:%M%p')"
    between = "T" if style in {126, 127} else " "
    text = f"t_day_text({ticks}) || '{between}' || {clock}"
    if source.name == "datetimeoffset":
        gap = "" if style in {126, 127} else " "
        text += f" || '{gap}' || t_offset_text(({value.sql}).o)"
    return f"({text})"


def _binary_text(value: Typed, style: int) -> str:
    if style == 2:
        return f"hex({value.sql})"
    if style == 1:
        return f"('0x' || hex({value.sql}))"
    return f"t_of_1252({value.sql})"


# ------------------------------------------------------------ to bytes


def _to_guid(value: Typed) -> str:
    if value.type.is_text:
        return f"CAST(trim({value.sql}, ' {{}}') AS UUID)"
    if value.type.name == "uniqueidentifier":
        return value.sql
    digits_of = f"hex({value.sql})"
    order = (7, 5, 3, 1, 11, 9, 15, 13)
    parts = " || ".join(f"substr({digits_of}, {each}, 2)" for each in order)
    return f"CAST({parts} || substr({digits_of}, 17, 16) AS UUID)"


def _to_binary(value: Typed, to: SqlType, style: int) -> str:
    x, source = value.sql, value.type
    at_the_left = False
    match source.name:
        case _ if source.is_binary:
            content = x
        case _ if source.is_text and style in {1, 2}:
            content = f"unhex({f'substr({x}, 3)' if style == 1 else x})"
        case _ if source.is_text:
            content = (
                f"t_utf16({x})"
                if source.is_national
                else f"encode({x})"
                if source.is_utf8
                else f"t_1252({x})"
            )
        case "uniqueidentifier":
            content = f"t_guid_bytes(CAST({x} AS VARCHAR))"
        case "float" | "real":
            content = f"t_bits({x})"
        case _ if source.is_whole or source.name == "bit":
            width = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}[source.name]
            content, at_the_left = f"unhex(t_hex_of_whole(CAST({x} AS BIGINT), {2 * width}))", True
        case _:
            raise _impossible(source, to)
    if to.length == MAX:
        return content
    size = 2 * to.length
    if at_the_left:
        fitted = (
            f"right(repeat('0', {size}) || hex({content}), {size})"
            if to.name == "binary"
            else f"right(hex({content}), {size})"
        )
        return f"unhex({fitted})"
    if source.is_binary and source.length == to.length and source.name == to.name:
        return content
    cut = f"left(hex({content}), {size})"
    return (
        f"unhex(rpad({cut}, {size}, '0'))"
        if to.name in {"binary", "timestamp"}
        else f"unhex({cut})"
    )
