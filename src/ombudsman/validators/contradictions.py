"""Params that contradict each other, told at the one that is written later.

Each is for a `field_validator`: it gets the value and what was read before it, and gives the value back.
"""

from typing import TypeVar

from pydantic import ValidationInfo

from ombudsman.validators.series import LevelOf

V = TypeVar("V")


def named_apart(value: V, info: ValidationInfo, *others: str) -> V:
    """The value, a column or several, when none of them is named in the `others` too.

    Raises:
        ValueError: one is.
    """
    for other in others:
        there = _names(info.data.get(other))
        for name in _names(value):
            if name in there:
                raise ValueError(f"{name!r} is named in {other} already")
    return value


def paired_off(value: list[str], info: ValidationInfo) -> list[str]:
    """The referred columns, when there are as many as columns; none at all means the other table's key.

    Raises:
        ValueError: there are more, or fewer.
    """
    columns = info.data.get("columns")
    if value and columns and len(value) != len(columns):
        raise ValueError(
            f"columns and referred_columns answer each other pair by pair: {len(columns)} do not meet {len(value)}"
        )
    return value


def needing(value: V, info: ValidationInfo, other: str) -> V:
    """The value, when the field that it is about has one too.

    Raises:
        ValueError: it has none.
    """
    if other in info.data and info.data[other] is None:
        raise ValueError(f"it says something of {other}, and there is none")
    return value


def level_of_something(value: LevelOf, info: ValidationInfo) -> LevelOf:
    """The level, when it is not the mean of no column.

    Raises:
        ValueError: it is.
    """
    return needing(value, info, "column") if value is LevelOf.MEAN else value


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
