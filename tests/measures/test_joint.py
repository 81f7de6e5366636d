"""A measure of both sides answers itself beside the scans: one at a time, told of, stoppable, and failing alone."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select
from tests.measures.databases import Database, Sample, asking, outcomes, relation
from typing_extensions import override

from ombudsman.connections.reader import Reader
from ombudsman.measures.joint import Joint
from ombudsman.measures.plan import JointScan, Question, Scan
from ombudsman.measures.questions import count_rows
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask, Rounds
from ombudsman.measures.under_way import HowFar, UnderWay
from ombudsman.model.errors import Cancelled, ConnectionLost
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side

# ruff: noqa: ARG002 - how a measure is answered, and what is told of scans, is agreed elsewhere

ORDERS = Sample("orders", {"id": "integer", "note": "text"}, [(1, "a"), (2, "b"), (3, "c")])
Answering = Callable[[Mapping[Side, Relation], Mapping[Side, Reader], UnderWay], Any]


@dataclass(frozen=True)
class Asked(Joint[Any]):
    """Is answered as the test says. Those of one name are one question."""

    name: str
    answering: Answering = field(compare=False)
    columns: tuple[str, ...] = ("id",)

    @override
    def answered(
        self,
        relations: Mapping[Side, Relation],
        readers: Mapping[Side, Reader],
        under_way: UnderWay,
    ) -> Any:
        return self.answering(relations, readers, under_way)

    @override
    def statements(self, answer: Any) -> tuple[Statement, ...]:
        return tuple(each for each in (answer,) if isinstance(each, Statement))


class Sides:
    """The same table on two sides."""

    def __init__(self, database: Database, readers: Any, tables: Any) -> None:
        self.readers = dict(zip(Side, readers, strict=True))
        self.relations = tuple(
            relation(database, table, side=side, source_table=tables[0])
            for side, table in zip(Side, tables, strict=True)
        )

    async def ask(self, *measures: Joint[Any]) -> tuple[Any, ...]:
        source, target = self.relations
        return await Ask(tuple(Question(source, each, (target,)) for each in measures))


@pytest.fixture
def sides(duck: Database) -> Iterator[Sides]:
    with duck.reading(ORDERS) as (source, ours), duck.reading(ORDERS) as (target, theirs):
        yield Sides(duck, (source, target), (ours["orders"], theirs["orders"]))


@contextmanager
def set_at_the_end(event: threading.Event) -> Iterator[threading.Event]:
    try:
        yield event
    finally:
        event.set()


# ------------------------------------------------------------ beside the scans


def test_scans_go_on_while_a_measure_of_both_sides_takes_its_time(sides: Sides):
    with set_at_the_end(threading.Event()) as go_on, Rounds(sides.readers) as rounds:
        rounds.begin("long", sides.ask(Asked("long", lambda *_: go_on.wait(20))))
        rounds.begin("short", asking(sides.relations[0], count_rows()))
        (short,) = rounds.wait()
        assert (short.id, short.value[0].value) == ("short", 3)
        go_on.set()
        (long,) = rounds.wait()
        assert (long.id, long.value) == ("long", (True,))
        assert rounds.scans == 2


def test_it_is_given_both_relations_and_both_readers(sides: Sides):
    def count(relations: Mapping[Side, Relation], readers: Mapping[Side, Reader], _: Any) -> Any:
        return {
            side: len(readers[side].query(select(relations[side].from_clause)).rows)
            for side in Side
        }

    with Rounds(sides.readers) as rounds:
        rounds.begin("count", sides.ask(Asked("count", count)))
        (ended,) = rounds.wait()
    assert ended.value == ({Side.SOURCE: 3, Side.TARGET: 3},)


def test_they_run_one_at_a_time_and_equal_ones_once(sides: Sides):
    running, most, answered = 0, 0, []

    def count(*_: Any) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.02)
        running -= 1
        answered.append(1)
        return "done"

    with Rounds(sides.readers) as rounds:
        for place, name in enumerate(("a", "b", "c", "a")):
            rounds.begin(str(place), sides.ask(Asked(name, count)))
        ended = outcomes(rounds)
    assert [each.value for each in ended.values()] == [("done",)] * 4
    assert most == 1
    assert len(answered) == 3


def test_one_that_holds_a_turn_on_each_side_and_scans_that_wait_for_theirs_do_not_wait_for_ever(
    sides: Sides,
):
    for reader in sides.readers.values():
        reader.connection._turns = threading.BoundedSemaphore(1)

    def stream(relations: Mapping[Side, Relation], readers: Mapping[Side, Reader], _: Any) -> int:
        batches = [readers[s].stream(select(relations[s].from_clause)) for s in Side]
        return sum(one.num_rows + other.num_rows for one, other in zip(*batches, strict=True))

    with Rounds(sides.readers) as rounds:
        for place in range(6):
            rounds.begin(f"stream {place}", sides.ask(Asked(str(place), stream)))
            where = f"id > {place}"
            for spoken_of in sides.relations:
                name = f"{spoken_of.side} {place}"
                rounds.begin(name, asking(spoken_of, count_rows(where=where)))
        ended = outcomes(rounds)
    assert len(ended) == 18
    assert {each.value for name, each in ended.items() if "stream" in name} == {(6,)}


def test_its_statements_and_columns_are_evidence(sides: Sides):
    kept: list[Statement] = []

    def read(relations: Mapping[Side, Relation], readers: Mapping[Side, Reader], _: Any) -> Any:
        got = readers[Side.TARGET].query(select(relations[Side.TARGET].from_clause))
        statement = Statement(
            side=Side.TARGET, sql=got.sql, started=got.started, ms=got.ms, rows=got.count
        )
        kept.append(statement)
        return statement

    with Rounds(sides.readers) as rounds:
        rounds.begin("read", sides.ask(Asked("read", read, columns=("note", "id"))))
        (ended,) = rounds.wait()
    assert ended.statements == tuple(kept)
    assert ended.columns == ("note", "id")


def test_one_that_breaks_fails_alone(sides: Sides):
    def broken(*_: Any) -> None:
        raise ConnectionLost("it has gone away")

    def faulty(*_: Any) -> None:
        raise KeyError

    with Rounds(sides.readers) as rounds:
        rounds.begin("broken", sides.ask(Asked("broken", broken)))
        rounds.begin("faulty", sides.ask(Asked("faulty", faulty)))
        rounds.begin("sound", sides.ask(Asked("sound", lambda *_: 7)))
        rounds.begin("scan", asking(sides.relations[1], count_rows()))
        ended = outcomes(rounds)
    errors = {name: type(each.error) for name, each in ended.items() if each.error}
    assert errors == {"broken": ConnectionLost, "faulty": KeyError}
    assert ended["sound"].value == (7,)
    assert ended["scan"].value[0].value == 3


# ------------------------------------------------------------ told of, and stopped


class Witness:
    """Writes down what is told, and in which thread."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.threads: set[threading.Thread] = set()

    def _note(self, scan_id: int, what: object) -> None:
        assert scan_id == 1
        self.told.append(what)
        self.threads.add(threading.current_thread())

    def scan_started(self, scan_id: int, scan: Scan) -> None:
        self._note(scan_id, type(scan))

    def scan_progressed(self, scan_id: int, how_far: HowFar) -> None:
        self._note(scan_id, how_far)

    def scan_finished(self, scan_id: int, *, ms: float, failed: bool) -> None:
        self._note(scan_id, "failed" if failed else "finished")


