"""Plain values as YAML that a person likes to read, and that `yaml_source` reads back as the same values.

Texts that any reader might take for something else (`no`, `007`, `1e5`, `2024-01-01`) are written in quotes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import yaml
from typing_extensions import override
from yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from ombudsman.model import yaml_source


@dataclass(frozen=True)
class OneLine:
    """A list or map that is written on one line: `[a, b]`, `{a: 1}`."""

    value: Any


def yaml_text(data: Mapping[str, Any]) -> str:
    """The map as a YAML document, keys in their order; ends with a line break. Dates become ISO texts."""
    return yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )


class _Dumper(yaml.SafeDumper):
    @override
    def ignore_aliases(self, data: Any) -> bool:
        return True

    @override
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand two columns inside their key, where the eye expects them."""
        super().increase_indent(flow, indentless=False)


def _one_line(dumper: yaml.SafeDumper, data: OneLine) -> Node:
    node = dumper.represent_data(data.value)
    _flow(node)
    return node


def _flow(node: Node) -> None:
    if isinstance(node, CollectionNode):
        node.flow_style = True
    if isinstance(node, SequenceNode):
        for item in node.value:
            _flow(item)
    if isinstance(node, MappingNode):
        for _, value in node.value:
            _flow(value)


def _text(dumper: yaml.SafeDumper, data: str) -> Node:
    """Line breaks of every alphabet are written as escapes: a reader may fold them into others."""
    style = None if data.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


def _decimal(dumper: yaml.SafeDumper, data: Decimal) -> Node:
    if not data.is_finite():
        return dumper.represent_float(float(data))
    text = str(data)
    return dumper.represent_scalar(
        "tag:yaml.org,2002:float", text if "." in text or "E" in text else text + ".0"
    )


def _enum(dumper: yaml.SafeDumper, data: Enum) -> Node:
    return dumper.represent_data(data.value)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(OneLine, _one_line)
_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_multi_representer(Enum, _enum)
for _tag, _pattern, _first in (
    ("bool", yaml_source.BOOLEAN, list("tTfF")),
    ("null", yaml_source.NULL, ["~", "n", "N", ""]),
    ("int", yaml_source.INTEGER, list("-+0123456789")),
    ("float", yaml_source.FLOAT, list("-+.0123456789")),
):
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, _first)
