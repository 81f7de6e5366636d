"""Conversations with two databases, in rounds.

A conversation is a coroutine that asks and waits for answers. When every one of them waits, a round is complete: their
questions are planned into scans, table by table, and the scans run in threads, as many at a time as the connection
allows. A conversation whose answers are in goes on at once. Questions that come while a table still waits for a free
place are planned together with those that wait already. No event loop: `coroutine.send(answers)` is the whole trick.

A question that breaks its scan fails alone: the scan is halved until the culprit stands by itself.
"""

import time
from collections import deque
from collections.abc import Coroutine, Generator, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self

from ombudsman.connections.purpose import purpose
from ombudsman.connections.reader import Reader
from ombudsman.measures.joint import Joint
from ombudsman.measures.plan import (
    AggregateScan,
    JointScan,
    Question,
    RowsScan,
    Scan,
    by_rows,
    halves,
    plan,
)
from ombudsman.measures.questions import (
    Aggregate,
    PeriodOf,
    QueryOf,
    QueryRows,
    RowsOf,
    Sample,
)
from ombudsman.measures.scan import TooManyGroups, answer
from ombudsman.measures.under_way import HowFar, UnderWay
from ombudsman.measures.values import Values
from ombudsman.model.errors import (
    ObjectNotFound,
    OmbudsmanError,
    PermissionDenied,
    SettingsError,
    StatementInvalid,
    Unsupported,
)
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side

Answer = Values | Sample | QueryRows
ISOLATED = (StatementInvalid, PermissionDenied, ObjectNotFound, Unsupported, SettingsError)
"""Failures that may be one question's own, as may whatever is no error of ours: a fault in the code that made it. Of a
lost connection or a time-out all questions of the scan die."""

_ASK_AGAIN_S = 0.2
"""How often what is under way is asked to stop, until it has."""


@dataclass(frozen=True)
class Ask:
    """What a conversation yields: questions, answered in their order by a tuple."""

    questions: tuple[Question, ...]

    def __await__(self) -> Generator["Ask", tuple[Any, ...], tuple[Any, ...]]:
        answers: tuple[Any, ...] = yield self
        return answers


class Watcher(Protocol):
    """Is told of scans as they begin and end, and how far a long one is; from the thread that runs the rounds."""

    def scan_started(self, scan_id: int, scan: Scan) -> None: ...

    def scan_progressed(self, scan_id: int, how_far: HowFar) -> None: ...

    def scan_finished(self, scan_id: int, *, ms: float, failed: bool) -> None: ...


class _NobodyWatches:
    def scan_started(self, scan_id: int, scan: Scan) -> None: ...

    def scan_progressed(self, scan_id: int, how_far: HowFar) -> None: ...

    def scan_finished(self, scan_id: int, *, ms: float, failed: bool) -> None: ...


@dataclass(frozen=True)
class Ended:
    """A conversation came to its end: with a value, or with an error that says why it could not be judged.

    `statements` are those that its answers came from, `columns` the source columns that they looked into.
    """

    id: str
    value: Any = None
    error: BaseException | None = None
    statements: tuple[Statement, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(eq=False)
class _Conversation:
    id: str
    coroutine: Coroutine[Ask, tuple[Any, ...], Any]
    asked: tuple[Question, ...] = ()
    statements: dict[Statement, None] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)


@dataclass
class _Desk:
    """One side: what waits to be planned (table by table), what is planned, how much runs."""

    reader: Reader
    pool: ThreadPoolExecutor
    places: int
    waiting: dict[Hashable, list[Question]] = field(default_factory=dict)
    planned: deque[Scan] = field(default_factory=deque)
    running: int = 0
    sent: set[Future[None]] = field(default_factory=set)

    def next_scan(self) -> Scan | None:
        if not self.planned and self.waiting:
            table = next(iter(self.waiting))
            limit = self.reader.connection.limits.max_select_list
            self.planned.extend(plan(self.waiting.pop(table), max_select_list=limit))
        return self.planned.popleft() if self.planned else None


