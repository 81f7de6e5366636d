"""Workloads of projects, and their patterns."""

from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import delete, insert, select

from ombudsman.studio.persistence.entities.workloads import StoredPattern, StoredWorkload
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts, page_of
from ombudsman.studio.persistence.rows import Rows, containing

READING, READY, FAILED = "reading", "ready", "failed"
_AT_ONCE = 500


class Workloads(Rows[StoredWorkload]):
    """The workloads."""

    entity = StoredWorkload
    noun = "workload"
    sorts: ClassVar[Sorts] = {"created": StoredWorkload.created, "name": StoredWorkload.name}

    def listed(self, project_id: str, asked: PageRequest) -> PageOf[StoredWorkload]:
        """One page of a project's workloads."""
        found = select(StoredWorkload).where(
            StoredWorkload.project_id == project_id, containing(StoredWorkload.name, asked.q)
        )
        return self.page(found, asked)

    def put_patterns(self, workload_id: str, rows: Iterable[dict[str, Any]]) -> None:
        """Writes the patterns in place of those that were there."""
        self.session.execute(delete(StoredPattern).where(StoredPattern.workload_id == workload_id))
        waiting = [{"workload_id": workload_id} | row for row in rows]
        for start in range(0, len(waiting), _AT_ONCE):
            self.session.execute(insert(StoredPattern), waiting[start : start + _AT_ONCE])

    def patterns(
        self, workload_id: str, asked: PageRequest, *, kind: str | None, trouble: str | None
    ) -> PageOf[StoredPattern]:
        """One page of a workload's patterns, the heaviest first unless asked otherwise."""
        found = select(StoredPattern).where(
            StoredPattern.workload_id == workload_id, containing(StoredPattern.text, asked.q)
        )
        if kind is not None:
            found = found.where(StoredPattern.kind == kind)
        if trouble is not None:
            found = found.where(StoredPattern.trouble == trouble)
        return page_of(
            self.session,
            found,
            asked,
            sorts=_PATTERN_SORTS,
            by_default="position",
            unique=StoredPattern.position,
        )


_PATTERN_SORTS: Sorts = {
    "position": StoredPattern.position,
    "executions": StoredPattern.executions,
    "duration_ms": StoredPattern.duration_ms,
    "reads": StoredPattern.reads,
}
