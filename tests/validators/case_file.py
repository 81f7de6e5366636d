"""A case as somebody wrote it: two small tables, a validator's params, and what it must say.

A file `cases/validate_x.yml` names its validator and holds cases under names that are sentences:

    one_row_was_lost:
      in_docs: true                    # also printed on the validator's page
      params: {group_by: [month]}
      source: {columns: {id: INTEGER NOT NULL, month: VARCHAR}, rows: [[1, jan], [2, feb]]}
      target: {columns: [id, month], rows: [[1, jan]]}    # types may be left to be guessed from the values
      verdict: failed
      findings: [{kind: count_differs, key: [feb], source: 1, target: 0}]

Types are DuckDB's words. `findings` lists all of them, in any order, and of each as many fields as matter; `notes: []`
says that there is none. A side that is left out has no such table. `error` stands where there can be no verdict.
Where there are more findings than anybody would list, `sampled` says so, and `found` how many there are.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from ombudsman.model.base import Strict
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping, Transformation
from ombudsman.model.result import Kind, Verdict
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.yaml_source import read_yaml_file

FOLDER = Path(__file__).parent / "cases"


class Route(StrEnum):
    """From which engine to which a case is played."""

    DUCKDB = "duckdb"
    DUCKDB_TO_POSTGRES = "duckdb_to_postgres"
    POSTGRES_TO_DUCKDB = "postgres_to_duckdb"
    POSTGRES = "postgres"

    def engine(self, side: Side) -> str:
        first, _, last = self.value.partition("_to_")
        return first if side is Side.SOURCE else last or first


USUAL_ROUTES = [Route.DUCKDB, Route.DUCKDB_TO_POSTGRES, Route.POSTGRES_TO_DUCKDB]


class Reference(Strict):
    """A foreign key that a table declares; `table` is one of the case's `others`, or the table itself."""

    columns: list[str]
    table: str
    referred_columns: list[str]


class TableData(Strict):
    """A table of one side: `columns` by name and type, or by name alone; `table` is what it is called."""

    table: str = "items"
    columns: list[str] | dict[str, str]
    rows: list[list[Any]] = Field(default=[])
    primary_key: list[str] = Field(default=[])
    unique_keys: list[list[str]] = Field(default=[])
    foreign_keys: list[Reference] = Field(default=[])

    @property
    def types(self) -> dict[str, str]:
        """The declared type of every column, guessed from its values where none was given."""
        if isinstance(self.columns, dict):
            return self.columns
        return {name: _guess([row[i] for row in self.rows]) for i, name in enumerate(self.columns)}


def _guess(values: list[Any]) -> str:
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        return "BOOLEAN"
    if there and all(isinstance(value, int) for value in there):
        return "INTEGER"
    if there and not any(isinstance(value, str | bool) for value in there):
        return "DECIMAL(18, 4)"
    return "VARCHAR"


class MappingData(Strict):
    """What of the mapping is not plain: other names, what stays behind, filters, transformations."""

    columns: dict[str, str] = Field(default={})
    exclude: list[str] = Field(default=[])
    exclude_target: list[str] = Field(default=[])
    where: str | None = None
    source_where: str | None = None
    target_where: str | None = None
    transformations: dict[str, Transformation] = Field(default={})


class Tables(Strict):
    """A table on both sides, and how they are mapped. A column answers the one of its name unless said otherwise."""

    source: TableData | None = None
    target: TableData | None = None
    key: list[str] = Field(default=[])
    mapping: MappingData = MappingData()

    def table_mapping(self, schema: str) -> TableMapping:
        there = self.source or self.target
        assert there is not None, "a case needs a table on one side at least"
        source, target = self.source or there, self.target or there
        names = self.mapping.columns
        alike = (name for name in source.types if name in target.types)
        pairs = {name: name for name in alike if name not in names.values()} | names
        return TableMapping(
            source=TableRef(schema=schema, name=source.table),
            target=TableRef(schema=schema, name=target.table),
            key=tuple(self.key),
            columns=tuple(
                ColumnMapping(
                    source=name,
                    target=pairs[name],
                    transformation=self.mapping.transformations.get(name),
                )
                for name in pairs
                if name not in self.mapping.exclude
            ),
            exclude=tuple(self.mapping.exclude),
            exclude_target=tuple(self.mapping.exclude_target),
            where=self.mapping.where,
            source_where=self.mapping.source_where,
            target_where=self.mapping.target_where,
        )


class Case(Tables):
    """One example of what a validator says."""

    in_docs: bool = False
    on: list[Route] = USUAL_ROUTES
    params: dict[str, Any] = Field(default={})
    others: dict[str, Tables] = Field(default={})
    verdict: Verdict | None = None
    findings: list[dict[str, Any]] = Field(default=[])
    found: dict[Kind, int] | None = None
    sampled: bool = False
    notes: list[str] | None = None
    figures: list[dict[str, Any]] = Field(default=[])
    error: str | None = None

    def all_tables(self) -> list[Tables]:
        """Those that are referred to stand before the one that refers."""
        return [*self.others.values(), self]

    def mappings(self, schema: str) -> Mapping:
        return Mapping(tables=tuple(each.table_mapping(schema) for each in self.all_tables()))


class CaseFile(Strict):
    validator: str
    cases: dict[str, Case] = Field(min_length=1)


class Named(NamedTuple):
    """A case with its name, its validator, and the schema that its tables live in."""

    validator: str
    name: str
    schema: str
    case: Case


@cache
def read_cases() -> tuple[Named, ...]:
    """All cases of all files, in order."""
    cases: list[Named] = []
    for path in sorted(FOLDER.glob("*.yml")):
        written = dict(read_yaml_file(path).data)
        file = CaseFile(validator=written.pop("validator"), cases=written)
        for name, case in file.cases.items():
            cases.append(Named(file.validator, name, f"case_{len(cases) + 1}", case))
    return tuple(cases)
