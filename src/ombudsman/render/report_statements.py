"""The statements of a run as the HTML report shows them: each stands once, however many steps asked it.

Very long ones are cut, and all together share a budget; how much was cut is told. The whole text is in results.json.
"""

from dataclasses import dataclass

from ombudsman.model.pipeline import Run
from ombudsman.model.result import Statement
from ombudsman.render.numbers import counted, duration, moment
from ombudsman.render.values import visible

_SQL_SHOWN = 20_000
_SQL_OF_ALL = 1_500_000
_SQL_AT_LEAST = 300


@dataclass(frozen=True)
class StatementView:
    """One statement that was run; `steps` are the numbers and ids of the steps that asked it."""

    number: int
    side: str
    sql: str
    left_out: int
    told: str
    origin: str
    steps: tuple[tuple[int, str], ...]


def statement_views(run: Run) -> dict[Statement, StatementView]:
    """Every statement once, in the order in which they began."""
    asked: dict[Statement, list[tuple[int, str]]] = {}
    for number, step_run in enumerate(run.steps, start=1):
        for statement in step_run.result.statements if step_run.result else ():
            asked.setdefault(statement, []).append((number, visible(step_run.step.id)))
    room = _SQL_OF_ALL
    views: dict[Statement, StatementView] = {}
    for statement in sorted(asked, key=lambda each: each.started):
        shown = statement.sql[: min(_SQL_SHOWN, max(room, _SQL_AT_LEAST))]
        room -= len(shown)
        views[statement] = _statement(statement, len(views) + 1, shown, asked[statement])
    return views


def _statement(
    statement: Statement, number: int, sql: str, steps: list[tuple[int, str]]
) -> StatementView:
    scanned = statement.bytes_scanned
    origin = (
        f"began {moment(statement.started)}",
        f"query {statement.query_id}" if statement.query_id else "",
        f"as of {statement.snapshot}" if statement.snapshot else "",
        "" if scanned is None else f"{counted(scanned, 'byte')} scanned",
    )
    return StatementView(
        number=number,
        side=statement.side.value,
        sql=visible(sql, keep="\n\t"),
        left_out=len(statement.sql) - len(sql),
        told=f"{duration(statement.ms)}, {counted(statement.rows, 'row')}",
        origin=visible(", ".join(filter(None, origin))),
        steps=tuple(steps),
    )
