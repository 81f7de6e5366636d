"""Northwind and Chinook against their ports, row by row: cell by cell what `expected` says, and nothing more.

The sources stand in DuckDB, the ports in PostgreSQL, SQLite or DuckDB; all tables are compared that have an answer.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from tests.real.conftest import Outcome
from tests.real.ports import CHINOOK_TO_POSTGRES
from tests.real.truth import TableTruth

from ombudsman.compare.engine import RowsAnswer, RowsQuestion, compare_rows
from ombudsman.compare.plan import Strategy
from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.measures.relation import Relation
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.equality import Equality
from ombudsman.model.mapping import TableMapping
from ombudsman.model.result import Kind
from ombudsman.model.tables import Catalogue, Side, Table
from ombudsman.model.types import Float

Cell = tuple[tuple[str, ...], str]

SINGLE = Equality(relative=Decimal("1e-7"))
"""A source's REAL that went through a text into a DOUBLE is the same number to seven digits. It is agreed on here."""


@dataclass(frozen=True)
class Compared:
    """A table's answer, and all lines of its file."""

    answer: RowsAnswer
    lines: list[dict[str, Any]]

    @property
    def cells(self) -> set[Cell]:
        return {
            (tuple(json.loads(line["key"])), line["column"])
            for line in self.lines
            if line["kind"] == Kind.VALUE_DIFFERS
        }

    def keys(self, kind: Kind) -> set[tuple[str, ...]]:
        """Without the blanks at their ends, as `expected` tells them."""
        keys = [json.loads(line["key"]) for line in self.lines if line["kind"] == kind]
        return {tuple(part.rstrip(" ") for part in key) for key in keys}

    @property
    def columns(self) -> dict[str, int]:
        """Each column with its number of differing cells."""
        found = self.answer.differences.columns
        return {name: sum(causes.values()) for name, causes in found.items()}


def compared(outcome: Outcome, strategy: Strategy, folder: Path) -> Mapping[str, Compared]:
    """Every table that has an answer, by the source's name."""
    source, target = (
        connect(side, outcome.config.connection(side)) for side in ("source", "target")
    )
    with source, target, source.open() as ours, target.open() as theirs:
        catalogues = read_catalogue(ours), read_catalogue(theirs)
        return {
            mapping.source.name: _compared(mapping, catalogues, (ours, theirs), strategy, folder)
            for mapping in outcome.mapping.tables
        }


def _compared(
    mapping: TableMapping,
    catalogues: tuple[Catalogue, Catalogue],
    readers: tuple[Reader, Reader],
    strategy: Strategy,
    folder: Path,
) -> Compared:
    source, target = (
        next(table for table in catalogue.tables if table.ref == ref)
        for catalogue, ref in zip(catalogues, (mapping.source, mapping.target), strict=True)
    )
    dialects = [reader.connection.sql_dialect for reader in readers]
    ours, theirs = (
        Relation(
            side,
            table,
            source_table=source,
            mapping=mapping,
            dialect=dialect,
            source_dialect=dialects[0],
        )
        for side, table, dialect in zip(Side, (source, target), dialects, strict=True)
    )
    assert source.primary_key is not None
    answered = {pair.source for pair in mapping.columns}
    path = folder / f"{source.ref.name}.parquet"
    question = RowsQuestion(
        key=source.primary_key.columns,
        columns=tuple(name for name in source.column_names if name in answered),
        equality={name: SINGLE for name in answered if _is_single(source, name)},
        strategy=strategy,
        rows_file=path,
    )
    answer = compare_rows(question, (ours, theirs), readers)
    return Compared(answer, parquet.read_table(path).to_pylist())


def _is_single(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.data_type == Float(bits=32)


@pytest.mark.parametrize("strategy", [Strategy.AUTO, Strategy.STREAM])
def test_real_ports_differ_in_the_cells_that_are_expected(
    outcome: Outcome, strategy: Strategy, tmp_path: Path
):
    tables = compared(outcome, strategy, tmp_path)
    assert tables.keys() == outcome.known.tables.keys()
    for name, found in tables.items():
        table = outcome.known.tables[name]
        kinds = found.answer.differences.found
        assert found.answer.rows == tuple(table["rows"]), name
        assert kinds[Kind.ROW_MISSING_IN_TARGET] == table["missing_rows"], name
        assert kinds[Kind.ROW_MISSING_IN_SOURCE] == table["extra_rows"], name
        lost = _lost_blanks(outcome, name)
        rows = table["rows_with_differences"] + len({key for key, _ in lost})
        assert kinds[Kind.VALUE_DIFFERS] == rows, name
        assert not kinds[Kind.ROW_DUPLICATED], name
        assert found.keys(Kind.ROW_MISSING_IN_TARGET) == _keys(table["missing_keys"]), name
        assert found.keys(Kind.ROW_MISSING_IN_SOURCE) == _keys(table["extra_keys"]), name
        different = Counter({c: count["different"] for c, count in table["columns"].items()})
        assert found.columns == +(different + Counter(column for _, column in lost)), name
        assert found.answer.differences.accepted.keys() == {
            column
            for column, count in table["columns"].items()
            if count["representation_only"] and outcome.known.source_types(name)[column] == "FLOAT"
        }, name
        cells = lost | {(tuple(key), column) for key, column, *_ in table["difference_cells"]}
        assert cells <= found.cells, name
        assert cells == found.cells or table["difference_cells_truncated"], name


def _keys(keys: list[list[str]]) -> set[tuple[str, ...]]:
    return {tuple(key) for key in keys}


def _lost_blanks(outcome: Outcome, name: str) -> set[Cell]:
    """Cells whose blanks at the end PostgreSQL loses when it reads this script: a text N'...' is a CHAR there.

    `expected` has read the script by itself, and does not know.
    """
    if outcome.port != CHINOOK_TO_POSTGRES:
        return set()
    truth = TableTruth(outcome.known, name)
    keys, _ = truth.keyed(truth.key)
    return {
        (tuple(map(str, key)), column)
        for column, values in truth.columns.items()
        for key, value in zip(keys, values.source, strict=True)
        if isinstance(value, str) and value.endswith(" ")
    }


def test_values_that_are_told_are_those_that_are_there(outcome: Outcome, tmp_path: Path):
    tables = compared(outcome, Strategy.AUTO, tmp_path)
    for name, found in tables.items():
        told = {
            (tuple(json.loads(line["key"])), line["column"]): (line["source"], line["target"])
            for line in found.lines
        }
        for key, column, *values in outcome.known.tables[name]["difference_cells"]:
            for ours, theirs in zip(told[tuple(key), column], values, strict=True):
                assert _is(ours, theirs), (name, key, column)


def _is(told: str | None, expected: Any) -> bool:
    """Whether a text of the file is the value, of which `expected` tells bytes by their number alone."""
    if expected is None or told is None:
        return told is None and expected is None
    if isinstance(expected, bool):
        return told in {str(expected).lower(), str(int(expected))}
    if isinstance(expected, str) and expected.endswith(" bytes>"):
        return len(told) // 2 == int(expected[1:].split()[0])
    if told in {str(expected), f"{expected} 00:00:00"}:
        return True
    number = _number(told)
    return number is not None and number == _number(str(expected))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
