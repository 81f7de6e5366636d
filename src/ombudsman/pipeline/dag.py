"""Which steps may start, which must be skipped, and why?

A step waits for the steps it `needs`. What a finished step does to the rest:

- passed: nothing stands in the way.
- failed, with severity blocking: its `on_failure` decides. A failed step of severity warning or info holds nothing
  back and stops nothing, whatever its `on_failure`: that is what the word warning promises.
- errored, whatever its severity: its `on_failure` decides, for nobody knows whether the data agree.
- skipped or cancelled: the steps that need it are skipped, unless it says `go_on`. It never stops the rest.

Steps that run while a `stop` comes up finish; no other starts. Everything here is a function of steps and statuses;
a step without a status is pending.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush

from ombudsman.model.errors import PipelineInvalid, did_you_mean
from ombudsman.model.pipeline import OnFailure, Pipeline, Severity, Step, StepStatus

Statuses = Mapping[str, StepStatus]

FINISHED = frozenset(
    {
        StepStatus.PASSED,
        StepStatus.FAILED,
        StepStatus.ERRORED,
        StepStatus.SKIPPED,
        StepStatus.CANCELLED,
    }
)

_WHICH = {
    StepStatus.FAILED: "failed",
    StepStatus.ERRORED: "errored",
    StepStatus.SKIPPED: "was skipped",
    StepStatus.CANCELLED: "was cancelled",
}


def order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, each after all that it needs, otherwise as they were written.

    Raises PipelineInvalid for an id that stands twice, a need that is no step, and a cycle.
    """
    _by_id(steps)
    if loops := cycles({step.id: step.needs for step in steps}):
        raise PipelineInvalid(f"steps need each other in a circle: {arrows(loops[0])}")
    position = {step.id: index for index, step in enumerate(steps)}
    waits_for = {step.id: len(set(step.needs)) for step in steps}
    needed_by: dict[str, list[str]] = {step.id: [] for step in steps}
    for step in steps:
        for need in set(step.needs):
            needed_by[need].append(step.id)
    free = [position[step.id] for step in steps if not step.needs]
    heapify(free)
    ordered: list[Step] = []
    while free:
        step = steps[heappop(free)]
        ordered.append(step)
        for dependent in needed_by[step.id]:
            waits_for[dependent] -= 1
            if waits_for[dependent] == 0:
                heappush(free, position[dependent])
    return tuple(ordered)


