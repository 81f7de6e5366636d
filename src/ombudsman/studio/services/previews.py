"""What would a run of a pipeline ask first? Told from the catalogues that were read last: no database is asked.

The library plans and writes the statements; here the pipeline is found, given as a text or saved, and its project's
catalogues and mapping. The statements hold no values of rows, only the constants that the pipeline itself holds.
"""

from pydantic import Field

from ombudsman.connections.writing import writing_of
from ombudsman.mapping.by_name import complete, map_by_name
from ombudsman.model.errors import SettingsError
from ombudsman.model.pipeline import Pipeline
from ombudsman.model.tables import Side
from ombudsman.pipeline import dag
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.preview import Preview, preview
from ombudsman.pipeline.written import PipelineFile
from ombudsman.studio.fields import Id
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.mappings import mapping_of
from ombudsman.studio.services.metadata import kept_catalogue
from ombudsman.studio.services.pipelines import PipelineText, judged, pipeline_for, read_pipeline
from ombudsman.studio.services.service import Actor, Service, must
from ombudsman.studio.written import below
from ombudsman.validators.pair import Tables

MOST_STEPS = 2_000


class PreviewGiven(PipelineText):
    """A pipeline: its text with its project, or the id of a saved one."""

    project_id: Id | None = None
    pipeline_id: Id | None = None
    only: list[str] = Field(
        default=[],
        max_length=1_000,
        description="Only these steps, templates or patterns, and what they need.",
    )


class Previews(Service):
    """Previews of runs."""

    def told(self, actor: Actor, given: PreviewGiven) -> Preview:
        """What a run would ask first, and about how much that is.

        Raises:
            SettingsError: the text cannot be used, or neither a text nor a pipeline is given.
            NotFound: there is no such pipeline.
            Conflict: a catalogue was not read yet.
        """
        with self.on.store.reading() as unit:
            project_id, file, root = _file(unit, actor, given)
            catalogues = {
                Side.SOURCE: kept_catalogue(unit, project_id, "source", file.source),
                Side.TARGET: kept_catalogue(unit, project_id, "target", file.target),
            }
            written = file.mapping if file.mapping is not None else mapping_of(unit, project_id)
        source, target = catalogues[Side.SOURCE], catalogues[Side.TARGET]
        try:
            mapping = (
                map_by_name(source, target).mapping
                if written is None
                else complete(written, source, target)
            )
            pipeline = expand(file, mapping, source=source)
        except SettingsError as error:
            raise below(error, root) from None
        chosen = _chosen(pipeline, given.only)
        writings = {side: writing_of(each.engine) for side, each in catalogues.items()}
        dialects = {side: each.sql_dialect for side, each in writings.items()}
        return preview(chosen, Tables(catalogues, mapping, dialects), writings)


def _file(unit: Unit, actor: Actor, given: PreviewGiven) -> tuple[str, PipelineFile, str]:
    """The project, the pipeline as it is written, and the pointer below which its faults are told."""
    if given.pipeline_id is not None:
        if given.project_id or given.yaml is not None or given.definition is not None:
            raise SettingsError(
                "give either a saved pipeline, or a text with its project", pointer="/pipeline_id"
            )
        row = pipeline_for(unit, actor, given.pipeline_id, Permission.PIPELINE_READ)
        must(unit, actor, Permission.METADATA_READ, row.project_id, noun="pipeline")
        return row.project_id, read_pipeline(unit.pipelines.texts([row])[row.id], ""), ""
    if given.project_id is None:
        raise SettingsError(
            "give a saved pipeline, or a text with its project", pointer="/project_id"
        )
    must(unit, actor, Permission.PIPELINE_READ, given.project_id)
    must(unit, actor, Permission.METADATA_READ, given.project_id)
    unit.projects.get(given.project_id)
    return given.project_id, judged(unit, given.project_id, given), given.text()[1]


def _chosen(pipeline: Pipeline, only: list[str]) -> Pipeline:
    if only:
        try:
            pipeline = dag.only(pipeline, only)
        except SettingsError as error:
            raise below(error, "/only") from None
    if len(pipeline.steps) > MOST_STEPS:
        raise SettingsError(
            f"these are {len(pipeline.steps):,} steps, and no more than {MOST_STEPS:,} are looked at in one go",
            hint="choose some of them by only",
            pointer="/only",
        )
    return pipeline
