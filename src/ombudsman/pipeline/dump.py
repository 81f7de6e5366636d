"""A pipeline as YAML that `load.py` reads back as equal, its templates expanded and its mapping written out.

Params are written as YAML can tell them: a date made in Python becomes a text, a tuple a list.
"""

import textwrap
from typing import Any

from ombudsman.mapping.file import write_mapping
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import OnFailure, Pipeline, Severity, Step
from ombudsman.model.yaml_text import OneLine, yaml_text


def dump_pipeline(pipeline: Pipeline) -> str:
    """The pipeline as a file. Settings that are as by default are left out."""
    head: dict[str, Any] = {"name": pipeline.name}
    if pipeline.description is not None:
        head["description"] = pipeline.description
    text = yaml_text(head | {"source": pipeline.source, "target": pipeline.target})
    if pipeline.mapping != Mapping():
        text += "mapping:\n" + textwrap.indent(write_mapping(pipeline.mapping), "  ")
    return text + yaml_text({"steps": [_step(step) for step in pipeline.steps]})


def _step(step: Step) -> dict[str, Any]:
    written: dict[str, Any] = {
        "id": step.id,
        "validator": step.validator,
        "table": str(step.table),
    }
    if step.description is not None:
        written["description"] = step.description
    if step.params:
        written["params"] = {name: OneLine(value) for name, value in step.params.items()}
    if step.needs:
        written["needs"] = OneLine(list(step.needs))
    if step.severity is not Severity.BLOCKING:
        written["severity"] = step.severity
    if step.on_failure is not OnFailure.SKIP_DEPENDENTS:
        written["on_failure"] = step.on_failure
    return written