def cycles(needs: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Circles among the needs, each as `(a, b, a)`: a needs b, b needs a. Circles that share a node count as one."""
    graph = {node: tuple(needed) for node, needed in needs.items()}
    found: list[tuple[str, ...]] = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = error.args[1][:0:-1]
            first = min(circle, key=list(needs).index)
            start = circle.index(first)
            found.append((*circle[start:], *circle[:start], first))
            graph = {
                node: tuple(n for n in needed if n not in circle)
                for node, needed in graph.items()
                if node not in circle
            }
        else:
            return found


def arrows(circle: Sequence[str]) -> str:
    """The circle as `a -> b -> a`."""
    return " -> ".join(circle)


# ------------------------------------------------------------ what may start


@dataclass(frozen=True)
class Decision:
    """What to do now: the ids of the steps to start, and of those to skip with the reason of each."""

    ready: tuple[str, ...]
    skipped: Mapping[str, str]


def decide(steps: Sequence[Step], statuses: Statuses) -> Decision:
    """Which steps to skip and, once they are skipped, which to start.

    As long as a step is pending, something is running, to be skipped or to be started: a run cannot hang.
    """
    skipped = skipped_by(steps, statuses)
    then = {**statuses, **dict.fromkeys(skipped, StepStatus.SKIPPED)}
    return Decision(tuple(step.id for step in ready(steps, then)), skipped)


def ready(steps: Sequence[Step], statuses: Statuses) -> tuple[Step, ...]:
    """The pending steps that may start now, as they were written."""
    if _stopped_by(steps, statuses):
        return ()
    by_id = {step.id: step for step in steps}
    return tuple(
        step
        for step in steps
        if _status(step.id, statuses) is StepStatus.PENDING
        and all(_lets_go(by_id[need], _status(need, statuses)) for need in step.needs)
    )


def skipped_by(steps: Sequence[Step], statuses: Statuses) -> dict[str, str]:
    """The pending steps that will never start, and why: "needs sales_count, which failed".

    Those that need a step that is skipped here are among them, unless that step says `go_on`.
    """
    if stopper := _stopped_by(steps, statuses):
        reason = f"stopped after {stopper.id} {_WHICH[statuses[stopper.id]]}"
        return {s.id: reason for s in steps if _status(s.id, statuses) is StepStatus.PENDING}
    by_id = {step.id: step for step in steps}
    now = dict(statuses)
    reasons: dict[str, str] = {}
    for step in order(steps):
        if _status(step.id, now) is StepStatus.PENDING and (
            blocker := next(_holding_back(step, by_id, now), None)
        ):
            reasons[step.id] = f"needs {blocker.id}, which {_WHICH[now[blocker.id]]}"
            now[step.id] = StepStatus.SKIPPED
    return reasons


def _holding_back(step: Step, by_id: Mapping[str, Step], statuses: Statuses) -> Iterator[Step]:
    for need in step.needs:
        status = _status(need, statuses)
        if status in FINISHED and not _lets_go(by_id[need], status):
            yield by_id[need]


def _status(step_id: str, statuses: Statuses) -> StepStatus:
    return statuses.get(step_id, StepStatus.PENDING)


def _counts_as_failure(step: Step, status: StepStatus) -> bool:
    if status is StepStatus.FAILED:
        return step.severity is Severity.BLOCKING
    return status is StepStatus.ERRORED


def _lets_go(step: Step, status: StepStatus) -> bool:
    """Whether the steps that need this one may start, as far as it is concerned."""
    if status not in FINISHED:
        return False
    if status is StepStatus.FAILED and not _counts_as_failure(step, status):
        return True
    return status is StepStatus.PASSED or step.on_failure is OnFailure.GO_ON


def _stopped_by(steps: Sequence[Step], statuses: Statuses) -> Step | None:
    """The first step as written whose failure stops the run."""
    stops = (
        step
        for step in steps
        if step.on_failure is OnFailure.STOP
        and _counts_as_failure(step, _status(step.id, statuses))
    )
    return next(stops, None)


# ------------------------------------------------------------ a part of a pipeline


def only(pipeline: Pipeline, chosen: Iterable[str]) -> Pipeline:
    """The pipeline with the chosen steps and all that they need, as written.

    Each choice is the id of a step, the id of a template (all of its steps), or a pattern such as `counts.Dim*`.
    Raises PipelineInvalid for a choice that chooses nothing.
    """
    by_id = _by_id(pipeline.steps)
    open_ids = [step_id for choice in chosen for step_id in _chosen(choice, by_id)]
    wanted: set[str] = set()
    while open_ids:
        step_id = open_ids.pop()
        if step_id not in wanted:
            wanted.add(step_id)
            open_ids += by_id[step_id].needs
    return pipeline.model_copy(
        update={"steps": tuple(step for step in pipeline.steps if step.id in wanted)}
    )


def _chosen(choice: str, ids: Iterable[str]) -> list[str]:
    known = list(ids)
    if choice in known:
        return [choice]
    found = [each for each in known if each.startswith(f"{choice}.") or fnmatchcase(each, choice)]
    if not found:
        templates = {each.partition(".")[0] for each in known}
        raise PipelineInvalid(
            f"no step {choice!r}",
            hint=did_you_mean(choice, [*known, *sorted(templates - {*known})]),
        )
    return found


def _by_id(steps: Sequence[Step]) -> dict[str, Step]:
    by_id: dict[str, Step] = {}
    for step in steps:
        if step.id in by_id:
            raise PipelineInvalid(f"two steps are called {step.id!r}", hint="rename one of them")
        by_id[step.id] = step
    for step in steps:
        for need in step.needs:
            if need not in by_id:
                raise PipelineInvalid(
                    f"step {step.id!r} needs {need!r}, which is no step",
                    hint=did_you_mean(need, by_id),
                )
    return by_id
