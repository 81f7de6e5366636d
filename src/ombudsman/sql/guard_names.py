"""Which of the known names is meant?

A name is matched exactly; failing that, with letter case set aside, if only one known name fits. Engines fold case in
three different ways; people rarely mean the difference.
"""

from collections.abc import Collection
from typing import NoReturn

from sqlglot import exp

from ombudsman.model.errors import did_you_mean
from ombudsman.sql.guard import refuse


def name_among(name: str, known: Collection[str]) -> str | None:
    """The known name that is meant by `name`; None when there is none, or more than one."""
    if name in known:
        return name
    folded = name.casefold()
    alike = [each for each in known if each.casefold() == folded]
    return alike[0] if len(alike) == 1 else None


def column_named(
    name: str, known: Collection[str], *, what: str, text: str, span: tuple[int, int] | None
) -> str:
    """The exact name of a column; raises `RuleInvalid` with the nearest name when there is no such column."""
    found = name_among(name, known)
    if found is None:
        _no_column(name, known, what=what, text=text, span=span)
    return found


def _no_column(
    name: str, known: Collection[str], *, what: str, text: str, span: tuple[int, int] | None
) -> NoReturn:
    alike = [each for each in known if each.casefold() == name.casefold()]
    if alike:
        told = " and ".join(repr(each) for each in sorted(alike))
        refuse(what, f"{name!r} may be {told}", text=text, span=span, hint="spell it exactly")
    hint = did_you_mean(name, known)
    if span and text[span[0] : span[0] + 1] == '"':
        hint = f"{hint or ''}; a text is written in single quotes".removeprefix("; ")
    refuse(what, f"there is no column {name!r}", text=text, span=span, hint=hint)


def qualifier_of(column: exp.Column) -> str:
    """What stands before a column's name, parts joined by dots; empty when nothing does."""
    return ".".join(part.name for part in column.parts[:-1])
