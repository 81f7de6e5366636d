"""What became of a step, and of a run, in plain words. Every face says it in these sentences."""

from collections.abc import Sequence

from ombudsman.model.pipeline import Run, RunStatus, StepRun, StepStatus
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.rows import Cause
from ombudsman.model.tables import TableRef
from ombudsman.render.coverage import source_table, target_table
from ombudsman.render.numbers import counted
from ombudsman.render.values import shown, tells_both_sides, visible
from ombudsman.render.words import (
    ERROR,
    FAIL,
    INFO,
    PASS,
    WARN,
)
from ombudsman.render.words import tally as tally_of

_PHRASES: dict[Kind, tuple[str, str]] = {
    Kind.ROW_MISSING_IN_TARGET: ("row missing in target", "rows missing in target"),
    Kind.ROW_MISSING_IN_SOURCE: ("row missing in source", "rows missing in source"),
    Kind.ROW_DUPLICATED: ("row duplicated", "rows duplicated"),
    Kind.VALUE_DIFFERS: ("row differs in value", "rows differ in value"),
    Kind.COUNT_DIFFERS: ("row count differs", "row counts differ"),
    Kind.NULL_COUNT_DIFFERS: ("NULL count differs", "NULL counts differ"),
    Kind.AGGREGATE_DIFFERS: ("aggregate differs", "aggregates differ"),
    Kind.DISTRIBUTION_DIFFERS: ("part of a distribution differs", "parts of a distribution differ"),
    Kind.RATIO_DIFFERS: ("ratio differs", "ratios differ"),
    Kind.TABLE_MISSING: ("table missing", "tables missing"),
    Kind.COLUMN_MISSING_IN_TARGET: ("column missing in target", "columns missing in target"),
    Kind.COLUMN_MISSING_IN_SOURCE: ("column missing in source", "columns missing in source"),
    Kind.TYPE_DIFFERS: ("type differs", "types differ"),
    Kind.TYPE_NARROWER: ("type is narrower in target", "types are narrower in target"),
    Kind.NULLABILITY_DIFFERS: ("column differs in nullability", "columns differ in nullability"),
    Kind.DEFAULT_DIFFERS: ("default differs", "defaults differ"),
    Kind.COLLATION_DIFFERS: ("collation differs", "collations differ"),
    Kind.KEY_NULL: ("key with a NULL", "keys with a NULL"),
    Kind.KEY_DUPLICATED: ("duplicated key", "duplicated keys"),
    Kind.KEY_ORPHANED: ("orphaned key", "orphaned keys"),
    Kind.KEY_DIFFERS: ("key differs", "keys differ"),
    Kind.INTERVAL_GAP: ("gap between versions", "gaps between versions"),
    Kind.INTERVAL_OVERLAP: ("overlap of versions", "overlaps of versions"),
    Kind.INTERVAL_INVERTED: ("version ends before it begins", "versions end before they begin"),
    Kind.CURRENT_MISSING: ("key without a current version", "keys without a current version"),
    Kind.CURRENT_NOT_UNIQUE: (
        "key with several current versions",
        "keys with several current versions",
    ),
    Kind.CURRENT_CONTRADICTED: (
        "version whose flag contradicts its end",
        "versions whose flag contradicts their end",
    ),
    Kind.ATTRIBUTE_HISTORY_DIFFERS: ("history differs", "histories differ"),
    Kind.PERIOD_MISSING: ("period without rows", "periods without rows"),
    Kind.PERIOD_DUPLICATED: ("period duplicated", "periods duplicated"),
    Kind.OUT_OF_ORDER: ("row out of order", "rows out of order"),
    Kind.DRIFT: ("period drifts", "periods drift"),
    Kind.LATE_ARRIVAL: ("late arrival", "late arrivals"),
    Kind.NULL_NOT_ALLOWED: (
        "column with NULLs that are not allowed",
        "columns with NULLs that are not allowed",
    ),
    Kind.OUTSIDE_RANGE: ("value outside the range", "values outside the range"),
    Kind.OUTSIDE_DOMAIN: ("value outside the domain", "values outside the domain"),
    Kind.PATTERN_VIOLATED: ("value against the pattern", "values against the pattern"),
    Kind.RULE_VIOLATED: ("row against the rule", "rows against the rule"),
}


def found_of_kind(kind: Kind, count: int) -> str:
    """How many of one kind were found: `412 rows missing in target`."""
    return counted(count, *_phrases(kind))


def outcome(step_run: StepRun) -> str:
    """What became of a step, in one line: what was found, or why there is no judgement."""
    if step_run.result is not None:
        return _judged(step_run.result)
    if step_run.problem is not None:
        return visible(step_run.problem.message)
    if step_run.reason:
        return visible(step_run.reason)
    return {
        StepStatus.CANCELLED: "stopped on request",
        StepStatus.SKIPPED: "not run",
        StepStatus.RUNNING: "still running",
    }.get(step_run.status, "not started")


