"""What the databases of a project say of their own tables: asked once, kept, and taken as the ground for mappings."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from ombudsman.mapping.decisions import decisions_of
from ombudsman.mapping.suggest import suggest_mapping
from ombudsman.mapping.suggestion import SuggestedSchema, SuggestedTable
from ombudsman.mapping.suggestion_text import suggestion_text
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import Conflict, NotFound, did_you_mean
from ombudsman.model.tables import Catalogue
from ombudsman.model.yaml_source import read_yaml
from ombudsman.studio.fields import Given, Id, Name, Told
from ombudsman.studio.persistence.entities.projects import Connection, StoredCatalogue
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.connections import Connections
from ombudsman.studio.services.mappings import mapping_of
from ombudsman.studio.services.service import Actor, Service, must

_Schema = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]


class Extraction(Given):
    """Whose catalogue is to be read; of these schemas alone, where some are named."""

    connection_id: Id
    schemas: list[_Schema] | None = Field(default=None, min_length=1, max_length=200)


class CatalogueSummary(Told):
    """A catalogue that was read, in short. `notes` say what the login may not see."""

    connection_id: Id
    connection: str
    read_at: dt.datetime
    tables: int
    columns: int
    notes: list[str]


class CatalogueTold(Told):
    """A catalogue, whole."""

    connection_id: Id
    connection: str
    read_at: dt.datetime
    catalogue: Catalogue


class Catalogues(Told):
    """All catalogues of a project that were read."""

    items: list[CatalogueTold]
    total: int


class SuggestionGiven(Given):
    """Between which two connections of a project a mapping is sought, by words, types, keys and references."""

    project_id: Id
    source: Name
    target: Name
    keep_decided: bool = Field(
        default=True,
        description="Whether the project's mapping stands, and its decisions steer the rest.",
    )


class Suggestion(Told):
    """A mapping as it was found, each pair with its confidence and its reasons. Nothing was saved."""

    tables: list[dict[str, Any]] = Field(
        description="What is sure enough, as `PUT /projects/{project_id}/mapping` takes it."
    )
    decisions: list[dict[str, Any]] = Field(description="What persons decided, likewise.")
    yaml: str = Field(description="The same as a file, with comments on what is doubtful.")
    matches: list[SuggestedTable] = Field(
        description="All pairs, also those that are left for a person to decide."
    )
    schemas: list[SuggestedSchema]
    unmatched_source: list[str]
    unmatched_target: list[str]


class Metadata(Service):
    """Catalogues."""

    def extract(self, actor: Actor, given: Extraction) -> CatalogueSummary:
        """Reads the catalogue of a connection and keeps it.

        Raises:
            ConnectionFailed: nobody answers there.
            ObjectNotFound: there is no such schema.
        """
        with self.on.store.writing() as unit:
            row = unit.connections.get(given.connection_id)
            must(unit, actor, Permission.METADATA_EXECUTE, row.project_id, noun="connection")
            unit.note(
                actor.note(
                    "metadata.extract",
                    f"connection:{row.id}",
                    project_id=row.project_id,
                    name=row.name,
                    secret_used=bool(row.secret_fields),
                )
            )
            connection = Connections(self.on).opened(unit, row)
        with connection, connection.open() as reader:
            catalogue = read_catalogue(reader, given.schemas)
        with self.on.store.writing() as unit:
            unit.connections.put_catalogue(row.id, catalogue.model_dump(mode="json"), unit.now)
            return CatalogueSummary(
                connection_id=row.id,
                connection=row.name,
                read_at=unit.now,
                tables=len(catalogue.tables),
                columns=sum(len(table.columns) for table in catalogue.tables),
                notes=list(catalogue.notes),
            )

    def exported(self, actor: Actor, project_id: str) -> Catalogues:
        """All catalogues of the project, as they were read last."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.METADATA_READ, project_id)
            unit.projects.get(project_id)
            items = [
                CatalogueTold(
                    connection_id=row.id,
                    connection=row.name,
                    read_at=kept.read_at,
                    catalogue=Catalogue.model_validate(kept.document),
                )
                for row, kept in _kept(unit, project_id)
            ]
            return Catalogues(items=items, total=len(items))

    def suggest(self, actor: Actor, given: SuggestionGiven) -> Suggestion:
        """Proposes which table and column of two connections answer which, from their catalogues.

        Raises:
            NotFound: there is no connection of this name.
            Conflict: its catalogue was not read yet.
            MappingInvalid: the project's mapping names what the catalogues have not.
        """
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.METADATA_READ, given.project_id)
            unit.projects.get(given.project_id)
            source, target = (
                kept_catalogue(unit, given.project_id, side, name)
                for side, name in (("source", given.source), ("target", given.target))
            )
            written = mapping_of(unit, given.project_id) if given.keep_decided else None
        decisions = None if written is None else decisions_of(written, source, target)
        found = suggest_mapping(source, target, decisions=decisions)
        text = suggestion_text(found, [*source.notes, *target.notes])
        document = read_yaml(text, file="mapping").data
        return Suggestion(
            tables=document.get("tables") or [],
            decisions=document.get("decisions") or [],
            yaml=text,
            matches=list(found.tables),
            schemas=list(found.schemas),
            unmatched_source=[str(ref) for ref in found.unmatched_source],
            unmatched_target=[str(ref) for ref in found.unmatched_target],
        )


def _kept(unit: Unit, project_id: str) -> list[tuple[Connection, StoredCatalogue]]:
    rows = [unit.connections.named(project_id, name) for name in unit.connections.names(project_id)]
    found = [(row, unit.connections.catalogue(row.id)) for row in rows if row is not None]
    return [(row, kept) for row, kept in found if kept is not None]


def kept_catalogue(unit: Unit, project_id: str, side: str, name: str) -> Catalogue:
    """The catalogue of a connection, as it was read last; `side` is the field that named the connection.

    Raises:
        NotFound: there is no connection of this name.
        Conflict: its catalogue was not read yet.
    """
    row = unit.connections.named(project_id, name)
    if row is None:
        hint = did_you_mean(name, unit.connections.names(project_id))
        raise NotFound(
            f"there is no connection {name!r} in this project", hint=hint, pointer=f"/{side}"
        )
    return catalogue_of(unit, row, pointer=f"/{side}")


def catalogue_of(unit: Unit, row: Connection, *, pointer: str | None = None) -> Catalogue:
    """The catalogue of a connection, as it was read last.

    Raises:
        Conflict: it was not read yet.
    """
    kept = unit.connections.catalogue(row.id)
    if kept is None:
        where = {} if pointer is None else {"pointer": pointer}
        raise Conflict(
            f"the catalogue of {row.name!r} was not read yet",
            hint="POST /metadata/extract",
            **where,
        )
    return Catalogue.model_validate(kept.document)