def test_the_watcher_hears_how_far_it_is_in_the_thread_that_waits(sides: Sides):
    steps = [HowFar("rows", done, 300) for done in (0, 100, 300)]

    def tell(_: Any, __: Any, under_way: UnderWay) -> None:
        for each in steps:
            under_way.tell(each)

    witness = Witness()
    with Rounds(sides.readers, watcher=witness) as rounds:
        rounds.begin("long", sides.ask(Asked("long", tell)))
        rounds.wait()
    assert witness.told == [JointScan, *steps, "finished"]
    assert witness.threads == {threading.current_thread()}


def test_who_leaves_with_an_error_stops_it_and_those_that_wait(sides: Sides):
    began, heard, ended = threading.Event(), threading.Event(), []

    def until_stopped(_: Any, __: Any, under_way: UnderWay) -> None:
        with under_way.stopped_by(heard.set):
            began.set()
            assert heard.wait(20)
        ended.append("stopped")
        under_way.tell(HowFar("rows", 1, 2))
        ended.append("told")

    def leave() -> None:
        with Rounds(sides.readers) as rounds:
            rounds.begin("first", sides.ask(Asked("first", until_stopped)))
            rounds.begin("second", sides.ask(Asked("second", until_stopped)))
            rounds.begin("at once", _nothing())
            rounds.wait()
            assert began.wait(20)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert ended == ["stopped"]
    assert not [each for each in threading.enumerate() if each.name.startswith("joint")]


async def _nothing() -> None:
    """A conversation that asks nothing."""


def test_work_that_was_asked_to_stop_stops_where_it_tells_how_far_it_is():
    told: list[HowFar] = []
    calls: list[str] = []
    under_way = UnderWay(told.append)
    with under_way.stopped_by(lambda: calls.append("inner")):
        under_way.tell(HowFar("sums", 0, None))
        under_way.stop()
        under_way.stop()
        with pytest.raises(Cancelled):
            under_way.tell(HowFar("sums", 1, None))
    under_way.stop()
    assert told == [HowFar("sums", 0, None)]
    assert calls == ["inner", "inner"]
