"""Pages of a list: every row once, whatever comes and goes, and no cursor that breaks anything."""

import base64
import json

import pytest

from ombudsman.model.errors import SettingsError
from ombudsman.studio.persistence.entities.projects import Project
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.store import Store

NAMES = ["b", "a", "B", "ä", "a%", "A_", "", "z'", "10", "9", "汉", "a b"]


def fill(store: Store) -> None:
    with store.writing() as unit:
        for number, name in enumerate(NAMES):
            description = "even" if number % 2 else "odd"
            unit.projects.add(
                Project(name=name, description=description, created=unit.now, updated=unit.now)
            )


def walk(store: Store, sort: str, *, limit: int) -> list[str]:
    names: list[str] = []
    cursor = None
    while True:
        with store.reading() as unit:
            asked = PageRequest(limit=limit, cursor=cursor, sort=sort)
            page = unit.projects.listed(asked, member_id=None)
        assert page.total == len(NAMES)
        names += [row.name for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return names


@pytest.mark.parametrize("sort", ["name", "-name", "created", "-created", "updated"])
@pytest.mark.parametrize("limit", [1, 3, 12, 100])
def test_every_row_comes_once_in_one_order(store: Store, sort: str, limit: int):
    fill(store)
    walked = walk(store, sort, limit=limit)
    assert sorted(walked) == sorted(NAMES)
    assert walked == walk(store, sort, limit=100)


def test_a_row_that_comes_meanwhile_moves_no_other(store: Store):
    fill(store)
    with store.reading() as unit:
        first = unit.projects.listed(PageRequest(limit=4, sort="name"), member_id=None)
    with store.writing() as unit:
        unit.projects.add(Project(name="\t", created=unit.now, updated=unit.now))
    with store.reading() as unit:
        asked = PageRequest(limit=100, sort="name", cursor=first.next_cursor)
        rest = unit.projects.listed(asked, member_id=None)
    names = [row.name for row in (*first.items, *rest.items)]
    assert sorted(set(names) - {"\t"}) == sorted(NAMES)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("q", "found"), [("A", {"a", "a%", "A_", "a b"}), ("%", {"a%"}), ("_", {"A_"})]
)
def test_what_is_sought_is_a_text_and_no_pattern(store: Store, q: str, found: set[str]):
    fill(store)
    with store.reading() as unit:
        page = unit.projects.listed(PageRequest(q=q), member_id=None)
    assert {row.name for row in page.items} == found
    assert page.total == len(found)


def cursor_of(*told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        ("name", "!"),
        ("name", "x" * 1000),
        ("name", "é"),
        ("name", cursor_of("name")),
        ("name", cursor_of("-name", "a", "b")),
        ("name", cursor_of("name", 1, "b")),
        ("name", cursor_of("name", "a\x00", "b")),
        ("name", cursor_of("name", "\ud800", "b")),
        ("name", cursor_of("name", "a", "\udfff")),
        ("name", cursor_of("name", "a", {"b": 1})),
        ("name", cursor_of("name", None, "b")),
        ("name", cursor_of("name", "a", 10**30)),
        ("created", cursor_of("created", "2026-01-01", "b")),
        ("created", cursor_of("created", "2026-01-01T00:00:00", "b")),
        ("created", cursor_of("created", 12, "b")),
        ("name", base64.urlsafe_b64encode(b"[" * 100_000).decode()),
    ],
)
def test_a_cursor_that_we_did_not_write_is_refused(store: Store, sort: str, cursor: str):
    with pytest.raises(SettingsError, match="cursor"), store.reading() as unit:
        unit.projects.listed(PageRequest(cursor=cursor, sort=sort), member_id=None)


def test_a_sort_that_is_none_names_the_nearest(store: Store):
    with pytest.raises(SettingsError) as told, store.reading() as unit:
        unit.projects.listed(PageRequest(sort="nam"), member_id=None)
    assert told.value.hint == "did you mean 'name'?"
