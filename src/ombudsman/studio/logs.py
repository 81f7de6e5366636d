"""The server's log: one JSON object a line, in UTC, with the request's id, and without what nobody should read there.

Two sieves: keys that sound like a secret lose their value, and every value that was registered as a secret is taken out
wherever it stands: those of the settings at the start, those of the store when they are sealed or opened. Control
characters come out escaped, so that no name can write a line of its own.

Every process writes a file of its own, for two that turned over the same one at midnight would lose each other's lines.
Files are turned over at midnight and kept for thirty days, those of processes that ended long ago too.
"""

import contextlib
import logging
import os
import re
import socket
import sys
import threading
import time
from collections.abc import MutableMapping
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from typing_extensions import override

KEPT_DAYS = 30
STARS = "********"
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?|secret|token|authori[sz]ation|cookie|otp|seed|private|credential|api_?key"
    r"|master_?key|recovery|signature",
    re.IGNORECASE,
)
_SECRET_SHAPE = re.compile(
    r"ovs_[\w-]{20,}|eyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|Bearer\s+\S+"
)
_SHORTEST = 6
"""A shorter secret is not sought in texts: it would take ordinary words out."""


class Secrets:
    """Values that must not stand in a log. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: tuple[str, ...] = ()

    def add(self, *values: str) -> None:
        """From now on these are taken out, also as they stand in a URL."""
        long = {value for value in values if len(value) >= _SHORTEST}
        told = long | {quote(value, safe="") for value in long}
        with self._lock:
            if not told <= set(self._values):  # the longest first: one may hold another
                self._values = tuple(sorted({*self._values, *told}, key=len, reverse=True))

    def without(self, text: str) -> str:
        """The text without any of them."""
        for value in self._values:
            text = text.replace(value, STARS)
        return _SECRET_SHAPE.sub(STARS, text)


class Redaction:
    """A processor of structlog that takes secrets out of an event, however deep they lie."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        for key in list(event):
            event[key] = self._clean(key, event[key])
        return event

    def _clean(self, key: str, value: Any) -> Any:
        if _SECRET_KEY.search(key):
            return STARS
        if isinstance(value, dict):
            return {str(k): self._clean(str(k), v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(key, each) for each in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._secrets.without(str(value))


class DailyFile(TimedRotatingFileHandler):
    """A log file that is turned over at midnight; whatever in its folder is older than `KEPT_DAYS` goes then."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, when="midnight", utc=True, encoding="utf-8")
        self._forget_old()

    @override
    def doRollover(self) -> None:
        """Begins the file of the new day."""
        super().doRollover()
        self._forget_old()

    def _forget_old(self) -> None:
        before = time.time() - KEPT_DAYS * 86_400
        for path in Path(self.baseFilename).parent.glob("*.log*"):
            with contextlib.suppress(OSError):  # another process may be at the same
                if path.stat().st_mtime < before:
                    path.unlink()


def name_of_its_own(kind: str) -> str:
    """The name of a log that no other process writes: the kind of process, the machine, the process id."""
    machine = re.sub(r"[^\w.-]+", "-", socket.gethostname())
    return f"{kind}-{machine}-{os.getpid()}"


def set_up_logging(
    secrets: Secrets, folder: Path | None, *, to_terminal: bool, name: str = "studio"
) -> None:
    """Sends what the program and its libraries log through the sieves, into `folder` and to standard error.

    Args:
        secrets: what must not stand there.
        folder: where the log lies; none is written without one.
        to_terminal: whether it goes to standard error as well.
        name: of the log, without its ending; no other process may write one of the same name.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            Redaction(secrets),
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
    )
    handlers: list[logging.Handler] = []
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handlers.append(DailyFile(folder / f"{name}.log"))
    if to_terminal:
        handlers.append(logging.StreamHandler(sys.stderr))
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").disabled = True  # every request has a line of ours
