"""What must a condition say, where the columns that it speaks of are read forgivingly?

A relation reads a column without its last blanks and in small letters, where a policy forgives these. `status = 'OPEN'`
would then hold nowhere. So a text that is held against such a column is read the same way: `status = LOWER('OPEN')`;
and so is a text that is computed from one: `LOWER(UPPER(status)) = LOWER('OPEN')`.

Empty texts that count as NULL are NULL here, as on the engines that know no others: `note = ''` holds nowhere. Numbers
and moments in a condition stay as they were written, and so do texts inside of functions.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from ombudsman.model.equality import Equality

COMPARISONS = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Like,
    exp.ILike,
    exp.In,
    exp.Between,
)


def read_forgivingly(tree: exp.Expr, forgiving: Mapping[str, Equality]) -> None:
    """Changes a tree in place, whose columns have their source names still; `forgiving` are those that are read so."""
    if not any(_changes_texts(equality) for equality in forgiving.values()):
        return
    for comparison in list(tree.find_all(*COMPARISONS, exp.Case)):
        operands = list(_operands(comparison))
        equality = next(filter(None, (_forgiven_in(each, forgiving) for each in operands)), None)
        if equality is None or not any(_is_text(each, forgiving) for each in operands):
            continue
        for operand in operands:
            if not _is_forgiven(operand, forgiving):
                _read_alike(operand, equality)


def _operands(comparison: exp.Expr) -> Iterator[exp.Expr]:
    """What is held against one another."""
    match comparison:
        case exp.In():
            yield from (comparison.this, *comparison.expressions)
        case exp.Between():
            yield from (comparison.this, comparison.args["low"], comparison.args["high"])
        case exp.Case():
            if comparison.this is not None:
                yield comparison.this
                yield from (branch.this for branch in comparison.args["ifs"])
        case _:
            yield from (comparison.this, comparison.expression)


def _is_text(operand: exp.Expr, forgiving: Mapping[str, Equality]) -> bool:
    return _is_forgiven(operand, forgiving) or (
        isinstance(operand, exp.Literal) and operand.is_string
    )


def _is_forgiven(operand: exp.Expr, forgiving: Mapping[str, Equality]) -> bool:
    return isinstance(operand, exp.Column) and _changes_texts(forgiving.get(operand.name))


def _forgiven_in(operand: exp.Expr, forgiving: Mapping[str, Equality]) -> Equality | None:
    """How the column is read of which the operand is computed. One that only decides between others is not meant."""
    inner = operand.walk(prune=lambda node: isinstance(node, (*COMPARISONS, exp.Cast)))
    columns = (node for node in inner if isinstance(node, exp.Column))
    return next((forgiving[c.name] for c in columns if _is_forgiven(c, forgiving)), None)


def _read_alike(operand: exp.Expr, equality: Equality) -> None:
    if isinstance(operand, exp.Literal) and equality.trailing_blanks == "ignored":
        operand.set("this", operand.name.rstrip(" "))
    if equality.letter_case == "ignored":
        operand.replace(exp.Lower(this=operand.copy()))


def _changes_texts(equality: Equality | None) -> bool:
    return equality is not None and "ignored" in {equality.trailing_blanks, equality.letter_case}
