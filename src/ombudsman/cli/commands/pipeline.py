"""`ombudsman pipeline`: propose a pipeline, and look at one before it runs."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ombudsman.cli.commands.output import say
from ombudsman.cli.commands.workload import workload_of
from ombudsman.cli.commands.workload_steps import with_workload
from ombudsman.cli.failures import PASSED, UNUSABLE
from ombudsman.connections.named import connected, may_hold_secrets
from ombudsman.mapping.decisions import check_source_names
from ombudsman.mapping.file import read_mapping
from ombudsman.model.errors import SettingsError
from ombudsman.model.pipeline import Pipeline
from ombudsman.model.tables import Side
from ombudsman.pipeline import dag
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.generate import Generated
from ombudsman.pipeline.generate import generate as propose
from ombudsman.pipeline.generate_text import pipeline_text
from ombudsman.pipeline.load import read_pipeline_file
from ombudsman.pipeline.preflight import preflight
from ombudsman.pipeline.preview import preview
from ombudsman.pipeline.session import Session
from ombudsman.pipeline.written import PipelineFile
from ombudsman.relationships.file import read_relationships
from ombudsman.relationships.infer import infer_relationships
from ombudsman.render.mermaid import pipeline_diagram
from ombudsman.render.numbers import counted
from ombudsman.render.preview import preview_text
from ombudsman.validators.registry import catalogue
from ombudsman.workload.evidence import joins_of, use_of


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


def sql(path: Path, *, only: Sequence[str], json_file: Path | None, config: Path | None) -> int:
    """Prints what a run would ask first, from both catalogues; the exit code says whether all steps could be told."""
    file = _read(path)
    with ExitStack() as stack:
        source = stack.enter_context(connected(file.source, config, beside=path))
        target = stack.enter_context(connected(file.target, config, beside=path))
        session = stack.enter_context(Session(source, target, file.mapping))
        pipeline = expand(file, session.mapping, source=session.source)
        told = preview(
            dag.only(pipeline, only) if only else pipeline,
            session.tables,
            {Side.SOURCE: source.writing, Side.TARGET: target.writing},
        )
    if json_file is not None:
        json_file.write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8", newline="\n")
    print(preview_text(told), end="")  # noqa: T201 - for a file or a pipe
    return PASSED if told.is_sound else UNUSABLE


def generate(
    mapping: Path,
    *,
    source: str,
    target: str,
    relationships: Path | None,
    out: Path | None,
    config: Path | None,
    workload: Path | None = None,
) -> None:
    """Proposes a pipeline for a mapping from both catalogues; writes the file, or prints it."""
    for option, name in (("--source", source), ("--target", target)):
        _refuse_secrets(option, name)
    proposed = _proposed(
        mapping, source, target, relationships=relationships, workload=workload, config=config
    )
    folder = out.parent if out is not None else Path()
    text = pipeline_text(
        proposed.sections,
        name=mapping.stem if out is None else out.stem,
        source=source,
        target=target,
        mapping=Path(os.path.relpath(mapping, folder)).as_posix(),
        notes=proposed.notes,
    )
    if out is None:
        print(text, end="")  # noqa: T201 - for a file or a pipe
        return
    out.write_text(text, encoding="utf-8", newline="\n")
    say(f"{counted(proposed.steps, 'step')} proposed in {out}: read why each is there, and edit")
    for note in proposed.notes:
        say(note)


def _proposed(
    mapping: Path,
    source: str,
    target: str,
    *,
    relationships: Path | None,
    workload: Path | None,
    config: Path | None,
) -> Generated:
    written = read_mapping(mapping)
    with ExitStack() as stack:
        old = stack.enter_context(connected(source, config, beside=mapping))
        new = stack.enter_context(connected(target, config, beside=mapping))
        session = stack.enter_context(Session(old, new, written))
        catalogues = session.tables.catalogues
        here = catalogues[Side.SOURCE]
        check_source_names(written, here)
        known = workload_of(workload, here) if workload is not None else None
        if relationships is not None:
            related = read_relationships(relationships, here)
        else:
            related = infer_relationships(here, join_evidence=joins_of(known) if known else None)
        proposed = propose(
            session.mapping,
            here,
            catalogues[Side.TARGET],
            validators=catalogue(),
            relationships=related,
            use=use_of(known) if known else None,
        )
        if known is None:
            return proposed
        return with_workload(
            proposed, known, session, relationships=related, dialect=old.sql_dialect
        )


def _refuse_secrets(option: str, name: str) -> None:
    """The file names its connections: a URL in it would keep the password for everybody to read."""
    if may_hold_secrets(name):
        raise SettingsError(
            f"the URL of {option} holds a password, and the pipeline file would keep it",
            hint="write the connection into ombudsman.yaml, and give its name",
        )


def _read(path: Path) -> PipelineFile:
    known = {name: validator.params for name, validator in catalogue().items()}
    return read_pipeline_file(path, known_validators=known)


def _expanded(file: PipelineFile, path: Path, config: Path | None, *, look_up: bool) -> Pipeline:
    with ExitStack() as stack:
        source = stack.enter_context(connected(file.source, config, beside=path))
        target = stack.enter_context(connected(file.target, config, beside=path))
        session = stack.enter_context(Session(source, target, file.mapping))
        pipeline = expand(file, session.mapping, source=session.source)
        if look_up:
            preflight(pipeline, session.tables)
        return pipeline
