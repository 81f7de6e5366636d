"""What is wrong with the demo's target, as `truth.json` tells it."""

from pathlib import Path
from typing import Self

from pydantic import Field

from ombudsman.cli.demo.defect import Defect
from ombudsman.cli.demo.harmless import Harmless
from ombudsman.model.base import Frozen
from ombudsman.model.result import Kind

TOLD_ONE_BY_ONE = 20
"""Up to so many findings of a kind are told one by one; of more, only the number."""


class ExpectedFindings(Frozen):
    """What all planted defects together must make one step find of one kind."""

    count: int
    about: tuple[str, ...] = Field(
        default=(),
        description="What each is about: its key, or its column, or the whole table. Empty where there are too many.",
    )


Expected = dict[str, dict[Kind, ExpectedFindings]]
"""Step by step and kind by kind."""


class Seen(Frozen):
    """A step that must notice a defect, and the kind of its findings."""

    step: str
    kind: Kind


class PlantedDefect(Frozen):
    """One thing that the migration got wrong. Table and columns are the source's names; no columns: whole rows."""

    id: str
    title: str
    table: str
    kind: Kind
    columns: tuple[str, ...] = ()
    seen_by: tuple[Seen, ...] = Field(
        default=(), description="Empty: no step of the pipeline can notice it yet."
    )

    @classmethod
    def of(cls, defect: Defect) -> Self:
        return cls(
            id=defect.id,
            title=defect.title,
            table=defect.table,
            kind=defect.kind,
            columns=defect.columns,
            seen_by=tuple(Seen(step=each.step, kind=each.kind) for each in defect.sightings),
        )


class HarmlessDifference(Frozen):
    """A difference that no step may report."""

    id: str
    title: str
    table: str

    @classmethod
    def of(cls, harmless: Harmless) -> Self:
        return cls(id=harmless.id, title=harmless.title, table=harmless.table)


class Truth(Frozen):
    """All that was planted, and what must be found of it."""

    rows: int
    seed: int
    defects: tuple[PlantedDefect, ...]
    harmless: tuple[HarmlessDifference, ...]
    expected: Expected

    def write(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))
