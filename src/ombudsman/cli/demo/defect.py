"""What an entry of the demo's catalogue says: a defect, where it shows, and what must be found."""

from dataclasses import dataclass

from ombudsman.model.result import Kind

WHOLE_TABLE = "the whole table"
"""What a finding without key and column is about."""


@dataclass(frozen=True)
class Sighting:
    """A defect shows in this step, as findings of this kind."""

    step: str
    kind: Kind


@dataclass(frozen=True)
class Defect:
    """One thing that the migration got wrong.

    `table` and `columns` are the source's names; no columns means whole rows. `kind` is what it is, whether or not a
    step can see it. `how` is SQL over the target, in which the source is attached as `source`. A defect that no step
    can notice yet has no sightings: it is hidden.
    """

    id: str
    title: str
    table: str
    kind: Kind
    how: str
    columns: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()

    @property
    def seen_by(self) -> tuple[str, ...]:
        """The steps that must notice it, in the order in which they were named."""
        return tuple(dict.fromkeys(sighting.step for sighting in self.sightings))


@dataclass(frozen=True)
class Expectation:
    """What all defects together must make a step find of one kind, counted without any validator.

    `findings` is plain SQL over both databases, the source attached as `source`. It gives one row a finding: one text
    that says what it is about, the key (its parts with ", " between them), or the column where there is no key, or
    `the whole table`.
    """

    step: str
    kind: Kind
    findings: str
