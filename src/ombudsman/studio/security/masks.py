"""What do they see who may not see the values of rows? The same value under the same sign, and nothing of what it is.

A masked value is `***` and twelve hexadecimal digits: an HMAC under a key of the project. So equal values look equal
throughout a project, and whoever does not have the server's key cannot try out what a sign stands for. NULL and the
empty text stay as they are, for the cause of a difference tells them anyway.

Row values are: keys of findings, figures and differing rows; what stands in their cells; least and greatest values; and
what a statement seeks rows by (with it go the constants of rules, which stand in the pipeline for all to read). Counts,
sums, means and shares are none (be a group ever so small: its key is masked), nor are types and rules. What is not
known to be harmless is masked: a validator that comes tomorrow shows nothing by mistake.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ombudsman.model.errors import Problem
from ombudsman.model.pipeline import StepRun
from ombudsman.model.result import Figure, Finding, Kind, Result, Statement
from ombudsman.model.values import to_json_value
from ombudsman.studio.security.sought import MARK, without_sought

_DIGITS = 6
"""How many bytes of the HMAC are shown."""

_COUNTS = frozenset(
    {Kind.COUNT_DIFFERS, Kind.NULL_COUNT_DIFFERS, Kind.ROW_DUPLICATED, Kind.RATIO_DIFFERS}
    | {Kind.PERIOD_DUPLICATED, Kind.ATTRIBUTE_HISTORY_DIFFERS, Kind.OUTSIDE_DOMAIN}
)
"""Kinds whose two values are numbers of rows, or shares of them."""

_STRUCTURE = frozenset(
    {Kind.TABLE_MISSING, Kind.COLUMN_MISSING_IN_TARGET, Kind.COLUMN_MISSING_IN_SOURCE}
    | {Kind.TYPE_DIFFERS, Kind.TYPE_NARROWER, Kind.NULLABILITY_DIFFERS}
    | {Kind.DEFAULT_DIFFERS, Kind.COLLATION_DIFFERS}
)
"""Kinds that speak of the catalogue."""

_TELLING_DETAIL = _STRUCTURE | {
    *(Kind.VALUE_DIFFERS, Kind.RULE_VIOLATED, Kind.PATTERN_VIOLATED, Kind.KEY_ORPHANED)
}
"""Kinds whose detail is a reading, a rule or a name, and no value."""

_SHOWN_FIGURES = frozenset(
    (
        "rows",
        "nulls",
        "distinct",
        "sum",
        "mean",
        "weighted_mean",
        "stddev",
        "share",
        "ratio",
        "change",
        "rolling mean",
        "jumps",
        "jump",
        "members",
        "versions",
        "outliers",
        "late facts",
        "offending rows",
        "duplicated periods",
        "texts that do not match",
        "share of unknown members",
        "Jensen-Shannon divergence",
        "facts loaded before they happened",
        "facts before the first version of their member",
    )
)
"""Figures that are made of many rows."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


class Mask:
    """Masks for one project."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, key: bytes, project_id: str) -> "Mask":
        """The mask of a project, under the server's key for masks."""
        return cls(hmac.digest(key, project_id.encode(), "sha256"))

    def value(self, value: Any) -> Any:
        """A value of a row under its sign; a list part by part."""
        if value is None or value == "":
            return value
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return self.text(str(to_json_value(value)))

    def text(self, text: str | None) -> str | None:
        """A text under its sign."""
        if not text:
            return text
        told = text.encode("utf-8", "surrogatepass")
        return MARK + hashlib.blake2b(told, key=self._key, digest_size=_DIGITS).hexdigest()

    def key_text(self, key: str) -> str:
        """The key of a differing row, a JSON array of texts, part by part."""
        return json.dumps(self.value(json.loads(key)))

    def lines(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Lines of a file of differing rows. How often a row is there is no value of it."""
        counted = [kind == Kind.ROW_DUPLICATED for kind in batch.column("kind").to_pylist()]
        columns = list(batch.columns)
        for place, name in enumerate(batch.schema.names):
            if name == "key":
                columns[place] = self._masked(batch.column(name), self.key_text, None)
            elif name in {"source", "target"}:
                columns[place] = self._masked(batch.column(name), self.text, counted)
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def step_run(self, step_run: StepRun) -> StepRun:
        """A step with all that it says of its result, or of why it has none."""
        told: dict[str, Any] = {}
        if step_run.result is not None:
            told["result"] = self._result(step_run.result)
        if step_run.problem is not None:
            told["problem"] = without_values(step_run.problem)
        return step_run.model_copy(update=told)

    # ------------------------------------------------------------ parts of a result

    def _result(self, result: Result) -> Result:
        return result.model_copy(
            update={
                "figures": tuple(self._figure(each) for each in result.figures),
                "findings": tuple(self._finding(each) for each in result.findings),
                "statements": tuple(_statement(each) for each in result.statements),
            }
        )

    def _figure(self, figure: Figure) -> Figure:
        hidden = figure.name not in _SHOWN_FIGURES
        return figure.model_copy(
            update={
                "key": tuple(self.value(each) for each in figure.key),
                "source": self._number(figure.source, hidden=hidden),
                "target": self._number(figure.target, hidden=hidden),
            }
        )

    def _finding(self, finding: Finding) -> Finding:
        hidden = not _values_are_harmless(finding)
        of_rows = finding.kind not in _STRUCTURE and not _is_of_catalogue(finding)
        told = {
            "key": tuple(self.value(each) for each in finding.key),
            "figure": finding.figure
            if finding.figure in _SHOWN_FIGURES
            else self._number(finding.figure, hidden=isinstance(finding.figure, str)),
        }
        if of_rows:
            told["source"] = self._number(finding.source, hidden=hidden)
            told["target"] = self._number(finding.target, hidden=hidden)
        if finding.kind not in _TELLING_DETAIL:
            told["detail"] = self.text(finding.detail)
        return finding.model_copy(update=told)

    def _number(self, value: Any, *, hidden: bool) -> Any:
        """A value that may be shown if it is a number."""
        is_text = isinstance(value, str)
        is_number = (
            _NUMBER.fullmatch(value) if is_text else isinstance(value, int | float | Decimal)
        )
        return value if is_number and not hidden else self.value(value)

    def _masked(
        self, array: pa.Array, mask: Callable[[str], str | None], kept: list[bool] | None
    ) -> pa.Array:
        texts = array.to_pylist()
        if kept is None:
            return pa.array([mask(each) for each in texts], pa.string())
        masked = [each if keep else mask(each) for each, keep in zip(texts, kept, strict=True)]
        return pa.array(masked, pa.string())


def without_values(problem: Problem) -> Problem:
    """A problem without what the statement that failed sought, and without where files lie on the server."""
    told = {name: value for name, value in problem.context.items() if name != "path"}
    if "sql" in told:
        told["sql"] = without_sought(str(told["sql"]))
    return problem.model_copy(update={"context": told})


def _values_are_harmless(finding: Finding) -> bool:
    """Whether the two values of a finding are made of many rows."""
    return finding.kind in _COUNTS or (
        finding.kind in {Kind.AGGREGATE_DIFFERS, Kind.DISTRIBUTION_DIFFERS, Kind.DRIFT}
        and finding.figure in _SHOWN_FIGURES
    )


def _is_of_catalogue(finding: Finding) -> bool:
    """Whether a finding compares how a key is declared; the same kind tells of a member whose key changed."""
    return finding.kind is Kind.KEY_DIFFERS and not finding.key


def _statement(statement: Statement) -> Statement:
    """A statement without what it seeks rows by."""
    return statement.model_copy(update={"sql": without_sought(statement.sql)})
