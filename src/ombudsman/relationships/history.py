"""Does a table keep versions of its members, and by which columns?

A begin and an end by their names, a flag for the current version beside them, and the business key that all versions of
a member share.
"""

from collections.abc import Sequence

from ombudsman.model.base import Frozen
from ombudsman.model.tables import Column
from ombudsman.model.types import NUMERIC, TEMPORAL
from ombudsman.relationships.keys import ParentKey
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import likeness_of_all

SURROGATE_ENDS = ("sk", "key", "id")
"""The last words of a surrogate key's name, the surest first."""

BUSINESS_ENDS = (
    *(("alternate", "key"), ("business", "key"), ("natural", "key")),
    *(("code",), ("number",), ("no",), ("nr",), ("bk",), ("nk",), ("id",)),
)
FLAGS = (("is", "current"), ("current", "flag"), ("current",), ("is", "latest"), ("current", "row"))
INTERVALS = (
    *((("valid", "from"), ("valid", "to")), (("valid", "from"), ("valid", "until"))),
    *((("effective", "from"), ("effective", "to")), (("effective", "start"), ("effective", "end"))),
    (("effective",), ("expiry",)),
    *((("row", "start"), ("row", "end")), (("rec", "start"), ("rec", "end"))),
    *((("gültig", "von"), ("gültig", "bis")), (("gueltig", "von"), ("gueltig", "bis"))),
    *((("geçerli", "başlangıç"), ("geçerli", "bitiş")), (("生效",), ("失效",))),
)
"""The words, a `date` behind them set aside, with which the begin and the end of a version end."""

PLAIN_INTERVAL = (("start",), ("end",))
"""May be any interval: it is a version's where a flag marks the current one."""

DATE_WORDS = frozenset({"date", "time", "datetime", "at", "ts", "日期"})


class VersionColumns(Frozen):
    """The columns by which versions are kept; no `business_key` where none could be told."""

    valid_from: str
    valid_to: str
    current: str | None = None
    business_key: Names = ()


def version_columns(naming: Naming, keys: Sequence[ParentKey]) -> VersionColumns | None:
    """By which columns a table keeps versions; None where it keeps none."""
    columns = naming.table.columns
    flags = [c for c in columns if naming.words_of(c.name) in FLAGS and _may_be_flag(c)]
    flag = flags[0].name if len(flags) == 1 else None
    for begin, end in (*INTERVALS, *([PLAIN_INTERVAL] if flag else [])):
        begins = _ending_in(naming, begin)
        ends = _ending_in(naming, end)
        if len(begins) == len(ends) == 1:
            key = business_key(naming, keys, valid_from=begins[0])
            return VersionColumns(
                valid_from=begins[0], valid_to=ends[0], current=flag, business_key=key
            )
    return None


def business_key(
    naming: Naming, keys: Sequence[ParentKey], *, valid_from: str | None = None
) -> Names:
    """What names a member beside its surrogate key; () where it cannot be told."""
    if valid_from is not None:
        for key in keys:
            if valid_from in key.columns and len(key.columns) > 1:
                return tuple(name for name in key.columns if name != valid_from)
    else:
        declared = [key.columns for key in keys if not key.is_primary]
        if declared:
            return declared[0]
    primary = {name for key in keys if key.is_primary for name in key.columns}
    surrogate = surrogate_key(naming, keys)
    own = naming.words_of(surrogate)[:-1] if surrogate else naming.noun
    called = [
        column.name
        for column in naming.table.columns
        if column.name not in primary and _is_called_business_key(naming, column.name, own)
    ]
    return (called[0],) if len(called) == 1 else ()


def surrogate_key(naming: Naming, keys: Sequence[ParentKey]) -> str | None:
    """The number that the warehouse gave to each row."""
    primary = next((key for key in keys if key.is_primary), None)
    if primary is None or len(primary.columns) != 1:
        return None
    column = naming.table.column(primary.columns[0])
    if column is None or column.data_type.kind not in NUMERIC:
        return None
    return column.name if naming.words_of(column.name)[-1] in SURROGATE_ENDS else None


def _is_called_business_key(naming: Naming, name: str, own: Names) -> bool:
    told = naming.words_of(name)
    for end in BUSINESS_ENDS:
        noun = told[: -len(end)]
        if told[-len(end) :] == end and noun:
            return noun == own or likeness_of_all(noun, naming.noun) > 0
    return False


def _may_be_flag(column: Column) -> bool:
    return column.data_type.kind in NUMERIC | {"boolean", "text"}


def _ending_in(naming: Naming, end: Names) -> list[str]:
    found = []
    for column in naming.table.columns:
        told = naming.words_of(column.name)
        while told and told[-1] in DATE_WORDS:
            told = told[:-1]
        is_dated = column.data_type.kind in TEMPORAL
        is_written_together = told[-1:] == (f"{end[-1]}日期",)
        if is_dated and (told[-len(end) :] == end or is_written_together):
            found.append(column.name)
    return found
