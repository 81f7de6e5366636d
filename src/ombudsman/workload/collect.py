"""How facts are read off a resolved tree, query by query."""

from collections import defaultdict
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from ombudsman.model.tables import TableRef
from ombudsman.workload.facts import Aggregate, ColumnUse, Facts, Filter, Group, Join, Summary
from ombudsman.workload.known_tables import KnownTables
from ombudsman.workload.resolve import Resolved, resolve

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
    exp.Like: "LIKE", exp.In: "IN", exp.Between: "BETWEEN", exp.Is: "IS NULL",
}  # fmt: skip
_CONDITIONS = (exp.And, exp.Paren, exp.Where, exp.Having, exp.Join)
_DEEPEST = 30


def facts_of(tree: exp.Expr, known: KnownTables, *, default_schema: str | None = None) -> Facts:
    """What a statement uses. Never raises: what cannot be resolved is counted."""
    return facts_from(resolve(tree, known, default_schema=default_schema))


def facts_from(resolved: Resolved) -> Facts:
    """The facts of a statement that has been resolved."""
    tables = frozenset(ref for name in resolved.tables if (ref := resolved.ref(name)) is not None)
    named = Facts(
        tables=tables | resolved.written,
        written=frozenset(resolved.written),
        foreign=frozenset(resolved.foreign),
    )
    if resolved.tree is None:
        return replace(named, unresolved=int(resolved.failed))
    try:
        scopes = traverse_scope(resolved.tree)
    except SqlglotError:
        return replace(named, unresolved=1)
    collected = _Collected(resolved)
    for scope in scopes:
        collected.take(scope)
    return replace(
        named,
        columns=frozenset(collected.columns),
        joins=frozenset(collected.joins),
        filters=frozenset(collected.filters),
        summaries=frozenset(collected.summaries),
        outputs=resolved.outputs,
        unresolved=collected.unresolved,
        whole_tables=frozenset(collected.whole_tables),
    )


@dataclass(frozen=True)
class _Origin:
    """What a column is made of: a base column, or an expression and the query in which it stands."""

    base: ColumnUse | None
    node: exp.Expr | None = None
    scope: Scope | None = None


