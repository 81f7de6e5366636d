"""A comparison of rows in words: why cells differ, what would accept them, and how it was done."""

from ombudsman.model.rows import Cause, CauseGroup, RowsCompared
from ombudsman.render.numbers import counted
from ombudsman.render.sentences import cause_words
from ombudsman.render.values import visible

GROUPS_SHOWN = 12

SHORT = 0.1
"""Seconds below which a rate says nothing."""


def causes_told(rows: RowsCompared) -> tuple[str, ...]:
    """Why cells differ: the whole in a sentence, then column by column, the frequent causes first."""
    if not rows.groups:
        return ()
    told = [_sentence(rows), *(_group(group) for group in rows.groups[:GROUPS_SHOWN])]
    if rest := len(rows.groups) - GROUPS_SHOWN:
        told += [f"and {counted(rest, 'cause')} more"] if rest > 0 else []
    return tuple(told)


def manner_told(rows: RowsCompared) -> tuple[str, ...]:
    """How the rows were compared, and where the differences lie."""
    seconds = sum(rows.seconds.values())
    rate = (
        f", {(rows.source_rows + rows.target_rows) / seconds:,.0f} rows a second"
        if seconds > 0.1
        else ""
    )
    sides = f"{rows.source_rows:,} rows of the source and {rows.target_rows:,} of the target"
    told = [
        f"{sides} compared in {seconds:.2f} s{rate}",
        f"Strategy {rows.strategy}: {'; '.join(rows.why)}",
    ]
    if rows.at_least:
        told.append("The comparison stopped at its limit: at least so many rows differ")
    if rows.sampled:
        told.append(rows.sampled)
    if rows.rows_file:
        told.append(f"Every difference: {visible(rows.rows_file)}")
    return tuple(told)


def _sentence(rows: RowsCompared) -> str:
    accepted = sum(sum(causes.values()) for causes in rows.accepted.values())
    told = rows.sentence or ""
    return f"{told}; {accepted:,} of them accepted" if accepted else told


def _group(group: CauseGroup) -> str:
    words = cause_words(group.cause) if group.cause is not Cause.OTHER else "no known cause"
    detail = f" ({group.detail})" if group.detail else ""
    told = f"{visible(group.column)}: {counted(group.cells, 'cell')}, {words}{visible(detail)}"
    if group.accepted:
        told += ", accepted" if group.accepted == group.cells else f", {group.accepted:,} accepted"
    if group.settings:
        told += f"; to accept: {' or '.join(group.settings)}"
    return told
