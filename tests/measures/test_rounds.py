"""Conversations go on as soon as they can, share what they can, and fail alone."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Select, String, cast, func, literal_column, select
from tests.measures.databases import Database, Sample, asking, outcomes, relation
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import connect
from ombudsman.connections.purpose import current_purpose
from ombudsman.connections.reader import Reader
from ombudsman.measures import scan as scan_module
from ombudsman.measures.plan import Question, Scan
from ombudsman.measures.questions import (
    count_nulls,
    count_rows,
    count_where,
    max_of,
    mean_of,
    min_of,
    rows,
    sum_of,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask, Rounds
from ombudsman.measures.scan import TooManyGroups
from ombudsman.measures.under_way import HowFar
from ombudsman.measures.values import Values
from ombudsman.model.errors import (
    Cancelled,
    ConnectionLost,
    PermissionDenied,
    QueryFailed,
    StatementInvalid,
    Unsupported,
)
from ombudsman.model.tables import Side

ORDERS = Sample(
    "orders",
    {"id": "integer", "amount": "decimal", "note": "text"},
    [(1, 10, "a"), (2, 20, None), (3, 30, "b")],
)
PEOPLE = Sample("people", {"id": "integer", "name": "text"}, [(1, "Ada"), (2, "Emmy")])


# ruff: noqa: ARG002 - what is told of scans, and how selects are built, is agreed elsewhere


class Witness:
    """Writes down the scans as they begin and end."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.scans: list[Scan] = []

    def scan_started(self, scan_id: int, scan: Scan) -> None:
        self.events.append(f"{scan.relation.table.ref.name} started")
        self.scans.append(scan)

    def scan_progressed(self, scan_id: int, how_far: HowFar) -> None:
        self.events.append(f"{how_far.stage} {how_far.done}")

    def scan_finished(self, scan_id: int, *, ms: float, failed: bool) -> None:
        self.events.append("failed" if failed else "finished")
        assert ms > 0


@contextmanager
def held_up(reader: Reader, word: str) -> Iterator[threading.Event]:
    """Statements that mention `word` wait until the event is set."""
    go_on = threading.Event()
    read = reader.read

    def slow(statement: Any, take: Any) -> Any:
        if word in str(statement):
            assert go_on.wait(20)
        return read(statement, take)

    reader.read = slow  # type: ignore[method-assign]
    try:
        yield go_on
    finally:
        go_on.set()
        reader.read = read  # type: ignore[method-assign]


# ------------------------------------------------------------ who waits for whom


def test_a_conversation_goes_on_while_the_scan_of_another_table_is_slow(duck: Database):
    with duck.reading(ORDERS, PEOPLE) as (reader, tables):
        orders, people = (relation(duck, tables[name]) for name in ("orders", "people"))
        with held_up(reader, "orders") as go_on, Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("slow", asking(orders, count_rows()))
            rounds.begin("quick", _in_two_rounds(people))
            (first,) = rounds.wait()
            assert first.id == "quick"
            assert first.value == [2, 2]
            go_on.set()
            (second,) = rounds.wait()
            assert second.id == "slow"
            assert rounds.wait() == []


def test_who_is_let_go_by_one_that_asks_nothing_shares_the_first_scan(duck: Database):
    witness = Witness()
    with duck.reading(ORDERS) as (reader, tables):
        orders = relation(duck, tables["orders"])
        with Rounds({Side.SOURCE: reader}, watcher=witness) as rounds:
            rounds.begin("counts", asking(orders, count_rows()))
            rounds.begin("asks nothing", _nothing())
            assert [each.id for each in rounds.ended_at_once()] == ["asks nothing"]
            assert witness.scans == []
            rounds.begin("let go", asking(orders, count_nulls("note")))
            assert rounds.ended_at_once() == []
            assert outcomes(rounds).keys() == {"counts", "let go"}
    assert len(witness.scans) == 1


async def _in_two_rounds(spoken_of: Relation) -> list[Any]:
    (there,) = await Ask((Question(spoken_of, count_rows()),))
    (greatest,) = await Ask((Question(spoken_of, max_of("id")),))
    return [there.value, greatest.value]


