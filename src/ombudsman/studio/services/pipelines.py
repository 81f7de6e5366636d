"""Pipelines of a project: texts in the form of the pipeline file, each saved text a version for good.

A text is judged by the library, over the project's mapping, before it is saved; all its faults are told at once.
"""

import datetime as dt
from typing import Any

from pydantic import Field

from ombudsman.model.errors import Conflict, PipelineInvalid, SettingsError, did_you_mean
from ombudsman.model.faults import path_text
from ombudsman.model.pipeline import Pipeline
from ombudsman.model.yaml_source import read_yaml
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import parse_pipeline_file
from ombudsman.pipeline.written import PipelineFile
from ombudsman.render.mermaid import pipeline_diagram
from ombudsman.studio.fields import Given, Id, Page, Told, Words, unkeepable
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.projects import PipelineVersion, StoredPipeline
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.mappings import mapping_of
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.service import Actor, Service, must, must_match
from ombudsman.studio.written import as_yaml, below
from ombudsman.validators.registry import catalogue

MAX_TEXT = 512 * 1024


class PipelineText(Given):
    """A pipeline, as a YAML text or as the same document in JSON; one of the two."""

    yaml: str | None = Field(default=None, max_length=MAX_TEXT)
    definition: dict[str, Any] | None = None

    def text(self) -> tuple[str, str]:
        """The text, and the pointer below which its faults are told.

        Raises:
            SettingsError: none or both are given.
        """
        if (self.yaml is None) == (self.definition is None):
            raise SettingsError("give either yaml or definition", pointer="/yaml")
        if self.yaml is not None:
            return self.yaml, "/yaml"
        return as_yaml(self.definition), "/definition"


class PipelineChange(PipelineText):
    """The next text of a pipeline, and why it was changed."""

    note: Words = ""


class PipelineGiven(PipelineChange):
    """A new pipeline of a project. Its name stands in its text."""

    project_id: Id


class PipelineCheck(PipelineText):
    """A pipeline that is to be judged, and not saved."""

    project_id: Id


class PipelineListed(Told):
    """A pipeline, without its text."""

    id: Id
    project_id: Id
    name: str
    steps: int = Field(description="How many steps its text has; a template counts once.")
    created: dt.datetime
    updated: dt.datetime
    version: int


class PipelineTold(PipelineListed):
    """A pipeline with its text, and with the same as a document."""

    yaml: str
    definition: dict[str, Any]


class VersionListed(Told):
    """A text that was saved."""

    number: int
    saved: dt.datetime
    saved_by: Id
    note: str


class VersionTold(VersionListed):
    """A text that was saved, with itself."""

    yaml: str
    definition: dict[str, Any]


class PipelineFault(Told):
    """One thing that is wrong with a pipeline."""

    pointer: str
    message: str
    hint: str | None
    line: int | None


class Checked(Told):
    """What the judgement of a pipeline came to. `steps` are those that would run, templates written out."""

    ok: bool
    steps: list[str]
    faults: list[PipelineFault]


class Diagram(Told):
    """A diagram in Mermaid's words."""

    mermaid: str


