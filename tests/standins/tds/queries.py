"""What does a query of T-SQL mean in DuckDB's SQL, and which columns does it give?"""

from collections.abc import Iterator, Sequence

from sqlglot import exp
from tests.standins.tds import types as t
from tests.standins.tds.conversions import Typed, common, convert, folded, ordered
from tests.standins.tds.errors import SqlError, no_object, syntax, unsupported
from tests.standins.tds.expressions import condition, expression, ordering
from tests.standins.tds.functions import register_functions
from tests.standins.tds.parsing import PREFIX, tokens_of, tree_of
from tests.standins.tds.scope import Environment, Output, Query, Scope, Source, quote
from tests.standins.tds.system_views import VIEWS, system_view

register_functions()


def query(node: exp.Expr, outer: Scope | None, environment: Environment) -> Query:
    """The query with its names, types and conversions made plain. Its columns are named as T-SQL names them.

    Raises:
        SqlError: it names what is not there, or means what this server does not know.
    """
    with_ = node.args.get("with_")
    if with_ is None:
        return _without_ctes(node, outer, environment)
    before = dict(environment.queries)
    for each in with_.expressions:
        inner = nested(each.this, outer, environment)
        names = (
            [column.name for column in each.args["alias"].columns]
            if each.args["alias"].columns
            else []
        )
        columns = _renamed(inner.columns, names)
        sql = f"(SELECT * FROM ({inner.sql}) AS t({', '.join(quote(column.name) for column in columns)}))"
        environment.queries[each.alias.lower()] = sql, columns
    try:
        return _without_ctes(node, outer, environment)
    finally:
        environment.queries.clear()
        environment.queries.update(before)


def nested(node: exp.Expr, outer: Scope | None, environment: Environment) -> Query:
    """A query within another: it has no order, unless that says which rows it gives."""
    if node.args.get("order") is not None and not (
        node.args.get("limit") or node.args.get("offset")
    ):
        raise SqlError(
            1033,
            "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table"
            " expressions, unless TOP, OFFSET or FOR XML is also specified.",
        )
    return query(node, outer, environment)


def _without_ctes(node: exp.Expr, outer: Scope | None, environment: Environment) -> Query:
    match node:
        case exp.Select():
            return _select(node, outer, environment)
        case exp.Subquery():
            return query(node.this, outer, environment)
        case exp.Union() | exp.Except() | exp.Intersect():
            return _set_operation(node, outer, environment)
        case _:
            raise unsupported(type(node).__name__)


def _renamed(columns: Sequence[Output], names: Sequence[str]) -> list[Output]:
    if not names:
        return list(columns)
    return [
        Output(name, column.type, column.is_nullable)
        for name, column in zip(names, columns, strict=True)
    ]


# ------------------------------------------------------------ SELECT


def _select(node: exp.Select, outer: Scope | None, environment: Environment) -> Query:
    if not node.expressions:
        raise syntax("FROM")
    if len(node.expressions) > 4096:
        raise SqlError(
            1056,
            "The number of elements in the select list exceeds the maximum allowed number of 4096 elements.",
        )
    scope = Scope(environment, outer=outer)
    tables = _tables(node, scope)
    where = node.args.get("where")
    clauses = [f" FROM {tables}"] if tables else []
    if where is not None:
        clauses.append(f" WHERE {condition(where.this, scope)}")
    group = node.args.get("group")
    if group is not None:
        clauses.append(f" GROUP BY {_grouped(group, scope)}")
    having = node.args.get("having")
    values = list(_selected(node, scope))
    columns = [
        Output(name, value.type, value.is_nullable, value.is_identity) for name, value in values
    ]
    if having is not None:
        clauses.append(f" HAVING {condition(having.this, scope)}")
    names = _distinct_names(columns)
    listed = ", ".join(
        f"{value.sql} AS {quote(name)}" for name, (_, value) in zip(names, values, strict=True)
    )
    is_distinct = node.args.get("distinct") is not None
    word = f"SELECT {_distinct(values)}" if is_distinct else "SELECT "
    sql = word + listed + "".join(clauses)
    scope.aliases = {name.lower(): value for (name, value) in values if name}
    return Query(_limited(node, sql, values, names, scope, is_distinct=is_distinct), columns)


