"""What is not compared of a moment with a zone: the offset in which it was written.

SQL Server's DATETIMEOFFSET and Snowflake's TIMESTAMP_TZ keep it, drivers hand over the instant, and most engines keep
nothing else. Two instants that are the same are the same value, wherever they were written; that the offset was not
looked at is said.
"""

from collections.abc import Iterable, Sequence

from ombudsman.measures.relation import Relation
from ombudsman.model.types import Timestamp

_KEEPING = ("datetimeoffset", "timestamp_tz")


def offsets_note(relations: Sequence[Relation], names: Iterable[str]) -> str | None:
    """The note on those of the columns that keep an offset on a side; None when there are none."""
    keeping = [name for name in names if any(_keeps_offset(each, name) for each in relations)]
    if not keeping:
        return None
    return (
        f"of {', '.join(keeping)} the instant is compared, not the offset in which it was written"
    )


def _keeps_offset(relation: Relation, name: str) -> bool:
    described = relation.described(name)
    if not isinstance(described.data_type, Timestamp):
        return False
    return described.native_type.casefold().startswith(_KEEPING)
