"""A finished run on the terminal: a quiet table, what failed in detail, what was covered, and the verdict as last line.

Made for 80 columns and for pipes: without a terminal no control character is written, and nothing is told by colour
alone. Values, names and SQL are never read as markup, and their own control characters are made visible.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ombudsman.model.pipeline import Run, StepRun, StepStatus
from ombudsman.model.result import Finding, Result, Statement
from ombudsman.model.tables import Side, TableRef
from ombudsman.render.coverage import coverage_of, coverage_sentence, source_table
from ombudsman.render.numbers import counted, duration, elapsed_ms
from ombudsman.render.policy_words import policies_told
from ombudsman.render.progress import LiveProgress
from ombudsman.render.rows_told import causes_told, manner_told
from ombudsman.render.sample import spread
from ombudsman.render.sentences import (
    outcome,
    pair,
    tables_of,
    verdict_sentence,
    what,
    where,
)
from ombudsman.render.values import NOTHING, Shown, shown_key, shown_sides, visible
from ombudsman.render.words import FAIL, INFO, LOOKS, PASS, WARN, Look, look_of, look_of_run, tally

__all__ = ["Detail", "LiveProgress", "summary"]

_LISTED_PASSES = 12
_ID_WIDTH = 34
_SQL_LINES = 8
_SQL_CHARACTERS = 480
_VALUE_LIMIT = 60


@dataclass(frozen=True)
class Detail:
    """How much to print: findings of a step, steps in detail, whether passed steps are listed, and whether SQL is."""

    findings: int = 5
    steps: int = 20
    passes: bool = False
    sql: bool = False


def summary(
    run: Run,
    console: Console,
    *,
    detail: Detail = Detail(),
    titles: Mapping[str, str] | None = None,
) -> None:
    """Prints what became of a run: the steps table by table, what failed in detail, the coverage, the verdict.

    `titles` gives the question that a validator asks. Passed steps are only counted when there are more than 12 of
    them, unless `detail` asks for them. What blocks comes first.
    """
    ascii_only = console.options.ascii_only
    console.print(_heading(run))
    console.print()
    console.print(_steps(run, passes=detail.passes, ascii_only=ascii_only))
    wanted = _in_need_of_detail(run)
    for step_run in wanted[: detail.steps]:
        title = (titles or {}).get(step_run.step.validator)
        console.print()
        console.print(_told(step_run, run, detail=detail, title=title, ascii_only=ascii_only))
    if rest := wanted[detail.steps :]:
        console.print()
        console.print(f"… and {counted(len(rest), 'step')} more that failed or errored")
    console.print()
    console.print(Text(f"Coverage: {coverage_sentence(coverage_of(run))}"))
    console.print(_last_line(run, ascii_only=ascii_only))


def badge(look: Look, *, ascii_only: bool) -> Text:
    """Icon and word of a status, in its colour."""
    icon = look.plain_icon if ascii_only else look.icon
    return Text(f"{icon} {look.word}", style=look.style)


def _heading(run: Run) -> Text:
    sides = pair(run.pipeline.source, run.pipeline.target)
    return Text.assemble(
        (visible(run.pipeline.name), "bold"), f"  {sides}  ", (visible(run.id), "dim")
    )


def _steps(run: Run, *, passes: bool, ascii_only: bool) -> RenderableType:
    """Table by table, in the order of the pipeline, the steps and what they found."""
    passed = [s for s in run.steps if s.status is StepStatus.PASSED]
    folded = not passes and len(passed) > _LISTED_PASSES
    listed = [s for s in run.steps if not (folded and s.status is StepStatus.PASSED)]
    badges = {s.step.id: badge(look_of(s), ascii_only=ascii_only) for s in listed}
    ids = {s.step.id: Text(visible(s.step.id)) for s in listed}
    parts: list[RenderableType] = []
    for tables, steps in _by_tables(listed, run).items():
        grid = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        grid.add_column(no_wrap=True, width=_widest(badges.values()))
        grid.add_column(overflow="fold", width=min(_widest(ids.values()), _ID_WIDTH))
        grid.add_column(overflow="fold")
        for step_run in steps:
            step_id = step_run.step.id
            grid.add_row(badges[step_id], ids[step_id], Text(outcome(step_run)))
        parts += [Text(tables, style="bold"), Padding(grid, (0, 0, 0, 2))]
    if folded:
        told = f"  {counted(len(passed), 'step')} passed"
        parts.append(Text.assemble(badge(PASS, ascii_only=ascii_only), told))
    return Group(*parts)


def _by_tables(steps: Sequence[StepRun], run: Run) -> dict[str, list[StepRun]]:
    grouped: dict[str, list[StepRun]] = {}
    for step_run in steps:
        grouped.setdefault(tables_of(step_run, run), []).append(step_run)
    return grouped


def _widest(texts: Iterable[Text]) -> int:
    return max((text.cell_len for text in texts), default=1)


def _in_need_of_detail(run: Run) -> list[StepRun]:
    wanted = [s for s in run.steps if s.status in {StepStatus.FAILED, StepStatus.ERRORED}]
    return sorted(wanted, key=lambda step_run: LOOKS.index(look_of(step_run)))


def _told(
    step_run: StepRun, run: Run, *, detail: Detail, title: str | None, ascii_only: bool
) -> RenderableType:
    heading = Text.assemble(
        badge(look_of(step_run), ascii_only=ascii_only),
        "  ",
        (visible(step_run.step.id), "bold"),
        f"  {tables_of(step_run, run)}",
    )
    asked = Text(visible(title or step_run.step.validator), style="dim")
    parts = [asked, *_found(step_run, run, detail=detail)]
    return Group(heading, *(Padding(part, (0, 0, 0, 2), expand=False) for part in parts))


def _found(step_run: StepRun, run: Run, *, detail: Detail) -> Iterator[RenderableType]:
    if step_run.problem is not None:
        yield Text(visible(step_run.problem.message))
        if step_run.problem.hint:
            yield Text(f"Hint: {visible(step_run.problem.hint)}", style="bold")
    result = step_run.result
    if result is None:
        return
    yield Text(outcome(step_run))
    if result.rows is not None:
        for line in causes_told(result.rows):
            yield Text(line)
        for line in manner_told(result.rows):
            yield Text(line, style="dim")
    for note in result.notes:
        yield Text(f"Note: {visible(note)}")
    if policies := policies_told(step_run):
        yield Text(f"Policy: {'; '.join(policies)}")
    total = sum(result.found.values())
    sample = spread(result.findings, detail.findings)
    if sample and (total > 1 or any(finding.key for finding in sample)):
        yield Text(" ")
        yield _sample(sample, source_table(step_run, run))
        if rest := total - len(sample):
            yield Text(f"… and {rest:,} more", style="dim")
    if not detail.sql:
        return
    for statement in _telling(result):
        yield Text(" ")
        yield _sql(statement)


def _sample(findings: Sequence[Finding], own_table: TableRef) -> Table:
    """One line a finding, source and target side by side; columns that would be empty are left out."""
    sides = [shown_sides(finding, limit=_VALUE_LIMIT) for finding in findings]
    columns: dict[str, list[Text]] = {
        "Key": [Text(shown_key(f.key, limit=_VALUE_LIMIT)) for f in findings],
        "Column": [Text(where(f, own_table)) for f in findings],
        "Source": [_value(source) for source, _ in sides],
        "Target": [_value(target) for _, target in sides],
        "What": [Text(what(finding)) for finding in findings],
    }
    if all(pair_ == (NOTHING, NOTHING) for pair_ in sides):
        del columns["Source"], columns["Target"]
    told = {name: cells for name, cells in columns.items() if any(cell.plain for cell in cells)}
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in told:
        table.add_column(name, overflow="fold")
    for row in zip(*told.values(), strict=True):
        table.add_row(*row)
    return table


def _value(value: Shown) -> Text:
    return Text.assemble(value.before, (value.differing, "bold"), value.after)


def _telling(result: Result) -> list[Statement]:
    """The last statement of each side: a check that asks twice asks for the offenders last."""
    last = {statement.side: statement for statement in result.statements}
    return [last[side] for side in Side if side in last]


def _sql(statement: Statement) -> RenderableType:
    sql = visible(statement.sql, keep="\n\t")
    lines = sql[:_SQL_CHARACTERS].splitlines()[:_SQL_LINES]
    rest = len(sql) - len("\n".join(lines))
    heading = f"-- {statement.side}, {duration(statement.ms)}, {counted(statement.rows, 'row')}"
    code = Syntax(
        "\n".join(lines), "sql", theme="ansi_dark", background_color="default", word_wrap=True
    )
    if rest <= 1:
        return Group(Text(heading, style="dim"), code)
    return Group(
        Text(heading, style="dim"), code, Text(f"-- and {rest:,} characters more", style="dim")
    )


def _last_line(run: Run, *, ascii_only: bool) -> Text:
    counts = [f"{count:,} {_counted_word(look, count)}" for look, count in tally(run).items()]
    ms = elapsed_ms(run.started, run.finished)
    told = [", ".join(counts), *([duration(ms)] if ms is not None else [])]
    return Text.assemble(
        badge(look_of_run(run), ascii_only=ascii_only),
        "  ",
        (verdict_sentence(run), "bold"),
        f" {' in '.join(filter(None, told))}.",
    )


def _counted_word(look: Look, count: int) -> str:
    nouns = {PASS: "passed", FAIL: "failed", WARN: "warning", INFO: "for information"}
    word = nouns.get(look, {"Error": "errored"}.get(look.word, look.word.lower()))
    return f"{word}s" if look is WARN and count != 1 else word
