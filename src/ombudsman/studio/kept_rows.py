"""The rows that runs found, as files: a folder per run, in it a file per step and attempt. Which of them may go?

The store says what counts. A folder goes with its run; a file of an attempt that was lost goes as soon as no result can
name it any more. But only the store that they were written under: one that a slip in the settings leads to knows none
of these runs, and would have all their rows removed.
"""

import logging
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ombudsman.model.errors import Conflict
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.ids import ID_PATTERN, new_id
from ombudsman.studio.persistence.runs import OPEN

logger = logging.getLogger(__name__)


def kept_rows(data_folder: Path) -> Path:
    """The folder of all of them."""
    return data_folder / "results"


def owner_file(data_folder: Path) -> Path:
    """The file that names the store under which they were found. Whoever removes it gives them to the store of now."""
    return data_folder / "results-of-store"


def file_name(position: int, attempt: int) -> str:
    """What the file of a step is called: each attempt has its own, so that two never write into one."""
    return f"{position:04}-{attempt}.parquet"


def remove_rows(data_folder: Path, run_ids: Iterable[str]) -> None:
    """Removes the rows of runs. What cannot be removed now is told in the log, and left to `sweep_rows`."""
    for run_id in run_ids:
        folder = kept_rows(data_folder) / run_id
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            logger.warning("files of run %s could not be removed", run_id)


def sweep_rows(on: Foundation) -> None:
    """Removes the folders of runs that are gone, and the files that attempts left which were lost."""
    root = kept_rows(on.settings.data_folder)
    if not root.is_dir() or not any(root.iterdir()):
        return
    if not _are_of_this_store(on):
        told = "the rows in %s were found under another store than %s; none is removed (see %s)"
        logger.warning(told, root, on.settings.store_url, owner_file(on.settings.data_folder))
        return
    for folder in root.iterdir():
        if re.match(ID_PATTERN, folder.name):
            _sweep(on, folder)


def _are_of_this_store(on: Foundation) -> bool:
    """Whether the rows here belong to this store; those that are nobody's do from now on."""
    store_id, file = _store_id(on), owner_file(on.settings.data_folder)
    if not file.exists():
        file.write_text(store_id, encoding="utf-8")
    return file.read_text(encoding="utf-8").strip() == store_id


def _store_id(on: Foundation) -> str:
    """What this store is called; it goes into backups, and comes back with them."""
    with on.store.reading() as unit:
        fact = unit.facts.get("store")
    if fact is None:
        # Of several servers that begin together the first names it.
        with suppress(Conflict), on.store.writing() as unit:
            if unit.facts.get("store") is None:
                unit.facts.put("store", {"id": new_id()})
        return _store_id(on)
    return str(fact["id"])


def _sweep(on: Foundation, folder: Path) -> None:
    found = list(
        folder.iterdir()
    )  # first: what an attempt writes that begins after the store was read is not in it
    with on.store.reading() as unit:
        run = unit.runs.find(folder.name)
        results = unit.runs.results(folder.name)
    if run is None:
        remove_rows(on.settings.data_folder, [folder.name])
        return
    named = {Path(each.rows_file).name for each in results if each.rows_file}
    under_way = f"-{run.attempt}." if run.status in OPEN else None
    for path in found:
        if path.name not in named and not (under_way and under_way in path.name):
            with suppress(OSError):  # it is still open somewhere: the next time
                path.unlink()
