"""The kinds of values that come in from outside, each with its bounds.

No text holds a NUL or a half of a character, no number is infinite or none, and nothing is nested without end: that is
looked at in one place, for whatever is sent. Names hold no control characters, for they end up in logs, file names and
terminals.
"""

import math
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ombudsman.model.plain_text import what_is_wrong_with
from ombudsman.studio.ids import ID_PATTERN

T = TypeVar("T")
MAX_DEPTH = 64
"""How deep a document may be nested. What the library reads is bounded more narrowly, and told in its words."""


class Given(BaseModel):
    """What somebody sends: a key that we do not know is an error, so that nobody sets what is not theirs to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, sent: Any) -> Any:
        """Refuses what could not be kept, wherever in the document it stands."""
        for path, wrong in unkeepable(sent):
            raise PydanticCustomError("unkeepable", "{wrong}", {"wrong": wrong, "path": path})
        return sent


def unkeepable(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What in a document no store can keep: its place, and what is wrong with it."""
    if len(path) > MAX_DEPTH:
        yield path[:1], f"should not be nested more than {MAX_DEPTH} levels deep"
    elif isinstance(value, str):
        if (wrong := what_is_wrong_with(value)) is not None:
            yield path, wrong
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield path, "should be a finite number"
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(key, str) and (wrong := what_is_wrong_with(key)) is not None:
                yield path, f"a key {wrong}"
            yield from unkeepable(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from unkeepable(each, (*path, number))


class Told(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True)


class Page(Told, Generic[T]):
    """One page of a list; `total` counts the rows of all pages, `next_cursor` leads to the next one."""

    items: list[T]
    total: int
    next_cursor: str | None


def _name(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("should not be blank")
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in text):
        raise ValueError("should hold no control characters")
    return text


def one_line(told: object) -> str | None:
    """What somebody else calls a person or a thing, if it can be a name here."""
    if not isinstance(told, str) or what_is_wrong_with(told) is not None:
        return None
    try:
        return _name(told)
    except ValueError:
        return None


Id = Annotated[str, Field(pattern=ID_PATTERN, description="An id, as it was given.")]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_name)]
Username = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_name)]
Words = Annotated[str, Field(max_length=4_000)]
Password = Annotated[str, Field(min_length=1, max_length=1_024)]
Token = Annotated[str, Field(min_length=1, max_length=200)]
Otp = Annotated[str, Field(min_length=6, max_length=64)]


def folded(name: str) -> str:
    """A name as it is compared: letter case, width and composition set aside."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
