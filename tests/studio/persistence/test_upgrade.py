"""A store comes to its form by steps, and the steps lead where the entities say."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, text

from ombudsman.model.errors import SettingsError
from ombudsman.studio.persistence.entities import Base
from ombudsman.studio.persistence.store import Store, store_engine
from ombudsman.studio.persistence.upgrade import newest_revision, revision, upgrade


def test_the_steps_lead_to_what_the_entities_say(store: Store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_store_that_is_up_to_date_stays_as_it_is(store: Store):
    upgrade(store.engine)
    assert revision(store.engine) == newest_revision()


def test_an_empty_store_has_no_form_yet(store_url: URL):
    engine = store_engine(store_url)
    assert revision(engine) is None
    engine.dispose()


def test_eight_who_upgrade_at_once_do_it_once(store_url: URL):
    def work(_: int) -> str | None:
        engine = store_engine(store_url)
        try:
            upgrade(engine)
            return revision(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {newest_revision()}


def test_a_store_of_a_newer_program_is_refused(store: Store):
    with store.engine.execution_options(writes=True).begin() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(SettingsError, match="does not know"):
        upgrade(store.engine)


def test_an_upgrade_that_breaks_leaves_nothing_behind(
    store_url: URL, monkeypatch: pytest.MonkeyPatch
):
    engine = store_engine(store_url)
    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            upgrade(engine)
    assert revision(engine) is None
    upgrade(engine)
    assert revision(engine) == newest_revision()
    engine.dispose()
