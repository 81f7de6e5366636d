"""Which table does each column of a statement belong to?

The tree is brought into a form in which every table has a name of ours and every column its table, by sqlglot's own
`qualify` and the catalogue. A statement that writes is turned into the SELECT of what it reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from ombudsman.model.tables import Table, TableRef
from ombudsman.sql.dialect_traps import column_type
from ombudsman.workload.known_tables import KnownTables

_OURS = "base_table_"
_BROKE = (SqlglotError, TypeError, ValueError, AttributeError, LookupError, RecursionError)


@dataclass
class Resolved:
    """A tree whose tables are numbered; `tree` is None where nothing is read, or the names could not be settled."""

    tree: exp.Query | None
    tables: dict[str, Table | TableRef] = field(default_factory=dict)
    """Of each name of ours the table."""
    written: set[TableRef] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    failed: bool = False
    outputs: tuple[str, ...] = ()

    def ref(self, name: str) -> TableRef | None:
        table = self.tables.get(name)
        return table.ref if isinstance(table, Table) else table

    def column(self, name: str, column: str) -> str | None:
        """The catalogue's spelling of a column of a table of ours; None when there is none."""
        table = self.tables.get(name)
        if not isinstance(table, Table):
            return column if table is not None else None
        return next((each for each in table.column_names if each.lower() == column.lower()), None)


def resolve(tree: exp.Expr, known: KnownTables, *, default_schema: str | None = None) -> Resolved:
    """Settles every name of a statement. The tree is not changed."""
    told = Resolved(None)
    read = _as_query(tree.copy(), told, known, default_schema)
    if read is None:
        return told
    told.outputs = tuple(read.named_selects)
    _number_tables(read, told, known, default_schema)
    try:
        told.tree = _qualified(read, told)
    except _BROKE:
        told.failed = True
    return told


def _qualified(tree: exp.Query, told: Resolved) -> exp.Query:
    columns = {
        name: {each.name.lower(): column_type(each.data_type).sql() for each in table.columns}
        for name, table in told.tables.items()
        if isinstance(table, Table)
    }
    schema = MappingSchema(dict(columns), dialect="tsql", normalize=False)
    made = qualify(
        tree,
        dialect="tsql",
        schema=schema,
        validate_qualify_columns=False,
        quote_identifiers=False,
        identify=False,
        allow_partial_qualification=True,
    )
    assert isinstance(made, exp.Query)  # noqa: S101 - it was one
    return made


def _number_tables(tree: exp.Expr, told: Resolved, known: KnownTables, schema: str | None) -> None:
    for node in list(tree.find_all(exp.Table, bfs=False)):
        if _is_of_another_server(node):
            told.foreign.add(_written(node))
            continue
        if not isinstance(node.this, exp.Identifier) or _is_temporary(node) or _is_common(node):
            continue
        table = known.find(node, default_schema=schema)
        if table is None:
            told.foreign.add(_written(node))
            continue
        name = f"{_OURS}{len(told.tables)}"
        told.tables[name] = table
        node.set(
            "alias",
            exp.TableAlias(this=exp.to_identifier(node.alias or node.name), columns=None)
            if not node.alias_column_names
            else node.args["alias"],
        )
        node.set("this", exp.to_identifier(name))
        node.set("db", None)
        node.set("catalog", None)
    for column in tree.find_all(exp.Column):
        column.set("db", None)
        column.set("catalog", None)


def _is_temporary(node: exp.Table) -> bool:
    name = node.name
    return bool(node.this.args.get("temporary")) or name.startswith(("#", "@"))


def _is_of_another_server(node: exp.Table) -> bool:
    """`server.database.schema.table`: the parser nests the parts."""
    return isinstance(node.this, exp.Dot)


def _is_common(node: exp.Table) -> bool:
    """Whether the name is that of a common table expression, or the alias that an UPDATE or DELETE means."""
    if node.db:
        return False
    around = node.parent
    while around is not None:
        common = around.args.get("with_")
        if common and any(each.alias.lower() == node.name.lower() for each in common.expressions):
            return True
        around = around.parent
    return False


def _written(node: exp.Table) -> str:
    return ".".join(part.name for part in node.parts if part.name)


# ------------------------------------------------------------ what a write reads


