"""What do T-SQL's functions mean? One entry each; aggregates may stand over a window."""

from collections.abc import Callable, Sequence

from sqlglot import exp
from tests.standins.tds import types as t
from tests.standins.tds.conversions import Typed, convert, folded, quoted, wall_clock
from tests.standins.tds.date_parts import dateadd, datediff, datepart
from tests.standins.tds.errors import SqlError, unsupported
from tests.standins.tds.expressions import condition, expression, ordering, register, unified
from tests.standins.tds.parsing import PREFIX
from tests.standins.tds.scope import Scope
from tests.standins.tds.types import MAX, SqlType

Arguments = Sequence[exp.Expr]


def _call(node: exp.Anonymous, scope: Scope) -> Typed:
    name = node.name.lower().removeprefix(PREFIX)
    if name in AGGREGATES:
        return _aggregate(name, node.expressions, scope, "")
    make = FUNCTIONS.get(name)
    if make is not None:
        try:
            return make(node.expressions, scope)
        except (IndexError, ValueError) as failure:  # fewer arguments than it takes, or more
            raise SqlError(
                174, f"The {name} function requires other arguments.", severity=15
            ) from failure
    constant = scope.environment.constants.get(name)
    if constant is not None:
        return constant
    raise SqlError(195, f"'{name}' is not a recognized built-in function name.", severity=15)


def windowed(node: exp.Expr, window: str, scope: Scope) -> Typed:
    """A call over a window."""
    if isinstance(node, exp.WithinGroup):
        return _within_group(node, scope, f" OVER ({window})")
    name = node.name.lower().removeprefix(PREFIX)
    over = f" OVER ({window})"
    if name in AGGREGATES:
        return _aggregate(name, node.expressions, scope, over)
    if name in RANKINGS:
        arguments = ", ".join(expression(each, scope).sql for each in node.expressions)
        return Typed(f"{name}({arguments}){over}", t.BIGINT if name != "percent_rank" else t.FLOAT)
    if name in {"lead", "lag", "first_value", "last_value"}:
        value = expression(node.expressions[0], scope)
        more = [expression(each, scope) for each in node.expressions[1:]]
        rest = "".join(f", {each.sql}" for each in more)
        return Typed(f"{name}({value.sql}{rest}){over}", value.type)
    raise unsupported(f"{name} over a window")


def _within_group(node: exp.WithinGroup, scope: Scope, over: str) -> Typed:
    name = node.this.name.lower().removeprefix(PREFIX)
    order = node.expression.expressions[0]
    if name in {"percentile_cont", "percentile_disc"}:
        share = expression(node.this.expressions[0], scope).sql
        value = expression(order.this, scope)
        if name == "percentile_cont":
            value = convert(value, t.FLOAT)
        return Typed(f"quantile_{name[-4:]}({value.sql}, {share}){over}", value.type)
    if name == "string_agg":
        value, separator = (expression(each, scope) for each in node.this.expressions)
        text = convert(value, _as_text(value))
        return Typed(
            f"string_agg({text.sql}, {separator.sql} ORDER BY {ordering(order, scope)}){over}",
            text.type,
        )
    raise unsupported(f"{name} WITHIN GROUP")


def _as_text(value: Typed) -> SqlType:
    if value.type.is_text:
        return SqlType(
            "nvarchar" if value.type.is_national else "varchar",
            length=MAX,
            collation=value.type.collation,
        )
    return t.nvarchar(4000)


# ------------------------------------------------------------ aggregates


def _aggregate(name: str, arguments: Arguments, scope: Scope, over: str) -> Typed:
    if not arguments and name not in {"count", "count_big"}:
        raise SqlError(174, f"The {name} function requires 1 argument(s).", severity=15)
    argument = arguments[0]
    if isinstance(argument, exp.Star):
        return Typed(
            f"count(*){over}", t.BIGINT if name == "count_big" else t.INT, is_nullable=False
        )
    is_distinct = isinstance(argument, exp.Distinct) or _is_called_distinct(argument)
    if is_distinct:
        argument = argument.expressions[0]
    if not over:
        scope.aggregates += 1
    try:
        value = expression(argument, scope)
        more = [expression(each, scope) for each in arguments[1:]]
    finally:
        if not over:
            scope.aggregates -= 1
    distinct = "DISTINCT " if is_distinct else ""
    if name == "string_agg":
        text = convert(value, _as_text(value))
        return Typed(f"string_agg({text.sql}, {more[0].sql}){over}", text.type)
    return AGGREGATES[name](value, distinct, over)


