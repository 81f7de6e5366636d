"""A recorded statement as one query that can be asked again, with values in place of its parameters.

Query Store keeps no values; a plan has those for which it was compiled. What has a parameter without a value is not
replayed, nor is what asks for the present moment, for chance, or for "any ten rows": two answers to that prove nothing.
"""

from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from ombudsman.workload.pattern import pattern_id, pattern_text
from ombudsman.workload.recorded import Recorded
from ombudsman.workload.replay_order import show_order
from ombudsman.workload.statements import StatementKind, read_statements
from ombudsman.workload.words_of_tsql import words_of
from ombudsman.workload.workload import Pattern

_TSQL = Dialect.get_or_raise("tsql")
_NUMBERING = (
    exp.RowNumber,
    exp.Ntile,
    exp.FirstValue,
    exp.LastValue,
    exp.NthValue,
    exp.Lag,
    exp.Lead,
)
_CHANCE = (exp.Uuid, exp.Rand)
_NOW = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTime)
_NOW_NAMES = frozenset({"GETUTCDATE", "SYSUTCDATETIME", "SYSDATETIMEOFFSET"})
_NAMED_PARTS = frozenset({"YEAR", "YY", "YYYY", "MONTH", "MM", "M", "WEEKDAY", "DW"})
_UNITS = {
    "YEAR": ("YY", "YYYY"),
    "QUARTER": ("QQ", "Q"),
    "MONTH": ("MM", "M"),
    "WEEK": ("WK", "WW"),
    "DAY": ("DD", "D", "DAYOFYEAR", "DY", "Y", "WEEKDAY", "DW", "W"),
    "HOUR": ("HH", "H"),
    "MINUTE": ("MI", "N"),
    "SECOND": ("SS", "S"),
    "MILLISECOND": ("MS",),
    "MICROSECOND": ("MCS",),
}
"""What DATEADD and DATEDIFF count, and how else SQL Server lets it be spelt."""

_WEEKDAY_UNITS = frozenset({"DAYOFWEEK", "WEEKDAY", "DW", "WEEK", "WK", "WW"})


@dataclass(frozen=True)
class Replayable:
    """T-SQL without parameters and hints. `doubts` say why two sound answers may differ all the same."""

    text: str
    ordered_by: tuple[int, ...] = ()
    """The places of the output columns that order its rows, from 0; of `hidden` ones counted from the end, from -1."""
    hidden: int = 0
    """How many output columns were added at the end: they order the rows, and are no part of the answer."""
    order_is_open: bool = False
    """Whether it is ordered by something else as well, which cannot be looked at."""
    divides: bool = False
    doubts: tuple[str, ...] = ()


class NotReplayableError(Exception):
    """Says why."""


def replayable(pattern: Pattern, *, database: str | None = None) -> Replayable:
    """The example of a pattern as a query.

    Args:
        pattern: one that reads.
        database: the source's name, which may stand before a schema; None where it is not known.

    Raises:
        NotReplayableError: it does not read, its values are not known, or its answer is not determined.
    """
    if pattern.kind is not StatementKind.READ:
        raise NotReplayableError("it writes")
    tree = _statement_of(pattern)
    _judge(tree, pattern.example)
    _drop_names(tree, database)
    _open_parentheses(tree)
    _name_units(tree)
    _give_values(tree, pattern.example)
    doubts = tuple(_doubts(tree))
    order = show_order(tree)
    return Replayable(
        text=tree.sql("tsql", comments=False),
        ordered_by=order.places,
        hidden=order.hidden,
        order_is_open=order.is_open,
        divides=tree.find(exp.Div, exp.Avg) is not None,
        doubts=doubts,
    )


def _statement_of(pattern: Pattern) -> exp.Query:
    """The statement of this pattern in its example; a batch has several."""
    for statement in read_statements(pattern.example.text).all:
        if statement.tree is not None and pattern_id(pattern_text(statement.tree)) == pattern.id:
            if isinstance(statement.tree, exp.Query):
                _judge_parts(statement.text)
                return statement.tree
            break
    raise NotReplayableError("it is no query of its own")


def _judge_parts(text: str) -> None:
    """Parts of dates that the parser takes for others: in what it writes they can no more be told."""
    words = words_of(text)
    for place, word in enumerate(words[:-2]):
        if word.is_quoted or words[place + 1].text != "(":
            continue
        part = words[place + 2].text.upper()
        if word.text == "DATEPART" and part in {"W", "Y"}:
            raise NotReplayableError(
                "it asks for a part of a date by a letter that is read as another"
            )
        if word.text == "DATENAME" and part not in _NAMED_PARTS:
            raise NotReplayableError("it asks for the text of a part of a date that has no name")


def _judge(tree: exp.Query, example: Recorded) -> None:
    if tree.find(*_NOW) or any(n.name.upper() in _NOW_NAMES for n in tree.find_all(exp.Anonymous)):
        raise NotReplayableError("it asks for the present moment")
    if tree.find(*_CHANCE):
        raise NotReplayableError("it asks for chance")
    for select in tree.find_all(exp.Select):
        if select.args.get("limit") is not None and select.args.get("order") is None:
            raise NotReplayableError("it takes some rows in no order: any would do")
    if example.date_first not in (None, 7) and any(
        each.name.upper() in _WEEKDAY_UNITS for each in tree.find_all(exp.Extract)
    ):
        raise NotReplayableError("it counts weekdays under another DATEFIRST than 7")
    if any(isinstance(each.this, exp.Parameter) for each in tree.find_all(exp.EQ)) and any(
        isinstance(each, exp.EQ) and isinstance(each.this, exp.Parameter) for each in tree.selects
    ):
        raise NotReplayableError("it assigns to variables")