@pytest.mark.postgres
def test_a_slow_statement_of_the_engine_itself_holds_up_nobody(elephant: Database):
    with elephant.reading(ORDERS, PEOPLE) as (reader, tables):
        orders, people = (relation(elephant, tables[name]) for name in ("orders", "people"))
        with Rounds({Side.SOURCE: reader}) as rounds:
            began = time.perf_counter()
            rounds.begin("slow", asking(orders, rows(Sleepy(1.5), order=["slept"])))
            rounds.begin("quick", _in_two_rounds(people))
            (first,) = rounds.wait()
            assert first.id == "quick"
            assert time.perf_counter() - began < 1.4
            (second,) = rounds.wait()
            assert second.id == "slow"
            assert second.value[0].total == 1


@dataclass(frozen=True)
class Sleepy:
    """Builds a select that takes its time."""

    seconds: float

    def __call__(self, table: Relation) -> Select[Any]:
        slept = cast(func.pg_sleep(self.seconds), String).label("slept")
        return select(slept).select_from(table.from_clause).limit(1)


def test_questions_that_come_while_a_table_waits_for_a_place_share_its_scan(duck: Database):
    with duck.reading(ORDERS, PEOPLE) as (reader, tables):
        orders, people = (relation(duck, tables[name]) for name in ("orders", "people"))
        witness = Witness()
        with (
            held_up(reader, "people") as go_on,
            Rounds({Side.SOURCE: reader}, places=1, watcher=witness) as rounds,
        ):
            rounds.begin("holds the place", asking(people, count_rows()))
            rounds.begin("waits", asking(orders, count_rows()))
            rounds.begin("ends at once", _nothing())
            assert [each.id for each in rounds.wait()] == ["ends at once"]
            rounds.begin("comes later", asking(orders, sum_of("amount")))
            rounds.begin("ends at once, too", _nothing())
            assert [each.id for each in rounds.wait()] == ["ends at once, too"]
            go_on.set()
            ended = outcomes(rounds)
        assert rounds.scans == 2
        assert [len(scan.questions) for scan in witness.scans] == [1, 2]
        assert witness.events == ["people started", "finished", "orders started", "finished"]
        assert ended["waits"].statements == ended["comes later"].statements


async def _nothing() -> None:
    """A conversation that asks nothing."""


def test_what_was_asked_once_is_not_asked_again(duck: Database):
    with duck.reading(ORDERS) as (reader, tables):
        orders = relation(duck, tables["orders"])
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("first", asking(orders, count_rows(), sum_of("amount")))
            first = outcomes(rounds)["first"]
            rounds.begin("again", asking(orders, sum_of("amount")))
            rounds.begin("with another", asking(orders, count_rows(), max_of("id")))
            later = outcomes(rounds)
            assert rounds.scans == 2
            assert later["again"].value == (first.value[1],)
            assert later["again"].statements == first.statements
            assert len(later["with another"].statements) == 2


def test_a_question_under_way_is_not_asked_again_either(duck: Database):
    with duck.reading(ORDERS) as (reader, tables):
        orders = relation(duck, tables["orders"])
        with held_up(reader, "orders") as go_on, Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("first", asking(orders, count_rows()))
            rounds.begin("at once", _nothing())
            rounds.wait()
            rounds.begin("second", asking(orders, count_rows(), count_rows()))
            rounds.begin("at once, too", _nothing())
            rounds.wait()
            go_on.set()
            ended = outcomes(rounds)
        assert rounds.scans == 1
        assert [answer.value for answer in ended["second"].value] == [3, 3]


def test_no_more_scans_run_at_once_than_there_are_places(duck: Database):
    samples = [Sample(f"t{i}", {"id": "integer"}, [(i,)]) for i in range(6)]
    with duck.reading(*samples) as (reader, tables):
        most, running, lock = 0, 0, threading.Lock()
        read = reader.read

        def counted(statement: Any, take: Any) -> Any:
            nonlocal most, running
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            try:
                return read(statement, take)
            finally:
                with lock:
                    running -= 1

        reader.read = counted  # type: ignore[method-assign]
        for places, expected in ((1, 1), (None, 2), (99, 2)):  # the connection allows 2
            most = 0
            with Rounds({Side.SOURCE: reader}, places=places) as rounds:
                for name, table in tables.items():
                    rounds.begin(name, asking(relation(duck, table), count_rows()))
                outcomes(rounds)
                assert rounds.scans == 6
            assert most == expected


