"""The mapping file: YAML that a person can edit, read with every fault at its line.

`written.py` shows the form. A mapping that was proposed is written with comments where a person should look: pairs
that were found by a loose likeness, and all that stayed open.
"""

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ombudsman.mapping.names import Likeness
from ombudsman.mapping.proposal import Ambiguity, FoundBy, Proposal, TableMatch
from ombudsman.mapping.written import mapping_at
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.report import Report
from ombudsman.model.yaml_source import read_yaml, read_yaml_file
from ombudsman.model.yaml_text import OneLine, yaml_text

HEADER = """\
# Which table and column of the target answers which of the source.
# Lines that begin with # say what could not be told from the names: please look at them.
"""

_WHY_DOUBTFUL = {
    FoundBy.SCHEMA_PREFIX: "found by the schema as a prefix of the name",
    FoundBy.NAME_ALONE: "found by the name alone: the schemas differ",
}


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


def write_mapping(mapping: Mapping | Proposal) -> str:
    """The mapping as a file that `read_mapping` reads back as equal. A proposal is written with comments."""
    if isinstance(mapping, Mapping):
        return _tables(_table(table) for table in mapping.tables)
    pairs = zip(mapping.mapping.tables, mapping.tables, strict=True)
    text = HEADER + _tables(_table(table, match) for table, match in pairs)
    return text + _comments(_open_tables(mapping))


def _tables(tables: Iterable[str]) -> str:
    text = "".join(tables)
    return "tables:\n" + text if text else "tables: []\n"


def _table(table: TableMapping, match: TableMatch | None = None) -> str:
    """One item of the list, indented as such, with its comments."""
    comments = _comments(_doubts(match), indent="  ") if match else ""
    lines = yaml_text({"source": str(table.source), "target": str(table.target)})
    if table.key:
        lines += yaml_text({"key": OneLine(list(table.key))})
    if table.columns:
        lines += "columns:\n" + textwrap.indent(_columns(table, match), "  ")
    if match:
        lines += _comments(_open_columns(match), indent="  ")
    for name in ("exclude", "exclude_target"):
        if columns := getattr(table, name):
            lines += yaml_text({name: OneLine(list(columns))})
    for name in ("where", "source_where", "target_where"):
        if (condition := getattr(table, name)) is not None:
            lines += yaml_text({name: condition})
    return comments + "  - " + textwrap.indent(lines, "    ").removeprefix("    ")


def _columns(table: TableMapping, match: TableMatch | None) -> str:
    run_on = {
        each.source for each in (match.columns if match else ()) if each.likeness is Likeness.RUN_ON
    }
    text = ""
    for column in table.columns:
        if column.source in run_on:
            text += "# the words of one name are run together: please look\n"
        text += yaml_text({column.source: _column(column)})
    return text


def _column(column: ColumnMapping) -> Any:
    if column.transformation is None:
        return column.target
    agreed = column.transformation.model_dump(exclude_defaults=True)
    kind = {"kind": column.transformation.kind}
    return OneLine({"target": column.target, "transformation": kind | agreed})


# ------------------------------------------------------------ comments


def _comments(sentences: Iterable[str], *, indent: str = "") -> str:
    return "".join(f"{indent}# {_printable(sentence)}\n" for sentence in sentences)


def _printable(text: str) -> str:
    """Names may hold anything; a line break in a comment would end it."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _doubts(match: TableMatch) -> Iterable[str]:
    if match.found_by in _WHY_DOUBTFUL:
        yield _WHY_DOUBTFUL[match.found_by]
    if match.likeness is Likeness.RUN_ON:
        yield "the words of one table's name are run together"
    if match.key_from is None:
        yield "no key: the source declares none whose columns are all mapped"


def _open_columns(match: TableMatch) -> Iterable[str]:
    yield from map(_undecided, match.ambiguities)
    if match.unmatched_source:
        yield "without an answer in the target: " + ", ".join(match.unmatched_source)
    if match.unmatched_target:
        yield "without a source: " + ", ".join(match.unmatched_target)


def _open_tables(proposal: Proposal) -> Iterable[str]:
    yield from map(_undecided, proposal.ambiguities)
    for ref in proposal.unmatched_source:
        yield f"source table without an answer: {ref}"
    for ref in proposal.unmatched_target:
        yield f"target table without a source: {ref}"


def _undecided(ambiguity: Ambiguity) -> str:
    here, there = ", ".join(ambiguity.source), ", ".join(ambiguity.target)
    return f"undecided, and so left out: {here} -> {there}"
