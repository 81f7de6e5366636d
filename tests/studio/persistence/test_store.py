"""Transactions that neither lose nor trip over one another."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import StatementError
from tests.studio.conftest import AUDIT_KEY

from ombudsman.model.errors import Conflict
from ombudsman.studio.errors import Outdated, StoreFull, StoreUnavailable
from ombudsman.studio.persistence.entities.projects import Connection, Project
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.unit import Unit

WRITERS, EACH = 16, 15


def project(unit: Unit, name: str) -> Project:
    return unit.projects.add(Project(name=name, created=unit.now, updated=unit.now))


def count_up(store: Store, project_id: str) -> list[Exception]:
    """Reads a number and writes the next, again and again; what went wrong."""
    failures: list[Exception] = []
    for _ in range(EACH):
        try:
            with store.writing() as unit:
                row = unit.projects.get(project_id)
                row.description = str(int(row.description or 0) + 1)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            failures.append(error)
    return failures


def test_sixteen_writers_wait_for_their_turn_and_lose_nothing(store: Store):
    if not store.is_sqlite:
        pytest.skip("on PostgreSQL the later of two edits is refused: the next test")
    with store.writing() as unit:
        made = project(unit, "counted").id
    stores = [Store(store.engine.url, audit_key=AUDIT_KEY) for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        failures = [f for each in pool.map(count_up, stores, [made] * WRITERS) for f in each]
    for each in stores:
        each.close()
    assert failures == []
    with store.reading() as unit:
        assert unit.projects.get(made).description == str(WRITERS * EACH)


def test_without_begin_immediate_the_sixteen_would_fail(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    if not store.is_sqlite:
        pytest.skip("BEGIN IMMEDIATE is SQLite's")
    with store.writing() as unit:
        made = project(unit, "counted").id
    monkeypatch.setattr(store, "_writer", store.engine)
    with ThreadPoolExecutor(WRITERS) as pool:
        told = pool.map(count_up, [store] * WRITERS, [made] * WRITERS)
        assert any(isinstance(f, StoreUnavailable) for each in told for f in each)


def test_of_two_edits_of_one_version_the_later_is_refused(store: Store):
    if store.is_sqlite:
        pytest.skip("on SQLite the second waits, and then reads what the first wrote")
    with store.writing() as unit:
        made = project(unit, "edited").id
    with pytest.raises(Outdated), store.writing() as late:  # noqa: PT012 - at the end of the transaction
        row = late.projects.get(made)
        with store.writing() as early:
            early.projects.get(made).description = "early"
        row.description = "late"
    with store.reading() as unit:
        assert unit.projects.get(made).description == "early"


def test_what_breaks_is_undone_whole(store: Store):
    with pytest.raises(ZeroDivisionError), store.writing() as unit:  # noqa: PT012 - at the end of the transaction
        project(unit, "half")
        raise ZeroDivisionError
    with store.reading() as unit:
        assert unit.projects.named("half") is None


def test_a_name_that_is_taken_meanwhile_is_a_conflict(store: Store):
    with store.writing() as unit:
        project(unit, "one")
    with pytest.raises(Conflict), store.writing() as unit:
        project(unit, "one")


def test_foreign_keys_are_kept_and_children_go_with_their_project(store: Store):
    with pytest.raises(Conflict), store.writing() as unit:
        unit.connections.add(_connection(unit, "0" * 26))
    with store.writing() as unit:
        made = project(unit, "parent").id
        child = unit.connections.add(_connection(unit, made)).id
    with store.writing() as unit:
        unit.projects.remove(unit.projects.get(made))
    with store.reading() as unit:
        assert unit.connections.find(child) is None


def _connection(unit: Unit, project_id: str) -> Connection:
    return Connection(
        project_id=project_id,
        name="erp",
        engine="duckdb",
        settings={},
        secret_fields=[],
        created=unit.now,
        updated=unit.now,
    )


def test_a_moment_without_a_zone_is_refused(store: Store):
    with pytest.raises(StatementError, match="zone") as told, store.writing() as unit:  # noqa: PT012 - at the end of the transaction
        naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the point
        unit.projects.add(Project(name="naive", created=naive, updated=unit.now))
    assert "'naive'" not in str(told.value), "an error tells no values"


def test_moments_come_back_in_utc(store: Store):
    there = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=5)))
    with store.writing() as unit:
        made = unit.projects.add(Project(name="far", created=there, updated=unit.now)).id
    with store.reading() as unit:
        told = unit.projects.get(made).created
    assert (told, told.tzinfo) == (there, dt.UTC)


def test_a_full_disk_is_told_and_writing_goes_on_when_there_is_room(store: Store):
    if not store.is_sqlite:
        pytest.skip("only SQLite can be told to be full")
    with store.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    limit = pages

    def full(driver_connection: Any, _record: object, _proxy: object) -> None:
        driver_connection.execute(f"PRAGMA max_page_count={limit}")

    event.listen(store.engine, "checkout", full)
    with pytest.raises(StoreFull), store.writing() as unit:  # noqa: PT012 - at the end of the transaction
        for number in range(2_000):
            project(unit, f"too much {number}" * 20)
    with store.reading() as unit:
        assert unit.projects.listed(PageRequest(), member_id=None).total == 0
    limit = 1_000_000
    with store.writing() as unit:
        project(unit, "room again")


def test_a_server_that_is_gone_is_told_without_its_address():
    url = URL.create("postgresql+psycopg", host="127.0.0.1", port=1, username="u", password="pw!")
    store = Store(url, audit_key=AUDIT_KEY)
    with pytest.raises(StoreUnavailable) as told, store.reading() as unit:
        unit.accounts.count()
    assert "pw!" not in str(told.value.problem())
    assert "127.0.0.1" not in str(told.value.problem())
    store.close()


PRAGMAS = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout", "secure_delete")


def test_sqlite_keeps_a_log_and_syncs_every_commit(tmp_path: Path):
    store = Store(make_url(f"sqlite:///{tmp_path / 'x.db'}"), audit_key=AUDIT_KEY)
    with store.engine.connect() as connection:
        told = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
    store.close()
    assert told == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 15_000,
        "secure_delete": 1,
    }


def test_a_document_comes_back_as_it_was_whatever_stands_in_it(store: Store):
    odd = {"nul": "\x00", "half a pair": "\ud800", "none": None, "long": 2**70, "\x00": [1.5, "é"]}
    with store.writing() as unit:
        connection = _connection(unit, project(unit, "odd").id)
        connection.settings = odd
        made = unit.connections.add(connection).id
    with store.reading() as unit:
        assert unit.connections.get(made).settings == odd
