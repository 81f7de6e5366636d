"""The audit log is a chain: what is changed, removed or cut off is found."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ombudsman.studio.persistence.audit import End, Note
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.store import Store


def write(store: Store, number: int) -> None:
    for each in range(number):
        with store.writing() as unit:
            details = {"ü": each, "a": [1, None]}
            unit.note(Note("project.create", f"project:{each}", details=details))


def broken(store: Store) -> int | None:
    with store.reading() as unit:
        return unit.audit.first_broken()


def tamper(store: Store, statement: str) -> None:
    """As somebody would who may do anything to the database, the guard included."""
    with store.engine.execution_options(writes=True).begin() as transaction:
        if store.is_sqlite:
            transaction.execute(text("DROP TRIGGER audit_log_UPDATE"))
            transaction.execute(text("DROP TRIGGER audit_log_DELETE"))
        else:
            transaction.execute(text("DROP TRIGGER audit_log_guard ON audit_log"))
        transaction.execute(text(statement))


def test_an_untouched_log_is_whole(store: Store):
    assert broken(store) is None
    write(store, 5)
    assert broken(store) is None


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit_log SET actor_name = 'somebody else' WHERE number = 3", 3),
        ("UPDATE audit_log SET details = '{}' WHERE number = 2", 2),
        ("UPDATE audit_log SET digest = digest || '0' WHERE number = 5", 5),
        ("DELETE FROM audit_log WHERE number = 4", 4),
        ("DELETE FROM audit_log WHERE number = 1", 1),
        ("DELETE FROM audit_log WHERE number = 5", 5),
        ("UPDATE audit_head SET number = 4", 6),
    ],
)
def test_the_first_entry_that_does_not_fit_is_named(store: Store, statement: str, first: int):
    write(store, 5)
    tamper(store, statement)
    assert broken(store) == first


def test_what_was_cut_off_from_the_end_is_missed_by_who_remembers_it(store: Store):
    write(store, 5)
    with store.reading() as unit:
        ends = [End(e.number, e.digest) for e in unit.audit.listed(PageRequest()).items]
    tamper(store, "DELETE FROM audit_log WHERE number > 3")
    tamper_again = f"UPDATE audit_head SET number = 3, digest = '{ends[2].digest}'"
    with store.engine.execution_options(writes=True).begin() as transaction:
        transaction.execute(text(tamper_again))
    assert broken(store) is None, "the chain alone does not show it"
    with store.reading() as unit:
        assert [unit.audit.first_broken(end) for end in reversed(ends)] == [None] * 3 + [4, 4]
    write(store, 2)
    with store.reading() as unit:
        assert unit.audit.first_broken(ends[0]) == 5, "others stand in its place now"


def test_the_new_end_is_logged_once_it_is_committed(store: Store, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    write(store, 2)
    with pytest.raises(ZeroDivisionError), store.writing() as unit:  # noqa: PT012 - at the end of the transaction
        unit.note(Note("project.create"))
        raise ZeroDivisionError
    with store.writing():
        pass  # nothing to note
    with store.reading() as unit:
        entries = unit.audit.listed(PageRequest(sort="number")).items
    assert [r.getMessage() for r in caplog.records if r.name.endswith("persistence.store")] == [
        f"the audit log ends with entry {entry.number}, {entry.digest}" for entry in entries
    ]


def test_with_another_key_nothing_fits(store: Store):
    write(store, 2)
    store._audit_key = b"another"
    assert broken(store) == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET outcome = 'denied'", "DELETE FROM audit_log"]
)
def test_the_store_itself_refuses_to_change_it(store: Store, statement: str):
    write(store, 1)
    with (
        pytest.raises(DBAPIError, match="only added to"),
        store.engine.execution_options(writes=True).begin() as transaction,
    ):
        transaction.execute(text(statement))


def test_what_did_not_commit_is_not_in_it(store: Store):
    with pytest.raises(ZeroDivisionError), store.writing() as unit:  # noqa: PT012 - at the end of the transaction
        unit.note(Note("project.create"))
        raise ZeroDivisionError
    with store.reading() as unit:
        assert unit.audit.count() == 0


def test_many_who_write_at_once_make_one_chain(store: Store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: write(store, 5), range(8)))
    assert broken(store) is None
    with store.reading() as unit:
        page = unit.audit.listed(PageRequest(limit=100))
    assert [entry.number for entry in page.items] == list(range(40, 0, -1))
