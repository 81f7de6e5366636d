"""Brings a backup back, into a place where nothing is yet.

All of it is unpacked and proved beside its place first, brought to this program's form, and put there at the end: a
backup that is damaged leaves the place as empty as it was. SQLite gets the file itself; into PostgreSQL the rows are
copied, from either kind of store.

The key is not in the backup, and has to be there before. Who has lost it can have the rest: then the secrets are
emptied, and neither the backup nor its audit log is proved any more.
"""

import contextlib
import datetime as dt
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine

from ombudsman.model.errors import SettingsError
from ombudsman.studio.backup_file import SETTINGS, STORE, BackupReader
from ombudsman.studio.backup_rows import copy_rows, is_empty
from ombudsman.studio.foundation import keys_at_hand
from ombudsman.studio.kept_rows import owner_file
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.store import Store, failures_told, store_engine
from ombudsman.studio.persistence.upgrade import upgrade
from ombudsman.studio.security.keys import Keys
from ombudsman.studio.settings import StudioSettings

SETTINGS_FILE = "settings-of-backup.env"


@dataclass(frozen=True)
class Restored:
    """What was brought back. `is_proved`: the key that sealed the backup was there, and it fits."""

    made: dt.datetime
    files: int
    settings: Path
    is_proved: bool


def restore(settings: StudioSettings, path: Path, *, without_key: bool = False) -> Restored:
    """Brings a backup back.

    Args:
        settings: of the studio that is to have it; store and results are empty.
        path: the backup.
        without_key: whether it is wanted though its key is not there, and its secrets are lost.

    Raises:
        SettingsError: the backup is damaged, of a newer program, or its key is missing; or something is here already.
        StoreUnavailable: the store does not answer.
    """
    folder, url = settings.data_folder, settings.store_url
    with BackupReader(path) as backup, _written_to(folder):
        is_proved = _proved(backup, settings, without_key=without_key)
        _refuse_what_is_there(folder, url)
        _refuse_too_large(backup, folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".restoring-") as beside:
            unpacked = Path(beside)
            for name in backup.manifest.members:
                backup.unpack(name, unpacked / name)
            with failures_told():
                _bring_up_to_date(unpacked / STORE)
            if not is_proved:
                _give_up_secrets(unpacked / STORE)
            _place(unpacked, folder, url)
        if is_proved:
            _note(settings, path)
        return Restored(
            backup.manifest.made, len(backup.results), folder / SETTINGS_FILE, is_proved
        )


def _proved(backup: BackupReader, settings: StudioSettings, *, without_key: bool) -> bool:
    keys, manifest = keys_at_hand(settings), backup.manifest
    there = {master.name for master in keys.masters} if keys else set()
    is_sealed = keys is not None and backup.is_sealed_by(keys)
    audit_fits = keys is not None and keys.masters[-1].name == manifest.audit_key
    if is_sealed and audit_fits and set(manifest.master_keys) <= there:
        return True
    if without_key:
        return False
    raise SettingsError(
        "the key that this backup needs is not here",
        hint=f"put the key file into {settings.data_folder / 'keys'} first, or set OVS_MASTER_KEY; "
        "--without-key gives its secrets up",
    )


def _refuse_what_is_there(folder: Path, url: URL) -> None:
    if any((folder / "results").glob("*")):
        raise _not_empty(f"there are results in {folder / 'results'}")
    if url.get_backend_name() == "sqlite":
        _refuse_store_of(Path(str(url.database)))
        return
    with _engine(url) as engine, failures_told(), engine.connect() as connection:
        if not is_empty(connection):
            raise _not_empty(f"the database {url.database} is in use")


def _refuse_store_of(path: Path) -> None:
    """A log without its store counts as well: SQLite would write what stands in it over the store that comes there."""
    if path.exists():
        raise _not_empty(f"there is a store at {path}")
    for each in (path.with_name(path.name + ending) for ending in ("-wal", "-journal")):
        if each.exists():
            raise _not_empty(f"there is {each}, the log of a store that was here")


def _refuse_too_large(backup: BackupReader, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if backup.size > free:
        raise SettingsError(
            f"the backup needs {backup.size:,} bytes, and {folder} has room for {free:,}",
            hint="make room, or name another folder by --data",
        )


def _bring_up_to_date(path: Path) -> None:
    """By the migrations, as any store. One of a newer program is refused there."""
    with _engine(URL.create("sqlite", database=str(path))) as engine:
        upgrade(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _give_up_secrets(path: Path) -> None:
    """Empties what nobody can read any more, so that new secrets can be set.

    Whoever had a second factor is disabled: to let them in by the password alone is for an administrator to say.
    """
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE connections SET secret_box = NULL, secret_fields = '[]'")
        store.execute("UPDATE users SET disabled = 1, otp_box = NULL WHERE otp_since IS NOT NULL")
        store.execute("UPDATE users SET otp_since = NULL")
        store.execute("DELETE FROM data_keys")


def _place(unpacked: Path, folder: Path, url: URL) -> None:
    results = unpacked / "results"
    results.mkdir(exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        (folder / "results").rmdir()
    if (unpacked / SETTINGS).exists():
        os.replace(unpacked / SETTINGS, folder / SETTINGS_FILE)  # noqa: PTH105 - atomic on every system
    if url.get_backend_name() == "sqlite":
        store = Path(str(url.database))
        store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = store.with_name(store.name + ".restoring")
        shutil.move(unpacked / STORE, beside)  # which may be a copy onto another disk
        with _results_placed(results, folder / "results"):
            os.replace(beside, store)  # noqa: PTH105 - atomic on every system
        return
    with (
        _engine(url) as engine,
        _engine(URL.create("sqlite", database=str(unpacked / STORE))) as copy,
        failures_told(),
    ):
        upgrade(engine)
        with (
            copy.connect() as source,
            _results_placed(results, folder / "results"),
            engine.begin() as target,
        ):
            copy_rows(source, target)


@contextlib.contextmanager
def _results_placed(results: Path, place: Path) -> Iterator[None]:
    """Puts the results there, and takes them back when what has to come with them fails."""
    results.rename(place)
    try:
        yield
    except BaseException:
        place.rename(results)
        raise
    owner_file(place.parent).unlink(missing_ok=True)


def _note(settings: StudioSettings, path: Path) -> None:
    """The audit tells where the past of this studio comes from."""
    keys = keys_at_hand(settings)
    assert isinstance(keys, Keys)  # noqa: S101 - they proved the backup
    store = Store(settings.store_url, audit_key=keys.audit)
    try:
        with store.writing() as unit:
            unit.note(Note("backup.restore", address="console", details={"file": path.name}))
    finally:
        store.close()


@contextlib.contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = store_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except OSError as error:
        raise SettingsError(
            f"the backup cannot be restored into {folder}: {error.strerror or error}",
            hint="name another folder by --data",
        ) from None


def _not_empty(what: str) -> SettingsError:
    return SettingsError(
        f"a backup is restored into an empty place, and {what}",
        hint="name another folder by --data, or another database in OVS_DB_URL",
    )
