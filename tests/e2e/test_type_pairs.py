"""The types of SQL Server and their images in Snowflake, with the usual damage: what is said of each cell, and why.

The pairs are data (`type_pairs/*.yml`). Each becomes a table on either side, loaded with the literals as they stand and
with three rows more, in which one side or both are NULL; then the two are compared row by row. They are played between
the stand-ins, and between two real servers where both OVS_TEST_MSSQL_URL and OVS_TEST_SNOWFLAKE_URL name one.

Not among them: GEOGRAPHY and GEOMETRY as types of Snowflake's, which the stand-in has not; types that a database
defines for itself; `vector` and `json`, which SQL Server has had only since 2025.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.sqlserver_server import VARIABLE as SQLSERVER_URL
from tests.sqlserver_server import Place, place_on_real_server, place_on_stand_in
from tests.standins.snowflake.account import REAL_URL as SNOWFLAKE_URL
from tests.standins.snowflake.account import Place as Schema
from tests.standins.snowflake.account import real_place

from ombudsman.connections.connection import connect
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.pipeline import Pipeline, Step, StepRun, StepStatus
from ombudsman.model.rows import Cause
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session

KEYS = {"pair", "source", "target", "rows", "left_out", "beyond_stand_in", "nulls", "noted"}


@dataclass(frozen=True)
class TypePair:
    """Two types, and rows of a literal on each side with the cause that must be told; None: no difference.

    `left_out` is what the report says of a type that is not compared: then no row has a cause. `beyond_stand_in` is why
    only the real engine can hold these values. `nulls: false` adds no rows with NULLs. A source of DEFAULT
    is left to the server. `noted` is what a note says beside the findings, if there are any.
    """

    name: str
    source: str
    target: str
    rows: tuple[tuple[str, str, Cause | None], ...]
    left_out: str | None = None
    beyond_stand_in: str | None = None
    noted: str | None = None

    @classmethod
    def read(cls, written: dict[str, Any]) -> "TypePair":
        rows: list[tuple[str, str, Cause | None]] = [
            (row[0], row[1], Cause(row[2]) if len(row) > 2 else None) for row in written["rows"]
        ]
        left_out = written.get("left_out")
        if unknown := set(written) - KEYS:
            raise ValueError(f"{written['pair']}: no key {', '.join(sorted(unknown))}")
        if left_out and any(cause for *_, cause in rows):
            raise ValueError(f"{written['pair']}: what is left out has no cause of a difference")
        source, target, _ = rows[0]
        if written.get("nulls", True):
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
            left_out,
            written.get("beyond_stand_in"),
            written.get("noted"),
        )

    @property
    def id(self) -> str:
        """Its name, as pytest shows it."""
        return re.sub(r"[^\w]+", "_", self.name)

    def made_in_source(self, table: str) -> list[str]:
        """T-SQL that makes a table of the source's literals; `{s}` is its schema."""
        made = [
            f"CREATE TABLE {{s}}.{table} (id int NOT NULL PRIMARY KEY, value {self.source} NULL)"
        ]
        for place, (source, _, _) in enumerate(self.rows):
            is_own = source == "DEFAULT"  # which T-SQL cannot say of every column
            told = "(id)" if is_own else "(id, value)"
            values = f"{place}" if is_own else f"{place}, {source}"
            made.append(f"INSERT INTO {{s}}.{table} {told} VALUES ({values})")
        return made

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


@dataclass(frozen=True)
class Told:
    """What the comparison of each pair's tables says, by the pair's name: one run for all of them."""

    on_servers: bool
    steps: dict[str, StepRun]


PLACES = [
    "stand-ins",
    pytest.param("servers", marks=[pytest.mark.sqlserver, pytest.mark.snowflake]),
]
HAS_SERVERS = all(os.environ.get(each) for each in (SQLSERVER_URL, SNOWFLAKE_URL))


@pytest.fixture(scope="module", params=PLACES if HAS_SERVERS else PLACES[:1])
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    on_servers = request.param == "servers"
    with ExitStack() as places:
        if on_servers:
            source = places.enter_context(place_on_real_server())
            target = places.enter_context(real_place())
        else:
            source = places.enter_context(place_on_stand_in(request.getfixturevalue("tds")))
            target = request.getfixturevalue("snowflake").place()
        yield Told(on_servers, _compared(source, target))


def _compared(source: Place, target: Schema) -> dict[str, StepRun]:
    for number, pair in enumerate(PAIRS):
        source.execute(*pair.made_in_source(f"T{number}"))
    target.execute(
        *(
            statement
            for number, pair in enumerate(PAIRS)
            for statement in pair.made_in_target(f"T{number}")
        )
    )
    pipeline = _pipeline(source.schema, str(target.settings.schema_name))
    with (
        connect("source", source.settings) as ours,
        connect("target", target.settings) as theirs,
        Session(ours, theirs, pipeline.mapping) as session,
    ):
        run = run_pipeline(pipeline, session)
    return {pair.name: step_run for pair, step_run in zip(PAIRS, run.steps, strict=True)}


def _pipeline(source_schema: str, target_schema: str) -> Pipeline:
    mappings = [
        TableMapping(
            source=TableRef(schema=source_schema, name=f"T{number}"),
            target=TableRef(schema=target_schema, name=f"T{number}"),
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
    pair: TypePair, told: Told
) -> None:
    if pair.beyond_stand_in and not told.on_servers:
        pytest.skip(pair.beyond_stand_in)
    step_run = told.steps[pair.name]
    assert step_run.status is not StepStatus.ERRORED, step_run.problem
    assert step_run.result is not None
    if pair.left_out:
        assert any(pair.left_out in note for note in step_run.result.notes), step_run.result.notes
        assert not step_run.result.findings
        return
    notes = step_run.result.notes
    assert pair.noted is None or any(pair.noted in note for note in notes), notes
    causes = {int(each.key[0]): each.cause for each in step_run.result.findings}
    assert causes == {
        place: cause for place, (_, _, cause) in enumerate(pair.rows) if cause is not None
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"left_out": "not compared", "rows": [["1", "2", "other"]]}, "has no cause"),
        ({"lef_out": "not compared"}, "no key lef_out"),
        ({"rows": [["1", "2", "otter"]]}, "otter"),
    ],
)
def test_a_pair_that_asserts_nothing_is_refused(changes: dict[str, Any], said: str) -> None:
    written = {"pair": "p", "source": "int", "target": "NUMBER", "rows": [["1", "1"]]}
    with pytest.raises(ValueError, match=said):
        TypePair.read(written | changes)
