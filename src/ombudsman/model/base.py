"""The two temperaments of our models: settings are strict, records are patient."""

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Frozen(BaseModel):
    """A value: compared by content, never changed.

    Unknown keys are ignored, for results written last year must stay readable.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Strict(BaseModel):
    """A setting that somebody wrote: a key that we do not know is an error, for it is a typing mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ParamsPart(Strict):
    """A part of a validator's params: a reference, say. In no list of it does anything stand twice."""

    @field_validator("*")
    @classmethod
    def _nothing_twice(cls, value: Any) -> Any:
        if isinstance(value, list):
            told: set[str] = set()
            for each in value:
                if (text := repr(each)) in told:  # True is no 1 here
                    raise ValueError(f"{_plain(each)} stands twice")
                told.add(text)
        return value


class Params(ParamsPart):
    """The base of every validator's params."""


def _plain(value: Any) -> str:
    return repr(str(value)) if isinstance(value, str) else "an entry"
