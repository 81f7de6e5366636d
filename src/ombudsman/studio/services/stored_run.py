"""A run of the store as the library knows runs, so that the library's reports and files tell it."""

import json
from collections.abc import Sequence

from ombudsman.model.errors import Conflict, NotFound, Problem
from ombudsman.model.pipeline import (
    Pipeline,
    Run,
    RunStatus,
    Snapshot,
    StepRun,
    StepStatus,
    TableCoverage,
)
from ombudsman.studio.persistence.entities.runs import RunStep, StepResult, StoredRun
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.runs import OPEN
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.service import Actor, must


def seen_run(unit: Unit, actor: Actor, run_id: str, permission: Permission) -> StoredRun:
    """The run, for somebody who has this right in its project.

    Raises:
        NotFound: there is none, or they may not know of it.
        NotAllowed: they may not.
    """
    run = unit.runs.get(run_id)
    must(unit, actor, permission, run.project_id, noun="run")
    return run


def step_and_result(unit: Unit, run_id: str, position: int) -> tuple[RunStep, StepResult]:
    """A step that was judged.

    Raises:
        NotFound: there is no such step, or it has no result (yet).
    """
    result = unit.runs.result(run_id, position)
    step = next((each for each in unit.runs.steps(run_id) if each.position == position), None)
    if result is None or step is None:
        raise no_such("result")
    return step, result


def step_run_of(result: StepResult, mask: Mask | None) -> StepRun:
    """A step with its result, as who looks through this mask sees it. Where files lie is nobody's business."""
    step_run = StepRun.model_validate_json(json.dumps(result.document))
    if mask is not None:
        step_run = mask.step_run(step_run)
    found = step_run.result
    if found is None or found.rows is None:
        return step_run
    rows = found.rows.model_copy(update={"rows_file": None, "repair_file": None})
    return step_run.model_copy(update={"result": found.model_copy(update={"rows": rows})})


def refuse_unfinished(run: StoredRun) -> None:
    """Refuses a run that is not yet a whole.

    Raises:
        Conflict: it is not over.
        NotFound: it ended before it had steps.
    """
    if run.status in OPEN:
        raise Conflict("this run is not over", hint="cancel it, or wait for its end")
    if run.pipeline is None:
        raise NotFound("this run ended before it had steps", hint="its problem says why")


def whole_run(unit: Unit, run: StoredRun, mask: Mask | None) -> Run:
    """A run that is over, with all its steps. Raises as `refuse_unfinished`."""
    refuse_unfinished(run)
    pipeline = Pipeline.model_validate_json(json.dumps(run.pipeline))
    results = {each.position: each for each in unit.runs.results(run.id)}
    summary = run.summary or {}
    snapshot = summary.get("snapshot")
    return Run(
        id=run.id,
        pipeline=pipeline,
        status=RunStatus(run.status),
        started=run.started or run.created,
        finished=run.finished,
        snapshot=None if snapshot is None else Snapshot.model_validate(snapshot),
        steps=_steps(pipeline, unit.runs.steps(run.id), results, mask),
        coverage=tuple(
            TableCoverage.model_validate_json(json.dumps(each))
            for each in summary.get("coverage", [])
        ),
    )


def _steps(
    pipeline: Pipeline,
    rows: Sequence[RunStep],
    results: dict[int, StepResult],
    mask: Mask | None,
) -> tuple[StepRun, ...]:
    by_position = {row.position: row for row in rows}
    told = []
    for position, step in enumerate(pipeline.steps):
        row = by_position.get(position)
        if position in results:
            told.append(step_run_of(results[position], mask))
        elif row is None or row.status in {StepStatus.PENDING, StepStatus.RUNNING}:
            told.append(StepRun(step=step, status=StepStatus.CANCELLED))
        else:
            problem = None if row.problem is None else Problem.model_validate(row.problem)
            step_run = StepRun(
                step=step,
                status=StepStatus(row.status),
                started=row.started,
                finished=row.finished,
                problem=problem,
            )
            told.append(step_run if mask is None else mask.step_run(step_run))
    return tuple(told)
