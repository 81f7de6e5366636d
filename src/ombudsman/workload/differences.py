"""Which parts of a T-SQL statement will not run on Snowflake, or will run and answer differently?

Each rule is a claim of its own, with the reason a person needs. Rules that depend on types need the catalogue: without
it they say nothing, for a warning on every `/` is none. What follows from a column's collation is told of every
comparison of a text.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlglot import exp

from ombudsman.sql.guard_functions import words

T = TypeVar("T", bound=exp.Expr)


class Effect(StrEnum):
    """What happens to a statement that is taken over as it stands."""

    WILL_NOT_RUN = "will_not_run"
    ANSWERS_DIFFER = "answers_differ"


@dataclass(frozen=True)
class Difference:
    """Something that T-SQL and Snowflake do not have in common."""

    code: str
    effect: Effect
    what: str
    reason: str


class Nodes:
    """The nodes of a tree by their kinds: forty rules look for theirs, and the tree is walked once."""

    def __init__(self, tree: exp.Expr) -> None:
        self._by_type: dict[type[exp.Expr], list[exp.Expr]] = defaultdict(list)
        for node in tree.walk():
            self._by_type[type(node)].append(node)

    def find_all(self, *kinds: type[T]) -> Iterator[T]:
        for kind, nodes in self._by_type.items():
            if issubclass(kind, kinds):
                yield from nodes  # type: ignore[misc]

    def find(self, *kinds: type[exp.Expr]) -> exp.Expr | None:
        return next(self.find_all(*kinds), None)


@dataclass(frozen=True)
class _Rule:
    difference: Difference
    holds: Callable[[Nodes], bool]


def differences_of(tree: exp.Expr) -> tuple[Difference, ...]:
    """All rules that hold for a statement, those that keep it from running first.

    `tree` is parsed T-SQL; with types on its nodes more rules can tell.
    """
    nodes = Nodes(tree)
    found = [rule.difference for rule in RULES if rule.holds(nodes)]
    return tuple(sorted(found, key=lambda each: each.effect is not Effect.WILL_NOT_RUN))


# ------------------------------------------------------------ how a rule looks

_NUMBERS_WHOLE = exp.DataType.INTEGER_TYPES
_TEXTS = exp.DataType.TEXT_TYPES


def _any(tree: Nodes, kinds: Iterable[type[exp.Expr]], holds: Callable[[exp.Expr], bool]) -> bool:
    return any(holds(node) for node in tree.find_all(*kinds))


def _calls(*names: str) -> Callable[[Nodes], bool]:
    """Whether one of these functions is called, which the parser knows by name alone."""
    wanted = frozenset(name.upper() for name in names)
    return lambda tree: _any(tree, [exp.Anonymous], lambda node: node.name.upper() in wanted)


def _has(*kinds: type[exp.Expr]) -> Callable[[Nodes], bool]:
    return lambda tree: tree.find(*kinds) is not None


def _is_whole(node: exp.Expr | None) -> bool:
    if node is None:
        return False
    if isinstance(node, exp.Literal):
        return not node.is_string and node.name.isdigit()
    return node.is_type(*_NUMBERS_WHOLE)


def _is_text(node: exp.Expr | None) -> bool:
    return node is not None and (
        node.is_string or isinstance(node, exp.National) or node.is_type(*_TEXTS)
    )


def _is_known(node: exp.Expr) -> bool:
    return node.type is not None and not node.is_type(exp.DType.UNKNOWN)


def _is_fraction(node: exp.Expr | None) -> bool:
    if isinstance(node, exp.Literal):
        return not node.is_string and "." in node.name
    return node is not None and node.is_type(*exp.DataType.NUMERIC_TYPES) and not _is_whole(node)


# ------------------------------------------------------------ the rules


def _limits(option: str) -> Callable[[Nodes], bool]:
    return lambda tree: _any(
        tree,
        [exp.Limit, exp.Fetch],
        lambda n: bool(n.args.get("limit_options") and n.args["limit_options"].args.get(option)),
    )


def _without_order(tree: Nodes) -> bool:
    return _any(
        tree,
        [exp.Select],
        lambda n: n.args.get("limit") is not None and n.args.get("order") is None,
    )


def _xml_method(tree: Nodes) -> bool:
    names = {"VALUE", "QUERY", "EXIST", "NODES", "MODIFY"}
    return _any(
        tree,
        [exp.Dot],
        lambda n: isinstance(n.expression, exp.Anonymous) and n.expression.name.upper() in names,
    )


def _own_function(tree: Nodes) -> bool:
    names = {"VALUE", "QUERY", "EXIST", "NODES", "MODIFY"}
    return _any(
        tree,
        [exp.Dot],
        lambda n: (
            isinstance(n.expression, exp.Anonymous) and n.expression.name.upper() not in names
        ),
    )


def _table(holds: Callable[[exp.Table], bool]) -> Callable[[Nodes], bool]:
    return lambda tree: any(holds(node) for node in tree.find_all(exp.Table))


def _function_as_table(tree: Nodes) -> bool:
    return _any(
        tree,
        [exp.Table, exp.Lateral],
        lambda n: isinstance(n.this, exp.Func) and not isinstance(n.this, exp.OpenJSON),
    )


def _apply(tree: Nodes) -> bool:
    """A lateral query that is cut to some rows, or a function for each row."""
    return _any(
        tree,
        [exp.Lateral],
        lambda n: n.find(exp.Limit) is not None or not isinstance(n.this, exp.Subquery),
    )


def _weekday(tree: Nodes) -> bool:
    return _any(
        tree,
        [exp.Extract],
        lambda n: n.name.upper() in {"DAYOFWEEK", "WEEKDAY", "DW", "WEEK", "WK", "WW"},
    )


def _names_of_dates(tree: Nodes) -> bool:
    return _any(tree, [exp.TimeToStr], lambda n: n.args["format"].name in {"%A", "%B", "%a", "%b"})


def _week_difference(tree: Nodes) -> bool:
    return _any(
        tree,
        [exp.DateDiff],
        lambda n: bool(n.args.get("unit")) and n.args["unit"].name.upper() in {"WEEK", "WK", "WW"},
    )


def _plus(tree: Nodes) -> bool:
    return _any(tree, [exp.Add], lambda n: _is_text(n.this) or _is_text(n.expression))


def _like(tree: Nodes) -> bool:
    return _any(tree, [exp.Like, exp.ILike], lambda n: "[" in n.expression.name)


def _pattern_case(tree: Nodes) -> bool:
    compared = (exp.EQ, exp.NEQ, exp.Like, exp.In)
    if _any(tree, compared, lambda n: _is_text(n.this) or _is_text(n.args.get("expression"))):
        return True
    if _any(tree, [exp.In], lambda n: any(_is_text(each) for each in n.expressions)):
        return True
    return _any(tree, [exp.Group], lambda n: any(_is_text(each) for each in n.expressions))


def _collate(tree: Nodes) -> bool:
    return tree.find(exp.Collate) is not None


def _ordered_text(tree: Nodes) -> bool:
    return _any(tree, [exp.Ordered], lambda n: _is_text(n.this))


def _convert_style(tree: Nodes) -> bool:
    return _any(tree, [exp.Convert], lambda n: n.args.get("style") is not None)


def _tries(tree: Nodes) -> bool:
    if _any(tree, [exp.TryCast], lambda n: _is_known(n.this) and not _is_text(n.this)):
        return True
    return _any(
        tree,
        [exp.Convert],
        lambda n: (
            bool(n.args.get("safe")) and _is_known(n.expression) and not _is_text(n.expression)
        ),
    )


def _cut_to_whole(tree: Nodes) -> bool:
    if _any(
        tree,
        [exp.Cast, exp.TryCast],
        lambda n: n.args["to"].this in _NUMBERS_WHOLE and _is_fraction(n.this),
    ):
        return True
    return _any(
        tree, [exp.Convert], lambda n: n.this.this in _NUMBERS_WHOLE and _is_fraction(n.expression)
    )


def _bare_text(tree: Nodes) -> bool:
    kinds = {exp.DType.VARCHAR, exp.DType.NVARCHAR, exp.DType.CHAR, exp.DType.NCHAR}
    return _any(
        tree,
        [exp.DataType],
        lambda n: (
            n.this in kinds and not n.expressions and isinstance(n.parent, exp.Cast | exp.Convert)
        ),
    )


def _compact_date(tree: Nodes) -> bool:
    pattern = re.compile(r"(?:19|20)\d{6}")
    compared = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.DateAdd, exp.DateDiff)
    return _any(
        tree,
        [exp.Literal],
        lambda n: (
            n.is_string and bool(pattern.fullmatch(n.name)) and isinstance(n.parent, compared)
        ),
    )


def _substring(tree: Nodes) -> bool:
    def starts_early(node: exp.Expr) -> bool:
        start = node.args.get("start")
        if isinstance(start, exp.Neg):
            return True
        return not isinstance(start, exp.Literal) or start.name == "0"

    return _any(tree, [exp.Substring], starts_early)


def _isnull(tree: Nodes) -> bool:
    return _any(
        tree, [exp.Coalesce], lambda n: bool(n.args.get("is_null")) and not _is_plain_default(n)
    )


def _is_plain_default(node: exp.Expr) -> bool:
    """ISNULL(number, 0): both rules of types give the same."""
    rest = node.expressions
    return (
        len(rest) == 1
        and isinstance(rest[0], exp.Literal)
        and (not rest[0].is_string or rest[0].name == "")
    )


_UNKNOWN_FUNCTIONS = words(
    "CHOOSE PATINDEX DATALENGTH CHECKSUM BINARY_CHECKSUM QUOTENAME STR PARSE TRY_PARSE ISDATE ISNUMERIC FORMATMESSAGE"
    " OBJECT_ID OBJECT_NAME SCOPE_IDENTITY IDENT_CURRENT NCHAR SWITCHOFFSET TODATETIMEOFFSET SYSDATETIMEOFFSET ISJSON"
    " JSON_MODIFY STRING_ESCAPE DIFFERENCE ERROR_MESSAGE ERROR_NUMBER HOST_NAME APP_NAME SUSER_SNAME NEWSEQUENTIALID"
    " DATETIMEOFFSETFROMPARTS SMALLDATETIMEFROMPARTS STDEVP VAR VARP CHECKSUM_AGG COLUMNPROPERTY SERVERPROPERTY"
    " GETANSINULL COMPRESS DECOMPRESS APPROX_PERCENTILE_CONT APPROX_PERCENTILE_DISC FREETEXT"
)

_NO, _OTHER = Effect.WILL_NOT_RUN, Effect.ANSWERS_DIFFER


def _rule(
    code: str, effect: Effect, what: str, reason: str, holds: Callable[[Nodes], bool]
) -> _Rule:
    return _Rule(Difference(code, effect, what, reason), holds)


RULES: tuple[_Rule, ...] = (
    _rule(
        "with_ties",
        _NO,
        "TOP ... WITH TIES",
        "there is none: QUALIFY RANK() <= n says it",
        _limits("with_ties"),
    ),
    _rule(
        "top_percent",
        _NO,
        "TOP n PERCENT",
        "there is none: count the rows first",
        _limits("percent"),
    ),
    _rule(
        "xml_method",
        _NO,
        ".value(), .nodes() of xml",
        "XML is queried by XMLGET and FLATTEN",
        _xml_method,
    ),
    _rule(
        "for_xml",
        _NO,
        "FOR XML, FOR JSON",
        "results are objects by OBJECT_CONSTRUCT and ARRAY_AGG",
        lambda tree: _any(tree, [exp.Select], lambda n: bool(n.args.get("for_"))),
    ),
    _rule("open_json", _NO, "OPENJSON", "JSON is unfolded by FLATTEN", _has(exp.OpenJSON)),
    _rule(
        "table_function",
        _NO,
        "a function as a table",
        "STRING_SPLIT is SPLIT_TO_TABLE; your own must be written anew",
        _function_as_table,
    ),
    _rule(
        "own_function",
        _NO,
        "a function of your own",
        "it must be written anew on Snowflake",
        _own_function,
    ),
    _rule(
        "function",
        _NO,
        "a function that Snowflake does not have",
        "it has another name or must be said otherwise",
        _calls(*_UNKNOWN_FUNCTIONS),
    ),
    _rule(
        "full_text", _NO, "CONTAINS, FREETEXT", "there is no full-text index", _has(exp.Contains)
    ),
    _rule(
        "utc_date",
        _NO,
        "GETUTCDATE(), SYSUTCDATETIME()",
        "it is SYSDATE() there",
        _calls("GETUTCDATE", "SYSUTCDATETIME"),
    ),
    _rule("format", _NO, "FORMAT()", "TO_CHAR has other formats", _has(exp.NumberToStr)),
    _rule(
        "session_variable",
        _NO,
        "@@ variables",
        "there are none",
        lambda tree: _any(
            tree,
            [exp.Parameter, exp.SessionParameter],
            lambda n: isinstance(n.this, exp.Parameter) or isinstance(n, exp.SessionParameter),
        ),
    ),
    _rule(
        "temporal",
        _NO,
        "FOR SYSTEM_TIME",
        "history is read by AT, and only as far as it is kept",
        _table(lambda n: n.args.get("version") is not None),
    ),
    _rule(
        "other_server",
        _NO,
        "a table of a linked server",
        "there are no linked servers",
        _table(lambda n: isinstance(n.this, exp.Dot)),
    ),
    _rule(
        "temporary_table",
        _NO,
        "#temporary tables, @table variables",
        "names do not begin with # or @",
        _table(
            lambda n: (
                n.name.startswith(("#", "@"))
                or bool(n.this and n.this.args.get("temporary"))
                or isinstance(n.this, exp.Parameter)
            )
        ),
    ),
    _rule(
        "system_views",
        _NO,
        "sys views",
        "the catalogue is INFORMATION_SCHEMA",
        _table(lambda n: n.db.lower() == "sys"),
    ),
    _rule(
        "apply",
        _NO,
        "APPLY with TOP or a function",
        "a lateral query there may not be cut to some rows",
        _apply,
    ),
    _rule("text_plus", _NO, "+ of texts", "+ adds numbers only; texts are glued by ||", _plus),
    _rule("output", _NO, "OUTPUT of a write", "a write gives no rows back", _has(exp.Returning)),
    _rule(
        "by_source",
        _NO,
        "WHEN NOT MATCHED BY SOURCE",
        "MERGE there knows no such rows: delete them apart",
        lambda tree: _any(
            tree, [exp.When], lambda n: bool(n.args.get("source")) and not n.args.get("matched")
        ),
    ),
    _rule("collate_clause", _NO, "COLLATE", "collations have other names there", _collate),
    # ------------------------------------------------ runs, and says something else
    _rule(
        "whole_division",
        _OTHER,
        "division of whole numbers",
        "7 / 2 is 3 on SQL Server and 3.5 on Snowflake",
        lambda tree: _any(tree, [exp.Div], lambda n: _is_whole(n.this) and _is_whole(n.expression)),
    ),
    _rule(
        "whole_average",
        _OTHER,
        "AVG of whole numbers",
        "SQL Server cuts the average to a whole number",
        lambda tree: _any(tree, [exp.Avg], lambda n: _is_whole(n.this)),
    ),
    _rule(
        "cut_to_whole",
        _OTHER,
        "a fraction cast to a whole number",
        "SQL Server cuts, Snowflake rounds",
        _cut_to_whole,
    ),
    _rule(
        "round_cuts",
        _OTHER,
        "ROUND(a, n, 1)",
        "the third argument cuts; Snowflake's is a kind of rounding",
        lambda tree: _any(tree, [exp.Round], lambda n: n.args.get("truncate") is not None),
    ),
    _rule(
        "decimal_division",
        _OTHER,
        "division of decimals",
        "the digits behind the point are counted otherwise",
        lambda tree: _any(
            tree, [exp.Div], lambda n: _is_fraction(n.this) or _is_fraction(n.expression)
        ),
    ),
    _rule("like_set", _OTHER, "LIKE '[a-c]%'", "brackets stand for themselves on Snowflake", _like),
    _rule(
        "collation",
        _OTHER,
        "comparing, grouping texts",
        "most collations of SQL Server ignore case and trailing blanks",
        _pattern_case,
    ),
    _rule(
        "text_order",
        _OTHER,
        "ORDER BY a text",
        "SQL Server orders by its collation, Snowflake by code points",
        _ordered_text,
    ),
    _rule(
        "null_text",
        _OTHER,
        "CONCAT with NULL",
        "SQL Server takes NULL for an empty text, Snowflake gives NULL",
        _has(exp.Concat),
    ),
    _rule("length", _OTHER, "LEN()", "SQL Server does not count trailing blanks", _has(exp.Length)),
    _rule(
        "substring",
        _OTHER,
        "SUBSTRING from 0 or less",
        "SQL Server counts from before the text: fewer characters",
        _substring,
    ),
    _rule(
        "isnull",
        _OTHER,
        "ISNULL()",
        "the result has the type of the first argument and is cut to its length",
        _isnull,
    ),
    _rule(
        "null_order",
        _OTHER,
        "TOP by an order with NULL",
        "NULL comes first on SQL Server, last on Snowflake",
        lambda tree: _any(
            tree,
            [exp.Select],
            lambda n: n.args.get("limit") is not None and n.args.get("order") is not None,
        ),
    ),
    _rule(
        "convert_style",
        _OTHER,
        "CONVERT with a style",
        "styles are formats there, and not all have one",
        _convert_style,
    ),
    _rule(
        "try_convert",
        _NO,
        "TRY_CONVERT of what is no text",
        "TRY_CAST there takes texts only, and refuses all else",
        _tries,
    ),
    _rule(
        "bare_text",
        _OTHER,
        "CAST to varchar without a length",
        "SQL Server cuts at 30 characters",
        _bare_text,
    ),
    _rule(
        "compact_date",
        _OTHER,
        "'20240131' as a date",
        "Snowflake may read it as seconds",
        _compact_date,
    ),
    _rule(
        "now",
        _OTHER,
        "GETDATE() and the like",
        "it is the server's local time here, the session's zone there",
        _has(exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentDatetime),
    ),
    _rule(
        "weekday",
        _OTHER,
        "DATEPART of weekday or week",
        "SQL Server counts from DATEFIRST, Snowflake from WEEK_START",
        _weekday,
    ),
    _rule(
        "date_names",
        _OTHER,
        "DATENAME",
        "names follow the language of the login; Snowflake has short English ones",
        _names_of_dates,
    ),
    _rule(
        "week_difference",
        _OTHER,
        "DATEDIFF(week, ...)",
        "SQL Server's weeks begin on Sunday, Snowflake's on Monday",
        _week_difference,
    ),
    _rule(
        "top_without_order",
        _OTHER,
        "TOP without ORDER BY",
        "any rows will do, and other ones will come",
        _without_order,
    ),
    _rule(
        "chance",
        _OTHER,
        "NEWID(), RAND()",
        "it answers differently each time",
        _has(exp.Uuid, exp.Rand),
    ),
)
"""What is asked of a statement, in this order."""
