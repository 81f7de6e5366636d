"""One attempt at one run, from its text to its end. Embedded and distributed workers execute by this same function.

A run ends in one of four ways: it is judged; it errs, and says why; it was cancelled; or it is given back (a worker
that shuts down) or lost (another holds it by now), and then others write on.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from ombudsman.connections.connection import Connection
from ombudsman.model.errors import OmbudsmanError, Problem
from ombudsman.model.mapping import Mapping
from ombudsman.pipeline import dag
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import parse_pipeline_file
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.pipeline.stop import StopSwitch
from ombudsman.studio.errors import Overtaken, StoreUnavailable
from ombudsman.studio.work.keeper import RunKeeper
from ombudsman.validators.registry import catalogue

logger = logging.getLogger(__name__)

Connector = Callable[[str, str], AbstractContextManager[Connection]]
"""Opens a project's connection by name: project id, name."""

MappingOf = Callable[[str], Mapping | None]
"""A project's mapping, by the project's id; None where nobody has written one."""


def execute_run(
    keeper: RunKeeper, *, connector: Connector, mapping_of: MappingOf, stop: StopSwitch
) -> None:
    """Executes the run that the keeper holds. What a run can meet is written down; only faults of ours are raised."""
    try:
        _execute(keeper, connector, mapping_of, stop)
    except Overtaken:
        logger.warning("run %s is another worker's by now; nothing more is written", keeper.id)
    except StoreUnavailable as error:
        # The lease runs out by itself, and whoever finds the run then goes on with it.
        logger.warning("run %s could not be written down: %s", keeper.id, error.message)
    except OmbudsmanError as error:
        _failed(keeper, error.problem())


def _execute(
    keeper: RunKeeper, connector: Connector, mapping_of: MappingOf, stop: StopSwitch
) -> None:
    known = {name: validator.params for name, validator in catalogue().items()}
    file = parse_pipeline_file(keeper.text, known_validators=known)
    mapping = file.mapping or mapping_of(keeper.project_id)
    with ExitStack() as stack:
        source = stack.enter_context(connector(keeper.project_id, file.source))
        target = stack.enter_context(connector(keeper.project_id, file.target))
        session = stack.enter_context(Session(source, target, mapping))
        pipeline = keeper.planned
        if pipeline is None:
            pipeline = expand(file, session.mapping, source=session.source)
        pipeline = dag.only(pipeline, keeper.only) if keeper.only else pipeline
        keeper.plan(pipeline)
        run_pipeline(pipeline, session, listener=keeper.listen, record=keeper, stop=stop)


def _failed(keeper: RunKeeper, problem: Problem) -> None:
    try:
        keeper.fail(problem)
    except (Overtaken, StoreUnavailable) as error:
        logger.warning("how run %s ended could not be written down: %s", keeper.id, error.message)
