"""What does a statement use, in the catalogue's own names?

Facts speak of base tables and their columns, however deep in common table expressions and subqueries they are used. A
column of a temporary table, a function or a table that the catalogue does not have is no fact; `unresolved` counts what
could belong to more than one table, so that nobody takes the rest for all.
"""

from dataclasses import dataclass

from ombudsman.model.tables import TableRef


@dataclass(frozen=True, order=True)
class ColumnUse:
    """A column of a base table."""

    table: str
    column: str

    @property
    def ref(self) -> TableRef:
        return TableRef.parse(self.table)


@dataclass(frozen=True, order=True)
class Join:
    """Columns of two uses of tables that are held equal, pair by pair. Which side comes first says nothing."""

    table: str
    columns: tuple[str, ...]
    other_table: str
    other_columns: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Filter:
    """A column that is held against a value; the operator is T-SQL's."""

    column: ColumnUse
    operator: str


@dataclass(frozen=True, order=True)
class Group:
    """A column by which rows are grouped; `part` is the function of it that makes the group, such as YEAR."""

    column: ColumnUse
    part: str = ""


@dataclass(frozen=True, order=True)
class Aggregate:
    """A function over rows. `is_plain` where its argument is one column and not an expression of columns."""

    function: str
    columns: tuple[ColumnUse, ...] = ()
    is_plain: bool = False


@dataclass(frozen=True, order=True)
class Summary:
    """An aggregate and all by which its rows were grouped. `is_whole` where each group is known as a column."""

    aggregate: Aggregate
    groups: tuple[Group, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True)
class Facts:
    """All that one statement uses."""

    tables: frozenset[TableRef] = frozenset()
    written: frozenset[TableRef] = frozenset()
    foreign: frozenset[str] = frozenset()
    """Tables that the catalogue does not have, as they were written; temporary ones are not among them."""
    columns: frozenset[ColumnUse] = frozenset()
    joins: frozenset[Join] = frozenset()
    filters: frozenset[Filter] = frozenset()
    summaries: frozenset[Summary] = frozenset()
    outputs: tuple[str, ...] = ()
    unresolved: int = 0
    whole_tables: frozenset[TableRef] = frozenset()
    """Tables of which every column is used, by a `*`."""