def _distinct(values: Sequence[tuple[str, Typed]]) -> str:
    keys = [folded(value) for _, value in values]
    if keys == [value.sql for _, value in values]:
        return "DISTINCT "
    return f"DISTINCT ON ({', '.join(keys)}) "


def _grouped(group: exp.Group, scope: Scope) -> str:
    if group.args.get("rollup") or group.args.get("cube") or group.args.get("grouping_sets"):
        raise unsupported("ROLLUP, CUBE and GROUPING SETS")
    if not group.expressions:
        raise syntax("GROUP BY")
    keys = []
    groups = {}
    for each in group.expressions:
        value = expression(each, scope)
        key = folded(value)
        if key != value.sql:
            groups[value.sql] = f"any_value({value.sql})"
        keys.append(key)
    scope.groups = groups
    return ", ".join(keys)


def _selected(node: exp.Select, scope: Scope) -> Iterator[tuple[str, Typed]]:
    for each in node.expressions:
        if isinstance(each, exp.Star):
            yield from _star(scope.sources, scope)
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            wanted = [
                source for source in scope.sources if source.alias.lower() == each.table.lower()
            ]
            if not wanted:
                raise SqlError(
                    107,
                    f"The column prefix '{each.table}' does not match with a table name or alias name.",
                    severity=15,
                )
            yield from _star(wanted, scope)
        elif isinstance(each, exp.Alias):
            yield each.alias, _value(each.this, scope)
        elif isinstance(each, exp.EQ) and isinstance(each.this, exp.Column):  # name = value
            yield each.this.name, _value(each.expression, scope)
        else:
            name = each.name if isinstance(each, exp.Column) else ""
            yield name, _value(each, scope)


def _value(node: exp.Expr, scope: Scope) -> Typed:
    return expression(node, scope)


def _star(sources: Sequence[Source], scope: Scope) -> Iterator[tuple[str, Typed]]:
    if not sources:
        raise SqlError(263, "Must specify table to select from.")
    for source in sources:
        for column in source.columns:
            yield column.name, scope.column(column.name, source.alias)


def _distinct_names(columns: Sequence[Output]) -> list[str]:
    """Names for DuckDB, which asks for one, each time another."""
    names: list[str] = []
    taken: set[str] = set()
    for index, column in enumerate(columns):
        name = column.name or f"unnamed_{index}"
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        names.append(name)
    return names


def _limited(
    node: exp.Expr,
    sql: str,
    values: Sequence[tuple[str, Typed]],
    names: Sequence[str],
    scope: Scope,
    *,
    is_distinct: bool,
) -> str:
    order, limit, offset = (node.args.get(key) for key in ("order", "limit", "offset"))
    if order is not None:
        if is_distinct:
            sql = f"SELECT * FROM ({sql}) AS ordered"
            scope = _over_output("ordered", values, names, scope)
        keys = [_order_key(each, values, scope) for each in order.expressions]
        sql += " ORDER BY " + ", ".join(keys)
    if limit is not None:
        sql += f" LIMIT {_count(limit, scope)}"
    if offset is not None:
        sql += f" OFFSET {convert(expression(offset.expression, scope), t.BIGINT).sql}"
    return sql


def _count(limit: exp.Expr, scope: Scope) -> str:
    options = limit.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        raise unsupported("TOP ... PERCENT and WITH TIES")
    counted = limit.expression if isinstance(limit, exp.Limit) else limit.args["count"]
    return convert(expression(counted, scope), t.BIGINT).sql


def _over_output(
    alias: str, values: Sequence[tuple[str, Typed]], names: Sequence[str], scope: Scope
) -> Scope:
    """A scope in which a query's own columns are all that may be named."""
    columns = [Output(name, value.type) for name, (_, value) in zip(names, values, strict=True)]
    inner = Scope(scope.environment, sources=[Source(alias, columns)], outer=scope.outer)
    inner.aliases = {
        column.name.lower(): Typed(f"{quote(alias)}.{quote(column.name)}", column.type)
        for column in columns
    }
    return inner


