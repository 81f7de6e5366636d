"""Who asks, for which database, and encrypted or not? The PRELOGIN and LOGIN7 messages.

Passwords come with their half-bytes swapped and xored: hidden from a glance, not from anybody who reads.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

TDS_7_4 = 0x74000004
UTF8_FEATURE = 0x0A


class Encryption(IntEnum):
    """What the two sides say of encryption. `OFF` asks for it for the login alone."""

    OFF = 0
    ON = 1
    NOT_SUPPORTED = 2
    REQUIRED = 3


_VERSION, _ENCRYPTION, _INSTANCE, _THREAD, _MARS, _END = 0, 1, 2, 3, 4, 0xFF


def prelogin_encryption(body: bytes) -> Encryption:
    """What the client wants."""
    position = 0
    while body[position] != _END:
        token, offset, length = struct.unpack_from(">BHH", body, position)
        if token == _ENCRYPTION and length:
            return Encryption(body[offset] & 0x03)
        position += 5
    return Encryption.NOT_SUPPORTED


def prelogin_answer(encryption: Encryption) -> bytes:
    """Our version (16.0.1000), what becomes of encryption, and that there is no MARS."""
    options = [
        (_VERSION, struct.pack(">BBHH", 16, 0, 1000, 0)),
        (_ENCRYPTION, bytes([encryption])),
        (_INSTANCE, b"\0"),
        (_THREAD, b""),
        (_MARS, b"\0"),
    ]
    table, content = b"", b""
    offset = 5 * len(options) + 1
    for token, value in options:
        table += struct.pack(">BHH", token, offset + len(content), len(value))
        content += value
    return table + bytes([_END]) + content


@dataclass(frozen=True)
class Login:
    """What a LOGIN7 message tells."""

    user: str
    password: str
    database: str
    application: str
    host: str
    language: str
    packet_size: int
    is_integrated: bool
    is_read_only: bool
    """`ApplicationIntent=ReadOnly`."""
    features: frozenset[int]


def read_login(body: bytes) -> Login:
    """Reads a LOGIN7 message."""
    packet_size = struct.unpack_from("<I", body, 8)[0]
    flags2, type_flags, flags3 = body[25], body[26], body[27]

    def text(index: int) -> bytes:
        offset, length = struct.unpack_from("<HH", body, 36 + 4 * index)
        return body[offset : offset + 2 * length]

    host, user, password, application = (text(index) for index in range(4))
    clear = bytes(((each ^ 0xA5) >> 4 | (each ^ 0xA5) << 4) & 0xFF for each in password)
    # After the ninth pair, the six bytes of a client id; the pairs before are the ones wanted here.
    language, database = text(7), text(8)
    return Login(
        user=user.decode("utf-16-le"),
        password=clear.decode("utf-16-le", "replace"),
        database=database.decode("utf-16-le"),
        application=application.decode("utf-16-le"),
        host=host.decode("utf-16-le"),
        language=language.decode("utf-16-le"),
        packet_size=packet_size,
        is_integrated=bool(flags2 & 0x80),
        is_read_only=bool(type_flags & 0x20),
        features=_features(body) if flags3 & 0x10 else frozenset(),
    )


def _features(body: bytes) -> frozenset[int]:
    """The numbers of the extensions that the client offers."""
    offset = struct.unpack_from("<H", body, 36 + 4 * 5)[0]
    position = struct.unpack_from("<I", body, offset)[0]
    found = set()
    while position < len(body) and body[position] != _END:
        found.add(body[position])
        position += 5 + struct.unpack_from("<I", body, position + 1)[0]
    return frozenset(found)
