"""From recorded statements to a workload.

Every distinct text is parsed once and every pattern resolved once, however often it ran: an export of a month has
thousands of times the executions that it has patterns.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from ombudsman.model.tables import Catalogue, Table, TableRef
from ombudsman.sql.dialect_traps import column_type, settle_types
from ombudsman.workload.collect import facts_from
from ombudsman.workload.differences import Difference, Effect, differences_of
from ombudsman.workload.facts import Facts
from ombudsman.workload.known_tables import KnownTables
from ombudsman.workload.pattern import pattern_id, pattern_of_words, pattern_text
from ombudsman.workload.recorded import Recorded
from ombudsman.workload.resolve import Resolved, resolve
from ombudsman.workload.statements import Statement, StatementKind, read_statements
from ombudsman.workload.usage import Usage
from ombudsman.workload.workload import Pattern, UnreadPattern, Workload

TEXTS_REMEMBERED = 20_000
"""So many texts are not parsed again; an application that writes values into its texts has more."""


def analyze(
    recorded: Iterable[Recorded],
    catalogue: Catalogue | None = None,
    *,
    default_schema: str | None = None,
) -> Workload:
    """Reads every statement and puts together what is used, and how much.

    Args:
        recorded: the statements, as a stream.
        catalogue: the tables of the database in which they ran. Without it tables are known by the names in the
            statements, columns where only one table is read, and no types at all.
        default_schema: where a name without schema is looked for first; an export may tell it line by line.
    """
    analysis = _Analysis(catalogue, default_schema)
    for each in recorded:
        analysis.take(each)
    return analysis.workload()


@dataclass(frozen=True)
class _Known:
    """A statement whose pattern has been made."""

    statement: Statement
    id: str
    text: str


class _Analysis:
    def __init__(self, catalogue: Catalogue | None, default_schema: str | None) -> None:
        self._catalogue = catalogue
        self._known = KnownTables(catalogue, default_schema=default_schema)
        self._texts: OrderedDict[str, tuple[_Known, ...]] = OrderedDict()
        self._patterns: dict[tuple[str, str], Pattern] = {}
        self._unread: dict[str, UnreadPattern] = {}
        self._hidden, self._others, self._all = Usage(), Usage(), Usage()
        self._days = 0

    def take(self, recorded: Recorded) -> None:
        usage = _usage(recorded)
        self._all.add(usage)
        self._days = max(self._days, recorded.active_days or 0)
        if recorded.is_hidden:
            self._hidden.add(usage)
            return
        statements = self._statements(recorded.text)
        counted = [each for each in statements if each.statement.kind is not StatementKind.OTHER]
        if not counted:
            self._others.add(usage)
        # A batch says what it cost as a whole: its statements share that evenly, and each ran as often as the batch.
        for each in counted:
            self._count(each, recorded, _share(usage, len(counted)))

    def workload(self) -> Workload:
        patterns = sorted(self._patterns.values(), key=lambda p: (-p.usage.weight, p.id))
        unread = sorted(self._unread.values(), key=lambda p: (-p.usage.weight, p.id))
        return Workload(
            patterns=patterns,
            unread=unread,
            hidden=self._hidden,
            others=self._others,
            days=max(self._span(), self._days, 1),
            unused=self._unused(patterns),
            views=self._views(),
        )

    # ------------------------------------------------------------ one statement

    def _statements(self, text: str) -> tuple[_Known, ...]:
        if (found := self._texts.get(text)) is not None:
            self._texts.move_to_end(text)
            return found
        found = tuple(
            _named(each) for each in read_statements(text, is_value=self._known.is_no_name).all
        )
        self._texts[text] = found
        if len(self._texts) > TEXTS_REMEMBERED:
            self._texts.popitem(last=False)
        return found

    def _count(self, known: _Known, recorded: Recorded, usage: Usage) -> None:
        statement = known.statement
        if statement.tree is None:
            self._count_unread(known, recorded, usage)
            return
        key = known.id, (recorded.default_schema or "").lower()
        pattern = self._patterns.get(key)
        if pattern is None:
            resolved = resolve(statement.tree, self._known, default_schema=recorded.default_schema)
            facts = self._with_planned(facts_from(resolved), recorded)
            differences = self._differences(statement.tree, resolved)
            pattern = self._patterns[key] = Pattern(
                known.id, known.text, statement.kind, facts, differences, recorded
            )
        pattern.usage.add(usage)
        if recorded.plan.parameters and not pattern.example.plan.parameters:
            pattern.example = recorded
        if recorded.module:
            pattern.modules.add(recorded.module)
        if recorded.query_hash:
            pattern.hashes.add(recorded.query_hash)

    def _with_planned(self, facts: Facts, recorded: Recorded) -> Facts:
        """The plan knows what views and synonyms stand for."""
        tables = recorded.plan.tables
        own = self._known.database
        databases = {each.database.casefold() for each in tables if each.database}
        if own is not None:
            databases.discard(own.casefold())
            tables = tuple(
                each for each in tables if (each.database or "").casefold() not in databases
            )
        elif len(databases) > 1 or any(name.count(".") > 1 for name in facts.foreign):
            return facts  # which of them is the one that was asked is not known
        planned = frozenset(filter(None, (self._planned(each.ref) for each in tables)))
        missed = planned - facts.tables
        if not missed:
            return facts
        return replace(facts, tables=facts.tables | missed)

    def _planned(self, ref: TableRef) -> TableRef | None:
        found = self._known.find(exp.table_(ref.name, db=ref.schema_name))
        return None if found is None else found if isinstance(found, TableRef) else found.ref

    def _differences(self, tree: exp.Expr, resolved: Resolved) -> tuple[Difference, ...]:
        # Resolving takes names off: what is about names is asked of the tree as it was written.
        found = {each.code: each for each in differences_of(tree)}
        if self._catalogue is not None and (typed := _typed(resolved)) is not None:
            found |= {each.code: each for each in differences_of(typed)}
        return tuple(sorted(found.values(), key=_hardest_first))

    def _count_unread(self, known: _Known, recorded: Recorded, usage: Usage) -> None:
        unread = known.statement.unread
        assert unread is not None  # noqa: S101 - without a tree it says why
        found = self._unread.setdefault(
            known.id,
            UnreadPattern(
                known.id, known.text, known.statement.kind, unread.reason, unread.line, unread.column,
                _without_value(unread.near, known.text), recorded.line,
            ),
        )  # fmt: skip
        found.usage.add(usage)

    # ------------------------------------------------------------ the whole

    def _span(self) -> float:
        first, last = self._all.first_seen, self._all.last_seen
        return (last - first).total_seconds() / 86_400 if first and last else 1

    def _unused(self, patterns: list[Pattern]) -> tuple[TableRef, ...]:
        if self._catalogue is None:
            return ()
        used = {ref for pattern in patterns for ref in pattern.facts.tables}
        return tuple(
            t.ref for t in self._catalogue.tables if t.ref not in used and t.kind == "table"
        )

    def _views(self) -> frozenset[TableRef]:
        tables = self._catalogue.tables if self._catalogue else ()
        return frozenset(table.ref for table in tables if table.kind == "view")


def _hardest_first(difference: Difference) -> tuple[bool, str]:
    return difference.effect is not Effect.WILL_NOT_RUN, difference.code


def _typed(resolved: Resolved) -> exp.Expr | None:
    """The resolved tree with the types that follow from the catalogue's; it is changed."""
    if resolved.tree is None:
        return None
    tables = {node.alias_or_name: node.name for node in resolved.tree.find_all(exp.Table)}
    types = {
        name: {column.name.lower(): column.data_type for column in table.columns}
        for name, table in resolved.tables.items()
        if isinstance(table, Table)
    }
    for column in resolved.tree.find_all(exp.Column):
        found = types.get(tables.get(column.table, ""), {}).get(column.name.lower())
        if found is not None:
            column.type = column_type(found)
    try:
        return settle_types(resolved.tree, dialect="tsql")
    except Exception:  # noqa: BLE001 - what the compiled optimizer lets out of a tree it does not know
        return None


def _named(statement: Statement) -> _Known:
    tree = statement.tree
    told = pattern_of_words(statement.text) if tree is None else pattern_text(tree)
    return _Known(statement, pattern_id(told), told)


def _usage(recorded: Recorded) -> Usage:
    return Usage(
        recorded.executions,
        recorded.duration_us,
        recorded.cpu_us,
        recorded.reads,
        recorded.failed,
        recorded.first_seen,
        recorded.last_seen,
    )


def _share(usage: Usage, parts: int) -> Usage:
    return Usage(
        usage.executions,
        usage.duration_us / parts,
        usage.cpu_us / parts,
        usage.reads / parts,
        usage.failed,
        usage.first_seen,
        usage.last_seen,
    )


def _without_value(near: str, pattern: str) -> str:
    """What the parser stumbled over; a literal may be somebody's data, and so may a name that the pattern hides."""
    is_name = re.fullmatch(r"[^\W\d]\w*", near) and near.lower() in pattern.split()
    return near if is_name or re.fullmatch(r"[^\w'\"\s]+", near) else "a value"
