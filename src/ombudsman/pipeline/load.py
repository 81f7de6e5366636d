"""Reads a pipeline file, and tells all that is wrong with it at once, each with its line.

`written.py` shows the form. What only a mapping can tell (is there such a table? which steps does a template become?)
is judged by `expand.py`.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ombudsman.mapping.written import mapping_at
from ombudsman.model.base import Params
from ombudsman.model.errors import MappingInvalid, ParamsInvalid, PipelineInvalid, did_you_mean
from ombudsman.model.faults import NodePath
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import Pipeline
from ombudsman.model.report import Report
from ombudsman.model.yaml_source import YamlSource, read_yaml, read_yaml_file
from ombudsman.pipeline.bound import NO_TOLERANCE, has_tolerance
from ombudsman.pipeline.dag import arrows, cycles
from ombudsman.pipeline.expand import expand, expand_steps, template_of
from ombudsman.pipeline.expand_policies import expand_policies
from ombudsman.pipeline.written import Defaults, PipelineFile, WrittenPipeline, WrittenStep

KnownValidators = Lookup[str, type[Params]]
"""The params of each validator that a step may name."""


def load_pipeline(
    path: Path, *, known_validators: KnownValidators, mapping: Mapping | None = None
) -> Pipeline:
    """Reads a pipeline file and the mapping that it names, and makes its steps.

    Args:
        path: the file.
        known_validators: the params of each validator; the params of a step are checked against them.
        mapping: taken in place of the file's own.

    Raises:
        SettingsError: the file cannot be used; the message tells every reason. It is a PipelineInvalid or, where
            nothing but params or the mapping is wrong, a ParamsInvalid or a MappingInvalid. `context["problems"]`
            lists the faults with file, line, column, path, message and hint.
    """
    document = read_yaml_file(path, kind=PipelineInvalid)
    return _pipeline(document, path.parent, known_validators, mapping)


def parse_pipeline(
    text: str,
    *,
    known_validators: KnownValidators,
    mapping: Mapping | None = None,
    file: str = "pipeline",
) -> Pipeline:
    """The same from a text, called `file` in messages. It may hold a mapping, but not name a mapping file."""
    document = read_yaml(text, file=file, kind=PipelineInvalid)
    return _pipeline(document, None, known_validators, mapping)


def read_pipeline_file(path: Path, *, known_validators: KnownValidators) -> PipelineFile:
    """Reads a pipeline file and does not make its steps yet, for a caller who must map by name first.

    Raises as `load_pipeline` does; `expand` tells the rest.
    """
    return _file(read_yaml_file(path, kind=PipelineInvalid), path.parent, known_validators)


def parse_pipeline_file(
    text: str, *, known_validators: KnownValidators, file: str = "pipeline"
) -> PipelineFile:
    """The same from a text, called `file` in messages. It may hold a mapping, but not name a mapping file."""
    return _file(read_yaml(text, file=file, kind=PipelineInvalid), None, known_validators)


def _file(
    document: YamlSource, folder: Path | None, known_validators: KnownValidators
) -> PipelineFile:
    report = Report(document, PipelineInvalid)
    draft = _draft(document, folder, known_validators, report)
    report.raise_if_any()
    return draft.file(document)


def _pipeline(
    document: YamlSource,
    folder: Path | None,
    known_validators: KnownValidators,
    mapping: Mapping | None,
) -> Pipeline:
    report = Report(document, PipelineInvalid)
    draft = _draft(document, folder, known_validators, report)
    chosen = mapping if mapping is not None else draft.mapping
    if chosen is not None or not draft.names_mapping:
        expand_steps(draft.steps, Defaults(), chosen, report)
        expand_policies(draft.header.policies if draft.header else {}, chosen, report)
    report.raise_if_any()
    return expand(draft.file(document), mapping)


@dataclass
class _Draft:
    """What could be made out of a file, right or wrong; it is a pipeline file when nothing was found wrong."""

    header: WrittenPipeline | None
    steps: list[tuple[int, WrittenStep]]
    mapping: Mapping | None
    names_mapping: bool

    def file(self, document: YamlSource) -> PipelineFile:
        header = self.header
        if header is None:
            raise PipelineInvalid
        return PipelineFile(
            document=document,
            name=header.name,
            description=header.description,
            source=header.source,
            target=header.target,
            defaults=header.defaults,
            policies=header.policies,
            steps=tuple(self.steps),
            mapping=self.mapping,
        )


def _draft(
    document: YamlSource, folder: Path | None, known_validators: KnownValidators, report: Report
) -> _Draft:
    written = {} if document.data is None else document.data
    header = report.validated(WrittenPipeline, written, ())
    data = written if isinstance(written, dict) else {}
    mapping = _mapping(data.get("mapping"), folder, report)
    steps = _steps(data["steps"], known_validators, report) if "steps" in data else []
    return _Draft(header, steps, mapping, data.get("mapping") is not None)


def _mapping(written: Any, folder: Path | None, report: Report) -> Mapping | None:
    here: NodePath = ("mapping",)
    if written is None:
        return None
    if isinstance(written, dict):
        return mapping_at(here, written, report)
    if not isinstance(written, str):
        message = "should be the path of a mapping file, or the mapping itself"
        report.add(here, message, kind=MappingInvalid)
        return None
    if folder is None:
        hint = "write the mapping itself: {tables: [...]}"
        report.add(here, "no file can be named here", hint=hint, kind=MappingInvalid)
        return None
    try:
        document = read_yaml_file(folder / written, kind=MappingInvalid)
    except MappingInvalid as error:
        report.add(here, error.message, hint=error.hint, kind=MappingInvalid)
        return None
    of_mapping = Report(document, MappingInvalid)
    mapping = mapping_at((), document.data, of_mapping)
    report.include(of_mapping.faults)
    return mapping


# ------------------------------------------------------------ steps


def _steps(
    written: Any, known_validators: KnownValidators, report: Report
) -> list[tuple[int, WrittenStep]]:
    """The steps with their positions; those that make no sense at all, or whose id is taken, are left out."""
    if not isinstance(written, list):
        report.add(("steps",), "should be a list of steps")
        return []
    if not written:
        report.add(("steps",), "there are no steps")
    steps: list[tuple[int, WrittenStep]] = []
    for position, each in enumerate(written):
        path: NodePath = ("steps", position)
        step = report.validated(WrittenStep, each, path)
        if isinstance(each, dict):
            _check_validator(each, path, known_validators, report)
            _check_table(each, path, report)
            step = step or _place_in_dag(each)
        if step is not None:
            steps.append((position, step))
    twice = _check_ids(written, report)
    _check_needs(written, report)
    return [(position, step) for position, step in steps if position not in twice]


def _place_in_dag(step: dict[str, Any]) -> WrittenStep | None:
    """What can be saved of a wrong step, so that its tables and needs can be judged in the same breath."""
    told = {name: step[name] for name in ("id", "validator", "table", "tables") if name in step}
    try:
        return WrittenStep.model_validate(told)
    except ValidationError:
        return None


def _check_validator(
    step: dict[str, Any], path: NodePath, known_validators: KnownValidators, report: Report
) -> None:
    name, params = step.get("validator"), step.get("params", {})
    if not isinstance(name, str):
        return
    if name not in known_validators:
        hint = did_you_mean(name, known_validators) or "`ombudsman validators` lists them"
        report.add((*path, "validator"), f"there is no validator {name!r}", hint=hint)
        return
    model = known_validators[name]
    if isinstance(params, dict):
        report.validated(model, params, (*path, "params"), kind=ParamsInvalid)
    if step.get("tolerance") is not None and not has_tolerance(model):
        report.add((*path, "tolerance"), f"{name} has no tolerance", hint=NO_TOLERANCE)


def _check_table(step: dict[str, Any], path: NodePath, report: Report) -> None:
    if (step.get("table") is None) == (step.get("tables") is None):
        report.add(path, "a step has either 'table' or 'tables'")
    if step.get("tables") == []:
        report.add((*path, "tables"), "there are no tables")


def _check_ids(written: list[Any], report: Report) -> set[int]:
    """Notes ids that stand twice; answers the positions of all but the first."""
    first: dict[str, int] = {}
    twice: set[int] = set()
    for position, step_id in _ids(written):
        if step_id in first:
            line, _ = report.source.place(("steps", first[step_id], "id"))
            message = f"the step of line {line} is called {step_id!r} already"
            report.add(("steps", position, "id"), message)
            twice.add(position)
        first.setdefault(step_id, position)
    return twice


def _check_needs(written: list[Any], report: Report) -> None:
    """Notes needs that are no steps, and circles. A step of a template counts as its template."""
    positions = {step_id: position for position, step_id in reversed(list(_ids(written)))}
    templates = [i for i in positions if written[positions[i]].get("tables") is not None]
    graph: dict[str, list[str]] = {step_id: [] for _, step_id in _ids(written)}
    for position, step_id in _ids(written):
        needs = written[position].get("needs")
        for index, need in enumerate(needs if isinstance(needs, list) else ()):
            if not isinstance(need, str):
                continue
            node = need if need in positions else template_of(need, templates)
            here: NodePath = ("steps", position, "needs", index)
            if node is None:
                hint = did_you_mean(need, [i for i in positions if i != step_id])
                report.add(here, f"there is no step {need!r}", hint=hint)
            elif node == step_id:
                report.add(here, f"{step_id!r} cannot need itself")
            else:
                graph[step_id].append(node)
    for circle in cycles(graph):
        here = ("steps", positions[circle[0]], "needs")
        report.add(here, f"these steps need each other in a circle: {arrows(circle)}")


def _ids(written: list[Any]) -> Iterator[tuple[int, str]]:
    for position, step in enumerate(written):
        if isinstance(step, dict) and isinstance(step.get("id"), str):
            yield position, step["id"]
