"""A workload as JSON for machines. It holds patterns, and no value of a statement."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from ombudsman.workload.facts import Group, Summary
from ombudsman.workload.usage import Usage
from ombudsman.workload.workload import Pattern, UnreadPattern, Workload


def workload_json(workload: Workload) -> dict[str, Any]:
    """The workload as plain values. Durations are in milliseconds, reads in pages of 8 KB."""
    return {
        "total": _usage(workload.total) | {"days": round(workload.days, 2)},
        "hidden": _usage(workload.hidden),
        "others": _usage(workload.others),
        "patterns": [pattern_json(each) for each in workload.patterns],
        "unread": [unread_json(each) for each in workload.unread],
        "tables": [{"table": str(ref)} | _usage(usage) for ref, usage in workload.by_table().items()],
        "written": [{"table": str(ref)} | _usage(usage) for ref, usage in workload.by_write().items()],
        "columns": [
            {"table": each.table, "column": each.column} | _usage(usage)
            for each, usage in workload.by_column().items()
        ],
        "joins": [
            {"table": each.table, "columns": each.columns, "other_table": each.other_table,
             "other_columns": each.other_columns} | _usage(usage)
            for each, usage in workload.by_join().items()
        ],
        "filters": [
            {"table": each.column.table, "column": each.column.column, "operator": each.operator} | _usage(usage)
            for each, usage in workload.by_filter().items()
        ],
        "aggregates": [summary_json(each) | _usage(usage) for each, usage in workload.by_summary().items()],
        "differences": [
            {"code": each.code, "effect": each.effect, "what": each.what, "reason": each.reason} | _usage(usage)
            for each, usage in workload.by_difference().items()
        ],
        "unused_tables": [str(ref) for ref in workload.unused],
        "notes": workload.notes,
    }  # fmt: skip


def write_workload_json(workload: Workload, path: Path) -> None:
    text = json.dumps(workload_json(workload), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def summary_json(summary: Summary) -> dict[str, Any]:
    return {
        "function": summary.aggregate.function,
        "columns": [{"table": c.table, "column": c.column} for c in summary.aggregate.columns],
        "is_plain": summary.aggregate.is_plain,
        "group_by": [_group(each) for each in summary.groups],
        "group_by_is_whole": summary.is_whole,
    }


def _group(group: Group) -> dict[str, Any]:
    told = {"table": group.column.table, "column": group.column.column}
    return told | ({"part": group.part} if group.part else {})


def unread_json(each: UnreadPattern) -> dict[str, Any]:
    return {
        "id": each.id,
        "text": each.text,
        "kind": each.kind,
        "reason": each.reason,
        "line": each.line,
        "column": each.column,
        "near": each.near,
        "export_line": each.in_export,
    } | _usage(each.usage)


def pattern_json(pattern: Pattern) -> dict[str, Any]:
    return {
        "id": pattern.id,
        "text": pattern.text,
        "kind": pattern.kind,
        "tables": sorted(map(str, pattern.facts.tables)),
        "unknown_tables": sorted(pattern.facts.foreign),
        "unresolved_columns": pattern.facts.unresolved,
        "differences": [each.code for each in pattern.differences],
        "modules": sorted(pattern.modules),
        "query_hashes": sorted(pattern.hashes),
    } | _usage(pattern.usage)


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "executions": usage.executions,
        "failed": usage.failed,
        "duration_ms": round(usage.duration_us / 1_000, 3),
        "cpu_ms": round(usage.cpu_us / 1_000, 3),
        "reads": round(usage.reads),
        "first_seen": _moment(usage.first_seen),
        "last_seen": _moment(usage.last_seen),
    }


def _moment(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat() if at else None
