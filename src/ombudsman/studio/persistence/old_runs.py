"""Which runs, and which files of rows, are old enough to go?

Never those of a run that waits or goes on, and never of one that somebody has pinned. Of each pipeline the last run
that is over stays, and the last that came to a verdict; of each project the newest, for its number counts on.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from ombudsman.model.pipeline import RunStatus
from ombudsman.studio.persistence.entities.runs import StepResult, StoredRun
from ombudsman.studio.persistence.runs import OPEN

_JUDGED = (RunStatus.PASSED.value, RunStatus.FAILED.value)


class OldRuns:
    """Runs that were over before some moment. They are listed project by project, for each project's audit tells it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def runs(self, before: dt.datetime, *, most: int) -> tuple[str, Sequence[str]]:
        """A project and its oldest runs that may go; none when there are no more."""
        return self._of_one_project(_over(before) & _not_last(), most)

    def remove(self, run_ids: Sequence[str], before: dt.datetime) -> Sequence[str]:
        """Removes those of the runs that may go still, with their steps, results and events; which."""
        gone = delete(StoredRun).where(StoredRun.id.in_(run_ids), _over(before) & _not_last())
        return self.session.scalars(
            gone.returning(StoredRun.id).execution_options(synchronize_session=False)
        ).all()

    def with_rows(self, before: dt.datetime, *, most: int) -> tuple[str, Sequence[str]]:
        """A project and its oldest runs whose files of rows may go; none when there are no more."""
        with_rows = select(StepResult.run_id).where(StepResult.rows_file.is_not(None))
        return self._of_one_project(_over(before) & StoredRun.id.in_(with_rows), most)

    def remove_rows(self, run_ids: Sequence[str], before: dt.datetime) -> Sequence[str]:
        """Lets the results of those that may lose them still name no file of rows any more; which."""
        still = select(StoredRun.id).where(StoredRun.id.in_(run_ids), _over(before))
        runs = self.session.scalars(still.with_for_update()).all()
        self.session.execute(
            update(StepResult)
            .where(StepResult.run_id.in_(runs))
            .values(rows_file=None)
            .execution_options(synchronize_session=False)
        )
        return runs

    def _of_one_project(
        self, condition: ColumnElement[bool], most: int
    ) -> tuple[str, Sequence[str]]:
        first = select(StoredRun.project_id).where(condition).limit(1)
        project_id = self.session.scalar(first)
        if project_id is None:
            return "", ()
        found = select(StoredRun.id).where(condition, StoredRun.project_id == project_id)
        return project_id, self.session.scalars(found.order_by(StoredRun.number).limit(most)).all()


def _over(before: dt.datetime) -> ColumnElement[bool]:
    return StoredRun.status.not_in(OPEN) & ~StoredRun.pinned & (StoredRun.finished < before)


def _not_last() -> ColumnElement[bool]:
    later = aliased(StoredRun)
    later_of_project = exists().where(
        later.project_id == StoredRun.project_id, later.number > StoredRun.number
    )
    later_of_pipeline = exists().where(
        later.pipeline_id == StoredRun.pipeline_id,
        later.number > StoredRun.number,
        later.status.not_in(OPEN),
    )
    later_judged = exists().where(
        later.pipeline_id == StoredRun.pipeline_id,
        later.number > StoredRun.number,
        later.status.in_(_JUDGED),
    )
    has_no_pipeline = StoredRun.pipeline_id.is_(None)
    return (
        later_of_project
        & or_(has_no_pipeline, later_of_pipeline)
        & or_(has_no_pipeline, StoredRun.status.not_in(_JUDGED), later_judged)
    )
