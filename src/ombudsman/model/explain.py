"""What Pydantic says about a value, in our words: where it stands in the document, what is wrong, what to write.

Pydantic's `loc` is no path into the document: inside a union it also names the branch (`codes` of `transformation`),
and for a bad key it ends in `[key]`. So the path is found by walking the model beside the `loc`; the same walk knows
which keys were possible, for the hint on a misspelt one.
"""

import re
from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ombudsman.model.errors import did_you_mean, nearest
from ombudsman.model.faults import NodePath

_WISH = "should be "


class Explained(NamedTuple):
    """One thing that is wrong: the path to it, the sentence, and what to do about it."""

    path: NodePath
    message: str
    hint: str | None


def explain(error: ValidationError, model: type[BaseModel]) -> list[Explained]:
    """What is wrong, by paths below the value that was validated against `model`.

    Where every branch of a union objects to a value, one sentence names what each of them wants.
    """
    told = [
        _told(each["type"], each, *_locate(model, each["loc"]))
        for each in error.errors(include_url=False)
    ]
    wishes: dict[NodePath, list[Explained]] = {}
    for each in told:
        if each.message.startswith(_WISH):
            wishes.setdefault(each.path, []).append(each)
    others = [each for each in told if not each.message.startswith(_WISH)]
    return [*others, *(_one_wish(path, each) for path, each in wishes.items())]


def _one_wish(path: NodePath, told: list[Explained]) -> Explained:
    wanted = dict.fromkeys(each.message.removeprefix(_WISH) for each in told)
    hint = next((each.hint for each in told if each.hint), None)
    return Explained(path, _WISH + " or ".join(wanted), hint)


def _told(kind: str, error: Any, path: NodePath, keys: Iterable[str]) -> Explained:
    """One error of Pydantic as a sentence. `keys` are those that were possible where the path ends."""
    context, written = error.get("ctx", {}), error["input"]
    match kind:
        case "extra_forbidden":
            name = str(path[-1])
            return Explained(path, f"there is no key {name!r} here", did_you_mean(name, keys))
        case "missing":
            return Explained(path[:-1], f"{str(path[-1])!r} is missing", None)
        case "union_tag_not_found":
            key = context["discriminator"].strip("'")
            near = nearest(key, written) if isinstance(written, dict) else None
            return Explained(path, f"{key!r} is missing", near and f"{near!r} stands there instead")
        case "union_tag_invalid":
            key, tags = context["discriminator"].strip("'"), _quoted(context["expected_tags"])
            hint = did_you_mean(context["tag"], tags)
            return Explained((*path, key), f"there is no {key} {context['tag']!r}", hint)
        case "enum" | "literal_error":
            near = nearest(written, _quoted(context["expected"])) if _is_text(written) else None
            hint = near and f"did you mean {near!r}?"
            return Explained(path, f"should be {context['expected']}", hint)
        case "string_type":
            scalar = isinstance(written, bool | int | float)
            return Explained(path, "should be a text", "put it in quotes" if scalar else None)
        case "list_type" | "tuple_type" | "set_type" | "frozen_set_type":
            hint = "write it in [ ], even a single one" if _is_text(written) else None
            return Explained(path, "should be a list", hint)
        case "dict_type" | "mapping_type" | "model_type" | "model_attributes_type":
            return Explained(path, "should be keys with values", None)
        case "value_error" | "assertion_error":
            return Explained(path, str(context["error"]), None)
    message = error["msg"].removeprefix("Input ")
    return Explained(path, message[:1].lower() + message[1:], None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


# ------------------------------------------------------------ from loc to path


def _locate(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[NodePath, tuple[str, ...]]:
    """The path that `loc` means, and the keys that were possible at its last step."""
    shape: Any = model
    path: list[str | int] = []
    keys: tuple[str, ...] = ()
    for part in loc:
        if part == "[key]":
            continue
        branches = _branches(shape)
        if len(branches) > 1:
            shape = next((b for b in branches if _is_called(b, str(part))), Any)
            continue
        shape = branches[0] if branches else Any
        keys = _keys(shape)
        path.append(part)
        shape = _inside(shape, part)
    return tuple(path), keys


def _branches(shape: Any) -> list[Any]:
    """What a union may be, None set aside; the shape alone when it is no union."""
    shape = getattr(shape, "__value__", shape)
    if get_origin(shape) is Annotated:
        return _branches(get_args(shape)[0])
    if get_origin(shape) in {Union, UnionType}:
        return [b for each in get_args(shape) if each is not NoneType for b in _branches(each)]
    return [shape]


def _is_called(branch: Any, label: str) -> bool:
    """Whether Pydantic's label of a branch means this one: the tag of a model, or the name of its type."""
    if _is_model(branch) and any(
        get_origin(f.annotation) is Literal and label in get_args(f.annotation)
        for f in branch.model_fields.values()
    ):
        return True
    name = getattr(get_origin(branch) or branch, "__name__", "")
    return bool(name == label.split("[", maxsplit=1)[0])


def _keys(shape: Any) -> tuple[str, ...]:
    if not _is_model(shape):
        return ()
    return tuple(f.alias or name for name, f in shape.model_fields.items())


def _inside(shape: Any, part: str | int) -> Any:
    """The type of what stands under `part` in a value of this type; Any where we cannot tell."""
    if _is_model(shape):
        fields = shape.model_fields
        named = [f for name, f in fields.items() if part in {name, f.alias}]
        return named[0].annotation if named else Any
    arguments = get_args(shape)
    if not arguments:
        return Any
    if get_origin(shape) is tuple and Ellipsis not in arguments:
        return arguments[part] if isinstance(part, int) and part < len(arguments) else Any
    return arguments[0] if isinstance(part, int) else arguments[-1]


def _is_model(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)
