"""Two databases, opened and read as of one moment, with their catalogues and the mapping between them."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

from ombudsman.connections.connection import Connection
from ombudsman.connections.reader import Reader
from ombudsman.mapping.by_name import complete, map_by_name
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import MappingInvalid, ObjectNotFound
from ombudsman.model.mapping import Mapping as TableMappings
from ombudsman.model.pipeline import Snapshot
from ombudsman.model.tables import Catalogue, Side
from ombudsman.validators.pair import Tables

T = TypeVar("T")


class Session:
    """The two sides of a run. A context manager: it opens both at once, and closes both.

    Without a mapping, tables and columns are mapped by name; what a mapping leaves open is completed by name.

    Raises (on entering):
        ConnectionFailed: a side could not be reached.
        MappingInvalid: the mapping names a schema that is not there, or a key without an answer.
        QueryFailed: a catalogue could not be read.
    """

    def __init__(
        self, source: Connection, target: Connection, mapping: TableMappings | None = None
    ) -> None:
        self.connections = {Side.SOURCE: source, Side.TARGET: target}
        self.readers: dict[Side, Reader] = {}
        self._mapping = mapping

    def __enter__(self) -> Self:
        try:
            self._on_both(self._open)
            catalogues = self._on_both(self._catalogue)
            mapping = self._complete(catalogues)
        except BaseException:
            self.close()
            raise
        dialects = {side: c.sql_dialect for side, c in self.connections.items()}
        self.tables = Tables(catalogues, mapping, dialects)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives both sides back."""
        for reader in self.readers.values():
            reader.close()
        self.readers = {}

    def cancel(self) -> None:
        """Stops what runs on both servers now."""
        for connection in self.connections.values():
            connection.cancel()

    @property
    def mapping(self) -> TableMappings:
        return self.tables.mapping

    @property
    def source(self) -> Catalogue:
        """What the source says of its own tables."""
        return self.tables.catalogues[Side.SOURCE]

    @property
    def snapshot(self) -> Snapshot:
        """As of which moment each side is read."""
        return Snapshot(
            source=self.readers[Side.SOURCE].snapshot_note,
            target=self.readers[Side.TARGET].snapshot_note,
        )

    @property
    def costs(self) -> dict[Side, str]:
        """What each side's statements have cost so far, about; nothing of a side where nobody is billed."""
        told = {side: reader.cost for side, reader in self.readers.items()}
        return {side: words for side, words in told.items() if words is not None}

    def _on_both(self, work: Callable[[Side], T]) -> dict[Side, T]:
        """Does it on both sides at once. Ctrl-C meanwhile stops what runs on the servers."""
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="session") as pool:
            doing = {side: pool.submit(work, side) for side in self.connections}
            try:
                wait(doing.values())
            except BaseException:
                self.cancel()
                while wait(doing.values(), timeout=0.2).not_done:
                    self.cancel()  # again, for what was between two statements did not hear it
                raise
        return {side: future.result() for side, future in doing.items()}

    def _open(self, side: Side) -> None:
        self.readers[side] = self.connections[side].open()

    def _catalogue(self, side: Side) -> Catalogue:
        try:
            return read_catalogue(self.readers[side], self._schemas(side))
        except ObjectNotFound as error:
            raise MappingInvalid(f"the mapping: {error.message}", hint=error.hint) from error

    def _complete(self, catalogues: Mapping[Side, Catalogue]) -> TableMappings:
        source, target = catalogues[Side.SOURCE], catalogues[Side.TARGET]
        if self._mapping is None:
            return map_by_name(source, target).mapping
        return complete(self._mapping, source, target)

    def _schemas(self, side: Side) -> Sequence[str] | None:
        """The schemas that the mapping speaks of; None for all, when it does not say."""
        if self._mapping is None:
            return None
        refs = [t.source if side is Side.SOURCE else t.target for t in self._mapping.tables]
        named = sorted({ref.schema_name for ref in refs if ref.schema_name})
        return named if named and all(ref.schema_name for ref in refs) else None
