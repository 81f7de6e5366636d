"""Pipelines and their versions."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import select

from ombudsman.studio.persistence.entities.projects import PipelineVersion, StoredPipeline
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts, page_of
from ombudsman.studio.persistence.rows import Rows, containing


class Pipelines(Rows[StoredPipeline]):
    """The pipelines."""

    entity = StoredPipeline
    noun = "pipeline"
    sorts: ClassVar[Sorts] = {
        "name": StoredPipeline.name,
        "created": StoredPipeline.created,
        "updated": StoredPipeline.updated,
        "steps": StoredPipeline.steps,
    }
    by_default = "name"

    def listed(self, project_id: str, asked: PageRequest) -> PageOf[StoredPipeline]:
        """One page of a project's pipelines."""
        found = select(StoredPipeline).where(
            StoredPipeline.project_id == project_id, containing(StoredPipeline.name, asked.q)
        )
        return self.page(found, asked)

    def named(self, project_id: str, name: str) -> StoredPipeline | None:
        """The project's pipeline of this name."""
        found = select(StoredPipeline).where(
            StoredPipeline.project_id == project_id, StoredPipeline.name == name
        )
        return self.session.scalar(found)

    def texts(self, pipelines: Sequence[StoredPipeline]) -> dict[str, str]:
        """The newest text of each, by the pipeline's id."""
        newest = select(PipelineVersion).join(
            StoredPipeline,
            (StoredPipeline.id == PipelineVersion.pipeline_id)
            & (StoredPipeline.version == PipelineVersion.number),
        )
        found = newest.where(StoredPipeline.id.in_([each.id for each in pipelines]))
        return {row.pipeline_id: row.text for row in self.session.scalars(found)}

    def add_version(self, version: PipelineVersion) -> PipelineVersion:
        """Keeps a text for good."""
        self.session.add(version)
        self.session.flush()
        return version

    def version(self, pipeline_id: str, number: int) -> PipelineVersion | None:
        """The text that was saved as this number."""
        return self.session.get(PipelineVersion, (pipeline_id, number))

    def versions(self, pipeline_id: str, asked: PageRequest) -> PageOf[PipelineVersion]:
        """One page of the versions, the newest first."""
        found = select(PipelineVersion).where(PipelineVersion.pipeline_id == pipeline_id)
        return page_of(
            self.session,
            found,
            asked,
            sorts={"number": PipelineVersion.number},
            by_default="-number",
            unique=PipelineVersion.number,
        )
