"""What the HTML report shows, as plain values: everything decided, so that the template only lays it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ombudsman.model.pipeline import Run, TableCoverage
from ombudsman.render.coverage import Coverage, coverage_of, coverage_sentence
from ombudsman.render.numbers import counted, duration, elapsed_ms, moment
from ombudsman.render.report_statements import StatementView, statement_views
from ombudsman.render.report_steps import StepView, StepViews
from ombudsman.render.sentences import pair, verdict_sentence
from ombudsman.render.values import visible
from ombudsman.render.words import ERROR, FAIL, INFO, PASS, WARN, Look, look_of_run, tally

_NAMES_SHOWN = 60


@dataclass(frozen=True)
class TableView:
    """The coverage of one table."""

    name: str
    checked: int
    total: int
    share: float
    rows: str
    looked_into: tuple[str, ...]
    unchecked: tuple[str, ...]
    unchecked_left_out: int
    unmapped: tuple[str, ...]
    never: bool


@dataclass(frozen=True)
class ReportView:
    """The whole page."""

    title: str
    description: str
    run_id: str
    look: Look
    sentence: str
    sides: tuple[tuple[str, str, str], ...]
    when: str
    took: str
    tiles: tuple[tuple[Look, int], ...]
    coverage_sentence: str
    column_share: float | None
    columns_told: str
    table_share: float | None
    tables_told: str
    failed: tuple[tuple[str, tuple[StepView, ...]], ...]
    failed_count: int
    errored: tuple[StepView, ...]
    not_run: tuple[StepView, ...]
    passed: tuple[StepView, ...]
    tables: tuple[TableView, ...]
    unmapped: tuple[str, ...]
    unmapped_left_out: int
    statements: tuple[StatementView, ...]


def report_view(run: Run, titles: Mapping[str, str]) -> ReportView:
    """Decides what the report of a run shows; `titles` gives the question that a validator asks."""
    statements = statement_views(run)
    maker = StepViews(run, titles, statements)
    views = [maker.view(number, step_run) for number, step_run in enumerate(run.steps, start=1)]
    failed = [view for view in views if view.look in {FAIL, WARN, INFO}]
    coverage = coverage_of(run)
    ms = elapsed_ms(run.started, run.finished)
    return ReportView(
        title=visible(run.pipeline.name),
        description=visible(run.pipeline.description or ""),
        run_id=visible(run.id),
        look=look_of_run(run),
        sentence=verdict_sentence(run),
        sides=_sides(run),
        when=moment(run.started),
        took="" if ms is None else duration(ms),
        tiles=tuple(tally(run).items()),
        coverage_sentence=coverage_sentence(coverage),
        column_share=_share(coverage.columns_checked, coverage.columns_total),
        columns_told=f"{coverage.columns_checked:,} of {counted(coverage.columns_total, 'column')}",
        table_share=_share(coverage.tables_checked, len(coverage.tables)),
        tables_told=f"{coverage.tables_checked:,} of {counted(len(coverage.tables), 'table')}",
        failed=_by_table(failed),
        failed_count=len(failed),
        errored=tuple(view for view in views if view.look is ERROR),
        not_run=tuple(v for v in views if v.look not in {FAIL, WARN, INFO, ERROR, PASS}),
        passed=tuple(view for view in views if view.look is PASS),
        tables=tuple(_table(table, coverage) for table in coverage.tables),
        unmapped=tuple(visible(str(table)) for table in coverage.unmapped[:_NAMES_SHOWN]),
        unmapped_left_out=max(len(coverage.unmapped) - _NAMES_SHOWN, 0),
        statements=tuple(statements.values()),
    )


def _by_table(views: Sequence[StepView]) -> tuple[tuple[str, tuple[StepView, ...]], ...]:
    """The failed steps by their table; tables with a failure that blocks come first."""
    weight = {FAIL: 0, WARN: 1, INFO: 2}
    groups: dict[str, list[StepView]] = {}
    for view in sorted(views, key=lambda view: weight[view.look]):
        groups.setdefault(view.tables, []).append(view)
    return tuple((table, tuple(group)) for table, group in groups.items())


def _sides(run: Run) -> tuple[tuple[str, str, str], ...]:
    snapshot = run.snapshot
    return (
        ("Source", visible(run.pipeline.source), visible(snapshot.source if snapshot else "")),
        ("Target", visible(run.pipeline.target), visible(snapshot.target if snapshot else "")),
    )


def _table(table: TableCoverage, coverage: Coverage) -> TableView:
    looked_into = coverage.columns_by_table.get(str(table.source), ())
    return TableView(
        name=pair(table.source, table.target),
        checked=table.columns_checked,
        total=table.columns_total,
        share=_share(table.columns_checked, table.columns_total) or 0.0,
        rows=_rows(table),
        looked_into=tuple(visible(name) for name in looked_into[:_NAMES_SHOWN]),
        unchecked=tuple(visible(name) for name in table.unchecked[:_NAMES_SHOWN]),
        unchecked_left_out=max(len(table.unchecked) - _NAMES_SHOWN, 0),
        unmapped=tuple(visible(name) for name in table.unmapped[:_NAMES_SHOWN]),
        never=table.source in coverage.never_checked,
    )


def _rows(table: TableCoverage) -> str:
    """How many rows were compared, and of about how many where that is more."""
    rows, total = table.rows_compared, table.rows_total
    if rows is None:
        return ""
    return f"{rows:,} of {total:,}" if total is not None and total > rows else f"{rows:,}"


def _share(part: int, whole: int) -> float | None:
    """Per cent, rounded down: only all is 100."""
    return part * 1000 // whole / 10 if whole else None
