"""Which table and column answers which, in a project: one document, in the form of the mapping file."""

import datetime as dt
from typing import Any

from pydantic import Field

from ombudsman.mapping.file import read_mapping, write_mapping
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import Mapping
from ombudsman.studio.fields import Given, Told
from ombudsman.studio.persistence.entities.projects import StoredMapping
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.service import Actor, Service, must, must_match
from ombudsman.studio.written import as_yaml, below


class MappingGiven(Given):
    """The mapping, its tables written as in a mapping file."""

    tables: list[dict[str, Any]] = Field(
        max_length=10_000,
        examples=[[{"source": "Sales.Orders", "target": "SALES.ORDERS", "key": ["OrderId"]}]],
    )
    decisions: list[dict[str, Any]] = Field(
        default=[],
        max_length=50_000,
        description="Pairs that persons confirmed or rejected: they steer `POST /mapping/suggest`.",
        examples=[[{"verdict": "reject", "source": "Sales.Orders", "target": "SALES.ORDERS_OLD"}]],
    )


class MappingTold(Told):
    """The mapping as it was saved; version 0 is none yet. `yaml` is the same as a file."""

    tables: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    yaml: str
    updated: dt.datetime | None
    version: int


class Mappings(Service):
    """The mapping of a project."""

    def get(self, actor: Actor, project_id: str) -> MappingTold:
        """The mapping, empty when none was saved."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.MAPPING_READ, project_id, noun="mapping")
            unit.projects.get(project_id)
            return _told(unit.projects.mapping(project_id))

    def put(
        self, actor: Actor, project_id: str, given: MappingGiven, *, version: int
    ) -> MappingTold:
        """Saves the mapping.

        Raises:
            MappingInvalid: it contradicts itself; every fault is told with its pointer.
        """
        document = given.model_dump(mode="json")
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.MAPPING_WRITE, project_id, noun="mapping")
        checked(document)
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.MAPPING_WRITE, project_id, noun="mapping")
            row = unit.projects.mapping(project_id)
            must_match(row.version if row else 0, version)
            if row is None:
                row = unit.projects.put_mapping(
                    StoredMapping(
                        project_id=project_id,
                        document=document,
                        updated=unit.now,
                        updated_by=actor.user_id,
                    )
                )
            else:
                row.document, row.updated_by = document, actor.user_id
                unit.edited(row)
            unit.note(
                actor.note(
                    "mapping.change",
                    f"mapping:{project_id}",
                    project_id=project_id,
                    tables=len(given.tables),
                )
            )
            return _told(row)


def checked(document: dict[str, Any]) -> Mapping:
    """The mapping of a document.

    Raises:
        MappingInvalid: it contradicts itself.
    """
    try:
        return read_mapping(as_yaml(document))
    except MappingInvalid as error:
        raise below(error, "") from None


def mapping_of(unit: Unit, project_id: str) -> Mapping | None:
    """The mapping of a project, if one was saved."""
    row = unit.projects.mapping(project_id)
    return None if row is None else checked(row.document)


def _told(row: StoredMapping | None) -> MappingTold:
    if row is None:
        return MappingTold(
            tables=[], decisions=[], yaml=write_mapping(Mapping()), updated=None, version=0
        )
    return MappingTold(
        tables=row.document["tables"],
        decisions=row.document.get("decisions", []),
        yaml=write_mapping(checked(row.document)),
        updated=row.updated,
        version=row.version,
    )
