"""From the policies of a pipeline file to those of a pipeline: do their tables and columns exist?

A table is named as steps name it: in the source's words, without its schema where that is plain. Which columns a table
has is known once its catalogue was read; before, only the tables are looked up.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup

from ombudsman.model.errors import did_you_mean
from ombudsman.model.faults import NodePath
from ombudsman.model.mapping import Mapping
from ombudsman.model.policy import TablePolicy
from ombudsman.model.report import Report
from ombudsman.model.tables import Catalogue, TableRef
from ombudsman.pipeline.written import WrittenPolicy


def expand_policies(
    written: Lookup[str, WrittenPolicy],
    mapping: Mapping | None,
    report: Report,
    *,
    source: Catalogue | None = None,
) -> tuple[TablePolicy, ...]:
    """The policies of all tables. What speaks of a table or column that is not there is noted in the report."""
    made: dict[TableRef, TablePolicy] = {}
    first: dict[TableRef, str] = {}
    for name, policy in written.items():
        path: NodePath = ("policies", name)
        table = _table(name, mapping, path, report)
        if table is None:
            continue
        if table in made:
            line, _ = report.source.place(("policies", first[table]))
            report.add(path, f"line {line} is about the table {table} already")
            continue
        _check_columns(table, policy, path, report, source)
        first[table] = name
        made[table] = TablePolicy(
            table=table,
            severity=policy.severity,
            tolerance=policy.tolerance,
            equality=policy.equality,
            columns=policy.columns,
        )
    return tuple(made.values())


def mapped_table(
    ref: TableRef, mapping: Mapping | None, path: NodePath, report: Report
) -> TableRef | None:
    """The source table of the mapping that is called so; None when there is none, which is noted at `path`."""
    if mapping is None:
        return ref
    if found := mapping.table(ref):
        return found.source
    known = [table.source for table in mapping.tables]
    alike = [str(each) for each in known if each.name == ref.name]
    if ref.schema_name is None and alike:
        which = "write the schema too: " + " or ".join(alike)
        report.add(path, f"more than one table is called {ref}", hint=which)
        return None
    names = [str(each) for each in known]
    if ref.schema_name is None:
        names += [each.name for each in known]
    hint = did_you_mean(str(ref), names)
    report.add(path, f"table {ref} is not in the mapping", hint=hint)
    return None


def _table(name: str, mapping: Mapping | None, path: NodePath, report: Report) -> TableRef | None:
    try:
        ref = TableRef.parse(name)
    except ValueError:
        report.add(path, f"{name!r} is not of the form schema.table")
        return None
    return mapped_table(ref, mapping, path, report)


def _check_columns(
    table: TableRef,
    policy: WrittenPolicy,
    path: NodePath,
    report: Report,
    source: Catalogue | None,
) -> None:
    found = source.table(table) if source is not None else None
    if found is None:
        return
    for name, hint in unknown_columns(policy.columns, found.column_names):
        report.add((*path, "columns", name), f"no column {name!r} in {table}", hint=hint)


def unknown_columns(
    named: Lookup[str, object], known: tuple[str, ...]
) -> Iterator[tuple[str, str | None]]:
    """The columns that were named but are not there, each with a hint."""
    for name in named:
        if name not in known:
            yield name, did_you_mean(name, known)
