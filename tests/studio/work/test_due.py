"""What has come due is carried out: once, by whoever comes first, with its owner's rights, and never as a pile."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import URL, select
from tests.studio.conftest import AUDIT_KEY, Clock
from tests.studio.work.queued import TEXT, project_of

from ombudsman.model.pipeline import RunStatus
from ombudsman.studio.errors import StoreUnavailable
from ombudsman.studio.persistence.entities.projects import PipelineVersion, StoredPipeline
from ombudsman.studio.persistence.entities.runs import Schedule, StoredRun
from ombudsman.studio.persistence.entities.users import Membership
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.runs import Runs
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.work.due import EverySoOften, run_due
from ombudsman.studio.work.embedded import still_allowed

NIGHT = dt.datetime(2026, 11, 25, 2, 30, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Clock:
    """The evening before."""
    return Clock(dt.datetime(2026, 11, 24, 20, 0, tzinfo=dt.UTC))


def scheduled(store: Store, number: int = 1, **more: object) -> list[str]:
    """So many schedules of a new project's pipeline, due at half past two each night; their ids."""
    with store.writing() as unit:
        project_id, user_id = project_of(unit)
        unit.projects.put_member(
            Membership(project_id=project_id, user_id=user_id, role="runner", created=unit.now)
        )
        times = {"created": unit.now, "updated": unit.now}
        pipeline = unit.pipelines.add(
            StoredPipeline(project_id=project_id, name="two", steps=4, **times)
        )
        unit.pipelines.add_version(
            PipelineVersion(
                pipeline_id=pipeline.id, number=1, text=TEXT, saved=unit.now, saved_by=user_id
            )
        )
        told = {"cron": "30 2 * * *", "time_zone": "UTC", "missed": "once", "enabled": True}
        told |= {"next_at": NIGHT} | times | more
        return [
            unit.schedules.add(
                Schedule(project_id=project_id, pipeline_id=pipeline.id, owner_id=user_id, **told)
            ).id
            for _ in range(number)
        ]


def runs(store: Store) -> list[StoredRun]:
    with store.reading() as unit:
        return list(unit.session.scalars(select(StoredRun).order_by(StoredRun.number)))


def schedule(store: Store, schedule_id: str) -> Schedule:
    with store.reading() as unit:
        return unit.schedules.get(schedule_id)


def notes(store: Store) -> list[tuple[str, str]]:
    with store.reading() as unit:
        entries = unit.audit.listed(PageRequest(limit=100)).items
        return [(entry.action, entry.actor_name) for entry in reversed(entries)]


def end(store: Store, run_id: str) -> None:
    with store.writing() as unit:
        lease = unit.runs.take(run_id, worker="w", lease_s=60)
        assert lease is not None
        unit.runs.end(lease, RunStatus.PASSED, summary=None, problem=None)


def test_a_run_is_asked_for_when_it_is_due_and_not_before(store: Store, clock: Clock) -> None:
    (schedule_id,) = scheduled(store)
    clock.now = NIGHT - dt.timedelta(seconds=1)
    assert run_due(store, still_allowed) == 0
    clock.now = NIGHT
    assert run_due(store, still_allowed) == 1
    assert run_due(store, still_allowed) == 0
    (run,) = runs(store)
    row = schedule(store, schedule_id)
    assert (run.status, run.trigger, run.schedule_id) == ("queued", "schedule", schedule_id)
    assert (run.started_by, run.text, run.only) == (row.owner_id, TEXT, [])
    assert (row.last_outcome, row.last_at) == ("run", NIGHT)
    assert row.next_at == NIGHT + dt.timedelta(days=1)
    assert row.version == 1, "who edits it meanwhile is not disturbed"
    assert notes(store) == [("run.execute", "two")]


def test_of_many_workers_one_asks_for_the_run(store_url: URL, store: Store, clock: Clock) -> None:
    schedules = scheduled(store, 5)
    clock.now = NIGHT
    stores = [Store(store_url, audit_key=AUDIT_KEY, clock=clock) for _ in range(6)]

    def looks(own: Store) -> int:
        asked_for = 0
        for _ in range(6):  # a look that was in another's way is made again, as a worker does
            asked_for += run_due(own, still_allowed)
        return asked_for

    try:
        with ThreadPoolExecutor(len(stores)) as pool:
            assert sum(pool.map(looks, stores)) == 5
    finally:
        for each in stores:
            each.close()
    assert sorted(run.schedule_id or "" for run in runs(store)) == sorted(schedules)
    assert {schedule(store, each).last_outcome for each in schedules} == {"run"}, (
        "nobody came a second time, not even to find the run under way"
    )
    with store.reading() as unit:
        assert unit.audit.first_broken() is None


def test_a_worker_that_dies_before_its_commit_loses_no_time(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled(store)
    clock.now = NIGHT

    def dies(_runs: Runs, _run: StoredRun) -> StoredRun:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Runs, "enqueue", dies)
        assert run_due(store, still_allowed) == 0
    assert runs(store) == []
    assert run_due(store, still_allowed) == 1