class _Collected:
    def __init__(self, resolved: Resolved) -> None:
        self._resolved = resolved
        self.columns: set[ColumnUse] = set()
        self.joins: set[Join] = set()
        self.filters: set[Filter] = set()
        self.summaries: set[Summary] = set()
        self.whole_tables: set[TableRef] = set()
        self.unresolved = 0

    def take(self, scope: Scope) -> None:
        for column in scope.columns:
            self._column(column, scope)
        if not isinstance(scope.expression, exp.Select):
            return
        self._stars(scope)
        self._conditions(scope)
        self._summaries(scope)

    # ------------------------------------------------------------ columns

    def _column(self, column: exp.Column, scope: Scope) -> None:
        source = self._source(column, scope)
        if source is None:
            ordered = isinstance(column.find_ancestor(exp.Order, exp.Select), exp.Order)
            is_output = ordered and not column.table
            self.unresolved += not is_output
        elif isinstance(source, exp.Table) and (use := self._use(source, column.name)) is not None:
            self.columns.add(use)

    def _stars(self, scope: Scope) -> None:
        if not scope.expression.is_star:
            return
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and (ref := self._resolved.ref(source.name)):
                self.whole_tables.add(ref)

    def _source(self, column: exp.Column, scope: Scope) -> exp.Table | Scope | None:
        """What a column's table is, in this query or in one around it."""
        if not column.table and len(scope.selected_sources) == 1:
            ((_, only),) = scope.selected_sources.values()
            return only
        around: Scope | None = scope
        while around is not None:
            if column.table and column.table in around.sources:
                return around.sources[column.table]
            around = around.parent
        return None

    def _use(self, source: exp.Table, column: str) -> ColumnUse | None:
        ref = self._resolved.ref(source.name)
        name = self._resolved.column(source.name, column)
        return ColumnUse(str(ref), name) if ref is not None and name is not None else None

    def _origin(self, node: exp.Expr, scope: Scope, depth: int = 0) -> _Origin:
        """What stands behind a column, through queries within queries."""
        node = _bare(node)
        if not isinstance(node, exp.Column):
            return _Origin(None, node, scope)
        source = self._source(node, scope)
        if isinstance(source, exp.Table):
            return _Origin(self._use(source, node.name))
        if source is None or depth > _DEEPEST:
            return _Origin(None)
        inner = _first_select(source)
        if inner is None:
            return _Origin(None)
        names = list(source.outer_columns) or _query(inner).named_selects
        for place, each in enumerate(_query(inner).selects):
            if place < len(names) and names[place].lower() == node.name.lower():
                return self._origin(each.unalias(), inner, depth + 1)
        return _Origin(None)

    def _bases(self, node: exp.Expr, scope: Scope) -> set[ColumnUse]:
        """All base columns of which an expression is made."""
        found: set[ColumnUse] = set()
        for column in [node] if isinstance(node, exp.Column) else node.find_all(exp.Column):
            origin = self._origin(column, scope)
            if origin.base is not None:
                found.add(origin.base)
            elif origin.node is not None and origin.scope is not None and origin.node is not column:
                found |= self._bases(origin.node, origin.scope)
        return found

    # ------------------------------------------------------------ joins and filters

    def _conditions(self, scope: Scope) -> None:
        pairs: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for node in scope.find_all(*_OPERATORS):
            if not _is_asked(node):
                continue
            if isinstance(node, exp.EQ) and self._join(
                node.this, node.expression, scope, scope, pairs
            ):
                continue
            if isinstance(node, exp.In) and isinstance(query := _query_of(node), exp.Select):
                inner = next((s for s in scope.subquery_scopes if s.expression is query), None)
                if inner is not None and len(query.selects) == 1:
                    self._join(node.this, query.selects[0].unalias(), scope, inner, pairs)
                continue
            self._filter(node, scope)
        for (table, other), columns in pairs.items():
            ordered = sorted(columns)
            ours, theirs = zip(*ordered, strict=True)
            self.joins.add(Join(table.partition("\0")[0], ours, other.partition("\0")[0], theirs))

    def _join(
        self,
        one: exp.Expr,
        other: exp.Expr,
        scope: Scope,
        other_scope: Scope,
        pairs: dict[tuple[str, str], set[tuple[str, str]]],
    ) -> bool:
        one, other = _bare(one), _bare(other)
        if not isinstance(one, exp.Column) or not isinstance(other, exp.Column):
            return False
        if scope is other_scope and one.table == other.table:
            return False
        ours, theirs = self._origin(one, scope).base, self._origin(other, other_scope).base
        if ours is not None and theirs is not None:
            first, second = sorted([(ours, one.table), (theirs, other.table)])
            key = (f"{first[0].table}\0{first[1]}", f"{second[0].table}\0{second[1]}")
            pairs[key].add((first[0].column, second[0].column))
        return True

    def _filter(self, node: exp.Expr, scope: Scope) -> None:
        operator = _OPERATORS[type(node)]
        sides = [node.this, node.expression] if isinstance(node, exp.Binary) else [node.this]
        for side, other in zip(sides, reversed(sides), strict=True):
            if not isinstance(side, exp.Expr) or side.find(exp.AggFunc) is not None:
                continue
            alone = side is other or not isinstance(other, exp.Expr) or not _has_column(other)
            if alone and not isinstance(side, exp.Query | exp.Subquery):
                for use in self._bases(side, scope):
                    self.filters.add(Filter(use, operator))

    # ------------------------------------------------------------ aggregates

    def _summaries(self, scope: Scope) -> None:
        groups, is_whole = self._groups(scope)
        for node in scope.find_all(exp.AggFunc):
            if not _is_windowed(node):
                made = self._aggregate(node, scope)
                self.summaries.add(Summary(made, groups, is_whole))

    def _aggregate(self, node: exp.AggFunc, scope: Scope) -> Aggregate:
        name = _FUNCTIONS.get(type(node), node.sql_name())
        argument = node.this
        if isinstance(argument, exp.Distinct):
            name += " DISTINCT"
            argument = argument.expressions[0] if argument.expressions else None
        if argument is None or isinstance(argument, exp.Star):
            return Aggregate(name)
        origin = self._origin(argument, scope)
        if origin.base is not None:
            return Aggregate(name, (origin.base,), is_plain=True)
        inner, where = (
            (origin.node, origin.scope)
            if origin.node is not None and origin.scope is not None
            else (argument, scope)
        )
        if isinstance(inner, exp.AggFunc) and type(inner) is type(node):
            return self._aggregate(inner, where)
        return Aggregate(name, tuple(sorted(self._bases(inner, where))))

    def _groups(self, scope: Scope) -> tuple[tuple[Group, ...], bool]:
        group = scope.expression.args.get("group")
        if group is None:
            return (), True
        found: set[Group] = set()
        listed = list(group.expressions)
        for part in ("rollup", "cube", "grouping_sets"):
            for each in group.args.get(part) or ():
                listed += [e for e in each.expressions if not isinstance(e, exp.Tuple)] or [each]
        is_whole = bool(listed)
        for each in listed:
            made = self._group(each, scope)
            if made is None:
                is_whole = False
            else:
                found.add(made)
        return tuple(sorted(found)), is_whole

    def _group(self, node: exp.Expr, scope: Scope) -> Group | None:
        origin = self._origin(node, scope)
        if origin.base is not None:
            return Group(origin.base)
        if origin.node is None or origin.scope is None:
            return None
        bases = self._bases(origin.node, origin.scope)
        part = _part(origin.node)
        return Group(next(iter(bases)), part) if len(bases) == 1 and part else None


