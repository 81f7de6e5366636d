"""Which table and column does each name in a query mean, and what are they called on the other side?

SQL lets people leave out most of a name. Here every table gets an alias, every column its table, each `*` its columns,
USING its ON; then each node that names something of a table notes whose it is, and renaming is a walk over the notes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NoReturn

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify_columns import (
    qualify_columns,
    quote_identifiers,
    validate_qualify_columns,
)
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from ombudsman.model.errors import did_you_mean
from ombudsman.model.tables import TableRef
from ombudsman.sql.dialect_traps import column_type
from ombudsman.sql.guard import refuse, span_of
from ombudsman.sql.guard_names import column_named, name_among, qualifier_of
from ombudsman.sql.guard_query import judge_query
from ombudsman.sql.sizes import note_size

Tables = Mapping[str, Collection[str]]
"""The columns of each known table, by its name."""
Renaming = Mapping[str, tuple[str, Mapping[str, str]]]
"""For a source table: the other side's table, and that side's name for each source column."""

_TABLE = "source table"


def resolve_names(
    tree: exp.Query, tables: Tables, dialect: str, *, what: str, text: str
) -> tuple[exp.Query, list[str]]:
    """The query with every name written out and noted, and the known tables that it reads, each once.

    Raises:
        RuleInvalid: a name means nothing, or more than one thing.
    """
    spelling = _one_spelling(tree, tables)
    found = _settle_tables(tree, tables, what=what, text=text)
    known = [tables[name] for name in found]
    _judge_exclusions(tree, known, what=what, text=text)
    schema = {
        f"{_TABLE} {number}": {spelling[column.casefold()]: "UNKNOWN" for column in columns}
        for number, columns in enumerate(known)
    }
    try:
        tree = _qualified(tree, schema, dialect)
    except OptimizeError:
        _refuse_unresolved(tree, known, what=what, text=text)
    judge_query(tree, dialect, what, text)
    if any(query.is_star for query in tree.find_all(exp.Select)):
        refuse(what, "a * in it stands for no table")
    _settle_columns(tree, tables, what=what)
    return tree, found


def _one_spelling(tree: exp.Expr, tables: Tables) -> dict[str, str]:
    """Spells names that differ only in letter case alike, as the catalogue does where it has them, and quotes them."""
    spelling: dict[str, str] = {}
    for columns in tables.values():
        for name in columns:
            spelling.setdefault(name.casefold(), name)
    for identifier in tree.find_all(exp.Identifier, bfs=False):
        name = identifier.name
        identifier.set("this", spelling.setdefault(name.casefold(), name))
        identifier.set("quoted", value=True)
    return spelling


def _settle_tables(tree: exp.Expr, tables: Tables, *, what: str, text: str) -> list[str]:
    """Finds the known table of every name that is not a common table expression's; returns them, each once.

    Each gets a name of ours for as long as columns are resolved, and keeps its own as an alias.
    """
    found: dict[str, int] = {}
    for node in list(tree.find_all(exp.Table, bfs=False)):
        if _is_common(node, what=what, text=text):
            continue
        name = _table_named(node, tables, what=what, text=text)
        number = found.setdefault(name, len(found))
        alias = node.alias or node.name
        node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        node.set("this", exp.to_identifier(f"{_TABLE} {number}", quoted=True))
        node.set("db", None)
        node.meta[_TABLE] = name
    for column in tree.find_all(exp.Column):
        _drop_schema(column, found, what=what, text=text)
    return list(found)


def _drop_schema(column: exp.Column, tables: Collection[str], *, what: str, text: str) -> None:
    """Takes the schema off `sales.orders.id`: every table has an alias now."""
    if not column.db:
        return
    table = str(TableRef(schema=column.db, name=column.table))
    if column.catalog or name_among(table, tables) is None:
        reason = f"{qualifier_of(column)!r} is none of its tables"
        refuse(what, reason, text=text, span=span_of(column))
    column.set("db", None)


def _is_common(node: exp.Table, *, what: str, text: str) -> bool:
    """Whether a name is that of a common table expression: of an enclosing query, and defined before."""
    if node.db:
        return False
    around = {id(node)}
    query = node.parent
    while query is not None:
        around.add(id(query))
        common = query.args.get("with_")
        for each in common.expressions if common else ():
            if id(each) in around and each.alias == node.name:
                refuse(
                    what,
                    f"{node.name!r} reads itself, which is recursion to some engines",
                    text=text,
                    span=span_of(node),
                    hint="give the common table expression a name that no table has",
                )
            if id(each) in around:
                break
            if each.alias == node.name:
                return True
        query = query.parent
    return False


def _table_named(node: exp.Table, tables: Tables, *, what: str, text: str) -> str:
    written = str(TableRef(schema=node.db or None, name=node.name))
    found = name_among(written, tables)
    if found is None and not node.db:
        short = {name: TableRef.parse(name).name.casefold() for name in tables}
        alike = [name for name in tables if short[name] == node.name.casefold()]
        found = alike[0] if len(alike) == 1 else None
    if found is None:
        hint = did_you_mean(written, tables)
        refuse(what, f"there is no table {written!r}", text=text, span=span_of(node), hint=hint)
    if len({column.casefold() for column in tables[found]}) < len(tables[found]):
        refuse(what, f"columns of {found!r} differ only in letter case", hint="query a view of it")
    return found


def _qualified(tree: exp.Query, schema: dict[str, dict[str, str]], dialect: str) -> exp.Query:
    """`tree` with every column's table named, every `*` and USING written out."""
    known = MappingSchema(dict(schema), dialect=dialect, normalize=False)
    named = qualify_tables(tree.copy(), dialect=dialect)
    whole = qualify_columns(named, known, dialect=dialect)
    return quote_identifiers(validate_qualify_columns(whole), dialect=dialect)