def test_both_sides_are_asked_at_the_same_time(duck: Database):
    meeting = threading.Barrier(2)
    with duck.reading(ORDERS) as (source, tables), duck.reading(ORDERS) as (target, others):
        for reader in (source, target):
            reader.read = _meeting(reader.read, meeting)  # type: ignore[method-assign]
        sides = {Side.SOURCE: tables["orders"], Side.TARGET: others["orders"]}
        asked = tuple(
            Question(relation(duck, table, side=side, source_table=tables["orders"]), count_rows())
            for side, table in sides.items()
        )

        async def both() -> list[Any]:
            answers = await Ask(asked)
            return [answer.value for answer in answers]

        with Rounds({Side.SOURCE: source, Side.TARGET: target}) as rounds:
            rounds.begin("both", both())
            (ended,) = rounds.wait()
        assert ended.value == [3, 3]
        assert [each.side for each in ended.statements] == [Side.SOURCE, Side.TARGET]


def _meeting(read: Any, meeting: threading.Barrier) -> Any:
    def ask(statement: Any, take: Any) -> Any:
        meeting.wait(20)  # broken unless both sides are here
        return read(statement, take)

    return ask


# ------------------------------------------------------------ who fails

BREAKING = {
    "a sum that is too great": sum_of("huge"),
    "a division by nothing in a condition": count_where("100 / (1 - CAST(good AS INTEGER)) = 1"),
    "a cast that cannot be done": count_where("CAST(word AS INTEGER) > 0"),
}
FRAGILE = Sample(
    "fragile",
    {"good": "decimal", "huge": "integer", "word": "text"},
    [(1, 2**63 - 1, "one"), (2, 2**63 - 1, "two"), (None, 1, None)],
)
HARMLESS = [
    count_rows(),
    sum_of("good"),
    mean_of("good"),
    count_nulls("word"),
    min_of("word"),
    count_where("good > 1"),
    max_of("good", where="good < 2"),
]


def test_a_question_that_breaks_a_scan_fails_alone(database: Database):
    broken = {
        "duckdb": {"a cast that cannot be done"},
        "sqlite": {"a sum that is too great"},
        "postgresql": {"a cast that cannot be done", "a division by nothing in a condition"},
    }[database.engine]
    with database.reading(FRAGILE) as (reader, tables):
        fragile = relation(database, tables["fragile"])
        with Rounds({Side.SOURCE: reader}) as rounds:
            for number, measure in enumerate(HARMLESS):
                rounds.begin(str(number), asking(fragile, measure))
            for name, measure in BREAKING.items():
                rounds.begin(name, asking(fragile, measure))
            ended = outcomes(rounds)
    assert {name for name, each in ended.items() if each.error} == broken
    for name in broken:
        assert isinstance(ended[name].error, StatementInvalid)
        assert ended[name].statements == ()
    values = [ended[str(number)].value[0].value for number in range(len(HARMLESS))]
    assert values == [3, 3, 1.5, 1, "one", 1, 1]


def test_a_conversation_of_many_questions_fails_with_the_one_that_breaks(duck: Database):
    with duck.reading(FRAGILE) as (reader, tables):
        fragile = relation(duck, tables["fragile"])
        broken = BREAKING["a cast that cannot be done"]
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("mixed", asking(fragile, count_rows(), broken))
            rounds.begin("undaunted", _undaunted(fragile, broken))
            ended = outcomes(rounds)
    assert isinstance(ended["mixed"].error, StatementInvalid)
    assert len(ended["mixed"].statements) == 1  # of the question that was answered
    assert ended["undaunted"].value == ("statement_invalid", 3)


async def _undaunted(spoken_of: Relation, broken: Any) -> tuple[str, int]:
    try:
        await Ask((Question(spoken_of, broken),))
    except QueryFailed as failure:
        (there,) = await Ask((Question(spoken_of, count_rows()),))
        return failure.code, there.value
    return "nothing broke", 0


