"""A pipeline as YAML that `load.py` reads back as equal, its templates expanded and its mapping written out.

Params are written as YAML can tell them: a date made in Python becomes a text, a tuple a list.
"""

import textwrap
from typing import Any

from ombudsman.mapping.file import write_mapping
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import OnFailure, Pipeline, Step
from ombudsman.model.policy import Policy, Severity, TablePolicy
from ombudsman.model.yaml_text import OneLine, yaml_text


def dump_pipeline(pipeline: Pipeline) -> str:
    """The pipeline as a file. Settings that are as by default are left out."""
    head: dict[str, Any] = {"name": pipeline.name}
    if pipeline.description is not None:
        head["description"] = pipeline.description
    text = yaml_text(head | {"source": pipeline.source, "target": pipeline.target})
    if pipeline.mapping != Mapping():
        text += "mapping:\n" + textwrap.indent(write_mapping(pipeline.mapping), "  ")
    if defaults := _policy(pipeline.defaults):
        text += yaml_text({"defaults": defaults})
    if pipeline.policies:
        text += yaml_text({"policies": {str(p.table): _of_table(p) for p in pipeline.policies}})
    return text + yaml_text({"steps": [_step(step, pipeline) for step in pipeline.steps]})


def _policy(policy: Policy) -> dict[str, Any]:
    """What it says, each part on a line."""
    written: dict[str, Any] = {} if policy.severity is None else {"severity": policy.severity}
    for name, part in (("tolerance", policy.tolerance), ("equality", policy.equality)):
        if part is not None:
            fields = (each for each in type(part).model_fields if each in part.model_fields_set)
            written[name] = OneLine({each: getattr(part, each) for each in fields})
    return written


def _of_table(policy: TablePolicy) -> dict[str, Any]:
    columns = {name: _policy(each) for name, each in policy.columns.items()}
    return _policy(policy) | ({"columns": columns} if columns else {})


def _step(step: Step, pipeline: Pipeline) -> dict[str, Any]:
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
    own = _policy(step.policy)
    if own.get("severity") is Severity.BLOCKING and not _others_say_severity(step, pipeline):
        del own["severity"]
    written |= own
    if step.on_failure is not OnFailure.SKIP_DEPENDENTS:
        written["on_failure"] = step.on_failure
    return written


def _others_say_severity(step: Step, pipeline: Pipeline) -> bool:
    """Whether a step that says nothing of it would have another severity than by default, or might have."""
    policies = pipeline.policies_of(step)
    of_table = policies.tables.get(policies.table)
    others = (pipeline.defaults, *((of_table, *of_table.columns.values()) if of_table else ()))
    return any(policy.severity is not None for policy in others)
