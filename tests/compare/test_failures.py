"""A comparison that cannot be finished: no verdict, a clear error, nothing left behind, and it can be run again.

The rows of both sides are locked when a stage of the comparison begins, so that its statements wait; then what goes
wrong goes wrong in the middle of them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from tests.compare.two_tables import OpenTables, TwoTables
from tests.connections.tcp_proxy import proxy
from tests.postgres_server import PostgresServer

from ombudsman.compare.engine import RowsAnswer
from ombudsman.compare.plan import Plan, Strategy, make_plan
from ombudsman.compare.sums import Fingerprint
from ombudsman.connections.settings import PostgresSettings
from ombudsman.measures.under_way import HowFar, UnderWay
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    OmbudsmanError,
    TimedOut,
    WorkspaceFailed,
)
from ombudsman.model.result import Kind
from ombudsman.model.tables import Side

pytestmark = pytest.mark.postgres

OURS = "to-be-failed"
LOCK = 4_711
FOUND = {Kind.VALUE_DIFFERS: 1, Kind.ROW_MISSING_IN_TARGET: 1}

Way = tuple[str, Strategy, Fingerprint | None]
WAYS: dict[str, Way] = {
    "sums made there": ("sums", Strategy.CHECKSUM, Fingerprint.PORTABLE),
    "sums made here": ("sums", Strategy.CHECKSUM, Fingerprint.WORKSPACE),
    "candidates": ("candidates", Strategy.CHECKSUM, None),
    "rows": ("rows", Strategy.STREAM, None),
}
"""The stage in which it fails, and how the rows are compared."""


@pytest.fixture
def tables(tmp_path: Path, postgres: PostgresServer) -> TwoTables:
    """Views whose rows cannot be read while somebody holds the lock."""
    view = (
        "CREATE VIEW t AS SELECT * FROM stored"
        f" WHERE CAST(pg_advisory_xact_lock_shared({LOCK}) AS TEXT) IS NOT NULL"
    )
    made = "CREATE TABLE stored AS SELECT i AS id, 'name ' || i AS name FROM generate_series(1, 500) AS r(i)"
    two = TwoTables(("postgresql", "postgresql"), tmp_path, postgres).make(
        [made, view],
        [
            made,
            "DELETE FROM stored WHERE id = 7",
            "UPDATE stored SET name = 'x' WHERE id = 8",
            view,
        ],
    )
    two.settings = [_named(settings) for settings in two.settings]
    return two


def _named(settings: Any, **more: Any) -> PostgresSettings:
    assert isinstance(settings, PostgresSettings)
    return settings.model_copy(update={"application_name": OURS, **more})


@pytest.fixture
def left_behind(tmp_path: Path) -> Iterator[Path]:
    """The folder for whatever a comparison writes. In the end it is empty, and no thread is left."""
    folder = tmp_path / "written"
    folder.mkdir()
    before = set(threading.enumerate())
    yield folder
    assert list(folder.iterdir()) == []
    _until(lambda: not (set(threading.enumerate()) - before))


class Fault:
    """Locks the rows of both sides when a stage begins, and lets something go wrong while they are waited for."""

    def __init__(
        self, postgres: PostgresServer, tables: TwoTables, stage: str, happens: Callable[[], object]
    ) -> None:
        self._postgres = postgres
        self._stage = stage
        self._happens = happens
        self._thread = threading.Thread(target=self._wait_and_happen)
        self._locks = [postgres.connect(_database(settings)) for settings in tables.settings]
        self.has_happened = False

    def watch(self, how_far: HowFar) -> None:
        if how_far.stage == self._stage and not self.has_happened and not how_far.done:
            for session in self._locks:
                session.execute(f"SELECT pg_advisory_lock({LOCK})")
            self._thread.start()

    def _wait_and_happen(self) -> None:
        _until(lambda: _waiting(self._postgres) == 2)  # both sides
        self.has_happened = True
        self._happens()

    def release(self) -> None:
        for session in self._locks:
            session.close()
        if self._thread.is_alive():
            self._thread.join()


@contextmanager
def fault(
    postgres: PostgresServer, tables: TwoTables, stage: str, happens: Callable[[], object]
) -> Iterator[UnderWay]:
    """While inside, this goes wrong in that stage."""
    made = Fault(postgres, tables, stage, happens)
    try:
        yield UnderWay(made.watch)
    finally:
        made.release()
    assert made.has_happened


def _database(settings: Any) -> str:
    assert isinstance(settings, PostgresSettings)
    return settings.database


def _waiting(postgres: PostgresServer) -> int:
    """How many of our statements wait for the lock."""
    ours = f"application_name = '{OURS}' AND wait_event = 'advisory'"
    return int(
        postgres.execute("postgres", f"SELECT COUNT(*) FROM pg_stat_activity WHERE {ours}")[0][0]
    )


def _active(postgres: PostgresServer) -> int:
    """How many of our statements run."""
    ours = f"application_name = '{OURS}' AND state = 'active'"
    return int(
        postgres.execute("postgres", f"SELECT COUNT(*) FROM pg_stat_activity WHERE {ours}")[0][0]
    )


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it does not come to pass"
        time.sleep(0.02)


def compared(
    opened: OpenTables | TwoTables, way: str, written: Path, **question: Any
) -> RowsAnswer:
    _, strategy, fingerprint = WAYS[way]
    told: dict[str, Any] = {
        "strategy": strategy,
        "rows_file": written / "rows.parquet",
        "repair_file": written / "repair.sql",
        "folder": written,
    } | question
    with ExitStack() as stack:
        if fingerprint is not None:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr("ombudsman.compare.engine.make_plan", _planned(fingerprint))
        return opened.compared(**told)


def _planned(fingerprint: Fingerprint) -> Callable[..., Plan]:
    here = frozenset(Side) if fingerprint is Fingerprint.WORKSPACE else frozenset()
    return lambda *args: replace(make_plan(*args), fingerprint=fingerprint, hashed_here=here)


def fails(
    postgres: PostgresServer,
    tables: TwoTables,
    way: str,
    written: Path,
    expected: type[OmbudsmanError],
    happens: Callable[[OpenTables], object],
) -> OmbudsmanError:
    """Compares while that happens; afterwards nothing runs any more, and a second attempt finds what there is."""
    with tables.open() as opened:
        with (
            fault(postgres, tables, WAYS[way][0], lambda: happens(opened)) as under_way,
            pytest.raises(expected) as told,
        ):
            compared(opened, way, written, under_way=under_way)
        _until(lambda: _active(postgres) == 0)
        assert list(written.iterdir()) == []
    answer = compared(tables, way, written)
    assert answer.differences.found == FOUND
    for each in written.iterdir():
        each.unlink()
    error = told.value
    assert error.hint or expected is Cancelled
    assert "name 8" not in f"{error} {error.hint}"
    return error


def _end_waiting(postgres: PostgresServer) -> None:
    ours = f"application_name = '{OURS}' AND wait_event = 'advisory'"
    postgres.execute(
        "postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_is_ended_on_the_server_is_lost(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path, way: str
):
    fails(postgres, tables, way, left_behind, ConnectionLost, lambda _: _end_waiting(postgres))


@pytest.mark.parametrize("way", WAYS)
def test_when_one_side_fails_the_other_is_stopped(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path, way: str
):
    """Its rows are still locked: it would wait for them for ever."""

    def end_the_source(_: OpenTables) -> None:
        database = _database(tables.settings[0])
        postgres.execute(
            "postgres",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
            f" AND application_name = '{OURS}' AND wait_event = 'advisory'",
        )

    fails(postgres, tables, way, left_behind, ConnectionLost, end_the_source)


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_comparison_ends(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path, way: str
):
    def cancel(opened: OpenTables) -> None:
        for connection in opened.connections:
            connection.cancel()

    fails(postgres, tables, way, left_behind, Cancelled, cancel)


@pytest.mark.parametrize("way", WAYS)
def test_a_statement_that_takes_too_long_is_ended_by_the_server(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path, way: str
):
    tables.settings = [_named(each, statement_timeout_s=2) for each in tables.settings]
    fails(postgres, tables, way, left_behind, TimedOut, lambda _: None)


@pytest.mark.parametrize("way", WAYS)
def test_a_cut_line_is_told(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path, way: str
):
    direct = list(tables.settings)
    with proxy(postgres.host, postgres.port) as line:
        tables.settings[1] = _named(direct[1], host="127.0.0.1", port=line.port)

        with (
            tables.open() as opened,
            fault(postgres, tables, WAYS[way][0], line.close) as under_way,
            pytest.raises((ConnectionLost, ConnectionFailed)),
        ):
            compared(opened, way, left_behind, under_way=under_way)
    _until(lambda: _active(postgres) == 0)
    assert list(left_behind.iterdir()) == []


# ------------------------------------------------------------ this machine


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
@pytest.mark.parametrize("name", ["rows.parquet", "repair.sql"])
@pytest.mark.parametrize("way", ["candidates", "rows"])
def test_a_full_disk_leaves_no_file(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path, way: str, name: str
):
    (left_behind / f"{name}.part").symlink_to("/dev/full")
    with pytest.raises(WorkspaceFailed, match="cannot write") as told:
        compared(tables, way, left_behind)
    assert told.value.hint
    assert _active(postgres) == 0
    assert compared(tables, way, left_behind).differences.found == FOUND
    for each in left_behind.iterdir():
        each.unlink()


def test_a_folder_that_cannot_be_written_is_told(tables: TwoTables, left_behind: Path):
    blocked = left_behind / "a file"
    blocked.touch()
    with pytest.raises(WorkspaceFailed, match="cannot write"):
        compared(tables, "rows", left_behind, rows_file=blocked / "rows.parquet")
    blocked.unlink()


def test_a_workspace_that_has_no_folder_is_told(tables: TwoTables, left_behind: Path):
    with pytest.raises(WorkspaceFailed, match="temporary files"):
        compared(tables, "rows", left_behind, folder=left_behind / "is not there")


@pytest.mark.parametrize("way", ["candidates", "rows"])
def test_a_workspace_without_room_is_told(
    postgres: PostgresServer,
    tmp_path: Path,
    left_behind: Path,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
):
    """Rows by a key of texts come whole, and do not fit into what the workspace may hold and spill."""
    made = (
        "CREATE TABLE t AS SELECT {} || MD5(CAST(i AS TEXT)) AS id, REPEAT(MD5(CAST(i AS TEXT)), 8) AS name"
        " FROM generate_series(1, 150000) AS r(i)"
    )
    two = TwoTables(("postgresql", "postgresql"), tmp_path, postgres).make(
        [made.format("'a'")], [made.format("'b'")]
    )
    connect: Any = duckdb.connect

    def small(*args: Any, config: dict[str, Any]) -> Any:
        return connect(*args, config=config | {"max_temp_directory_size": "1MB", "threads": "1"})

    monkeypatch.setattr(duckdb, "connect", small)
    with pytest.raises(WorkspaceFailed, match="ran out of room") as told:
        compared(two, way, left_behind, memory_mb=24)
    assert "driver_message" not in told.value.problem().context


# ------------------------------------------------------------ nobody is left waiting


def test_statements_that_wait_are_not_begun_after_a_stop(
    postgres: PostgresServer, tables: TwoTables, left_behind: Path
):
    """One statement at a time: while one waits for its rows, others wait for their turn."""
    tables.settings = [_named(each, max_concurrent_queries=1) for each in tables.settings]
    with tables.open() as opened:
        under_way: UnderWay

        def stop() -> None:
            under_way.stop()
            for connection in opened.connections:
                connection.cancel()

        with (
            fault(postgres, tables, "rows", stop) as under_way,
            pytest.raises(Cancelled),
            suppress(psycopg.Error),
        ):
            compared(opened, "rows", left_behind, under_way=under_way)
        _until(lambda: _active(postgres) == 0)
