"""What is old goes, with its files; what is pinned, under way, or the last of its kind stays."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from tests.studio.conftest import Clock, opened
from tests.studio.people import Studio
from tests.studio.work.queued import project_of

from ombudsman.studio.kept_rows import owner_file
from ombudsman.studio.persistence.entities.projects import StoredPipeline
from ombudsman.studio.persistence.entities.runs import RunEvent, RunStep, StepResult, StoredRun
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.runs import as_pending
from ombudsman.studio.retention import forget_rows, forget_runs
from ombudsman.studio.security.roles import Role
from ombudsman.studio.upkeep import sweep


def ages(
    studio: Studio, told: str, name: str = "two", *, pipeline: bool = True
) -> Mapping[str, str]:
    """Runs of a new project as `told` has them, the oldest first: status, age in days, `!` for pinned."""
    now = studio.clock()
    with studio.on.store.writing() as unit:
        project_id, user_id = project_of(unit, name)
        row = unit.pipelines.add(
            StoredPipeline(project_id=project_id, name=name, steps=1, created=now, updated=now)
        )
        ids = {}
        for word in told.split():
            status, days = word.rstrip("!").split(":")
            run = unit.runs.enqueue(
                StoredRun(
                    project_id=project_id,
                    pipeline_id=row.id if pipeline else None,
                    pipeline_name=name,
                    pipeline_version=1,
                    trigger="person",
                    started_by=user_id,
                    text="",
                    only=[],
                    created=now,
                )
            )
            run.status, run.pinned = status, word.endswith("!")
            is_open = status in {"queued", "running"}
            run.finished = None if is_open else now - dt.timedelta(days=int(days))
            file = studio.on.settings.data_folder / "results" / run.id / "0000-1.parquet"
            file.parent.mkdir(parents=True)
            file.write_bytes(b"rows")
            unit.session.add(as_pending(run.id, 0, step_id="s", validator="v", table="t"))
            unit.session.flush()
            unit.session.add(
                StepResult(run_id=run.id, position=0, document={}, rows_file=str(file), digest="")
            )
            unit.session.add(RunEvent(run_id=run.id, number=1, at=now, kind="x", document={}))
            ids[word] = run.id
    return ids


def left(studio: Studio, ids: Mapping[str, str]) -> str:
    """Which of the runs are there still."""
    with studio.on.store.reading() as unit:
        there = set(unit.session.scalars(select(StoredRun.id)))
    return " ".join(word for word, run_id in ids.items() if run_id in there)


def with_files(studio: Studio, ids: Mapping[str, str]) -> str:
    """Of which runs there are files of rows still: told by the store, and lying there."""
    with studio.on.store.reading() as unit:
        told = {r.run_id for r in unit.session.scalars(select(StepResult)) if r.rows_file}
    lying = {each.name for each in (studio.on.settings.data_folder / "results").iterdir()}
    assert told == lying & set(ids.values())
    return " ".join(word for word, run_id in ids.items() if run_id in told)


CASES = {
    "by their age": ("passed:91 failed:89 passed:1", "failed:89 passed:1"),
    "the last stays": ("passed:300 passed:200 passed:100", "passed:100"),
    "the only one stays": ("passed:100", "passed:100"),
    "the last verdict stays, and the last of all": (
        "passed:300 failed:200 errored:150 cancelled:100",
        "failed:200 cancelled:100",
    ),
    "a pinned one stays": ("passed:300! passed:200 passed:1", "passed:300! passed:1"),
    "what is not over stays": (
        "running:300 queued:300 passed:2 passed:1",
        "running:300 queued:300 passed:2 passed:1",
    ),
    "what goes on is nobody's last": (
        "passed:300 passed:200 running:0",
        "passed:200 running:0",
    ),
    "what waits is nobody's last": ("passed:300 queued:0", "passed:300 queued:0"),
}
"""By name: runs, and which of them stay."""


def test_which_runs_go(any_studio: Studio) -> None:
    made = {name: ages(any_studio, told, name) for name, (told, _) in CASES.items()}
    gone = {
        name: len(told.split()) - len(stay.split())
        for name, (told, stay) in CASES.items()
        if told != stay
    }
    assert forget_runs(any_studio.on) == sum(gone.values())
    stayed = {name: left(any_studio, ids) for name, ids in made.items()}
    assert stayed == {name: stay for name, (_, stay) in CASES.items()}
    assert forget_runs(any_studio.on) == 0
    with any_studio.on.store.reading() as unit:
        there = set(unit.session.scalars(select(StoredRun.id)))
        for entity in (RunStep, StepResult, RunEvent):
            assert set(unit.session.scalars(select(entity.run_id))) == there
        entries = unit.audit.listed(PageRequest()).items
        assert {each.action for each in entries} == {"run.forget"}
        assert {each.details["older_than_days"] for each in entries} == {90}
        assert sorted(each.details["runs"] for each in entries) == sorted(gone.values())
        assert unit.audit.first_broken() is None
    results = any_studio.on.settings.data_folder / "results"
    assert {each.name for each in results.iterdir()} == there


def test_nothing_of_a_run_that_went_is_left_in_the_file_of_the_store(studio: Studio) -> None:
    ids = ages(studio, "passed:300 passed:1")
    planted = "a value that is somebody's own"
    with studio.on.store.writing() as unit:
        for run_id in ids.values():
            result = unit.runs.result(run_id, 0)
            assert result is not None
            result.document = {"sample": [f"{planted} {run_id}"] * 500}
    forget_runs(studio.on)
    files = [each.read_bytes() for each in studio.on.settings.data_folder.glob("studio.db*")]
    found = {
        word
        for word, run_id in ids.items()
        if any(f"{planted} {run_id}".encode() in each for each in files)
    }
    assert found == {"passed:1"}


def test_of_a_pipeline_that_is_gone_the_number_alone_is_kept(studio: Studio) -> None:
    ids = ages(studio, "passed:300 passed:200 passed:100", pipeline=False)
    forget_runs(studio.on)
    assert left(studio, ids) == "passed:100"


def test_each_project_is_told_what_went(studio: Studio) -> None:
    for name in ("one", "other"):
        ages(studio, "passed:300 passed:200 passed:1", name)
    assert forget_runs(studio.on) == 4
    with studio.on.store.reading() as unit:
        entries = unit.audit.listed(PageRequest()).items
    assert len({entry.project_id for entry in entries}) == 2
    assert [entry.details["runs"] for entry in entries] == [2, 2]


def test_more_than_go_at_once_go_as_well(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ombudsman.studio.retention._AT_ONCE", 2)
    ids = ages(studio, " ".join(f"passed:{days}" for days in range(120, 112, -1)))
    assert forget_runs(studio.on) == 7
    assert left(studio, ids) == "passed:113"


def test_files_of_rows_go_before_their_runs(any_studio: Studio) -> None:
    ids = ages(any_studio, "passed:80! running:0 failed:31 passed:29 errored:40")
    assert forget_rows(any_studio.on) == 2
    assert left(any_studio, ids) == " ".join(ids)
    assert with_files(any_studio, ids) == "passed:80! running:0 passed:29"
    assert forget_rows(any_studio.on) == 0
    with any_studio.on.store.reading() as unit:
        (entry,) = unit.audit.listed(PageRequest()).items
    assert (entry.action, entry.details) == ("rows.forget", {"runs": 2, "older_than_days": 30})


def test_files_that_are_gone_already_are_no_hindrance(studio: Studio) -> None:
    ids = ages(studio, "passed:300 passed:1")
    folder = studio.on.settings.data_folder / "results" / ids["passed:300"]
    (folder / "0000-1.parquet").unlink()
    folder.rmdir()
    assert forget_runs(studio.on) == 1


def test_upkeep_forgets_what_the_settings_say(tmp_path: Path, clock: Clock) -> None:
    on = opened(tmp_path / "data", clock, ovs_runs_kept_days=10, ovs_rows_kept_days=5)
    studio = Studio(on, None, None, clock)  # type: ignore[arg-type]
    ids = ages(studio, "passed:12 passed:9 passed:6 passed:4")
    sweep(on)
    assert left(studio, ids) == "passed:9 passed:6 passed:4"
    assert with_files(studio, ids) == "passed:4"
    on.close()


def test_a_store_that_a_slip_leads_to_takes_no_rows_of_another(
    tmp_path: Path, clock: Clock
) -> None:
    on = opened(tmp_path / "data", clock)
    studio = Studio(on, None, None, clock)  # type: ignore[arg-type]
    ids = ages(studio, "passed:3 failed:2")
    sweep(on)
    other = opened(tmp_path / "data", clock, make_url(f"sqlite:///{tmp_path / 'other.db'}"))
    sweep(other)
    assert with_files(studio, ids) == "passed:3 failed:2"
    owner_file(tmp_path / "data").unlink()
    sweep(other)
    other.close()
    on.close()
    assert not list((tmp_path / "data" / "results").iterdir())


def test_whoever_may_run_may_pin(studio: Studio) -> None:
    team = studio.new_project()
    for name in "ab":
        settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
        body = {"project_id": team.project_id, "name": name, "settings": settings}
        assert team.owner.post("/connections", body).status_code == 201
    text = "name: p\nsource: a\ntarget: b\nsteps:\n  - {id: c, validator: validate_record_counts, table: t.t}\n"
    pipeline = team.editor.post("/pipelines/", {"project_id": team.project_id, "yaml": text})
    run = team.runner.post(f"/pipelines/{pipeline.json()['id']}/execute", {}).json()
    assert run["pinned"] is False
    path = f"/execution/pin/{run['id']}"
    assert team.members[Role.VIEWER].put(path, {"pinned": True}).status_code == 403
    for pinned in (True, True, False):
        assert team.runner.put(path, {"pinned": pinned}).json()["pinned"] is pinned
        read = team.viewer.get(f"/execution/results/{run['id']}").json()
        assert read["pinned"] is pinned
    assert team.runner.put(path, {"pinned": None}).status_code == 422
    assert [each.action for each in studio.audited()][-3:] == ["run.pin", "run.pin", "run.unpin"]
