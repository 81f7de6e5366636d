"""The kinds of values that come in from outside, each with its bounds.

No text holds a NUL (PostgreSQL keeps none) or a half of a character (no engine keeps one); names hold no control
characters, for they end up in logs, file names and terminals.
"""

import unicodedata
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ombudsman.studio.ids import ID_PATTERN

T = TypeVar("T")


class Given(BaseModel):
    """What somebody sends: a key that we do not know is an error, so that nobody sets what is not theirs to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("should hold no NUL character")
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN, description="An id, as it was given.")]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_name)]
Username = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_name)]
Words = Annotated[str, Field(max_length=4_000), AfterValidator(_no_nul)]
Password = Annotated[str, Field(min_length=1, max_length=1_024), AfterValidator(_no_nul)]
Token = Annotated[str, Field(min_length=1, max_length=200)]
Otp = Annotated[str, Field(min_length=6, max_length=64)]


def folded(name: str) -> str:
    """A name as it is compared: letter case, width and composition set aside."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
