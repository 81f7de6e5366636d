"""What does a backup's file hold, and is it whole?

A ZIP file: the store as one SQLite file (whatever the store is), the files of differing rows, the settings without
their secrets, and `manifest.json` with the size and SHA-256 of each. `seal.json` proves the manifest by a key of the
studio, so that a backup that somebody else has changed is told as well as one that a disk has.

Nothing in the file is believed before it was compared with the manifest, and no name in it leads out of the folder
into which it is unpacked: names have one form, and what has another is refused.
"""

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Self

from pydantic import Field, ValidationError

from ombudsman.model.base import Strict
from ombudsman.model.errors import SettingsError
from ombudsman.studio.security.keys import Keys

FORMAT = 1
"""Goes up when an older program could no longer read a backup rightly."""
STORE, SETTINGS, MANIFEST, SEAL = "store.db", "settings.env", "manifest.json", "seal.json"
_RESULT = re.compile(r"results/[A-Za-z0-9_-][A-Za-z0-9_.-]*/[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_PURPOSE = "backup"
_CHUNK = 1024 * 1024
_MANIFEST_LIMIT = 256 * 1024 * 1024
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError),
    *(NotImplementedError, RuntimeError, OverflowError),
)
"""What Python's reader of ZIP files raises at one that is broken, beside what it means to."""


class Member(Strict):
    """A file in the backup: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(Strict):
    """What a backup says of itself. `revision` is the form of its store, `master_keys` those that its secrets need."""

    format: int
    made: dt.datetime
    program: str
    revision: str
    store: str
    master_keys: list[str]
    audit_key: str
    members: dict[str, Member]


class BackupWriter:
    """A backup that is being written."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], *, packed: bool = False) -> None:
        """Adds a file. `packed`: it is compressed already."""
        told, digest, size = zipfile.ZipInfo(name), hashlib.sha256(), 0
        told.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        with self._zip.open(told, "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.members[name] = Member(size=size, sha256=digest.hexdigest())

    def seal(self, manifest: Manifest, keys: Keys) -> None:
        """Ends the backup."""
        text = manifest.model_dump_json(indent=1).encode()
        self._zip.writestr(MANIFEST, text)
        self._zip.writestr(SEAL, json.dumps(_seal(text, keys)))

    def close(self) -> None:
        self._zip.close()


class BackupReader:
    """A backup that is there. Raises SettingsError for one that is damaged, or of a newer program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            try:
                self._zip = zipfile.ZipFile(path)
            except FileNotFoundError:
                raise SettingsError(f"there is no backup {path}") from None
            except OSError as error:
                raise SettingsError(f"the backup {path} cannot be read: {error.strerror}") from None
        try:
            self._text, self._sealed = self._read(MANIFEST), self._read(SEAL)
            self.manifest = self._manifest()
            self._refuse_names()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def is_sealed_by(self, keys: Keys) -> bool:
        """Whether one of these keys proves it; False when the key that sealed it is none of them.

        Raises:
            SettingsError: the key is there, and says that somebody changed the backup.
        """
        sealed = self._seal()
        for master in keys.masters:
            if master.name == sealed.get("key"):
                mac = _mac(self._text, keys.derived(_PURPOSE, master))
                if not hmac.compare_digest(mac, str(sealed.get("mac"))):
                    raise self._damaged("its seal does not fit: somebody has changed it")
                return True
        return False

    @property
    def results(self) -> list[str]:
        """The names of the files of differing rows."""
        return [name for name in self.manifest.members if name.startswith("results/")]

    @property
    def size(self) -> int:
        """How many bytes all that is in it takes."""
        return sum(each.size for each in self.manifest.members.values())

    def unpack(self, name: str, to: Path) -> None:
        """Writes one of its files, if it is what the manifest says."""
        told, digest, size = self.manifest.members[name], hashlib.sha256(), 0
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._told(), self._opened(name) as source, to.open("xb") as target:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > told.size:
                    break
                digest.update(chunk)
                target.write(chunk)
        if size != told.size or digest.hexdigest() != told.sha256:
            to.unlink(missing_ok=True)
            raise self._damaged(f"{name} is not what was backed up")

    # ------------------------------------------------------------ inside

    def _read(self, name: str) -> bytes:
        with self._told():
            if self._zip.getinfo(name).file_size > _MANIFEST_LIMIT:
                raise self._damaged(f"its {name} is too large")
            with self._opened(name) as source:
                return source.read()

    def _opened(self, name: str) -> IO[bytes]:
        try:
            return self._zip.open(name)
        except OSError:  # its directory names a place before the file's beginning
            raise self._damaged(f"its {name} cannot be found") from None

    def _seal(self) -> Mapping[str, object]:
        try:
            sealed = json.loads(self._sealed)
        except ValueError:
            sealed = None
        if not isinstance(sealed, dict):
            raise self._damaged(f"its {SEAL} cannot be read")
        return sealed

    def _manifest(self) -> Manifest:
        if self._seal().get("sha256") != hashlib.sha256(self._text).hexdigest():
            raise self._damaged(f"its {MANIFEST} is not what was backed up")
        try:
            said = json.loads(self._text)
            number = said.get("format") if isinstance(said, dict) else None
            if isinstance(number, int) and number > FORMAT:
                raise SettingsError(
                    f"{self.path} is a backup of a newer version of the program",
                    hint=f"restore it by version {said.get('program', 'that made it')}",
                )
            return Manifest.model_validate(said)
        except (ValidationError, ValueError, RecursionError):
            raise self._damaged(f"its {MANIFEST} cannot be read") from None

    def _refuse_names(self) -> None:
        there = [each.filename for each in self._zip.infolist()]
        listed = {*self.manifest.members, MANIFEST, SEAL}
        if len(there) != len(set(there)) or set(there) != listed or STORE not in listed:
            raise self._damaged("it does not hold what its manifest lists")
        for name in self.manifest.members:
            if name not in {STORE, SETTINGS} and _RESULT.fullmatch(name) is None:
                raise self._damaged(f"it holds a file of the name {name!r}, which no backup has")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN:
            raise self._damaged("it is no whole ZIP file") from None

    def _damaged(self, why: str) -> SettingsError:
        return SettingsError(f"the backup {self.path} is damaged: {why}", hint="take another one")


def _seal(text: bytes, keys: Keys) -> dict[str, str]:
    return {
        "key": keys.masters[0].name,
        "mac": _mac(text, keys.derived(_PURPOSE)),
        "sha256": hashlib.sha256(text).hexdigest(),
    }


def _mac(text: bytes, key: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()
