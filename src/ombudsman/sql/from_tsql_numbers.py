"""How SQL Server computes: whole numbers stay whole, and casts cut. `from_tsql.py` says why.

- `7 / 2` is 3: of two whole numbers the quotient is cut, and where a type is not known nobody may say what it is.
- AVG of whole numbers is a whole number, cut. POWER of a whole number is one, of a decimal has as many digits as it.
- A fraction cast to a whole number is cut; Snowflake and DuckDB round it.
- `ROUND(a, 2, 1)` cuts. A third argument of 0 is the usual rounding.
- `TRY_CONVERT(int, '3.7')` is NULL, and of an empty text 0; elsewhere 4, and NULL.
- A bit is 1 for every number but 0. A float is a double; FLOAT(24) is none, and has no counterpart on Snowflake.
- MONEY is a decimal with four digits behind the point.
- STDEVP, VAR and VARP have other names; CHOOSE is a CASE.
"""

from collections.abc import Callable

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid

Rule = Callable[[exp.Expr, str], exp.Expr]

WHOLE = exp.DataType.INTEGER_TYPES
FLOATS = frozenset({exp.DType.FLOAT, exp.DType.DOUBLE})
_SINGLE = 24
_SMALL = 1_000_000
_WHOLE_NUMBER = "[+-]?[0-9]+"
_NAMED: dict[str, type[exp.Func]] = {
    "STDEVP": exp.StddevPop,
    "VAR": exp.Variance,
    "VARP": exp.VariancePop,
}


def is_whole(node: exp.Expr) -> bool:
    """Of an integer type; a decimal without digits behind the point has halves."""
    inner = _unsigned(node)
    if isinstance(inner, exp.Literal):
        return not inner.is_string and inner.name.isdigit()
    return node.is_type(*WHOLE) or inner.is_type(*WHOLE)


def _unsigned(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Neg | exp.Paren):
        node = node.this
    return node


def is_fraction(node: exp.Expr) -> bool:
    inner = _unsigned(node)
    if isinstance(inner, exp.Literal):
        return not inner.is_string and not inner.name.isdigit()
    is_number = any(each.is_type(*exp.DataType.NUMERIC_TYPES) for each in (node, inner))
    return is_number and not is_whole(node)


def is_text(node: exp.Expr) -> bool:
    return node.is_string or node.is_type(*exp.DataType.TEXT_TYPES)


def cut(node: exp.Expr, to: str = "BIGINT") -> exp.Expr:
    return exp.Cast(this=exp.Trunc(this=node), to=exp.DataType.build(to))


def _divide(node: exp.Expr, write: str) -> exp.Expr:
    sides = (node.this, node.expression)
    if any(is_fraction(side) for side in sides) and all(_is_number(side) for side in sides):
        return node
    if not all(is_whole(side) for side in sides):
        raise RuleInvalid(
            "a quotient is cut on SQL Server where both are whole numbers, and a type is not known",
            hint="cast one side to a decimal",
        )
    number, divisor = (_plain(side) for side in sides)
    if write == "snowflake" and not _is_small(divisor):
        number = exp.Cast(this=number, to=exp.DataType.build("DECIMAL(38, 12)"))
    return cut(exp.Div(this=number, expression=divisor, typed=False, safe=False))


def _is_small(divisor: exp.Expr) -> bool:
    """Whether six digits behind the point, to which Snowflake rounds, cannot make one of 0.9999999."""
    return isinstance(divisor, exp.Literal) and int(divisor.name) <= _SMALL


def _is_number(node: exp.Expr) -> bool:
    return is_whole(node) or is_fraction(node)


def _plain(node: exp.Expr) -> exp.Expr:
    return exp.Paren(this=node.copy()) if isinstance(node, exp.Binary) else node.copy()


def _power(node: exp.Expr, _: str) -> exp.Expr:
    base = node.this
    if base.is_type(*FLOATS) and not isinstance(_unsigned(base), exp.Literal):
        return node
    if not is_whole(base):
        raise RuleInvalid(
            "POWER of a decimal has as many digits behind the point as it has on SQL Server",
            hint="cast the number to a float",
        )
    if node.is_type(exp.DType.UNKNOWN):
        return node  # a square, which may be SQUARE: of the same value, and of another type
    return cut(node.copy())


def _average(node: exp.Expr, _: str) -> exp.Expr:
    if not is_whole(node.this):
        return node
    if isinstance(node.parent, exp.Window):
        raise RuleInvalid(
            "AVG of whole numbers over a window is cut on SQL Server",
            hint="cast the argument to a decimal, or put the window into a subquery",
        )
    return cut(node.copy())


def _cast(node: exp.Expr, _: str) -> exp.Expr:
    if node.args["to"].this == exp.DType.BIT:
        return _bit(node.this)
    if node.args["to"].this not in WHOLE or not is_fraction(node.this):
        return node
    new = node.copy()
    new.set("this", exp.Trunc(this=node.this.copy()))
    return exp.Cast(this=new.this, to=new.args["to"])


def _try_cast(node: exp.Expr, write: str) -> exp.Expr:
    return _tried(node, node.this, node.args["to"], write)


def _convert(node: exp.Expr, write: str) -> exp.Expr:
    if node.args.get("style") is not None:
        return node
    if node.args.get("safe"):
        return _tried(node, node.expression, node.this, write)
    if node.this.this == exp.DType.BIT:
        return _bit(node.expression)
    if node.this.this in WHOLE and is_fraction(node.expression):
        return exp.Cast(this=exp.Trunc(this=node.expression.copy()), to=node.this.copy())
    return node