def _order_key(node: exp.Expr, values: Sequence[tuple[str, Typed]], scope: Scope) -> str:
    """By number, by a name of the select list, or by an expression."""
    inner = node.this if isinstance(node, exp.Ordered) else node
    descends = isinstance(node, exp.Ordered) and bool(node.args.get("desc"))
    value: Typed | None = None
    if isinstance(inner, exp.Literal) and not inner.is_string:
        position = int(inner.name) - 1
        if position >= len(values):
            raise SqlError(
                108,
                f"The ORDER BY position number {inner.name} is out of range of the number of items in the select list.",
                severity=15,
            )
        value = values[position][1]
    elif isinstance(inner, exp.Column) and not inner.table:
        value = scope.aliases.get(inner.name.lower())
    if value is None:
        try:
            return ordering(node, scope)
        except SqlError:
            plain = inner.name.lower() if isinstance(inner, exp.Column) else ""
            value = scope.aliases.get(plain)
            if value is None:
                raise
    return ordered(value) + (" DESC NULLS LAST" if descends else " ASC NULLS FIRST")


def _set_operation(node: exp.Expr, outer: Scope | None, environment: Environment) -> Query:
    first, second = (query(each, outer, environment) for each in (node.this, node.expression))
    if len(first.columns) != len(second.columns):
        raise SqlError(
            205,
            "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.",
        )
    kinds = [
        common(Typed("", a.type), Typed("", b.type))
        for a, b in zip(first.columns, second.columns, strict=True)
    ]
    columns = [Output(a.name, kind) for a, kind in zip(first.columns, kinds, strict=True)]
    names = [f"c{index}" for index in range(len(columns))]

    def brought(part: Query) -> str:
        values = [
            convert(Typed(quote(name), column.type), kind).sql
            for name, column, kind in zip(names, part.columns, kinds, strict=True)
        ]
        return f"SELECT {', '.join(values)} FROM ({part.sql}) AS part({', '.join(names)})"

    word = {"Union": "UNION", "Except": "EXCEPT", "Intersect": "INTERSECT"}[type(node).__name__]
    if not node.args.get("distinct", True):
        word += " ALL"
    shown = _distinct_names(columns)
    sql = f"({brought(first)}) {word} ({brought(second)})"
    sql = f"SELECT * FROM ({sql}) AS united({', '.join(quote(name) for name in shown)})"
    scope = _over_output(
        "united",
        [(column.name, Typed("", column.type)) for column in columns],
        shown,
        Scope(environment, outer=outer),
    )
    values = [
        (column.name, scope.column(name, None)) for column, name in zip(columns, shown, strict=True)
    ]
    return Query(_limited(node, sql, values, shown, scope, is_distinct=False), columns)


# ------------------------------------------------------------ FROM


def _tables(node: exp.Select, scope: Scope) -> str:
    from_ = node.args.get("from_")
    if from_ is None:
        return ""
    sql = _table(from_.this, scope)
    for join in [*(from_.this.args.get("joins") or ()), *(node.args.get("joins") or ())]:
        sql += _join(join, scope)
    for lateral in node.args.get("laterals") or ():
        sql += _apply(lateral, scope)
    return sql


def _join(join: exp.Join, scope: Scope) -> str:
    side, kind = join.args.get("side") or "", join.args.get("kind") or ""
    if isinstance(join.this, exp.Lateral):
        return _apply(join.this, scope)
    table = _table(join.this, scope)
    on = join.args.get("on")
    if on is None:
        return (
            f" CROSS JOIN {table}"
            if kind == "CROSS" or not side
            else f" {side} JOIN {table} ON TRUE"
        )
    return f" {side} JOIN {table} ON {condition(on, scope)}"


def _apply(lateral: exp.Lateral, scope: Scope) -> str:
    inner = query(lateral.this, scope, scope.environment)
    alias = lateral.alias
    names = [column.name for column in lateral.args["alias"].columns]
    columns = _renamed(inner.columns, names)
    scope.sources.append(Source(alias, columns))
    shown = ", ".join(quote(name) for name in _distinct_names(columns))
    word = "LEFT JOIN" if lateral.args.get("cross_apply") is False else "JOIN"
    return f" {word} LATERAL ({inner.sql}) AS {quote(alias)}({shown}) ON TRUE"


