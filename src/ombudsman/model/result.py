"""What a check says. A `Result` cannot contradict itself: its verdict is computed from what was found."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
    computed_field,
    model_validator,
)

from ombudsman.model.base import Frozen
from ombudsman.model.rows import Cause, RowsCompared
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import EXACT, Tolerance
from ombudsman.model.values import to_json_value

SAMPLE_LIMIT = 100
"""How many findings of one kind a result keeps as a sample; `found` always counts them all."""

FIGURE_LIMIT = 1000
"""How many figures a result keeps, those that disagree before the others."""

Value = Annotated[Any, PlainSerializer(to_json_value, when_used="json")]
KeyValues = Annotated[
    tuple[Any, ...], BeforeValidator(tuple), PlainSerializer(to_json_value, when_used="json")
]


Figures = Annotated[Sequence["Figure"], AfterValidator(tuple)]
Findings = Annotated[Sequence["Finding"], AfterValidator(tuple)]
Texts = Annotated[Sequence[str], AfterValidator(tuple)]
Statements = Annotated[Sequence["Statement"], AfterValidator(tuple)]


class Kind(StrEnum):
    """What is wrong. Each kind carries the sentence that tells a finding of it."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    # rows
    ROW_MISSING_IN_TARGET = "row_missing_in_target", "the source has this row, the target lacks it"
    ROW_MISSING_IN_SOURCE = "row_missing_in_source", "the target has this row, the source lacks it"
    ROW_DUPLICATED = "row_duplicated", "{source} times in source, {target} times in target"
    VALUE_DIFFERS = "value_differs", "{source} in source, {target} in target"
    # figures
    COUNT_DIFFERS = "count_differs", "{source} rows in source, {target} in target"
    NULL_COUNT_DIFFERS = "null_count_differs", "{source} NULLs in source, {target} in target"
    AGGREGATE_DIFFERS = "aggregate_differs", "{figure} is {source} in source, {target} in target"
    DISTRIBUTION_DIFFERS = (
        "distribution_differs",
        "{figure} is {source} in source, {target} in target",
    )
    RATIO_DIFFERS = "ratio_differs", "{source} in source, {target} in target"
    # schema
    TABLE_MISSING = "table_missing", "the {side} has no such table"
    COLUMN_MISSING_IN_TARGET = (
        "column_missing_in_target",
        "the source has this column, the target lacks it",
    )
    COLUMN_MISSING_IN_SOURCE = (
        "column_missing_in_source",
        "the target has this column, the source lacks it",
    )
    TYPE_DIFFERS = "type_differs", "{source} in source, {target} in target"
    TYPE_NARROWER = (
        "type_narrower",
        "{source} in source, {target} in target: what does not fit is lost",
    )
    NULLABILITY_DIFFERS = "nullability_differs", "{source} in source, {target} in target"
    DEFAULT_DIFFERS = "default_differs", "default {source} in source, {target} in target"
    COLLATION_DIFFERS = "collation_differs", "{source} in source, {target} in target"
    # keys
    KEY_NULL = "key_null", "{rows} with a NULL in the key"
    KEY_DUPLICATED = "key_duplicated", "{rows} with this key"
    KEY_ORPHANED = "key_orphaned", "{rows} without the row referred to"
    KEY_DIFFERS = "key_differs", "{source} in source, {target} in target"
    # history
    INTERVAL_GAP = "interval_gap", "ends {source}, the next version begins {target}"
    INTERVAL_OVERLAP = "interval_overlap", "ends {source}, but the next version begins {target}"
    INTERVAL_INVERTED = "interval_inverted", "begins {source}, but ends {target}"
    CURRENT_MISSING = "current_missing", "no current version"
    CURRENT_NOT_UNIQUE = "current_not_unique", "{figure} current versions"
    CURRENT_CONTRADICTED = (
        "current_contradicted",
        "begins {source}, ends {target}: the flag and the end disagree",
    )
    ATTRIBUTE_HISTORY_DIFFERS = (
        "attribute_history_differs",
        "{source} {figure} in source, {target} in target",
    )
    # series
    PERIOD_MISSING = "period_missing", "no rows in this period"
    PERIOD_DUPLICATED = (
        "period_duplicated",
        "{source} rows in this period in source, {target} in target",
    )
    OUT_OF_ORDER = "out_of_order", "{source} comes before {target}"
    DRIFT = "drift", "{source} in source, {target} in target"
    LATE_ARRIVAL = "late_arrival", "happened {source}, arrived {target}"
    # quality, rules
    NULL_NOT_ALLOWED = "null_not_allowed", "NULL in {rows}"
    OUTSIDE_RANGE = "outside_range", "outside the range that is allowed"
    OUTSIDE_DOMAIN = "outside_domain", "not one of the values that are allowed"
    PATTERN_VIOLATED = "pattern_violated", "does not match the pattern"
    RULE_VIOLATED = "rule_violated", "the rule does not hold"


