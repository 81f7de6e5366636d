"""Every type of SQL Server and its image in Snowflake, with the usual damage: what is said of each cell, and why.

The pairs are data (`type_pairs/*.yml`). Each becomes a table on either side, loaded with the literals as they stand and
with three rows more, in which one side or both are NULL; then the two are compared row by row.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from tests.standins.snowflake.account import Standin
from tests.standins.tds import PASSWORD, Database, TdsServer

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.pipeline import Pipeline, Step, StepRun, StepStatus
from ombudsman.model.rows import Cause
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session


@dataclass(frozen=True)
class TypePair:
    """Two types, and rows of a literal on each side with the cause that must be told; None: no difference.

    `left_out` is what the report says of a type that is not compared, `beyond_stand_in` why only the real engine can
    hold these values.
    """

    name: str
    source: str
    target: str
    rows: tuple[tuple[str, str, Cause | None], ...]
    left_out: str | None = None
    beyond_stand_in: str | None = None

    @classmethod
    def read(cls, written: dict[str, Any]) -> "TypePair":
        rows: list[tuple[str, str, Cause | None]] = [
            (row[0], row[1], Cause(row[2]) if len(row) > 2 else None) for row in written["rows"]
        ]
        source, target, _ = rows[0]
        rows += [
            ("NULL", "NULL", None),
            (source, "NULL", _of_null(source)),
            ("NULL", target, _of_null(target)),
        ]
        return cls(
            written["pair"],
            written["source"],
            written["target"],
            tuple(rows),
            written.get("left_out"),
            written.get("beyond_stand_in"),
        )

    @property
    def id(self) -> str:
        """Its name, as pytest shows it."""
        return re.sub(r"[^\w]+", "_", self.name)

    def made_in_source(self, table: str) -> str:
        """T-SQL that makes a table of the source's literals."""
        made = [
            f"CREATE TABLE dbo.{table} (id int NOT NULL PRIMARY KEY, value {self.source} NULL);"
        ]
        made += [
            f"INSERT INTO dbo.{table} (id, value) VALUES ({place}, {source});"
            for place, (source, _, _) in enumerate(self.rows)
        ]
        return "\n".join(made)

    def made_in_target(self, table: str) -> list[str]:
        """Snowflake's statements that make a table of the target's literals."""
        made = [f"CREATE TABLE {table} (ID NUMBER(38,0) NOT NULL PRIMARY KEY, VALUE {self.target})"]
        made += [
            f"INSERT INTO {table} SELECT {place}, {target}"
            for place, (_, target, _) in enumerate(self.rows)
        ]
        return made


def _of_null(literal: str) -> Cause:
    empty = literal in {"''", "N''", "0x", "TO_BINARY('', 'HEX')"}
    return Cause.EMPTY_VERSUS_NULL if empty else Cause.NULL_VERSUS_VALUE


def _pairs() -> list[TypePair]:
    files = sorted((Path(__file__).parent / "type_pairs").glob("*.yml"))
    return [
        TypePair.read(written)
        for file in files
        for written in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


PAIRS = _pairs()


@pytest.fixture(scope="module")
def told(snowflake: Standin) -> dict[str, StepRun]:
    """What the comparison of each pair's tables says, by the pair's name: one run for all of them."""
    place = snowflake.place("PAIRS")
    with TdsServer({"pairs": Database()}) as server:
        for number, pair in enumerate(PAIRS):
            server.define(pair.made_in_source(f"T{number}"))
        place.execute(
            "USE SCHEMA PAIRS",
            *(
                statement
                for number, pair in enumerate(PAIRS)
                for statement in pair.made_in_target(f"T{number}")
            ),
        )
        settings = SqlServerSettings(
            host=server.host,
            port=server.port,
            database="pairs",
            user="reader",
            password=SecretStr(PASSWORD),
            trust_server_certificate=True,
        )
        pipeline = _pipeline()
        with (
            connect("source", settings) as source,
            connect("target", place.settings) as target,
            Session(source, target, pipeline.mapping) as session,
        ):
            run = run_pipeline(pipeline, session)
    return {pair.name: step_run for pair, step_run in zip(PAIRS, run.steps, strict=True)}


def _pipeline() -> Pipeline:
    mappings = [
        TableMapping(
            source=TableRef(schema="dbo", name=f"T{number}"),
            target=TableRef(schema="PAIRS", name=f"T{number}"),
            columns=(
                ColumnMapping(source="id", target="ID"),
                ColumnMapping(source="value", target="VALUE"),
            ),
            key=("id",),
        )
        for number in range(len(PAIRS))
    ]
    steps = [
        Step(id=mapping.source.name, validator="validate_rows", table=mapping.source)
        for mapping in mappings
    ]
    return Pipeline(
        name="pairs",
        source="source",
        target="target",
        mapping=Mapping(tables=tuple(mappings)),
        steps=tuple(steps),
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.id)
def test_each_cell_is_told_with_its_cause_and_nothing_harmless_is(
    pair: TypePair, told: dict[str, StepRun]
) -> None:
    if pair.beyond_stand_in:
        pytest.skip(pair.beyond_stand_in)
    step_run = told[pair.name]
    assert step_run.status is not StepStatus.ERRORED, step_run.problem
    assert step_run.result is not None
    if pair.left_out:
        assert any(pair.left_out in note for note in step_run.result.notes), step_run.result.notes
        return
    causes = {int(each.key[0]): each.cause for each in step_run.result.findings}
    assert causes == {
        place: cause for place, (_, _, cause) in enumerate(pair.rows) if cause is not None
    }
