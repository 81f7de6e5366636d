"""A catalogue as a file, to read, to keep under version control, and to read back as the same catalogue.

YAML for people, a column on a line; JSON for programs; the suffix decides. What equals the model's default is left out,
except within a type.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ombudsman.model.errors import SettingsError
from ombudsman.model.tables import Catalogue, Column, Table
from ombudsman.model.yaml_source import read_yaml_file
from ombudsman.model.yaml_text import OneLine, yaml_text

YAML_SUFFIXES = (".yaml", ".yml")


def write_catalogue(catalogue: Catalogue, path: Path) -> None:
    """Writes the catalogue as YAML or JSON, as the suffix says; a file of that name is replaced.

    Raises SettingsError when the suffix is neither `.yaml`, `.yml` nor `.json`, or the file cannot be written.
    """
    plain = plain_catalogue(catalogue)
    if _is_yaml(path):
        plain["tables"] = [_short_lines(table) for table in plain["tables"]]
        text = yaml_text(plain)
    else:
        text = json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def read_catalogue_file(path: Path) -> Catalogue:
    """The catalogue that `write_catalogue` wrote.

    Raises SettingsError when the file is not there or holds no catalogue.
    """
    data = read_yaml_file(path).data if _is_yaml(path) else _json(path)
    try:
        return Catalogue.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise SettingsError(
            f"{path} holds no catalogue: {place}: {first['msg']}",
            hint="write one with `ombudsman metadata extract`",
        ) from error


def plain_catalogue(catalogue: Catalogue) -> dict[str, Any]:
    """The catalogue as plain JSON values, without what is left at its default."""
    plain = catalogue.model_dump(mode="json", exclude_defaults=True, exclude={"tables"})
    return {**plain, "tables": [_plain_table(table) for table in catalogue.tables]}


def _plain_table(table: Table) -> dict[str, Any]:
    plain = table.model_dump(mode="json", exclude_defaults=True, exclude={"columns"})
    reference = plain.pop("ref")
    columns = [_plain_column(column) for column in table.columns]
    return {"ref": reference, "columns": columns, **plain}


def _plain_column(column: Column) -> dict[str, Any]:
    """The column with its whole type, for a type says what it is by a default of its own."""
    plain = column.model_dump(mode="json", exclude_defaults=True)
    return {**plain, "data_type": column.data_type.model_dump(mode="json")}


def _short_lines(table: dict[str, Any]) -> dict[str, Any]:
    """The table with its name, and each column, key and index, on one line."""
    return {
        name: [OneLine(item) for item in value]
        if isinstance(value, list)
        else OneLine(value)
        if isinstance(value, dict)
        else value
        for name, value in table.items()
    }


def _is_yaml(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in (*YAML_SUFFIXES, ".json"):
        raise SettingsError(
            f"{path.name} is neither YAML nor JSON", hint="let the name end in .yaml or .json"
        )
    return suffix in YAML_SUFFIXES


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not JSON in UTF-8") from error
