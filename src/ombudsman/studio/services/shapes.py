"""Are the tables of two sides shaped alike? Told from catalogues that were read already: no database is asked.

The checks are the library's own, those that look at catalogues alone: columns, types, nullability, keys. What a
pipeline has agreed to (accepted types, extra columns) is a step's own and not known here.
"""

from typing import Any

from pydantic import Field

from ombudsman.connections.writing import writing_of
from ombudsman.mapping.by_name import complete, map_by_name
from ombudsman.model.errors import OmbudsmanError
from ombudsman.model.mapping import Mapping, TableMapping
from ombudsman.model.result import SAMPLE_LIMIT, Finding, Result
from ombudsman.model.tables import Catalogue, Side
from ombudsman.studio.fields import Told
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.mappings import mapping_of
from ombudsman.studio.services.metadata import kept_catalogue
from ombudsman.studio.services.service import Actor, Service, must
from ombudsman.validators.pair import Pair, Tables
from ombudsman.validators.registry import Cost, Validator, catalogue


class ShapeDifference(Told):
    """One thing in which the shapes differ: which check says so, of what kind it is, and in words."""

    check: str
    kind: str
    column: str | None = Field(
        description="The source's name; the target's, where only it is there."
    )
    told: str


class TableShape(Told):
    """A pair of tables, and in what their shapes differ. `problem` says why it could not be told."""

    source: str
    target: str
    differences: list[ShapeDifference] = Field(
        description=f"At most {SAMPLE_LIMIT} of one kind from one check."
    )
    problem: str | None = None


class ShapeComparison(Told):
    """All pairs of the mapping; tables that no pair names stand by themselves."""

    source: str
    target: str
    by_mapping: bool = Field(
        description="Whether the project's mapping said what answers what; else the names did."
    )
    tables: list[TableShape]
    alike: int = Field(description="How many pairs differ in nothing.")
    unmapped_source: list[str]
    unmapped_target: list[str]


class Shapes(Service):
    """Shapes of tables."""

    def compared(
        self, actor: Actor, project_id: str, *, source: str, target: str
    ) -> ShapeComparison:
        """The shapes of two connections' tables, pair by pair.

        Raises:
            NotFound: there is no connection of this name.
            Conflict: its catalogue was not read yet.
        """
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.METADATA_READ, project_id)
            unit.projects.get(project_id)
            here = kept_catalogue(unit, project_id, "source", source)
            there = kept_catalogue(unit, project_id, "target", target)
            written = mapping_of(unit, project_id)
        mapping = map_by_name(here, there).mapping if written is None else _open(written)
        tables = _tables(here, there, complete(mapping, here, there))
        shapes = [_shape(tables, each) for each in tables.mapping.tables]
        return ShapeComparison(
            source=source,
            target=target,
            by_mapping=written is not None,
            tables=[each for each in shapes if each.differences or each.problem],
            alike=sum(not (each.differences or each.problem) for each in shapes),
            unmapped_source=_left(here, {str(each.source) for each in mapping.tables}),
            unmapped_target=_left(there, {str(each.target) for each in mapping.tables}),
        )


def _open(mapping: Mapping) -> Mapping:
    """The mapping without conditions on rows: they are no matter of shape."""
    bare = {"where": None, "source_where": None, "target_where": None}
    return Mapping(tables=tuple(each.model_copy(update=bare) for each in mapping.tables))


def _tables(source: Catalogue, target: Catalogue, mapping: Mapping) -> Tables:
    catalogues = {Side.SOURCE: source, Side.TARGET: target}
    dialects = {side: writing_of(each.engine).sql_dialect for side, each in catalogues.items()}
    return Tables(catalogues, mapping, dialects)


def _shape(tables: Tables, mapping: TableMapping) -> TableShape:
    names = {"source": str(mapping.source), "target": str(mapping.target)}
    try:
        pair = tables.pair(mapping.source)
        found = [
            _difference(check, finding)
            for check in _checks(pair)
            for finding in _answered(check, pair).findings
        ]
    except OmbudsmanError as error:
        return TableShape(**names, differences=[], problem=error.message)
    return TableShape(**names, differences=found)


def _checks(pair: Pair) -> list[Validator]:
    """The checks of catalogues; of a table that is not there only whether it is there."""
    checks = [each for each in catalogue().values() if each.cost is Cost.CATALOGUE]
    if pair.source.table is not None and pair.target.table is not None:
        return checks
    return [each for each in checks if each.name == "validate_schema_columns"]


def _answered(check: Validator, pair: Pair) -> Result:
    """What a check says that asks no database: its coroutine ends before it has waited."""
    asked: Any = check(pair, check.params())
    try:
        asked.send(None)
    except StopIteration as ended:
        result: Result = ended.value
        return result
    asked.close()
    raise AssertionError(f"{check.name} costs more than the catalogue")


def _difference(check: Validator, finding: Finding) -> ShapeDifference:
    return ShapeDifference(
        check=check.name, kind=finding.kind.value, column=finding.column, told=finding.message
    )


def _left(catalogue: Catalogue, mapped: set[str]) -> list[str]:
    return [str(table.ref) for table in catalogue.tables if str(table.ref) not in mapped]
