"""Everything that is wrong with a file, gathered while it is read, and raised once at the end."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ombudsman.model.errors import OmbudsmanError, SettingsError
from ombudsman.model.explain import explain
from ombudsman.model.faults import Fault, NodePath, invalid, path_text
from ombudsman.model.yaml_source import YamlSource

M = TypeVar("M", bound=BaseModel)


class Report:
    """Gathers what is wrong with a document; a fault is of `kind` unless it says otherwise."""

    def __init__(self, source: YamlSource, kind: type[SettingsError]) -> None:
        self.source = source
        self.kind = kind
        self.faults: list[Fault] = list(source.faults)

    def add(
        self,
        path: NodePath,
        message: str,
        *,
        hint: str | None = None,
        kind: type[SettingsError] | None = None,
    ) -> None:
        """Notes that the node at `path` is wrong, unless the reader of YAML has found fault with that node already."""
        line, column = self.source.place(path)
        where = self.source.file, line, column, path_text(path)
        if not any(fault.path == where[-1] and path for fault in self.source.faults):
            self.faults.append(Fault(*where, message, hint, kind or self.kind))

    def include(self, faults: Iterable[Fault]) -> None:
        """Takes over what was found in another file."""
        self.faults.extend(faults)

    def validated(
        self, model: type[M], data: Any, path: NodePath, *, kind: type[SettingsError] | None = None
    ) -> M | None:
        """The node at `path`, whose value is `data`, as a model; None when it is wrong, which is then noted."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for told in explain(error, model):
                self.add((*path, *told.path), told.message, hint=told.hint, kind=kind)
        except OmbudsmanError as error:
            self.add(path, error.message, hint=error.hint, kind=kind)
        return None

    def raise_if_any(self) -> None:
        """Raises one error that tells all faults, if there are any."""
        if self.faults:
            raise invalid(self.faults, otherwise=self.kind)
