"""The differing rows that a comparison wrote to a file: counted, filtered, paged, and passed on whole.

The file may hold millions of lines and never is in memory: DuckDB reads of it what a question needs. It is a DuckDB of
this file alone, which can open no other; every value that is sought is bound.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from ombudsman.compare.rows_file import SCHEMA
from ombudsman.model.errors import NotFound, SettingsError, WorkspaceFailed, did_you_mean

MEMORY_MB = 256
BATCH_ROWS = 16_384

ORDERS: Mapping[str, str | None] = {
    "number": None,
    "key": "key",
    "kind": "kind",
    "column": "coalesce(\"column\", '')",
    "cause": "coalesce(cause, '')",
}
"""By what lines can be sorted: the word that people write, and its SQL. Lines of one place keep the file's order."""

_LINE = 'kind, cause, key, "column", target_column, source, target'
_FILE = "read_parquet($file, file_row_number = true)"
_CUBES_KEPT = 64


@dataclass(frozen=True)
class Sought:
    """Which lines are wanted: of one of these kinds, columns and causes, with this text in the key.

    Nothing named means all. An empty column is that of whole rows, an empty cause that of lines without one.
    """

    kinds: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    key: str | None = None


@dataclass(frozen=True)
class Line:
    """One difference, as it stands in the file; `number` is its place there, from 0."""

    number: int
    kind: str
    cause: str | None
    key: str
    column: str | None
    target_column: str | None
    source: str | None
    target: str | None


@dataclass(frozen=True)
class Counts:
    """How many lines are wanted, and how many there are of each kind, column and cause, the most first.

    Each of the three is counted under the filters of the other two: so one sees what another choice would show.
    """

    total: int
    kinds: Mapping[str, int]
    columns: Mapping[str, int]
    causes: Mapping[str, int]


class StoredRows:
    """The lines of one file. A context manager."""

    def __init__(self, path: Path, *, memory_mb: int = MEMORY_MB) -> None:
        """Opens the file.

        Raises:
            NotFound: it is not there.
        """
        if not path.is_file():
            raise NotFound(
                "the differing rows of this step are not kept any more", hint="run the step again"
            )
        self.path = path
        self._database = _locked(path, memory_mb)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def counts(self, sought: Sought) -> Counts:
        """How many lines there are."""
        cube = self._cube(sought.key)

        def counted(place: int | None) -> Counter[str]:
            wanted = (sought.kinds, sought.columns, sought.causes)
            counts: Counter[str] = Counter()
            for names, lines in cube:
                fits = (
                    other == place or not wanted[other] or names[other] in wanted[other]
                    for other in range(3)
                )
                if all(fits):
                    counts["" if place is None else names[place]] += lines
            return counts

        kinds, columns, causes = (_most_first(counted(place)) for place in range(3))
        return Counts(counted(None).total(), kinds, columns, causes)

    def page(
        self, sought: Sought, *, limit: int, sort: str = "number", after: int | None = None
    ) -> Sequence[Line]:
        """At most `limit` lines in an order, `-` before its word is downwards, that follow the line numbered `after`.

        Raises:
            SettingsError: they cannot be sorted so, or there is no such line.
        """
        order, way, beyond = _order(sort)
        where, values = _conditions(sought)
        if after is not None:
            values |= {"after": after}
            further = f"file_row_number {beyond} $after"
            if order is not None:
                values |= {"place": self._place(order, after)}
                further = f"({order} {beyond} $place OR ({order} = $place AND {further}))"
            where.append(further)
        by = f"file_row_number {way}" if order is None else f"{order} {way}, file_row_number {way}"
        sql = f"SELECT file_row_number, {_LINE} FROM {_FILE}{_where(where)} ORDER BY {by} LIMIT $limit"
        return [Line(*row) for row in self._rows(sql, values | {"limit": limit})]

    def _place(self, order: str, number: int) -> str:
        """Where a line stands in an order."""
        sql = f"SELECT {order} FROM {_FILE} WHERE file_row_number = $number"
        found = self._rows(sql, {"number": number})
        if not found:
            raise SettingsError("there is no such line in these rows", parameter="cursor")
        return str(found[0][0])

    def batches(self, sought: Sought, *, limit: int | None = None) -> Iterator[pa.RecordBatch]:
        """All lines that are wanted, in the file's order and form, a batch at a time; the first `limit`."""
        where, values = _conditions(sought)
        most = "" if limit is None else " LIMIT $limit"
        values |= {} if limit is None else {"limit": limit}
        sql = f"SELECT {_LINE} FROM {_FILE}{_where(where)}{most}"
        with _told():
            answer = self._database.execute(sql, values | {"file": str(self.path)})
            for batch in answer.to_arrow_reader(BATCH_ROWS):
                yield pa.RecordBatch.from_arrays(batch.columns, schema=SCHEMA)

    def _cube(self, key: str | None) -> "_Cube":
        """The lines counted by kind, column and cause. Files are written once: what was counted stays true."""
        stat = self.path.stat()
        kept = _kept(str(self.path), stat.st_mtime_ns, stat.st_size, key)
        if kept.cube is None:
            where, values = _conditions(Sought(key=key))
            sql = (
                "SELECT kind, coalesce(\"column\", ''), coalesce(cause, ''), count(*) "
                f"FROM {_FILE}{_where(where)} GROUP BY ALL"
            )
            kept.cube = [((row[0], row[1], row[2]), row[3]) for row in self._rows(sql, values)]
        return kept.cube

    def _rows(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with _told():
            return self._database.execute(sql, {**values, "file": str(self.path)}).fetchall()


_Cube = list[tuple[tuple[str, str, str], int]]


@dataclass
class _Kept:
    cube: _Cube | None = None


@lru_cache(_CUBES_KEPT)
def _kept(_path: str, _changed: int, _size: int, _key: str | None) -> _Kept:
    """Room for the counts of one file under one text: the same room whenever it is asked for again."""
    return _Kept()


def _locked(path: Path, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A DuckDB that can read this file and nothing else, and of which nobody can change that."""
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    quoted = str(path).replace("'", "''")
    database.execute(f"SET allowed_paths = ['{quoted}']")
    database.execute("SET enable_progress_bar = false")  # it would draw it on the server's output
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def _order(sort: str) -> tuple[str | None, str, str]:
    """The SQL that is sorted by, the way, and the sign for what follows on that way."""
    word = sort.removeprefix("-")
    if word not in ORDERS:
        raise SettingsError(
            f"the rows cannot be sorted by {word!r}",
            hint=did_you_mean(word, ORDERS),
            parameter="sort",
        )
    way, beyond = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
    return ORDERS[word], way, beyond


def _conditions(sought: Sought) -> tuple[list[str], dict[str, Any]]:
    where, values = [], dict[str, Any]()
    for name, wanted in (
        ("kind", sought.kinds),
        ("column", sought.columns),
        ("cause", sought.causes),
    ):
        if wanted:
            where.append(f"list_contains($many_{name}, coalesce(\"{name}\", ''))")
            values[f"many_{name}"] = list(wanted)
    if sought.key:
        where.append("contains(key, $text)")
        values["text"] = sought.key
    return where, values


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error:
        raise WorkspaceFailed(
            "the file of differing rows cannot be read", hint="run the step again"
        ) from None