def test_what_a_type_does_not_have_fails_alone_and_says_so(duck: Database):
    with duck.reading(ORDERS) as (reader, tables):
        orders = relation(duck, tables["orders"])
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("sum of a text", asking(orders, sum_of("note")))
            rounds.begin("count", asking(orders, count_rows()))
            ended = outcomes(rounds)
    assert ended["count"].value[0].value == 3
    error = ended["sum of a text"].error
    assert isinstance(error, Unsupported)
    assert error.message == "sum of column 'note' of main.orders: not for the type text"


@pytest.mark.postgres
def test_a_column_that_may_not_be_read_fails_only_those_who_ask_for_it(postgres: PostgresServer):
    database = "measures_rights"
    postgres.create_database(database)
    postgres.create_role("half_sighted")
    postgres.execute(
        database,
        "CREATE TABLE fragile (good numeric(18,3), huge bigint, word text);"
        "INSERT INTO fragile VALUES (1, 2, 'secret'), (2, 3, NULL);"
        "GRANT SELECT (good, huge) ON fragile TO half_sighted",
    )
    settings = postgres.settings(database, user="half_sighted", password=SecretStr("secret"))
    with connect("shop", settings) as connection, connection.open() as reader:
        fragile = _of_postgres(FRAGILE)
        with Rounds({Side.SOURCE: reader}) as rounds:
            for name, measure in {
                "count": count_rows(),
                "sum": sum_of("good"),
                "word": min_of("word"),
                "nulls": count_nulls("word"),
                "huge": max_of("huge"),
            }.items():
                rounds.begin(name, asking(fragile, measure))
            ended = outcomes(rounds)
    errors = {name: type(each.error) for name, each in ended.items() if each.error}
    assert errors == {"word": PermissionDenied, "nulls": PermissionDenied}
    values = {name: ended[name].value[0].value for name in ("count", "sum", "huge")}
    assert values == {"count": 2, "sum": 3, "huge": 3}


def _of_postgres(sample: Sample) -> Relation:
    def create(_: Any) -> Any:
        raise AssertionError("its table is there already")

    there = Database("postgresql", "postgres", create)
    return relation(there, there.described(sample, "public"))


@pytest.mark.postgres
def test_a_lost_connection_fails_all_that_wait_for_the_scan(postgres: PostgresServer):
    database = "measures_lost"
    postgres.create_database(database)
    postgres.execute(database, "CREATE TABLE people AS SELECT 1::bigint AS id, 'Ada' AS name")
    people = _of_postgres(PEOPLE)
    settings = postgres.settings(database, application_name="soon lost")

    with (
        connect("shop", settings) as connection,
        connection.open() as reader,
        Rounds({Side.SOURCE: reader}) as rounds,
    ):
        rounds.begin("one", asking(people, rows(Sleepy(20), order=["slept"])))
        rounds.begin("two", asking(people, rows(Sleepy(20), order=["slept"])))
        rounds.begin("at once", _nothing())
        assert [each.id for each in rounds.wait()] == ["at once"]
        _end_session(postgres, "soon lost", "pg_sleep")
        ended = outcomes(rounds)
    assert {name: type(each.error) for name, each in ended.items()} == {
        "one": ConnectionLost,
        "two": ConnectionLost,
    }


def _end_session(postgres: PostgresServer, application: str, word: str) -> None:
    """Ends the session of this program that runs a statement with this word, as soon as there is one."""
    until = time.monotonic() + 10
    with postgres.connect("postgres") as session:
        while time.monotonic() < until:
            cursor = session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = %s AND state = 'active' AND query LIKE %s",
                (application, f"%{word}%"),
            )
            if cursor.fetchall():
                return
            time.sleep(0.02)
    raise AssertionError("nobody slept")


def test_a_fault_of_one_conversation_ends_only_that(duck: Database):
    with duck.reading(ORDERS) as (reader, tables):
        orders = relation(duck, tables["orders"])
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("at once", _faulty())
            rounds.begin("later", _faulty_later(orders))
            rounds.begin("asks for something odd", _awaits(Elsewhere()))
            rounds.begin("asks in vain", asking(orders, object()))  # type: ignore[arg-type]
            rounds.begin("cannot be hashed", asking(orders, rows(Unhashable(), order=["x"])))
            rounds.begin("sound", asking(orders, count_rows()))
            ended = outcomes(rounds)
    assert ended["sound"].value[0].value == 3
    errors = {name: each.error for name, each in ended.items() if each.error}
    assert {name: type(error) for name, error in errors.items()} == {
        "at once": ZeroDivisionError,
        "later": KeyError,
        "asks for something odd": TypeError,
        "asks in vain": TypeError,
        "cannot be hashed": TypeError,
    }
    assert str(errors["asks for something odd"]) == "a int was awaited; only measures can be"


