"""A link that is held to a rate: a proxy on the loopback that lets so many bits a second pass, each way."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 16_384


@contextmanager
def slow_link(port: int, *, megabits: float) -> Iterator[int]:
    """The port under which `port` is reached through the link. All connections share its rate, each way."""
    listener = socket.create_server(("127.0.0.1", 0))
    ways = (_Way(megabits * 1e6 / 8), _Way(megabits * 1e6 / 8))
    threading.Thread(target=_accept, args=(listener, port, ways), daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


class _Way:
    """One direction: whoever wants to pass waits until the bytes before have passed."""

    def __init__(self, bytes_a_second: float) -> None:
        self._rate = bytes_a_second
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    def pass_through(self, count: int) -> None:
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count / self._rate
            wait = self._free_at - now
        if wait > 0:
            time.sleep(wait)


def _accept(listener: socket.socket, port: int, ways: tuple[_Way, _Way]) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))
            for source, target, way in ((near, far, ways[0]), (far, near, ways[1])):
                threading.Thread(target=_carry, args=(source, target, way), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, way: _Way) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE):
            way.pass_through(len(piece))
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
