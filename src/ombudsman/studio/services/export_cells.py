"""How a value is written where a spreadsheet may take it for a formula, and read back.

A text that begins as a formula does gets an apostrophe before it, and so does one that begins with an apostrophe:
taking one apostrophe away from whatever begins with one gives every value back. A plain number is no formula.
"""

import re

_FORMULA = frozenset("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")


def defused(text: str) -> str:
    """The text as it is written into a CSV file."""
    first = text.lstrip(" \n\v\f\u00a0\u3000")[:1]
    dangerous = first in _FORMULA and first != "" and not _NUMBER.fullmatch(text)
    return "'" + text if dangerous or text.startswith("'") else text


def restored(text: str) -> str:
    """What `defused` made the text of."""
    return text.removeprefix("'")


def quoted(text: str | None) -> str:
    """A field of a CSV file: NULL is nothing, and every text stands in quotes, the empty one too."""
    return "" if text is None else '"' + defused(text).replace('"', '""') + '"'


def portable(text: str) -> str:
    """The text as UTF-8 can carry it: half a character, which SQL Server may keep, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()
