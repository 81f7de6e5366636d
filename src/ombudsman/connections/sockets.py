"""Which socket did a driver just open, so that it can be shut when the server does not react?

A driver that keeps its socket to itself can wait for ever for a peer that acknowledges and never answers. On Linux the
open sockets of a process are listed; the one that is there after a login and was not before is the driver's. Where it
cannot be told for certain, there is none, and nothing is shut.
"""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = Path("/proc/self/fd")

_one_login_at_a_time = threading.Lock()


@dataclass
class DriversSocket:
    """The socket of a session: its number, and what it was when it was found, for numbers are given again."""

    number: int | None = None
    was: str = field(default="", repr=False)

    def cut(self) -> None:
        """Shuts it, which frees the thread that waits for it, and tells the server that we are gone."""
        if self.number is None or _socket_at(self.number) != self.was:
            return
        with (
            suppress(OSError),
            socket.socket(fileno=os.dup(self.number)) as duplicate,
        ):
            duplicate.shutdown(socket.SHUT_RDWR)


@contextmanager
def new_socket(*, port: int | None) -> Iterator[DriversSocket]:
    """Finds the socket that is opened inside, to `port` where that is known."""
    found = DriversSocket()
    with _one_login_at_a_time:
        before = _sockets()
        yield found
        opened = [
            number
            for number, name in _sockets().items()
            if before.get(number) != name and _leads_to(number, port)
        ]
    if len(opened) == 1:
        (found.number,) = opened
        found.was = _socket_at(found.number)


def _sockets() -> dict[int, str]:
    if sys.platform != "linux":
        return {}
    named = ((int(each.name), _socket_at(int(each.name))) for each in _FOLDER.iterdir())
    return {number: name for number, name in named if name}


def _socket_at(number: int) -> str:
    """What the system calls the socket of this number; empty when it is none."""
    try:
        name = str((_FOLDER / str(number)).readlink())
    except OSError:
        return ""
    return name if name.startswith("socket:") else ""


def _leads_to(number: int, port: int | None) -> bool:
    try:
        with socket.socket(fileno=os.dup(number)) as duplicate:
            is_network = duplicate.family in {socket.AF_INET, socket.AF_INET6}
            return is_network and port in {None, duplicate.getpeername()[1]}
    except OSError:
        return False