class Pipelines(Service):
    """The pipelines."""

    def listed(self, actor: Actor, project_id: str, asked: PageRequest) -> Page[PipelineListed]:
        """The pipelines of a project, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.PIPELINE_READ, project_id)
            unit.projects.get(project_id)
            page = unit.pipelines.listed(project_id, asked)
            items = [PipelineListed.model_validate(_listed(row)) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def get(self, actor: Actor, pipeline_id: str) -> PipelineTold:
        """One pipeline."""
        with self.on.store.reading() as unit:
            row = pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_READ)
            return _told(row, unit.pipelines.texts([row])[row.id])

    def create(self, actor: Actor, given: PipelineGiven, once: Once) -> PipelineTold:
        """Saves a new pipeline.

        Raises:
            SettingsError: the text cannot be used; every fault is told with its pointer.
            Conflict: the name is taken in this project.
        """
        text, _ = given.text()
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.PIPELINE_WRITE, given.project_id)
            file = judged(unit, given.project_id, given)
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.PIPELINE_WRITE, given.project_id)

            def made() -> PipelineTold:
                _refuse_taken(unit, given.project_id, file.name)
                row = unit.pipelines.add(
                    StoredPipeline(
                        project_id=given.project_id,
                        name=file.name,
                        steps=len(file.steps),
                        created=unit.now,
                        updated=unit.now,
                    )
                )
                _keep(unit, actor, row, text, given.note)
                unit.note(_note(actor, "pipeline.create", row))
                return _told(row, text)

            return once.answer(unit, actor, PipelineTold, made)

    def change(
        self, actor: Actor, pipeline_id: str, change: PipelineChange, *, version: int
    ) -> PipelineTold:
        """Saves the next text of a pipeline. Raises as `create` does."""
        text, _ = change.text()
        with self.on.store.reading() as unit:
            row = pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_WRITE)
            file = judged(unit, row.project_id, change)
        with self.on.store.writing() as unit:
            row = pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_WRITE)
            must_match(row.version, version)
            _refuse_taken(unit, row.project_id, file.name, but=row.id)
            row.name, row.steps = file.name, len(file.steps)
            unit.edited(row)
            _keep(unit, actor, row, text, change.note)
            unit.note(_note(actor, "pipeline.change", row))
            return _told(row, text)

    def delete(self, actor: Actor, pipeline_id: str, *, version: int) -> None:
        """Removes a pipeline with its versions. Runs of it stay."""
        with self.on.store.writing() as unit:
            row = pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_WRITE)
            must_match(row.version, version)
            unit.note(_note(actor, "pipeline.delete", row))
            unit.pipelines.remove(row)

    def versions(self, actor: Actor, pipeline_id: str, asked: PageRequest) -> Page[VersionListed]:
        """The saved texts of a pipeline, the newest first."""
        with self.on.store.reading() as unit:
            pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_READ)
            page = unit.pipelines.versions(pipeline_id, asked)
            items = [
                VersionListed(
                    number=row.number, saved=row.saved, saved_by=row.saved_by, note=row.note
                )
                for row in page.items
            ]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def version(self, actor: Actor, pipeline_id: str, number: int) -> VersionTold:
        """One saved text."""
        with self.on.store.reading() as unit:
            pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_READ)
            row = unit.pipelines.version(pipeline_id, number)
            if row is None:
                raise no_such("version")
            return VersionTold(
                number=row.number,
                saved=row.saved,
                saved_by=row.saved_by,
                note=row.note,
                yaml=row.text,
                definition=_document(row.text),
            )

    def check(self, actor: Actor, given: PipelineCheck) -> Checked:
        """Judges a text and saves nothing; what is wrong is the answer."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.PIPELINE_READ, given.project_id)
            unit.projects.get(given.project_id)
            try:
                file = judged(unit, given.project_id, given)
                pipeline = _expanded(unit, given.project_id, file)
            except SettingsError as error:
                faults = error.context.get("problems") or [
                    {"pointer": "", "message": error.message, "hint": error.hint, "line": None}
                ]
                told = [PipelineFault.model_validate(fault) for fault in faults]
                return Checked(ok=False, steps=[], faults=told)
        ids = [step.id for step in pipeline.steps] if pipeline else [s.id for _, s in file.steps]
        return Checked(ok=True, steps=ids, faults=[])

    def diagram(self, actor: Actor, pipeline_id: str) -> Diagram:
        """The pipeline's steps and what each needs.

        Raises:
            Conflict: its templates cannot be written out without a mapping.
        """
        with self.on.store.reading() as unit:
            row = pipeline_for(unit, actor, pipeline_id, Permission.PIPELINE_READ)
            text = unit.pipelines.texts([row])[row.id]
            file = read_pipeline(text, "")
            pipeline = _expanded(unit, row.project_id, file)
        if pipeline is None:
            raise Conflict(
                "the pipeline has templates, and the project has no mapping to write them out by",
                hint="save a mapping first",
            )
        return Diagram(mermaid=pipeline_diagram(pipeline))


