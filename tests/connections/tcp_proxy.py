"""A TCP proxy that can be told to misbehave: to swallow everything, or to hang up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Passes bytes on between a client and a server. `silent`: it takes them and passes nothing on."""

    def __init__(self, host: str, port: int) -> None:
        self.silent = threading.Event()
        self._to = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._sockets: list[socket.socket] = [self._listening]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._sockets.append(client)
                server = socket.create_connection(self._to)
                self._sockets.append(server)
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                if not self.silent.is_set():
                    other.sendall(data)
            if not self.silent.is_set():
                other.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    made = Proxy(host, port)
    try:
        yield made
    finally:
        made.close()
