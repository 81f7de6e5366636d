"""The record of a run: whole files, read back as they were, and robust against what happens to files."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ombudsman.model.errors import NotFound, PipelineInvalid, SettingsError
from ombudsman.model.pipeline import Pipeline, Run, RunStatus, Step, StepRun, StepStatus
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.record import RunRecord
from ombudsman.render.results_json import step_results

NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
STEPS = tuple(
    Step(
        id=step_id,
        validator="validate_metric_sums",
        table=TableRef.parse("Sales.Orders"),
        params={
            "columns": ["Amount"],
            "tolerance": {"absolute": Decimal("0.10000000000000000001")},
        },
    )
    for step_id in ("a", "b", "c")
)
PIPELINE = Pipeline(name="shop", source="old", target="new", steps=STEPS)
FIGURE = Figure(
    name="sum",
    column="Amount",
    key=(dt.date(2024, 1, 1), 2**63, b"\x00\xff", None),
    source=Decimal("1.10"),
    target=float("nan"),
)
FAILED = Result(figures=[FIGURE], findings=[FIGURE.finding(Kind.AGGREGATE_DIFFERS)])


def finished(step: Step, status: StepStatus = StepStatus.PASSED) -> StepRun:
    results = {StepStatus.PASSED: Result(figures=[Figure(name="rows", source=1, target=1)])}
    results[StepStatus.FAILED] = FAILED
    problem = {"code": "timed_out", "message": "it took too long"}
    return StepRun.model_validate(
        {
            "step": step,
            "status": status,
            "finished": NOON,
            "result": results.get(status),
            "problem": problem if status is StepStatus.ERRORED else None,
        }
    )


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """A run of which step a passed, step b failed, and step c errored."""
    begun = RunRecord.begin(tmp_path, PIPELINE, now=NOON)
    statuses = (StepStatus.PASSED, StepStatus.FAILED, StepStatus.ERRORED)
    for step, status in zip(STEPS, statuses, strict=True):
        begun.write_step(finished(step, status))
    return begun


def end(record: RunRecord, status: RunStatus) -> None:
    header = record.header
    record.end(Run(id=header.id, pipeline=PIPELINE, status=status, started=NOON, finished=NOON))


def again(tmp_path: Path) -> RunRecord:
    return RunRecord.latest_unfinished(tmp_path, PIPELINE)


def test_what_was_judged_comes_back_as_it_was(record: RunRecord, tmp_path: Path):
    judged = again(tmp_path).judged()
    assert {name: each.status for name, each in judged.items()} == {
        "a": StepStatus.PASSED,
        "b": StepStatus.FAILED,
    }
    run = Run(id="x", pipeline=PIPELINE, status=RunStatus.FAILED, started=NOON)
    told = step_results(judged["b"], run)
    assert told == step_results(finished(STEPS[1], StepStatus.FAILED), run)
    assert told["findings"][0]["key"] == ["2024-01-01", str(2**63), "00ff", None]
    assert (told["findings"][0]["source"], told["findings"][0]["target"]) == ("1.10", "NaN")


def test_no_file_is_left_half_written(record: RunRecord):
    names = sorted(path.name for path in record.folder.rglob("*") if path.is_file())
    assert names == ["0000.json", "0001.json", "0002.json", "run.json"]


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.ERRORED, RunStatus.CANCELLED])
def test_a_run_that_left_something_open_can_go_on(
    status: RunStatus, record: RunRecord, tmp_path: Path
):
    end(record, status)
    assert again(tmp_path).header.id == record.header.id


@pytest.mark.parametrize("status", [RunStatus.PASSED, RunStatus.FAILED])
def test_a_run_that_came_to_its_end_cannot(status: RunStatus, record: RunRecord, tmp_path: Path):
    end(record, status)
    with pytest.raises(NotFound, match="no interrupted run"):
        again(tmp_path)


def test_the_last_one_that_was_interrupted_goes_on(record: RunRecord, tmp_path: Path):
    later = RunRecord.begin(tmp_path, PIPELINE, now=NOON + dt.timedelta(microseconds=5))
    last = RunRecord.begin(tmp_path, PIPELINE, now=NOON + dt.timedelta(days=1))
    assert again(tmp_path).header.id == last.header.id
    end(last, RunStatus.PASSED)
    assert again(tmp_path).header.id == later.header.id


CHANGES: dict[str, Callable[[Pipeline], Pipeline]] = {
    "a_step_less": lambda p: p.model_copy(update={"steps": p.steps[:2]}),
    "another_param": lambda p: p.model_copy(
        update={
            "steps": (*p.steps[:2], p.steps[2].model_copy(update={"params": {"columns": ["B"]}}))
        }
    ),
    "another_order": lambda p: p.model_copy(update={"steps": p.steps[::-1]}),
    "another_source": lambda p: p.model_copy(update={"source": "older"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_pipeline_cannot_go_on(name: str, record: RunRecord, tmp_path: Path):
    with pytest.raises(PipelineInvalid, match=f"changed since run {record.header.id}") as told:
        RunRecord.latest_unfinished(tmp_path, CHANGES[name](PIPELINE))
    assert "without --resume" in str(told.value.hint)


def test_a_pipeline_of_another_name_is_another(record: RunRecord, tmp_path: Path):
    with pytest.raises(NotFound):
        RunRecord.latest_unfinished(tmp_path, PIPELINE.model_copy(update={"name": "market"}))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00garbage")


def other_json(path: Path) -> None:
    path.write_text("[1, 2, 3]")


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def contradict(path: Path) -> None:
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data | {"status": "failed"}))


def other_step(path: Path) -> None:
    data = json.loads(path.read_text())
    data["step"]["params"]["columns"] = ["Other"]
    path.write_text(json.dumps(data))


def unknown_step(path: Path) -> None:
    data = json.loads(path.read_text())
    data["step"]["id"] = "z"
    path.write_text(json.dumps(data))


DAMAGES = [
    *(truncate, empty, scribble, other_json, folder_instead, contradict, other_step, unknown_step)
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_step_is_run_again(
    damage: Callable[[Path], None], record: RunRecord, tmp_path: Path
):
    damage(record.folder / "steps" / "0000.json")
    assert set(again(tmp_path).judged()) == {"b"}


@pytest.mark.parametrize("damage", [truncate, empty, scribble, other_json, folder_instead])
def test_a_damaged_run_is_none(damage: Callable[[Path], None], record: RunRecord, tmp_path: Path):
    damage(record.folder / "run.json")
    with pytest.raises(NotFound):
        again(tmp_path)


def test_strange_files_beside_the_runs_do_no_harm(record: RunRecord, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "empty").mkdir()
    (record.folder / "steps" / "9999.json").write_text("{}")
    (record.folder / "steps" / "0002.part").write_text("{")
    assert set(again(tmp_path).judged()) == {"a", "b"}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be recorded in"):
        RunRecord.begin(tmp_path / "file" / "runs", PIPELINE, now=NOON)


def test_the_folder_of_no_runs_has_none(tmp_path: Path):
    with pytest.raises(NotFound):
        again(tmp_path / "nowhere")


def test_a_finding_reads_back_with_its_sentence(record: RunRecord, tmp_path: Path):
    finding: Finding = FAILED.findings[0]
    read = again(tmp_path).judged()["b"].result
    assert read is not None
    assert read.findings[0].message == finding.message == "sum is 1.10 in source, NaN in target"
