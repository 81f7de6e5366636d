"""Exports of workloads on their way from the upload to the store: one is read at a time, by a process of its own.

The upload lies in a folder of its own until it was read; then it is gone, for it holds values of statements. What was
begun and not ended when a server stops is told as failed: whoever sent it sends it again.
"""

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog

from ombudsman.studio.errors import TooMany
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.workloads import FAILED, READY
from ombudsman.studio.services.workloads import READING_WITHIN, WAITS_AT_MOST
from ombudsman.studio.work.read_workload import ASKED, CATALOGUE, TOLD

WAITING_AT_MOST = 10
MOST_TOLD = 64 << 20
"""So many bytes may be told of an export; more would be too much for the server's memory, and for its store."""

logger = structlog.get_logger("ombudsman.studio.exports")


class Exports:
    """Reads exports in the background. `stop` ends it, and the process that reads."""

    def __init__(self, on: Foundation) -> None:
        self._on = on
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="exports")
        self._lock = threading.Lock()
        self._reading: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def place(self) -> Path:
        """A new folder for an upload; the file in it is called `export`.

        Raises:
            TooMany: so many wait already that the disk is to be spared.
        """
        folders = _uploads(self._on)
        folders.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = folders / secrets.token_hex(16)
        with self._lock:  # of many that come at once no more pass than there are places
            if sweep_uploads(self._on) >= WAITING_AT_MOST:
                raise TooMany("too many exports wait to be read", retry_after_s=60)
            folder.mkdir(mode=0o700)
        return folder

    def forget(self, folder: Path) -> None:
        """Removes an upload that nobody will read."""
        shutil.rmtree(folder, ignore_errors=True)

    def read(self, workload_id: str, folder: Path, *, encoding: str | None) -> None:
        """Has the upload in this folder read for this workload; returns at once."""
        self._pool.submit(self._read, workload_id, folder, encoding)

    def stop(self) -> None:
        """Stops reading; what is under way is told as failed."""
        with self._lock:
            self._stopped = True
            if self._reading is not None:
                self._reading.kill()
        self._pool.shutdown()

    def _read(self, workload_id: str, folder: Path, encoding: str | None) -> None:
        try:
            told = self._told(workload_id, folder, encoding)
        except Exception as error:  # noqa: BLE001 - whatever it is, the workload must not stay open
            logger.error("fault", fault=type(error).__name__)  # noqa: TRY400 - its words may hold values
            told = _problem("the export could not be read")
        finally:
            self.forget(folder)
        self._keep(workload_id, told)

    def _told(self, workload_id: str, folder: Path, encoding: str | None) -> dict[str, Any]:
        with self._on.store.reading() as unit:
            row = unit.workloads.get(workload_id)
            kept = unit.connections.catalogue(row.connection_id)
        if kept is None:
            return _problem("the catalogue of its connection is gone", "POST /metadata/extract")
        (folder / CATALOGUE).write_text(json.dumps(kept.document), encoding="utf-8")
        asked = {"encoding": encoding, "dialect": "tsql"}
        (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
        if not self._process(folder):
            if self._stopped:
                return _problem(
                    "the server stopped before it had read this export", "send it again"
                )
            return _problem(
                "the export could not be read in time, or within the memory that it may have",
                "export fewer days, or fewer statements",
            )
        if (folder / TOLD).stat().st_size > MOST_TOLD:
            return _problem("the export tells too much to be kept", "export fewer statements")
        told: dict[str, Any] = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        return told

    def _process(self, folder: Path) -> bool:
        """Whether the process has told something in its time."""
        command = [sys.executable, "-m", "ombudsman.studio.work.read_workload", str(folder)]
        with self._lock:
            if self._stopped:
                return False
            self._reading = subprocess.Popen(  # noqa: S603 - our own module, a folder that we made
                command,
                stdin=subprocess.PIPE,  # which ends with us, however we end, and with it the process
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        try:
            self._reading.wait(READING_WITHIN.total_seconds())
        except subprocess.TimeoutExpired:
            self._reading.kill()
            self._reading.wait()
        finally:
            ended, self._reading = self._reading, None
            assert ended.stdin is not None  # noqa: S101 - for the type checker
            ended.stdin.close()
        return ended.returncode == 0 and (folder / TOLD).exists()

    def _keep(self, workload_id: str, told: dict[str, Any]) -> None:
        with self._on.store.writing() as unit:
            row = unit.workloads.find(workload_id)
            if row is None:  # it was deleted meanwhile
                return
            if "problem" in told:
                row.status, row.problem = FAILED, told["problem"]
                return
            row.status, row.summary = READY, told["summary"]
            row.suggestions = {"items": told["suggestions"]}
            unit.workloads.put_patterns(row.id, told["patterns"])


def sweep_uploads(on: Foundation) -> int:
    """Removes what a server left behind that died while it received or read; how many uploads there are."""
    oldest = time.time() - WAITS_AT_MOST.total_seconds()
    count = 0
    for folder in _uploads(on).glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                count += 1
    return count


def _uploads(on: Foundation) -> Path:
    return on.settings.data_folder / "uploads"


def _problem(message: str, hint: str | None = None) -> dict[str, Any]:
    return {"problem": {"code": "settings_error", "message": message, "hint": hint}}
