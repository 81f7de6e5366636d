r"""Does a text match a pattern, on every engine alike?

Patterns are those of RE2: no back references, no look-around, and so no pattern takes more than linear time. DuckDB
reads them itself. PostgreSQL has a dialect of its own, in which the same letters can mean another thing:

- `\d`, `\w` and `\s` know all alphabets there, and the ASCII ones in RE2.
- A point matches a line break there, and none in RE2.
- Other escapes, classes and flags are spelt otherwise, or are not there.

So a pattern of the plain parts that both have is written out for PostgreSQL; of any other, and for any other engine,
the texts must be matched here.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, func, literal

from ombudsman.model.errors import RuleInvalid

CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r" \t\n\f\r"}
MOST_TIMES = 255
"""How often PostgreSQL lets a part be repeated by number."""

_PART = re.compile(
    r"""
    (?P<times>\{(?P<least>\d+)(?:,(?P<most>\d*))?\})  # {3}, {3,}, {3,5}
    | (?P<many>[*+?])
    | \\(?P<escaped>.)
    | (?P<group>\(\?:|\((?!\?)|\)|\||\^|\$)
    | (?P<point>\.)
    | \[(?P<not>\^?)(?P<members>(?:\\.|[^\]\\\[])+)\]
    | (?P<letter>[^\\\[\](){}*+?|^$.\0])
    """,
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(r"\\(?P<escaped>.)|(?P<letter>.)", re.DOTALL)


def check_pattern(pattern: str) -> None:
    """Whether the pattern can be used.

    Raises:
        RuleInvalid: it is no pattern of RE2.
    """
    try:
        pc.match_substring_regex(
            pa.array([""]), pattern
        )  # as it stands: no `)` may close what is ours
    except pa.ArrowInvalid:
        raise RuleInvalid(
            f"the pattern {pattern!r} cannot be used",
            hint="it is a regular expression as RE2 reads it: without back references and look-around",
        ) from None


def matching(texts: list[str], pattern: str) -> list[bool]:
    """For each text whether the whole of it matches."""
    whole = rf"\A(?:{pattern})\z"
    found: list[bool] = pc.match_substring_regex(pa.array(texts, pa.string()), whole).to_pylist()
    return found


def matches(text: ColumnElement[str], pattern: str, *, dialect: str) -> ColumnElement[bool] | None:
    """That the whole text matches, as the engine's own claim; None where the engine cannot tell as RE2 would."""
    if dialect == "duckdb":
        return func.regexp_full_match(text, literal(pattern))
    if dialect == "postgres" and (plain := plainly(pattern)) is not None:
        return text.regexp_match(literal(f"^(?:{plain})$"))
    return None


def plainly(pattern: str) -> str | None:
    """The pattern written out in parts that mean the same to PostgreSQL; None when it has others."""
    parts: list[str] = []
    place, repeated = 0, True
    while place < len(pattern):
        part = _PART.match(pattern, place)
        plain = _plain_part(part, repeated=repeated) if part else None
        if part is None or plain is None:
            return None
        parts.append(plain)
        repeated = bool(part["times"] or part["many"])
        place = part.end()
    return "".join(parts)


def _plain_part(part: re.Match[str], *, repeated: bool) -> str | None:
    """`repeated`: the part before says how often; a second such mark has a meaning of its own."""
    if part["times"] or part["many"]:
        often = max(int(part["least"] or 0), int(part["most"] or 0))
        return part[0] if not repeated and often <= MOST_TIMES else None
    if part["point"]:
        return r"[^\n]"
    if part["members"]:
        members = [_plain_member(each) for each in _MEMBER.finditer(part["members"])]
        there = [each for each in members if each is not None]
        return f"[{part['not']}{''.join(there)}]" if len(there) == len(members) else None
    if escaped := part["escaped"]:
        if escaped.lower() in CLASSES:
            return f"[{'^' if escaped.isupper() else ''}{CLASSES[escaped.lower()]}]"
        return _plain_escape(escaped)
    return part[0]


def _plain_member(member: re.Match[str]) -> str | None:
    if escaped := member["escaped"]:
        return CLASSES.get(escaped) or _plain_escape(escaped)
    return member[0]


def _plain_escape(escaped: str) -> str | None:
    is_mark = escaped.isascii() and not escaped.isalnum()
    return f"\\{escaped}" if is_mark or escaped in "tnrf" else None
