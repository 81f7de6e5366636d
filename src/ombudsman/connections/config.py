"""`ombudsman.yaml`: the connections of a project, by name.

    connections:
      erp:
        engine: postgresql
        host: erp.example.com
        database: erp
        user: ombudsman
        password: ${ERP_PASSWORD}

`${NAME}` stands for a variable of the environment, or of the file `.env` beside this one; `${NAME:-else}` has a value
for when it is not set or empty; `$${` is just `${`. Relative paths are relative to the file. All that is wrong is told
at once, with its line; a value is never repeated, for it may be a password.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ombudsman.connections.settings import SETTINGS_OF, ConnectionSettings
from ombudsman.model.errors import SettingsError, did_you_mean
from ombudsman.model.faults import NodePath
from ombudsman.model.report import Report
from ombudsman.model.yaml_source import read_yaml_file

_REFERENCE = re.compile(r"\$(\$\{)|\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<otherwise>[^}]*))?\}|\$\{")
_PATH_KEYS = ("path", "folder", "spill_folder", "sslrootcert", "private_key_file")
_NAME = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Config:
    """The connections of one file."""

    path: Path
    connections: Mapping[str, ConnectionSettings]

    def connection(self, name: str) -> ConnectionSettings:
        """The settings of the connection of this name.

        Raises:
            SettingsError: there is none; the nearest name is told.
        """
        if name not in self.connections:
            raise SettingsError(
                f"no connection {name!r} in {self.path}", hint=did_you_mean(name, self.connections)
            )
        return self.connections[name]


def load_config(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Reads a file of connections.

    Args:
        path: the YAML file.
        environment: what references stand for; by default the variables of the process, then those of `.env`.

    Raises:
        SettingsError: the file cannot be read, or something in it cannot be used; each with its line.
    """
    document = read_yaml_file(path)
    report = Report(document, SettingsError)
    reading = _Reading(
        report, path.parent, _environment(path) if environment is None else environment
    )
    connections = reading.connections(document.data)
    report.raise_if_any()
    return Config(path, connections)


def _environment(path: Path) -> dict[str, str]:
    beside = dotenv_values(path.with_name(".env"))
    return {key: value for key, value in beside.items() if value is not None} | dict(os.environ)


@dataclass(frozen=True)
class _Reading:
    """One file being read; `folder` is where it lies."""

    report: Report
    folder: Path
    environment: Mapping[str, str]

    def connections(self, data: Any) -> dict[str, ConnectionSettings]:
        whole = data if isinstance(data, dict) else {}
        for key in whole.keys() - {"connections"}:
            hint = did_you_mean(key, ["connections"])
            self.report.add((key,), f"there is no key {key!r} here", hint=hint)
        sections = whole.get("connections")
        if not isinstance(sections, dict):
            self.report.add(
                ("connections",) if "connections" in whole else (),
                "there are no connections",
                hint="write `connections:` and below it a name and an engine",
            )
            return {}
        made = {name: self.connection(name, section) for name, section in sections.items()}
        return {name: settings for name, settings in made.items() if settings is not None}

    def connection(self, name: str, section: Any) -> ConnectionSettings | None:
        path: NodePath = ("connections", name)
        if not _NAME.fullmatch(name):
            self.report.add(
                path,
                "this cannot be the name of a connection",
                hint="use letters, digits, dots, hyphens and underscores",
            )
        if not isinstance(section, dict) or "engine" not in section:
            engines = ", ".join(SETTINGS_OF)
            self.report.add(path, "'engine' is missing", hint=f"write one of: {engines}")
            return None
        before = len(self.report.faults)
        resolved = {key: self.resolved(value, (*path, key)) for key, value in section.items()}
        if len(self.report.faults) > before:
            return None
        model = SETTINGS_OF.get(str(resolved["engine"]))
        if model is None:
            engine = str(resolved["engine"])
            self.report.add(
                (*path, "engine"),
                f"there is no engine {engine!r}",
                hint=did_you_mean(engine, SETTINGS_OF),
            )
            return None
        return self.report.validated(model, _beside(resolved, self.folder), path)

    def resolved(self, value: Any, path: NodePath) -> Any:
        """The value with its references replaced; what cannot be is noted."""
        if not isinstance(value, str):
            return value

        def replaced(found: re.Match[str]) -> str:
            name, otherwise = found["name"], found["otherwise"]
            if found[1]:
                return "${"
            if name is None:
                hint = "write ${NAME} or ${NAME:-else}"
                self.report.add(path, "this reference cannot be read", hint=hint)
            elif otherwise is not None:
                return self.environment.get(name) or otherwise
            elif name not in self.environment:
                self.report.add(
                    path,
                    f"the variable {name} is not set",
                    hint=f"set it in the environment or in .env, or write ${{{name}:-else}}",
                )
            return self.environment.get(name or "", "")

        return _REFERENCE.sub(replaced, value)


def _beside(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same, relative paths made to begin in the folder of the file."""
    for key in _PATH_KEYS:
        if isinstance(given.get(key), str):
            given[key] = str(folder / Path(given[key]).expanduser())
    if isinstance(url := given.get("url"), str) and url.startswith("sqlite"):
        given["url"] = _sqlite_beside(url, folder)
    return given


def _sqlite_beside(url: str, folder: Path) -> str:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return url
    if not parsed.database or parsed.database == ":memory:":
        return url
    moved = parsed.set(database=str(folder / parsed.database))
    return moved.render_as_string(hide_password=False)
