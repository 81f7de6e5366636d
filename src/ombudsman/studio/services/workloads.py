"""What is asked of a source: exports of its Query Store (or plan cache, or Extended Events), read and thought about.

Patterns hold no value of a statement; the export itself is gone once it was read.
"""

import datetime as dt
from typing import Any, Literal

from pydantic import Field, TypeAdapter

from ombudsman.mapping.by_name import complete, map_by_name
from ombudsman.model.errors import Conflict
from ombudsman.model.suggestion import Suggestion
from ombudsman.pipeline.generate import generate
from ombudsman.pipeline.generate_text import pipeline_text
from ombudsman.pipeline.generate_wanted import with_wanted
from ombudsman.studio.fields import Given, Id, Name, Page, Told
from ombudsman.studio.persistence.entities.workloads import StoredPattern, StoredWorkload
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.persistence.workloads import FAILED, READING, READY
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.mappings import mapping_of
from ombudsman.studio.services.metadata import catalogue_of, kept_catalogue
from ombudsman.studio.services.service import Actor, Service, must
from ombudsman.validators.registry import catalogue

READING_WITHIN = dt.timedelta(minutes=15)
WAITS_AT_MOST = dt.timedelta(hours=3)
"""As long as the last takes of those that wait, each read as long as it may be."""

Status = Literal["reading", "ready", "failed"]
Kind = Literal["read", "write"]
Trouble = Literal["none", "answers_differ", "will_not_run", "unread"]

_Suggestions = TypeAdapter(list[Suggestion])


class WorkloadListed(Told):
    """An export that was sent; `problem` says why it could not be read."""

    id: Id
    project_id: Id
    connection_id: Id
    name: str
    status: Status
    created: dt.datetime
    read_by: Id
    problem: dict[str, Any] | None


class WorkloadTold(WorkloadListed):
    """A workload: how often, how long, of which tables and columns. None of it holds a value of a statement."""

    summary: dict[str, Any] | None = Field(
        description="As `ombudsman workload analyze --json` writes it, without the patterns; the heaviest of each list."
    )


class PatternTold(Told):
    """Statements that are the same but for their values."""

    position: int = Field(description="The heaviest has 0.")
    pattern_id: str
    kind: Kind
    text: str = Field(description="A question mark for each value.")
    executions: int
    duration_ms: float
    reads: int = Field(description="Pages of 8 KB.")
    trouble: Trouble = Field(description="What becomes of it on Snowflake.")
    about: dict[str, Any]


class SuggestGiven(Given):
    """For which target the checks are wanted that a workload asks for."""

    workload_id: Id
    target: Name


class SuggestionTold(Told):
    """A check that somebody would miss, and why; the greater the weight, the more."""

    validator: str
    table: str
    why: str
    params: dict[str, Any]
    weight: float


class SuggestedPipeline(Told):
    """The checks that a workload asks for, and a whole pipeline with them in it. Nothing was saved."""

    suggestions: list[SuggestionTold]
    yaml: str = Field(description="As `POST /pipelines/` takes it, each step with its reason.")
    notes: list[str]


