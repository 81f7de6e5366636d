"""The keys of the studio: one master key, from which every other is derived.

A key file holds a master key a line, in base64, the newest first. It is made at the first start, readable by its owner
alone. `OVS_MASTER_KEY` (and `OVS_MASTER_KEY_PREVIOUS`) stand in for the file where secrets come from an environment.
Each use has a key of its own by HKDF, so that a token's signature says nothing of what encrypts a password.

Keys are never thrown away: what was encrypted stays readable, and the audit log is chained with the oldest. A process
that meets the name of a key that it does not know reads the file again: `ombudsman keys rotate` may have run meanwhile.
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ombudsman.model.errors import SettingsError

KEY_BYTES = 32
_CONFIGURED = "configured"
KEY_FILE = "master.keys"
_HINT = (
    "make one with: python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
)
_WORDS = """
changeme change_me change-me your-secret-key your_secret_key thisisasecret supersecret secret password default example
insecure development keyboard letmein temporary test qwerty 1234 abcd superset ombudsman
"""
_PUBLISHED = tuple(_WORDS.split())
"""Words of which published example keys are made."""

logger = structlog.get_logger("ombudsman.studio.keys")


@dataclass(frozen=True)
class MasterKey:
    """One master key. `name` tells it from others and says nothing of it."""

    name: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "MasterKey":
        """The key of these bytes."""
        return cls(hashlib.sha256(b"ombudsman key name" + secret).hexdigest()[:12], secret)


@dataclass
class Keys:
    """What the studio signs and encrypts with; `masters` are the newest first. Safe to use from many threads.

    `file` is where they were read from, and `seen` what the file looked like then; None where they were configured.
    """

    masters: Sequence[MasterKey] = field(repr=False)
    jwt_secret: bytes | None = field(default=None, repr=False)
    file: Path | None = None
    seen: object = field(default=None, repr=False, compare=False)

    def master(self, name: str) -> MasterKey | None:
        """The master key of this name, which may have come into the file meanwhile; None when there is none."""
        found = self._named(name)
        return found if found is not None or not self._read_again() else self._named(name)

    def derived(self, purpose: str, master: MasterKey | None = None) -> bytes:
        """The key for one purpose."""
        chosen = master or self.masters[0]
        kdf = HKDF(
            hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"ombudsman/{purpose}/v1".encode()
        )
        return kdf.derive(chosen.secret)

    @property
    def audit(self) -> bytes:
        """What the audit log is chained with."""
        return self.derived("audit", self.masters[-1])

    @property
    def counters(self) -> bytes:
        """What hides whose counters the throttle keeps; a new master key sets none of them back."""
        return self.derived("counters", self.masters[-1])

    @property
    def tokens(self) -> dict[str, bytes]:
        """What access tokens are signed with, by the key's name; the first signs, all verify."""
        given = {} if self.jwt_secret is None else {_CONFIGURED: self.jwt_secret}
        return given | {master.name: self.derived("tokens", master) for master in self.masters}

    def token_key(self, name: str) -> bytes | None:
        """What verifies access tokens that name this key; None when there is no such key."""
        if name == _CONFIGURED:
            return self.jwt_secret
        master = self.master(name)
        return None if master is None else self.derived("tokens", master)

    def _named(self, name: str) -> MasterKey | None:
        return next((master for master in self.masters if master.name == name), None)

    def _read_again(self) -> bool:
        """Whether the file has changed, and could be read; anybody can name unknown keys, so it costs a glance."""
        if self.file is None or (looks := _looks(self.file)) == self.seen:
            return False
        try:
            self.masters, self.seen = _read(self.file), looks
        except SettingsError as error:
            logger.warning("the key file cannot be read again", reason=error.message)
            return False
        return True


def load_keys(
    folder: Path,
    *,
    master: str | None = None,
    previous: Sequence[str] = (),
    jwt_secret: str | None = None,
) -> Keys:
    """The keys as configured, else those of the key file in `folder`, which is made when there is none.

    Raises:
        SettingsError: a key is missing, short, guessable or published, or others may read the file.
    """
    jwt = None if jwt_secret is None else _strong(jwt_secret, "JWT_SECRET_KEY")
    if master is not None:
        texts = [
            ("OVS_MASTER_KEY", master),
            *(("OVS_MASTER_KEY_PREVIOUS", each) for each in previous),
        ]
        return Keys([MasterKey.of(_decoded(text, name)) for name, text in texts], jwt)
    path = folder / KEY_FILE
    if not path.exists():
        _make(path)
    looks = _looks(path)
    return Keys(_read(path), jwt, path, looks)


def add_master_key(folder: Path) -> MasterKey:
    """Puts a new key on top of the key file; what the older ones encrypted stays readable.

    Raises:
        SettingsError: there is no key file, or others may read it.
    """
    path = folder / KEY_FILE
    _read(path)
    line = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    beside = path.with_suffix(".part")
    _write(beside, line + "\n" + path.read_text(encoding="ascii"))
    os.replace(beside, path)  # noqa: PTH105 - atomic on every system
    return MasterKey.of(base64.b64decode(line))


def _looks(path: Path) -> object:
    """What a file looks like from outside: another answer means that it was written anew."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_ino, told.st_size


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")


def _write(path: Path, text: str) -> None:
    """Writes a file that nobody else could read at any moment, and that a crash does not lose."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> list[MasterKey]:
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"the key file {path} cannot be read") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
        raise SettingsError(f"others may read the key file {path}", hint=f"chmod 600 {path}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise SettingsError(
            f"the key file {path} is empty", hint="restore it from where you keep it"
        )
    return [MasterKey.of(_decoded(line, str(path))) for line in lines]


def _decoded(text: str, name: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{name} holds a key that is not base64", hint=_HINT) from None
    if len(secret) < KEY_BYTES:
        raise SettingsError(f"{name} holds a key of less than {KEY_BYTES} bytes", hint=_HINT)
    return _varied(secret, name)


def _strong(text: str, name: str) -> bytes:
    """The bytes of a secret that a person wrote, if nobody can guess them."""
    if len(text.encode()) < KEY_BYTES:
        raise SettingsError(f"{name} is shorter than {KEY_BYTES} bytes", hint=_HINT)
    letters = text.casefold()
    for word in _PUBLISHED:
        letters = letters.replace(word, "")
    if len(letters) < KEY_BYTES * 3 // 4:
        raise SettingsError(f"{name} is made of words that everybody tries first", hint=_HINT)
    return _varied(text.encode(), name)


def _varied(secret: bytes, name: str) -> bytes:
    if len(set(secret)) < 12:  # thirty-two random bytes have some thirty different ones
        raise SettingsError(f"{name} repeats itself: it can be guessed", hint=_HINT)
    return secret
