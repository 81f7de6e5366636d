"""A long list, page by page.

A cursor names the last row of the page before (its place in the order, and its id), so that rows that come and go
meanwhile neither repeat nor hide others. It is opaque to those who carry it, and guarded like any other input.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as OrmSession

from ombudsman.model.errors import SettingsError, did_you_mean
from ombudsman.model.plain_text import what_is_wrong_with

R = TypeVar("R")
MAX_LIMIT = 200
Sorts = Mapping[str, InstrumentedAttribute[Any]]
"""By what a list can be sorted: the word that people write, and the column. No such column may be NULL."""


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list: how many rows, after which cursor, by what sort (`-name` is downwards), with what in it."""

    limit: int = 50
    cursor: str | None = None
    sort: str | None = None
    q: str | None = None


@dataclass(frozen=True)
class PageOf(Generic[R]):
    """One page; `total` counts all rows, `next_cursor` is None on the last page."""

    items: Sequence[R]
    total: int
    next_cursor: str | None


def page_of(
    session: OrmSession,
    statement: Select[R],
    asked: PageRequest,
    *,
    sorts: Sorts,
    by_default: str,
    unique: InstrumentedAttribute[Any],
) -> PageOf[R]:
    """One page of what the statement selects.

    Args:
        session: the transaction.
        statement: selects one entity, unsorted, with every condition.
        asked: which page.
        sorts: by what it can be sorted.
        by_default: the sort when none is asked for, as a person would write it.
        unique: the column that tells rows of one place apart.

    Raises:
        SettingsError: there is no such sort, or the cursor cannot be read.
    """
    word, downwards, name = _sort(asked, sorts, by_default)
    column = sorts[name]
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True)
    total = session.scalar(counted) or 0
    if asked.cursor is not None:
        place, last = _read(asked.cursor, word, column)
        beyond = column < place if downwards else column > place
        further = unique < last if downwards else unique > last
        statement = statement.where(or_(beyond, and_(column == place, further)))
    order = (column.desc(), unique.desc()) if downwards else (column, unique)
    rows = list(session.scalars(statement.order_by(*order).limit(asked.limit + 1)))
    more = len(rows) > asked.limit
    items = rows[: asked.limit]
    cursor = _write(word, items[-1], column, unique) if more else None
    return PageOf(items, total, cursor)


def page_of_known(
    known: Iterable[R],
    asked: PageRequest,
    *,
    sorts: Mapping[str, Callable[[R], Any]],
    by_default: str,
    unique: Callable[[R], str],
) -> PageOf[R]:
    """One page of what is no row of the store, but known to the program.

    Args:
        known: all of it, with every condition; what comes and goes only with another version of the program.
        asked: which page.
        sorts: by what it can be sorted, each a different value of each.
        by_default: the sort when none is asked for.
        unique: the name that tells one from the others; the cursor holds it.

    Raises:
        SettingsError: there is no such sort, or the cursor is of another list.
    """
    word, downwards, name = _sort(asked, sorts, by_default)
    ordered = sorted(known, key=sorts[name], reverse=downwards)
    begin = 0
    if asked.cursor is not None:
        places = {f"{word}.{unique(each)}": place for place, each in enumerate(ordered, 1)}
        if asked.cursor not in places:
            raise _refused()
        begin = places[asked.cursor]
    items = ordered[begin : begin + asked.limit]
    more = begin + len(items) < len(ordered)
    return PageOf(items, len(ordered), f"{word}.{unique(items[-1])}" if more else None)


def _sort(asked: PageRequest, sorts: Iterable[str], by_default: str) -> tuple[str, bool, str]:
    """The sort as a person writes it, whether it goes downwards, and by what."""
    word = asked.sort or by_default
    downwards, name = word.startswith("-"), word.removeprefix("-")
    if name not in sorts:
        raise SettingsError(
            f"the list cannot be sorted by {name!r}",
            hint=did_you_mean(name, sorts),
            parameter="sort",
        )
    return word, downwards, name


def _write(
    word: str, row: Any, column: InstrumentedAttribute[Any], unique: InstrumentedAttribute[Any]
) -> str:
    place = getattr(row, column.key)
    told = place.isoformat() if isinstance(place, dt.datetime) else place
    text = json.dumps([word, told, getattr(row, unique.key)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, word: str, column: InstrumentedAttribute[Any]) -> tuple[Any, Any]:
    wanted = column.type.python_type
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told, place, last = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if issubclass(wanted, dt.datetime):
            place = dt.datetime.fromisoformat(place)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _refused() from None
    plain = isinstance(place, wanted) and not isinstance(place, bool)
    fits = not isinstance(place, int) or abs(place) < 2**63
    zoned = not isinstance(place, dt.datetime) or place.tzinfo is not None
    texts = (text for text in (place, last) if isinstance(text, str))
    safe = all(what_is_wrong_with(text) is None for text in texts)
    if told != word or not (plain and fits and zoned and safe) or not _is_key(last):
        raise _refused()
    return place, last


def _is_key(last: Any) -> bool:
    return isinstance(last, str) or (type(last) is int and abs(last) < 2**63)


def _refused() -> SettingsError:
    return SettingsError(
        "the cursor cannot be read, or belongs to another list",
        hint="take `next_cursor` of the page before, with the same sort",
        parameter="cursor",
    )