def _tried(node: exp.Expr, value: exp.Expr, to: exp.DataType, write: str) -> exp.Expr:
    if to.this == exp.DType.BIT:
        return _bit(value)
    if to.this not in WHOLE:
        return node
    if is_fraction(value):
        return exp.Cast(this=exp.Trunc(this=value.copy()), to=to.copy())
    if not is_text(value):
        return node
    trimmed = exp.Trim(this=value.copy())
    made = exp.TryCast(this=trimmed.copy(), to=to.copy(), safe=True, requires_string=True)
    return (
        exp.Case()
        .when(exp.EQ(this=trimmed.copy(), expression=exp.Literal.string("")), exp.Literal.number(0))
        .when(matches_whole(trimmed, _WHOLE_NUMBER, write=write), made)
    )


def matches_whole(value: exp.Expr, pattern: str, *, write: str) -> exp.Expr:
    """Whether the whole text is of the pattern, a regular expression without backslashes; a dot is any sign."""
    told, lines_too = exp.Literal.string(pattern), exp.Literal.string("s")
    if write == "snowflake":  # whose REGEXP_LIKE is of the whole text
        return exp.RegexpLike(this=value.copy(), expression=told, flag=lines_too)
    return exp.RegexpFullMatch(this=value.copy(), expression=told, options=lines_too)


def _round(node: exp.Expr, write: str) -> exp.Expr:
    kind = node.args.get("truncate")
    if kind is None:
        return node
    if not isinstance(kind, exp.Literal):
        raise RuleInvalid("ROUND with a third argument that is no number", hint="write 0 or 1")
    if kind.name == "0":
        return exp.Round(this=node.this.copy(), decimals=node.args["decimals"].copy())
    decimals = node.args["decimals"]
    if write != "duckdb":
        return exp.Trunc(this=node.this.copy(), decimals=decimals.copy())
    places = _literal(decimals)
    if places is None or (node.this.is_type(*FLOATS) and not _is_literal(node.this)):
        raise RuleInvalid(
            "ROUND that cuts a float, or at a place that is computed, is computed in doubles",
            hint="cast the number to a decimal, and write the places as a number",
        )
    # Both powers are exact decimals: in doubles 1.15 * 100 is 114.99999999999999.
    up, down = _power_of_ten(places), _power_of_ten(-places)
    scaled = exp.Mul(this=exp.Paren(this=node.this.copy()), expression=up)
    return exp.Paren(this=exp.Mul(this=exp.Trunc(this=scaled), expression=down))


def _literal(node: exp.Expr) -> int | None:
    inner = _unsigned(node)
    if not isinstance(inner, exp.Literal) or inner.is_string or not inner.name.isdigit():
        return None
    return -int(inner.name) if isinstance(node, exp.Neg) else int(inner.name)


def _is_literal(node: exp.Expr) -> bool:
    return isinstance(_unsigned(node), exp.Literal)


def _power_of_ten(exponent: int) -> exp.Expr:
    told = "1" + "0" * exponent if exponent >= 0 else "0." + "0" * (-exponent - 1) + "1"
    return exp.Literal.number(told)


def _bit(value: exp.Expr) -> exp.Expr:
    """`CAST(a AS bit)`."""
    if value.is_type(exp.DType.BOOLEAN):
        return value.copy()
    if not _is_number(value):
        raise RuleInvalid("a bit of what is no number", hint="compare it with what is meant")
    is_null = exp.Is(this=_plain(value), expression=exp.Null())
    is_true = exp.NEQ(this=_plain(value), expression=exp.Literal.number(0))
    made = exp.Case().when(is_null, exp.Null()).when(is_true, exp.Literal.number(1))
    made = made.else_(exp.Literal.number(0))
    made.type = "BIT"
    return made


def _number_type(node: exp.Expr, _: str) -> exp.Expr:
    if node.this == exp.DType.FLOAT:
        bits = next((each.name for each in node.expressions), "53")
        if int(bits) <= _SINGLE:
            raise RuleInvalid("a float of single precision has no counterpart", hint="write float")
        return exp.DataType.build("DOUBLE")
    digits = {exp.DType.MONEY: "19, 4", exp.DType.SMALLMONEY: "10, 4"}.get(node.this)
    return node if digits is None else exp.DataType.build(f"DECIMAL({digits})")


def _by_name(node: exp.Expr, _: str) -> exp.Expr:
    name = node.name.upper()
    if (kind := _NAMED.get(name)) is not None and len(node.expressions) == 1:
        return kind(this=node.expressions[0].copy())
    if name == "CHOOSE" and len(node.expressions) > 1:
        index, *values = node.expressions
        made = exp.Case(this=index.copy())
        for number, value in enumerate(values, start=1):
            made = made.when(exp.Literal.number(number), value.copy())
        return made
    return node


RULES: dict[type[exp.Expr], tuple[Rule, ...]] = {
    exp.Avg: (_average,),
    exp.Div: (_divide,),
    exp.Pow: (_power,),
    exp.DataType: (_number_type,),
    exp.TryCast: (_try_cast,),
    exp.Round: (_round,),
}
CAST: Rule = _cast
CONVERT: Rule = _convert
BY_NAME: Rule = _by_name
"""Kinds of nodes of which texts or dates have rules as well."""
