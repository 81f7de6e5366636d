"""Which five bytes tell a collation, and in which code page are its texts sent?

Only what the tests need is here: Latin collations of code page 1252, binary ones, and those whose `varchar` is UTF-8.
"""

import struct

from tests.standins.tds.types import DEFAULT_COLLATION, SqlType

_LATIN = 0x0409
_IGNORE_CASE, _IGNORE_ACCENT, _IGNORE_WIDTH, _IGNORE_KANA = (1 << bit for bit in (20, 21, 22, 23))
_BINARY, _BINARY2, _UTF8 = (1 << bit for bit in (24, 25, 26))
_VERSION_100 = 2 << 28


def collation_bytes(collation: str | None) -> bytes:
    """The collation as it stands in a type on the wire."""
    words = (collation or DEFAULT_COLLATION).upper().split("_")
    bits = _LATIN
    if "BIN2" in words:
        bits |= _BINARY2
    elif "BIN" in words:
        bits |= _BINARY
    else:
        bits |= 0 if "KS" in words else _IGNORE_KANA
        bits |= 0 if "WS" in words else _IGNORE_WIDTH
        bits |= _IGNORE_CASE if "CI" in words else 0
        bits |= _IGNORE_ACCENT if "AI" in words else 0
    if "100" in words:
        bits |= _VERSION_100
    if "UTF8" in words:
        bits |= _UTF8
    sort_order = 52 if words[0] == "SQL" else 0
    return struct.pack("<IB", bits, sort_order)


def encoding(sql_type: SqlType) -> str:
    """Python's name of the code page that the type's texts are sent in."""
    if sql_type.is_national:
        return "utf-16-le"
    return "utf-8" if sql_type.is_utf8 else "cp1252"
