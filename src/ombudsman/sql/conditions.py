"""What does a person's condition say, and how does each engine say it?

A condition ("order_date >= '2024-01-01' AND status <> 'X'") is written in the source's names and dialect. It is parsed,
judged against the list of what is allowed, and kept as a tree; each side renders the tree with its own names in its
own dialect. The text that was written never reaches a database.

When the types of the columns are told, as a mapping from name to `DataType`, what depends on them comes out right: a
division of integers, `+` that glues texts, a bit compared with 1. With bare names these are taken as they stand.
`dialect_traps.py` lists what is evened out between dialects, and what cannot be.

Not done here: running it, and queries of more than one table (`queries.py`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, TypeVar

from sqlglot import exp

from ombudsman.model.equality import Equality
from ombudsman.model.types import DataType
from ombudsman.sql.bits import as_meant
from ombudsman.sql.dialect_traps import column_type, even_out, settle_types
from ombudsman.sql.forgiving_conditions import read_forgivingly
from ombudsman.sql.guard import dialect_named, read_tree, refuse, span_of
from ombudsman.sql.guard_claims import is_boolean
from ombudsman.sql.guard_names import column_named, qualifier_of
from ombudsman.sql.guard_render import Place, render_tree
from ombudsman.sql.guard_spelling import spelt_alike
from ombudsman.sql.guard_tokens import read_tokens
from ombudsman.sql.guard_tree import judge_expression
from ombudsman.sql.sizes import note_size


@dataclass(frozen=True)
class RowExpression:
    """A value computed from the columns of one row. Equal ones render equally, however they were spelt."""

    canonical: str
    """The expression rendered in its own dialect, in the source's names."""
    dialect: str
    columns: tuple[str, ...] = field(compare=False)
    """The source columns it reads, in the order of their first mention."""
    what: str = field(compare=False)
    _tree: exp.Expr = field(compare=False, repr=False)

    _place: ClassVar[Place] = Place.VALUE

    def render(
        self,
        dialect: str,
        names: Mapping[str, str] | None = None,
        table: str | None = None,
        types: Mapping[str, DataType] | None = None,
        forgiving: Mapping[str, Equality] | None = None,
    ) -> str:
        """The text for an engine that reads `dialect`, as nobody but the renderer wrote it.

        Stands by itself: put it in parentheses before joining it with others. Hand it to SQLAlchemy as
        `literal_column(...)`, never as `text(...)`, which would take `:word` in a literal for a parameter.

        Args:
            dialect: the parser's name of the dialect.
            names: this side's name for each source column; a column that is absent keeps its name.
            table: a name or alias that qualifies every column.
            types: this side's type of each source column, where it may be another than the one that was told.
            forgiving: what is forgiven in the source columns that are read otherwise than they are.

        Raises:
            RuleInvalid: that dialect cannot say it.
        """
        meant_tree = self._tree.copy()
        read_forgivingly(meant_tree, forgiving or {})
        tree = even_out(meant_tree, read=self.dialect, write=dialect)
        for column in list(tree.find_all(exp.Column)):
            here = (types or {}).get(column.name)
            name = (names or {}).get(column.name, column.name)
            column.set("this", exp.to_identifier(name, quoted=True))
            column.set("table", exp.to_identifier(table, quoted=True) if table else None)
            meant = as_meant(column, here)
            if column is tree:
                tree = meant
            elif meant is not column:
                column.replace(meant)
        return render_tree(
            tree,
            dialect=dialect,
            place=self._place,
            judge=judge_expression,
            what=self.what,
            read=self.dialect,
        )


class Condition(RowExpression):
    """A claim about one row: true, false or unknown."""

    _place: ClassVar[Place] = Place.WHERE


_Kept = TypeVar("_Kept", bound=RowExpression)


def parse_condition(
    text: str,
    *,
    dialect: str,
    columns: Collection[str],
    table: str | None = None,
    what: str = "condition",
) -> Condition:
    """Reads one boolean expression over the columns of a table.

    Args:
        text: what a person wrote.
        dialect: the parser's name of the dialect it is written in.
        columns: the names that may be used; a mapping from name to `DataType` tells the types as well.
        table: the table's name; a column may be qualified with it.
        what: what the text is, for messages.

    Raises:
        RuleInvalid: it is not one boolean expression, names what is not there, or uses what is not allowed.
    """
    tree = _parsed(text, dialect=dialect, columns=columns, table=table, what=what)
    if not is_boolean(tree):
        refuse(
            what, "it is not one boolean expression", hint="compare it with something: a + 1 > 0"
        )
    return _kept(Condition, tree, dialect=dialect, what=what)


def parse_expression(
    text: str,
    *,
    dialect: str,
    columns: Collection[str],
    table: str | None = None,
    what: str = "expression",
) -> RowExpression:
    """Reads one expression over the columns of a table; arguments and errors as for `parse_condition`."""
    tree = _parsed(text, dialect=dialect, columns=columns, table=table, what=what)
    return _kept(RowExpression, tree, dialect=dialect, what=what)


def _parsed(
    text: str, *, dialect: str, columns: Collection[str], table: str | None, what: str
) -> exp.Expr:
    language = dialect_named(dialect)
    read_tokens(text, language, what=what)
    tree = read_tree(
        text,
        partial(language.parse_into, exp.Condition),
        what=what,
        hint="it is one expression over the table's columns",
    )
    tree = spelt_alike(tree, what=what, text=text)
    judge_expression(tree, dialect, what, text)
    for column in list(tree.find_all(exp.Column)):
        _resolve(column, columns, table=table, what=what, text=text)
    return settle_types(tree, dialect=dialect)


def _resolve(
    column: exp.Column, columns: Collection[str], *, table: str | None, what: str, text: str
) -> None:
    """Gives a column its exact name and type, and takes off the table's name."""
    span = span_of(column)
    if (qualifier := qualifier_of(column)) and not _is_of(qualifier, table):
        hint = f"columns of {table} may be used" if table else "name the column alone"
        refuse(what, f"{qualifier!r} is not its table", text=text, span=span, hint=hint)
    name = column_named(column.name, columns, what=what, text=text, span=span)
    column.set("this", exp.to_identifier(name, quoted=True))
    column.set("table", None)
    column.set("db", None)
    column.set("catalog", None)
    if isinstance(columns, Mapping):
        column.type = column_type(columns[name])
        note_size(column, columns[name])


def _is_of(qualifier: str, table: str | None) -> bool:
    if table is None:
        return False
    folded, named = table.casefold(), qualifier.casefold()
    return folded == named or folded.endswith(f".{named}")


def _kept(cls: type[_Kept], tree: exp.Expr, *, dialect: str, what: str) -> _Kept:
    names = dict.fromkeys(column.name for column in tree.find_all(exp.Column, bfs=False))
    canonical = render_tree(
        tree, dialect=dialect, place=cls._place, judge=judge_expression, what=what, read=dialect
    )
    return cls(canonical=canonical, dialect=dialect, columns=tuple(names), what=what, _tree=tree)
