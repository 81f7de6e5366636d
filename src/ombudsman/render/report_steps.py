"""The steps of a run as the HTML report shows them.

Of each step at most 100 findings and 200 figures are shown; a run with many failures shares a budget among them, so
that the page opens fast. What is left out is always counted. A finding that a figure tells already is not told again.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ombudsman.model.pipeline import Run, StepRun
from ombudsman.model.result import Figure, Finding, Result, Statement
from ombudsman.model.rows import Cause
from ombudsman.model.tables import TableRef
from ombudsman.model.values import exact, to_json_value
from ombudsman.render.coverage import source_table
from ombudsman.render.numbers import duration, elapsed_ms
from ombudsman.render.policy_words import policies_told
from ombudsman.render.report_statements import StatementView
from ombudsman.render.rows_told import causes_told, manner_told
from ombudsman.render.sample import spread
from ombudsman.render.sentences import (
    cause_words,
    figure_name,
    found_of_kind,
    outcome,
    tables_of,
    what,
    where,
)
from ombudsman.render.values import NOTHING, Shown, shown_key, shown_pair, shown_sides, visible
from ombudsman.render.words import PASS, Look, look_of

FINDINGS_SHOWN = 100
FIGURES_SHOWN = 200
_FINDINGS_OF_ALL = 3_000
_FIGURES_OF_ALL = 2_500


@dataclass(frozen=True)
class Difference:
    """One line of a sample."""

    key: str
    column: str
    source: Shown
    target: Shown
    what: str


@dataclass(frozen=True)
class Bar:
    """One figure: both values, how long their bars are (per cent of the longer one), and how far they lie apart."""

    name: str
    key: str
    source: Shown
    target: Shown
    source_share: float | None
    target_share: float | None
    distance: str
    agrees: bool


@dataclass(frozen=True)
class StepView:
    """One step. The lists are empty for a step that passed: of those only the outcome is told."""

    number: int
    id: str
    look: Look
    question: str
    validator: str
    tables: str
    description: str
    params: str
    outcome: str
    took: str
    found: tuple[str, ...]
    causes: tuple[str, ...]
    causes_are_whole: bool
    differences: tuple[Difference, ...]
    differences_left_out: int
    with_keys: bool
    with_columns: bool
    with_values: bool
    figures: tuple[Bar, ...]
    figures_left_out: int
    notes: tuple[str, ...]
    policies: tuple[str, ...]
    hint: str
    statements: tuple[StatementView, ...]


class StepViews:
    """Makes the views of a run's steps, and shares the room among those that failed."""

    def __init__(
        self,
        run: Run,
        titles: Mapping[str, str],
        statements: Mapping[Statement, StatementView],
    ) -> None:
        self._run = run
        self._titles = titles
        self._statements = statements
        failed = max(sum(bool(step_run.found) for step_run in run.steps), 1)
        self._findings = min(FINDINGS_SHOWN, max(_FINDINGS_OF_ALL // failed, 3))
        self._figures = min(FIGURES_SHOWN, max(_FIGURES_OF_ALL // failed, 3))

    def view(self, number: int, step_run: StepRun) -> StepView:
        """The view of one step; `number` is its place in the run, from 1."""
        step, result, look = step_run.step, step_run.result, look_of(step_run)
        told = result if result is not None and look is not PASS else Result()
        untold = _not_told_by_figures(told)
        differences = self._differences(untold, source_table(step_run, self._run))
        bars = self._bars(told.figures)
        ms = elapsed_ms(step_run.started, step_run.finished)
        problem = step_run.problem
        return StepView(
            number=number,
            id=visible(step.id),
            look=look,
            question=visible(self._titles.get(step.validator, step.validator)),
            validator=visible(step.validator),
            tables=tables_of(step_run, self._run),
            description=visible(step.description or ""),
            params=_params(step.params) if look is not PASS else "",
            outcome=outcome(step_run),
            took="" if ms is None else duration(ms),
            found=_found(told),
            causes=_causes(told),
            causes_are_whole=told.rows is not None,
            differences=differences,
            differences_left_out=_found_in_all(told)
            - len(told.findings)
            + len(untold)
            - len(differences),
            with_keys=any(line.key for line in differences),
            with_columns=any(line.column for line in differences),
            with_values=any((d.source, d.target) != (NOTHING, NOTHING) for d in differences),
            figures=bars,
            figures_left_out=told.figures_total - len(bars),
            notes=_notes(result, passed=look is PASS) if result else (),
            policies=policies_told(step_run),
            hint=visible(problem.hint) if problem and problem.hint else "",
            statements=tuple(self._statements[s] for s in (result.statements if result else ())),
        )

    def _differences(self, findings: Sequence[Finding], table: TableRef) -> tuple[Difference, ...]:
        return tuple(_difference(each, table) for each in spread(findings, self._findings))

    def _bars(self, figures: Sequence[Figure]) -> tuple[Bar, ...]:
        in_order = sorted(figures, key=lambda figure: figure.agrees)
        return tuple(_bar(figure) for figure in in_order[: self._figures])


def _found(result: Result) -> tuple[str, ...]:
    """How many of each kind; a single finding is told by the outcome in its own words."""
    if _found_in_all(result) <= 1:
        return ()
    return tuple(found_of_kind(kind, count) for kind, count in result.found.items())


def _found_in_all(result: Result) -> int:
    return sum(result.found.values())


def _not_told_by_figures(result: Result) -> list[Finding]:
    """The findings that say more than a figure that stands in the table of figures anyhow."""
    told = {_measured(figure) for figure in result.figures if not figure.agrees}
    return [finding for finding in result.findings if _measured(finding) not in told]


def _measured(of: Figure | Finding) -> str:
    return repr((of.column, of.key, of.source, of.target))


def _difference(finding: Finding, table: TableRef) -> Difference:
    source, target = shown_sides(finding)
    return Difference(
        key=shown_key(finding.key),
        column=where(finding, table),
        source=source,
        target=target,
        what=what(finding),
    )


def _bar(figure: Figure) -> Bar:
    source, target = shown_pair(figure.source, figure.target)
    numbers = exact(figure.source), exact(figure.target)
    return Bar(
        name=figure_name(figure),
        key=shown_key(figure.key),
        source=source,
        target=target,
        source_share=_length(numbers[0], numbers[1]),
        target_share=_length(numbers[1], numbers[0]),
        distance="" if figure.agrees else _distance(*numbers),
        agrees=figure.agrees,
    )


def _length(own: Decimal | None, other: Decimal | None) -> float | None:
    if own is None or not own.is_finite():
        return None
    longest = max(abs(n) for n in (own, other) if n is not None and n.is_finite())
    return float(round(abs(own) / longest * 100, 1)) if longest else 0.0


def _distance(source: Decimal | None, target: Decimal | None) -> str:
    """How far the target lies from the source, for the eye only; the judgement was the tolerance's."""
    if source is None or target is None or not (source.is_finite() and target.is_finite()):
        return ""
    distance = target - source
    told = f"{distance:+,f}".replace("-", "\N{MINUS SIGN}")
    if not source:
        return told
    share = abs(distance / source) * 100
    return f"{told} ({share:.2f} %)" if share >= Decimal("0.01") else f"{told} (< 0.01 %)"


def _notes(result: Result, *, passed: bool) -> tuple[str, ...]:
    """What a reader should know; a step that passed has no other place to tell what was accepted."""
    notes = tuple(visible(note) for note in result.notes)
    if result.rows is None:
        return notes
    accepted = causes_told(result.rows) if passed else ()
    return (*accepted, *manner_told(result.rows), *notes)


def _causes(result: Result) -> tuple[str, ...]:
    """Of a comparison of rows all are counted, first in a sentence; else those of the sample."""
    if result.rows is not None:
        return causes_told(result.rows)
    counts = Counter(each.cause for each in result.findings if each.cause is not None)
    return tuple(
        f"{cause_words(cause) if cause is not Cause.OTHER else 'no known cause'} {count:,}"
        for cause, count in counts.most_common()
    )


def _params(params: Mapping[str, object]) -> str:
    return visible(json.dumps(to_json_value(params), ensure_ascii=False)) if params else ""
