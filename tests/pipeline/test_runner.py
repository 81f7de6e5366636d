"""What the runner makes of validators that break, of interrupts, and of a disk that is full."""

import datetime as dt
import logging
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Select
from tests.pipeline.databases import SECRET, make_databases, opened, pipeline

from ombudsman.connections.samples import duckdb_file
from ombudsman.measures.relation import Relation
from ombudsman.model.base import Params
from ombudsman.model.errors import PipelineInvalid
from ombudsman.model.mapping import Mapping, TableMapping
from ombudsman.model.pipeline import Run, RunStatus, Severity, Step, StepRun, StepStatus
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.events import (
    Event,
    RunFinished,
    RunStarted,
    ScanStarted,
    StepFinished,
    StepStarted,
)
from ombudsman.pipeline.record import RunRecord
from ombudsman.pipeline.runner import run_pipeline, status_of
from ombudsman.pipeline.stop import StopSwitch
from ombudsman.validators import registry
from ombudsman.validators.kit import Pair, count_rows, rows
from ombudsman.validators.registry import Cost, Validator


class Nothing(Params):
    """No params."""


async def raises_a_value(tables: Pair, params: Nothing) -> Result:
    await tables.both(count_rows())
    raise RuntimeError(f"could not read {SECRET}")


async def raises_at_once(tables: Pair, params: Nothing) -> Result:
    raise KeyError(SECRET)


async def breaks_in_the_scan(tables: Pair, params: Nothing) -> Result:
    def build(relation: Relation) -> Select[Any]:
        raise ZeroDivisionError(SECRET)

    await tables.both(rows(build, order=["id"]))
    return Result()


async def returns_no_result(tables: Pair, params: Nothing) -> Any:
    return {"verdict": SECRET}


async def awaits_something_else(tables: Pair, params: Nothing) -> Result:
    class Other:
        def __await__(self) -> Generator[str, None, None]:
            yield SECRET

    await Other()
    return Result()


def is_no_coroutine(tables: Pair, params: Nothing) -> Result:
    return Result()


