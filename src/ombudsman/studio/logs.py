"""The server's log: one JSON object a line, in UTC, with the request's id, and without what nobody should read there.

Two sieves: keys that sound like a secret lose their value, and every value that was registered as a secret is taken out
wherever it stands. Control characters come out escaped, so that no name can write a line of its own. Files are turned
over at midnight and kept for thirty days.
"""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

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
        self._values: set[str] = set()

    def add(self, *values: str) -> None:
        """From now on these are taken out."""
        with self._lock:
            self._values |= {value for value in values if len(value) >= _SHORTEST}

    def without(self, text: str) -> str:
        """The text without any of them."""
        with self._lock:
            values = sorted(self._values, key=len, reverse=True)
        for value in values:
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


def set_up_logging(secrets: Secrets, folder: Path | None, *, to_terminal: bool) -> None:
    """Sends what the program and its libraries log through the sieves, into `folder` and to standard error."""
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
        handlers.append(
            TimedRotatingFileHandler(
                folder / "studio.log",
                when="midnight",
                utc=True,
                backupCount=KEPT_DAYS,
                encoding="utf-8",
            )
        )
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
