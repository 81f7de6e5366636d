"""The comparison of rows as something that a validator can ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from ombudsman.compare import engine
from ombudsman.compare.engine import RowsQuestion
from ombudsman.compare.plan import Strategy
from ombudsman.compare.progress import Watcher, nobody
from ombudsman.compare.report import result_of
from ombudsman.connections.reader import Reader
from ombudsman.measures.joint import Joint
from ombudsman.measures.relation import Relation
from ombudsman.model.equality import Equality
from ombudsman.model.result import Result, Statement
from ombudsman.model.tables import Side


@dataclass(frozen=True)
class CompareRows(Joint[Result]):
    """The rows of both sides compared, told as a result. Its fields are those of `RowsQuestion`, and who watches."""

    key: tuple[str, ...]
    columns: tuple[str, ...]
    equality: tuple[tuple[str, Equality], ...] = ()
    where: str | None = None
    strategy: Strategy = Strategy.AUTO
    limit: int | None = None
    rows_file: Path | None = None
    watcher: Watcher = field(default=nobody, compare=False)

    @override
    def answered(
        self, relations: Mapping[Side, Relation], readers: Mapping[Side, Reader]
    ) -> Result:
        question = RowsQuestion(
            key=self.key,
            columns=self.columns,
            equality=dict(self.equality),
            where=() if self.where is None else (self.where,),
            strategy=self.strategy,
            limit=self.limit,
            rows_file=self.rows_file,
        )
        answer = engine.compare_rows(
            question,
            (relations[Side.SOURCE], relations[Side.TARGET]),
            (readers[Side.SOURCE], readers[Side.TARGET]),
            watcher=self.watcher,
        )
        return result_of(answer, rows_file=str(self.rows_file) if self.rows_file else None)

    @override
    def statements(self, answer: Result) -> tuple[Statement, ...]:
        return tuple(answer.statements)


def compare_rows(
    columns: Sequence[str],
    *,
    key: Sequence[str] = (),
    equality: Mapping[str, Equality] | None = None,
    where: str | None = None,
    strategy: Strategy = Strategy.AUTO,
    limit: int | None = None,
) -> CompareRows:
    """Which rows differ, in which columns, and why; `key` names a row, without one whole rows are compared."""
    forgiven = tuple((equality or {}).items())
    return CompareRows(tuple(key), tuple(columns), forgiven, where, strategy, limit)