@pytest.mark.parametrize(
    ("missed", "late", "outcome", "number"),
    [
        ("once", dt.timedelta(days=3, hours=5), "run", 1),
        ("skip", dt.timedelta(days=3, hours=5), "missed", 0),
        ("skip", dt.timedelta(minutes=4), "run", 1),
        ("skip", dt.timedelta(days=3, minutes=2), "run", 1),
    ],
    ids=["made up for once", "let be", "a little late is in time", "of many the last is in time"],
)
def test_a_standstill_leaves_no_pile(
    store: Store, clock: Clock, missed: str, late: dt.timedelta, outcome: str, number: int
) -> None:
    (schedule_id,) = scheduled(store, missed=missed)
    clock.now = NIGHT + late
    for _ in range(3):
        run_due(store, still_allowed)
    assert len(runs(store)) == number
    row = schedule(store, schedule_id)
    assert row.last_outcome == outcome
    assert row.next_at is not None
    assert clock.now < row.next_at <= clock.now + dt.timedelta(days=1)


def test_no_second_run_while_the_one_before_goes_on(store: Store, clock: Clock) -> None:
    (schedule_id,) = scheduled(store)
    clock.now = NIGHT
    run_due(store, still_allowed)
    clock.forward(days=1)
    assert run_due(store, still_allowed) == 0
    assert schedule(store, schedule_id).last_outcome == "still_running"
    end(store, runs(store)[0].id)
    assert run_due(store, still_allowed) == 0, "what was skipped is not made up for"
    clock.forward(days=1)
    assert run_due(store, still_allowed) == 1
    assert schedule(store, schedule_id).last_outcome == "run"


def leaves(unit: Unit, row: Schedule) -> None:
    member = unit.projects.membership(row.project_id, row.owner_id)
    assert member is not None
    unit.projects.remove_member(member)


def only_looks(unit: Unit, row: Schedule) -> None:
    member = unit.projects.membership(row.project_id, row.owner_id)
    assert member is not None
    member.role = "viewer"


def is_disabled(unit: Unit, row: Schedule) -> None:
    unit.accounts.get(row.owner_id).disabled = True


@pytest.mark.parametrize("what", [leaves, only_looks, is_disabled])
def test_an_owner_who_lost_the_right_has_no_run_and_the_schedule_says_why(
    store: Store, clock: Clock, what: Callable[[Unit, Schedule], None]
) -> None:
    (schedule_id,) = scheduled(store)
    with store.writing() as unit:
        what(unit, unit.schedules.get(schedule_id))
    clock.now = NIGHT
    for _ in range(2):
        assert run_due(store, still_allowed) == 0
    row = schedule(store, schedule_id)
    assert (row.enabled, row.next_at, row.version) == (False, None, 2)
    assert row.disabled_because == "its owner may no longer run pipelines of this project"
    assert runs(store) == []
    assert notes(store) == [("schedule.disable", "")]


def test_a_time_zone_that_is_known_no_more_disables_it(store: Store, clock: Clock) -> None:
    (schedule_id,) = scheduled(store, time_zone="Europe/Atlantis")
    clock.now = NIGHT
    assert run_due(store, still_allowed) == 0
    assert schedule(store, schedule_id).disabled_because is not None


def test_what_is_disabled_is_not_due(store: Store, clock: Clock) -> None:
    scheduled(store, enabled=False)
    clock.now = NIGHT
    assert run_due(store, still_allowed) == 0


@pytest.mark.parametrize("what", [StoreUnavailable, ValueError])
def test_one_that_cannot_be_carried_out_keeps_no_other_from_it(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture, what: type[Exception]
) -> None:
    first, second = sorted(scheduled(store, 2))  # of one time the smaller id comes first
    clock.now = NIGHT

    def only_once(unit: Unit, project_id: str, user_id: str) -> None:
        if not caplog.messages:
            raise what
        still_allowed(unit, project_id, user_id)

    assert run_due(store, only_once) == 1
    assert [first in message for message in caplog.messages] == [True]
    assert [run.schedule_id for run in runs(store)] == [second]
    assert run_due(store, only_once) == 1


def test_a_clock_that_jumps_back_runs_nothing_twice(store: Store, clock: Clock) -> None:
    scheduled(store)
    clock.now = NIGHT
    run_due(store, still_allowed)
    end(store, runs(store)[0].id)
    clock.now = NIGHT - dt.timedelta(hours=1)
    assert run_due(store, still_allowed) == 0
    clock.now = NIGHT + dt.timedelta(minutes=1)
    assert run_due(store, still_allowed) == 0


def test_a_look_is_taken_every_so_often_and_survives_what_goes_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[int] = []

    def deed() -> None:
        done.append(1)
        raise ValueError("a value that is nobody's business")

    often = EverySoOften(deed, every_s=0)
    seldom = EverySoOften(deed, every_s=3_600)
    for _ in range(3):
        often()
        seldom()
    assert len(done) == 4
    assert "ValueError" in caplog.text
    assert "nobody's business" not in caplog.text
