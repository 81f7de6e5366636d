"""Schedules through the API: made, read, changed, removed; and through to the run that one of them asks for."""

import datetime as dt
import time
from typing import Any

import pytest
from tests.studio.conftest import Clock
from tests.studio.people import Studio, Team
from tests.studio.test_runs import awaited, with_databases
from tests.studio.work.queued import TEXT

from ombudsman.studio.security.roles import Role
from ombudsman.studio.work.due import run_due
from ombudsman.studio.work.embedded import still_allowed

NIGHT = dt.datetime(2026, 3, 28, 1, 20, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Clock:
    """Twenty past two in Berlin, in the night before the one that leaves an hour out."""
    return Clock(NIGHT)


@pytest.fixture
def project(studio: Studio) -> Team:
    """A project with two connections, behind which there is nothing."""
    team = studio.new_project()
    for name in ("source", "target"):
        settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
        body = {"project_id": team.project_id, "name": name, "settings": settings}
        assert team.steward.post("/connections", body).status_code == 201
    return team


def saved(team: Team, text: str = TEXT) -> str:
    made = team.editor.post("/pipelines/", {"project_id": team.project_id, "yaml": text})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def at(team: Team, *parts: str) -> str:
    return "/".join((f"/projects/{team.project_id}/schedules", *parts))


def made(team: Team, who: Role = Role.EDITOR, **given: Any) -> dict[str, Any]:
    body = {"cron": "30  2 * * *", "time_zone": "Europe/Berlin"} | given
    body.setdefault("pipeline_id", saved(team))
    answer = team.members[who].post(at(team), body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_schedule_tells_the_next_five_times_by_its_own_clock(project: Team) -> None:
    told = made(project)
    assert (told["cron"], told["words"]) == ("30 2 * * *", "At 02:30 every day")
    assert told["next_times"] == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
        "2026-03-31T02:30:00+02:00",
        "2026-04-01T02:30:00+02:00",
    ]
    assert (told["next_at"], told["last_at"], told["last_run"]) == (
        *("2026-03-28T01:30:00Z", None),
        None,
    )
    assert (told["owner_name"], told["pipeline_name"]) == (project.editor.name, "two")
    assert (told["missed"], told["enabled"], told["version"]) == ("once", True, 1)
    read = project.viewer.get(at(project, told["id"]))
    assert (read.json(), read.headers["ETag"]) == (told, '"1"')
    listed = project.viewer.get(at(project)).json()
    assert (listed["items"], listed["total"]) == ([told], 1)
    assert project.viewer.get(at(project), params={"q": "TW"}).json()["total"] == 1
    assert project.viewer.get(at(project), params={"q": "x"}).json()["total"] == 0


def test_times_can_be_looked_at_before_they_are_saved(project: Team) -> None:
    told = project.viewer.post(at(project, "check"), {"cron": "0 9 * * mon"})
    assert told.json()["words"] == "At 09:00 on Monday"
    assert told.json()["next_times"][0] == "2026-03-30T09:00:00Z"
    assert project.viewer.get(at(project)).json()["total"] == 0


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"cron": "61 * * * *"}, "/cron"),
        ({"cron": "* * * * * *"}, "/cron"),
        ({"cron": "0\u00000 * * *"}, "/cron"),
        ({"time_zone": "Europe/Berlim"}, "/time_zone"),
        ({"time_zone": "Europe/\u0000"}, "/time_zone"),
        ({"missed": "all"}, "/missed"),
        ({"next_at": "2026-01-01T00:00:00Z"}, "/next_at"),
        ({"owner_id": "0" * 26}, "/owner_id"),
    ],
)
def test_what_cannot_be_used_is_pointed_at(
    project: Team, given: dict[str, str], pointer: str
) -> None:
    body = {"pipeline_id": saved(project), "cron": "30 2 * * *"} | given
    answer = project.editor.post(at(project), body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_what_is_another_projects_is_not_there(project: Team, studio: Studio) -> None:
    schedule = made(project)
    others = studio.new_project()  # of the same people: they may see both, and each in its place
    path = f"/projects/{others.project_id}/schedules"
    body = {"pipeline_id": schedule["pipeline_id"], "cron": "0 0 * * *"}
    for answer in (
        others.editor.post(path, body),
        others.editor.get(f"{path}/{schedule['id']}"),
        others.editor.put(f"{path}/{schedule['id']}", {"cron": "0 0 * * *"}, version=1),
        others.editor.delete(f"{path}/{schedule['id']}", version=1),
    ):
        assert answer.status_code == 404
    assert project.editor.get(at(project, schedule["id"])).status_code == 200


def test_whoever_changes_it_owns_it_from_then_on(project: Team, clock: Clock) -> None:
    told = made(project)
    clock.forward(minutes=1)
    path = at(project, told["id"])
    missing = project.owner.put(path, {"cron": "0 3 * * *"})
    assert missing.status_code == 428
    changed = project.owner.put(path, {"cron": "0 3 * * *", "missed": "skip"}, version=1)
    assert changed.status_code == 200, changed.text
    assert changed.json()["owner_id"] == project.owner.id
    assert (changed.json()["version"], changed.json()["missed"]) == (2, "skip")
    assert changed.json()["next_at"] == "2026-03-28T03:00:00Z"
    assert project.editor.put(path, {"cron": "0 4 * * *"}, version=1).status_code == 412
    off = project.editor.put(path, {"cron": "0 3 * * *", "enabled": False}, version=2).json()
    assert (off["enabled"], off["next_at"], len(off["next_times"])) == (False, None, 5)
    assert project.editor.delete(path, version=3).status_code == 204
    assert project.editor.get(path).status_code == 404


def test_a_token_that_may_only_write_cannot_have_something_run(project: Team) -> None:
    pipeline_id = saved(project)
    for scopes, status in ((["write"], 403), (["write", "execute"], 201)):
        token = project.editor.post("/auth/tokens", {"name": "t", "scopes": scopes}).json()
        headers = {"Authorization": f"Bearer {token['token']}"}
        body = {"pipeline_id": pipeline_id, "cron": "0 0 * * *"}
        assert project.editor.post(at(project), body, headers=headers).status_code == status


def test_the_same_request_sent_twice_is_one_schedule(project: Team) -> None:
    body = {"pipeline_id": saved(project), "cron": "0 0 * * *"}
    ids = {
        project.editor.post(at(project), body, headers={"Idempotency-Key": "k"}).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 1
    assert project.editor.get(at(project)).json()["total"] == 1


def test_a_change_between_two_times_has_none_run_twice(
    project: Team, studio: Studio, clock: Clock
) -> None:
    told = made(project)
    clock.forward(minutes=10)
    assert run_due(studio.on.store, still_allowed) == 1
    clock.forward(seconds=-3)  # a server whose clock is behind the worker's
    same = {"cron": told["cron"], "time_zone": told["time_zone"]}
    changed = project.editor.put(at(project, told["id"]), same, version=1).json()
    assert changed["next_at"] == "2026-03-29T01:00:00Z"


def test_what_the_studio_disabled_can_be_enabled_by_who_may(
    project: Team, studio: Studio, clock: Clock
) -> None:
    told = made(project)
    with studio.on.store.writing() as unit:
        member = unit.projects.membership(project.project_id, project.editor.id)
        assert member is not None
        unit.projects.remove_member(member)
    clock.forward(minutes=10)
    assert run_due(studio.on.store, still_allowed) == 0
    read = project.viewer.get(at(project, told["id"])).json()
    assert (read["enabled"], read["last_outcome"]) == (False, "disabled")
    assert read["disabled_because"] == "its owner may no longer run pipelines of this project"
    same = {"cron": told["cron"], "time_zone": told["time_zone"]}
    again = project.owner.put(at(project, told["id"]), same, version=read["version"]).json()
    assert (again["enabled"], again["disabled_because"]) == (True, None)


def test_a_pipeline_that_goes_takes_its_schedules_along(project: Team) -> None:
    told = made(project)
    gone = project.editor.delete(f"/pipelines/{told['pipeline_id']}", version=1)
    assert gone.status_code == 204
    assert project.viewer.get(at(project)).json()["total"] == 0


def test_a_worker_carries_it_out_and_the_run_says_who_asked(
    working_studio: Studio, clock: Clock
) -> None:
    team = with_databases(working_studio)
    told = made(team, cron="30 2 * * *")
    clock.forward(minutes=10)
    ends = time.monotonic() + 30
    while (run := team.viewer.get(at(team, told["id"])).json()["last_run"]) is None:
        assert time.monotonic() < ends
        time.sleep(0.05)
    over = awaited(team.viewer, run["id"])
    assert (over["status"], over["trigger"], over["schedule_id"]) == (
        *("failed", "schedule"),
        told["id"],
    )
    assert over["started_by"] == team.editor.id
    read = team.viewer.get(at(team, told["id"])).json()
    assert (read["last_outcome"], read["last_run"]["status"]) == ("run", "failed")
    assert team.editor.delete(at(team, told["id"]), version=1).status_code == 204
    assert team.viewer.get(f"/execution/results/{run['id']}").json()["schedule_id"] is None