def judged(unit: Unit, project_id: str, given: PipelineText) -> PipelineFile:
    """A text, read and judged over the project's mapping and the names of its connections.

    Raises:
        SettingsError: it cannot be used; every fault is told with its pointer.
    """
    text, root = given.text()
    file = read_pipeline(text, root)
    _refuse_unknown_connections(unit, project_id, file, root)
    try:
        _expanded(unit, project_id, file)
    except SettingsError as error:
        raise below(error, root) from None
    return file


def read_pipeline(text: str, root: str) -> PipelineFile:
    """A text, read; its faults are told as pointers below `root`."""
    _refuse_unkeepable(text, root)
    known = {name: validator.params for name, validator in catalogue().items()}
    try:
        return parse_pipeline_file(text, known_validators=known)
    except SettingsError as error:
        raise below(error, root) from None


def _refuse_unkeepable(text: str, root: str) -> None:
    """An escape of YAML can write what no store keeps, in a text that holds nothing of the kind itself."""
    if "\\" not in text:
        return
    try:
        document = read_yaml(text, file="pipeline").data
    except SettingsError:
        return  # which the reader of pipelines tells better
    faults = [
        {"path": path_text(path), "message": wrong, "hint": None}
        for path, wrong in unkeepable(document)
    ]
    if faults:
        raise below(PipelineInvalid(problems=faults), root)


def _expanded(unit: Unit, project_id: str, file: PipelineFile) -> Pipeline | None:
    """The pipeline with its templates written out; None where only a mapping could tell their tables."""
    mapping = file.mapping if file.mapping is not None else mapping_of(unit, project_id)
    if mapping is None and any(step.is_template for _, step in file.steps):
        return None
    return expand(file, mapping)


def _refuse_unknown_connections(unit: Unit, project_id: str, file: PipelineFile, root: str) -> None:
    names = unit.connections.names(project_id)
    faults = [
        {
            "path": side,
            "message": f"there is no connection {name!r} in this project",
            "hint": did_you_mean(name, names),
        }
        for side, name in (("source", file.source), ("target", file.target))
        if name not in names
    ]
    if faults:
        raise below(PipelineInvalid(problems=faults), root)


def _keep(unit: Unit, actor: Actor, row: StoredPipeline, text: str, note: str) -> None:
    unit.pipelines.add_version(
        PipelineVersion(
            pipeline_id=row.id,
            number=row.version,
            text=text,
            saved=unit.now,
            saved_by=actor.user_id,
            note=note,
        )
    )


def pipeline_for(
    unit: Unit, actor: Actor, pipeline_id: str, permission: Permission
) -> StoredPipeline:
    """A pipeline, for who has this permission in its project."""
    row = unit.pipelines.get(pipeline_id)
    must(unit, actor, permission, row.project_id, noun="pipeline")
    return row


def _refuse_taken(unit: Unit, project_id: str, name: str, but: str | None = None) -> None:
    other = unit.pipelines.named(project_id, name)
    if other is not None and other.id != but:
        raise Conflict(
            f"there is a pipeline {name!r} in this project already",
            hint="give it another name, or change that one",
        )


def _note(actor: Actor, action: str, row: StoredPipeline) -> Note:
    return actor.note(
        action,
        f"pipeline:{row.id}",
        project_id=row.project_id,
        name=row.name,
        version=row.version,
    )


def _listed(row: StoredPipeline) -> dict[str, Any]:
    names = ("id", "project_id", "name", "steps", "created", "updated", "version")
    return {name: getattr(row, name) for name in names}


def _told(row: StoredPipeline, text: str) -> PipelineTold:
    told = _listed(row) | {"yaml": text, "definition": _document(text)}
    return PipelineTold.model_validate(told)


def _document(text: str) -> dict[str, Any]:
    data = read_yaml(text, file="pipeline").data
    return data if isinstance(data, dict) else {}