_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Stddev: "STDEV", exp.StddevSamp: "STDEV", exp.StddevPop: "STDEVP", exp.Variance: "VAR",
    exp.VariancePop: "VARP", exp.GroupConcat: "STRING_AGG",
}  # fmt: skip


def _bare(node: exp.Expr) -> exp.Expr:
    """An expression without its parentheses; ISNULL(a, 0) of a column groups and sums as the column does."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Coalesce) and all(isinstance(e, exp.Literal) for e in node.expressions):
        return _bare(node.this)
    return node


def _first_select(scope: Scope) -> Scope | None:
    """A union has the names and, for us, the origins of its first query."""
    while scope.set_operation_scopes:
        scope = scope.set_operation_scopes[0]
    return scope if isinstance(scope.expression, exp.Select) else None


def _query(scope: Scope) -> exp.Query:
    assert isinstance(scope.expression, exp.Query)  # noqa: S101 - who asks looked
    return scope.expression


def _is_asked(node: exp.Expr) -> bool:
    """Whether a predicate must hold: it stands in WHERE, ON or HAVING, and not within OR, NOT or CASE."""
    around = node.parent
    while isinstance(around, _CONDITIONS):
        if isinstance(around, exp.Where | exp.Having | exp.Join):
            return True
        around = around.parent
    return False


def _query_of(node: exp.In) -> exp.Expr | None:
    query = node.args.get("query")
    return query.unnest() if isinstance(query, exp.Subquery) else query


def _has_column(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query | exp.Subquery) or node.find(exp.Column) is not None


def _is_windowed(node: exp.Expr) -> bool:
    """`SUM(a) OVER (...)` adds up rows without putting them together; `SUM(SUM(a)) OVER` does both."""
    around = node.parent
    while isinstance(around, exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup | exp.Filter):
        node, around = around, around.parent
    return isinstance(around, exp.Window) and around.this is node


def _part(node: exp.Expr) -> str:
    """What is made of a column to group by it; empty when it is more than one function of it."""
    match node:
        case exp.Extract():
            return str(node.this.name).upper()
        case exp.Year() | exp.Month() | exp.Day() | exp.Quarter():
            return node.key.upper()
        case exp.Cast() | exp.TryCast():
            return f"CAST {node.to.sql('tsql')}"
        case exp.Column():
            return ""
        case exp.Func():
            return node.sql_name().upper()
    return ""