class Workloads(Service):
    """Workloads."""

    def must_analyze(self, actor: Actor, project_id: str, connection_id: str) -> None:
        """Judges before anything is received.

        Raises:
            NotFound: there is no such connection in this project.
            Conflict: the catalogue of the connection was not read yet.
        """
        with self.on.store.reading() as unit:
            self._connection(unit, actor, project_id, connection_id)

    def begin(
        self, actor: Actor, project_id: str, connection_id: str, *, name: str, size: int
    ) -> WorkloadListed:
        """Writes down that an export is being read."""
        with self.on.store.writing() as unit:
            self._connection(unit, actor, project_id, connection_id)
            row = unit.workloads.add(
                StoredWorkload(
                    project_id=project_id,
                    connection_id=connection_id,
                    read_by=actor.user_id,
                    name=name,
                    status=READING,
                    reading_until=unit.now + WAITS_AT_MOST,
                    created=unit.now,
                )
            )
            unit.note(
                actor.note(
                    "workload.analyze",
                    f"workload:{row.id}",
                    project_id=project_id,
                    name=name,
                    bytes=size,
                )
            )
            return _listed(row, unit.now)

    def listed(self, actor: Actor, project_id: str, asked: PageRequest) -> Page[WorkloadListed]:
        """The workloads of a project, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.WORKLOAD_READ, project_id)
            unit.projects.get(project_id)
            page = unit.workloads.listed(project_id, asked)
            items = [_listed(row, unit.now) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def get(self, actor: Actor, workload_id: str) -> WorkloadTold:
        """A workload."""
        with self.on.store.reading() as unit:
            row = _for(unit, actor, workload_id, Permission.WORKLOAD_READ)
            told = _listed(row, unit.now)
            return WorkloadTold(**told.model_dump(), summary=row.summary)

    def patterns(
        self,
        actor: Actor,
        workload_id: str,
        asked: PageRequest,
        *,
        kind: Kind | None,
        trouble: Trouble | None,
    ) -> Page[PatternTold]:
        """The patterns of a workload, page by page."""
        with self.on.store.reading() as unit:
            row = _for(unit, actor, workload_id, Permission.WORKLOAD_READ)
            page = unit.workloads.patterns(row.id, asked, kind=kind, trouble=trouble)
            items = [_pattern(each) for each in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def suggest(self, actor: Actor, given: SuggestGiven) -> SuggestedPipeline:
        """The checks that the workload asks for, joined to what catalogues and names propose.

        Raises:
            Conflict: the workload is not read yet, or a catalogue was not.
            MappingInvalid: nothing is mapped.
        """
        with self.on.store.reading() as unit:
            row = _for(unit, actor, given.workload_id, Permission.WORKLOAD_READ)
            must(unit, actor, Permission.METADATA_READ, row.project_id, noun="workload")
            if row.status != READY or row.suggestions is None:
                raise Conflict("this workload is not read", pointer="/workload_id")
            connection = unit.connections.get(row.connection_id)
            source = catalogue_of(unit, connection, pointer="/workload_id")
            target = kept_catalogue(unit, row.project_id, "target", given.target)
            written = mapping_of(unit, row.project_id)
            wanted = _Suggestions.validate_python(row.suggestions["items"])
        mapping = map_by_name(source, target).mapping if written is None else written
        whole = complete(mapping, source, target)
        known = catalogue()
        proposed = generate(whole, source, target, validators=known)
        joined = with_wanted(proposed, wanted, whole, source, target, validators=known)
        text = pipeline_text(
            joined.sections,
            name=row.name,
            source=connection.name,
            target=given.target,
            mapping=None,
            notes=joined.notes,
        )
        return SuggestedPipeline(
            suggestions=[_suggestion(each) for each in wanted], yaml=text, notes=list(joined.notes)
        )

    def delete(self, actor: Actor, workload_id: str) -> None:
        """Removes a workload with its patterns."""
        with self.on.store.writing() as unit:
            row = _for(unit, actor, workload_id, Permission.WORKLOAD_WRITE)
            unit.note(
                actor.note(
                    "workload.delete",
                    f"workload:{row.id}",
                    project_id=row.project_id,
                    name=row.name,
                )
            )
            unit.workloads.remove(row)

    def _connection(self, unit: Unit, actor: Actor, project_id: str, connection_id: str) -> None:
        must(unit, actor, Permission.WORKLOAD_WRITE, project_id)
        unit.projects.get(project_id)
        row = unit.connections.get(connection_id)
        if row.project_id != project_id:
            raise no_such("connection")
        catalogue_of(unit, row)


def _for(unit: Unit, actor: Actor, workload_id: str, permission: Permission) -> StoredWorkload:
    row = unit.workloads.get(workload_id)
    must(unit, actor, permission, row.project_id, noun="workload")
    return row


def _listed(row: StoredWorkload, now: dt.datetime) -> WorkloadListed:
    told = {name: getattr(row, name) for name in WorkloadListed.model_fields}
    if row.status == READING and now > row.reading_until:
        message = "the server stopped while it read this export"
        problem = {"code": "lost", "message": message, "hint": "send it again"}
        told |= {"status": FAILED, "problem": problem}
    return WorkloadListed.model_validate(told)


def _pattern(row: StoredPattern) -> PatternTold:
    told = {name: getattr(row, name) for name in PatternTold.model_fields if name != "about"}
    return PatternTold.model_validate(told | {"about": row.document})


def _suggestion(each: Suggestion) -> SuggestionTold:
    return SuggestionTold(
        validator=each.validator,
        table=str(each.table),
        why=each.why,
        params=dict(each.params),
        weight=each.weight,
    )
