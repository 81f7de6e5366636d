"""Before anything is asked: does what the steps name exist, and may their conditions be asked?

Looks into the params by the marks that the kit's types put on them (`ColumnName`, `ConditionText`), at any depth, and
into the mapping of each table that a step names; then each validator may object to its params. What the *source* lacks,
or a condition that may not be asked, makes the pipeline unusable; what the target lacks is for the step to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ombudsman.model.errors import (
    MappingInvalid,
    ObjectNotFound,
    OmbudsmanError,
    ParamsInvalid,
    PipelineInvalid,
    SettingsError,
    did_you_mean,
)
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline.bound import NO_TOLERANCE, bound_params, has_tolerance
from ombudsman.pipeline.expand_policies import unknown_columns
from ombudsman.pipeline.marks import Marked, marked_texts
from ombudsman.pipeline.objections import objection
from ombudsman.sql.patterns import check_pattern
from ombudsman.validators.pair import Pair, Tables
from ombudsman.validators.registry import find


@dataclass(frozen=True)
class Problems:
    """What cannot be used, in sentences: by the ids of steps, by the source tables of mappings, and in the policies."""

    steps: Mapping[str, tuple[str, ...]]
    mappings: Mapping[TableRef, tuple[str, ...]]
    policies: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """All of it, each with its place, and nothing twice."""
        told = [f"step {name!r}: {each}" for name, some in self.steps.items() for each in some]
        told += [
            f"mapping of {ref}: {each}" for ref, some in self.mappings.items() for each in some
        ]
        told += [f"policies: {each}" for each in self.policies]
        return list(dict.fromkeys(told))


def preflight(pipeline: Pipeline, tables: Tables) -> None:
    """Checks every step, and the mapping of its table, against the catalogues.

    Raises:
        PipelineInvalid: something in the pipeline cannot be used; all of it is told at once.
    """
    lines = problems_of(pipeline, tables).lines
    if lines:
        raise PipelineInvalid(
            lines[0] if len(lines) == 1 else f"{len(lines)} problems\n  " + "\n  ".join(lines),
            problems=lines,
        )


def problems_of(pipeline: Pipeline, tables: Tables) -> Problems:
    """What `preflight` would refuse, each at its place; the catalogues are looked into, and nothing is asked."""
    pairs = {step.table: pair for step in pipeline.steps if (pair := _pair(step, tables))}
    mappings = {pair.mapping.source: _sentences(_mapping_problems(pair)) for pair in pairs.values()}
    return Problems(
        steps={step.id: _sentences(_problems(step, tables)) for step in pipeline.steps},
        mappings=mappings,
        policies=_sentences(_policy_problems(pipeline, tables)),
    )


def _sentences(problems: Iterable[OmbudsmanError]) -> tuple[str, ...]:
    return tuple(map(_sentence, problems))


def _sentence(problem: OmbudsmanError) -> str:
    return problem.message + (f"; {problem.hint}" if problem.hint else "")


def _problems(step: Step, tables: Tables) -> Iterator[OmbudsmanError]:
    try:
        params = bound_params(step)
        pair = tables.pair(step.table)
    except OmbudsmanError as error:
        yield error
        return
    if step.tolerance is not None and not has_tolerance(type(params)):
        yield ParamsInvalid(f"tolerance: {step.validator} has no tolerance", hint=NO_TOLERANCE)
    if pair.source.table is None:
        yield pair.missing(pair.source.side)
        return
    is_sound = True
    for marked in marked_texts(params):
        try:
            _check(pair, marked)
        except (SettingsError, ObjectNotFound) as error:
            is_sound = False
            message = f"params.{marked.path}: {error.message}"
            yield type(error)(message, hint=error.hint, **error.context)
    if is_sound and (refused := objection(find(step.validator), pair, params)) is not None:
        yield refused


def _policy_problems(pipeline: Pipeline, tables: Tables) -> Iterator[OmbudsmanError]:
    """Tables and columns that a policy speaks of and the source has not."""
    for policy in pipeline.policies:
        try:
            pair = tables.pair(policy.table)
        except OmbudsmanError as error:
            yield error
            continue
        if pair.source.table is None:
            yield pair.missing(Side.SOURCE)
            continue
        for name, hint in unknown_columns(policy.columns, pair.source.table.column_names):
            yield ObjectNotFound(f"no column {name!r} in {policy.table}", hint=hint)


def _check(pair: Pair, marked: Marked) -> None:
    match marked.mark:
        case "column":
            _check_column(pair, marked.text)
        case "condition":
            pair.source.relation.parsed(marked.text)
        case "pattern":
            check_pattern(marked.text)
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