@dataclass
class _JointDesk:
    """What is asked of both sides at once: one after another, for each is busy on both.

    So one that waits for its turn on one side, while it holds one on the other, waits for scans alone; and these end.
    """

    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="joint")
    )
    waiting: deque[Question] = field(default_factory=deque)
    sent: set[Future[None]] = field(default_factory=set)
    under_way: UnderWay = field(default_factory=UnderWay)


@dataclass(frozen=True)
class _Outcome:
    """A scan ended. `side` is None where it was of both."""

    side: Side | None
    scan_id: int
    scan: Scan
    answers: dict[Question, Any] | BaseException
    ms: float


@dataclass(frozen=True)
class _News:
    """A scan is so far."""

    scan_id: int
    how_far: HowFar


class StopRequested(Exception):
    """Somebody asked for the end of it, from another thread."""


class Rounds:
    """Runs conversations until they end. Use it from one thread, as a context manager.

    Who leaves it with an error stops what still runs on the servers. Only `request_stop` is for other threads.
    """

    def __init__(
        self,
        readers: Mapping[Side, Reader],
        *,
        watcher: Watcher | None = None,
        places: int | None = None,
        name: str = "",
    ) -> None:
        """`places` bounds the scans that run at once on each side, beneath the connection's own bound.

        `name` is what engines are told that statements are for, together with the steps that wait for them.
        """
        self._name = name
        self._watcher: Watcher = watcher or _NobodyWatches()
        self._desks = {side: _desk(side, reader, places) for side, reader in readers.items()}
        self._awake: deque[tuple[_Conversation, tuple[Any, ...] | BaseException | None]] = deque()
        self._listening: dict[Hashable, list[_Conversation]] = {}
        self._answers: dict[Hashable, Answer | Exception] = {}
        self._asleep: dict[str, _Conversation] = {}
        self._came_back: SimpleQueue[_Outcome | _News | StopRequested] = SimpleQueue()
        self._scans = 0
        self._joint = _JointDesk()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self.stop()
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
        for conversation in (*self._asleep.values(), *(each for each, _ in self._awake)):
            conversation.coroutine.close()

    def stop(self) -> None:
        """Starts no further scan, and stops those under way on the servers. Returns when all have ended.

        Asks again and again: a scan that was just about to begin has nothing yet that could be stopped.
        """
        for pool in self._pools:
            pool.shutdown(wait=False, cancel_futures=True)
        desks: list[_Desk | _JointDesk] = [*self._desks.values(), self._joint]
        sent = set[Future[None]]().union(*(desk.sent for desk in desks))
        under_way = {future for future in sent if not future.cancelled()}
        while under_way:
            self._joint.under_way.stop()
            for desk in self._desks.values():
                desk.reader.connection.cancel()
            under_way = wait(under_way, timeout=_ASK_AGAIN_S).not_done

    def request_stop(self) -> None:
        """Has `wait` raise StopRequested at its next moment of rest. May be called from any thread, at any time."""
        self._came_back.put(StopRequested())

    @property
    def _pools(self) -> list[ThreadPoolExecutor]:
        return [*(desk.pool for desk in self._desks.values()), self._joint.pool]

    @property
    def scans(self) -> int:
        """How many statements were started so far."""
        return self._scans

    def begin(self, conversation_id: str, coroutine: Coroutine[Ask, tuple[Any, ...], Any]) -> None:
        """Takes up a conversation; it speaks in the next `wait`."""
        self._awake.append((_Conversation(conversation_id, coroutine), None))

    def ended_at_once(self) -> list[Ended]:
        """Lets those speak that were begun, and returns those of them that ended without asking anything.

        No scan is sent: what waits for the ended ones may be begun first, and share the scans of the others.
        """
        return [outcome for outcome in self._let_speak() if outcome is not None]

    def wait(self) -> list[Ended]:
        """Goes on until at least one conversation has ended, and returns those; [] when there is none left.

        Raises:
            StopRequested: somebody asked for it.
        """
        while True:
            ended = [outcome for outcome in self._let_speak() if outcome is not None]
            self._send_scans()
            if ended or not self._asleep:
                return ended
            self._receive(self._came_back.get())
            while not self._came_back.empty():
                self._receive(self._came_back.get())

    # ------------------------------------------------------------ speaking and listening

    def _let_speak(self) -> Iterator[Ended | None]:
        while self._awake:
            conversation, heard = self._awake.popleft()
            try:
                if isinstance(heard, BaseException):
                    ask = conversation.coroutine.throw(heard)
                else:
                    ask = conversation.coroutine.send(heard)  # type: ignore[arg-type]
            except StopIteration as end:
                yield _ended(conversation, value=end.value)
            except Exception as error:  # noqa: BLE001 - whatever a validator raises is its own outcome
                yield _ended(conversation, error=error)
            else:
                if problem := unanswerable(ask):
                    conversation.coroutine.close()
                    yield _ended(conversation, error=TypeError(problem))
                else:
                    self._hear(conversation, ask)

    def _hear(self, conversation: _Conversation, ask: Ask) -> None:
        conversation.asked = ask.questions
        self._asleep[conversation.id] = conversation
        for question in ask.questions:
            conversation.columns |= dict.fromkeys(_columns(question))
            key = question.key
            if key in self._answers:
                continue
            if key not in self._listening:
                self._listening[key] = []
                self._put_down(question)
            if conversation not in self._listening[key]:
                self._listening[key].append(conversation)
        self._wake(conversation)

    def _put_down(self, question: Question) -> None:
        if isinstance(question.measure, Joint):
            self._joint.waiting.append(question)
        else:
            desk = self._desks[question.relation.side]
            desk.waiting.setdefault(question.relation.table.ref, []).append(question)

    def _wake(self, conversation: _Conversation) -> None:
        """Hands over the answers when all are there."""
        answers: list[Any] = []
        for question in conversation.asked:
            if question.key not in self._answers:
                return
            answers.append(self._answers[question.key])
        del self._asleep[conversation.id]
        failure = next((each for each in answers if isinstance(each, Exception)), None)
        for question, each in zip(conversation.asked, answers, strict=True):
            if not isinstance(each, Exception):
                conversation.statements |= dict.fromkeys(_statements(question, each))
        self._awake.append((conversation, failure or tuple(answers)))

    # ------------------------------------------------------------ scans

    def _send_scans(self) -> None:
        while self._joint.waiting:
            self._send(self._joint, JointScan(self._joint.waiting.popleft()))
        for side, desk in self._desks.items():
            while desk.running < desk.places and (scan := desk.next_scan()) is not None:
                desk.running += 1
                self._send(desk, scan, side)

    def _send(self, desk: _Desk | _JointDesk, scan: Scan, side: Side | None = None) -> None:
        self._scans += 1
        self._watcher.scan_started(self._scans, scan)
        sent = desk.pool.submit(self._carry_out, side, self._scans, scan, self._wanted_by(scan))
        desk.sent.add(sent)
        sent.add_done_callback(desk.sent.discard)

    def _wanted_by(self, scan: Scan) -> str:
        """The steps that wait for a scan, in words."""
        listening = (self._listening.get(each.key, ()) for each in scan.questions)
        steps = dict.fromkeys(conversation.id for some in listening for conversation in some)
        return f"{self._name} {', '.join(steps)}".strip()

    def _carry_out(self, side: Side | None, scan_id: int, scan: Scan, wanted_by: str) -> None:
        """In a thread of the side's pool, or of the pool for both sides."""
        began = time.perf_counter()
        answers: dict[Question, Any] | BaseException
        try:
            with purpose(wanted_by):
                if side is None:
                    answers = {each: self._joint_answer(scan_id, each) for each in scan.questions}
                else:
                    answers = _answers(scan, self._desks[side].reader)
        except BaseException as error:  # noqa: BLE001 - told in the main thread, nothing is swallowed
            answers = error
        ms = (time.perf_counter() - began) * 1000
        self._came_back.put(_Outcome(side, scan_id, scan, answers, ms))

    def _joint_answer(self, scan_id: int, question: Question) -> Any:
        measure, (target,) = question.measure, question.others
        assert isinstance(measure, Joint)  # noqa: S101 - for the type checker
        relations = {Side.SOURCE: question.relation, Side.TARGET: target}
        readers = {side: desk.reader for side, desk in self._desks.items()}
        self._joint.under_way = UnderWay(lambda far: self._came_back.put(_News(scan_id, far)))
        return measure.answered(relations, readers, self._joint.under_way)

    def _receive(self, came: _Outcome | _News | StopRequested) -> None:
        if isinstance(came, StopRequested):
            raise came
        if isinstance(came, _News):
            self._watcher.scan_progressed(came.scan_id, came.how_far)
            return
        if came.side is not None:
            self._desks[came.side].running -= 1
        answers = came.answers
        if isinstance(answers, BaseException):
            if not isinstance(answers, Exception):
                raise answers
            answers = dict.fromkeys(came.scan.questions, answers)
        failed = any(isinstance(each, Exception) for each in answers.values())
        self._watcher.scan_finished(came.scan_id, ms=came.ms, failed=failed)
        woken: dict[str, _Conversation] = {}
        for question, each in answers.items():
            self._answers[question.key] = each
            for conversation in self._listening.pop(question.key, ()):
                woken[conversation.id] = conversation
        for conversation in woken.values():
            self._wake(conversation)


