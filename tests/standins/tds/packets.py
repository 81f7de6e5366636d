"""How do bytes become messages? The packets of TDS: eight bytes of header, then a part of a message.

A message is cut into packets of the size agreed at login; the last one carries the end-of-message bit. Reading and
writing go through a `Wire`, which is a socket or, once encryption was agreed, TLS over it.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct(">BBHHBB")
END_OF_MESSAGE, RESET_CONNECTION = 0x01, 0x08
DEFAULT_SIZE = 4096


class Kind(IntEnum):
    """What a message is about."""

    BATCH = 1
    RPC = 3
    RESPONSE = 4
    ATTENTION = 6
    BULK = 7
    TRANSACTION = 14
    LOGIN = 16
    PRELOGIN = 18


class Disconnected(Exception):
    """The client is gone, in the middle of a packet or between two."""


@dataclass(frozen=True)
class Message:
    """All packets of one message, joined."""

    kind: int
    body: bytes
    resets: bool = False
    """Whether a pool gave the connection to somebody else, who finds it as after login."""


def read_packet(read: Callable[[int], bytes]) -> tuple[int, int, bytes]:
    """One packet: its kind, its status bits, its content. `read(n)` gives exactly n bytes or raises."""
    kind, status, length, _, _, _ = HEADER.unpack(read(HEADER.size))
    if length < HEADER.size:
        raise Disconnected
    return kind, status, read(length - HEADER.size)


def read_message(read: Callable[[int], bytes]) -> Message:
    """The next whole message."""
    parts, resets = [], False
    while True:
        kind, status, content = read_packet(read)
        parts.append(content)
        resets = resets or bool(status & RESET_CONNECTION)
        if status & END_OF_MESSAGE:
            return Message(kind, b"".join(parts), resets)


class PacketWriter:
    """Cuts what is written into packets of a kind; the end of the message is told by `finish`."""

    def __init__(self, write: Callable[[bytes], None], *, kind: int = Kind.RESPONSE) -> None:
        self._write = write
        self._kind = kind
        self._waiting = bytearray()
        self._number = 0
        self.size = DEFAULT_SIZE
        self._sent = False

    def add(self, content: bytes | bytearray | memoryview) -> None:
        """Adds to the message; whole packets leave when enough of them wait."""
        self._waiting += content
        if len(self._waiting) >= 16 * self.size:
            self.flush()

    def flush(self) -> None:
        """Sends what fills whole packets and keeps the rest, at least one byte of it."""
        room = self.size - HEADER.size
        whole = (len(self._waiting) - 1) // room
        if whole <= 0:
            return
        waiting = memoryview(self._waiting)
        out: list[bytes | memoryview] = []
        for index in range(whole):
            out.append(self._header(room, last=False))
            out.append(waiting[index * room : (index + 1) * room])
        self._write(b"".join(out))
        del out
        waiting.release()
        self._waiting = self._waiting[whole * room :]
        self._sent = True

    def finish(self) -> None:
        """Ends the message with its last packet."""
        self.flush()
        self._write(self._header(len(self._waiting), last=True) + self._waiting)
        self._reset()

    def forget_unsent(self) -> None:
        """Drops the message, if nothing of it is under way: what began cannot end in the middle of a token."""
        if not self._sent:
            self._reset()

    def _reset(self) -> None:
        self._waiting, self._number, self._sent = bytearray(), 0, False

    def _header(self, length: int, *, last: bool) -> bytes:
        self._number = self._number % 255 + 1
        status = END_OF_MESSAGE if last else 0
        return HEADER.pack(self._kind, status, length + HEADER.size, 0, self._number, 0)
