"""What does an expression of T-SQL mean in DuckDB's SQL, and of which type is it?

Each kind of node has a function here; calls are in `functions.py`. Types are inferred on the way up, as T-SQL has it:
`7 / 2` is 3 because both are int, `'a' + 'b'` joins because both are texts, and `name = 'X'` ignores case because the
column's collation does.
"""

import re
from collections.abc import Callable, Sequence

from sqlglot import exp
from tests.standins.tds import types as t
from tests.standins.tds.conversions import (
    Typed,
    collation_of,
    common,
    convert,
    digits,
    folded,
    ordered,
    quoted,
)
from tests.standins.tds.errors import SqlError, unsupported
from tests.standins.tds.scope import Scope
from tests.standins.tds.types import MAX, SqlType


def expression(node: exp.Expr, scope: Scope) -> Typed:
    """The node's value.

    Raises:
        SqlError: it names what is not there, or means what this server does not know.
    """
    make = _NODES.get(type(node))
    if make is None:
        raise unsupported(f"{type(node).__name__} in an expression")
    value = make(node, scope)
    if scope.groups and not scope.aggregates:
        stands_for = scope.groups.get(value.sql)
        if stands_for is not None:
            return Typed(stands_for, value.type, value.is_nullable, has_collate=value.has_collate)
    return value


def condition(node: exp.Expr, scope: Scope) -> str:
    """A predicate: true, false or unknown."""
    make = _CONDITIONS.get(type(node))
    if make is None:
        raise SqlError(
            4145,
            "An expression of non-boolean type specified in a context where a condition is expected.",
            severity=15,
        )
    return make(node, scope)


# ------------------------------------------------------------ literals and names


def _literal(node: exp.Literal, scope: Scope) -> Typed:
    text = str(node.this)
    if node.is_string:
        return text_literal(text, national=False)
    if "e" in text.lower():
        return Typed(f"CAST({text} AS DOUBLE)", t.FLOAT, is_nullable=False)
    if "." in text:
        whole, fraction = text.split(".")
        precision = max(len(whole.lstrip("0")) + len(fraction), 1)
        kind = t.decimal(precision, len(fraction))
        return Typed(f"CAST({quoted(text)} AS {kind.carrier})", kind, is_nullable=False)
    return whole_literal(int(text))


def whole_literal(number: int) -> Typed:
    if abs(number) < 2**31:
        return Typed(str(number), t.INT, is_nullable=False)
    kind = t.decimal(len(str(abs(number))), 0)
    return Typed(f"CAST({quoted(str(number))} AS {kind.carrier})", kind, is_nullable=False)


def text_literal(text: str, *, national: bool) -> Typed:
    """A text of the statement; one without N loses what code page 1252 does not have."""
    if not national and not text.isascii():
        text = text.encode("cp1252", "replace").decode("cp1252")
    kind = SqlType("nvarchar" if national else "varchar", length=max(len(text), 1))
    if len(text) > (4000 if national else 8000):
        kind = SqlType(kind.name, length=MAX)
    return Typed(quoted(text), kind, is_nullable=False, literal=text)


def _national(node: exp.National, scope: Scope) -> Typed:
    return text_literal(str(node.this), national=True)


