"""What does a person's whole query say, and how does each engine say it?

A query is written in the source's names and dialect, over tables that are known by name and columns. It is parsed and
judged as a condition is, then every name is resolved: each column to its table, each `*` to the columns it stands for,
USING to ON. What is left is a tree in which renaming tables and columns cannot change the meaning.

Output names stay as they were written on both sides; `Query.columns` lists them.

Not done here: running it, and capping its rows beyond the `limit` that `render` is given.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from ombudsman.sql.dialect_traps import even_out, settle_types
from ombudsman.sql.guard import dialect_named, read_tree, refuse
from ombudsman.sql.guard_query import judge_query
from ombudsman.sql.guard_render import Place, render_tree
from ombudsman.sql.guard_spelling import spelt_alike
from ombudsman.sql.guard_tokens import read_tokens
from ombudsman.sql.query_names import Renaming, Tables, rename, resolve_names


@dataclass(frozen=True)
class Query:
    """One SELECT over known tables. Equal ones render equally, however they were spelt."""

    canonical: str
    """The query rendered in its own dialect, in the source's names."""
    dialect: str
    tables: tuple[str, ...] = field(compare=False)
    """The tables it reads, as they were named to `parse_query`, each once."""
    columns: tuple[str, ...] = field(compare=False)
    """The names of its output columns, in order."""
    what: str = field(compare=False)
    _tree: exp.Query = field(compare=False, repr=False)

    def render(
        self, dialect: str, tables: Renaming | None = None, *, limit: int | None = None
    ) -> str:
        """The text for an engine that reads `dialect`.

        Args:
            dialect: the parser's name of the dialect.
            tables: for each source table the other side's table and its columns' names there; what is absent keeps
                its name.
            limit: the most rows to return, beside what the query itself says.

        Raises:
            RuleInvalid: that dialect cannot say it.
        """
        tree = self._tree.copy()
        even_out(tree, read=self.dialect, write=dialect)
        rename(tree, tables or {}, self.what)
        if limit is not None:
            tree = _capped(tree, limit)
        return render_tree(
            tree,
            dialect=dialect,
            place=Place.WHOLE,
            judge=judge_query,
            what=self.what,
            read=self.dialect,
        )


def parse_query(text: str, *, dialect: str, tables: Tables, what: str = "query") -> Query:
    """Reads one SELECT, set operation or VALUES.

    Args:
        text: what a person wrote.
        dialect: the parser's name of the dialect it is written in.
        tables: the columns of each table that may be read, by its name as `TableRef` writes it; a mapping from column
            to `DataType` tells the types as well.
        what: what the text is, for messages.

    Raises:
        RuleInvalid: it is not one query, reads what is not there, or uses what is not allowed.
    """
    tree = _parsed(text, dialect=dialect, what=what)
    tree, found = resolve_names(tree, tables, dialect, what=what, text=text)
    tree = settle_types(tree, dialect=dialect)
    return Query(
        canonical=_canonical(tree, dialect, what),
        dialect=dialect,
        tables=tuple(found),
        columns=tuple(tree.named_selects),
        what=what,
        _tree=tree,
    )


def _parsed(text: str, *, dialect: str, what: str) -> exp.Query:
    language = dialect_named(dialect)
    tokens = read_tokens(text, language, what=what)
    if tokens[0].text.upper() not in {"SELECT", "WITH", "VALUES", "TABLE", "FROM", "("}:
        span = (tokens[0].start, tokens[0].end + 1)
        refuse(what, "it is not one SELECT", text=text, span=span, hint="only reading is possible")
    tree = read_tree(text, language.parse, what=what, hint="it is one SELECT")
    tree = spelt_alike(tree, what=what, text=text)
    judge_query(tree, dialect, what, text)
    if isinstance(tree, exp.Query):
        return tree
    return exp.select("*").from_(tree)


def _canonical(tree: exp.Expr, dialect: str, what: str) -> str:
    plain = tree.copy()
    rename(plain, {}, what)
    return render_tree(
        plain, dialect=dialect, place=Place.WHOLE, judge=judge_query, what=what, read=dialect
    )


def _capped(tree: exp.Query, limit: int) -> exp.Query:
    """`tree` with at most `limit` rows."""
    if tree.args.get("qualify"):
        return exp.select("*").from_(tree.subquery("chosen")).limit(limit)
    own = tree.args.get("limit")
    if own is None:
        return tree.limit(limit, copy=False)
    count = own.args.get("count") if isinstance(own, exp.Fetch) else own.expression
    if isinstance(count, exp.Literal) and count.name.isdigit() and int(count.name) <= limit:
        return tree
    tree.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    return tree