def _as_query(
    tree: exp.Expr, told: Resolved, known: KnownTables, schema: str | None
) -> exp.Query | None:
    match tree:
        case exp.Query():
            if (into := tree.args.get("into")) is not None:
                _note_written(into.this, told, known, schema)
                tree.set("into", None)
            return tree
        case exp.Insert():
            _note_written(_table_of(tree.this), told, known, schema)
            return _with_common(
                tree, tree.expression if isinstance(tree.expression, exp.Query) else None
            )
        case exp.Update():
            pairs = [each for each in tree.expressions if isinstance(each, exp.EQ)]
            return _changed(tree, pairs, told, known, schema)
        case exp.Delete():
            return _changed(tree, [], told, known, schema)
        case exp.Merge():
            return _merged(tree, told, known, schema)
    return next(iter(tree.find_all(exp.Select)), None)


def _changed(
    tree: exp.Update | exp.Delete,
    pairs: list[exp.EQ],
    told: Resolved,
    known: KnownTables,
    schema: str | None,
) -> exp.Query | None:
    """`UPDATE o SET a = 1 FROM t AS o JOIN u ON ...` reads `SELECT 1 FROM t AS o JOIN u ON ...`."""
    named = [*(tree.args.get("tables") or ()), tree.this]
    source = tree.args.get("from_")
    read = source.this if source is not None else tree.this
    meant = _meant(named[0], read)
    _note_written(meant, told, known, schema)
    if not isinstance(read, exp.Table | exp.Subquery):
        return None
    query = _reading(pairs, meant if isinstance(meant, exp.Table) else None)
    query.set("from_", exp.From(this=read.copy()))
    if (where := tree.args.get("where")) is not None:
        query.set("where", where.copy())
    return _with_common(tree, query)


def _meant(named: exp.Expr, read: exp.Expr) -> exp.Expr:
    """The table that an alias stands for."""
    if isinstance(named, exp.Table) and not named.db:
        for each in _tables_of(read):
            if each.alias.lower() == named.name.lower():
                return each
    return named


def _tables_of(read: exp.Expr) -> Iterator[exp.Table]:
    yield from read.find_all(exp.Table)


def _merged(
    tree: exp.Merge, told: Resolved, known: KnownTables, schema: str | None
) -> exp.Query | None:
    _note_written(tree.this, told, known, schema)
    using = tree.args.get("using")
    if using is None or not isinstance(tree.this, exp.Table):
        return None
    whens = tree.args["whens"]
    pairs = [each for each in whens.find_all(exp.EQ) if isinstance(each.parent, exp.Update)]
    query = _reading(pairs, tree.this)
    for insert in whens.find_all(exp.Insert):
        if isinstance(insert.expression, exp.Expr):
            query.set("expressions", [*query.expressions, *_copies(insert.expression)])
    query.set("from_", exp.From(this=tree.this.copy()))
    on = tree.args.get("on")
    query.set("joins", [exp.Join(this=using.copy(), on=on.copy() if on is not None else None)])
    return _with_common(tree, query)


def _reading(pairs: list[exp.EQ], written: exp.Table | None) -> exp.Select:
    """What the assignments read, and the columns that they change: bare names are of the table that is written."""
    query = exp.Select(expressions=[each.expression.copy() for each in pairs])
    for each in pairs:
        changed = each.this.copy()
        if isinstance(changed, exp.Column) and not changed.table and written is not None:
            changed.set("table", exp.to_identifier(written.alias_or_name))
        query.append("expressions", changed)
    return query if pairs else exp.Select(expressions=[exp.Literal.number(1)])


def _copies(node: exp.Expr) -> list[exp.Expr]:
    return [column.copy() for column in node.find_all(exp.Column)]


def _with_common(tree: exp.Expr, query: exp.Query | None) -> exp.Query | None:
    common = tree.args.get("with_")
    if query is not None and common is not None and query.args.get("with_") is None:
        query.set("with_", common.copy())
    return query


def _table_of(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Schema) else node


def _note_written(node: exp.Expr, told: Resolved, known: KnownTables, schema: str | None) -> None:
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        return
    if _is_temporary(node) or _is_common(node):
        return
    table = known.find(node, default_schema=schema)
    if table is None:
        told.foreign.add(_written(node))
    else:
        told.written.add(table.ref if isinstance(table, Table) else table)
