"""Which files of an archive may be read?

An archive is small and may hold more than the world: what would be unpacked is judged before, by number, size and
ratio. Nothing is ever written to disk.
"""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ombudsman.model.errors import SettingsError

MOST_FILES = 200
MOST_BYTES = 20 * 1024**3
MOST_RATIO = 250
"""Exports of statements shrink to a tenth or twentieth; a bomb to a thousandth."""

RATIO_FROM_BYTES = 50 * 1024**2
_BROKE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
READABLE = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xml"})


@contextmanager
def opened_zip(path: Path) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """The archive and the files in it that may be exports, by name.

    Raises:
        SettingsError: it is broken, locked, too large, or holds nothing to read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _readable(path, archive.infolist())
    except _BROKE as error:
        raise _broken(path) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _broken(path) from error  # how bzip2 says it


def _broken(path: Path) -> SettingsError:
    return SettingsError(f"{path} is a broken archive", hint="pack or copy it again")


def _readable(path: Path, files: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    files = [file for file in files if not file.is_dir()]
    if len(files) > MOST_FILES:
        _refuse(path, f"it holds {len(files):,} files, more than {MOST_FILES}")
    whole, packed = sum(f.file_size for f in files), sum(f.compress_size for f in files)
    if whole > MOST_BYTES:
        _refuse(path, f"it would unpack to more than {MOST_BYTES // 1024**3} GB")
    if whole > RATIO_FROM_BYTES and whole > MOST_RATIO * max(packed, 1):
        _refuse(path, f"it would unpack to {whole // max(packed, 1):,} times its size, as bombs do")
    if any(file.flag_bits & 0x1 for file in files):
        _refuse(path, "it is locked with a password")
    chosen = [file for file in files if Path(file.filename).suffix.casefold() in READABLE]
    if not chosen:
        _refuse(path, f"it holds no {', '.join(sorted(READABLE))} file")
    return sorted(chosen, key=lambda file: file.filename)


def _refuse(path: Path, reason: str) -> None:
    raise SettingsError(
        f"{path} is not read: {reason}", hint="unpack it yourself and name the export"
    )
