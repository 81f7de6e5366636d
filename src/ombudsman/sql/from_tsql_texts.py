"""How SQL Server cuts, glues and matches texts. `from_tsql.py` says why.

- SUBSTRING counts from before the text where it starts at 0 or less: `SUBSTRING(a, 0, 5)` has four characters.
- A set of letters in a pattern of LIKE or PATINDEX becomes a regular expression.
- A bare VARCHAR in a cast cuts at 30 characters.
- Numbers are glued by CONCAT as their texts; floats and moments have texts that no other engine writes: refused.
- QUOTENAME puts brackets around.
"""

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.from_tsql_numbers import FLOATS, Rule, is_text, matches_whole

_BARE_LENGTH = 30
_BARE = frozenset({exp.DType.VARCHAR, exp.DType.NVARCHAR, exp.DType.CHAR, exp.DType.NCHAR})
_MOMENTS = frozenset(
    {
        exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.DATETIME, exp.DType.DATETIME2, exp.DType.SMALLDATETIME,
        exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPLTZ,
    }
)  # fmt: skip
_META = frozenset(".^$*+?()[]{}|\\")


def _substring(node: exp.Expr, _: str) -> exp.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    if start is None or length is None:
        return node
    begins, counts = _number(start), _number(length)
    if begins is None or counts is None:
        raise RuleInvalid(
            "SUBSTRING with a start or length that is computed may begin before the text on SQL Server",
            hint="write both as numbers",
        )
    if begins >= 1:
        return node
    new = node.copy()
    new.set("start", exp.Literal.number(1))
    new.set("length", exp.Literal.number(max(counts + begins - 1, 0)))
    return new


def _number(node: exp.Expr) -> int | None:
    if isinstance(node, exp.Neg):
        inner = _number(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        return int(node.name)
    return None


def _like(node: exp.Expr, write: str) -> exp.Expr:
    pattern = node.expression.name if node.expression.is_string else ""
    if "[" not in pattern or isinstance(node.parent, exp.Escape):
        return node
    return matches_whole(node.this, regular_expression(pattern), write=write)


def regular_expression(pattern: str) -> str:
    """The regular expression of a pattern of LIKE; without backslashes, which engines read differently.

    Raises:
        RuleInvalid: a set of letters is not closed.
    """
    made, place = "", 0
    while place < len(pattern):
        sign = pattern[place]
        if sign == "[":
            end = pattern.find("]", place + 1)
            if end == -1 or end == place + 1:
                raise RuleInvalid("a set of letters in the pattern of LIKE is not closed")
            made += _set(pattern[place + 1 : end])
            place = end
        elif sign == "%":
            made += ".*"
        elif sign == "_":
            made += "."
        else:
            made += _plain(sign)
        place += 1
    return made


def _set(inside: str) -> str:
    negated = inside.startswith("^")
    letters = inside.removeprefix("^")
    if any(sign in "\\[]^" for sign in letters):
        raise RuleInvalid(
            "a set of letters in the pattern of LIKE holds a sign that engines read differently",
            hint="write it outside of the brackets",
        )
    return f"[^{letters}]" if negated else f"[{letters}]"


def _plain(sign: str) -> str:
    if sign in "^\\":
        raise RuleInvalid(f"the sign {sign} cannot be said in a regular expression of every engine")
    return f"[{sign}]" if sign in _META else sign


def _cast(node: exp.Expr, _: str) -> exp.Expr:
    return _to_text(node, node.this, node.args["to"])


def _convert(node: exp.Expr, _: str) -> exp.Expr:
    if node.args.get("style") is not None:
        return node
    return _to_text(node, node.expression, node.this)


def _to_text(node: exp.Expr, value: exp.Expr, to: exp.DataType) -> exp.Expr:
    if to.this not in exp.DataType.TEXT_TYPES:
        return node
    judge_text_of(value)
    if to.this not in _BARE or to.expressions:
        return node
    length = exp.DataTypeParam(this=exp.Literal.number(_BARE_LENGTH))
    return exp.Cast(this=value.copy(), to=exp.DataType(this=to.this, expressions=[length]))


def judge_text_of(value: exp.Expr) -> None:
    """Raises `RuleInvalid` for a value whose text is SQL Server's own."""
    if value.is_type(*FLOATS):
        reason = "SQL Server writes a float with six digits"
    elif value.is_type(*_MOMENTS):
        reason = "SQL Server writes a moment as `Jan  1 2024 12:00AM`"
    elif value.is_type(exp.DType.BOOLEAN):
        reason = "SQL Server writes a bit as 0 or 1"
    elif not isinstance(value, exp.Null) and (
        value.type is None or value.is_type(exp.DType.UNKNOWN)
    ):
        reason = "a value of no known type may be written otherwise by SQL Server"
    else:
        return
    raise RuleInvalid(reason, hint="use CONVERT with a style, or leave the value as it is")


def _concat(node: exp.Expr, _: str) -> exp.Expr:
    new = node.copy()
    for part in list(new.expressions):
        judge_text_of(part)
        if not is_text(part):
            part.replace(exp.Cast(this=part.copy(), to=exp.DataType.build("TEXT")))
    return node if new == node else new


def _by_name(node: exp.Expr, write: str) -> exp.Expr:
    name = node.name.upper()
    if name == "QUOTENAME" and len(node.expressions) == 1:
        doubled = exp.Replace(
            this=node.expressions[0].copy(),
            expression=exp.Literal.string("]"),
            replacement=exp.Literal.string("]]"),
        )
        opened = exp.DPipe(this=exp.Literal.string("["), expression=doubled, safe=True)
        return exp.Paren(this=exp.DPipe(this=opened, expression=exp.Literal.string("]"), safe=True))
    if name == "PATINDEX" and len(node.expressions) == 2:
        return _first_place(*node.expressions, write=write)
    return node


def _first_place(pattern: exp.Expr, text: exp.Expr, *, write: str) -> exp.Expr:
    """`PATINDEX('%[0-9]%', a)`: where the first part begins that is of the pattern, counted from 1; else 0."""
    told = pattern.name if pattern.is_string else ""
    inner = told[1:-1]
    if len(told) < 3 or not (told.startswith("%") and told.endswith("%")) or "%" in inner:
        raise RuleInvalid(
            "PATINDEX with a pattern that is no text between two %", hint="write it as '%...%'"
        )
    expression = exp.Literal.string(regular_expression(inner))
    if write != "duckdb":
        return exp.RegexpInstr(this=text.copy(), expression=expression)
    found = exp.RegexpExtract(this=text.copy(), expression=expression)
    place = exp.StrPosition(this=text.copy(), substr=found.copy())
    is_there = exp.NEQ(this=found, expression=exp.Literal.string(""))
    otherwise = exp.Is(this=text.copy(), expression=exp.Null())
    return exp.Case().when(is_there, place).when(otherwise, exp.Null()).else_(exp.Literal.number(0))


RULES: dict[type[exp.Expr], tuple[Rule, ...]] = {
    exp.Substring: (_substring,),
    exp.Like: (_like,),
    exp.Concat: (_concat,),
}
CAST: Rule = _cast
CONVERT: Rule = _convert
BY_NAME: Rule = _by_name
