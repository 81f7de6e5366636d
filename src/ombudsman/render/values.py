"""Values of a table as a person reads them: whole enough to understand, and unable to do harm.

What is dangerous or deceiving in a value, and what becomes of it:

- escape sequences would steer the terminal, marks of writing direction would reorder the page, blanks that are no
  space look like one: every such character is shown by its picture or its code point;
- NULL, the empty text and the text `NULL` look alike: texts that could be mistaken stand in quotes;
- two long texts may differ far behind the part that fits: the cut is made around the difference;
- a number and a text may read the same: then the kind of each stands beside it.
"""

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from typing_extensions import override

from ombudsman.model.result import Finding, Kind
from ombudsman.model.values import to_json_value

VALUE_LIMIT = 160
"""How many characters of a value are shown, more or less; what is left out is marked by an ellipsis."""

_MISTAKEN = frozenset({"", "null", "true", "false", "—"})


@dataclass(frozen=True)
class Shown:
    """The text of a value in three parts: what both sides share, what differs, what they share again."""

    before: str = ""
    differing: str = ""
    after: str = ""

    @override
    def __str__(self) -> str:
        return self.before + self.differing + self.after


NOTHING = Shown(before="—")
"""What a side shows that has no such row, or nothing to tell."""


def visible(text: str, *, keep: str = "") -> str:
    """The text with every character that cannot be seen replaced by its picture or code point, save those in `keep`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _picture(c) for c in text)


def _picture(character: str) -> str:
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    return "␡" if point == 0x7F else f"⟨U+{point:04X}⟩"


def shown(value: Any, *, limit: int = VALUE_LIMIT) -> str:
    """One value as a text of one line, of at most about `limit` characters."""
    return _cut(_text(value), limit)


def shown_key(key: tuple[Any, ...], *, limit: int = VALUE_LIMIT) -> str:
    """The values of a key, separated by commas."""
    return _cut(", ".join(shown(part, limit=limit) for part in key), limit)


def shown_pair(source: Any, target: Any, *, limit: int = VALUE_LIMIT) -> tuple[Shown, Shown]:
    """The two values, cut around what differs between them."""
    if source is None or target is None:
        return Shown(differing=shown(source, limit=limit)), Shown(
            differing=shown(target, limit=limit)
        )
    texts = _told_apart(source, target)
    before = _shared(*texts)
    after = _shared(*(text[before:][::-1] for text in texts))
    one, other = (_parts(text, before, after, limit) for text in texts)
    return one, other


def shown_sides(finding: Finding, *, limit: int = VALUE_LIMIT) -> tuple[Shown, Shown]:
    """What source and target hold by this finding; a dash where it tells nothing of a side."""
    if tells_both_sides(finding.kind):
        return shown_pair(finding.source, finding.target, limit=limit)
    if "{source}" in finding.kind.sentence:
        return NOTHING, NOTHING
    source, target = (
        NOTHING if value is None else Shown(differing=shown(value, limit=limit))
        for value in (finding.source, finding.target)
    )
    return source, target


def tells_both_sides(kind: Kind) -> bool:
    """Whether a finding of this kind sets a value of the source against one of the target.

    Some kinds carry two values of one side: the end of a version and the beginning of the next.
    """
    return "{target}" in kind.sentence and "in target" in kind.sentence


def _text(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        return f"0x{bytes(value).hex()}"
    if not isinstance(value, str):
        return visible(str(to_json_value(value)))
    text = visible(value)
    return f"'{text}'" if text.strip() != text or value.casefold() in _MISTAKEN else text


def _told_apart(source: Any, target: Any) -> tuple[str, str]:
    texts = _text(source), _text(target)
    if texts[0] != texts[1] or source == target:
        return texts
    return f"{texts[0]} ({_kind(source)})", f"{texts[1]} ({_kind(target)})"


def _kind(value: Any) -> str:
    names = {"str": "text", "int": "whole number", "float": "float", "Decimal": "decimal"}
    name = type(value).__name__
    return names.get(name, name.lower())


def _shared(one: str, other: str) -> int:
    """How many characters both texts begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _parts(text: str, before: int, after: int, limit: int) -> Shown:
    end = len(text) - after
    head, differing, tail = text[:before], text[before:end], text[end:]
    if len(text) <= limit:
        return Shown(head, differing, tail)
    third = max(limit // 3, 1)
    return Shown(
        before=head if len(head) <= third else f"…{head[-third:]}",
        differing=_cut(differing, third),
        after=tail if len(tail) <= third else f"{tail[:third]}…",
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
