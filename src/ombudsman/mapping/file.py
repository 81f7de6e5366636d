"""The mapping file: YAML that a person can edit, read with every fault at its line.

`written.py` shows the form. How a suggestion is written, with its doubts, stands in `suggestion_text.py`.
"""

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ombudsman.mapping.written import mapping_at
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import ColumnMapping, Decision, Mapping, TableMapping
from ombudsman.model.report import Report
from ombudsman.model.yaml_source import read_yaml, read_yaml_file
from ombudsman.model.yaml_text import OneLine, yaml_text


def read_mapping(source: Path | str, *, file: str = "mapping") -> Mapping:
    """Reads a mapping file: a Path is read, a text is taken as the file's content, called `file` in messages.

    Raises MappingInvalid, which tells all that is wrong, each with its line and the nearest right word.
    """
    if isinstance(source, Path):
        document = read_yaml_file(source, kind=MappingInvalid)
    else:
        document = read_yaml(source, file=file, kind=MappingInvalid)
    report = Report(document, MappingInvalid)
    mapping = mapping_at((), document.data, report)
    report.raise_if_any()
    return mapping or Mapping()


def write_mapping(mapping: Mapping) -> str:
    """The mapping as a file that `read_mapping` reads back as equal."""
    tables = (table_text(table) for table in mapping.tables)
    return tables_text(tables) + decisions_text(mapping.decisions)


def tables_text(tables: Iterable[str]) -> str:
    """The list of tables, each as `table_text` makes it, or such a one behind signs."""
    text = "".join(tables)
    return "tables:\n" + text if text else "tables: []\n"


def table_text(table: TableMapping, *, columns: str | None = None) -> str:
    """One item of the list, indented as such; with `columns` in the place of what stands below that word."""
    lines = yaml_text({"source": str(table.source), "target": str(table.target)})
    if table.key:
        lines += yaml_text({"key": OneLine(list(table.key))})
    if columns is not None:
        lines += columns
    elif table.columns:
        told = "".join(column_text(column) for column in table.columns)
        lines += "columns:\n" + textwrap.indent(told, "  ")
    for name in ("exclude", "exclude_target"):
        if names := getattr(table, name):
            lines += yaml_text({name: OneLine(list(names))})
    for name in ("where", "source_where", "target_where"):
        if (condition := getattr(table, name)) is not None:
            lines += yaml_text({name: condition})
    return "  - " + textwrap.indent(lines, "    ").removeprefix("    ")


def column_text(column: ColumnMapping) -> str:
    """One line below `columns`."""
    return yaml_text({column.source: _column(column)})


def _column(column: ColumnMapping) -> Any:
    if column.transformation is None:
        return column.target
    agreed = column.transformation.model_dump(exclude_defaults=True)
    kind = {"kind": column.transformation.kind}
    return OneLine({"target": column.target, "transformation": kind | agreed})


def decisions_text(decisions: Iterable[Decision]) -> str:
    """What was decided about single pairs; nothing where nothing was."""
    told = [OneLine(_decision(each)) for each in decisions]
    return yaml_text({"decisions": told}) if told else ""


def _decision(decision: Decision) -> dict[str, str]:
    written = {
        "verdict": decision.verdict,
        "source": str(decision.source),
        "target": str(decision.target),
    }
    if decision.column is not None and decision.target_column is not None:
        written |= {"column": decision.column, "target_column": decision.target_column}
    return written
