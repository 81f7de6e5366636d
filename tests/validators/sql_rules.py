"""What an engine does not have, or reads otherwise, although a parser reads it.

Parsers are kind: they read STDDEV_SAMP for SQL Server, a comparison as a value, a condition that is none. An engine is
not. `breaches` says what a statement would fail of. The lists hold what our statements use and the engine documents; a
word that is new in a statement is looked up before it is added here.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel
from sqlglot.tokenizer_core import Token, TokenType
from tests.validators.sql_examples import ENGINES

FUNCTIONS = {
    "duckdb": """
        abs bit_xor chr coalesce concat_ws contains count date_trunc epoch_us hash isfinite lead max md5 min
        regexp_full_match replace right round stddev_samp sum""",
    "postgresql": """
        abs bit_xor chr coalesce concat_ws count date_trunc extract hash_numeric_extended hash_record_extended
        hashfloat8extended hashint4extended hashint8extended hashtextextended isfinite lead max md5 min
        replace right round row sqrt stddev_samp sum time_hash_extended timestamp_hash_extended trunc
        uuid_hash_extended var_samp""",
    "mssql": """
        abs convert char count_big dateadd datediff datediff_big datefromparts datepart hashbytes isnull lead lower max
        min month replace round stdev substring sum switchoffset year""",
    "snowflake": """
        abs bitand bitshiftright bitxor_agg chr coalesce collate concat_ws convert_timezone count dateadd datediff
        date_trunc hash lead max md5_number_lower64 min mod replace round stddev_samp sum to_varchar""",
}
"""The functions that our statements call on an engine."""

TYPES = {
    "duckdb": "bigint, date, decimal, double, double precision, int128, interval, numeric, timestamp, varchar",
    "postgresql": "bigint, bit, date, decimal, double precision, integer, numeric, text, timestamp, varchar",
    "mssql": "bigint, date, datetime2, decimal, double precision, integer, nvarchar, varchar",
    "snowflake": "date, decimal, double, double precision, timestamp_ntz, varchar",
}
"""The types that our statements cast to."""

RESERVED = {
    "mssql": """
        all and any as asc authorization between by case check column constraint convert cross current cursor database
        default desc distinct double else end escape except exists external file for foreign from full group having
        identity in index inner insert intersect into is join key kill left like merge national not null of off on open
        option or order outer over percent plan primary public read references restore return right rowcount rule save
        schema select session_user set some statistics table then to top transaction trigger union unique update use
        user values view waitfor when where while with""",
    "snowflake": """
        all alter and any as between by case cast check column connect constraint create cross current delete distinct
        drop else exists false following for from full grant group having ilike in increment inner insert intersect
        into is join lateral left like minus natural not null of on or order qualify regexp revoke right rlike row rows
        sample select set some start table tablesample then to trigger true try_cast union unique update using values
        when whenever where with""",
}
"""Words that are no names unless they are quoted."""

NOT_IN_T_SQL = re.compile(
    r"LIMIT|\|\||::|TRUE|FALSE|INTERVAL|FILTER|NULLS|ILIKE|USING|DISTINCT FROM|BOOLEAN|QUALIFY"
)

KEYWORDS = """
all and any as by case cast distinct else exists from having in join not on or over select then top union when where
within"""
"""Words that an opening parenthesis may follow although they are no functions."""

CLAIMS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)
RANKING = (exp.Lead, exp.Lag, exp.RowNumber, exp.FirstValue, exp.LastValue)


def breaches(sql: str, engine: str) -> Iterator[str]:
    """What the engine would not understand of a statement, in words; nothing when it is well said."""
    dialect = ENGINES[engine]
    tokens = Dialect.get_or_raise(dialect).tokenize(sql)
    trees = sqlglot.parse(sql, dialect=dialect, error_level=ErrorLevel.RAISE)
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        yield "it is not one query"
        return
    yield from _functions(tokens, engine)
    yield from _types(tokens, engine)
    yield from _names(tokens, engine)
    yield from _ungrouped(trees[0])
    if engine == "mssql":
        yield from _t_sql(tokens, trees[0])


def _functions(tokens: list[Token], engine: str) -> Iterator[str]:
    known = FUNCTIONS[engine].split() + TYPES[engine].split(", ") + KEYWORDS.split()
    for word, bracket in pairwise(tokens):
        name = word.text.lower()
        is_name = name.isidentifier() and not _is_quoted(word)
        if bracket.token_type is TokenType.L_PAREN and is_name and name not in known:
            yield f"no function {word.text}"


def _types(tokens: list[Token], engine: str) -> Iterator[str]:
    """By the words as they stand: a tree knows one name for several types."""
    opened_by: list[str] = []
    for before, word in pairwise(tokens):
        if word.text == "(":
            opened_by.append(before.text.upper())
        elif word.text == ")":
            opened_by.pop()
        elif before.text.upper() == "AS" and opened_by[-1:] == ["CAST"]:
            is_known = word.text.lower() in TYPES[engine].split(", ")
            yield from () if is_known else (f"no type {word.text}",)


def _names(tokens: list[Token], engine: str) -> Iterator[str]:
    reserved = RESERVED.get(engine, "").split()
    for before, word, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_label = before.text.upper() == "AS" and after.text in {",", "FROM", ")", "WHERE", "ON"}
        is_reserved = word.text.lower() in reserved and not _is_quoted(word)
        if is_reserved and (is_label or before.text == "."):
            yield f"{word.text} is no name"


def _is_quoted(token: Token) -> bool:
    return token.token_type in {TokenType.IDENTIFIER, TokenType.STRING, TokenType.NATIONAL_STRING}


def _ungrouped(tree: exp.Expr) -> Iterator[str]:
    """Columns beside aggregates that are not grouped by; and groups that are no expressions over columns."""
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        grouped = list(group.expressions) if group else []
        for each in grouped:
            if each.find(exp.Column) is None or each.find(exp.Query) is not None:
                yield f"no group {each.sql()}"
        if not grouped and not any(_aggregates(each) for each in select.expressions):
            continue
        for each in select.expressions:
            value = each.unalias()
            if not _aggregates(value) and value.find(exp.Column) and value not in grouped:
                yield f"not grouped by {value.sql()}"


def _aggregates(node: exp.Expr) -> bool:
    """Whether it sums up rows; a window does not."""
    if isinstance(node, exp.Window | exp.Query):
        return False
    counts = isinstance(node, exp.Anonymous) and node.name.upper() == "COUNT_BIG"
    if isinstance(node, exp.AggFunc) or counts:
        return True
    return any(_aggregates(each) for each in node.iter_expressions())


# ------------------------------------------------------------ SQL Server


def _t_sql(tokens: list[Token], tree: exp.Expr) -> Iterator[str]:
    plain = " ".join(each.text.upper() for each in tokens if not _is_quoted(each))
    yield from (f"no {word}" for word in NOT_IN_T_SQL.findall(plain))
    for claim in tree.find_all(*CLAIMS):
        if not _is_place_of_claim(claim):
            yield f"a condition is no value: {claim.sql(dialect='tsql')}"
    for value in _conditions(tree):
        if not isinstance(value, CLAIMS):
            yield f"a value is no condition: {value.sql(dialect='tsql')}"
    for window in tree.find_all(exp.Window):
        if isinstance(window.this, RANKING) and not window.args.get("order"):
            yield f"no order in {window.sql(dialect='tsql')}"
    for select in tree.find_all(exp.Select):
        if select.parent and select.args.get("order") and not select.args.get("limit"):
            yield "an order inside, without TOP"
    for function in tree.find_all(exp.AggFunc):
        if not isinstance(function.parent, exp.Window) and function.find(exp.Query):
            yield f"an aggregate over a subquery: {function.sql(dialect='tsql')}"


def _is_place_of_claim(claim: exp.Expr) -> bool:
    inner = claim
    while isinstance(inner.parent, exp.Paren):
        inner = inner.parent
    place = inner.parent
    if isinstance(place, exp.If):
        return place.this is inner
    if isinstance(place, exp.Join):
        return place.args.get("on") is inner
    return isinstance(place, exp.Where | exp.Having | exp.Connector | exp.Not)


def _conditions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """What stands where T-SQL wants a condition."""
    for node in tree.find_all(exp.Where, exp.Having, exp.Connector, exp.Not, exp.If):
        if isinstance(node, exp.If) and isinstance(node.parent, exp.Case) and node.parent.this:
            continue
        parts = (node.this, node.expression) if isinstance(node, exp.Connector) else (node.this,)
        yield from (part.unnest() for part in parts)
