"""What is not compared of a moment with a zone: the offset in which it was written.

SQL Server's DATETIMEOFFSET and Snowflake's TIMESTAMP_TZ keep it, drivers hand over the instant, and most engines keep
nothing else. Two instants that are the same are the same value, wherever they were written; that the offset was not
looked at is said.
"""

from collections.abc import Sequence

from ombudsman.compare.side import ComparedSide
from ombudsman.model.types import Timestamp

_KEEPING = ("datetimeoffset", "timestamp_tz")


def offsets_note(sides: Sequence[ComparedSide]) -> str | None:
    """The note on the columns that keep an offset on a side; None when there are none."""
    names = [
        column.name
        for column in sides[0].layout.columns
        if any(_keeps_offset(side, column.name) for side in sides)
    ]
    if not names:
        return None
    return f"of {', '.join(names)} the instant is compared, not the offset in which it was written"


def _keeps_offset(side: ComparedSide, name: str) -> bool:
    described = side.relation.described(name)
    if not isinstance(described.data_type, Timestamp):
        return False
    return described.native_type.casefold().startswith(_KEEPING)
