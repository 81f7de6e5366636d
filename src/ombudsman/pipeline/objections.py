"""Does the validator itself object to its params, before it asks anything?

Its model cannot know what a catalogue says: that a flag is a number, or a query has no such output column. So each
validator is begun, up to the first thing that it asks, which nobody answers. What it refuses by then makes the pipeline
unusable; but what the *target* holds, and that a mapping lacks a key, is for the step to say, and so is whatever else
goes wrong.
"""

import inspect
from typing import Any

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.tables import Side
from ombudsman.model.types import TEMPORAL
from ombudsman.validators.kit import Period
from ombudsman.validators.pair import Pair
from ombudsman.validators.registry import Validator

DATED = TEMPORAL | {"text"}
"""SQLite keeps its dates in texts."""


def objection(validator: Validator, pair: Pair, params: Params) -> ParamsInvalid | None:
    """What the validator refuses in its params; None when it would ask. No statement is run.

    An error whose context has a `side` speaks of what that side holds, one with `lacks` of what the mapping lacks.
    """
    begun: Any = None
    try:
        _check_periods(pair, params)
        begun = validator(pair, params)
        begun.send(None)
    except ParamsInvalid as error:
        is_for_the_step = error.context.get("side") is Side.TARGET or "lacks" in error.context
        return None if is_for_the_step else error
    except Exception:  # noqa: BLE001 - the step itself will break, and it will be told then
        return None
    finally:
        if inspect.iscoroutine(begun):
            begun.close()
    return None


def _check_periods(pair: Pair, params: Params) -> None:
    """Whoever groups by a period groups by a date.

    Raises:
        ParamsInvalid: the source's column holds none.
    """
    for name in type(params).model_fields:
        value = getattr(params, name)
        for place, each in enumerate(value if isinstance(value, list) else ()):
            if not isinstance(each, Period):
                continue
            kind = pair.source.relation.data_type(each.column).kind
            if kind not in DATED:
                raise ParamsInvalid(
                    f"params.{name}[{place}].column: {each.column!r} is of the type {kind}, and so has no period",
                    hint="name a date or a timestamp, or group by the column itself",
                )
