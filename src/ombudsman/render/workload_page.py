"""A workload on the terminal: what runs, what it reads, and what of it Snowflake would answer otherwise."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ombudsman.render.numbers import counted, duration, short_number
from ombudsman.render.values import visible
from ombudsman.workload.differences import Effect
from ombudsman.workload.facts import Join, Summary
from ombudsman.workload.usage import Usage
from ombudsman.workload.workload import Workload

LINES = 10
_TEXT = 90


def print_workload(workload: Workload, console: Console, *, lines: int = LINES) -> None:
    """Prints the page. Names and texts are never read as markup; patterns hold no values."""
    total = workload.total
    _say(console, _headline(workload), "bold")
    for line in _second_lines(workload):
        _say(console, line)
    patterns = [
        (visible(_short(each.text)), *_figures(each.usage, workload, total)) for each in workload.patterns[:lines]
    ]  # fmt: skip
    _table(console, "What runs", ("Pattern", *_HEADINGS), patterns)
    tables = [
        (str(ref), *_figures(each, workload, total)) for ref, each in workload.by_table().items()
    ]
    _table(console, "What it reads", ("Table", *_HEADINGS), tables[:lines], of=len(tables))
    sums = [
        (summary_told(each), *_figures(usage, workload, total))
        for each, usage in workload.by_summary().items()
    ]
    _table(console, "What is added up", ("Aggregate", *_HEADINGS), sums[:lines], of=len(sums))
    joins = [
        (join_told(each), *_figures(usage, workload, total))
        for each, usage in workload.by_join().items()
    ]
    _table(console, "What is joined", ("Join", *_HEADINGS), joins[:lines], of=len(joins))
    _differences(workload, console)
    _unread(workload, console, lines)
    if workload.unused:
        names = ", ".join(str(ref) for ref in workload.unused[:lines])
        more = f", and {len(workload.unused) - lines} more" if len(workload.unused) > lines else ""
        _say(
            console,
            f"\nNo statement names {counted(len(workload.unused), 'table')}: {names}{more}.",
        )
        if workload.views:
            _say(console, "Views may read them all the same: what a view reads is not looked into.")
    for note in workload.notes:
        _say(console, note)


_HEADINGS = ("A day", "Share", "Mean", "Time")


def _headline(workload: Workload) -> str:
    total = workload.total
    days = max(round(workload.days), 1)
    return (
        f"{counted(total.executions, 'execution')} of {counted(len(workload.patterns), 'pattern')}"
        f" in {counted(days, 'day')}, {duration(total.duration_us / 1_000)} of work"
    )


def _second_lines(workload: Workload) -> Iterator[str]:
    total = workload.total
    will_not, differ = (
        [p.usage for p in workload.patterns if any(d.effect is effect for d in p.differences)]
        for effect in (Effect.WILL_NOT_RUN, Effect.ANSWERS_DIFFER)
    )
    yield (
        f"Taken over to Snowflake as they stand, {_share(will_not, total)} would not run,"
        f" and {_share(differ, total)} might answer differently."
    )
    if workload.unread:
        yield f"{_share([each.usage for each in workload.unread], total)} could not be parsed: see below."
    if workload.hidden.executions:
        yield f"{_share([workload.hidden], total)} are hidden by the server: encrypted or restricted texts."
    if workload.others.executions:
        yield f"{counted(workload.others.executions, 'more execution')} neither read nor wrote rows (calls, settings)."


def _share(usages: Sequence[Usage], total: Usage) -> str:
    executions = sum(each.executions for each in usages)
    return f"{_percent(executions, total.executions)} of the executions"


def _percent(part: float, whole: float) -> str:
    if not part or not whole:
        return "0 %"
    share = 100 * part / whole
    if share < 0.1:
        return "< 0.1 %"
    return f"{share:.1f} %" if share < 99.95 or part == whole else "99.9 %"


def _figures(usage: Usage, workload: Workload, total: Usage) -> tuple[str, ...]:
    return (
        per_day(workload.per_day(usage)),
        _percent(usage.executions, total.executions),
        duration(usage.mean_ms),
        _percent(usage.duration_us, total.duration_us),
    )


def per_day(number: float) -> str:
    """`3,412`, `4.5`, `0.02`: executions a day, which may be fewer than one."""
    if number >= 1_000_000:
        return short_number(number)
    return (
        f"{number:,.0f}" if number >= 10 else f"{number:.1f}" if number >= 0.1 else f"{number:.2f}"
    )


def summary_told(summary: Summary) -> str:
    """`SUM(dbo.Sales.Amount) by YEAR(OrderDate), Region`."""
    columns = ", ".join(f"{each.table}.{each.column}" for each in summary.aggregate.columns)
    inner = columns or "*"
    if columns and not summary.aggregate.is_plain:
        inner = f"of {columns}"
    groups = [f"{g.part}({g.column.column})" if g.part else g.column.column for g in summary.groups]
    groups += [] if summary.is_whole else ["..."]
    return f"{summary.aggregate.function}({inner})" + (f" by {', '.join(groups)}" if groups else "")


def join_told(join: Join) -> str:
    """`dbo.Sales.CustomerKey = dbo.Customers.CustomerKey`."""
    pairs = zip(join.columns, join.other_columns, strict=True)
    return " and ".join(f"{join.table}.{a} = {join.other_table}.{b}" for a, b in pairs)


def _differences(workload: Workload, console: Console) -> None:
    rows = [
        (
            "will not run" if each.effect is Effect.WILL_NOT_RUN else "may differ",
            each.what,
            _percent(usage.executions, workload.total.executions),
            each.reason,
        )
        for each, usage in workload.by_difference().items()
    ]
    _table(console, "On Snowflake", ("", "What", "Share", "Why"), rows, right=("Share",))


def _unread(workload: Workload, console: Console, lines: int) -> None:
    rows = [
        (
            f"{each.usage.executions:,}",
            f"line {each.line}, column {each.column}",
            each.reason + (f", near {each.near}" if each.near else ""),
            visible(_short(each.text)),
        )
        for each in workload.unread[:lines]
    ]
    headings = ("Executions", "Where", "Why", "Statement")
    _table(console, "Not parsed", headings, rows, right=("Executions",), of=len(workload.unread))


def _table(
    console: Console,
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = _HEADINGS,
    of: int = 0,
) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in headings:
        is_number = heading in right
        table.add_column(
            heading,
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=is_number,
        )
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console.print()
    console.print(Text(title, style="bold"))
    console.print(table)
    if of > len(rows):
        _say(console, f"... and {of - len(rows):,} more: --json has them all")


def _short(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= _TEXT else told[: _TEXT - 1] + "…"


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(visible(text, keep="\n"), style=style), soft_wrap=True)
