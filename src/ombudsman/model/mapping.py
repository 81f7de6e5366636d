"""Which object answers which: tables, columns, keys, and the changes that were agreed on the way.

Source names and target names are catalogue names, exactly spelt. Everything a person writes elsewhere (params, rules,
filters) uses the source's names; `TableMapping` turns them into the target's.
"""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ombudsman.model.base import Strict
from ombudsman.model.errors import MappingInvalid, did_you_mean
from ombudsman.model.tables import TableRef


class Trim(Strict):
    """Blanks (U+0020) at the end, or at both ends, were removed."""

    kind: Literal["trim"] = "trim"
    ends: Literal["right", "both"] = "right"


class LetterCase(Strict):
    """Letters were turned to upper or lower case."""

    kind: Literal["letter_case"] = "letter_case"
    to: Literal["upper", "lower"]


class EmptyToNull(Strict):
    """Empty texts became NULL (a loader's setting)."""

    kind: Literal["empty_to_null"] = "empty_to_null"


class Round(Strict):
    """Numbers were rounded, half away from zero, to `scale` digits behind the point."""

    kind: Literal["round"] = "round"
    scale: int = Field(default=0, ge=0, le=37)


class ToDate(Strict):
    """The time of day was dropped."""

    kind: Literal["to_date"] = "to_date"


class Codes(Strict):
    """Codes were replaced by others. What is not in the table stays, or becomes `other`."""

    kind: Literal["codes"] = "codes"
    codes: dict[str, str]
    other: str | None = None


class Expression(Strict):
    """Any other change, as an SQL expression over the source table in the source's dialect and names."""

    kind: Literal["expression"] = "expression"
    sql: str


Transformation = Annotated[
    Trim | LetterCase | EmptyToNull | Round | ToDate | Codes | Expression,
    Field(discriminator="kind"),
]


class ColumnMapping(Strict):
    """Which target column answers a source column, and what was agreed to change on the way.

    The transformation is applied to the source's value: its outcome is what the target should hold.
    """

    source: str
    target: str
    transformation: Transformation | None = None


class TableMapping(Strict):
    """Which target table answers a source table."""

    source: TableRef
    target: TableRef
    columns: tuple[ColumnMapping, ...] = ()
    key: tuple[str, ...] = Field(
        default=(), description="The columns that name a row, by the source's names."
    )
    exclude: tuple[str, ...] = Field(
        default=(), description="Source columns that were left behind on purpose."
    )
    exclude_target: tuple[str, ...] = Field(
        default=(),
        description="Target columns that have no source on purpose (load date, batch number).",
    )
    where: str | None = Field(
        default=None,
        description="Only these rows, on both sides; in the source's names and dialect.",
    )
    source_where: str | None = Field(default=None, description="Only these rows of the source.")
    target_where: str | None = Field(
        default=None,
        description="Only these rows of the target; in the target's names and dialect.",
    )

    @model_validator(mode="after")
    def _one_to_one(self) -> Self:
        for side in ("source", "target"):
            counts = Counter(getattr(pair, side) for pair in self.columns)
            if twice := [name for name, count in counts.items() if count > 1]:
                raise MappingInvalid(
                    f"{side} column {twice[0]!r} of {self.source} is mapped {counts[twice[0]]} times",
                    hint="each column answers one column; leave the others to exclude",
                )
        names = {pair.source for pair in self.columns}
        if len(set(self.key)) < len(self.key):
            raise MappingInvalid(f"the key of {self.source} names a column twice")
        for part in self.key:
            if names and part not in names:
                raise MappingInvalid(
                    f"key column {part!r} of {self.source} is not mapped",
                    hint=did_you_mean(part, names),
                )
        return self

    def target_column(self, source_name: str) -> str | None:
        """The target's name of a source column; None when it has none."""
        return next((pair.target for pair in self.columns if pair.source == source_name), None)

    def source_column(self, target_name: str) -> str | None:
        """The source's name of a target column; None when it has none."""
        return next((pair.source for pair in self.columns if pair.target == target_name), None)


class Decision(Strict):
    """What a person decided about a pair that was, or might be, proposed: about two tables, or two columns of them."""

    verdict: Literal["confirm", "reject"]
    source: TableRef
    target: TableRef
    column: str | None = Field(default=None, min_length=1)
    target_column: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _a_pair(self) -> Self:
        if (self.column is None) != (self.target_column is None):
            raise MappingInvalid(
                f"a decision about {self.source} names a column of one side alone",
                hint="give column and target_column, or neither of them",
            )
        return self


class Mapping(Strict):
    """All table mappings between two databases, and what was decided about single pairs."""

    tables: tuple[TableMapping, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @model_validator(mode="after")
    def _tables_once(self) -> Self:
        counts = Counter(str(table.source) for table in self.tables)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise MappingInvalid(f"table {twice[0]} is mapped {counts[twice[0]]} times")
        return self

    def table(self, source: TableRef) -> TableMapping | None:
        """The mapping of this source table; a name without schema finds the only table of that name."""
        exact = [t for t in self.tables if t.source == source]
        if exact or source.schema_name is not None:
            return exact[0] if exact else None
        alike = [t for t in self.tables if t.source.name == source.name]
        return alike[0] if len(alike) == 1 else None
