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
    told = [rows.sentence or "", *(_group(group) for group in rows.groups[:GROUPS_SHOWN])]
    if (rest := len(rows.groups) - GROUPS_SHOWN) > 0:
        told.append(f"and {counted(rest, 'cause')} more")
    return tuple(visible(line) for line in told)


def manner_told(rows: RowsCompared) -> tuple[str, ...]:
    """How the rows were compared, and where the differences lie."""
    seconds = sum(rows.seconds.values())
    rate = (
        f", {(rows.source_rows + rows.target_rows) / seconds:,.0f} rows a second"
        if seconds > SHORT
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
        told.append(f"Every difference: {rows.rows_file}")
    if rows.repair_file:
        told.append(
            f"What would make the target equal, to be read before it is run: {rows.repair_file}"
        )
    return tuple(visible(line) for line in told)


def _group(group: CauseGroup) -> str:
    words = cause_words(group.cause) if group.cause is not Cause.OTHER else "no known cause"
    detail = f" ({group.detail})" if group.detail else ""
    told = f"{group.column}: {counted(group.cells, 'cell')}, {words}{detail}"
    if group.accepted:
        told += ", accepted" if group.accepted == group.cells else f", {group.accepted:,} accepted"
    if group.settings:
        told += f"; to accept: {' or '.join(group.settings)}"
    return told
