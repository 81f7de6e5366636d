"""What is said of a pair of cells that differ: whether the policy forgives it, and why they differ.

Often more than one reading explains a pair: 1.2341 becomes 1.23 by rounding and by truncating alike. A judgement keeps
all readings of its cause, the likeliest first; a column's many cells settle which it was (see `cause_groups`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from ombudsman.model.rows import Cause

SHARED = 4096
"""How many explanations of a sort are kept to be shared: a million cells have few."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One reading of a difference, told without any value of a row.

    `settings` are lines of YAML, each of which alone would make the cells agree; none where no setting can.
    """

    cause: Cause
    detail: str | None = None
    words: str | None = None
    settings: tuple[str, ...] = ()

    @property
    def rule(self) -> str | None:
        """What happened in words, and the settings that would accept it."""
        if self.words is None or not self.settings:
            return self.words
        return f"{self.words} ({', or '.join(self.settings)})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of one pair of cells that differ. Judgements are shared by all pairs they fit.

    `accepted` says that the policy forgives the difference; the cause is then what was forgiven.
    """

    accepted: bool
    cause: Cause
    detail: str | None = None
    readings: tuple[Explanation, ...] = field(default=(), compare=False, repr=False)


@lru_cache(maxsize=SHARED)
def explained(*readings: Explanation, accepted: bool = False) -> Judgement:
    """The judgement with these readings, the likeliest first. All are of one cause."""
    return Judgement(accepted, readings[0].cause, readings[0].detail, readings)


@lru_cache(maxsize=SHARED)
def unexplained(detail: str | None = None, words: str | None = None, *settings: str) -> Judgement:
    """A real difference; `detail` and `words` say what is known of it all the same."""
    return explained(Explanation(Cause.OTHER, detail, words, settings))


def equality_setting(fields: Iterable[str]) -> str:
    """The line of YAML that forgives by these fields of `Equality`."""
    return f"equality: {{{', '.join(fields)}}}"
