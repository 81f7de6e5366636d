"""What does T-SQL mean where Snowflake and DuckDB would read the same words otherwise, and say nothing?

The rules of `dialect_traps.py` hold for any two dialects; these are for queries that were written for SQL Server and
are read by an engine that is no relative of it. Each spells out what SQL Server does, by types where it depends on
them, or refuses: a query that cannot be said faithfully is never run. Its rooms: `from_tsql_numbers.py`,
`from_tsql_texts.py`, `from_tsql_dates.py`, `from_tsql_isnull.py`.
"""

from sqlglot import exp

from ombudsman.sql import from_tsql_dates, from_tsql_isnull, from_tsql_numbers, from_tsql_texts

ENGINES = frozenset({"snowflake", "duckdb"})
"""Those whose rules these are, each proven by execution or by the vendor's own words."""

RULES = (
    from_tsql_numbers.RULES
    | from_tsql_texts.RULES
    | from_tsql_dates.RULES
    | {exp.Coalesce: (from_tsql_isnull.filled,)}
)
"""For a kind of node: the rules that are tried in turn, until one gives another node."""


def spelt_out(tree: exp.Expr, *, write: str) -> exp.Expr:
    """`tree`, T-SQL with types on its nodes, as `write` must be told it. Changes `tree` in place.

    Raises:
        RuleInvalid: that engine has no words for it.
    """
    for node in reversed(list(tree.find_all(*RULES, bfs=False))):
        for rule in RULES.get(type(node), ()):
            new = rule(node, write)
            if new is node:
                continue
            if new.type is None:
                new.type = node.type
            if node is tree:
                return new
            node.replace(new)
            break
    return tree
