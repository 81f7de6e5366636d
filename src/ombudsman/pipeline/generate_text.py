"""A proposed pipeline as the file that a person edits: every step with the line that says why it is there."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from ombudsman.model.policy import Severity
from ombudsman.model.tables import TableRef
from ombudsman.model.yaml_text import OneLine, yaml_text
from ombudsman.pipeline.generate_steps import Proposed, Section

HEADER = """\
# Proposed from the mapping, from types and keys of both catalogues, and from names; it looked at no row.
# Edit it: each step says why it is there. Steps behind a # are suggestions; take the # away where they are right.
"""
RULE = "-" * 60
WIDE = 110
"""Params that would make a longer line are written one below the other."""


def pipeline_text(
    sections: Iterable[Section],
    *,
    name: str,
    source: str,
    target: str,
    mapping: str | None,
    notes: Sequence[str] = (),
) -> str:
    """The pipeline file.

    Args:
        sections: The steps.
        name: What the pipeline is called.
        source: The connection of the source, as the file should name it.
        target: That of the target.
        mapping: The path of the mapping file from where the pipeline will lie; None where the mapping is known without.
        notes: Sentences for the head of the file, such as what was left out.
    """
    told = {"name": name, "source": source, "target": target, "mapping": mapping}
    head = yaml_text({key: value for key, value in told.items() if value is not None})
    head += yaml_text({"defaults": OneLine({"on_failure": "go_on"})}).rstrip("\n")
    head += "  # one run tells all that differs; skip_dependents would stop at the first failure\n"
    body = "\n".join(_section(each) for each in sections if each.steps)
    return HEADER + "".join(map(_comment, notes)) + "\n" + head + "steps:\n" + body


def _section(section: Section) -> str:
    return _comment(f"{RULE} {section.title}", "  ") + "".join(map(_step, section.steps))


def _step(step: Proposed) -> str:
    lines = yaml_text({"id": step.id, "validator": step.validator})
    if step.table is not None:
        lines += yaml_text({"table": str(step.table)})
    if step.tables is not None:
        lines += "tables: all\n" if step.tables == "all" else _tables(step.tables)
    lines += _params(dict(step.params))
    if step.needs:
        lines += yaml_text({"needs": OneLine(list(step.needs))})
    if step.severity is not Severity.BLOCKING:
        lines += yaml_text({"severity": step.severity})
    item = "- " + textwrap.indent(lines, "  ").removeprefix("  ")
    if step.suggested:
        item = textwrap.indent(item, "# ")
    return _comment(f"why: {step.why}", "  ") + textwrap.indent(item, "  ")


def _tables(tables: Iterable[TableRef]) -> str:
    """A list of tables, as many on a line as fit."""
    lines = ["tables: ["]
    for ref in tables:
        name = yaml_text({"": OneLine([str(ref)])}).partition("[")[2].rpartition("]")[0]
        if len(lines[-1]) + len(name) > WIDE:
            lines.append("  ")
        lines[-1] += f"{name}, "
    return "\n".join(line.rstrip() for line in lines).removesuffix(",") + "]\n"


def _params(params: dict[str, Any]) -> str:
    if not params:
        return ""
    line = yaml_text({"params": OneLine(params)})
    if len(line) <= WIDE:
        return line
    text = ""
    for name, value in params.items():
        one = yaml_text({name: OneLine(value)})
        if len(one) > WIDE and isinstance(value, list):
            one = yaml_text({name: [OneLine(each) for each in value]})
        text += one
    return "params:\n" + textwrap.indent(text, "  ")


def _comment(sentence: str, indent: str = "") -> str:
    """Names may hold anything; a line break in a comment would end it."""
    return f"{indent}# " + "".join(c if c.isprintable() else " " for c in sentence) + "\n"
