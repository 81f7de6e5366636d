"""`ombudsman pipeline generate --workload`: what the workload reads, as steps of a proposed pipeline."""

from dataclasses import replace
from pathlib import Path

from ombudsman.cli.commands.workload import workload_of
from ombudsman.model.tables import Side
from ombudsman.pipeline.generate import Generated
from ombudsman.pipeline.generate_wanted import with_wanted
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import catalogue
from ombudsman.workload.suggest import suggest


def with_workload(
    proposed: Generated, workload: Path, session: Session, *, dialect: str
) -> Generated:
    """The proposed pipeline with what an export of the source's workload asks for."""
    source, target = (session.tables.catalogues[side] for side in (Side.SOURCE, Side.TARGET))
    known = workload_of(workload, source)
    wanted = suggest(known, source, dialect=dialect)
    joined = with_wanted(proposed, wanted, session.mapping, source, target, validators=catalogue())
    return replace(joined, notes=(*joined.notes, *known.notes))