class Verdict(StrEnum):
    """What a check says about the data. `failed` means: the data disagree."""

    PASSED = "passed"
    FAILED = "failed"


class Statement(Frozen):
    """SQL that was run: the evidence. `sql` is whole and can be run again by hand.

    `query_id` is the engine's own name of it. `bytes_scanned` is what it read of its tables, as the engine says
    afterwards; None where it does not.
    """

    side: Side
    sql: str
    started: dt.datetime
    ms: float
    rows: int
    query_id: str | None = None
    snapshot: str | None = None
    bytes_scanned: int | None = None


def _set(value: Frozen, **fields: Any) -> None:
    """Completes a value while it is being made."""
    for name, content in fields.items():
        object.__setattr__(value, name, content)


class Figure(Frozen):
    """One number (or date, or text) measured on both sides.

    `name` is the measure's ("sum", "nulls"), `key` the group's values in order, `column` the source's name.
    """

    name: str
    column: str | None = None
    key: KeyValues = ()
    source: Value = None
    target: Value = None
    tolerance: Tolerance = EXACT
    agrees: bool = Field(default=False, description="Computed from the three above.")

    @model_validator(mode="after")
    def _judge(self, info: ValidationInfo) -> Self:
        """`agrees` is computed when a figure is made; read from JSON, where decimals are texts, it is kept."""
        if info.mode != "json":
            _set(self, agrees=self.tolerance.allows(self.source, self.target))
        return self

    def finding(
        self, kind: Kind, *, side: Side | None = None, table: str | None = None
    ) -> "Finding":
        """This figure told as something that is wrong."""
        return Finding(
            kind=kind,
            side=side,
            table=table,
            column=self.column,
            key=self.key,
            source=self.source,
            target=self.target,
            figure=self.name,
        )


class Finding(Frozen):
    """One thing that is wrong, told as data. Table and column are the source's names.

    `figure` names the figure it was found by, or is the one number that the sentence tells.
    """

    kind: Kind
    cause: Cause | None = None
    side: Side | None = None
    table: str | None = None
    column: str | None = None
    key: KeyValues = ()
    source: Value = None
    target: Value = None
    figure: Value = None
    detail: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def message(self) -> str:
        """The kind's sentence with this finding's values: one wording for every face."""
        told = self.kind.sentence.format(
            source=_told(self.source),
            target=_told(self.target),
            figure=_told(self.figure),
            rows=f"{_told(self.figure)} {'row' if self.figure == 1 else 'rows'}",
            side=self.side or "other side",
        )
        return f"{told}: {self.detail}" if self.detail else told


def _told(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(to_json_value(value))
    return text if len(text) <= 120 else text[:117] + "..."


class Result(Frozen):
    """What one check says.

    `findings` is a sample of at most 100 a kind; `found` counts all, kind by kind. `figures` holds at most 1,000, those
    that disagree first; `figures_total` counts them all. `columns_checked` are the source columns whose data this
    check looked into.
    """

    figures: Figures = ()
    figures_total: int = 0
    findings: Findings = ()
    found: dict[Kind, int] = Field(default={})
    notes: Texts = Field(
        default=(), description="What a reader should know: limits, defaults, doubts."
    )
    columns_checked: Texts = ()
    rows: RowsCompared | None = Field(
        default=None, description="What a comparison of rows found; other checks have none."
    )
    statements: Statements = ()

    @model_validator(mode="after")
    def _count_and_sample(self) -> Self:
        """Counts what was found where the validator did not, and keeps a sample of what is too much."""
        given = Counter(finding.kind for finding in self.findings)
        found = {kind: count for kind, count in self.found.items() if count} or dict(given)
        for kind, count in given.items():
            # Of rows that were compared each differing cell is a finding, and counts are of rows.
            least = 1 if self.rows is not None else min(count, SAMPLE_LIMIT)
            if found.get(kind, 0) < least:
                raise ValueError(
                    f"found says {found.get(kind, 0)} of {kind}, but {count} are given"
                )
        taken: Counter[Kind] = Counter()
        sample: list[Finding] = []
        for finding in self.findings:
            taken[finding.kind] += 1
            if taken[finding.kind] <= SAMPLE_LIMIT:
                sample.append(finding)
        figures = self.figures
        if len(figures) > FIGURE_LIMIT:
            figures = sorted(figures, key=lambda figure: figure.agrees)[:FIGURE_LIMIT]
        _set(
            self,
            found=found,
            findings=tuple(sample),
            figures=tuple(figures),
            figures_total=max(self.figures_total, len(self.figures)),
        )
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Verdict:
        return Verdict.FAILED if self.found else Verdict.PASSED