BREAKING = {
    each.__name__: each
    for each in (
        *(raises_a_value, raises_at_once, breaks_in_the_scan, returns_no_result),
        *(awaits_something_else, is_no_coroutine),
    )
}


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue with validators that break."""
    found = dict(registry.catalogue())
    for name, ask in BREAKING.items():
        found[name] = Validator(name, "test", Nothing, "Does it break?", Cost.SCAN, ask)
    monkeypatch.setattr(registry, "catalogue", lambda: MappingProxyType(found))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("databases")
    make_databases(made)
    return made


def step(step_id: str, validator: str = "validate_record_counts", **more: Any) -> Step:
    return Step(
        id=step_id, validator=validator, table=more.pop("table", TableRef(name="items")), **more
    )


def statuses(run: Run) -> dict[str, str]:
    return {each.step.id: each.status.value for each in run.steps}


# ------------------------------------------------------------ validators that break


def test_a_validator_that_breaks_errs_alone_and_tells_no_value(
    breaking: None, folder: Path, caplog: pytest.LogCaptureFixture
):
    steps = [step(name, name) for name in BREAKING]
    with caplog.at_level(logging.DEBUG, "ombudsman"), opened(folder) as session:
        run = run_pipeline(
            pipeline(*steps, step("counts"), step("after", needs=("counts",))), session
        )
    assert statuses(run) == {
        **dict.fromkeys(BREAKING, "errored"),
        "counts": "passed",
        "after": "passed",
    }
    assert run.status is RunStatus.ERRORED
    problems = [each.problem for each in run.steps if each.problem is not None]
    assert {each.code for each in problems} == {"validator_broke"}
    assert SECRET not in run.model_dump_json()
    told = {each.step.id: each.problem.message for each in run.steps if each.problem}
    assert told["raises_a_value"] == "the validator broke with a RuntimeError"
    assert told["breaks_in_the_scan"] == "the validator broke with a ZeroDivisionError"
    logged = [record for record in caplog.records if record.exc_info]
    assert {record.levelno for record in logged} == {logging.DEBUG}
    assert any("raises_a_value" in record.getMessage() for record in logged)


def test_a_fault_in_a_scan_does_not_harm_those_that_were_fused_with_it(
    breaking: None, folder: Path
):
    broken, counts = step("broken", "breaks_in_the_scan"), step("counts")
    with opened(folder) as session:
        alone = run_pipeline(pipeline(counts), session)
        together = run_pipeline(pipeline(broken, counts), session)
    (expected,), (_, found) = alone.steps, together.steps
    assert found.result is not None
    assert expected.result is not None
    assert found.result.figures == expected.result.figures


# ------------------------------------------------------------ interrupts


class Interrupt:
    """A listener that is hit by Ctrl-C when the n-th event of a kind happens."""

    def __init__(self, kind: type[Event], *, nth: int = 1) -> None:
        self.kind, self.left = kind, nth
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, self.kind):
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


STEPS = (
    step("counts"),
    step("nulls", "validate_nulls", needs=("counts",)),
    step("others", table=TableRef(name="orders"), needs=("nulls",)),
)


@pytest.mark.parametrize(
    ("interrupt", "finished"),
    [
        (Interrupt(StepStarted), 0),
        (Interrupt(ScanStarted), 0),
        (Interrupt(StepStarted, nth=2), 1),
        (Interrupt(ScanStarted, nth=4), 1),
        (Interrupt(StepFinished, nth=2), 2),
    ],
    ids=["first_step", "first_scan", "second_step", "fourth_scan", "second_step_finished"],
)
def test_an_interrupt_keeps_what_was_judged_and_cancels_the_rest(
    interrupt: Interrupt, finished: int, folder: Path, tmp_path: Path
):
    with opened(folder) as session:
        run = run_pipeline(pipeline(*STEPS), session, listener=interrupt, folder=tmp_path)
        assert run.status is RunStatus.CANCELLED
        assert list(statuses(run).values()) == ["passed"] * finished + ["cancelled"] * (
            3 - finished
        )
        assert isinstance(interrupt.events[-1], RunFinished)
        record = RunRecord.latest_unfinished(tmp_path, run.pipeline)
        assert record.header.status is RunStatus.CANCELLED
        assert len(record.judged()) == finished
        events: list[Event] = []
        again = run_pipeline(
            pipeline(*STEPS), session, listener=events.append, folder=tmp_path, resume=True
        )
    assert list(statuses(again).values()) == ["passed", "passed", "failed"]
    assert again.id == run.id
    assert again.started == run.started
    (begun,) = [event for event in events if isinstance(event, RunStarted)]
    assert begun.resumed == finished
    assert sum(isinstance(event, StepFinished) for event in events) == 3 - finished


def test_another_thread_can_end_a_run_before_it_begins_and_while_it_waits(folder: Path):
    early, late = StopSwitch(), StopSwitch()
    early.request()
    with opened(folder) as session:
        run = run_pipeline(pipeline(*STEPS), session, stop=early)
        assert (run.status, early.requested) == (RunStatus.CANCELLED, True)

        def listener(event: Event) -> None:
            if isinstance(event, ScanStarted):
                thread = threading.Thread(target=late.request)
                thread.start()
                thread.join()

        run = run_pipeline(pipeline(*STEPS), session, listener=listener, stop=late)
        assert set(statuses(run).values()) == {"cancelled"}
        assert run_pipeline(pipeline(*STEPS), session).status is RunStatus.FAILED


@dataclass
class Kept:
    """A record that is no folder, as a server has one."""

    done: dict[str, StepRun]
    fails: bool = False
    id: str = "run-7"
    started: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    written: list[str] = field(default_factory=list)
    ended: Run | None = None

    def judged(self) -> dict[str, StepRun]:
        return self.done

    def write_step(self, step_run: StepRun) -> None:
        if self.fails:
            raise LookupError("another holds this run")
        self.written.append(step_run.step.id)

    def rows_file(self, step_id: str) -> Path:
        return Path(step_id)

    def end(self, run: Run) -> None:
        self.ended = run


def test_a_run_can_be_written_down_elsewhere_and_goes_on_from_there(folder: Path):
    with opened(folder) as session:
        first = run_pipeline(pipeline(*STEPS), session)
        kept = Kept({"counts": first.steps[0]})
        run = run_pipeline(pipeline(*STEPS), session, record=kept)
    assert (run.id, run.started) == ("run-7", kept.started)
    assert kept.written == ["nulls", "others"]
    assert kept.ended == run
    assert run.steps[0] == first.steps[0]


def test_a_record_that_refuses_ends_the_run(folder: Path):
    kept = Kept({}, fails=True)
    with opened(folder) as session, pytest.raises(LookupError, match="another holds"):
        run_pipeline(pipeline(*STEPS), session, record=kept)
    assert kept.ended is None


# ------------------------------------------------------------ the rest


def test_events_tell_the_run_in_order(folder: Path):
    events: list[Event] = []
    with opened(folder) as session:
        run = run_pipeline(pipeline(*STEPS), session, listener=events.append)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].status is run.status is RunStatus.FAILED
    for each in STEPS:
        begun = next(
            i for i, e in enumerate(events) if isinstance(e, StepStarted) and e.step_id == each.id
        )
        ended = next(
            i
            for i, e in enumerate(events)
            if isinstance(e, StepFinished) and e.step_run.step.id == each.id
        )
        assert begun < ended
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_a_disk_that_is_full_ends_the_record_and_not_the_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def full(self: RunRecord, step_run: StepRun) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunRecord, "write_step", full)
    with opened(folder) as session:
        run = run_pipeline(pipeline(*STEPS), session, folder=tmp_path)
    assert run.status is RunStatus.FAILED
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "cannot be resumed: No space left on device" in caplog.text


def test_what_cannot_be_used_is_told_all_at_once(folder: Path):
    wrong = (
        step("a", "validate_nulls", params={"columns": ["pricce"]}),
        step("b", "validate_nuls"),
        step("c", params={"where": "price"}),
        step("d", params={"wehre": "price > 1"}),
        step("e", table=TableRef(name="itmes")),
    )
    with opened(folder) as session, pytest.raises(PipelineInvalid) as told:
        run_pipeline(pipeline(*wrong, step("right")), session)
    lines = told.value.context["problems"]
    assert [line.partition(":")[0] for line in lines] == [f"step {s.id!r}" for s in wrong]
    assert lines[0].endswith("did you mean 'price'?")
    assert lines[1].endswith("did you mean 'validate_nulls'?")
    assert "not one boolean expression" in lines[2]
    assert lines[3] == "step 'd': params.wehre: there is no key 'wehre' here, did you mean 'where'?"
    assert lines[4].endswith("did you mean 'main.items'?") or "main.items" in lines[4]


FOUND = Result(findings=[Finding(kind=Kind.COUNT_DIFFERS, source=1, target=2)])


def made(status: StepStatus, severity: Severity = Severity.BLOCKING) -> StepRun:
    some = {StepStatus.PASSED: Result(), StepStatus.FAILED: FOUND}
    problem = {"code": "unsupported", "message": "it is"} if status is StepStatus.ERRORED else None
    return StepRun.model_validate(
        {
            "step": step("a", severity=severity),
            "status": status,
            "result": some.get(status),
            "problem": problem,
        }
    )


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], RunStatus.PASSED),
        ([made(StepStatus.PASSED)], RunStatus.PASSED),
        ([made(StepStatus.PASSED), made(StepStatus.FAILED)], RunStatus.FAILED),
        ([made(StepStatus.FAILED, Severity.WARNING)], RunStatus.PASSED),
        ([made(StepStatus.FAILED, Severity.INFO)], RunStatus.PASSED),
        ([made(StepStatus.FAILED), made(StepStatus.ERRORED)], RunStatus.ERRORED),
        ([made(StepStatus.ERRORED, Severity.INFO)], RunStatus.ERRORED),
        ([made(StepStatus.ERRORED), made(StepStatus.CANCELLED)], RunStatus.CANCELLED),
        ([made(StepStatus.FAILED), made(StepStatus.SKIPPED)], RunStatus.FAILED),
    ],
)
def test_the_run_comes_to_the_worst_of_its_steps(steps: list[StepRun], status: RunStatus):
    assert status_of(tuple(steps)) is status


# ------------------------------------------------------------ coverage


def test_tables_that_nobody_mapped_are_told_and_views_are_not(tmp_path: Path):
    make_databases(tmp_path)
    with duckdb_file(tmp_path / "source.duckdb") as database:
        database.execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, amount INTEGER, lost VARCHAR);"
            "CREATE TABLE forgotten (id INTEGER); CREATE VIEW every AS SELECT * FROM orders;"
            "INSERT INTO orders VALUES (1, 2, 'x'), (2, 3, 'y')"
        )
    ref = TableRef(schema="main", name="orders")
    mapping = Mapping(tables=(TableMapping(source=ref, target=ref, key=("id",)),))
    with opened(tmp_path, mapping) as session:
        step = Step(id="n", validator="validate_record_counts", table=ref)
        run = run_pipeline(pipeline(step), session)
    assert [each.name for each in run.unmapped] == ["forgotten"]
    (orders,) = run.coverage
    assert (orders.unchecked, orders.unmapped) == (("id", "amount"), ("lost",))
    assert (orders.rows_total, orders.rows_compared) == (2, None)