def _desk(side: Side, reader: Reader, bound: int | None) -> _Desk:
    places = reader.connection.limits.max_concurrent_queries
    places = places if bound is None else max(1, min(places, bound))
    pool = ThreadPoolExecutor(max_workers=places, thread_name_prefix=f"scan-{side}")
    return _Desk(reader, pool, places)


def _ended(
    conversation: _Conversation, *, value: Any = None, error: BaseException | None = None
) -> Ended:
    return Ended(
        id=conversation.id,
        value=value,
        error=error,
        statements=tuple(conversation.statements),
        columns=tuple(conversation.columns),
    )


def unanswerable(ask: object) -> str | None:
    """Why what a conversation awaits cannot be answered here; None when it can."""
    if not isinstance(ask, Ask):
        return f"a {type(ask).__name__} was awaited; only measures can be"
    for question in ask.questions:
        measure = question.measure
        if not isinstance(measure, Aggregate | RowsOf | QueryOf | Joint):
            return f"no scan answers a {type(measure).__name__}"
        try:
            hash(question.key)
        except TypeError as error:
            return f"a measure must be a value that can be hashed: {error}"
    return None


def _columns(question: Question) -> tuple[str, ...]:
    """The source columns whose values the answer depends on."""
    measure = question.measure
    if isinstance(measure, Aggregate):
        by = (each.column if isinstance(each, PeriodOf) else each for each in measure.by)
        return (*measure.columns, *by)
    return measure.columns if isinstance(measure, RowsOf | Joint) else ()


def _statements(question: Question, answer: Any) -> tuple[Statement, ...]:
    if isinstance(question.measure, Joint):
        return question.measure.statements(answer)
    return () if answer.statement is None else (answer.statement,)


def _answers(scan: Scan, reader: Reader) -> dict[Question, Answer | Exception]:
    """The scan's answers; when it breaks, those of its parts, down to the question that is to blame."""
    try:
        return dict(answer(scan, reader))
    except Exception as failure:
        if isinstance(failure, OmbudsmanError) and not isinstance(failure, ISOLATED):
            raise
        parts = () if isinstance(scan, RowsScan) else _parts(scan, failure)
        if len(parts) <= 1:
            return dict.fromkeys(scan.questions, failure)
        return {
            question: each for part in parts for question, each in _answers(part, reader).items()
        }


def _parts(scan: AggregateScan, failure: Exception) -> Sequence[AggregateScan]:
    """What to ask in the scan's stead. Questions about the same rows have the same groups, together or alone."""
    return by_rows(scan) if isinstance(failure, TooManyGroups) else halves(scan)
