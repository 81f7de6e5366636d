"""One server at a time on a store of one file: whoever serves holds a lock beside the file.

The system lets go of the lock when its process ends, however it ends; so a lock that is held is held by the living.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ombudsman.model.errors import SettingsError
from ombudsman.studio.settings import StudioSettings

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def alone(settings: StudioSettings) -> Iterator[None]:
    """Keeps other servers from the store as long as it is open. A PostgreSQL server is shared, and nobody is kept away.

    Raises:
        SettingsError: another server is at work on this store.
    """
    url = settings.store_url
    if url.get_backend_name() != "sqlite":
        yield
        return
    store = Path((url.database or "").removeprefix("file:")).absolute()
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with store.with_name(f"{store.name}.lock").open("ab") as file:
        try:
            _lock(file)
        except OSError:
            raise SettingsError(
                f"another server is at work on the store {store}",
                hint="stop it first, or name another data folder with --data",
            ) from None
        yield
