"""Keeps what a studio knows in one file: its store, the rows that differed, and how it was configured.

It is made while the server runs. The store is read as of one moment: SQLite copies itself, PostgreSQL is read in one
transaction through our own tables, so that no other program is needed. A result names its file of rows only once the
file is whole; so the files that the copied store names are taken, and no others.

Secrets stay encrypted, and *the key is not in the backup*: whoever finds the file reads no password. Keep the key file
elsewhere; without it the secrets are lost. The databases in the folder of files are not ours, and not in it either.
"""

import contextlib
import datetime as dt
import io
import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL

from ombudsman.model.errors import SettingsError
from ombudsman.studio.backup_file import FORMAT, SETTINGS, STORE, BackupWriter, Manifest
from ombudsman.studio.backup_rows import copy_rows
from ombudsman.studio.clock import utc_now
from ombudsman.studio.foundation import keys_at_hand
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.store import Store, store_engine
from ombudsman.studio.persistence.upgrade import newest_revision, revision, upgrade
from ombudsman.studio.security.keys import Keys
from ombudsman.studio.settings import StudioSettings

KEPT_DAYS = 30
_NAME = re.compile(r"ombudsman-(\d{8}T\d{6}Z)\.backup")
_UNFINISHED = ".part-"
_UNFINISHED_S = 24 * 3_600
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """A backup that was made. `gone` are files of rows that retention took while it was made."""

    path: Path
    size: int
    files: int
    gone: int
    removed: list[Path] = field(default_factory=list)


def back_up(
    settings: StudioSettings,
    *,
    folder: Path | None = None,
    keep_days: int = KEPT_DAYS,
    now: dt.datetime | None = None,
) -> Backup:
    """Makes a backup, and removes those of the folder that are older than `keep_days`.

    Args:
        settings: of the studio.
        folder: where it goes; by default `backups` in the data folder.
        keep_days: how long backups are kept; the new one always is.
        now: what time it is.

    Raises:
        SettingsError: there is no store or key yet, or the folder cannot be written.
        StoreUnavailable: the store does not answer.
    """
    moment = now or utc_now()
    folder = (folder or settings.data_folder / "backups").expanduser()
    keys = keys_at_hand(settings)
    if keys is None:
        raise SettingsError("there is no studio here yet", hint="look at OVS_DATA_FOLDER")
    path = folder / f"ombudsman-{moment.astimezone(dt.UTC).strftime(_STAMP)}.backup"
    with _writable(folder), tempfile.TemporaryDirectory(dir=folder, prefix=_UNFINISHED) as beside:
        part = Path(beside) / path.name
        revision_kept = _copied_store(settings, keys, Path(beside) / STORE, name=path.name)
        files, gone = _written(part, settings, keys, Path(beside) / STORE, revision_kept, moment)
        part.chmod(0o600)
        _synced(part)
        if path.exists():
            raise SettingsError(f"there is a backup {path} already", hint="wait a second")
        os.replace(part, path)  # noqa: PTH105 - atomic on every system
    removed = _removed(folder, before=moment - dt.timedelta(days=keep_days), but=path)
    return Backup(path, path.stat().st_size, files, gone, removed)


def _copied_store(settings: StudioSettings, keys: Keys, to: Path, *, name: str) -> str:
    """Copies the store as of one moment into one file of SQLite; the form that it has."""
    url = settings.store_url
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise SettingsError("there is no store yet", hint="`ombudsman serve` makes it")
    store = Store(url, audit_key=keys.audit)
    try:
        with store.failures_told():
            form = revision(store.engine)
        if form is None:
            raise SettingsError("there is no store yet", hint="`ombudsman serve` makes it")
        if form == newest_revision():
            with store.writing() as unit:
                unit.note(Note("backup.create", address="console", details={"file": name}))
        with store.failures_told():
            if store.is_sqlite:
                _copy_sqlite(Path(str(url.database)), to)
            else:
                _copy_postgres(store, to, form)
    finally:
        store.close()
    return form


def _copy_sqlite(path: Path, to: Path) -> None:
    """By SQLite's own way: `cp` would leave out what stands in the write-ahead log."""
    with (
        contextlib.closing(sqlite3.connect(path, timeout=15)) as source,
        contextlib.closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def _copy_postgres(store: Store, to: Path, form: str) -> None:
    """Reads all tables in one transaction, which sees one moment."""
    engine = store_engine(URL.create("sqlite", database=str(to)))
    try:
        upgrade(engine, to=form)
        moment = store.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        with (
            moment.connect() as source,
            engine.execution_options(writes=True).begin() as target,
        ):
            copy_rows(source, target)
    finally:
        engine.dispose()


def _written(
    part: Path, settings: StudioSettings, keys: Keys, store: Path, form: str, moment: dt.datetime
) -> tuple[int, int]:
    """Writes the file; how many files of rows are in it, and how many were gone."""
    with contextlib.closing(sqlite3.connect(store)) as copy:
        rows = copy.execute("SELECT run_id, rows_file FROM step_results WHERE rows_file <> ''")
        named = [f"{run_id}/{Path(file).name}" for run_id, file in rows]
        wrapped_by = [name for (name,) in copy.execute("SELECT DISTINCT master_key FROM data_keys")]
    gone = 0
    with contextlib.closing(BackupWriter(part)) as backup:
        with store.open("rb") as file:
            backup.add(STORE, file)
        backup.add(SETTINGS, io.BytesIO(told_settings(settings).encode()))
        for name in sorted(set(named)):
            try:
                with (settings.data_folder / "results" / name).open("rb") as file:
                    backup.add(f"results/{name}", file, packed=True)
            except FileNotFoundError:
                gone += 1
        manifest = Manifest(
            format=FORMAT,
            made=moment,
            program=version("ombudsman"),
            revision=form,
            store=settings.store_url.get_backend_name(),
            master_keys=sorted(wrapped_by),
            audit_key=keys.masters[-1].name,
            members=backup.members,
        )
        backup.seal(manifest, keys)
    return len(set(named)) - gone, gone


def told_settings(settings: StudioSettings) -> str:
    """What was configured, as a file of the form of `.env`; secrets by their names alone."""
    lines = ["# How the studio was configured when it was backed up. Secrets are not in it.", ""]
    for name, described in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            lines.append(f"# {name.upper()} was set")
        elif value != described.default:
            lines.append(f"{name.upper()}={json.dumps(str(value), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _removed(folder: Path, *, before: dt.datetime, but: Path) -> list[Path]:
    """Removes backups that are too old, by the time in their names. What is named otherwise is not ours.

    What is left of one that was never finished goes after a day: it holds a whole store.
    """
    removed = []
    day_ago = time.time() - _UNFINISHED_S
    for left in folder.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < day_ago:
                shutil.rmtree(left, ignore_errors=True)
    for path in sorted(folder.iterdir()):
        found = _NAME.fullmatch(path.name)
        if found is None or path == but:
            continue
        try:
            made = dt.datetime.strptime(found[1], _STAMP).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        if made < before:
            path.unlink(missing_ok=True)
            removed.append(path)
    return removed


@contextlib.contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except sqlite3.Error as error:
        raise SettingsError(f"the store cannot be copied to {folder}: {error}") from None
    except OSError as error:
        raise SettingsError(
            f"the backup cannot be written to {folder}: {error.strerror or error}",
            hint="name another folder by --to",
        ) from None


def _synced(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
