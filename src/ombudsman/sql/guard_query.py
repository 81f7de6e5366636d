"""May this whole query be used?

A query may join, group, order, sort out by windows, hold subqueries and non-recursive common table expressions. It may
read nothing but tables, write nothing, lock nothing, and carry no word that only one engine would understand. Nodes
are on a list as in `guard_tree.py`; of the nodes that make up the structure, so are the parts that may be filled, for
much of what is dangerous is a part of a harmless node (`WITH RECURSIVE`, a table's third name, `NATURAL JOIN`).
"""

from collections.abc import Mapping

from sqlglot import exp

from ombudsman.sql.guard import refuse, span_of
from ombudsman.sql.guard_functions import AGGREGATES, WINDOWS, words
from ombudsman.sql.guard_tree import SCALAR_NODES, Nodes, judge_tree

QUERY_NODES: Nodes = (
    SCALAR_NODES
    | AGGREGATES
    | WINDOWS
    | frozenset(
        {
            exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered,
            exp.Limit, exp.Offset, exp.Fetch, exp.LimitOptions, exp.Distinct, exp.Alias, exp.Table, exp.TableAlias,
            exp.Subquery, exp.CTE, exp.With, exp.Union, exp.Except, exp.Intersect, exp.Values, exp.Tuple, exp.Star,
            exp.Exists, exp.Any, exp.All, exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup, exp.IgnoreNulls,
            exp.RespectNulls, exp.Rollup, exp.Cube, exp.GroupingSets,
        }
    )
)  # fmt: skip

_SET_OPERATION = frozenset({"this", "expression", "distinct", "with_", "order", "limit", "offset"})

_PARTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        {
            "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "order", "limit",
            "offset", "with_",
        }
    ),
    exp.Union: _SET_OPERATION,
    exp.Except: _SET_OPERATION,
    exp.Intersect: _SET_OPERATION,
    exp.Table: frozenset({"this", "db", "alias"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.Group: frozenset({"expressions", "rollup", "cube", "grouping_sets"}),
    exp.Subquery: frozenset({"this", "alias", "with_"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.With: frozenset({"expressions"}),
    exp.Values: frozenset({"expressions", "alias"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Limit: frozenset({"expression", "limit_options"}),
    exp.LimitOptions: frozenset({"rows"}),
    exp.Fetch: frozenset({"direction", "count", "limit_options"}),
    exp.Star: frozenset({"except_"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "over"}),
}  # fmt: skip
"""The parts of a structural node that may be filled. Nodes that are absent may have all their parts filled."""

_PART_REASONS = {
    "catalog": "a table has at most a schema before its name",
    "recursive": "recursion is not allowed",
    "method": "only plain joins may be used",
    "all": "ALL hides what it stands for; name the columns",
    "on": "DISTINCT ON keeps a row that depends on the order",
}

_QUERY_PLACES = (
    exp.Subquery, exp.CTE, exp.SetOperation, exp.Exists, exp.Any, exp.All, exp.In
)  # fmt: skip

_WITHIN: Mapping[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.Alias: (exp.Select,),
    exp.Star: (exp.Select, exp.Column, exp.Count),
    exp.Table: (exp.From, exp.Join),
    exp.Tuple: (exp.Values, exp.GroupingSets, exp.Rollup, exp.Cube),
    exp.Distinct: (exp.Select, exp.AggFunc),
    exp.Select: _QUERY_PLACES,
    exp.Union: _QUERY_PLACES,
    exp.Except: _QUERY_PLACES,
    exp.Intersect: _QUERY_PLACES,
}
"""Where a node may stand. Nodes that are absent may stand wherever the parser finds a place for them."""

_HOLDS: Mapping[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.CTE: (exp.Query, exp.Values),
    exp.From: (exp.Table, exp.Subquery, exp.Values),
    exp.Join: (exp.Table, exp.Subquery, exp.Values),
    exp.Subquery: (exp.Query,),
    exp.Exists: (exp.Query,),
    exp.Any: (exp.Query,),
    exp.All: (exp.Query,),
    exp.Union: (exp.Query,),
    exp.Except: (exp.Query,),
    exp.Intersect: (exp.Query,),
}
"""What a node must be about: the parser reads a bare word where only a query can stand (`WITH x AS (SHUTDOWN)`)."""

_JOIN_KINDS = frozenset({"", "INNER", "OUTER", "CROSS"})

_STATEMENTS = words(
    "ALTER ATTACH BACKUP BULK CALL CHECKPOINT COMMIT COPY CREATE DBCC DEALLOCATE DECLARE DELETE DENY DETACH DO DROP"
    " EXEC EXECUTE EXPLAIN EXPORT FETCH GO GOTO GRANT IF IMPORT INSERT INSTALL INTO KILL LOAD LOCK MERGE OPEN PRAGMA"
    " PRINT PUT RAISERROR RECONFIGURE REMOVE REPLACE RESTORE RETURN REVOKE ROLLBACK SAVE SET SHUTDOWN THROW TRUNCATE"
    " UNDROP UNLOAD UPDATE USE VACUUM WAITFOR WHILE"
)
"""Words that begin a statement. SQL Server needs no separator between two, so that what one parser takes for an alias
(`SELECT 1 DELETE FROM t`) is a second statement to it: such an alias must be quoted."""


def judge_query(tree: exp.Expr, dialect: str, what: str, text: str) -> None:
    """Raises `RuleInvalid` unless `tree` is one query that may be used. Its tables are judged in `queries.py`."""
    if not isinstance(tree, exp.Query | exp.Values):
        refuse(what, "it is not one SELECT")
    judge_tree(tree, allowed=QUERY_NODES, dialect=dialect, what=what, text=text)
    for node in tree.walk(bfs=False):
        if reason := _part(node) or _place(node) or _shape(node):
            refuse(what, reason, text=text, span=span_of(node))


def _part(node: exp.Expr) -> str | None:
    allowed = _PARTS.get(type(node))
    if allowed is None:
        return None
    for part, value in node.args.items():
        if value and part not in allowed:
            told = _PART_REASONS.get(part)
            return told or f"{part.strip('_').upper()} of {type(node).__name__} is not allowed"
    return None


def _place(node: exp.Expr) -> str | None:
    within = _WITHIN.get(type(node))
    if within and node.parent is not None and not isinstance(node.parent, within):
        return f"{type(node).__name__} cannot stand here"
    holds = _HOLDS.get(type(node))
    parts = [node.this, node.expression] if isinstance(node, exp.SetOperation) else [node.this]
    if holds and not all(isinstance(part, holds) for part in parts):
        return f"a query or table is missing in {type(node).__name__}"
    return None


def _shape(node: exp.Expr) -> str | None:
    if isinstance(node, exp.Select | exp.Values | exp.Tuple) and not node.expressions:
        return "it selects nothing"
    if isinstance(node, exp.Table):
        if not isinstance(node.this, exp.Identifier):
            return "only tables can be read, not functions"
        if node.alias_column_names:
            return "the columns of a table may not be renamed by position"
    if isinstance(node, exp.Join):
        return _join(node)
    if isinstance(node, exp.Alias | exp.TableAlias):
        alias = node.args.get("alias") if isinstance(node, exp.Alias) else node.this
        if isinstance(alias, exp.Identifier) and not alias.quoted:
            word = alias.name.upper()
            return f"{word} begins a statement; quote it" if word in _STATEMENTS else None
    return None


def _join(node: exp.Join) -> str | None:
    kind = node.kind.upper()
    if kind not in _JOIN_KINDS:
        return f"{kind} joins are not known to every engine"
    if kind == "OUTER" and not node.side:
        return "an OUTER JOIN is LEFT, RIGHT or FULL"
    return None
