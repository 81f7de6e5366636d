"""A run as `results.json`: the contract that other programs read.

Names of tables and columns are the source's; the target's stand beside them (`target_table`, `target_column`) only
where they differ. Decimals, and integers beyond 2^53, are texts, so that no reader rounds them. `found` counts
everything that was found, `findings` is a sample. A step that was not judged has a null `verdict`; why stands in
`problem` (it errored) or in `reason` (it was skipped). `policies` are the settings of severity, tolerance and equality
that held for a step because somebody said them, and who that was. A step that compared rows also has `strategy`, `why`,
`rows`, `columns`, `accepted`, `causes`, `at_least`, `sampled`, `rows_file`, `repair_file` and `timings` (seconds): its
`found` counts rows, its `columns` the differing cells of each column by cause. In the `coverage`, `unchecked` are
mapped columns that no judged step looked into, `unmapped` what has no answer in the mapping; `row_share` is the share
of the source's rows (as its catalogue estimates them, `rows_total`) that were compared one by one.

Keys may be added; none is renamed or dropped.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from ombudsman.model.mapping import TableMapping
from ombudsman.model.pipeline import Run, StepRun, TableCoverage
from ombudsman.model.policy import AppliedPolicy
from ombudsman.model.result import Figure, Finding, Statement
from ombudsman.model.rows import RowsCompared
from ombudsman.model.tables import TableRef
from ombudsman.model.values import to_json_value
from ombudsman.render.coverage import Coverage, coverage_of, source_table, target_table


def results(run: Run) -> dict[str, Any]:
    """The whole run, ready for `json.dumps`."""
    return {
        "run": {
            "id": run.id,
            "pipeline": run.pipeline.name,
            "status": run.status.value,
            "started": _time(run.started),
            "finished": _time(run.finished),
            "snapshot": run.snapshot.model_dump() if run.snapshot else None,
            **(
                {"costs": {side.value: words for side, words in run.costs.items()}}
                if run.costs
                else {}
            ),
        },
        "steps": [step_results(step_run, run) for step_run in run.steps],
        "coverage": _covered(coverage_of(run)),
    }


def step_results(step_run: StepRun, run: Run) -> dict[str, Any]:
    """One step of the run, ready for `json.dumps`."""
    result = step_run.result
    target = target_table(step_run, run)
    return {
        "id": step_run.step.id,
        "validator": step_run.step.validator,
        "tables": {"source": str(source_table(step_run, run)), "target": _name(target)},
        "status": step_run.status.value,
        "verdict": step_run.verdict.value if step_run.verdict else None,
        "severity": step_run.step.severity.value,
        "policies": [_policy(each) for each in step_run.policies],
        "found": {kind.value: count for kind, count in step_run.found.items()},
        "findings": [_finding(each, step_run, run) for each in result.findings] if result else [],
        "figures": [_figure(each) for each in result.figures] if result else [],
        "statements": [_statement(each) for each in result.statements] if result else [],
        "problem": _problem(step_run),
        "notes": list(result.notes) if result else [],
        "reason": step_run.reason,
        **(_rows(result.rows) if result and result.rows else {}),
    }


def _rows(rows: RowsCompared) -> dict[str, Any]:
    """What a comparison of rows says beyond its findings: `found` counts rows, `columns` cells by cause."""
    return {
        "strategy": rows.strategy,
        "why": list(rows.why),
        "rows": {"source": rows.source_rows, "target": rows.target_rows},
        "columns": {name: dict(causes) for name, causes in rows.columns.items()},
        "accepted": {name: dict(causes) for name, causes in rows.accepted.items()},
        "causes": [group.model_dump(mode="json") for group in rows.groups],
        "at_least": rows.at_least,
        "sampled": rows.sampled,
        "rows_file": rows.rows_file,
        "repair_file": rows.repair_file,
        "timings": dict(rows.seconds),
    }


def write_step_json(run: Run, path: Path) -> None:
    """Writes the only step of a run to a file, in UTF-8."""
    (step_run,) = run.steps
    _write(step_results(step_run, run), path)


def write_json(run: Run, path: Path) -> None:
    """Writes the run to a file, in UTF-8."""
    _write(results(run), path)


def _write(told: dict[str, Any], path: Path) -> None:
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, indent=2)
    # A lone surrogate (SQL Server's nvarchar may hold one) has no UTF-8; its escape is JSON all the same.
    path.write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")


def _finding(finding: Finding, step_run: StepRun, run: Run) -> dict[str, Any]:
    table = finding.table or str(source_table(step_run, run))
    told = {
        "kind": finding.kind.value,
        "cause": finding.cause.value if finding.cause else None,
        "side": finding.side.value if finding.side else None,
        "table": table,
        "column": finding.column,
        "key": to_json_value(finding.key),
        "source": to_json_value(finding.source),
        "target": to_json_value(finding.target),
        "message": finding.message,
    }
    return told | _target_names(finding, table, step_run, run)


def _target_names(finding: Finding, table: str, step_run: StepRun, run: Run) -> dict[str, str]:
    mapped = _mapping_of(table, run)
    target = mapped.target if mapped else None
    if table == str(source_table(step_run, run)):
        target = target_table(step_run, run)
    column = mapped.target_column(finding.column) if mapped and finding.column else None
    told = {}
    if target is not None and str(target) != table:
        told["target_table"] = str(target)
    if column is not None and column != finding.column:
        told["target_column"] = column
    return told


def _mapping_of(table: str, run: Run) -> TableMapping | None:
    return next((t for t in run.pipeline.mapping.tables if str(t.source) == table), None)


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "column": figure.column,
        "key": to_json_value(figure.key),
        "source": to_json_value(figure.source),
        "target": to_json_value(figure.target),
        "agrees": figure.agrees,
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "side": statement.side.value,
        "sql": statement.sql,
        "ms": round(statement.ms, 3),
        "rows": statement.rows,
        **({} if statement.query_id is None else {"query_id": statement.query_id}),
        **({} if statement.bytes_scanned is None else {"bytes_scanned": statement.bytes_scanned}),
    }


def _problem(step_run: StepRun) -> dict[str, Any] | None:
    problem = step_run.problem
    if problem is None:
        return None
    return {
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "context": to_json_value(problem.context),
    }


def _covered(coverage: Coverage) -> dict[str, Any]:
    return {
        "tables": [_coverage(table) for table in coverage.tables],
        "never_checked": [str(table) for table in coverage.never_checked],
        "unmapped": [str(table) for table in coverage.unmapped],
        "row_share": None if coverage.row_share is None else round(coverage.row_share, 4),
    }


def _coverage(table: TableCoverage) -> dict[str, Any]:
    return {
        "source": str(table.source),
        "target": _name(table.target),
        "columns_checked": table.columns_checked,
        "columns_total": table.columns_total,
        "unchecked": list(table.unchecked),
        "unmapped": list(table.unmapped),
        "rows_compared": table.rows_compared,
        "rows_total": table.rows_total,
    }


def _name(table: TableRef | None) -> str | None:
    return None if table is None else str(table)


def _policy(applied: AppliedPolicy) -> dict[str, Any]:
    return {
        "what": applied.what,
        "value": to_json_value(applied.value),
        "set_by": applied.set_by,
        "columns": list(applied.columns),
    }


def _time(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()
