"""What is told beforehand of the demo's run is what the run asks."""

import re
from pathlib import Path

from ombudsman.cli.demo.generate import generate
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.tables import Side
from ombudsman.pipeline.load import load_pipeline
from ombudsman.pipeline.preview import PreviewedStatement, preview
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import catalogue


def test_every_statement_that_is_told_is_asked_by_the_run(tmp_path: Path):
    demo = generate(tmp_path, rows=400, seed=3)
    params = {name: validator.params for name, validator in catalogue().items()}
    pipeline = load_pipeline(demo.pipeline, known_validators=params)
    with (
        connect("source", DuckDbSettings(path=demo.source)) as source,
        connect("target", DuckDbSettings(path=demo.target)) as target,
        Session(source, target, pipeline.mapping) as session,
    ):
        told = preview(
            pipeline,
            session.tables,
            {Side.SOURCE: source.writing, Side.TARGET: target.writing},
        )
        run = run_pipeline(pipeline, session)
    assert told.is_sound
    evidence = {
        step.step.id: {(each.side, each.sql) for each in step.result.statements}
        for step in run.steps
        if step.result is not None
    }
    missing = [
        (step, each.side, each.sql)
        for each in told.statements
        for step in each.steps
        if not _stands(each, evidence[step])
    ]
    assert missing == []
    assert told.reads_all_rows == ("customers_rows",)
    silent = {step.id for step in told.steps if not step.statements}
    assert silent == {step for step, asked in evidence.items() if not asked}


def _stands(told: PreviewedStatement, evidence: set[tuple[Side, str]]) -> bool:
    """Whether a step's evidence holds the statement; of one that waits for others, whether all that it asks.

    What else waits by then, and shares its statement, depends on how quick the databases are.
    """
    if not told.after:
        return (told.side, told.sql) in evidence
    asked = {label for side, sql in evidence if side is told.side for label in _labels(sql)}
    return bool(_labels(told.sql)) and _labels(told.sql) <= asked


def _labels(sql: str) -> set[str]:
    """What a statement calls its columns, without their numbers."""
    return {re.sub(r"_\d+$", "", each) for each in re.findall(r'\bAS "?(\w+)"?', sql)}
