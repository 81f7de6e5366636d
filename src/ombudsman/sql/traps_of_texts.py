"""How texts are glued, measured and matched in different dialects. `dialect_traps.py` says why."""

from collections.abc import Callable

from sqlglot import exp

from ombudsman.model.errors import RuleInvalid

Rule = Callable[[exp.Expr, str, str], exp.Expr]

_BACKSLASH_ESCAPES = frozenset({"postgres", "redshift", "mysql", "materialize", "risingwave"})


def _glue(node: exp.Expr, read: str, _: str) -> exp.Expr:
    """`a + 'x'` of SQL Server."""
    sides = (node.this, node.expression)
    if read != "tsql" or not any(_is_text(side) for side in sides):
        return node
    if any(side.is_type(*exp.DataType.NUMERIC_TYPES) for side in sides):
        return node
    return exp.DPipe(this=node.this.copy(), expression=node.expression.copy(), safe=True)


def _is_text(node: exp.Expr) -> bool:
    if isinstance(node, exp.Add):
        return _is_text(node.this) or _is_text(node.expression)
    return node.is_string or node.is_type(*exp.DataType.TEXT_TYPES)


def _pattern(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`a LIKE ...`, in whose pattern brackets and backslashes mean different things."""
    new = node.copy()
    if write == "tsql" and isinstance(new, exp.ILike):
        new = exp.Like(this=exp.Lower(this=new.this), expression=exp.Lower(this=new.expression))
    if read == write:
        return new
    pattern = node.expression.name if node.expression.is_string else ""
    if read == "tsql" and any("[" in each.name for each in node.expression.find_all(exp.Literal)):
        raise RuleInvalid(
            "a set of letters in the pattern of LIKE is SQL Server's own",
            hint="write one LIKE for each letter, or a regular expression",
        )
    has_escape = isinstance(node.parent, exp.Escape)
    if write == "tsql" and "[" in pattern and not has_escape:
        for literal in new.find_all(exp.Literal):
            literal.set("this", literal.name.replace("[", "[[]"))
    if "\\" not in pattern or has_escape:
        return new
    if read in _BACKSLASH_ESCAPES and write not in _BACKSLASH_ESCAPES:
        return exp.Escape(this=new, expression=exp.Literal.string("\\"))
    if write in _BACKSLASH_ESCAPES and read not in _BACKSLASH_ESCAPES:
        return exp.Escape(this=new, expression=exp.Literal.string(""))
    return new


def _length(node: exp.Expr, read: str, write: str) -> exp.Expr:
    """`LEN(a)`, which sees no trailing blanks."""
    if read == "tsql" and write != "tsql":
        return exp.Length(this=exp.Trim(this=node.this.copy(), position="TRAILING"))
    if write == "tsql" and read != "tsql":
        longer = exp.DPipe(this=node.this.copy(), expression=exp.Literal.string("."))
        counted = exp.Sub(this=exp.Length(this=longer), expression=exp.Literal.number(1))
        return exp.Paren(this=counted)
    return node


def _similar(node: exp.Expr, read: str, write: str) -> exp.Expr:
    if read != write:
        raise RuleInvalid(
            "the patterns of SIMILAR TO differ between engines",
            hint="write LIKE, or a regular expression",
        )
    return node


def _glob(node: exp.Expr, read: str, write: str) -> exp.Expr:
    if write not in {read, "sqlite", "duckdb"}:
        raise RuleInvalid(f"GLOB cannot be said in {write}", hint="write LIKE")
    return node


def _concat(node: exp.Expr, _: str, write: str) -> exp.Expr:
    """`CONCAT(a, b)`, which SQLite has only since 2023."""
    if write != "sqlite":
        return node
    parts = [each.copy() for each in node.expressions]
    if node.args.get("coalesce"):
        parts = [exp.Coalesce(this=each, expressions=[exp.Literal.string("")]) for each in parts]
    glued = parts[0]
    for part in parts[1:]:
        glued = exp.DPipe(this=glued, expression=part)
    return exp.Paren(this=glued)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Add: _glue,
    exp.Like: _pattern,
    exp.ILike: _pattern,
    exp.Length: _length,
    exp.SimilarTo: _similar,
    exp.Glob: _glob,
    exp.Concat: _concat,
}
