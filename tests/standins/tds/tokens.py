"""What does a response say? The tokens that are no rows: done, errors, changes of the session, the login's answer."""

import struct
from enum import IntEnum, IntFlag

from tests.standins.tds.login import TDS_7_4, UTF8_FEATURE

SERVER_NAME = "STANDIN"
VERSION = (16, 0, 1000, 6)


class Done(IntFlag):
    """Bits of a DONE token."""

    FINAL = 0x00
    MORE = 0x01
    ERROR = 0x02
    IN_TRANSACTION = 0x04
    COUNT = 0x10
    ATTENTION = 0x20


class DoneKind(IntEnum):
    """Whose end it is: a batch's statement, a procedure, or a statement in a procedure."""

    STATEMENT = 0xFD
    PROCEDURE = 0xFE
    IN_PROCEDURE = 0xFF


class Change(IntEnum):
    """What of the session changed."""

    DATABASE = 1
    LANGUAGE = 2
    PACKET_SIZE = 4
    COLLATION = 7
    BEGIN = 8
    COMMIT = 9
    ROLLBACK = 10
    RESET = 18


def short_text(text: str) -> bytes:
    """A text with its length, in UTF-16 units, in one byte."""
    content = text.encode("utf-16-le")[:510]
    return bytes([len(content) // 2]) + content


def long_text(text: str) -> bytes:
    """A text with its length in two bytes."""
    content = text.encode("utf-16-le", "surrogatepass")[:131_068]
    return struct.pack("<H", len(content) // 2) + content


def done(status: Done, *, kind: DoneKind, count: int = 0, command: int = 0) -> bytes:
    return struct.pack("<BHHQ", kind, status, command, count)


def message(
    number: int, text: str, *, severity: int, state: int = 1, line: int = 1, procedure: str = ""
) -> bytes:
    """An ERROR token, or INFO up to severity 10."""
    body = (
        struct.pack("<iBB", number, state, severity)
        + long_text(text[:2047])
        + short_text(SERVER_NAME)
        + short_text(procedure)
        + struct.pack("<I", line)
    )
    return struct.pack("<BH", 0xAB if severity <= 10 else 0xAA, len(body)) + body


def changed(what: Change, new: str, old: str) -> bytes:
    """That a named thing of the session changed."""
    return _change(what, short_text(new) + short_text(old))


def changed_bytes(what: Change, new: bytes, old: bytes) -> bytes:
    """The same of a collation or a transaction's descriptor."""
    return _change(what, bytes([len(new)]) + new + bytes([len(old)]) + old)


def _change(what: Change, content: bytes) -> bytes:
    return struct.pack("<BHB", 0xE3, len(content) + 1, what) + content


def login_acknowledged() -> bytes:
    name = short_text("Microsoft SQL Server")
    body = struct.pack(">BI", 1, TDS_7_4) + name + struct.pack(">BBH", *VERSION[:3])
    return struct.pack("<BH", 0xAD, len(body)) + body


def features_acknowledged() -> bytes:
    """UTF-8 is the only extension taken up."""
    return struct.pack("<BBIBB", 0xAE, UTF8_FEATURE, 1, 1, 0xFF)


def return_status(status: int) -> bytes:
    return struct.pack("<Bi", 0x79, status)
