"""What was checked, and what never was?

A run's coverage counts columns. This adds what a reader of a report asks first: the tables that no step judged at all,
also those that are mapped and that no step ever named.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ombudsman.model.mapping import TableMapping
from ombudsman.model.pipeline import Run, StepRun, TableCoverage
from ombudsman.model.tables import TableRef
from ombudsman.render.numbers import counted
from ombudsman.render.values import visible


@dataclass(frozen=True)
class Coverage:
    """The coverage of a whole run.

    `never_checked` holds source tables that no step judged, `unmapped` those that the mapping does not speak of.
    """

    tables: tuple[TableCoverage, ...]
    never_checked: tuple[TableRef, ...]
    columns_by_table: dict[str, tuple[str, ...]]
    unmapped: tuple[TableRef, ...] = ()

    @property
    def columns_checked(self) -> int:
        return sum(table.columns_checked for table in self.tables)

    @property
    def columns_total(self) -> int:
        return sum(table.columns_total for table in self.tables)

    @property
    def tables_checked(self) -> int:
        return len(self.tables) - len(self.never_checked)

    @property
    def row_share(self) -> float | None:
        """The share of the source's rows, of the mapped tables whose number is known, that were compared.

        None where no number is known.
        """
        known = [table for table in self.tables if table.rows_total]
        total = sum(table.rows_total or 0 for table in known)
        compared = sum(min(table.rows_compared or 0, table.rows_total or 0) for table in known)
        return compared / total if total else None


def coverage_of(run: Run) -> Coverage:
    """The coverage of a run, with the mapped tables that its steps left out."""
    told = {str(table.source) for table in run.coverage}
    left_out = [_nothing(t) for t in run.pipeline.mapping.tables if str(t.source) not in told]
    tables = (*run.coverage, *left_out)
    judged = {str(source_table(s, run)) for s in run.steps if s.result is not None}
    never = [t.source for t in tables if not _looked_at(t) and str(t.source) not in judged]
    return Coverage(tables, tuple(never), _columns(run), run.unmapped)


def coverage_sentence(coverage: Coverage, *, named: int = 5) -> str:
    """How much was checked: `118 of 140 columns checked, in 12 of 14 tables. Never checked: a, b.`."""
    if not coverage.tables:
        return "No table is mapped, so nothing is known about coverage."
    told = (
        f"{coverage.columns_checked:,} of {counted(coverage.columns_total, 'column')} checked, "
        f"in {coverage.tables_checked:,} of {counted(len(coverage.tables), 'table')}."
    )
    left_out = [
        (said, [visible(str(table)) for table in tables])
        for said, tables in (
            ("Never checked", coverage.never_checked),
            ("Not mapped", coverage.unmapped),
        )
        if tables
    ]
    if not left_out:
        return f"{told} No table was left out."
    return " ".join([told, *(f"{said}: {listed(names, named)}." for said, names in left_out)])


def listed(names: Sequence[str], limit: int) -> str:
    """The names, separated by commas; behind the first `limit` only how many more there are."""
    told = ", ".join(names[:limit])
    rest = len(names) - limit
    return f"{told} and {rest:,} more" if rest > 0 else told


def source_table(step_run: StepRun, run: Run) -> TableRef:
    """The step's source table by the name that the mapping knows, for a step may leave the schema out."""
    mapped = run.pipeline.mapping.table(step_run.step.table)
    return mapped.source if mapped else step_run.step.table


def target_table(step_run: StepRun, run: Run) -> TableRef | None:
    """The step's target table; None when the source table has none."""
    if step_run.target_table is not None:
        return step_run.target_table
    mapped = run.pipeline.mapping.table(step_run.step.table)
    return mapped.target if mapped else None


def _nothing(table: TableMapping) -> TableCoverage:
    names = tuple(column.source for column in table.columns)
    return TableCoverage(
        source=table.source, target=table.target, columns_total=len(names), unchecked=names
    )


def _looked_at(table: TableCoverage) -> bool:
    return table.columns_checked > 0 or table.rows_compared is not None


def _columns(run: Run) -> dict[str, tuple[str, ...]]:
    seen: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for step_run in run.steps:
        if step_run.result is not None:
            seen[str(source_table(step_run, run))].update(
                dict.fromkeys(step_run.result.columns_checked)
            )
    return {table: tuple(columns) for table, columns in seen.items()}
