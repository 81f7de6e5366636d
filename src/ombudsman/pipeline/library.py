"""The face of the engine as a library: run a pipeline file, or ask one question.

```python
import ombudsman

old, new = "duckdb:///old.duckdb", "postgresql://reader@host/new"
run = ombudsman.run("retail.yaml")
result = ombudsman.validate("validate_record_counts", old, new, table="Sales.Orders")
result = ombudsman.compare_tables(old, new, table="Sales.Orders", target_table="sales.orders")
```
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ombudsman.connections.named import connected, without_secrets
from ombudsman.mapping.file import read_mapping
from ombudsman.measures.rounds import Rounds
from ombudsman.model.equality import Equality
from ombudsman.model.errors import SettingsError
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import Pipeline, Run, Step
from ombudsman.model.result import Result
from ombudsman.model.tables import TableRef
from ombudsman.pipeline import dag
from ombudsman.pipeline.bound import BoundStep, bound_params
from ombudsman.pipeline.compare import compared_run
from ombudsman.pipeline.events import Listener, nobody
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import read_pipeline_file
from ombudsman.pipeline.runner import complete, run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import catalogue, find


def run(
    pipeline: Path | str,
    *,
    config: Path | str | None = None,
    only: Sequence[str] = (),
    jobs: int | None = None,
    listener: Listener = nobody,
    folder: Path | None = None,
    resume: bool = False,
) -> Run:
    """Runs a pipeline file.

    Args:
        pipeline: The file. Its `source` and `target` are names in the config, or URLs.
        config: The file that names the connections; by default `ombudsman.yaml`, here or beside the pipeline.
        only: These steps, templates or patterns, and what they need.
        jobs: Statements at once on each side, at most.
        listener: Is told what happens meanwhile.
        folder: Where each finished step is written at once.
        resume: Go on with the last run that was interrupted in the folder.

    Raises:
        SettingsError: a file cannot be used; nothing was asked.
        ConnectionFailed: a side could not be reached.
        QueryFailed: a catalogue could not be read.
    """
    path = Path(pipeline)
    config_path = Path(config) if config is not None else None
    known = {name: validator.params for name, validator in catalogue().items()}
    file = read_pipeline_file(path, known_validators=known)
    with ExitStack() as stack:
        source = stack.enter_context(connected(file.source, config_path, beside=path))
        target = stack.enter_context(connected(file.target, config_path, beside=path))
        session = stack.enter_context(Session(source, target, file.mapping))
        expanded = _named_safely(expand(file, session.mapping, source=session.source))
        if only:
            expanded = dag.only(expanded, only)
        return run_pipeline(
            expanded, session, jobs=jobs, listener=listener, folder=folder, resume=resume
        )


def validate(
    validator: str,
    source: str,
    target: str,
    *,
    table: str,
    params: dict[str, Any] | None = None,
    mapping: Path | str | Mapping | None = None,
    equality: Equality | None = None,
    config: Path | str | None = None,
) -> Result:
    """Asks one validator's question of one source table and its answer in the target.

    Args:
        validator: Its name.
        source: A connection's name in the config, or a URL.
        target: The same.
        table: The source table, as `schema.table`.
        params: The validator's params.
        mapping: A mapping, or its file; without one, tables and columns are mapped by name.
        equality: What is forgiven when values are compared.
        config: The file that names the connections.

    Raises:
        OmbudsmanError: it could not be judged.
    """
    step = Step(
        id=validator,
        validator=validator,
        table=_table(table),
        params=params or {},
        equality=equality,
    )
    bound_params(step)  # what is wrong with them is told before anybody connects
    pipeline = Pipeline(name=validator, source=source, target=target, steps=(step,))
    config_path = Path(config) if config is not None else None
    chosen = read_mapping(Path(mapping)) if isinstance(mapping, Path | str) else mapping
    with ExitStack() as stack:
        sides = [stack.enter_context(connected(name, config_path)) for name in (source, target)]
        session = stack.enter_context(Session(sides[0], sides[1], chosen))
        bound = BoundStep.of(step, pipeline, session.tables)
        rounds = stack.enter_context(Rounds(session.readers))
        rounds.begin(step.id, find(validator)(bound.pair, bound.settled_params))
        (ended,) = rounds.wait()
        if ended.error is not None:
            raise ended.error
        return bound.judged(complete(ended, bound.pair.mapping.source)).result


def compare_tables(
    source: str,
    target: str,
    *,
    table: str,
    target_table: str | None = None,
    params: dict[str, Any] | None = None,
    equality: Equality | None = None,
    rows_file: Path | str | None = None,
    repair_file: Path | str | None = None,
    mapping: Path | str | None = None,
    config: Path | str | None = None,
) -> Result:
    """Compares the rows of two tables: which are missing, extra or duplicated, which cells differ, and why.

    Args:
        source: A connection's name in the config, or a URL.
        target: The same.
        table: The source table, as `schema.table`.
        target_table: The table that answers it; the same name when it is left out.
        params: Those of `validate_rows`: `key`, `columns`, `exclude`, `where`, `strategy`, `limit`, `sample`.
        equality: What is forgiven when values are compared.
        rows_file: Where every difference is written, as Parquet.
        repair_file: Where the statements are written that would make the target equal to the source. Nobody runs them.
        mapping: The file that maps the columns; without one they are mapped by name.
        config: The file that names the connections.

    Raises:
        OmbudsmanError: it could not be judged.
    """
    run = compared_run(
        source,
        _table(table),
        target,
        _table(target_table or table),
        params=params,
        equality=equality,
        rows_file=None if rows_file is None else Path(rows_file),
        repair_file=None if repair_file is None else Path(repair_file),
        mapping=None if mapping is None else Path(mapping),
        config=None if config is None else Path(config),
    )
    result = run.steps[0].result
    assert result is not None  # noqa: S101 - what could not be judged was raised
    return result


def _named_safely(pipeline: Pipeline) -> Pipeline:
    """The pipeline as it is recorded and shown: a URL in it may hold a password."""
    return pipeline.model_copy(
        update={
            "source": without_secrets(pipeline.source),
            "target": without_secrets(pipeline.target),
        }
    )


def _table(written: str) -> TableRef:
    try:
        return TableRef.parse(written)
    except ValueError:
        raise SettingsError(f"{written!r} is not of the form schema.table") from None
