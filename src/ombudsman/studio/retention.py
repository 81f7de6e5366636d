"""How long is a run kept?

Runs that are over go after OVS_RUNS_KEPT_DAYS, with their results, events and files; `persistence/old_runs.py` says
which of them stay all the same. The files of rows that differ hold other people's data, and so go before that, after
OVS_ROWS_KEPT_DAYS, also those of runs that stay; only what somebody has pinned keeps them.

A file goes after the commit that forgets it: what is left behind by a crash in between belongs to no run any more.
"""

import datetime as dt

from ombudsman.studio.foundation import Foundation
from ombudsman.studio.kept_rows import remove_rows
from ombudsman.studio.persistence.audit import Note

_AT_ONCE = 100
"""So many runs in a transaction, for on SQLite others wait for its end."""


def forget_runs(on: Foundation) -> int:
    """Removes the runs that are too old; how many."""
    days, forgotten = on.settings.ovs_runs_kept_days, 0
    while True:
        with on.store.writing() as unit:
            before = unit.now - dt.timedelta(days=days)
            project_id, old = unit.old_runs.runs(before, most=_AT_ONCE)
            gone = unit.old_runs.remove(old, before) if old else ()
            if gone:
                unit.note(_note("run.forget", project_id, runs=len(gone), older_than_days=days))
        if not gone:
            break
        remove_rows(on.settings.data_folder, gone)
        forgotten += len(gone)
    if forgotten:
        on.store.wipe()
    return forgotten


def forget_rows(on: Foundation) -> int:
    """Removes the files of rows that are too old; of how many runs."""
    days, forgotten = on.settings.ovs_rows_kept_days, 0
    while True:
        with on.store.writing() as unit:
            before = unit.now - dt.timedelta(days=days)
            project_id, old = unit.old_runs.with_rows(before, most=_AT_ONCE)
            gone = unit.old_runs.remove_rows(old, before) if old else ()
            if gone:
                unit.note(_note("rows.forget", project_id, runs=len(gone), older_than_days=days))
        if not gone:
            break
        remove_rows(on.settings.data_folder, gone)
        forgotten += len(gone)
    if forgotten:
        on.store.wipe()
    return forgotten


def _note(action: str, project_id: str, **details: int) -> Note:
    return Note(action, address="upkeep", project_id=project_id, details=details)
