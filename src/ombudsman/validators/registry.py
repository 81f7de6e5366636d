"""How a function becomes a validator, and how all validators are found.

Nothing is said twice: the name is the function's, the family the package's, the params model the annotation's, the
question the docstring's first line. Every package named by an entry point of the group `ombudsman.validators` is walked
for modules called `validate_*`; our own families come in by the same door.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import Any, get_type_hints, overload

from ombudsman.model.base import Params
from ombudsman.model.errors import PipelineInvalid, SettingsError, did_you_mean
from ombudsman.validators.pair import Pair

ENTRY_POINTS = "ombudsman.validators"


class Cost(StrEnum):
    """What a check costs the databases: the catalogue alone, a share of a scan, a search for rows, or all rows."""

    CATALOGUE = "catalogue"
    SCAN = "scan"
    SEARCH = "search"
    ROWS = "rows"


@dataclass(frozen=True)
class Validator:
    """A kind of question in the catalogue. `page` is the module's docstring: question, what it does, its edge."""

    name: str
    family: str
    params: type[Params]
    page: str
    cost: Cost
    ask: Callable[[Pair, Any], Any]

    @property
    def question(self) -> str:
        """The question that it answers: the step's title."""
        return self.page.splitlines()[0]

    def __call__(self, tables: Pair, params: Params) -> Any:
        return self.ask(tables, params)


@overload
def validator(function: Callable[[Pair, Any], Any], /) -> Validator: ...
@overload
def validator(*, cost: Cost) -> Callable[[Callable[[Pair, Any], Any]], Validator]: ...
def validator(
    function: Callable[[Pair, Any], Any] | None = None, /, *, cost: Cost = Cost.SCAN
) -> Validator | Callable[[Callable[[Pair, Any], Any]], Validator]:
    """Makes a validator of `async def validate_x(tables: Pair, params: X) -> Result`.

    Raises:
        TypeError: the function is not of that form.
    """

    def made(function: Callable[[Pair, Any], Any]) -> Validator:
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__name__} needs to be `async def`: it waits for answers")
        hints = get_type_hints(function)
        params = hints.get("params")
        if not (isinstance(params, type) and issubclass(params, Params)):
            raise TypeError(f"{function.__name__} needs `params: X`, where X derives from Params")
        module = inspect.getmodule(function)
        page = inspect.cleandoc((module.__doc__ if module else None) or function.__doc__ or "")
        if not page:
            raise TypeError(f"{function.__name__} needs a docstring that opens with its question")
        family = function.__module__.rpartition(".")[0].rpartition(".")[2]
        return Validator(function.__name__, family, params, page, cost, function)

    return made if function is None else made(function)


@cache
def catalogue() -> Mapping[str, Validator]:
    """All validators by name, ours and those of installed packages.

    Raises:
        SettingsError: two packages bring validators of the same name.
    """
    found: dict[str, Validator] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda each: each.value):
        for each in _validators_of(point.load()):
            if found.setdefault(each.name, each) is not each:
                homes = sorted({found[each.name].ask.__module__, each.ask.__module__})
                raise SettingsError(
                    f"two installed packages bring {each.name}: {' and '.join(homes)}",
                    hint="a validator's name is its own: uninstall one of the packages, or rename its validator",
                )
    return MappingProxyType(dict(sorted(found.items())))


def find(name: str) -> Validator:
    """The validator of this name.

    Raises:
        PipelineInvalid: there is none; names the nearest.
    """
    try:
        return catalogue()[name]
    except KeyError:
        raise PipelineInvalid(
            f"no validator {name!r}", hint=did_you_mean(name, catalogue())
        ) from None


def _validators_of(loaded: Any) -> list[Validator]:
    if isinstance(loaded, Validator):
        return [loaded]
    if not isinstance(loaded, ModuleType):
        raise TypeError(
            f"an entry point of {ENTRY_POINTS} names {loaded!r}: neither package nor validator"
        )
    modules = [loaded]
    if hasattr(loaded, "__path__"):
        names = (each.name for each in pkgutil.iter_modules(loaded.__path__))
        modules += [
            importlib.import_module(f"{loaded.__name__}.{n}")
            for n in names
            if n.startswith("validate_")
        ]
    return [
        each for module in modules for each in vars(module).values() if isinstance(each, Validator)
    ]