async def _faulty() -> None:
    raise ZeroDivisionError


async def _faulty_later(spoken_of: Relation) -> None:
    await Ask((Question(spoken_of, count_rows()),))
    raise KeyError("here")


class Elsewhere:
    """Something that can be awaited and is no question."""

    def __await__(self) -> Iterator[Any]:
        yield 7


async def _awaits(something: Any) -> None:
    await something


class Unhashable:
    """Builds a select, and is no value."""

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, table: Relation) -> Select[Any]:
        return select(literal_column("1").label("x"))


# ------------------------------------------------------------ evidence


def test_evidence_is_attached_once_and_in_order(duck: Database):
    with duck.reading(ORDERS, PEOPLE) as (reader, tables):
        orders, people = (relation(duck, tables[name]) for name in ("orders", "people"))
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("three rounds", _three_rounds(orders, people))
            (ended,) = rounds.wait()
    sources = [re.findall(r"FROM \S+\.\"(\w+)\"", each.sql) for each in ended.statements]
    assert sources == [["orders"], ["people"], ["orders"]]
    assert ended.columns == ("amount", "id", "name")
    started = [each.started for each in ended.statements]
    assert started == sorted(started)
    assert all(each.ms > 0 and each.rows == 1 for each in ended.statements)
    assert {each.snapshot for each in ended.statements} == {"the file, opened read-only"}


async def _three_rounds(orders: Relation, people: Relation) -> None:
    await Ask((Question(orders, sum_of("amount")), Question(orders, max_of("id"))))
    await Ask((Question(people, max_of("name")), Question(orders, sum_of("amount"))))
    await Ask((Question(orders, min_of("amount")),))


def test_evidence_can_be_run_again_by_hand(database: Database):
    where = "note <> 'it''s 100% :x' AND amount < 25.5"
    with database.reading(ORDERS) as (reader, tables):
        orders = relation(database, tables["orders"])
        measures = [
            count_rows(),
            sum_of("amount", where=where),
            min_of("note"),
            count_rows(by=["note"], where=where),
        ]
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("only", asking(orders, *measures))
            (ended,) = rounds.wait()
        total, amount, least, _ = ended.value
        for statement in ended.statements:
            again = reader.query(statement.sql)
            assert again.sql == statement.sql
            assert len(again.rows) == statement.rows
        again = reader.query(total.statement.sql)
        values = [total.value, amount.value, least.value]
        assert values == [3, 10, "a"]
        assert [value for value in values if value in again.rows[0]] == values


# ------------------------------------------------------------ Ctrl-C


def test_ctrl_c_stops_what_runs_and_leaves_nothing_behind(
    duck: Database, monkeypatch: pytest.MonkeyPatch
):
    numbers = Sample("numbers", {"n": "integer"}, [(n,) for n in range(100)])
    with duck.reading(numbers, PEOPLE) as (reader, tables):
        spoken_of, people = (relation(duck, tables[name]) for name in ("numbers", "people"))
        failures: list[BaseException] = []
        read = reader.read

        def watched(statement: Any, take: Any) -> Any:
            try:
                return read(statement, take)
            except BaseException as error:
                failures.append(error)
                raise

        reader.read = watched  # type: ignore[method-assign]
        began = time.perf_counter()
        rounds = Rounds({Side.SOURCE: reader})
        monkeypatch.setattr(rounds, "_came_back", Interrupted(rounds._came_back, reader))
        rounds.begin("endless", asking(spoken_of, rows(_endless, order=["n"])))
        rounds.begin("waits for its answer", asking(people, count_rows()))
        with pytest.raises(KeyboardInterrupt), rounds:
            rounds.wait()
        assert time.perf_counter() - began < 10
        assert [type(each) for each in failures] == [Cancelled]
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("scan-")]
    assert left == []


