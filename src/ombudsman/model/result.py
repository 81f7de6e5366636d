"""What a check says. A `Result` cannot contradict itself: its verdict is computed from what was found."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    computed_field,
    model_validator,
)

from ombudsman.model.base import Frozen
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import Tolerance

SAMPLE_LIMIT = 100
"""How many findings of one kind a result keeps as a sample; `found` always counts them all."""

_EXACT_JSON = 2**53


def to_json_value(value: Any) -> Any:
    """A value of a database as JSON carries it.

    Decimals, and integers beyond 2^53, become texts: no reader may round them. Dates and times are ISO 8601, bytes
    hexadecimal, NaN and the infinities the texts `NaN`, `Infinity`, `-Infinity`.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_EXACT_JSON <= value <= _EXACT_JSON else str(value)
        case float():
            return value if math.isfinite(value) else str(Decimal(value))
        case Decimal():
            return format(value, "f") if value.is_finite() else str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case dt.timedelta():
            return str(value)
        case UUID():
            return str(value)
        case Mapping():
            return {str(k): to_json_value(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_json_value(each) for each in value]
        case _:
            return str(value)


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
    KEY_NULL = "key_null", "a part of the key is NULL"
    KEY_DUPLICATED = "key_duplicated", "{source} rows with this key in source, {target} in target"
    KEY_ORPHANED = "key_orphaned", "no row of the referred table has this key"
    KEY_DIFFERS = "key_differs", "{source} in source, {target} in target"
    # history
    INTERVAL_GAP = "interval_gap", "ends {source}, the next version begins {target}"
    INTERVAL_OVERLAP = "interval_overlap", "ends {source}, but the next version begins {target}"
    INTERVAL_INVERTED = "interval_inverted", "begins {source}, but ends {target}"
    CURRENT_MISSING = "current_missing", "no current version"
    CURRENT_NOT_UNIQUE = "current_not_unique", "{figure} current versions"
    CURRENT_CONTRADICTED = "current_contradicted", "the flag and the end date disagree"
    ATTRIBUTE_HISTORY_DIFFERS = (
        "attribute_history_differs",
        "{source} versions in source, {target} in target",
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
    NULL_NOT_ALLOWED = "null_not_allowed", "{figure} NULLs"
    OUTSIDE_RANGE = "outside_range", "outside the range that is allowed"
    OUTSIDE_DOMAIN = "outside_domain", "not one of the values that are allowed"
    PATTERN_VIOLATED = "pattern_violated", "does not match the pattern"
    RULE_VIOLATED = "rule_violated", "the rule does not hold"


class Cause(StrEnum):
    """Why a value differs, when it can be told."""

    NULL_VERSUS_VALUE = "null_versus_value"
    EMPTY_VERSUS_NULL = "empty_versus_null"
    TRAILING_SPACE = "trailing_space"
    LETTER_CASE = "letter_case"
    ROUNDING = "rounding"
    TRUNCATION = "truncation"
    TIME_ZONE = "time_zone"
    TIME_PRECISION = "time_precision"
    ENCODING = "encoding"
    SIGN = "sign"
    OTHER = "other"


class Verdict(StrEnum):
    """What a check says about the data. `failed` means: the data disagree."""

    PASSED = "passed"
    FAILED = "failed"


class Statement(Frozen):
    """SQL that was run: the evidence. `sql` is whole and can be run again by hand."""

    side: Side
    sql: str
    started: dt.datetime
    ms: float
    rows: int
    query_id: str | None = None
    snapshot: str | None = None


class Figure(Frozen):
    """One number (or date, or text) measured on both sides.

    `name` is the measure's ("sum", "nulls"), `key` the group's values in order, `column` the source's name.
    """

    name: str
    column: str | None = None
    key: KeyValues = ()
    source: Value = None
    target: Value = None
    tolerance: Tolerance = Tolerance()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def agrees(self) -> bool:
        return self.tolerance.allows(self.source, self.target)

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

    `findings` is a sample of at most 100 a kind; `found` counts all, kind by kind. `columns_checked` and
    `rows_compared` feed the coverage: which source columns this check looked into, and how many source rows.
    """

    figures: Figures = ()
    findings: Findings = ()
    found: dict[Kind, int] = Field(default={})
    notes: Texts = Field(
        default=(), description="What a reader should know: limits, defaults, doubts."
    )
    columns_checked: Texts = ()
    statements: Statements = ()

    @model_validator(mode="before")
    @classmethod
    def _count_and_sample(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        findings = [
            f if isinstance(f, Finding) else Finding.model_validate(f)
            for f in data.get("findings") or ()
        ]
        seen = Counter(f.kind for f in findings)
        told = {
            Kind.__members__[str(kind).upper()]: int(count)
            for kind, count in (data.get("found") or {}).items()
            if int(count)
        }
        for kind, count in seen.items():
            if told and told.get(kind, 0) < min(count, SAMPLE_LIMIT):
                raise ValueError(
                    f"found says {told.get(kind, 0)} of {kind}, but {count} findings of it are given"
                )
        taken: Counter[Kind] = Counter()
        sample: list[Finding] = []
        for finding in findings:
            taken[finding.kind] += 1
            if taken[finding.kind] <= SAMPLE_LIMIT:
                sample.append(finding)
        return data | {"findings": tuple(sample), "found": told or dict(seen)}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Verdict:
        return Verdict.FAILED if self.found else Verdict.PASSED
