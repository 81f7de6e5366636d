"""The comparison of rows as something that a validator can ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select
from typing_extensions import override

from ombudsman.compare import engine
from ombudsman.compare.columns import layout
from ombudsman.compare.engine import RowsQuestion
from ombudsman.compare.extent import first_select
from ombudsman.compare.plan import Strategy
from ombudsman.compare.report import result_of
from ombudsman.connections.reader import Reader
from ombudsman.measures.joint import Joint
from ombudsman.measures.relation import Relation
from ombudsman.measures.under_way import UnderWay
from ombudsman.model.equality import Equality
from ombudsman.model.result import Result, Statement
from ombudsman.model.tables import Side


@dataclass(frozen=True)
class CompareRows(Joint[Result]):
    """The rows of both sides compared, told as a result. Its fields are those of `RowsQuestion`."""

    key: tuple[str, ...]
    columns: tuple[str, ...]
    equality: tuple[tuple[str, Equality], ...] = ()
    where: str | None = None
    strategy: Strategy = Strategy.AUTO
    limit: int | None = None
    sample: int | None = None
    rows_file: Path | None = None
    repair_file: Path | None = None

    @override
    def answered(
        self,
        relations: Mapping[Side, Relation],
        readers: Mapping[Side, Reader],
        under_way: UnderWay,
    ) -> Result:
        question = RowsQuestion(
            key=self.key,
            columns=self.columns,
            equality=dict(self.equality),
            where=() if self.where is None else (self.where,),
            strategy=self.strategy,
            limit=self.limit,
            sample=self.sample,
            rows_file=self.rows_file,
            repair_file=self.repair_file,
        )
        answer = engine.compare_rows(
            question,
            (relations[Side.SOURCE], relations[Side.TARGET]),
            (readers[Side.SOURCE], readers[Side.TARGET]),
            under_way=under_way,
        )
        return result_of(
            answer,
            rows_file=str(self.rows_file) if self.rows_file else None,
            repair_file=str(self.repair_file) if self.repair_file else None,
        )

    @override
    def asked_first(self, relations: Mapping[Side, Relation]) -> Mapping[Side, Select[Any]]:
        where = () if self.where is None else (self.where,)
        columns = layout(
            relations[Side.SOURCE],
            relations[Side.TARGET],
            key=self.key,
            columns=self.columns,
            equality=dict(self.equality),
        )
        asked = {
            side: first_select(relation, columns, where=where, samples=self.sample is not None)
            for side, relation in relations.items()
        }
        return {side: each for side, each in asked.items() if each is not None}

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
    sample: int | None = None,
    rows_file: Path | None = None,
    repair_file: Path | None = None,
) -> CompareRows:
    """Which rows differ, in which columns, and why; `key` names a row, without one whole rows are compared.

    Every difference is written to `rows_file`, as Parquet, and to `repair_file` what would make the target equal.
    """
    return CompareRows(
        key=tuple(key),
        columns=tuple(columns),
        equality=tuple((equality or {}).items()),
        where=where,
        strategy=strategy,
        limit=limit,
        sample=sample,
        rows_file=rows_file,
        repair_file=repair_file,
    )
