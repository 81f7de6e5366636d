"""Both sides are opened, mapped and given back, also when something goes wrong on the way."""

from collections.abc import Iterable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.databases import make_databases, opened

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.errors import MappingInvalid, Unreachable
from ombudsman.model.mapping import Mapping, TableMapping
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline import session as session_module
from ombudsman.pipeline.session import Session


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("databases")
    make_databases(made)
    return made


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The connections whose readers were closed."""
    names: list[str] = []
    close = Reader.close

    def noted(self: Reader) -> None:
        names.append(self.connection.name)
        close(self)

    monkeypatch.setattr(Reader, "close", noted)
    return names


def one(source: str, target: str, **more: Any) -> Mapping:
    refs = TableRef.parse(source), TableRef.parse(target)
    return Mapping(tables=(TableMapping(source=refs[0], target=refs[1], **more),))


def test_without_a_mapping_tables_are_mapped_by_name(folder: Path):
    with opened(folder) as session:
        assert [str(each.source) for each in session.mapping.tables] == [
            "main.items",
            "main.orders",
        ]
        assert session.snapshot.source == "the file, opened read-only"


def test_a_mapping_is_completed(folder: Path):
    with opened(folder, one("main.orders", "main.orders", exclude=("note",))) as session:
        (table,) = session.mapping.tables
    assert [each.source for each in table.columns] == ["id", "amount"]
    assert table.key == ("id",)


def test_a_schema_that_is_not_there_is_the_mapping_s_fault(folder: Path, closed: list[str]):
    with (
        pytest.raises(MappingInvalid, match="no schema 'mian' in connection 'source'") as told,
        opened(folder, one("mian.orders", "main.orders")),
    ):
        pass
    assert told.value.hint == "did you mean 'main'?"
    assert sorted(closed) == ["source", "target"]


def test_one_side_that_cannot_be_opened_gives_the_other_back(folder: Path, closed: list[str]):
    with (
        connect("source", DuckDbSettings(path=folder / "source.duckdb")) as source,
        connect("gone", DuckDbSettings(path=folder / "gone.duckdb")) as target,
        pytest.raises(Unreachable, match=r"gone\.duckdb"),
        Session(source, target),
    ):
        pass
    assert closed == ["source"]


def test_an_interrupt_on_the_way_in_stops_both_sides(
    folder: Path, closed: list[str], monkeypatch: pytest.MonkeyPatch
):
    stopped: list[str] = []
    monkeypatch.setattr(Connection, "cancel", lambda self: stopped.append(self.name))

    really_wait = wait
    interrupts = [KeyboardInterrupt()]

    def interrupted(doing: Iterable[Future[None]], timeout: float | None = None) -> object:
        if interrupts:
            raise interrupts.pop()
        return really_wait(doing, timeout)

    monkeypatch.setattr(session_module, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), opened(folder):
        pass
    assert set(stopped) == {"source", "target"}
    assert sorted(closed) == ["source", "target"]


def test_a_session_is_closed_once_and_for_all(folder: Path, closed: list[str]):
    with opened(folder) as session:
        assert set(session.readers) == set(Side)
        session.close()
    assert sorted(closed) == ["source", "target"]
    assert session.readers == {}
