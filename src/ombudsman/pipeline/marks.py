"""What do the params of a step speak of?

The kit's types put marks on params (`ColumnName`, `ConditionText`, `ReferredColumn`); here they are found again, at any
depth, with the path to each.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from ombudsman.model.tables import TableRef


class Marked(NamedTuple):
    """A text among the params that speaks of something in the databases. `table` is the one named beside it, if any."""

    path: str
    mark: str
    text: str
    table: TableRef | None = None


def marked_texts(params: BaseModel, path: str = "") -> Iterator[Marked]:
    """The params that carry a mark. Names of tables need none: their type tells."""
    beside = getattr(params, "table", None)
    table = beside if isinstance(beside, TableRef) else None
    for name, field in type(params).model_fields.items():
        mark = _mark(field.annotation, field.json_schema_extra)
        yield from _marked(getattr(params, name), Marked(f"{path}{name}", mark or "", "", table))


def _marked(value: Any, place: Marked) -> Iterator[Marked]:
    match value:
        case TableRef():
            yield place._replace(mark="table", text=str(value))
        case BaseModel():
            yield from marked_texts(value, f"{place.path}.")
        case str() if place.mark:
            yield place._replace(text=value)
        case list() | tuple():
            for index, each in enumerate(value):
                yield from _marked(each, place._replace(path=f"{place.path}[{index}]"))


def _mark(annotation: Any, extra: Any) -> str | None:
    """The mark of a field: on the field itself, or inside its annotation (`list[ColumnName]`, `ColumnName | None`)."""
    if isinstance(extra, dict) and isinstance(extra.get("x-ombudsman"), str):
        return str(extra["x-ombudsman"])
    for part in getattr(annotation, "__metadata__", ()):
        if found := _mark(None, getattr(part, "json_schema_extra", None)):
            return found
    for argument in getattr(annotation, "__args__", ()):
        if found := _mark(argument, None):
            return found
    return None
