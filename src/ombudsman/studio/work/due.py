"""Which schedules have come due, and what becomes of each?

Every worker looks. Whoever comes first moves the schedule's next time on, in the transaction that asks for the run: so
each time is carried out once, however many look, and none is lost when one of them dies in between. The next time is
always one that is still to come: after a standstill there is one run, or none, and never a pile.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ombudsman.model.errors import NotAllowed, OmbudsmanError
from ombudsman.studio.cron import Cron
from ombudsman.studio.errors import place_of
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.runs import Schedule
from ombudsman.studio.persistence.schedules import Outcome
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.services.runs import enqueued
from ombudsman.studio.work.keeper import Check

LOOK_EVERY_S = 2.0
"""How often a worker looks."""

MISSED_AFTER = dt.timedelta(minutes=5)
"""So late a time may be carried out and still count as that time."""

_MOST = 500

logger = logging.getLogger(__name__)


def run_due(store: Store, check: Check) -> int:
    """Carries out what is due; how many runs were asked for.

    Args:
        store: where the schedules are.
        check: refuses an owner who may no longer run pipelines of the project.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    with store.reading() as unit:
        due = unit.schedules.due(unit.now, most=_MOST)
    asked_for = 0
    for schedule_id, at in due:
        try:
            with store.writing() as unit:
                outcome = _carried_out(unit, schedule_id, at, check)
        except OmbudsmanError as error:  # undone as a whole, and tried again at the next look
            logger.warning("schedule %s could not be carried out: %s", schedule_id, error.message)
            continue
        except Exception as error:  # noqa: BLE001 - one schedule that breaks must not keep those after it from running
            told = "schedule %s broke with a %s at %s"
            logger.error(told, schedule_id, type(error).__name__, place_of(error))  # noqa: TRY400 - its words may hold values
            continue
        if outcome is not None:
            logger.info("schedule %s was due: %s", schedule_id, outcome.value)
        asked_for += outcome is Outcome.RUN
    return asked_for


def _carried_out(unit: Unit, schedule_id: str, due: dt.datetime, check: Check) -> Outcome | None:
    """What became of the time; None when another worker had it."""
    row = unit.schedules.find(schedule_id)
    if row is None:
        return None
    cron = Cron.known(row.cron, row.time_zone)
    next_at = cron.after(max(unit.now, due)) if cron is not None else None
    if not unit.schedules.claim(row, due=due, now=unit.now, next_at=next_at):
        return None
    if cron is None:
        return _disabled(unit, row, "its cron expression or its time zone is known no more")
    try:
        check(unit, row.project_id, row.owner_id)
    except NotAllowed:
        return _disabled(unit, row, "its owner may no longer run pipelines of this project")
    outcome = _outcome(unit, row, cron)
    unit.schedules.tell(row.id, outcome)
    if outcome is Outcome.RUN:
        _ask_for_run(unit, row)
    return outcome


def _outcome(unit: Unit, row: Schedule, cron: Cron) -> Outcome:
    lately = cron.after(unit.now - MISSED_AFTER)
    is_in_time = lately is not None and lately <= unit.now
    if row.missed == "skip" and not is_in_time:
        return Outcome.MISSED
    return Outcome.STILL_RUNNING if unit.schedules.has_open_run(row.id) else Outcome.RUN


def _ask_for_run(unit: Unit, row: Schedule) -> None:
    pipeline = unit.pipelines.get(row.pipeline_id)
    run = enqueued(unit, row.owner_id, pipeline, only=(), trigger="schedule", schedule_id=row.id)
    unit.note(
        Note(
            action="run.execute",
            resource=f"run:{run.id}",
            actor_id=row.owner_id,
            actor_name=unit.accounts.get(row.owner_id).username,
            address="schedule",
            project_id=row.project_id,
            details={"name": pipeline.name, "schedule": row.id},
        )
    )


def _disabled(unit: Unit, row: Schedule, because: str) -> Outcome:
    unit.schedules.disable(row.id, because, now=unit.now)
    unit.note(
        Note(
            action="schedule.disable",
            resource=f"schedule:{row.id}",
            address="schedule",
            project_id=row.project_id,
            details={"because": because},
        )
    )
    return Outcome.DISABLED


@dataclass
class EverySoOften:
    """Does something when it is called, but no more often than every so many seconds; what goes wrong is logged.

    Attributes:
        deed: what is to be done.
        every_s: in seconds.
    """

    deed: Callable[[], object]
    every_s: float = LOOK_EVERY_S
    _done: float = field(default=float("-inf"))

    def __call__(self) -> None:
        """Does it, if it is time."""
        now = time.monotonic()
        if now - self._done < self.every_s:
            return
        self._done = now
        try:
            self.deed()
        except OmbudsmanError as error:
            logger.warning("schedules could not be looked at: %s", error.message)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the worker; its words may hold values
            logger.error("looking at schedules broke: %s", type(error).__name__)  # noqa: TRY400
