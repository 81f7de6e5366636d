"""Which checks would protect what the business reads most?

From the facts of a workload to steps, each with the executions a day that stand behind it:

- an amount that is added up by columns of its own table: its sums at that grain;
- one that is added up by a column of a joined table: the very summary, asked of both sides;
- a join to a key: no row refers to nothing;
- a code by which rows are chosen: no value is new; a date by which they are chosen: as many rows in each month.

What is only suspected (by a name, say) is not for here: `pipeline/generate.py` does that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from ombudsman.mapping.names import words
from ombudsman.model import types
from ombudsman.model.suggestion import Suggestion
from ombudsman.model.tables import Catalogue, Column, Table, TableRef
from ombudsman.workload.facts import ColumnUse, Facts, Group, Join, Summary
from ombudsman.workload.usage import Usage
from ombudsman.workload.workload import Workload, total

MOST = 40
"""So many suggestions are made at most, the weightiest."""

_SHORT_TEXT = 30
_PERIODS = {
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "DAY": "day",
    "CAST DATE": "day",
}
_FINEST = ("year", "quarter", "month", "day")
_CHECKS = {"SUM": "validate_metric_sums", "AVG": "validate_metric_averages"}
_EXACT = {"=", "IN"}
_RANGES = {">", ">=", "<", "<=", "BETWEEN"}


def suggest(
    workload: Workload,
    catalogue: Catalogue,
    *,
    dialect: str = "tsql",
    references: Iterable[Join] = (),
    measures: Iterable[ColumnUse] | None = None,
) -> list[Suggestion]:
    """The checks, the weightiest first.

    Args:
        workload: what is asked of the source.
        catalogue: the source's, the one with which the workload was analyzed.
        dialect: in which a query is written; the parser's name of the source's.
        references: relationships that were inferred elsewhere; a join along one needs no declared key.
        measures: the columns that may be added up, where that is known; by default every number that is no key.
    """
    asked = _Asked(
        workload, {str(t.ref): t for t in catalogue.tables}, dialect, set(references), measures
    )
    merged: dict[str, list[_Wanted]] = defaultdict(list)
    for each in asked.all():
        merged[repr((each.suggestion.validator, each.suggestion.table, each.merge_by))].append(each)
    made = [_together(each, workload) for each in merged.values()]
    return sorted(made, key=lambda s: (-s.weight, str(s.table), s.validator, s.name))[:MOST]


@dataclass(frozen=True)
class _Wanted:
    """A suggestion before those that can be one step are put together; `reads` says what stands behind it."""

    suggestion: Suggestion
    merge_by: Any
    reads: str
    usage: Usage
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Query:
    """A summary as a text, and the columns that it reads."""

    text: str
    reads: frozenset[ColumnUse]


@dataclass
class _Asked:
    workload: Workload
    tables: dict[str, Table]
    dialect: str
    references: set[Join]
    measures: Iterable[ColumnUse] | None

    def all(self) -> Iterator[_Wanted]:
        for pattern in self.workload.patterns:
            yield from self._pattern(pattern.facts, pattern.usage)

    def _pattern(self, facts: Facts, usage: Usage) -> Iterator[_Wanted]:
        for summary in sorted(facts.summaries):
            yield from self._summary(summary, facts, usage)
        for join in sorted(facts.joins):
            yield from self._join(join, usage)
        for each in sorted(facts.filters):
            yield from self._filter(each.column, each.operator, usage)

    # ------------------------------------------------------------ sums

    def _summary(self, summary: Summary, facts: Facts, usage: Usage) -> Iterator[_Wanted]:
        if not summary.is_whole:
            return
        if summary.aggregate.function == "COUNT" and not summary.aggregate.columns:
            yield from self._count(summary, facts, usage)
            return
        if summary.aggregate.function not in _CHECKS or not summary.aggregate.is_plain:
            return
        (amount,) = summary.aggregate.columns
        if not self._may_be_added(amount):
            return
        if all(group.column.table == amount.table for group in summary.groups):
            yield self._own(summary, amount, usage)
        elif summary.aggregate.function == "SUM" and (query := self._query(summary, facts)):
            yield self._joined(summary, amount, query, usage)

    def _own(self, summary: Summary, amount: ColumnUse, usage: Usage) -> _Wanted:
        by = terms(summary.groups)
        names = [part for group in summary.groups for part in words(group.column.column)]
        suggestion = Suggestion(
            _CHECKS[summary.aggregate.function],
            amount.ref,
            "",
            {"group_by": by} if by else {},
            (
                ("sums" if summary.aggregate.function == "SUM" else "averages"),
                *(["by", *names] if by else []),
            ),
        )
        return _Wanted(suggestion, (by, "own"), _told(summary), usage, (amount.column,))

    def _joined(self, summary: Summary, amount: ColumnUse, query: _Query, usage: Usage) -> _Wanted:
        keys = [f"group_{number}" for number in range(1, len(summary.groups) + 1)]
        names = [part for group in summary.groups for part in words(group.column.column)]
        suggestion = Suggestion(
            "validate_query_parity",
            amount.ref,
            "",
            {"query": query.text, "key": keys},
            (*words(amount.column), "by", *names),
            frozenset(group.column.ref for group in summary.groups) - {amount.ref},
            frozenset((use.ref, use.column) for use in query.reads),
        )
        return _Wanted(suggestion, query.text, _told(summary), usage)

    def _query(self, summary: Summary, facts: Facts) -> _Query | None:
        """The summary as a query over the amount's table and those joined to it directly; None if some are not."""
        (amount,) = summary.aggregate.columns
        source = exp.column(amount.column, table="t0", quoted=True)
        query = exp.Select().from_(self._table(amount.table, "t0"))
        aliases = {amount.table: "t0"}
        reads = {amount, *(group.column for group in summary.groups)}
        for group in summary.groups:
            other = group.column.table
            if other in aliases:
                continue
            joins = [j for j in facts.joins if {j.table, j.other_table} == {amount.table, other}]
            if len(joins) != 1 or not self._is_to_a_key(joins[0], other):
                return None
            aliases[other] = f"t{len(aliases)}"
            reads |= {ColumnUse(joins[0].table, name) for name in joins[0].columns}
            reads |= {ColumnUse(joins[0].other_table, name) for name in joins[0].other_columns}
            query = query.join(self._table(other, aliases[other]), on=_on(joins[0], aliases))
        for number, group in enumerate(summary.groups, start=1):
            if group.part not in {"", "YEAR", "MONTH"}:
                return None
            column: exp.Expr = exp.column(
                group.column.column, table=aliases[group.column.table], quoted=True
            )
            if group.part:
                column = (exp.Year if group.part == "YEAR" else exp.Month)(this=column)
            query = query.select(exp.alias_(column, f"group_{number}")).group_by(column.copy())
        query = query.select(exp.alias_(exp.Sum(this=source), "total"))
        return _Query(query.sql(self.dialect), frozenset(reads))

    def _table(self, name: str, alias: str) -> exp.Table:
        ref = TableRef.parse(name)
        return exp.table_(ref.name, db=ref.schema_name, quoted=True, alias=alias)

    def _is_to_a_key(self, join: Join, table: str) -> bool:
        """Whether a row of the other side meets one row of `table` at most: else sums would count twice."""
        columns = join.columns if join.table == table else join.other_columns
        return self._is_key(table, columns)

    def _may_be_added(self, use: ColumnUse) -> bool:
        if self.measures is not None and use not in set(self.measures):
            return False
        column, table = self._column(use), self.tables.get(use.table)
        if column is None or table is None or column.data_type.kind not in types.NUMERIC:
            return False
        keys = {name for key in table.foreign_keys for name in key.columns}
        keys |= set(table.primary_key.columns) if table.primary_key else set()
        return use.column not in keys

    def _count(self, summary: Summary, facts: Facts, usage: Usage) -> Iterator[_Wanted]:
        """Rows are counted by columns of the only table that is read."""
        if len(facts.tables) != 1 or not summary.groups:
            return
        (ref,) = facts.tables
        by = terms(summary.groups)
        names = [part for group in summary.groups for part in words(group.column.column)]
        suggestion = Suggestion(
            "validate_record_counts", ref, "", {"group_by": by}, ("counts", "by", *names)
        )
        yield _Wanted(suggestion, by, _told(summary), usage)

    # ------------------------------------------------------------ joins and filters

    def _join(self, join: Join, usage: Usage) -> Iterator[_Wanted]:
        sides = [
            (join.table, join.columns, join.other_table, join.other_columns),
            (join.other_table, join.other_columns, join.table, join.columns),
        ]
        to_key = [
            side for side in sides if self._is_key(side[2], side[3]) or self._is_inferred(side)
        ]
        if len(to_key) != 1:  # no key, or two: then neither is known to refer to the other
            return
        child, columns, parent, referred = to_key[0]
        if any(self._column(ColumnUse(child, name)) is None for name in columns):
            return
        ordered = list(zip(columns, referred, strict=True))
        params = {
            "references": [
                {
                    "columns": [own for own, _ in ordered],
                    "table": parent,
                    "referred_columns": [there for _, there in ordered],
                }
            ]
        }
        parts = [part for name in columns for part in words(name)]
        suggestion = Suggestion(
            "validate_foreign_keys", TableRef.parse(child), "", params, ("joins", *parts),
            frozenset({TableRef.parse(parent)}),
        )  # fmt: skip
        told = f"the join of {child} to {parent} by {', '.join(columns)}"
        yield _Wanted(suggestion, params, told, usage)

    def _is_inferred(self, side: tuple[str, tuple[str, ...], str, tuple[str, ...]]) -> bool:
        return Join(*side) in self.references

    def _filter(self, use: ColumnUse, operator: str, usage: Usage) -> Iterator[_Wanted]:
        column, table = self._column(use), self.tables.get(use.table)
        if column is None or table is None or self._is_key(use.table, (use.column,)):
            return
        if operator in _EXACT and _is_code(column):
            suggestion = Suggestion("validate_domain_values", use.ref, "", {}, ("codes",))
            yield _Wanted(
                suggestion, "codes", f"a choice of rows by {use.column}", usage, (use.column,)
            )
        if operator in _RANGES and column.data_type.kind in types.TEMPORAL:
            by = [{"column": use.column, "period": "month"}]
            name = ("counts", "by", "month", *words(use.column))
            suggestion = Suggestion("validate_record_counts", use.ref, "", {"group_by": by}, name)
            yield _Wanted(suggestion, by, f"a choice of rows by a span of {use.column}", usage)

    # ------------------------------------------------------------ the catalogue

    def _column(self, use: ColumnUse) -> Column | None:
        table = self.tables.get(use.table)
        return table.column(use.column) if table else None

    def _is_key(self, name: str, columns: Sequence[str]) -> bool:
        table = self.tables.get(name)
        if table is None:
            return False
        declared = [table.primary_key] if table.primary_key else []
        keys = [set(key.columns) for key in (*declared, *table.unique_keys)]
        keys += [set(index.columns) for index in table.indexes if index.unique]
        return set(columns) in keys


