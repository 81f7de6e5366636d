"""Is an expression a claim, one that is true or false?"""

from sqlglot import exp

_CLAIMS = (
    exp.Predicate,
    exp.Connector,
    exp.Not,
    exp.Boolean,
    exp.Escape,
    exp.StartsWith,
    exp.EndsWith,
    exp.Contains,
    exp.RegexpFullMatch,
    exp.IsNan,
    exp.IsInf,
    exp.EqualNull,
    exp.ToBoolean,
)
_BOOLEAN_NAMES = frozenset({"isfinite", "signbit", "prefix", "suffix", "is_integer"})


def is_boolean(node: exp.Expr) -> bool:
    """Whether an expression is a claim. A column counts as one unless its type is known to be another."""
    if isinstance(node, exp.Paren):
        return is_boolean(node.this)
    if isinstance(node, exp.Case):
        results = [branch.args["true"] for branch in node.args["ifs"]]
        return all(is_boolean(each) or each.is_type(exp.DType.NULL) for each in results)
    if isinstance(node, exp.If):
        return is_boolean(node.args["true"])
    if isinstance(node, exp.Coalesce):
        return is_boolean(node.this)
    if isinstance(node, exp.Cast):
        return node.to.this in {exp.DType.BOOLEAN, exp.DType.BIT}
    if isinstance(node, exp.Column):
        return node.type is None or node.is_type(exp.DType.BOOLEAN, exp.DType.UNKNOWN)
    if isinstance(node, exp.Anonymous):
        return node.name.casefold() in _BOOLEAN_NAMES
    return isinstance(node, _CLAIMS)
