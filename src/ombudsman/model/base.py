"""The two temperaments of our models: settings are strict, records are patient."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: compared by content, never changed.

    Unknown keys are ignored, for results written last year must stay readable.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Strict(BaseModel):
    """A setting that somebody wrote: a key that we do not know is an error, for it is a typing mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Params(Strict):
    """The base of every validator's params."""
