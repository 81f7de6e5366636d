"""What is known where an expression stands? The tables it may name, the parameters, the session that asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from tests.standins.tds.catalogue import Catalogue
from tests.standins.tds.conversions import Typed
from tests.standins.tds.errors import SqlError, no_column
from tests.standins.tds.types import SqlType


@dataclass(frozen=True)
class Output:
    """A column that a query or a table gives."""

    name: str
    type: SqlType
    is_nullable: bool = True
    is_identity: bool = False
    is_computed: bool = False


@dataclass(frozen=True)
class Query:
    """A translated query."""

    sql: str
    columns: list[Output]


@dataclass(frozen=True)
class Source:
    """A table, view or derived table under its alias."""

    alias: str
    columns: list[Output]
    qualifiers: tuple[str, ...] = ()
    """Other names by which its columns may be called: `dbo.Orders` without an alias."""

    def column(self, name: str) -> Output | None:
        return next((each for each in self.columns if each.name.lower() == name.lower()), None)


@dataclass
class Environment:
    """What a statement is translated for."""

    catalogues: Mapping[str, Catalogue]
    """By name in lower case."""
    database: str
    parameters: Mapping[str, SqlType]
    """By name without the @, in lower case."""
    constants: Mapping[str, Typed]
    """What functions about the session and the server give, by their name in lower case."""
    query: Callable[["exp.Expr", "Scope | None", "Environment"], Query]
    relations: set[str] = field(default_factory=set)
    """System views that the statement reads: `database.sys.columns`."""
    used: set[str] = field(default_factory=set)
    """Parameters that the statement names."""
    read_tables: list[tuple[Catalogue, str, str]] = field(default_factory=list)
    queries: dict[str, tuple[str, list[Output]]] = field(default_factory=dict)
    """Common table expressions, by name in lower case."""

    @property
    def catalogue(self) -> Catalogue:
        return self.catalogues[self.database.lower()]


@dataclass
class Scope:
    """The tables of one SELECT, within those of the query around it."""

    environment: Environment
    sources: list[Source] = field(default_factory=list)
    outer: "Scope | None" = None
    groups: dict[str, str] = field(default_factory=dict)
    """Expressions that are grouped by their folded form: what stands for them outside aggregates."""
    aliases: dict[str, Typed] = field(default_factory=dict)
    """What ORDER BY may name of the select list."""
    aggregates: int = 0
    """How many aggregates are around the expression."""

    def column(self, name: str, qualifier: str | None) -> Typed:
        """The column of that name.

        Raises:
            SqlError: 207 there is none, 209 there are several, 4104 there is no such table.
        """
        found = [
            (source, column)
            for source in self.sources
            if qualifier is None or qualifier.lower() in (source.alias.lower(), *source.qualifiers)
            if (column := source.column(name)) is not None
        ]
        if len(found) > 1 and qualifier is None:
            raise SqlError(209, f"Ambiguous column name '{name}'.")
        if found:
            source, column = found[0]
            sql = f"{quote(source.alias)}.{quote(column.name)}"
            return Typed(sql, column.type, column.is_nullable, is_identity=column.is_identity)
        if self.outer is not None:
            return self.outer.column(name, qualifier)
        if qualifier is not None and not any(
            qualifier.lower() in (each.alias.lower(), *each.qualifiers) for each in self.sources
        ):
            raise SqlError(
                4104, f'The multi-part identifier "{qualifier}.{name}" could not be bound.'
            )
        raise no_column(name)


def quote(name: str) -> str:
    """A name in DuckDB's SQL."""
    return '"' + name.replace('"', '""') + '"'