def _judge_exclusions(
    tree: exp.Expr, tables: Sequence[Collection[str]], *, what: str, text: str
) -> None:
    """Refuses `* EXCLUDE (staus)`: a name that is not there would exclude nothing and say nothing."""
    known = {name for columns in tables for name in columns}
    for star in tree.find_all(exp.Star):
        for name in star.args.get("except_") or ():
            column_named(name.name, known, what=what, text=text, span=span_of(name))


def _refuse_unresolved(
    tree: exp.Expr, tables: Sequence[Collection[str]], *, what: str, text: str
) -> NoReturn:
    """Raises `RuleInvalid` for the first column that nothing in the query could be."""
    known = {name for columns in tables for name in columns}
    aliases = {each.alias for each in tree.find_all(exp.Alias)}
    aliases |= {name for each in tree.find_all(exp.TableAlias) for name in each.alias_column_names}
    folded = {name.casefold() for name in known | aliases}
    for column in tree.find_all(exp.Column, bfs=False):
        if not column.is_star and column.name.casefold() not in folded:
            hint = did_you_mean(column.name, known)
            reason = f"there is no column {column.name!r}"
            refuse(what, reason, text=text, span=span_of(column), hint=hint)
    refuse(
        what,
        "a column in it could belong to several tables, or its table is not there",
        hint="write the table's alias before each column",
    )


def _settle_columns(tree: exp.Expr, tables: Tables, *, what: str) -> None:
    """Gives each column of a table its exact name and type, and notes whose it is."""
    unseen = {id(column) for column in tree.find_all(exp.Column) if not _is_output(column)}
    for scope in traverse_scope(tree):
        for column in scope.columns:
            unseen.discard(id(column))
            source = scope.sources.get(column.table)
            if not isinstance(source, exp.Table):
                continue
            table = source.meta[_TABLE]
            columns = tables[table]
            name = next(each for each in columns if each.casefold() == column.name.casefold())
            column.set("this", exp.to_identifier(name, quoted=True))
            column.meta[_TABLE] = table
            if isinstance(columns, Mapping):
                column.type = column_type(columns[name])
                note_size(column, columns[name])
    if unseen:
        refuse(what, "a column in it belongs to no part of it that reads a table")


def _is_output(column: exp.Column) -> bool:
    """Whether it is the name of an output column, after which rows are ordered."""
    query = column.find_ancestor(exp.Query)
    return not column.table and query is not None and column.name in query.named_selects


def rename(tree: exp.Expr, tables: Renaming, what: str) -> None:
    """Gives tables and their columns the names of the other side."""
    common = {each.alias.casefold() for each in tree.find_all(exp.CTE)}
    for node in tree.find_all(exp.Table, exp.Column):
        source = node.meta.get(_TABLE)
        if source is None:
            continue
        target, columns = tables.get(source, (source, {}))
        if isinstance(node, exp.Column):
            name = columns.get(node.name, node.name)
            node.set("this", exp.to_identifier(name, quoted=True))
            continue
        ref = TableRef.parse(target)
        if ref.schema_name is None and ref.name.casefold() in common:
            refuse(what, f"the name {ref.name!r} is taken by a common table expression in it")
        node.set("this", exp.to_identifier(ref.name, quoted=True))
        node.set("db", exp.to_identifier(ref.schema_name, quoted=True))
