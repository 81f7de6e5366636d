"""One way to write what can be written in several.

Dialects write texts as `'x'`, `N'x'`, `E'x'`, `$$x$$`; the parser has a node for each, and renders some of them for
engines that do not know them (`N'x'` is an error in SQLite). A text is a text: all become the plain literal, and SQL
Server gets its `N` back where the text needs it. In the same way `a NOT LIKE b` and `a IS NOT NULL` become `NOT (...)`:
some parsers keep the NOT as a note inside the node, where a rule that looks at the node would lose it.
"""

from sqlglot import exp

from ombudsman.sql.guard import refuse, span_of


def spelt_alike(tree: exp.Expr, *, what: str, text: str) -> exp.Expr:
    """`tree` with plain texts and plain denials; raises `RuleInvalid` for a literal of bytes."""
    for node in list(tree.find_all(exp.National, exp.RawString, exp.ByteString)):
        if isinstance(node, exp.ByteString) and node.args.get("is_bytes"):
            refuse(what, "bytes cannot be written as a text", text=text, span=span_of(node))
        literal = exp.Literal.string(node.name)
        literal.meta.update(node.meta)
        tree = _replaced(tree, node, literal)
    for claim in reversed(list(tree.find_all(exp.Is, exp.Like, exp.ILike, bfs=False))):
        if claim.args.get("negate"):
            claim.set("negate", None)
            whole = claim.parent if isinstance(claim.parent, exp.Escape) else claim
            tree = _replaced(tree, whole, _denied(whole))
    return tree


def _denied(claim: exp.Expr) -> exp.Expr:
    """`NOT ...`, in parentheses where something that binds more strongly stands around it."""
    denial = exp.Not(this=claim.copy())
    loose = exp.Connector | exp.Paren | exp.Not | exp.Where | None
    return denial if isinstance(claim.parent, loose) else exp.Paren(this=denial)


def national_literals(tree: exp.Expr) -> exp.Expr:
    """`tree` with `N` before the texts that SQL Server would read in its code page and lose characters of."""
    for node in list(tree.find_all(exp.Literal)):
        if node.is_string and not node.name.isascii():
            tree = _replaced(tree, node, exp.National(this=node.name))
    return tree


def _replaced(tree: exp.Expr, node: exp.Expr, new: exp.Expr) -> exp.Expr:
    if node is tree:
        return new
    node.replace(new)
    return tree
