"""What do two dialects read differently, though both read it?

The renderer translates what it knows to differ. This file and its three rooms (`traps_of_texts.py`,
`traps_of_values.py`, `traps_of_dates.py`) even out what it lets pass, where it can be done on the tree, and refuse what
cannot be said on the other side:

- `+` glues texts on SQL Server: it becomes `||` when an operand is a text.
- `7 / 2` is 3 on SQL Server, PostgreSQL and SQLite, 3.5 on DuckDB and Snowflake. The renderer evens it out when it
  knows both types: hand the columns with their types. A literal `2.0` is plain everywhere.
- A bit is compared with 1, a boolean is not (PostgreSQL refuses): for a boolean column 0 and 1 become FALSE and TRUE.
- `LIKE '[a-c]%'` is a set of letters on SQL Server and four characters elsewhere: such a pattern is refused where it
  is not spelt out, and a bracket that is meant as one is escaped for SQL Server.
- What is SQL Server's own and is to be read by Snowflake or DuckDB is spelt out before: `from_tsql.py`.
- A backslash in a pattern escapes on PostgreSQL and stands for itself elsewhere: the escape is written out.
- `LEN` ignores trailing blanks, `LENGTH` counts them.
- `'Łódź'` on SQL Server is read in the code page unless it is written `N'Łódź'`.
- SQL Server has no ILIKE: both sides are lowered.
- A difference of dates counts the borders crossed (31 December to 1 January is one year); PostgreSQL has no such
  function: days, months and years are computed from their parts.
- QUALIFY becomes a subquery where it is not known; an ORDER BY or LIMIT beside it would slip inside, before the rows
  are chosen, and is refused.
- A bare DECIMAL is (18, 3) on DuckDB, (18, 0) on SQL Server, (38, 0) on Snowflake, unbounded on PostgreSQL: the
  writer's own is spelt out, the unbounded one as (38, 10).
- A cast to VARCHAR(n) cuts, but not on DuckDB and SQLite: there the text is cut by SUBSTRING.
- `'20240229'` is a date on SQL Server: beside a date it becomes `'2024-02-29'`.
- The pattern of SIMILAR TO is a regular expression on DuckDB and a mixture on PostgreSQL: refused across.
- `a IS TRUE` is never unknown; where it is not known it becomes `(NOT a IS NULL AND a = TRUE)`.
- `a IS b` of SQLite is IS NOT DISTINCT FROM elsewhere.
- TRY_CAST gives NULL for what it cannot read; where there is only CAST, an error or 0, it is refused.

Left as they are: `=` ignores trailing blanks on SQL Server and follows the column's collation there (letter case too);
`LIKE` ignores case on SQLite; a comparison of a date with the text `'now'` on PostgreSQL; the rounding of `x.5` in
floats; the week's first day; the order of texts; on SQL Server a bare VARCHAR in a cast, which cuts at 30 characters,
and a boolean computed by CASE, which is no value there.
"""

from typing import TypeVar

from sqlglot import exp
from sqlglot.optimizer.annotate_types import TypeAnnotator
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from ombudsman.model import types
from ombudsman.model.errors import RuleInvalid
from ombudsman.model.types import DataType
from ombudsman.sql import (
    from_tsql,
    traps_of_dates,
    traps_of_texts,
    traps_of_values,
    tsql_types,
)
from ombudsman.sql.sizes import settle_sizes

RULES = traps_of_texts.RULES | traps_of_values.RULES | traps_of_dates.RULES
"""For a kind of node: what stands for it when it was written in one dialect and is to be read in another."""

Tree = TypeVar("Tree", bound=exp.Expr)

_QUALIFY = frozenset(
    {"duckdb", "snowflake", "bigquery", "databricks", "clickhouse", "redshift", "teradata"}
)


def column_type(data_type: DataType) -> exp.DataType:
    """The parser's word for a type of ours; unknown for what no rule here asks about."""
    match data_type:
        case types.Boolean():
            word = "BOOLEAN"
        case types.Integer(bits=bits):
            word = {8: "TINYINT", 16: "SMALLINT", 32: "INT", 64: "BIGINT"}.get(bits, "INT128")
        case types.Decimal(scale=0):
            word = "DECIMAL(38, 0)"
        case types.Decimal():
            word = "DECIMAL"
        case types.Float():
            word = "DOUBLE"
        case types.Text():
            word = "TEXT"
        case types.Date():
            word = "DATE"
        case types.Timestamp(zone=zone):
            word = "TIMESTAMPTZ" if zone else "TIMESTAMP"
        case _:
            word = "UNKNOWN"
    return exp.DataType.build(word)


def settle_types(tree: Tree, *, dialect: str) -> Tree:
    """`tree` with the type of each node that follows from its columns' types and its literals."""
    annotator = TypeAnnotator(
        MappingSchema(dialect=dialect),
        expression_metadata=tsql_types.METADATA if dialect == "tsql" else None,
        overwrite_types=False,
    )
    for scope in traverse_scope(tree) if isinstance(tree, exp.Query) else ():
        _settle_casts(scope, annotator, scope)
        annotator.annotate_scope(scope)
        settle_sizes(scope)
    _settle_casts(tree, annotator, None)
    return annotator.annotate(tree)


def _settle_casts(place: exp.Expr | Scope, annotator: TypeAnnotator, scope: Scope | None) -> None:
    """A cast tells its own type, and what it casts would be passed over."""
    for cast in reversed(list(place.find_all(exp.Cast, exp.TryCast))):
        annotator.annotate_expression(cast.this, scope)
        cast.type = tsql_types.kind_of(cast.args["to"])


def even_out(tree: exp.Expr, *, read: str, write: str) -> exp.Expr:
    """`tree`, which was written in the dialect `read`, with what `write` would read differently spelt out.

    Changes `tree` in place; the root itself is another node when a rule replaces it.

    Raises:
        RuleInvalid: `write` has no words for it.
    """
    if read == "tsql" and write in from_tsql.ENGINES:
        tree = from_tsql.spelt_out(tree, write=write)
    for query in tree.find_all(exp.Qualify):
        _judge_qualify(query.parent, write)
    # Children first: a rule that rewrites a node keeps what was made of its parts.
    for node in reversed(list(tree.find_all(*RULES, bfs=False))):
        rule = RULES.get(type(node))
        new = rule(node, read, write) if rule else node
        if new is node:
            continue
        if new.type is None:
            new.type = node.type
        if node is tree:
            tree = new
        else:
            node.replace(new)
    if write == "tsql":
        _forget_booleans(tree)
    return tree


def _judge_qualify(query: exp.Expr | None, write: str) -> None:
    if write in _QUALIFY or query is None:
        return
    if any(query.args.get(part) for part in ("order", "limit", "offset")):
        raise RuleInvalid(
            f"QUALIFY with an ORDER BY or LIMIT beside it cannot be said in {write}",
            hint="put the QUALIFY into a subquery and order its rows outside",
        )


def _forget_booleans(tree: exp.Expr) -> None:
    """A bit is no claim on SQL Server; the renderer writes `<> 0` where it does not take it for a boolean."""
    for column in tree.find_all(exp.Column):
        if column.is_type(exp.DType.BOOLEAN):
            column.type = exp.DataType.build("BIT")