def tables_of(step_run: StepRun, run: Run) -> str:
    """`shop.orders → SALES.ORDERS`; one name when both are spelt the same or only one is known."""
    return pair(source_table(step_run, run), target_table(step_run, run))


def pair(source: object, target: object | None) -> str:
    """Two names with an arrow between them; one name when they are the same, or there is only one."""
    one, other = visible(str(source)), visible(str(target))
    return one if target is None or one == other else f"{one} → {other}"


def what(finding: Finding) -> str:
    """What is wrong by this finding, in a few words; values of the two sides stand beside them."""
    told = _without_sides(finding)
    if finding.cause is not None and finding.cause is not Cause.OTHER:
        told = f"{told}: {cause_words(finding.cause)}"
    if finding.side is not None and not _says_side(finding.kind):
        told = f"{told}, in {finding.side}"
    return f"{told} ({visible(finding.detail)})" if finding.detail else told


def _says_side(kind: Kind) -> bool:
    return "{side}" in kind.sentence or kind.value.endswith(("_in_source", "_in_target"))


def where(finding: Finding, table: TableRef) -> str:
    """The column that a finding is about; with its table where that is not the step's own `table`."""
    elsewhere = finding.table if finding.table and finding.table != str(table) else None
    return visible(".".join(name for name in (elsewhere, finding.column) if name))


def cause_words(cause: Cause) -> str:
    """A cause as a person says it: `time precision`."""
    return cause.value.replace("_", " ")


def _phrases(kind: Kind) -> tuple[str, str]:
    plain = kind.value.replace("_", " ")
    return _PHRASES.get(kind, (plain, plain))


def _without_sides(finding: Finding) -> str:
    kind, figure = finding.kind, finding.figure
    if kind is Kind.VALUE_DIFFERS:
        return "value differs"
    if tells_both_sides(kind):
        named = "{figure}" in kind.sentence and figure is not None
        return f"{shown(figure)} differs" if named else _phrases(kind)[0]
    tells_figure = any(place in kind.sentence for place in ("{figure}", "{rows}"))
    if "{source}" in kind.sentence or (tells_figure and figure is not None):
        return visible(finding.model_copy(update={"detail": None}).message)
    return _phrases(kind)[0]


def verdict_sentence(run: Run) -> str:
    """The verdict of a run as one would say it to somebody who has not followed the work."""
    tally = tally_of(run)
    of_checks = f"of {counted(len(run.steps), 'check')}"
    failed = tally.get(FAIL, 0)
    judged = failed + sum(tally.get(look, 0) for look in (PASS, WARN, INFO))
    unjudged = f"{len(run.steps) - judged:,} {of_checks} gave no verdict"
    disagree = f"; {failed:,} found differences that matter" if failed else ""
    match run.status:
        case RunStatus.RUNNING:
            return f"Still running: {judged + tally.get(ERROR, 0):,} {of_checks} finished."
        case RunStatus.CANCELLED:
            return f"Stopped on request: {unjudged}{disagree}."
        case RunStatus.ERRORED:
            return f"Not everything could be judged: {unjudged}{disagree}."
        case RunStatus.FAILED:
            return f"The data disagree: {failed:,} {of_checks} found differences that matter."
        case RunStatus.PASSED:
            return _passed(len(run.steps), tally.get(WARN, 0) + tally.get(INFO, 0))


def _passed(total: int, minor: int) -> str:
    if minor:
        found = f"{minor:,} of {counted(total, 'check')} found differences of lesser weight"
        return f"Nothing that blocks was found; {found}."
    if not total:
        return "There was nothing to check."
    return "The one check passed." if total == 1 else f"All {total:,} checks passed."


def _judged(result: Result) -> str:
    if not result.found:
        return _agreed(result.figures, result.figures_total)
    if sum(result.found.values()) == 1 and len(result.findings) == 1:
        finding = result.findings[0]
        place = f"{visible(finding.column)}: " if finding.column else ""
        return place + visible(finding.message)
    return ", ".join(found_of_kind(kind, count) for kind, count in result.found.items())


def _agreed(figures: Sequence[Figure], total: int) -> str:
    if total == 0:
        return "nothing differs"
    if total > 1 or figures[0].source != figures[0].target:
        return f"{counted(total, 'figure')} {'agrees' if total == 1 else 'agree'}"
    return f"{figure_name(figures[0])}: {shown(figures[0].source)} on both sides"


def figure_name(figure: Figure) -> str:
    """What was measured, with its column: `amount sum`."""
    return visible(" ".join(part for part in (figure.column, figure.name) if part))
