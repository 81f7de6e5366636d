"""Is a kept catalogue given out only while it is young, whole and the right one?"""

import datetime as dt
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.metadata.catalogues import SMALL

from ombudsman.connections.reader import Reader
from ombudsman.metadata import cache as module
from ombudsman.metadata.cache import FORMAT, CatalogueCache, CatalogueKey
from ombudsman.model.tables import Catalogue

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
KEY = CatalogueKey("shop")


def at(minutes: float) -> Any:
    """A clock that stands so many minutes after the small catalogue was taken."""
    return lambda: SMALL.taken_at + dt.timedelta(minutes=minutes)


@pytest.fixture(params=["folder", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "cache" if request.param == "folder" else None


def test_a_young_catalogue_is_given_out(folder: Path | None):
    cache = CatalogueCache(folder, now=at(59))
    assert cache.get(KEY, HOUR) is None
    cache.put(KEY, SMALL)
    assert cache.get(KEY, HOUR) == SMALL


@pytest.mark.parametrize("minutes", [61, -1])
def test_a_stale_catalogue_and_one_from_the_future_are_not(folder: Path | None, minutes: int):
    cache = CatalogueCache(folder, now=at(minutes))
    cache.put(KEY, SMALL)
    assert cache.get(KEY, HOUR) is None


def test_other_schemas_and_connections_are_other_catalogues(folder: Path | None):
    cache = CatalogueCache(folder, now=at(0))
    cache.put(CatalogueKey.of("shop", ["a", "b"]), SMALL)
    assert cache.get(CatalogueKey.of("shop", ["b", "a"]), HOUR) == SMALL
    assert cache.get(CatalogueKey.of("shop", ["a"]), HOUR) is None
    assert cache.get(CatalogueKey.of("shop", None), HOUR) is None
    assert cache.get(CatalogueKey.of("shop", []), HOUR) is None
    assert cache.get(CatalogueKey.of("ab", None), HOUR) is None


def test_a_forgotten_catalogue_is_gone(folder: Path | None):
    cache = CatalogueCache(folder, now=at(0))
    cache.forget(KEY)
    cache.put(KEY, SMALL)
    cache.forget(KEY)
    assert cache.get(KEY, HOUR) is None


def test_another_process_finds_what_was_kept(tmp_path: Path):
    CatalogueCache(tmp_path).put(KEY, SMALL)
    assert CatalogueCache(tmp_path, now=at(1)).get(KEY, HOUR) == SMALL


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b'{"format": 2, "catalogue": {}}', b"\x00" * 99]
)
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, content: bytes):
    cache = CatalogueCache(tmp_path, now=at(0))
    (tmp_path / KEY.file_name).write_bytes(content)
    assert cache.get(KEY, HOUR) is None
    cache.put(KEY, SMALL)
    assert cache.get(KEY, HOUR) == SMALL


def test_a_file_of_another_format_or_connection_is_not_taken(tmp_path: Path):
    cache = CatalogueCache(tmp_path, now=at(0))
    cache.put(KEY, SMALL)
    path = tmp_path / KEY.file_name
    kept = path.read_text()
    path.write_text(kept.replace(f'"format":{FORMAT}', '"format":0'))
    assert cache.get(KEY, HOUR) is None
    path.write_text(kept.replace('"connection":"shop"', '"connection":"other"'))
    assert cache.get(KEY, HOUR) is None


def test_whoever_reads_while_another_writes_sees_a_whole_catalogue(tmp_path: Path):
    cache = CatalogueCache(tmp_path, now=at(0))
    others = [SMALL, SMALL.model_copy(update={"tables": SMALL.tables * 200})]
    cache.put(KEY, SMALL)
    done = threading.Event()

    def write() -> None:
        for turn in range(40):
            cache.put(KEY, others[turn % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while not done.is_set():
        seen.append(cache.get(KEY, HOUR))
    writer.join()
    assert seen
    assert all(each in others for each in seen)
    assert [path.name for path in tmp_path.iterdir()] == [KEY.file_name]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for the database; remembers what it was asked for."""
    asked: list[Any] = []

    def read(_: Reader, schemas: Any) -> Catalogue:
        asked.append(schemas)
        return SMALL

    monkeypatch.setattr(module, "read_catalogue", read)
    return asked


READER = cast("Reader", SimpleNamespace(connection=SimpleNamespace(name="shop")))


def test_the_database_is_asked_once_and_again_when_the_answer_is_stale(
    folder: Path | None, reads: list[Any]
):
    clock = iter([0, 30, 60, 61])
    cache = CatalogueCache(folder, now=lambda: SMALL.taken_at + next(clock) * MINUTE)
    asked = []
    for _ in range(5):  # the first finds nothing, and does not look at the clock
        assert cache.read(READER, ["sales"], max_age=HOUR) == SMALL
        asked.append(len(reads))
    assert asked == [1, 1, 1, 1, 2]


def test_a_folder_that_cannot_be_written_to_only_costs_time(tmp_path: Path, reads: list[Any]):
    (tmp_path / "file").write_text("in the way")
    cache = CatalogueCache(tmp_path / "file", now=at(0))
    assert cache.read(READER, max_age=HOUR) == SMALL
    assert reads == [None]
