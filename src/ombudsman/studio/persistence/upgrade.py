"""Brings a store to the form that this version of the program knows, step by step.

All steps run in one transaction, and one process at a time: whoever comes second finds the work done. A store that is
newer than the program is refused, for an old program would not see what it must not break.
"""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from ombudsman.model.errors import SettingsError

_LOCK = 0x6F766D67
"""The number of the advisory lock that upgrades take on PostgreSQL."""


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Upgrades the store; does nothing when it is up to date.

    Raises:
        SettingsError: a newer version of the program made this store.
    """
    with engine.execution_options(writes=True).begin() as transaction:
        if engine.dialect.name == "postgresql":
            transaction.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        config = _config(transaction)
        _refuse_newer(transaction, config)
        command.upgrade(config, to)


def revision(engine: Engine) -> str | None:
    """The form that the store has now; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str:
    """The form that this version of the program knows."""
    head = ScriptDirectory.from_config(_script()).get_current_head()
    if head is None:
        raise SettingsError("the program holds no form of the store", hint="install it again")
    return head


def _config(transaction: Connection) -> Config:
    config = _script()
    config.attributes["connection"] = transaction
    return config


def _script() -> Config:
    config = Config()
    config.set_main_option("script_location", "ombudsman.studio.persistence:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _refuse_newer(transaction: Connection, config: Config) -> None:
    here = MigrationContext.configure(transaction).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if here is not None and here not in known:
        raise SettingsError(
            f"the store has the form {here!r}, which this version of the program does not know",
            hint="a newer version made it: start that one, or restore a backup from before",
        )