def _drop_names(tree: exp.Query, database: str | None) -> None:
    """The source's own name before a schema: both sides are one database."""
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Dot):
            raise NotReplayableError("it reads a table of another server")
        if table.catalog and table.catalog.casefold() != (database or "").casefold():
            raise NotReplayableError("it reads another database")
        table.set("catalog", None)
    for column in tree.find_all(exp.Column):
        column.set("catalog", None)


def _open_parentheses(tree: exp.Query) -> None:
    """`FROM (a JOIN b ON p) JOIN c ON q` without its parentheses, where that changes nothing."""
    for select in tree.find_all(exp.Select):
        source = select.args.get("from_")
        while source is not None and (inner := _joined(source.this)) is not None:
            joins = [each.pop() for each in inner.args["joins"]]
            source.set("this", inner)
            select.set("joins", [*joins, *(select.args.get("joins") or ())])
        opened: list[exp.Join] = []
        for join in select.args.get("joins") or ():
            opened += _opened(join)
        if opened:
            select.set("joins", opened)


def _joined(node: exp.Expr) -> exp.Table | None:
    """The first table of joins in parentheses that have no name of their own."""
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) and not node.alias:
        return node.this if node.this.args.get("joins") and not node.args.get("joins") else None
    return None


def _opened(join: exp.Join) -> list[exp.Join]:
    """`JOIN (b JOIN c ON p) ON q` as `CROSS JOIN b JOIN c ON p AND q`: of inner joins alone."""
    inner = _joined(join.this)
    if inner is None:
        return [join]
    within = inner.args["joins"]
    if not all(_is_inner(each) for each in (join, *within)):
        return [join]
    joins = [each.pop() for each in list(within)]
    last = joins[-1]
    last.set("on", exp.and_(last.args["on"], join.args["on"]))
    return [exp.Join(this=inner, kind="CROSS"), *(part for each in joins for part in _opened(each))]


def _is_inner(join: exp.Join) -> bool:
    return not join.side and join.kind in {"", "INNER"} and join.args.get("on") is not None


def _name_units(tree: exp.Query) -> None:
    """Units of time by their whole names: `y` is a day to DATEDIFF, and a year elsewhere."""
    for node in tree.find_all(exp.DateDiff, exp.DateAdd):
        told = node.args["unit"].name.upper() if node.args.get("unit") else ""
        for name, spellings in _UNITS.items():
            if told in spellings:
                node.set("unit", exp.Var(this=name))


def _give_values(tree: exp.Query, example: Recorded) -> None:
    values = {each.name.casefold(): each for each in example.plan.parameters}
    for node in list(tree.find_all(exp.Parameter)):
        if node.parent is None or isinstance(node.this, exp.Parameter):
            raise NotReplayableError("it reads a variable of the session")
        name = f"@{node.name}".casefold()
        known = values.get(name)
        if known is None or known.value is None:
            raise NotReplayableError("the values of its parameters are not recorded")
        node.replace(_value(known.value))


def _value(told: str) -> exp.Expr:
    """A compiled value: `(42)`, `N'abc'`, `NULL`. Only a literal is taken."""
    try:
        trees = _TSQL.parse(f"SELECT {told}")
    except SqlglotError:
        trees = []
    tree = trees[0] if len(trees) == 1 else None
    value = (
        tree.expressions[0] if isinstance(tree, exp.Select) and len(tree.expressions) == 1 else None
    )
    while isinstance(value, exp.Paren):
        value = value.this
    inner = value.this if isinstance(value, exp.Neg) else value
    if not isinstance(inner, exp.Literal | exp.National | exp.Null):
        raise NotReplayableError("the values of its parameters cannot be written")
    assert isinstance(value, exp.Expr)  # noqa: S101 - its inner part is a literal
    return value.copy()


def _doubts(tree: exp.Query) -> list[str]:
    found = []
    if any(_takes_some(select) for select in tree.find_all(exp.Query)):
        found.append("it takes the first rows of an order that may have ties")
    if tree.find(*_NUMBERING) or any(_counts_rows(each) for each in tree.find_all(exp.Window)):
        found.append("a window numbers rows in an order that may have ties")
    if any(
        each.this.find(exp.Order) is None and not isinstance(each.parent, exp.WithinGroup)
        for each in tree.find_all(exp.GroupConcat)
    ):
        found.append("it glues texts in no order")
    return found


def _takes_some(query: exp.Query) -> bool:
    return query.args.get("limit") is not None or query.args.get("offset") is not None


def _counts_rows(window: exp.Window) -> bool:
    """`SUM(a) OVER (ORDER BY b ROWS ...)`: of rows that tie, any may come first."""
    frame = window.args.get("spec")
    return frame is not None and frame.args.get("kind") == "ROWS"
