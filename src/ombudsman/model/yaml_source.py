"""A YAML file as plain values, each with the line on which somebody wrote it.

Only what JSON knows comes out: texts, numbers, true, false, null, lists, and maps with texts as keys. The traps that
are tamed here:

- `no`, `on`, `12:30`, `2024-01-01`, `007` are texts, not False, True, 750, a date, 7: they are names and codes of
  somebody's columns. Only `true` and `false` are booleans, and a number is written as JSON writes it.
- A key is a text, however it looks.
- A key written twice is a fault; YAML itself would keep the last one and say nothing.
- Aliases (`*x`) are refused, for ten lines of them can unfold to gigabytes; so are tags (`!x`) and deep nesting.
- A decimal that a float cannot hold exactly stays a `Decimal`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ombudsman.model.errors import SettingsError, did_you_mean
from ombudsman.model.faults import Fault, NodePath, invalid, path_text

DEPTH_LIMIT = 40

NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
BOOLEAN = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})\Z")
FLOAT = re.compile(
    r"(?:[-+]?(?:[0-9]{1,300}\.[0-9]{0,300}(?:[eE][-+]?[0-9]{1,4})?"
    r"|\.[0-9]{1,300}(?:[eE][-+]?[0-9]{1,4})?"
    r"|[0-9]{1,300}[eE][-+]?[0-9]{1,4}|\.inf)|\.nan)\Z"
)

# libyaml reads ten times as fast; where PyYAML was built without it, its own parser does the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlSource:
    """A document that was read: its values, where each of them stands, and what is already known to be wrong."""

    file: str
    data: Any
    places: Mapping[NodePath, tuple[int, int]]
    faults: tuple[Fault, ...] = ()

    def place(self, path: NodePath) -> tuple[int, int]:
        """Line and column of a node, or of the nearest node above it that was written. They count from 1."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_yaml(text: str, *, file: str, kind: type[SettingsError] = SettingsError) -> YamlSource:
    """Reads one YAML document; `file` is what messages call it.

    Raises `kind` when the text is no YAML. Keys written twice, aliases and tags are in the source's `faults`, so that
    they can be told together with whatever else is wrong.
    """
    reader = _Reader(file, kind)
    try:
        return reader.read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reader.refuse(place, f"this is not YAML: {error.problem or error.context}", cause=error)
    except (yaml.YAMLError, UnicodeError) as error:
        reader.refuse((1, 1), "it holds characters that a YAML file cannot hold", cause=error)


def read_yaml_file(path: Path, *, kind: type[SettingsError] = SettingsError) -> YamlSource:
    """Reads one YAML file in UTF-8. Raises `kind` when it cannot be read or is no YAML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        beside = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise kind(f"there is no file {path}", hint=did_you_mean(path.name, beside)) from error
    except UnicodeDecodeError as error:
        raise kind(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error
    except OSError as error:
        raise kind(f"{path} cannot be read: {error.strerror}") from error
    return read_yaml(text, file=str(path), kind=kind)


@dataclass
class _Reader:
    """Builds values from the parser's events: nothing is constructed that the file asks for by name."""

    file: str
    kind: type[SettingsError]
    places: dict[NodePath, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self, text: str) -> YamlSource:
        events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)
        data = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(
                        _place(event), "a second document begins here; one file is one document"
                    )
                data = self.node(next(events), events, ())
            elif isinstance(event, StreamEndEvent):
                break
        return YamlSource(self.file, data, self.places, tuple(self.faults))

    def node(self, event: Event, events: Iterator[Event], path: NodePath) -> Any:
        place = _place(event)
        self.places.setdefault(path, place)
        if len(path) > DEPTH_LIMIT:
            self.refuse(place, f"it is nested more than {DEPTH_LIMIT} levels deep")
        if getattr(event, "tag", None) is not None:
            self.add(path, place, "tags (!) are not read here", hint="write the plain value")
        match event:
            case SequenceStartEvent():
                return self.items(events, path)
            case MappingStartEvent():
                return self.entries(events, path)
            case ScalarEvent():
                return _plain_value(event.value) if event.implicit[0] else event.value
            case AliasEvent():
                self.add(path, place, "aliases (*) are not read here", hint="write the value out")
        return None

    def items(self, events: Iterator[Event], path: NodePath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self.node(event, events, (*path, len(items))))
        return items

    def entries(self, events: Iterator[Event], path: NodePath) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            place = _place(event)
            if not isinstance(event, ScalarEvent):
                self.add(path, place, "a key must be a text")
                self.node(event, events, (*path, "?"))
                self.node(next(events), events, (*path, "?"))
                continue
            key = event.value
            if key in entries:
                first = self.places[(*path, key)][0]
                self.add((*path, key), place, f"this key stands already in line {first}")
                self.node(next(events), events, (*path, key))
                continue
            self.places[(*path, key)] = place
            entries[key] = self.node(next(events), events, (*path, key))
        return entries

    def add(
        self, path: NodePath, place: tuple[int, int], message: str, *, hint: str | None = None
    ) -> None:
        line, column = place
        self.faults.append(
            Fault(self.file, line, column, path_text(path), message, hint, self.kind)
        )

    def refuse(
        self, place: tuple[int, int], message: str, *, cause: Exception | None = None
    ) -> NoReturn:
        self.add((), place, message)
        raise invalid(self.faults, otherwise=self.kind) from cause


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _plain_value(text: str) -> Any:
    """What an unquoted scalar means."""
    if NULL.match(text):
        return None
    if BOOLEAN.match(text):
        return text.lower() == "true"
    if INTEGER.match(text):
        return int(text)
    if FLOAT.match(text):
        return _number(text)
    return text


def _number(text: str) -> float | Decimal:
    spelling = text.replace(".inf", "inf").replace(".nan", "nan")
    number, precise = float(spelling), Decimal(spelling)
    if precise.is_nan() or Decimal(repr(number)) == precise:
        return number
    return precise