class Interrupted:
    """A queue at which Ctrl-C is pressed, as soon as a statement runs."""

    def __init__(self, queue: Any, reader: Reader) -> None:
        self.put = queue.put
        self._reader = reader

    def get(self) -> Any:
        until = time.monotonic() + 10
        while not self._reader.connection.running._all and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)  # let the short one end
        raise KeyboardInterrupt


def _endless(table: Relation) -> Select[Any]:
    """All combinations of six of the table's rows: 10^12 of them."""
    others = [table.from_clause.alias(f"o{i}") for i in range(5)]
    product = sum((each.c.n for each in others), start=table.c.n)
    together = table.from_clause
    for each in others:
        together = together.join(each, literal_column("1") == literal_column("1"))
    return select(func.max(product).label("n")).select_from(together)


def test_conversations_that_never_spoke_are_closed_too(duck: Database):
    with duck.reading(PEOPLE) as (reader, tables), Rounds({Side.SOURCE: reader}) as rounds:
        rounds.begin("never", asking(relation(duck, tables["people"]), count_rows()))


def test_an_answer_knows_nothing_of_the_others(duck: Database):
    with duck.reading(ORDERS) as (reader, tables), Rounds({Side.SOURCE: reader}) as rounds:
        orders = relation(duck, tables["orders"])
        rounds.begin("a", asking(orders, count_rows(), sum_of("amount", by=["note"])))
        (ended,) = rounds.wait()
    total, sums = ended.value
    assert isinstance(total, Values)
    assert total.by_group == {(): 3}
    assert sums.by_group == {("a",): 10, ("b",): 30, (None,): 20}


# ------------------------------------------------------------ too many groups


def test_too_many_groups_are_told_at_once_and_not_asked_for_in_halves(
    duck: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scan_module, "GROUP_LIMIT", 3)
    numbers = Sample("numbers", {"n": "integer"}, [(n,) for n in range(5)])
    with duck.reading(numbers) as (reader, tables):
        spoken_of = relation(duck, tables["numbers"])
        asked, read = [], reader.read

        def counted(statement: Any, take: Any) -> Any:
            asked.append(statement)
            return read(statement, take)

        reader.read = counted  # type: ignore[method-assign]
        with Rounds({Side.SOURCE: reader}) as rounds:
            for measure in (count_rows, sum_of, min_of, count_nulls):
                columns = () if measure is count_rows else ("n",)
                rounds.begin(measure.__name__, asking(spoken_of, measure(*columns, by=["n"])))
            ended = outcomes(rounds)
        assert len(asked) == 1
    assert {type(each.error) for each in ended.values()} == {TooManyGroups}
    told = str(ended["sum_of"].error)
    assert "more than 3 groups" in told
    assert "numbers" in told


def test_a_question_about_fewer_rows_does_not_suffer_from_the_groups_of_another(
    duck: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scan_module, "GROUP_LIMIT", 3)
    numbers = Sample("numbers", {"n": "integer"}, [(n,) for n in range(5)])
    with duck.reading(numbers) as (reader, tables):
        spoken_of = relation(duck, tables["numbers"])
        with Rounds({Side.SOURCE: reader}) as rounds:
            rounds.begin("all", asking(spoken_of, count_rows(by=["n"])))
            rounds.begin("few", asking(spoken_of, count_rows(by=["n"], where="n < 3")))
            ended = outcomes(rounds)
    assert isinstance(ended["all"].error, TooManyGroups)
    (few,) = ended["few"].value
    assert few.by_group == {(0,): 1, (1,): 1, (2,): 1}


def test_the_engine_is_told_for_which_steps_it_is_asked(duck: Database):
    told: list[str | None] = []
    with duck.reading(ORDERS) as (reader, tables):
        orders, read = relation(duck, tables["orders"]), reader.read

        def reading(*asked: Any) -> Any:
            told.append(current_purpose())
            return read(*asked)

        reader.read = reading  # type: ignore[method-assign, assignment]
        with Rounds({Side.SOURCE: reader}, name="run 7:") as rounds:
            rounds.begin("nulls", asking(orders, count_nulls("note")))
            rounds.begin("sums", asking(orders, sum_of("amount")))
            outcomes(rounds)
    assert told == ["run 7: nulls, sums"]
    assert current_purpose() is None
