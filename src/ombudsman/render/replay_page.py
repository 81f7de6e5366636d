"""A replay on the terminal and as JSON: how much of what the business asks is answered alike."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ombudsman.render.numbers import counted
from ombudsman.render.values import visible
from ombudsman.render.workload_page import per_day
from ombudsman.workload.replay import Outcome, Replay, Replayed

_WORDS = {
    Outcome.EQUAL: ("equal", "green"),
    Outcome.DIFFERENT: ("DIFFERENT", "bold red"),
    Outcome.UNDECIDED: ("undecided", "yellow"),
    Outcome.NOT_REPLAYED: ("not replayed", "dim"),
    Outcome.ERRORED: ("ERRORED", "bold red"),
}
_TEXT = 70


def print_replay(replay: Replay, console: Console) -> None:
    """Prints each pattern's outcome and the headline, which counts the whole workload."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("Outcome", no_wrap=True)
    table.add_column("A day", justify="right", no_wrap=True)
    table.add_column("Pattern", overflow="fold")
    table.add_column("Why", overflow="fold")
    for each in replay.replayed:
        word, style = _WORDS[each.outcome]
        daily = per_day(replay.workload.per_day(each.pattern.usage))
        told = " ".join(each.pattern.text.split())
        short = told if len(told) <= _TEXT else told[: _TEXT - 1] + "…"
        table.add_row(
            Text(word, style=style), daily, Text(visible(short)), Text(visible(_why(each)))
        )
    console.print(table)
    console.print()
    for outcome in Outcome:
        count = sum(each.outcome is outcome for each in replay.replayed)
        if count:
            executions = replay.usage(outcome).executions
            console.print(
                Text(
                    f"{counted(count, 'pattern')} {_WORDS[outcome][0].lower()}: {counted(executions, 'execution')}"
                )
            )
    console.print(Text(headline(replay), style="bold"), soft_wrap=True)


def headline(replay: Replay) -> str:
    """The sentence that a migration is judged by."""
    return (
        f"Proven equal: {_percent(replay.proven_executions)} of all executions of the workload,"
        f" {_percent(replay.proven_duration)} of its duration"
    )


def replay_json(replay: Replay) -> dict[str, Any]:
    """The replay as plain values; answers are not among them."""
    return {
        "proven_executions": round(replay.proven_executions, 6),
        "proven_duration": round(replay.proven_duration, 6),
        "total_executions": replay.workload.total.executions,
        "patterns": [_pattern(each) for each in replay.replayed],
    }


def write_replay_json(replay: Replay, path: Path) -> None:
    text = json.dumps(replay_json(replay), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _pattern(each: Replayed) -> dict[str, Any]:
    return {
        "id": each.pattern.id,
        "text": each.pattern.text,
        "outcome": each.outcome,
        "why": each.why,
        "executions": each.pattern.usage.executions,
        "duration_ms": round(each.pattern.usage.duration_us / 1_000, 3),
        "rows": each.rows,
        "ms": {statement.side: statement.ms for statement in each.statements},
    }


def _why(each: Replayed) -> str:
    if each.outcome is Outcome.EQUAL and each.rows == 0:
        return "no rows on either side: that proves little"
    return each.why


def _percent(share: float) -> str:
    told = f"{100 * share:.1f} %"
    return "99.9 %" if told == "100.0 %" and share < 1 else told