def _is_called_distinct(argument: exp.Expr) -> bool:
    """COUNT_BIG(DISTINCT (a)): the parser takes the word for the name of a function."""
    return isinstance(argument, exp.Anonymous) and argument.name.lower() == "distinct"


def _count(kind: SqlType) -> Callable[[Typed, str, str], Typed]:
    def make(value: Typed, distinct: str, over: str) -> Typed:
        counted = folded(value) if distinct else value.sql
        return Typed(
            f"CAST(count({distinct}{counted}){over} AS {kind.carrier})", kind, is_nullable=False
        )

    return make


def _sum(value: Typed, distinct: str, over: str) -> Typed:
    kind = _summed(value.type, "sum")
    return Typed(f"CAST(sum({distinct}{value.sql}){over} AS {kind.carrier})", kind)


def _average(value: Typed, distinct: str, over: str) -> Typed:
    kind = _summed(value.type, "avg")
    total, count = f"sum({distinct}{value.sql}){over}", f"count({distinct}{value.sql}){over}"
    if kind.is_whole:
        return Typed(f"CAST({total} // nullif({count}, 0) AS {kind.carrier})", kind)
    if kind.name == "decimal":
        kind = t.decimal(38, max(kind.scale, 6))
    return Typed(f"CAST(avg({distinct}CAST({value.sql} AS DOUBLE)){over} AS {kind.carrier})", kind)


def _summed(kind: SqlType, name: str) -> SqlType:
    if not kind.is_number or kind.name == "bit":
        raise SqlError(8117, f"Operand data type {kind.name} is invalid for {name} operator.")
    if kind.is_whole:
        return kind if kind.name == "bigint" else t.INT
    if kind.name == "decimal":
        return t.decimal(38, kind.scale)
    return t.FLOAT if kind.is_float else t.MONEY


def _extreme(name: str) -> Callable[[Typed, str, str], Typed]:
    def make(value: Typed, distinct: str, over: str) -> Typed:
        if value.type.name in {"bit", "uniqueidentifier", "xml", "text", "ntext", "image"}:
            raise SqlError(
                8117, f"Operand data type {value.type.name} is invalid for {name} operator."
            )
        if value.type.is_text:
            return Typed(
                f"arg_{name}({value.sql}, {folded(value)}){over}",
                value.type,
                has_collate=value.has_collate,
            )
        return Typed(f"{name}({value.sql}){over}", value.type)

    return make


def _statistic(name: str) -> Callable[[Typed, str, str], Typed]:
    def make(value: Typed, distinct: str, over: str) -> Typed:
        return Typed(
            f"{name}({distinct}CAST({convert(value, t.FLOAT).sql} AS DOUBLE)){over}", t.FLOAT
        )

    return make


AGGREGATES: dict[str, Callable[[Typed, str, str], Typed]] = {
    "count": _count(t.INT),
    "count_big": _count(t.BIGINT),
    "approx_count_distinct": lambda value, distinct, over: Typed(
        f"approx_count_distinct({folded(value)}){over}", t.BIGINT
    ),
    "sum": _sum,
    "avg": _average,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "stdev": _statistic("stddev_samp"),
    "stdevp": _statistic("stddev_pop"),
    "var": _statistic("var_samp"),
    "varp": _statistic("var_pop"),
    "string_agg": _sum,
}

RANKINGS = ("row_number", "rank", "dense_rank", "ntile", "percent_rank")


# ------------------------------------------------------------ texts


def _text(arguments: Arguments, scope: Scope, index: int = 0) -> Typed:
    value = expression(arguments[index], scope)
    return value if value.type.is_text else convert(value, t.varchar(8000))


