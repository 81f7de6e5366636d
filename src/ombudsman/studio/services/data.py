"""A look at one table: its first rows, and figures of its columns. Values are masked as those of results are."""

from typing import Any

from pydantic import Field

from ombudsman.connections.connection import Connection as OpenConnection
from ombudsman.measures.one_table import first_rows, table_profile
from ombudsman.model.errors import NotFound, did_you_mean
from ombudsman.model.tables import Catalogue, TableRef
from ombudsman.model.values import to_json_value
from ombudsman.studio.fields import Given, Id, Told
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.connections import Connections
from ombudsman.studio.services.metadata import catalogue_of
from ombudsman.studio.services.service import Actor, Service, must
from ombudsman.studio.services.sight import REASON, Reason, mask_in
from ombudsman.studio.services.step_results import CELL_LETTERS

MOST_ROWS = 100


class TableGiven(Given):
    """Which table of which connection, by its name as the catalogue has it."""

    connection_id: Id
    table: TableRef = Field(description="As in `schema.table`.")
    reason: Reason | None = Field(default=None, description=REASON)


class PreviewGiven(TableGiven):
    """So many of its rows."""

    limit: int = Field(default=20, ge=1, le=MOST_ROWS)


class Preview(Told):
    """Some rows of a table, in no order."""

    columns: list[str]
    types: list[str] = Field(description="As the engine spells them.")
    rows: list[list[Any]] = Field(description="A text of more than 4,096 letters is cut.")
    masked: bool
    sql: str


class ColumnFigures(Told):
    """What a column holds. Of types without an order that engines share only the NULLs are told."""

    name: str
    type: str
    nulls: int | None
    distinct: int | None
    least: Any
    greatest: Any


class Profile(Told):
    """A table in figures."""

    rows: int
    columns: list[ColumnFigures]
    masked: bool


class Data(Service):
    """Looks at tables."""

    def preview(self, actor: Actor, given: PreviewGiven) -> Preview:
        """The first rows of a table.

        Raises:
            Conflict: the catalogue was not read yet.
            NotFound: there is no such table in it.
            NotAllowed: values are wanted plain by somebody who may not see them so.
        """
        connection, catalogue, mask = self._opened(actor, given, "data.preview")
        with connection, connection.open() as reader:
            found = first_rows(reader, catalogue, given.table, limit=given.limit)
        types = _types(catalogue, given.table)
        return Preview(
            columns=list(found.columns),
            types=[types[name] for name in found.columns],
            rows=[[_seen(value, mask) for value in row] for row in found.rows],
            masked=mask is not None,
            sql=found.sql,
        )

    def profile(self, actor: Actor, given: TableGiven) -> Profile:
        """Rows, NULLs, different values, least and greatest. Raises as `preview`."""
        connection, catalogue, mask = self._opened(actor, given, "data.profile")
        with connection, connection.open() as reader:
            rows, found = table_profile(reader, catalogue, given.table)
        types = _types(catalogue, given.table)
        columns = [
            ColumnFigures(
                name=name,
                type=types[name],
                nulls=each.nulls,
                distinct=each.distinct,
                least=_seen(each.least, mask),
                greatest=_seen(each.greatest, mask),
            )
            for name, each in found.items()
        ]
        return Profile(rows=rows, columns=columns, masked=mask is not None)

    def _opened(
        self, actor: Actor, given: TableGiven, action: str
    ) -> tuple[OpenConnection, Catalogue, Mask | None]:
        with self.on.store.writing() as unit:
            row = unit.connections.get(given.connection_id)
            must(unit, actor, Permission.METADATA_EXECUTE, row.project_id, noun="connection")
            resource = f"connection:{row.id}"
            table = str(given.table)
            said = {"what": table}
            mask = mask_in(self.on, unit, actor, row.project_id, resource, given.reason, said)
            catalogue = catalogue_of(unit, row, pointer="/connection_id")
            if catalogue.table(given.table) is None:
                known = [str(each.ref) for each in catalogue.tables]
                raise NotFound(
                    f"the catalogue has no table {table}",
                    hint=did_you_mean(table, known),
                    pointer="/table",
                )
            unit.note(
                actor.note(
                    action,
                    resource,
                    project_id=row.project_id,
                    table=table,
                    secret_used=bool(row.secret_fields),
                )
            )
            return Connections(self.on).opened(unit, row), catalogue, mask


def _types(catalogue: Catalogue, ref: TableRef) -> dict[str, str]:
    table = catalogue.table(ref)
    assert table is not None  # noqa: S101 - judged before
    return {column.name: column.native_type for column in table.columns}


def _seen(value: Any, mask: Mask | None) -> Any:
    if mask is not None:
        return mask.value(value)
    told = to_json_value(value)
    return (
        told[:CELL_LETTERS] + "..." if isinstance(told, str) and len(told) > CELL_LETTERS else told
    )
