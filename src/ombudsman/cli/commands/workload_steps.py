"""`ombudsman pipeline generate --workload`: what the workload reads, as steps of a proposed pipeline."""

from collections.abc import Sequence
from dataclasses import replace

from ombudsman.model.tables import Side
from ombudsman.pipeline.generate import Generated
from ombudsman.pipeline.generate_wanted import with_wanted
from ombudsman.pipeline.session import Session
from ombudsman.relationships.meaning import classify_columns
from ombudsman.relationships.proposal import Relationship
from ombudsman.validators.registry import catalogue
from ombudsman.workload.evidence import measures_of, references_of, use_of
from ombudsman.workload.suggest import suggest
from ombudsman.workload.workload import Workload


def with_workload(
    proposed: Generated,
    known: Workload,
    session: Session,
    *,
    relationships: Sequence[Relationship],
    dialect: str,
) -> Generated:
    """The proposed pipeline with what the source's workload asks for.

    `relationships` tell which joins lead to a row, and with the workload itself which columns may be added up.
    """
    source, target = (session.tables.catalogues[side] for side in (Side.SOURCE, Side.TARGET))
    meanings = classify_columns(source, relationships, use=use_of(known))
    wanted = suggest(
        known,
        source,
        dialect=dialect,
        references=references_of(relationships),
        measures=measures_of(meanings),
    )
    joined = with_wanted(proposed, wanted, session.mapping, source, target, validators=catalogue())
    return replace(joined, notes=(*joined.notes, *known.notes))
