"""A folder of Parquet and CSV files as the tables of a DuckDB database.

`orders.parquet` is the table `orders`; the folder `orders` with Parquet (or CSV) files in it is one table too, for
that is how large exports are written. Names beginning with a dot or an underscore are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ombudsman.model.errors import SettingsError, Unreachable

_READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".csv.gz": "read_csv"}


@dataclass(frozen=True)
class _FileTable:
    name: str
    reader: str
    files: tuple[Path, ...]


def create_views(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Makes a view of each table.

    Raises:
        Unreachable: there is no such folder, or a file cannot be read.
        SettingsError: two files would be one table.
    """
    if not folder.is_dir():
        raise Unreachable(f"there is no folder {folder}", hint="look at the connection's folder")
    seen: dict[str, _FileTable] = {}
    for table in _tables(folder):
        if table.name in seen:
            raise SettingsError(
                f"{table.files[0].name} and {seen[table.name].files[0].name} would both be the table "
                f"{table.name!r}",
                hint="rename one of them, or put it into another folder",
            )
        seen[table.name] = table
        _create_view(database, table)


def _create_view(database: duckdb.DuckDBPyConnection, table: _FileTable) -> None:
    files = ", ".join(_text(str(file)) for file in table.files)
    name = table.name.replace('"', '""')
    try:
        database.execute(f'CREATE VIEW main."{name}" AS SELECT * FROM {table.reader}([{files}])')  # noqa: S608
    except duckdb.Error as error:
        more = (
            f" or one of the {len(table.files) - 1} others of its folder"
            if len(table.files) > 1
            else ""
        )
        raise Unreachable(
            f"cannot read {table.files[0]}{more}",
            hint="it must be a whole Parquet or CSV file, all of one folder with the same columns",
            driver_message=str(error),
        ) from None


def _tables(folder: Path) -> Iterator[_FileTable]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        if path.is_dir():
            yield from _folder_table(path)
        elif suffix := _suffix(path):
            yield _FileTable(path.name[: -len(suffix)], _READERS[suffix], (path,))


def _folder_table(folder: Path) -> Iterator[_FileTable]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and _suffix(path))
    for reader in sorted({_READERS[_suffix(path)] for path in files}):
        alike = tuple(path for path in files if _READERS[_suffix(path)] == reader)
        yield _FileTable(folder.name, reader, alike)


def _suffix(path: Path) -> str:
    lowered = path.name.lower()
    return next((s for s in _READERS if lowered.endswith(s) and len(lowered) > len(s)), "")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