def _whole(arguments: Arguments, scope: Scope, index: int) -> str:
    return convert(expression(arguments[index], scope), t.INT).sql


def _same_text(template: str) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        value = _text(arguments, scope)
        kind = value.type
        if kind.name in {"char", "nchar"}:
            kind = SqlType(
                "nvarchar" if kind.is_national else "varchar",
                length=kind.length,
                collation=kind.collation,
            )
        return Typed(
            template.format(value.sql), kind, value.is_nullable, has_collate=value.has_collate
        )

    return make


def _len(arguments: Arguments, scope: Scope) -> Typed:
    """Without the blanks at the end, and in units of UTF-16 only where no letter lies beyond."""
    value = expression(arguments[0], scope)
    if value.type.is_binary:
        return Typed(f"CAST(octet_length({value.sql}) AS INTEGER)", t.INT)
    text = _text(arguments, scope)
    kind = t.BIGINT if text.type.length == MAX else t.INT
    return Typed(f"CAST(length(rtrim({text.sql}, ' ')) AS {kind.carrier})", kind)


def _datalength(arguments: Arguments, scope: Scope) -> Typed:
    value = expression(arguments[0], scope)
    kind = t.BIGINT if value.type.length == MAX else t.INT
    if value.type.is_text:
        encoded = (
            f"t_utf16({value.sql})"
            if value.type.is_national
            else f"encode({value.sql})"
            if value.type.is_utf8
            else f"t_1252({value.sql})"
        )
        return Typed(f"CAST(octet_length({encoded}) AS {kind.carrier})", kind)
    if value.type.is_binary:
        return Typed(f"CAST(octet_length({value.sql}) AS {kind.carrier})", kind)
    widths = {
        "tinyint": 1,
        "bit": 1,
        "smallint": 2,
        "int": 4,
        "bigint": 8,
        "float": 8,
        "real": 4,
        "uniqueidentifier": 16,
        "date": 3,
        "datetime": 8,
    }
    width = widths.get(value.type.name, 8)
    return Typed(f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {width} END", t.INT)


def _substring(arguments: Arguments, scope: Scope) -> Typed:
    value = expression(arguments[0], scope)
    start, length = _whole(arguments, scope, 1), _whole(arguments, scope, 2)
    if value.type.is_binary:
        inner = f"substr(hex({value.sql}), ({start}) * 2 - 1, ({length}) * 2)"
        return Typed(f"unhex({inner})", SqlType("varbinary", length=value.type.length))
    text = _text(arguments, scope)
    kind = SqlType(
        "nvarchar" if text.type.is_national else "varchar",
        length=text.type.length,
        collation=text.type.collation,
    )
    return Typed(f"substr({text.sql}, {start}, {length})", kind, has_collate=text.has_collate)


def _side(name: str) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        value = _text(arguments, scope)
        kind = SqlType(
            "nvarchar" if value.type.is_national else "varchar",
            length=value.type.length,
            collation=value.type.collation,
        )
        return Typed(
            f"{name}({value.sql}, {_whole(arguments, scope, 1)})",
            kind,
            has_collate=value.has_collate,
        )

    return make


def _replace(arguments: Arguments, scope: Scope) -> Typed:
    """By the text's collation: one that ignores case replaces in any case."""
    value, old, new = (_text(arguments, scope, index) for index in range(3))
    national = any(each.type.is_national for each in (value, old, new))
    kind = SqlType(
        "nvarchar" if national else "varchar",
        length=MAX if value.type.length == MAX else 8000 if not national else 4000,
        collation=value.type.collation,
    )
    if value.type.is_folded and (old.literal is None or old.literal.lower() != old.literal.upper()):
        pattern = f"regexp_escape({old.sql})"
        sql = f"regexp_replace({value.sql}, {pattern}, replace({new.sql}, '\\', '\\\\'), 'gi')"
    else:
        sql = f"replace({value.sql}, {old.sql}, {new.sql})"
    return Typed(sql, kind, has_collate=value.has_collate)


def _concat(arguments: Arguments, scope: Scope) -> Typed:
    texts = [_text(arguments, scope, index) for index in range(len(arguments))]
    return _concatenated(texts, "concat({})")


def _concat_ws(arguments: Arguments, scope: Scope) -> Typed:
    texts = [_text(arguments, scope, index) for index in range(len(arguments))]
    return _concatenated(texts, "concat_ws({})")


def _concatenated(texts: list[Typed], template: str) -> Typed:
    national = any(each.type.is_national for each in texts)
    is_long = any(each.type.length == MAX for each in texts)
    length = (
        MAX if is_long else min(sum(each.type.length for each in texts), 4000 if national else 8000)
    )
    kind = SqlType("nvarchar" if national else "varchar", length=length)
    return Typed(template.format(", ".join(each.sql for each in texts)), kind, is_nullable=False)


def _char(national: bool) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        kind = SqlType("nchar" if national else "char", length=1)
        return Typed(f"chr({_whole(arguments, scope, 0)})", kind)

    return make


def _charindex(arguments: Arguments, scope: Scope) -> Typed:
    part, text = _text(arguments, scope, 0), _text(arguments, scope, 1)
    x, y = (f"lower({each.sql})" if text.type.is_folded else each.sql for each in (text, part))
    if len(arguments) > 2:
        start = _whole(arguments, scope, 2)
        found = f"instr(substr({x}, {start}), {y})"
        return Typed(
            f"CAST(CASE WHEN {found} = 0 THEN 0 ELSE {found} + {start} - 1 END AS INTEGER)", t.INT
        )
    return Typed(f"CAST(instr({x}, {y}) AS INTEGER)", t.INT)


def _stuff(arguments: Arguments, scope: Scope) -> Typed:
    """So many letters from a place on, replaced by a text."""
    text, new = _text(arguments, scope, 0), _text(arguments, scope, 3)
    start, length = _whole(arguments, scope, 1), _whole(arguments, scope, 2)
    sql = f"left({text.sql}, {start} - 1) || {new.sql} || substr({text.sql}, {start} + {length})"
    return Typed(
        f"({sql})", SqlType("nvarchar" if text.type.is_national else "varchar", length=MAX)
    )


def _hashbytes(arguments: Arguments, scope: Scope) -> Typed:
    """Over the bytes as they are stored: UTF-16 of national texts, the code page's of others."""
    algorithm = expression(arguments[0], scope).literal
    value = expression(arguments[1], scope)
    if value.type.is_text:
        of_text = (
            value.sql
            if value.type.is_utf8
            else f"t_utf16({value.sql})"
            if value.type.is_national
            else f"t_1252({value.sql})"
        )
    elif value.type.is_binary:
        of_text = value.sql
    else:
        raise SqlError(
            8116,
            f"Argument data type {value.type.name} is invalid for argument 2 of hashbytes function.",
        )
    functions = {
        "MD5": "unhex(md5({}))",
        "SHA1": "unhex(sha1({}))",
        "SHA": "unhex(sha1({}))",
        "SHA2_256": "unhex(sha256({}))",
    }
    if (algorithm or "").upper() == "SHA2_512":
        content = f"encode({of_text})" if value.type.is_utf8 else of_text
        return Typed(f"t_sha512({content})", SqlType("varbinary", length=8000))
    template = functions.get((algorithm or "").upper())
    if template is None:
        return Typed("CAST(NULL AS BLOB)", SqlType("varbinary", length=8000))
    return Typed(template.format(of_text), SqlType("varbinary", length=8000))


# ------------------------------------------------------------ numbers and choices


def _isnull(arguments: Arguments, scope: Scope) -> Typed:
    """Of the first value's type, to which the second is cut."""
    value, otherwise = (expression(each, scope) for each in arguments)
    if value.sql == "NULL":
        return otherwise
    kind = (
        value.type
        if value.type.name not in {"char", "nchar"}
        else SqlType(
            "nvarchar" if value.type.is_national else "varchar",
            length=value.type.length,
            collation=value.type.collation,
        )
    )
    return Typed(
        f"coalesce({value.sql}, {convert(otherwise, kind).sql})",
        kind,
        otherwise.is_nullable,
        has_collate=value.has_collate,
    )


def _coalesce(arguments: Arguments, scope: Scope) -> Typed:
    values = [expression(each, scope) for each in arguments]
    kind, converted = unified(values)
    return Typed(
        f"coalesce({', '.join(converted)})", kind, all(each.is_nullable for each in values)
    )


def _nullif(arguments: Arguments, scope: Scope) -> Typed:
    from tests.standins.tds.expressions import compared

    first, second = (expression(each, scope) for each in arguments)
    return Typed(
        f"CASE WHEN {compared('=', first, second)} THEN NULL ELSE {first.sql} END", first.type
    )


def _iif(arguments: Arguments, scope: Scope) -> Typed:
    test = condition(arguments[0], scope)
    kind, (yes, no) = unified([expression(each, scope) for each in arguments[1:]])
    return Typed(f"CASE WHEN {test} THEN {yes} ELSE {no} END", kind)


def _round(arguments: Arguments, scope: Scope) -> Typed:
    """Half away from zero; a third argument other than 0 cuts instead."""
    value = expression(arguments[0], scope)
    places = _whole(arguments, scope, 1)
    kind = value.type if not value.type.is_whole or value.type.name == "bigint" else t.INT
    kind = t.FLOAT if kind.is_float else kind
    cuts = len(arguments) > 2 and expression(arguments[2], scope).sql != "0"
    if not cuts:
        return Typed(f"CAST(round({value.sql}, {places}) AS {kind.carrier})", kind)
    scaled = f"trunc({value.sql} * power(10, {places})) / power(10, {places})"
    if kind.is_decimal:  # by text, for a double has not all its digits
        scaled = f"trunc({value.sql}, {places})"
    return Typed(f"CAST({scaled} AS {kind.carrier})", kind)


def _numeric(template: str, *, whole: bool = False) -> Callable[[Arguments, Scope], Typed]:
    """Of the argument's type."""

    def make(arguments: Arguments, scope: Scope) -> Typed:
        value = expression(arguments[0], scope)
        if value.type.is_text:
            value = convert(value, t.FLOAT)
        kind = value.type if value.type.name not in {"bit", "tinyint", "smallint"} else t.INT
        kind = t.FLOAT if kind.is_float else kind
        if whole and kind.name == "decimal":
            kind = t.decimal(kind.precision, 0)
        return Typed(f"CAST({template.format(value.sql)} AS {kind.carrier})", kind)

    return make


def _real(name: str) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        values = ", ".join(convert(expression(each, scope), t.FLOAT).sql for each in arguments)
        return Typed(f"{name}({values})", t.FLOAT)

    return make


def _power(arguments: Arguments, scope: Scope) -> Typed:
    value = expression(arguments[0], scope)
    kind = t.FLOAT if value.type.is_float or value.type.is_text else value.type
    exponent = convert(expression(arguments[1], scope), t.FLOAT).sql
    return Typed(f"CAST(power(CAST({value.sql} AS DOUBLE), {exponent}) AS {kind.carrier})", kind)


# ------------------------------------------------------------ moments


def _part_name(arguments: Arguments) -> str:
    return arguments[0].name.lower()


def _of_part(name: str) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        return datepart(name, expression(arguments[0], scope))

    return make


def _datepart(arguments: Arguments, scope: Scope) -> Typed:
    return datepart(_part_name(arguments), expression(arguments[1], scope))


def _datename(arguments: Arguments, scope: Scope) -> Typed:
    part, value = _part_name(arguments), expression(arguments[1], scope)
    if part in {"month", "mm", "m", "weekday", "dw"}:
        moment = convert(value, t.DATE)
        name = "monthname" if part.startswith("m") else "dayname"
        return Typed(f"{name}({moment.sql})", t.nvarchar(30))
    return convert(datepart(part, value), t.nvarchar(30))


def _datediff(kind: SqlType) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        first, second = (expression(each, scope) for each in arguments[1:])
        return datediff(_part_name(arguments), first, second, kind)

    return make


def _dateadd(arguments: Arguments, scope: Scope) -> Typed:
    number = convert(expression(arguments[1], scope), t.BIGINT)
    return dateadd(_part_name(arguments), number, expression(arguments[2], scope))


def _eomonth(arguments: Arguments, scope: Scope) -> Typed:
    value = convert(expression(arguments[0], scope), t.DATE).sql
    if len(arguments) > 1:
        value = f"({value} + to_months({_whole(arguments, scope, 1)}))::DATE"
    return Typed(f"last_day({value})", t.DATE)


def _datefromparts(arguments: Arguments, scope: Scope) -> Typed:
    year, month, day = (_whole(arguments, scope, index) for index in range(3))
    return Typed(f"make_date({year}, {month}, {day})", t.DATE)


def _datetime2fromparts(arguments: Arguments, scope: Scope) -> Typed:
    year, month, day, hour, minute, second, fraction = (
        _whole(arguments, scope, index) for index in range(7)
    )
    scale = int(expression(arguments[7], scope).sql)
    clock = f"(({hour} * 60 + {minute}) * 60 + {second})::BIGINT * 10000000 + {fraction} * {10 ** (7 - scale)}"
    return Typed(
        f"(t_ticks(make_date({year}, {month}, {day})) + {clock})", SqlType("datetime2", scale=scale)
    )


def _switchoffset(arguments: Arguments, scope: Scope) -> Typed:
    value = expression(arguments[0], scope)
    if value.type.name != "datetimeoffset":
        value = convert(value, t.DATETIMEOFFSET)
    return Typed(
        f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE t_offset(({value.sql}).u, {_offset(arguments, scope)}) END",
        value.type,
    )


def _todatetimeoffset(arguments: Arguments, scope: Scope) -> Typed:
    value = expression(arguments[0], scope)
    moment = value if value.type.is_temporal else convert(value, t.DATETIME2)
    offset = _offset(arguments, scope)
    ticks = f"{wall_clock(moment)} - CAST({offset} AS BIGINT) * 600000000"
    return Typed(
        f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE t_offset({ticks}, {offset}) END",
        SqlType("datetimeoffset", scale=moment.type.scale or 7),
    )


def _offset(arguments: Arguments, scope: Scope) -> str:
    value = expression(arguments[1], scope)
    if value.literal is not None:
        sign = -1 if value.literal.startswith("-") else 1
        hours, minutes = value.literal.lstrip("+-").split(":")
        return str(sign * (int(hours) * 60 + int(minutes)))
    return convert(value, t.INT).sql


# ------------------------------------------------------------ the catalogue


def _catalogue_name(view: str, key: str, answer: str) -> Callable[[Arguments, Scope], Typed]:
    """A name by its id, out of a system view."""

    def make(arguments: Arguments, scope: Scope) -> Typed:
        relation = f"{scope.environment.catalogue.name}.{view}"
        scope.environment.relations.add(relation)
        if not arguments:
            return scope.environment.constants["schema_name"]
        value = convert(expression(arguments[0], scope), t.INT).sql
        return Typed(
            f'(SELECT any_value(f."{answer}") FROM "{relation}" f WHERE f."{key}" = {value})',
            t.SYSNAME,
        )

    return make


def _object_id(arguments: Arguments, scope: Scope) -> Typed:
    name = expression(arguments[0], scope)
    environment = scope.environment
    if name.literal is None:
        relation = f"{environment.catalogue.name}.sys.objects"
        schemas = f"{environment.catalogue.name}.sys.schemas"
        environment.relations.update({relation, schemas})
        wanted = f"lower(replace(replace({name.sql}, '[', ''), ']', ''))"
        return Typed(
            f'(SELECT any_value(o.object_id) FROM "{relation}" o JOIN "{schemas}" s USING (schema_id)'
            f" WHERE lower(s.name || '.' || o.name) = {wanted} OR (s.name = 'dbo' AND lower(o.name) = {wanted}))",
            t.INT,
        )
    parts = [part.strip('[]"') for part in name.literal.split(".")]
    catalogue = (
        environment.catalogue if len(parts) < 3 else environment.catalogues.get(parts[-3].lower())
    )
    table = (
        catalogue.table(parts[-2] if len(parts) > 1 else "dbo", parts[-1]) if catalogue else None
    )
    return Typed(
        str(table.object_id) if table else "CAST(NULL AS INTEGER)", t.INT, is_null=table is None
    )


def _col_name(arguments: Arguments, scope: Scope) -> Typed:
    relation = f"{scope.environment.catalogue.name}.sys.columns"
    scope.environment.relations.add(relation)
    table, place = _whole(arguments, scope, 0), _whole(arguments, scope, 1)
    wanted = f"f.object_id = {table} AND f.column_id = {place}"
    return Typed(f'(SELECT any_value(f.name) FROM "{relation}" f WHERE {wanted})', t.SYSNAME)


def _object_schema_name(arguments: Arguments, scope: Scope) -> Typed:
    objects, schemas = (
        f"{scope.environment.catalogue.name}.sys.{view}" for view in ("objects", "schemas")
    )
    scope.environment.relations.update({objects, schemas})
    wanted = f"o.object_id = {_whole(arguments, scope, 0)}"
    return Typed(
        f'(SELECT any_value(s.name) FROM "{objects}" o JOIN "{schemas}" s USING (schema_id) WHERE {wanted})',
        t.SYSNAME,
    )


def _fixed(value: Typed) -> Callable[[Arguments, Scope], Typed]:
    return lambda arguments, scope: value


def _with_key(name: str) -> Callable[[Arguments, Scope], Typed]:
    """SERVERPROPERTY('x') and its like, told by the session."""

    def make(arguments: Arguments, scope: Scope) -> Typed:
        keys = [(expression(each, scope).literal or "").lower() for each in arguments]
        found = scope.environment.constants.get(f"{name}.{'.'.join(keys)}")
        return found or Typed("CAST(NULL AS VARCHAR)", t.nvarchar(128))

    return make


def _collation_property(arguments: Arguments, scope: Scope) -> Typed:
    collation, wanted = (expression(each, scope).literal or "" for each in arguments)
    words = collation.upper().split("_")
    pages = {"codepage": 65_001 if "UTF8" in words else 1_252}
    told = pages.get(wanted.lower()) if "LATIN1" in words else None
    return Typed("CAST(NULL AS INTEGER)" if told is None else str(told), t.INT)


def _permission(arguments: Arguments, scope: Scope) -> Typed:
    keys = [expression(each, scope) for each in arguments]
    permission = (keys[2].literal or "").lower() if len(keys) > 2 else ""
    constants = scope.environment.constants
    told = constants.get(f"has_perms_by_name.{permission}") or constants["has_perms_by_name.any"]
    columns = constants["has_perms_by_name.columns"].literal
    if permission != "update" or len(keys) < 5 or not columns:
        return told
    table = f"replace(replace({keys[0].sql}, '[', ''), ']', '')"
    granted = ", ".join(map(quoted, columns.split("\n")))
    return Typed(
        f"CASE WHEN {table} || '.' || {keys[3].sql} IN ({granted}) THEN 1 ELSE {told.sql} END",
        t.INT,
    )


def _variant_property(arguments: Arguments, scope: Scope) -> Typed:
    value, wanted = expression(arguments[0], scope), expression(arguments[1], scope).literal
    if (wanted or "").lower() != "basetype":
        raise unsupported(f"SQL_VARIANT_PROPERTY {wanted}")
    if value.type.name == "sql_variant":
        return Typed(f"regexp_extract(({value.sql}).t, '^[a-z0-9_]+')", t.SYSNAME)
    return Typed(quoted(value.type.name), t.SYSNAME)


def _boolean(template: str, kind: SqlType) -> Callable[[Arguments, Scope], Typed]:
    def make(arguments: Arguments, scope: Scope) -> Typed:
        value = _text(arguments, scope)
        return Typed(
            f"CASE WHEN TRY_CAST({value.sql} AS {template}) IS NULL THEN 0 ELSE 1 END", kind
        )

    return make


FUNCTIONS: dict[str, Callable[[Arguments, Scope], Typed]] = {
    "len": _len,
    "datalength": _datalength,
    "lower": _same_text("lower({})"),
    "upper": _same_text("upper({})"),
    "rtrim": _same_text("rtrim({}, ' ')"),
    "ltrim": _same_text("ltrim({}, ' ')"),
    "trim": _same_text("trim({}, ' ')"),
    "reverse": _same_text("reverse({})"),
    "quotename": _same_text("(chr(91) || replace({}, chr(93), chr(93) || chr(93)) || chr(93))"),
    "substring": _substring,
    "left": _side("left"),
    "right": _side("right"),
    "replace": _replace,
    "concat": _concat,
    "concat_ws": _concat_ws,
    "char": _char(national=False),
    "nchar": _char(national=True),
    "unicode": lambda arguments, scope: Typed(f"unicode({_text(arguments, scope).sql})", t.INT),
    "ascii": lambda arguments, scope: Typed(f"ascii({_text(arguments, scope).sql})", t.INT),
    "charindex": _charindex,
    "stuff": _stuff,
    "replicate": _side("repeat"),
    "space": lambda arguments, scope: Typed(
        f"repeat(' ', {_whole(arguments, scope, 0)})", t.varchar(8000)
    ),
    "hashbytes": _hashbytes,
    "collationproperty": _collation_property,
    "isnull": _isnull,
    "coalesce": _coalesce,
    "nullif": _nullif,
    "iif": _iif,
    "round": _round,
    "abs": _numeric("abs({})"),
    "ceiling": _numeric("ceil({})", whole=True),
    "floor": _numeric("floor({})", whole=True),
    "sign": _numeric("sign({})"),
    "sqrt": _real("sqrt"),
    "square": lambda arguments, scope: Typed(
        f"power({convert(expression(arguments[0], scope), t.FLOAT).sql}, 2)", t.FLOAT
    ),
    "exp": _real("exp"),
    "log": _real("ln"),
    "log10": _real("log10"),
    "power": _power,
    "year": _of_part("year"),
    "month": _of_part("month"),
    "day": _of_part("day"),
    "datepart": _datepart,
    "datename": _datename,
    "datediff": _datediff(t.INT),
    "datediff_big": _datediff(t.BIGINT),
    "dateadd": _dateadd,
    "eomonth": _eomonth,
    "datefromparts": _datefromparts,
    "datetime2fromparts": _datetime2fromparts,
    "switchoffset": _switchoffset,
    "todatetimeoffset": _todatetimeoffset,
    "isnumeric": _boolean("DOUBLE", t.INT),
    "object_id": _object_id,
    "schema_name": _catalogue_name("sys.schemas", "schema_id", "name"),
    "object_name": _catalogue_name("sys.objects", "object_id", "name"),
    "col_name": _col_name,
    "object_schema_name": _object_schema_name,
    "type_name": _catalogue_name("sys.types", "user_type_id", "name"),
    "serverproperty": _with_key("serverproperty"),
    "sessionproperty": _with_key("sessionproperty"),
    "databasepropertyex": _with_key("databasepropertyex"),
    "is_srvrolemember": _with_key("is_srvrolemember"),
    "is_member": _with_key("is_member"),
    "is_rolemember": _with_key("is_member"),
    "has_perms_by_name": _permission,
    "has_dbaccess": _fixed(Typed("1", t.INT)),
    "sql_variant_property": _variant_property,
    "newid": lambda arguments, scope: Typed("uuid()", t.GUID, is_nullable=False),
    "connectionproperty": _with_key("connectionproperty"),
}


def register_functions() -> None:
    """Makes calls known to `expressions.py`, which cannot import what imports it."""
    register(exp.Anonymous, _call)
    register(exp.WithinGroup, lambda node, scope: _within_group(node, scope, ""))
