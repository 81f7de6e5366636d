"""Params of two validators, as the loader gets to know them."""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.tolerance import Tolerance


class Counts(Params):
    group_by: list[str] = Field(default=[])
    where: str | None = None
    tolerance: Tolerance = Tolerance()


class Sums(Params):
    columns: list[str] = Field(min_length=1)
    group_by: list[str] = Field(default=[])


KNOWN: dict[str, type[Params]] = {"validate_record_counts": Counts, "validate_metric_sums": Sums}
