"""Two tables compared row by row, without a pipeline: one step, watched while it goes on.

It is the step of `validate_rows`, bound to its tables and policies and answered like any other. Who leaves it with
Ctrl-C stops what runs on the servers.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ombudsman.connections.named import connected, without_secrets
from ombudsman.mapping.file import read_mapping
from ombudsman.measures.plan import Scan
from ombudsman.measures.rounds import Rounds
from ombudsman.measures.under_way import HowFar, Watcher, nobody
from ombudsman.model.equality import Equality
from ombudsman.model.errors import SettingsError, did_you_mean
from ombudsman.model.mapping import Mapping as TableMappings
from ombudsman.model.mapping import TableMapping
from ombudsman.model.pipeline import Pipeline, Run, Step, StepRun, StepStatus
from ombudsman.model.policy import Policy, TablePolicy
from ombudsman.model.result import Result
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.bound import BoundStep, bound_params
from ombudsman.pipeline.preflight import preflight
from ombudsman.pipeline.runner import complete, coverage, status_of, utc_now
from ombudsman.pipeline.scanned import with_bytes_scanned
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import find

VALIDATOR = "validate_rows"


def compared_run(
    source: str,
    source_table: TableRef,
    target: str,
    target_table: TableRef,
    *,
    params: Mapping[str, Any] | None = None,
    equality: Equality | None = None,
    column_equality: Mapping[str, Equality] | None = None,
    mapping: Path | None = None,
    config: Path | None = None,
    rows_file: Path | None = None,
    repair_file: Path | None = None,
    watcher: Watcher = nobody,
) -> Run:
    """Compares the rows of two tables.

    Args:
        source: a connection's name in the config, or a URL.
        source_table: the table there.
        target: as source.
        target_table: the table that answers it.
        params: those of `validate_rows`.
        equality: what is forgiven in every column.
        column_equality: what is forgiven in single columns, by their source names.
        mapping: the file that maps their columns; what it leaves open, or all without one, is mapped by name.
        config: the file that names the connections.
        rows_file: where every difference is written, as Parquet.
        repair_file: where the statements are written that would make the target equal to the source.
        watcher: is told how far the comparison has come.

    Raises:
        OmbudsmanError: it could not be judged.
    """
    step = Step(
        id="compare",
        validator=VALIDATOR,
        table=source_table,
        params=dict(params or {}),
        equality=equality,
    )
    bound_params(step)  # what is wrong with them is told before anybody connects
    with ExitStack() as stack:
        sides = [stack.enter_context(connected(name, config)) for name in (source, target)]
        chosen = _mapping(mapping, source_table, target_table)
        session = stack.enter_context(Session(sides[0], sides[1], chosen))
        own = session.tables.pair(source_table)
        for side in (own.source, own.target):
            if side.table is None:
                missing = own.missing(side.side)
                raise SettingsError(missing.message, hint=missing.hint)
        policies = _policies(own.mapping.source, column_equality, own.mapping)
        pipeline = Pipeline(
            name=f"compare {source_table}",
            source=without_secrets(source),
            target=without_secrets(target),
            mapping=session.mapping,
            steps=(step,),
            policies=policies,
        )
        preflight(pipeline, session.tables)
        bound = BoundStep.of(step, pipeline, session.tables)
        started = utc_now()
        bound.pair.rows_file, bound.pair.repair_file = rows_file, repair_file
        judged = bound.judged(_result(bound, session, watcher))
        return _run(pipeline, session, bound, judged.result, judged.policies, started)


def _mapping(file: Path | None, source: TableRef, target: TableRef) -> TableMappings:
    """The file's mapping of the two tables, else one that leaves their columns to their names."""
    known = read_mapping(file).tables if file is not None else ()
    found = next((each for each in known if each.source == source), None)
    if found is None:
        return TableMappings(tables=(TableMapping(source=source, target=target),))
    if found.target != target:
        raise SettingsError(
            f"{file} maps {source} to {found.target}, not to {target}",
            hint="name that table, or leave the mapping out",
        )
    return TableMappings(tables=(found,))


def _policies(
    table: TableRef, columns: Mapping[str, Equality] | None, mapping: TableMapping
) -> tuple[TablePolicy, ...]:
    if not columns:
        return ()
    known = [pair.source for pair in mapping.columns]
    for name in columns:
        if name not in known:
            raise SettingsError(f"no column {name!r} in {table}", hint=did_you_mean(name, known))
    said = {name: Policy(equality=equality) for name, equality in columns.items()}
    return (TablePolicy(table=table, columns=said),)


def _result(bound: BoundStep, session: Session, watcher: Watcher) -> Result:
    """The validator's result. Raises what kept it from one."""
    with Rounds(session.readers, watcher=_Watching(watcher)) as rounds:
        rounds.begin(bound.step.id, find(VALIDATOR)(bound.pair, bound.settled_params))
        (ended,) = rounds.wait()
    if ended.error is not None:
        raise ended.error
    return complete(ended, bound.pair.mapping.source)


class _Watching:
    """Hands on how far the one comparison is."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def scan_started(self, scan_id: int, scan: Scan) -> None: ...

    def scan_progressed(self, scan_id: int, how_far: HowFar) -> None:  # noqa: ARG002 - there is but one
        self._watcher(how_far)

    def scan_finished(self, scan_id: int, *, ms: float, failed: bool) -> None: ...


def _run(
    pipeline: Pipeline,
    session: Session,
    bound: BoundStep,
    result: Result,
    policies: tuple[Any, ...],
    started: dt.datetime,
) -> Run:
    step_run = StepRun(
        step=bound.step,
        target_table=bound.pair.mapping.target,
        status=StepStatus(result.verdict.value),
        started=started,
        finished=utc_now(),
        result=result,
        policies=policies,
    )
    steps = with_bytes_scanned([step_run], session.readers)
    return Run(
        id=f"{started:%Y%m%dT%H%M%S}",
        pipeline=pipeline,
        status=status_of(steps),
        started=started,
        finished=step_run.finished,
        snapshot=session.snapshot,
        steps=steps,
        coverage=coverage(session, {bound.step.id: step_run}),
    )
