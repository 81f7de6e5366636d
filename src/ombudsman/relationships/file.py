"""The relationships that `ombudsman relationships infer --json` wrote, perhaps edited since, read again."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ombudsman.model.errors import SettingsError, did_you_mean
from ombudsman.model.tables import Catalogue
from ombudsman.relationships.proposal import Relationship


def read_relationships(path: Path, catalogue: Catalogue) -> tuple[Relationship, ...]:
    """The relationships of the file.

    Raises:
        SettingsError: the file cannot be read as such, or speaks of a table or column that the catalogue lacks.
    """
    try:
        told = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is no JSON: {error}") from error
    listed = told.get("relationships") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise SettingsError(
            f"{path} has no list of relationships",
            hint="`ombudsman relationships infer CONNECTION --json FILE` writes one",
        )
    return tuple(_read(path, number, each, catalogue) for number, each in enumerate(listed, 1))


def _read(path: Path, number: int, told: Any, catalogue: Catalogue) -> Relationship:
    try:
        found = Relationship.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{path}: relationship {number}: {place}: {first['msg'].lower()}"
        ) from error
    for ref, columns in ((found.table, found.columns), (found.referred, found.referred_columns)):
        table = catalogue.table(ref)
        if table is None:
            raise SettingsError(
                f"{path}: relationship {number}: there is no table {ref}",
                hint=did_you_mean(str(ref), (str(each.ref) for each in catalogue.tables)),
            )
        for name in columns:
            if table.column(name) is None:
                raise SettingsError(
                    f"{path}: relationship {number}: there is no column {name!r} in {ref}",
                    hint=did_you_mean(name, table.column_names),
                )
    if len(found.columns) != len(found.referred_columns):
        raise SettingsError(
            f"{path}: relationship {number}: {len(found.columns)} columns refer to"
            f" {len(found.referred_columns)}"
        )
    return found
