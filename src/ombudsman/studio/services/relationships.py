"""What refers to what in a database, which table is what, and what its columns mean: proposals, each with its reasons.

They are made from the catalogue that was read last. Where it is asked for, sampled values are looked up in the database
as well; that a value is among the keys is counted there, and no value comes back.
"""

import datetime as dt

from pydantic import Field

from ombudsman.measures.inclusion import LookedUp, look_up_relationships
from ombudsman.model.tables import Catalogue, ColumnRef
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import ColumnMeaning, classify_columns
from ombudsman.relationships.personal import Personal, personal_columns
from ombudsman.relationships.proposal import Relationship
from ombudsman.relationships.star import StarTable, star_of
from ombudsman.render.relationships import relationships_diagram
from ombudsman.studio.fields import Given, Id, Told
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.connections import Connections
from ombudsman.studio.services.metadata import catalogue_of
from ombudsman.studio.services.pipelines import Diagram
from ombudsman.studio.services.service import Actor, Service, must


class RelationshipsGiven(Given):
    """Of which connection, and whether its database may be asked."""

    connection_id: Id
    look_up: bool = Field(
        default=False,
        description="Whether sampled values are looked up in the database; without it, names, types and keys tell.",
    )


class ColumnTold(Told):
    """A column, what it means, and whether it holds personal data."""

    name: str
    meaning: ColumnMeaning
    personal: Personal | None


class TableTold(Told):
    """A table, what it is in a star, and its columns."""

    table: str
    star: StarTable
    columns: list[ColumnTold]


class RelationshipsTold(Told):
    """What was found. Declared relationships stand among the inferred; nothing was changed."""

    connection_id: Id
    connection: str
    read_at: dt.datetime = Field(description="When the catalogue was read.")
    relationships: list[Relationship]
    tables: list[TableTold]
    mermaid: str = Field(description="The tables that refer or are referred to, as a diagram.")
    notes: list[str]


class Relationships(Service):
    """Relationships."""

    def extract(self, actor: Actor, given: RelationshipsGiven) -> RelationshipsTold:
        """Infers what refers to what.

        Raises:
            Conflict: the catalogue was not read yet.
            ConnectionFailed: values were to be looked up, and nobody answers.
        """
        with self.on.store.writing() as unit:
            row = unit.connections.get(given.connection_id)
            must(unit, actor, Permission.METADATA_EXECUTE, row.project_id, noun="connection")
            catalogue = catalogue_of(unit, row, pointer="/connection_id")
            unit.note(
                actor.note(
                    "metadata.relationships",
                    f"connection:{row.id}",
                    project_id=row.project_id,
                    name=row.name,
                    looked_up=given.look_up,
                    secret_used=given.look_up and bool(row.secret_fields),
                )
            )
            connection = Connections(self.on).opened(unit, row) if given.look_up else None
        if connection is None:
            found = LookedUp(infer_relationships(catalogue), {})
        else:
            with connection, connection.open() as reader:
                found = look_up_relationships(reader, catalogue)
        return RelationshipsTold(
            connection_id=row.id,
            connection=row.name,
            read_at=catalogue.taken_at,
            relationships=list(found.relationships),
            tables=_tables(catalogue, found),
            mermaid=relationships_diagram(catalogue, found.relationships),
            notes=[*catalogue.notes, *found.notes],
        )

    def diagram(self, actor: Actor, connection_id: str) -> Diagram:
        """The tables of a connection and what refers to what among them, by keys and names.

        Raises:
            Conflict: the catalogue was not read yet.
        """
        with self.on.store.reading() as unit:
            catalogue = _catalogue(unit, actor, connection_id)
        return Diagram(mermaid=relationships_diagram(catalogue, infer_relationships(catalogue)))


def _catalogue(unit: Unit, actor: Actor, connection_id: str) -> Catalogue:
    row = unit.connections.get(connection_id)
    must(unit, actor, Permission.METADATA_READ, row.project_id, noun="connection")
    return catalogue_of(unit, row)


def _tables(catalogue: Catalogue, found: LookedUp) -> list[TableTold]:
    star = star_of(catalogue, found.relationships, found.profiles)
    meanings = classify_columns(catalogue, found.relationships, found.profiles)
    personal = personal_columns(catalogue)
    return [
        TableTold(
            table=str(table.ref),
            star=star[table.ref],
            columns=[
                ColumnTold(name=ref.name, meaning=meanings[ref], personal=personal.get(ref))
                for ref in (ColumnRef(table.ref, name) for name in table.column_names)
            ],
        )
        for table in catalogue.tables
    ]
