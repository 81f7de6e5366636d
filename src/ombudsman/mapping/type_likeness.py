"""How well does a column of one type hold what stood in a column of another?

1 for the same kind and size, less where a migration would have to change values, little where none would do so.
"""

from ombudsman.model import types as t
from ombudsman.model.types import DataType

_PAIRS = {
    ("boolean", "integer"): 0.75,
    ("boolean", "decimal"): 0.6,
    ("boolean", "text"): 0.45,
    ("integer", "float"): 0.6,
    ("decimal", "float"): 0.85,
    ("date", "timestamp"): 0.85,
    ("time", "timestamp"): 0.3,
    ("text", "uuid"): 0.7,
    ("json", "text"): 0.6,
    ("text", "xml"): 0.6,
    ("date", "text"): 0.4,
    ("text", "timestamp"): 0.4,
    ("text", "time"): 0.35,
    ("integer", "text"): 0.3,
    ("decimal", "text"): 0.25,
    ("binary", "uuid"): 0.5,
    ("binary", "text"): 0.3,
    ("date", "integer"): 0.25,
}
"""By kinds, in the order of the alphabet; a pair that is not here has nothing in common."""

_UNLIKE = 0.05
_UNKNOWN = 0.5


def type_likeness(source: DataType, target: DataType) -> float:
    """From 0 to 1, the same in both orders."""
    if isinstance(source, t.Unknown) or isinstance(target, t.Unknown):
        return 0.9 if source == target else _UNKNOWN
    match source, target:
        case t.Text(), t.Text():
            return _of_lengths(source.length, target.length)
        case t.Decimal(), t.Decimal():
            return 1.0 if source.scale == target.scale else 0.93
        case (t.Integer(), t.Decimal() as number) | (t.Decimal() as number, t.Integer()):
            return 0.97 if number.scale == 0 else 0.8 if number.scale is None else 0.7
        case _ if source.kind == target.kind:
            return 1.0
    first, second = sorted((source.kind, target.kind))
    return _PAIRS.get((first, second), _UNLIKE)


class TypeLikeness:
    """The likeness of types by numbers: many columns have few types, and each pair of these is looked at once."""

    def __init__(self) -> None:
        self._types: list[DataType] = []
        self._numbers: dict[DataType, int] = {}
        self._found: dict[tuple[int, int], float] = {}

    def number(self, data_type: DataType) -> int:
        """A type's own number."""
        number = self._numbers.setdefault(data_type, len(self._types))
        if number == len(self._types):
            self._types.append(data_type)
        return number

    def __call__(self, source: int, target: int) -> float:
        found = self._found.get((source, target))
        if found is None:
            found = type_likeness(self._types[source], self._types[target])
            self._found[source, target] = found
        return found


def _of_lengths(source: int | None, target: int | None) -> float:
    if source == target:
        return 1.0
    if source is None or target is None:
        return 0.95
    return 0.88 + 0.08 * min(source, target) / max(source, target)