def _hex(node: exp.HexString, scope: Scope) -> Typed:
    text = str(node.this)
    text = text if len(text) % 2 == 0 else "0" + text
    return Typed(
        f"unhex({quoted(text)})",
        SqlType("varbinary", length=max(len(text) // 2, 1)),
        is_nullable=False,
    )


def _null(node: exp.Null, scope: Scope) -> Typed:
    return Typed("NULL", t.INT, is_null=True)


def _column(node: exp.Column, scope: Scope) -> Typed:
    name, qualifier = node.name, node.table or None
    if isinstance(node.this, exp.Star):
        raise unsupported("a star in an expression")
    if isinstance(node.this, exp.Parameter):
        return expression(node.this, scope)
    if name.lower() == "0x":
        return Typed("CAST('' AS BLOB)", SqlType("varbinary", length=1), is_nullable=False)
    if qualifier is None and not node.this.quoted and name.lower() in scope.environment.constants:
        try:
            return scope.column(name, None)
        except SqlError:
            return scope.environment.constants[name.lower()]
    if node.args.get("db"):
        whole = f"{node.text('db')}.{qualifier}"
        try:
            return scope.column(name, whole)
        except SqlError:
            return scope.column(name, qualifier)
    return scope.column(name, qualifier)


def _parameter(node: exp.Parameter, scope: Scope) -> Typed:
    if isinstance(node.this, exp.Parameter):
        name = "@@" + node.this.name.lower()
        constant = scope.environment.constants.get(name)
        if constant is None:
            raise SqlError(137, f'Must declare the scalar variable "{name}".', severity=15)
        return constant
    name = node.name
    sql_type = scope.environment.parameters.get(name.lower())
    if sql_type is None:
        raise SqlError(137, f'Must declare the scalar variable "@{name}".', severity=15)
    scope.environment.used.add(name.lower())
    return Typed(f"CAST(${bind_name(name)} AS {sql_type.carrier})", sql_type)


def bind_name(name: str) -> str:
    return "p_" + re.sub(r"\W", lambda match: f"_{ord(match.group()):x}_", name.lower())


def _paren(node: exp.Paren, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    return Typed(
        f"({value.sql})",
        value.type,
        value.is_nullable,
        literal=value.literal,
        is_null=value.is_null,
        has_collate=value.has_collate,
    )


def _collate(node: exp.Collate, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    collation = node.expression.name
    if collation.lower() == "database_default":
        collation = scope.environment.catalogue.collation
    if not value.type.is_text:
        raise SqlError(447, f"Expression type {value.type.name} is invalid for COLLATE clause.")
    return Typed(
        value.sql,
        value.type.collated(collation),
        value.is_nullable,
        literal=value.literal,
        has_collate=True,
    )


# ------------------------------------------------------------ arithmetic


def _neg(node: exp.Neg, scope: Scope) -> Typed:
    if isinstance(node.this, exp.Literal) and not node.this.is_string and node.this.name.isdigit():
        return whole_literal(-int(node.this.name))
    value = expression(node.this, scope)
    return Typed(f"(-{value.sql})", value.type, value.is_nullable)


def _arithmetic(sign: str) -> Callable[[exp.Binary, Scope], Typed]:
    def make(node: exp.Binary, scope: Scope) -> Typed:
        return calculated(sign, expression(node.this, scope), expression(node.expression, scope))

    return make


def calculated(sign: str, first: Typed, second: Typed) -> Typed:
    """Two values and one of + - * / %, by the rules of T-SQL's types."""
    if sign == "+" and (_joins(first) and _joins(second)):
        return joined(first, second)
    if first.type.is_moment or second.type.is_moment:
        return _moved(sign, first, second)
    kind = common(first, second)
    if kind.is_text or not kind.is_number:
        raise SqlError(
            402 if kind.is_text else 8117,
            f"The data types are incompatible in the operator {sign}.",
        )
    if kind.name == "bit":
        kind = t.INT
    kind = (
        SqlType("decimal", precision=19, scale=4) if kind.name == "money" and sign in "*/" else kind
    )
    if kind.name == "decimal":
        return _exact(sign, first, second, kind)
    x, y = convert(first, kind).sql, convert(second, kind).sql
    if sign == "/":
        return Typed(
            f"CAST({'t_div' if kind.is_whole else 't_fraction'}({x}, {y}) AS {kind.carrier})", kind
        )
    if sign == "%":
        return Typed(f"CAST(t_mod({x}, {y}) AS {kind.carrier})", kind)
    if kind.is_whole:  # DuckDB would widen what T-SQL lets overflow
        return Typed(f"CAST(({x} {sign} {y}) AS {kind.carrier})", kind)
    return Typed(f"({x} {sign} {y})", kind)


def _joins(value: Typed) -> bool:
    return value.type.is_text or value.type.is_binary or value.is_null


def joined(first: Typed, second: Typed) -> Typed:
    """Two texts as one, cut at 8,000 bytes unless one of them is `max`."""
    if first.type.is_binary or second.type.is_binary:
        length = (
            MAX
            if MAX in (first.type.length, second.type.length)
            else first.type.length + second.type.length
        )
        return Typed(f"({first.sql} || {second.sql})", SqlType("varbinary", length=length))
    national = first.type.is_national or second.type.is_national
    collation = collation_of(first, second)
    is_long = MAX in (first.type.length, second.type.length)
    length, bound = first.type.length + second.type.length, 4000 if national else 8000
    sql = f"({first.sql} || {second.sql})"
    if not is_long and length > bound:
        sql, length = f"left({sql}, {bound})", bound
    kind = SqlType(
        "nvarchar" if national else "varchar",
        length=MAX if is_long else length,
        collation=collation,
    )
    return Typed(sql, kind, has_collate=first.has_collate or second.has_collate)


def _moved(sign: str, first: Typed, second: Typed) -> Typed:
    """A `datetime` and a number of days, or two of them."""
    moment = first.type if first.type.is_moment else second.type
    if moment.name == "datetime2" or sign not in "+-":
        raise SqlError(206, "Operand type clash: datetime2 is incompatible with int.")
    origin = 693_595 * t.TICKS_OF_A_DAY
    x, y = convert(first, moment).sql, convert(second, moment).sql
    moved = f"({x} + ({y} - {origin}))" if sign == "+" else f"({x} - {y} + {origin})"
    return Typed(f"t_checked({moved})", moment)


def _exact(sign: str, first: Typed, second: Typed, kind: SqlType) -> Typed:
    """Decimals: T-SQL's digits of the result, at most 38 of them."""
    (p1, s1), (p2, s2) = _digits(first), _digits(second)
    if sign in "+-":
        scale = max(s1, s2)
        result = _fitted(max(p1 - s1, p2 - s2) + scale + 1, scale)
    elif sign == "*":
        result = _fitted(p1 + p2 + 1, s1 + s2)
    elif sign == "/":
        scale = max(6, s1 + p2 + 1)
        result = _fitted(p1 - s1 + s2 + scale, scale)
    else:
        scale = max(s1, s2)
        result = _fitted(min(p1 - s1, p2 - s2) + scale, scale)
    x, y = (convert(each, t.decimal(*digits(each.type))).sql for each in (first, second))
    if sign == "/":
        sql = f"t_fraction(CAST({x} AS DOUBLE), CAST({y} AS DOUBLE))"
    elif sign == "%":
        sql = f"t_mod({x}, {y})"
    else:
        sql = f"({x} {sign} {y})"
    return Typed(f"CAST({sql} AS {result.carrier})", result)


def _digits(value: Typed) -> tuple[int, int]:
    """A whole number that is written in the statement has as many digits as it has."""
    if value.type.name == "int" and value.sql.lstrip("-").isdigit():
        return len(value.sql.lstrip("-")), 0
    return digits(value.type)


def _fitted(precision: int, scale: int) -> SqlType:
    if precision <= 38:
        return t.decimal(precision, scale)
    return t.decimal(38, min(scale, max(38 - (precision - scale), 6)))


def _bitwise(template: str) -> Callable[[exp.Binary, Scope], Typed]:
    def make(node: exp.Binary, scope: Scope) -> Typed:
        first, second = expression(node.this, scope), expression(node.expression, scope)
        kind = common(first, second)
        if not kind.is_whole and kind.name != "bit":
            raise SqlError(402, "The data types are incompatible in the '&' operator.")
        whole = t.INT if kind.name == "bit" else kind
        x, y = convert(first, whole).sql, convert(second, whole).sql
        return convert(Typed(f"({template.format(x, y)})", whole), kind)

    return make


def _bitwise_not(node: exp.BitwiseNot, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    return Typed(f"(~{value.sql})", value.type)


# ------------------------------------------------------------ choices and conversions


def _case(node: exp.Case, scope: Scope) -> Typed:
    chosen = expression(node.this, scope) if node.this is not None else None
    tests, values = [], []
    for branch in node.args["ifs"]:
        if chosen is None:
            tests.append(condition(branch.this, scope))
        else:
            tests.append(compared("=", chosen, expression(branch.this, scope)))
        values.append(expression(branch.args["true"], scope))
    otherwise = node.args.get("default")
    values.append(
        expression(otherwise, scope)
        if otherwise is not None
        else Typed("NULL", t.INT, is_null=True)
    )
    kind, converted = unified(values)
    branches = " ".join(
        f"WHEN {test} THEN {value}" for test, value in zip(tests, converted[:-1], strict=True)
    )
    return Typed(
        f"CASE {branches} ELSE {converted[-1]} END", kind, any(each.is_nullable for each in values)
    )


def unified(values: Sequence[Typed]) -> tuple[SqlType, list[str]]:
    """The type in which all values meet, and each brought to it."""
    met = values[0]
    for value in values[1:]:
        kind = common(met, value)
        met = Typed(
            "",
            kind,
            is_null=met.is_null and value.is_null,
            has_collate=met.has_collate or value.has_collate,
        )
    kind = met.type
    target = kind if kind.name not in {"char", "nchar", "binary"} else _unpadded(kind)
    return kind, [convert(each, target).sql for each in values]


def _unpadded(kind: SqlType) -> SqlType:
    names = {"char": "varchar", "nchar": "nvarchar", "binary": "varbinary"}
    return SqlType(names[kind.name], length=kind.length, collation=kind.collation)


def _cast(node: exp.Cast, scope: Scope) -> Typed:
    kind = type_of(node.args["to"])
    return convert(expression(node.this, scope), kind, is_try=isinstance(node, exp.TryCast))


def _convert(node: exp.Convert, scope: Scope) -> Typed:
    style = node.args.get("style")
    number = int(style.name) if style is not None else 0
    is_try = node.args.get("safe") is True
    return convert(
        expression(node.expression, scope), type_of(node.this), style=number, is_try=is_try
    )


_OF_SQLGLOT = {
    "UTINYINT": "tinyint", "TEXT": "text", "TIMESTAMPNTZ": "datetime2", "TIMESTAMPTZ": "datetimeoffset",
    "TIMESTAMP": "datetime2", "ROWVERSION": "timestamp", "DOUBLE": "float", "FLOAT": "real", "UUID": "uniqueidentifier",
    "UNIQUEIDENTIFIER": "uniqueidentifier", "BOOLEAN": "bit", "VARIANT": "sql_variant", "IMAGE": "image",
}  # fmt: skip


def type_of(node: exp.Expr) -> SqlType:
    """The type that a CAST names."""
    if isinstance(node, exp.DataType):
        word = node.this.value if hasattr(node.this, "value") else str(node.this)
        if word == "USER-DEFINED":
            written = str(node.args["kind"])
        else:
            sizes = ", ".join(each.name for each in node.expressions)
            word = _OF_SQLGLOT.get(word, word)
            if word == "real" and sizes:
                word = "float"
            written = f"{word}({sizes})" if sizes else word
    else:
        written = node.sql(dialect="tsql")
    found = t.read_type(written, is_cast=True)
    if found is None:
        raise SqlError(243, f"Type {written} is not a defined system type.")
    return found


def _subquery(node: exp.Subquery, scope: Scope) -> Typed:
    from tests.standins.tds.queries import nested

    query = nested(node.this, scope, scope.environment)
    if len(query.columns) != 1:
        raise SqlError(
            116,
            "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
        )
    return Typed(f"({query.sql})", query.columns[0].type)


def _window(node: exp.Window, scope: Scope) -> Typed:
    from tests.standins.tds.functions import windowed

    parts = []
    partition = node.args.get("partition_by") or []
    if partition:
        parts.append(
            "PARTITION BY " + ", ".join(folded(expression(each, scope)) for each in partition)
        )
    order = node.args.get("order")
    if order is not None:
        parts.append("ORDER BY " + ", ".join(ordering(each, scope) for each in order.expressions))
    spec = node.args.get("spec")
    if spec is not None:
        parts.append(_frame(spec))
    return windowed(node.this, " ".join(parts), scope)


def _frame(spec: exp.WindowSpec) -> str:
    def bound(value: exp.Expr | str, side: str | None) -> str:
        text = value if isinstance(value, str) else value.sql(dialect="duckdb")
        return f"{text} {side}" if side else text

    start = bound(spec.args["start"], spec.args.get("start_side"))
    end = spec.args.get("end")
    if not end:
        return f"{spec.args['kind']} {start}"
    return f"{spec.args['kind']} BETWEEN {start} AND {bound(end, spec.args.get('end_side'))}"


def ordering(node: exp.Expr, scope: Scope) -> str:
    """One expression of an ORDER BY: NULL is the least of all."""
    value = (
        expression(node.this, scope) if isinstance(node, exp.Ordered) else expression(node, scope)
    )
    is_descending = isinstance(node, exp.Ordered) and bool(node.args.get("desc"))
    return ordered(value) + (" DESC NULLS LAST" if is_descending else " ASC NULLS FIRST")


def _dot(node: exp.Dot, scope: Scope) -> Typed:
    """A method of a type of the CLR; only texts are made of them."""
    method = node.expression.name.lower()
    value = expression(
        exp.column(node.this.copy()) if isinstance(node.this, exp.Identifier) else node.this, scope
    )
    if method in {"t_tostring", "t_stastext"}:
        return Typed(f"hex({value.sql})", t.nvarchar(MAX))
    if method == "t_stasbinary":
        return Typed(value.sql, SqlType("varbinary", length=MAX))
    raise unsupported(f"the method {method.removeprefix('t_')}")


def _now(node: exp.Expr, scope: Scope) -> Typed:
    return scope.environment.constants["getdate"]


def _current_user(node: exp.Expr, scope: Scope) -> Typed:
    return scope.environment.constants["current_user"]


# ------------------------------------------------------------ conditions


def compared(sign: str, first: Typed, second: Typed) -> str:
    """Two values side by side, in the type in which they meet."""
    kind = common(first, second)
    if kind.is_text:
        collation = collation_of(first, second)
        a, b = (
            folded(Typed(each.sql, (each.type if each.type.is_text else kind).collated(collation)))
            if each.type.is_text or each.is_null
            else convert(each, kind).sql
            for each in (first, second)
        )
        return f"({a} {sign} {b})"
    if kind.name in {"text", "image"}:
        raise SqlError(
            402, "The data types text and varchar are incompatible in the equal to operator."
        )
    a, b = (
        ordered(convert(each, kind)) if sign not in {"=", "<>"} else folded(convert(each, kind))
        for each in (first, second)
    )
    return f"({a} {sign} {b})"


def _comparison(sign: str) -> Callable[[exp.Binary, Scope], str]:
    def make(node: exp.Binary, scope: Scope) -> str:
        return compared(sign, expression(node.this, scope), expression(node.expression, scope))

    return make


def _connected(word: str) -> Callable[[exp.Binary, Scope], str]:
    def make(node: exp.Binary, scope: Scope) -> str:
        parts = [condition(each, scope) for each in node.flatten(unnest=False)]
        return "(" + f" {word} ".join(parts) + ")"

    return make


def _not(node: exp.Not, scope: Scope) -> str:
    return f"(NOT {condition(node.this, scope)})"


def _in_parentheses(node: exp.Paren, scope: Scope) -> str:
    return f"({condition(node.this, scope)})"


def _is(node: exp.Is, scope: Scope) -> str:
    value = expression(node.this, scope)
    if isinstance(node.expression, exp.Null):
        return f"({value.sql} IS NULL)"
    raise unsupported("IS with anything but NULL")


def _in(node: exp.In, scope: Scope) -> str:
    value = expression(node.this, scope)
    query = node.args.get("query")
    if query is not None:
        inner = scope.environment.query(
            query.this if isinstance(query, exp.Subquery) else query, scope, scope.environment
        )
        column = Typed("found.v", inner.columns[0].type)
        kind = common(value, column)
        collation = collation_of(value, column) if kind.is_text else None
        kind = kind.collated(collation)
        x, y = (
            folded(
                convert(each, kind)
                if each.type.name != kind.name or not kind.is_text
                else Typed(each.sql, kind)
            )
            for each in (value, column)
        )
        return f"({x} IN (SELECT {y} FROM ({inner.sql}) AS found(v)))"
    options = [compared("=", value, expression(each, scope)) for each in node.expressions]
    if value.type.is_whole and all(
        isinstance(each, exp.Literal) and not each.is_string for each in node.expressions
    ):
        return f"({value.sql} IN ({', '.join(each.name for each in node.expressions)}))"
    return "(" + " OR ".join(options) + ")"


def _between(node: exp.Between, scope: Scope) -> str:
    value = expression(node.this, scope)
    low, high = (expression(node.args[key], scope) for key in ("low", "high"))
    return f"({compared('>=', value, low)} AND {compared('<=', value, high)})"


def _like(node: exp.Expr, scope: Scope) -> str:
    escape = None
    if isinstance(node, exp.Escape):
        escape, node = node.expression.name, node.this
    value, pattern = expression(node.this, scope), expression(node.expression, scope)
    folds = value.type.collated(collation_of(value, pattern)).is_folded
    value = convert(value, t.nvarchar(MAX)) if not value.type.is_text else value
    if pattern.literal is not None and "[" in pattern.literal:
        expression_text = _like_as_regex(pattern.literal, escape)
        return (
            f"regexp_full_match({value.sql}, {quoted(expression_text)}, '{'i' if folds else 'c'}s')"
        )
    word = "ILIKE" if folds else "LIKE"
    escaping = f" ESCAPE {quoted(escape)}" if escape else ""
    return f"({value.sql} {word} {pattern.sql}{escaping})"


def _like_as_regex(pattern: str, escape: str | None) -> str:
    out, position = [], 0
    while position < len(pattern):
        letter = pattern[position]
        end = pattern.find("]", position + 1)
        if escape and letter == escape and position + 1 < len(pattern):
            position += 1
            out.append(re.escape(pattern[position]))
        elif letter == "%":
            out.append(".*")
        elif letter == "_":
            out.append(".")
        elif letter == "[" and end > 0:
            content = pattern[position + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[{content}]")
            position = end
        else:
            out.append(re.escape(letter))
        position += 1
    return "".join(out)


def _exists(node: exp.Exists, scope: Scope) -> str:
    query = scope.environment.query(node.this, scope, scope.environment)
    return f"EXISTS ({query.sql})"


_NODES: dict[type[exp.Expr], Callable[..., Typed]] = {
    exp.Literal: _literal,
    exp.National: _national,
    exp.HexString: _hex,
    exp.Null: _null,
    exp.Column: _column,
    exp.Parameter: _parameter,
    exp.Paren: _paren,
    exp.Collate: _collate,
    exp.Neg: _neg,
    exp.Add: _arithmetic("+"),
    exp.Sub: _arithmetic("-"),
    exp.Mul: _arithmetic("*"),
    exp.Div: _arithmetic("/"),
    exp.Mod: _arithmetic("%"),
    exp.BitwiseAnd: _bitwise("{} & {}"),
    exp.BitwiseOr: _bitwise("{} | {}"),
    exp.BitwiseXor: _bitwise("xor({}, {})"),
    exp.BitwiseNot: _bitwise_not,
    exp.Case: _case,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Convert: _convert,
    exp.Subquery: _subquery,
    exp.Window: _window,
    exp.Dot: _dot,
    exp.CurrentTimestamp: _now,
    exp.CurrentUser: _current_user,
}

_CONDITIONS: dict[type[exp.Expr], Callable[..., str]] = {
    exp.EQ: _comparison("="),
    exp.NEQ: _comparison("<>"),
    exp.LT: _comparison("<"),
    exp.LTE: _comparison("<="),
    exp.GT: _comparison(">"),
    exp.GTE: _comparison(">="),
    exp.And: _connected("AND"),
    exp.Or: _connected("OR"),
    exp.Not: _not,
    exp.Paren: _in_parentheses,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.Escape: _like,
    exp.Exists: _exists,
}


def register(node: type[exp.Expr], make: Callable[..., Typed]) -> None:
    """Adds the nodes that `functions.py` understands."""
    _NODES[node] = make
