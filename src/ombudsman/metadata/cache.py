"""Catalogues that were read a while ago, so that not every command reads them again.

A catalogue is kept by the name of its connection and the schemas that were asked for. It has an age; who asks says how
old it may be. A file that cannot be read, for whatever reason, is as good as none.
"""

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from ombudsman.connections.reader import Reader
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.base import Frozen
from ombudsman.model.tables import Catalogue

FORMAT = 2
"""Rises when the model learns something that older files cannot tell."""


@dataclass(frozen=True)
class CatalogueKey:
    """Whose catalogue: the connection's name, and the schemas that were asked for; None is all of them."""

    connection: str
    schemas: frozenset[str] | None = None

    @classmethod
    def of(cls, connection: str, schemas: Sequence[str] | None) -> Self:
        return cls(connection, None if schemas is None else frozenset(schemas))

    @property
    def file_name(self) -> str:
        schemas = None if self.schemas is None else sorted(self.schemas)
        text = json.dumps([FORMAT, self.connection, schemas])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".json"


class _Kept(Frozen):
    format: int
    catalogue: Catalogue


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class CatalogueCache:
    """Keeps catalogues in a folder, or in memory when there is none. Safe to use from many threads and processes."""

    def __init__(
        self, folder: Path | None = None, *, now: Callable[[], dt.datetime] = _now
    ) -> None:
        self._folder = folder
        self._now = now
        self._memory: dict[CatalogueKey, Catalogue] = {}

    def get(self, key: CatalogueKey, max_age: dt.timedelta) -> Catalogue | None:
        """The catalogue if it is at hand and no older than this. One from the future counts as stale."""
        found = (
            self._memory.get(key) if self._folder is None else _load(self._folder / key.file_name)
        )
        if found is None or found.connection != key.connection:
            return None
        age = self._now() - found.taken_at
        return found if dt.timedelta(0) <= age <= max_age else None

    def put(self, key: CatalogueKey, catalogue: Catalogue) -> None:
        """Keeps the catalogue in place of an older one. Whoever reads meanwhile sees the one or the other, whole."""
        if self._folder is None:
            self._memory[key] = catalogue
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        text = _Kept(format=FORMAT, catalogue=catalogue).model_dump_json()
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
            unfinished = Path(part.name)
            try:
                part.write(text.encode())
                part.close()
                unfinished.replace(self._folder / key.file_name)
            finally:
                unfinished.unlink(missing_ok=True)

    def forget(self, key: CatalogueKey) -> None:
        """Drops the catalogue, if it is kept."""
        self._memory.pop(key, None)
        if self._folder is not None:
            (self._folder / key.file_name).unlink(missing_ok=True)

    def read(
        self, reader: Reader, schemas: Sequence[str] | None = None, *, max_age: dt.timedelta
    ) -> Catalogue:
        """The catalogue from here if it is young enough, and otherwise from the database; then it is kept.

        Raises as `read_catalogue` does.
        """
        key = CatalogueKey.of(reader.connection.name, schemas)
        if found := self.get(key, max_age):
            return found
        fresh = read_catalogue(reader, schemas)
        with suppress(OSError):  # a folder that cannot be written to only costs time
            self.put(key, fresh)
        return fresh


def _load(path: Path) -> Catalogue | None:
    try:
        kept = _Kept.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return kept.catalogue if kept.format == FORMAT else None
