"""Did the run find every planted defect that it can see, and nothing else?

The comparison goes step by step and kind by kind, by the whole counts of a result, and where the findings are few also
by what each of them is about: one lost finding, one too many, or one of another row, and the check does not hold.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ombudsman.cli.demo.defect import WHOLE_TABLE
from ombudsman.cli.demo.truth import ExpectedFindings, Truth
from ombudsman.model.pipeline import Run, StepRun, StepStatus
from ombudsman.model.result import Finding, Kind
from ombudsman.model.values import to_json_value


@dataclass(frozen=True)
class Discrepancy:
    """What a step said, against what it should have said. No kind: it is about the step as a whole.

    `about` is told where the number was right and a finding was not.
    """

    step: str
    kind: Kind | None
    expected: str
    found: str
    about: str | None = None

    @property
    def message(self) -> str:
        told = f" {self.kind}" if self.kind else ""
        where = f" about {self.about}" if self.about else ""
        return f"{self.step}: expected {self.expected}{told}{where}, found {self.found}"


@dataclass(frozen=True)
class SelfCheck:
    """`found`: ids of the defects that every step meant to see them saw. `missed`: what should have been found.

    `surplus`: what was found and nobody planted, and steps that should have passed and did not.
    """

    found: tuple[str, ...]
    missed: tuple[Discrepancy, ...]
    surplus: tuple[Discrepancy, ...]

    @property
    def holds(self) -> bool:
        return not self.missed and not self.surplus


def self_check(run: Run, truth: Truth) -> SelfCheck:
    """Compares what the steps of a run found with what was planted."""
    steps = {step_run.step.id: step_run for step_run in run.steps}
    missed: list[Discrepancy] = []
    surplus: list[Discrepancy] = []
    for step, kinds in truth.expected.items():
        for kind, expected in kinds.items():
            lost, extra = _set_against(steps.get(step), step, kind, expected)
            missed += lost
            surplus += extra
    for step, step_run in steps.items():
        surplus.extend(_unplanted(step_run, known=set(truth.expected.get(step, {}))))
    wrong = {(each.step, each.kind) for each in (*missed, *surplus)}
    found = tuple(
        defect.id
        for defect in truth.defects
        if defect.seen_by and not any((seen.step, seen.kind) in wrong for seen in defect.seen_by)
    )
    return SelfCheck(found=found, missed=tuple(missed), surplus=tuple(surplus))


def _set_against(
    step_run: StepRun | None, step: str, kind: Kind, expected: ExpectedFindings
) -> tuple[list[Discrepancy], list[Discrepancy]]:
    """What of the expected findings of one kind is missing, and what is there instead."""
    count = step_run.found.get(kind, 0) if step_run else 0
    if count != expected.count:
        told = Discrepancy(step, kind, expected=str(expected.count), found=_told(step_run, count))
        return ([told], []) if count < expected.count else ([], [told])
    if not expected.about or step_run is None or step_run.result is None:
        return [], []
    wanted = Counter(expected.about)
    names = [about(each) for each in step_run.result.findings if each.kind is kind]
    # Where rows were compared each differing cell is a finding; what is counted are rows.
    there = Counter(names if step_run.result.rows is None else set(names))
    return (
        list(_unequal(step, kind, wanted - there, wanted=wanted, there=there)),
        list(_unequal(step, kind, there - wanted, wanted=wanted, there=there)),
    )


def _unequal(
    step: str, kind: Kind, names: Counter[str], *, wanted: Counter[str], there: Counter[str]
) -> Iterator[Discrepancy]:
    for name in sorted(names):
        yield Discrepancy(
            step, kind, expected=str(wanted[name]), found=str(there[name]), about=name
        )


def about(finding: Finding) -> str:
    """What a finding is about, as the truth tells it: its key, or its column, or the whole table."""
    if finding.key:
        return ", ".join(str(to_json_value(part)) for part in finding.key)
    return finding.column or WHOLE_TABLE


def _unplanted(step_run: StepRun, *, known: set[Kind]) -> list[Discrepancy]:
    """What this step reports beyond the kinds that were planted for it."""
    step = step_run.step.id
    unplanted = [
        Discrepancy(step, kind, expected="0", found=str(count))
        for kind, count in step_run.found.items()
        if kind not in known
    ]
    if not known and step_run.status not in {StepStatus.PASSED, StepStatus.FAILED}:
        unplanted.append(
            Discrepancy(step, None, expected=StepStatus.PASSED, found=_told(step_run, 0))
        )
    return unplanted


def _told(step_run: StepRun | None, count: int) -> str:
    """The count, or why there is none."""
    if step_run is None:
        return "no such step in the run"
    if step_run.problem is not None:
        return f"{step_run.status} ({step_run.problem.message})"
    if step_run.result is None:
        return f"{step_run.status} ({step_run.reason})" if step_run.reason else str(step_run.status)
    return str(count)
