"""Before anything is asked: does what the steps name exist, and may their conditions be asked?

Looks into the params by the marks that the kit's types put on them (`ColumnName`, `ConditionText`), at any depth, and
into the mapping of each table that a step names. What the *source* lacks, or a condition that may not be asked, makes
the pipeline unusable; what the target lacks is for the step to say.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from ombudsman.model.base import Params
from ombudsman.model.errors import (
    MappingInvalid,
    ObjectNotFound,
    OmbudsmanError,
    ParamsInvalid,
    PipelineInvalid,
    SettingsError,
    did_you_mean,
)
from ombudsman.model.explain import explain
from ombudsman.model.faults import path_text
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline.marks import Marked, marked_texts
from ombudsman.validators.pair import Pair, Tables
from ombudsman.validators.registry import find


def bound_params(step: Step) -> Params:
    """The step's params as its validator's model.

    Raises:
        PipelineInvalid: there is no such validator.
        ParamsInvalid: the params do not fit; the message names the path.
    """
    model = find(step.validator).params
    try:
        return model.model_validate(step.params)
    except ValidationError as error:
        told = "; ".join(
            f"{path_text(('params', *each.path))}: {each.message}"
            + (f", {each.hint}" if each.hint else "")
            for each in explain(error, model)
        )
        raise ParamsInvalid(told) from None


def preflight(pipeline: Pipeline, tables: Tables) -> None:
    """Checks every step, and the mapping of its table, against the catalogues.

    Raises:
        PipelineInvalid: something in the pipeline cannot be used; all of it is told at once.
    """
    told = [
        f"step {step.id!r}: {_sentence(problem)}"
        for step in pipeline.steps
        for problem in _problems(step, tables)
    ]
    pairs = {step.table: pair for step in pipeline.steps if (pair := _pair(step, tables))}
    told += [
        f"mapping of {pair.mapping.source}: {_sentence(problem)}"
        for pair in pairs.values()
        for problem in _mapping_problems(pair)
    ]
    lines = list(dict.fromkeys(told))
    if lines:
        raise PipelineInvalid(
            lines[0] if len(lines) == 1 else f"{len(lines)} problems\n  " + "\n  ".join(lines),
            problems=lines,
        )


def _sentence(problem: OmbudsmanError) -> str:
    return problem.message + (f"; {problem.hint}" if problem.hint else "")


def _problems(step: Step, tables: Tables) -> Iterator[OmbudsmanError]:
    try:
        params = bound_params(step)
        pair = tables.pair(step.table)
    except OmbudsmanError as error:
        yield error
        return
    if pair.source.table is None:
        yield pair.missing(pair.source.side)
        return
    for marked in marked_texts(params):
        try:
            _check(pair, marked)
        except (SettingsError, ObjectNotFound) as error:
            message = f"params.{marked.path}: {error.message}"
            yield type(error)(message, hint=error.hint, **error.context)


def _check(pair: Pair, marked: Marked) -> None:
    match marked.mark:
        case "column":
            _check_column(pair, marked.text)
        case "condition":
            pair.source.relation.parsed(marked.text)
        case "query":
            pair.parsed_query(marked.text, side=Side.SOURCE)
        case "table":
            _existing(pair.related(TableRef.parse(marked.text)))
        case "referred_column" if marked.table is not None:
            _check_column(pair.related(marked.table), marked.text)


def _existing(pair: Pair) -> Pair:
    if pair.source.table is None:
        raise pair.missing(Side.SOURCE)
    return pair


def _check_column(pair: Pair, name: str) -> None:
    if pair.source.table is None:  # that is told where the table is named
        return
    names = pair.source.table.column_names
    if name not in names:
        hint = did_you_mean(name, names)
        raise ObjectNotFound(f"no column {name!r} in {pair.source.table.ref}", hint=hint)


def _pair(step: Step, tables: Tables) -> Pair | None:
    """The step's pair, if its source is there."""
    try:
        pair = tables.pair(step.table)
    except OmbudsmanError:
        return None
    return pair if pair.source.table is not None else None


def _mapping_problems(pair: Pair) -> Iterator[OmbudsmanError]:
    """What the mapping of a table says of columns that are not there, and conditions that may not be asked."""
    mapping, here = pair.mapping, pair.source.relation.table
    spoken_of = {
        "columns": [column.source for column in mapping.columns],
        "key": mapping.key,
        "exclude": mapping.exclude,
    }
    missing = [
        (where, n) for where, names in spoken_of.items() for n in names if not here.column(n)
    ]
    for where, name in missing:
        hint = did_you_mean(name, here.column_names)
        yield MappingInvalid(f"{where}: no column {name!r} in {here.ref}", hint=hint)
    if missing:
        return
    sides = [pair.source] if pair.target.table is None else [pair.source, pair.target]
    for side in sides:
        try:
            _ = side.relation.from_clause
        except SettingsError as error:
            yield error
            return
        except ObjectNotFound as error:
            if side is pair.source:  # what the target lacks is for the steps to say
                yield error
