"""`ombudsman pipeline`: look at a pipeline before it runs."""

from contextlib import ExitStack
from pathlib import Path

from ombudsman.cli.commands.output import say
from ombudsman.connections.named import connected
from ombudsman.model.pipeline import Pipeline
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import read_pipeline_file
from ombudsman.pipeline.preflight import preflight
from ombudsman.pipeline.session import Session
from ombudsman.pipeline.written import PipelineFile
from ombudsman.render.mermaid import pipeline_diagram
from ombudsman.render.numbers import counted
from ombudsman.validators.registry import catalogue


def check(path: Path, *, connect: bool, config: Path | None) -> None:
    """Reads the file and says what is wrong; with `connect` also looks up tables, columns and conditions."""
    file = _read(path)
    if connect:
        steps = len(_expanded(file, path, config, look_up=True).steps)
        told = "tables, columns and conditions were looked up in both databases"
    else:
        steps = len(expand(file, file.mapping).steps) if file.mapping else len(file.steps)
        told = "tables and columns were not looked up: --connect does"
    say(f"{path}: {counted(steps, 'step')}, nothing wrong; {told}")


def diagram(path: Path, *, config: Path | None) -> None:
    """Prints the Mermaid diagram; asks the databases only when the file has no mapping to expand its steps by."""
    file = _read(path)
    mapped = file.mapping is not None
    pipeline = (
        expand(file, file.mapping) if mapped else _expanded(file, path, config, look_up=False)
    )
    print(pipeline_diagram(pipeline), end="")  # noqa: T201 - for a file or a pipe


def _read(path: Path) -> PipelineFile:
    known = {name: validator.params for name, validator in catalogue().items()}
    return read_pipeline_file(path, known_validators=known)


def _expanded(file: PipelineFile, path: Path, config: Path | None, *, look_up: bool) -> Pipeline:
    with ExitStack() as stack:
        source = stack.enter_context(connected(file.source, config, beside=path))
        target = stack.enter_context(connected(file.target, config, beside=path))
        session = stack.enter_context(Session(source, target, file.mapping))
        pipeline = expand(file, session.mapping)
        if look_up:
            preflight(pipeline, session.tables)
        return pipeline