def terms(groups: Iterable[Group]) -> list[Any]:
    """Groups as a validator takes them. Parts of one date become the finest period: equal months make equal years."""
    plain: list[Any] = []
    periods: dict[str, str] = {}
    for group in groups:
        period = _PERIODS.get(group.part)
        if not group.part:
            plain.append(group.column.column)
        elif period is None:
            plain.append(group.column.column)  # finer than any part of it
        else:
            known = periods.get(group.column.column, period)
            periods[group.column.column] = max(known, period, key=_FINEST.index)
    return plain + [{"column": column, "period": period} for column, period in periods.items()]


def _is_code(column: Column) -> bool:
    match column.data_type:
        case types.Text(length=int(length)):
            return length <= _SHORT_TEXT
        case types.Boolean():
            return True
    return False


def _on(join: Join, aliases: dict[str, str]) -> exp.Expr:
    pairs = zip(join.columns, join.other_columns, strict=True)
    equal = [
        exp.column(own, table=aliases[join.table], quoted=True).eq(
            exp.column(there, table=aliases[join.other_table], quoted=True)
        )
        for own, there in pairs
    ]
    return exp.and_(*equal)


def _told(summary: Summary) -> str:
    """`SUM(Amount) by CalendarYear`."""
    columns = ", ".join(column.column for column in summary.aggregate.columns) or "*"
    groups = ", ".join(
        f"{g.part} of {g.column.column}" if g.part else g.column.column for g in summary.groups
    )
    return f"{summary.aggregate.function}({columns})" + (f" by {groups}" if groups else "")


def _together(wanted: Sequence[_Wanted], workload: Workload) -> Suggestion:
    """One step of several that differ by their columns alone; its reason tells what reads it, and how often."""
    usage = total(each.usage for each in wanted)
    columns = list(dict.fromkeys(column for each in wanted for column in each.columns))
    heaviest = sorted(wanted, key=lambda each: -each.usage.weight)
    reads = list(dict.fromkeys(each.reads for each in heaviest))
    more = f" and {len(reads) - 2} more" if len(reads) > 2 else ""
    first = wanted[0].suggestion
    return replace(
        first,
        params={**({"columns": columns} if columns else {}), **first.params},
        why=f"{'; '.join(reads[:2])}{more}: {_times(workload.per_day(usage))}",
        weight=usage.weight,
    )


def _times(per_day: float) -> str:
    if per_day >= 10:
        return f"{per_day:,.0f} executions a day read it"
    if per_day >= 1:
        return f"{per_day:.1f} executions a day read it"
    return f"read {max(per_day * 30, 1):.0f} times in 30 days"