def _table(node: exp.Expr, scope: Scope) -> str:
    match node:
        case exp.Table():
            return _named_table(node, scope)
        case exp.Subquery() if isinstance(node.this, exp.Table | exp.Subquery) and not node.alias:
            inner = _table(node.this, scope)
            for join in node.this.args.get("joins") or ():
                inner += _join(join, scope)
            return f"({inner})"
        case exp.Subquery():
            return _derived(node, scope)
        case exp.Values():
            return _values(node, scope)
        case exp.Paren():
            return f"({_table(node.this, scope)})"
        case _:
            raise unsupported(f"{type(node).__name__} in FROM")


def _derived(node: exp.Subquery, scope: Scope) -> str:
    if isinstance(node.this, exp.Values):
        return _values(node.this, scope, node)
    inner = nested(node.this, scope.outer, scope.environment)
    names = [column.name for column in node.args["alias"].columns] if node.args.get("alias") else []
    columns = _renamed(inner.columns, names)
    if any(not column.name for column in columns):
        number = next(index for index, column in enumerate(columns) if not column.name) + 1
        raise SqlError(8155, f"No column name was specified for column {number} of '{node.alias}'.")
    taken = [column.name.lower() for column in columns]
    for column in columns:
        if taken.count(column.name.lower()) > 1:
            raise SqlError(
                8156, f"The column '{column.name}' was specified multiple times for '{node.alias}'."
            )
    scope.sources.append(Source(node.alias, columns))
    shown = ", ".join(quote(column.name) for column in columns)
    return f"({inner.sql}) AS {quote(node.alias)}({shown})"


def _values(node: exp.Values, scope: Scope, outer: exp.Expr | None = None) -> str:
    alias = (outer or node).args["alias"]
    rows = [[expression(cell, scope) for cell in row.expressions] for row in node.expressions]
    kinds = []
    for column in zip(*rows, strict=True):
        met = column[0]
        for value in column[1:]:
            met = Typed("", common(met, value), is_null=met.is_null and value.is_null)
        kinds.append(met.type)
    listed = ", ".join(
        "("
        + ", ".join(convert(value, kind).sql for value, kind in zip(row, kinds, strict=True))
        + ")"
        for row in rows
    )
    columns = [Output(name.name, kind) for name, kind in zip(alias.columns, kinds, strict=True)]
    scope.sources.append(Source(alias.name, columns))
    return f"(VALUES {listed}) AS {quote(alias.name)}({', '.join(quote(column.name) for column in columns)})"


def _named_table(node: exp.Table, scope: Scope) -> str:
    environment = scope.environment
    name, schema, database = node.name, node.text("db"), node.text("catalog")
    alias = node.alias or name
    if isinstance(node.this, exp.Anonymous):
        raise no_object(node.this.name.removeprefix(PREFIX))
    common_table = environment.queries.get(name.lower()) if not schema else None
    if common_table is not None:
        sql, columns = common_table
        scope.sources.append(Source(alias, columns))
        return f"{sql} AS {quote(alias)}"
    written = ".".join(part for part in (database, schema, name) if part)
    catalogue = environment.catalogues.get((database or environment.database).lower())
    if catalogue is None or not catalogue.is_online:
        raise no_object(written)
    view = f"{schema}.{name}".lower()
    if view in VIEWS:
        relation = f"{catalogue.name}.{view}"
        environment.relations.add(relation)
        scope.sources.append(Source(alias, system_view(view), (f"{schema}.{name}".lower(),)))
        return f"{quote(relation)} AS {quote(alias)}"
    table = catalogue.table(schema or "dbo", name)
    if table is None:
        raise no_object(written)
    environment.read_tables.append((catalogue, table.schema, table.name))
    columns = [
        Output(
            column.name,
            column.type,
            column.is_nullable,
            column.identity is not None,
            column.computed is not None,
        )
        for column in table.columns
    ]
    qualifiers = (
        () if node.alias else (f"{table.schema}.{table.name}".lower(), f"{schema}.{name}".lower())
    )
    scope.sources.append(Source(alias, columns, qualifiers))
    if table.query is not None:
        inner = query(_tree(table.query), None, environment)
        shown = ", ".join(quote(column.name) for column in columns)
        return f"({inner.sql}) AS {quote(alias)}({shown})"
    return f"{quote(catalogue.name)}.{quote(table.schema)}.{quote(table.name)} AS {quote(alias)}"


def _tree(text: str) -> exp.Expr:
    return tree_of(tokens_of(text), text)
