"""What belongs to what, with and without parentheses.

A tree needs none: its shape says it. A text needs some, and which ones its reader decides. A tree that is written with
all of them cannot be misread; if leaving some out changes what is read, they were needed.
"""

from sqlglot import exp

_OPERATIONS = exp.Binary | exp.Not | exp.Neg | exp.BitwiseNot | exp.Between | exp.In
_INSEPARABLE = exp.Escape | exp.Dot


def with_all_parentheses(tree: exp.Expr) -> exp.Expr:
    """A copy of `tree` in which every operation that is part of another stands in parentheses."""
    tree = tree.copy()
    for node in reversed(list(tree.walk(bfs=False))):
        if _is_part(node):
            around = exp.Paren()
            node.replace(around)
            around.set("this", node)
    return tree


def without_parentheses(tree: exp.Expr) -> exp.Expr:
    """A copy of `tree` without any; two that are equal then mean the same."""
    tree = tree.copy()
    for node in reversed(list(tree.find_all(exp.Paren, bfs=False))):
        inner = node.this
        if node is tree:
            tree = inner.pop()
        else:
            node.replace(inner)
    return tree


def _is_part(node: exp.Expr) -> bool:
    around = node.parent
    if not isinstance(node, _OPERATIONS) or not isinstance(around, _OPERATIONS):
        return False
    if isinstance(around, _INSEPARABLE):
        return False
    # In a chain of the same operator the left one is read first everywhere; parentheses would only nest.
    return not (type(node) is type(around) and node.arg_key == "this")
