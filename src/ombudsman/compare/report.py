"""A comparison of rows, told as a `Result`."""

from collections.abc import Mapping

from ombudsman.compare.cause_groups import sentence
from ombudsman.compare.engine import RowsAnswer
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.rows import Cause, RowsCompared


def result_of(
    answer: RowsAnswer, *, rows_file: str | None = None, repair_file: str | None = None
) -> Result:
    """The result of a comparison: rows counted by kind, a sample of them, and what differs column by column."""
    found = answer.differences
    groups = found.causes.groups()
    source_rows, target_rows = answer.rows
    rows = RowsCompared(
        strategy=answer.plan.strategy.value,
        why=answer.plan.why,
        source_rows=source_rows,
        target_rows=target_rows,
        columns=_counts(found.columns),
        accepted=_counts(found.accepted),
        groups=groups,
        sentence=sentence(groups) if groups else None,
        at_least=answer.at_least,
        sampled=answer.sampled,
        rows_file=rows_file,
        repair_file=repair_file,
        seconds=answer.seconds,
    )
    return Result(
        findings=sorted(found.findings, key=_in_order),
        found={kind: count for kind, count in found.found.items() if count},
        notes=answer.notes,
        columns_checked=[column.name for column in answer.layout.columns],
        rows=rows,
        statements=answer.statements,
    )


_KINDS = list(Kind)


def _in_order(finding: Finding) -> tuple[int, str, str]:
    """Rows come in no order, and are told in one."""
    return _KINDS.index(finding.kind), finding.column or "", repr(finding.key)


def _counts(columns: Mapping[str, Mapping[Cause, int]]) -> dict[str, dict[Cause, int]]:
    """Columns by name, the causes of most cells first: cells come in no order, and are told in one."""
    return {
        name: dict(sorted(causes.items(), key=lambda each: (-each[1], each[0].value)))
        for name, causes in sorted(columns.items())
        if causes
    }
