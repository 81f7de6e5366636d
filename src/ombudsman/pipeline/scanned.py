"""How much did the statements of a run read?

An engine that bills for it tells so in its own history. It is asked when the run is over, one question a side, and each
statement that it knows by its query id keeps the answer as evidence.
"""

from collections.abc import Iterable, Mapping

from ombudsman.connections.reader import Reader
from ombudsman.model.pipeline import StepRun
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side


def with_bytes_scanned(
    steps: Iterable[StepRun], readers: Mapping[Side, Reader]
) -> tuple[StepRun, ...]:
    """The steps, their statements told how many bytes they read, as far as the engines say so."""
    steps = tuple(steps)
    told = {side: _told(reader, side, steps) for side, reader in readers.items()}
    if not any(told.values()):
        return steps
    return tuple(_completed(each, told) for each in steps)


def _told(reader: Reader, side: Side, steps: Iterable[StepRun]) -> Mapping[str, int]:
    """Bytes by query id; nothing is asked where nothing would be learnt."""
    began = [
        each.started
        for step in steps
        for each in _statements(step)
        if each.side is side and each.query_id is not None and each.bytes_scanned is None
    ]
    return reader.bytes_scanned(since=min(began)) if began else {}


def _completed(step: StepRun, told: Mapping[Side, Mapping[str, int]]) -> StepRun:
    if step.result is None:
        return step
    statements = tuple(_of(each, told) for each in _statements(step))
    result = step.result.model_copy(update={"statements": statements})
    return step.model_copy(update={"result": result})


def _of(statement: Statement, told: Mapping[Side, Mapping[str, int]]) -> Statement:
    scanned = told[statement.side].get(statement.query_id or "")
    return statement if scanned is None else statement.model_copy(update={"bytes_scanned": scanned})


def _statements(step: StepRun) -> tuple[Statement, ...]:
    return tuple(step.result.statements) if step.result else ()
