"""The mapping as a person writes it, and its way into the model.

tables:
  - source: Sales.DimCustomer
    target: SALES.DIM_CUSTOMER
    key: [CustomerKey]
    columns:
      CustomerKey: CUSTOMER_KEY
      Gender: {target: GENDER, transformation: {kind: codes, codes: {M: Male, F: Female}}}
    exclude: [Photo]
    exclude_target: [LOAD_TS]
    where: "IsTest = 0"
decisions:
  - {verdict: reject, source: Sales.DimCustomer, target: SALES.DIM_CLIENT}
  - {verdict: reject, source: Sales.DimCustomer, target: SALES.DIM_CUSTOMER, column: Fax, target_column: PHONE}
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from ombudsman.model.base import Strict
from ombudsman.model.errors import MappingInvalid, did_you_mean
from ombudsman.model.faults import NodePath
from ombudsman.model.mapping import (
    ColumnMapping,
    Decision,
    Mapping,
    TableMapping,
    Transformation,
)
from ombudsman.model.report import Report
from ombudsman.model.tables import TableRef


def table_ref(value: Any) -> Any:
    """Reads `schema.table` as a table's name, for use before Pydantic's own reading. Raises ValueError otherwise."""
    if isinstance(value, TableRef):
        return value
    if not isinstance(value, str):
        raise ValueError("should be a text of the form schema.table")  # noqa: TRY004  Pydantic expects it
    return TableRef.parse(value)


TableName = Annotated[TableRef, BeforeValidator(table_ref)]


class WrittenColumn(Strict):
    """The target column, and the change that was agreed. A bare text is the target column."""

    target: str = Field(min_length=1)
    transformation: Transformation | None = None


def _column(value: Any) -> Any:
    return value if isinstance(value, dict | WrittenColumn) else {"target": value}


class WrittenTable(Strict):
    """One table mapping; its columns by the source's names."""

    source: TableName
    target: TableName
    key: tuple[str, ...] = ()
    columns: dict[str, Annotated[WrittenColumn, BeforeValidator(_column)]] = Field(default={})
    exclude: tuple[str, ...] = ()
    exclude_target: tuple[str, ...] = ()
    where: str | None = None
    source_where: str | None = None
    target_where: str | None = None

    @field_validator("columns", mode="before")
    @classmethod
    def _none_yet(cls, value: Any) -> Any:
        """All of them may stand behind a #."""
        return {} if value is None else value

    def mapping(self) -> TableMapping:
        """The same as a table mapping. Raises MappingInvalid when the columns contradict each other."""
        columns = tuple(
            ColumnMapping(source=name, target=column.target, transformation=column.transformation)
            for name, column in self.columns.items()
        )
        return TableMapping(
            source=self.source,
            target=self.target,
            columns=columns,
            key=self.key,
            exclude=self.exclude,
            exclude_target=self.exclude_target,
            where=self.where,
            source_where=self.source_where,
            target_where=self.target_where,
        )


class WrittenDecision(Strict):
    """What somebody decided about a pair of tables, or of columns."""

    verdict: Literal["confirm", "reject"]
    source: TableName
    target: TableName
    column: str | None = Field(default=None, min_length=1)
    target_column: str | None = Field(default=None, min_length=1)

    def decision(self) -> Decision:
        """The same as a decision. Raises MappingInvalid when it names a column of one side alone."""
        return Decision(
            verdict=self.verdict,
            source=self.source,
            target=self.target,
            column=self.column,
            target_column=self.target_column,
        )


class WrittenMapping(Strict):
    """The whole file; its tables and decisions are read one by one, so that each tells its own faults."""

    tables: list[Any]
    decisions: list[Any] = Field(default=[])

    @field_validator("tables", "decisions", mode="before")
    @classmethod
    def _none_yet(cls, value: Any) -> Any:
        """All of them may stand behind a #."""
        return [] if value is None else value


def mapping_at(path: NodePath, data: Any, report: Report) -> Mapping | None:
    """The mapping that stands at `path` of a document; None when it is wrong, which is then noted in the report."""
    before = len(report.faults)
    if data is None:
        data = {}
    written = report.validated(WrittenMapping, data, path, kind=MappingInvalid)
    tables: list[TableMapping] = []
    first_line: dict[TableRef, int] = {}
    for index, each in enumerate(written.tables if written else ()):
        here = (*path, "tables", index)
        table = report.validated(WrittenTable, each, here, kind=MappingInvalid)
        if table is None:
            continue
        if table.source in first_line:
            line = first_line[table.source]
            message = f"table {table.source} is mapped already in line {line}"
            report.add((*here, "source"), message, kind=MappingInvalid)
        first_line.setdefault(table.source, report.source.place((*here, "source"))[0])
        if not _contradicts(table, here, report):
            tables.append(table.mapping())
    decisions = _decisions((*path, "decisions"), written.decisions if written else [], report)
    if len(report.faults) > before:
        return None
    return Mapping(tables=tuple(tables), decisions=decisions)


def _decisions(path: NodePath, data: list[Any], report: Report) -> tuple[Decision, ...]:
    found: list[Decision] = []
    for index, each in enumerate(data):
        written = report.validated(WrittenDecision, each, (*path, index), kind=MappingInvalid)
        if written is None:
            continue
        try:
            found.append(written.decision())
        except MappingInvalid as error:
            report.add((*path, index), error.message, hint=error.hint, kind=MappingInvalid)
    return tuple(found)


def _contradicts(table: WrittenTable, path: NodePath, report: Report) -> bool:
    """Whether a column is given twice, or a key column is not mapped; says so where it stands."""
    before = len(report.faults)
    answered: dict[str, str] = {}
    for name, column in table.columns.items():
        if column.target in answered:
            report.add(
                (*path, "columns", name),
                f"target column {column.target!r} answers {answered[column.target]!r} already",
                hint="each column answers one column; leave the others to exclude",
                kind=MappingInvalid,
            )
        answered.setdefault(column.target, name)
    for index, part in enumerate(table.key):
        if part in table.key[:index]:
            message = f"key column {part!r} stands twice"
            report.add((*path, "key", index), message, kind=MappingInvalid)
        if table.columns and part not in table.columns:
            message = f"key column {part!r} is not mapped"
            hint = did_you_mean(part, table.columns)
            report.add((*path, "key", index), message, hint=hint, kind=MappingInvalid)
    return len(report.faults) > before
