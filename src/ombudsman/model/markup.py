"""JSON and XML, written in one way: two documents that say the same have the same text.

In JSON the order of keys, white space and the spelling of numbers (1, 1.0, 1e0) and of letters say nothing; of two
equal keys the last counts, as databases have it. In XML the order of attributes, the quotes, the declaration and
the spelling of characters and empty elements say nothing (canonical XML); white space counts, for it may be data.

Neither reader follows a reference out of its document: one with a DOCTYPE is not read at all.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn
from xml.etree import ElementTree as ET


def json_text(value: Any) -> str | None:
    """The document in its one spelling; None when it is none.

    Args:
        value: a text, or what a driver made of it: dicts, lists, numbers, booleans.
    """
    try:
        document = _parsed(value) if isinstance(value, str) else value
        return _written(document)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def xml_text(text: str) -> str | None:
    """The document in its canonical spelling; None when it is none, or declares entities."""
    if "<!DOCTYPE" in text:
        return None
    try:
        return ET.canonicalize(text)
    except (ET.ParseError, ValueError):
        return None


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=Decimal, parse_float=Decimal, parse_constant=_refuse)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _written(part: Any) -> str:
    match part:
        case None | bool() | str():
            return json.dumps(part)
        case int() | float() | Decimal():
            return _number(Decimal(str(part)) if isinstance(part, float) else Decimal(part))
        case Mapping():
            pairs = (f"{json.dumps(key)}:{_written(part[key])}" for key in sorted(part))
            return "{" + ",".join(pairs) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_written, part)) + "]"
        case _:
            _refuse("not JSON")


def _number(number: Decimal) -> str:
    """Its significant digits and their place: short even for 1e999999."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        _refuse("NaN")
    written = "".join(map(str, digits)).lstrip("0")
    significant = written.rstrip("0")
    if not significant:
        return "0"
    return f"{'-' if sign else ''}{significant}e{exponent + len(written) - len(significant)}"
