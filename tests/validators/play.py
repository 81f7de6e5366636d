"""Plays a case: binds its validator to its tables, lets it ask, alone or in company, and says what came of it."""

from collections.abc import Mapping
from typing import Any

from tests.validators.case_file import Named, Route
from tests.validators.stage import Stage

from ombudsman.measures.rounds import Ended, Rounds
from ombudsman.model.tables import Side
from ombudsman.validators.pair import Pair, Tables
from ombudsman.validators.registry import find

Stages = Mapping[Side, Stage]

COMPANY: dict[str, tuple[str, dict[str, Any]]] = {
    "rows": ("validate_record_counts", {}),
    "nulls": ("validate_nulls", {}),
    "statistics": (
        "validate_statistics",
        {"statistics": ["min", "max", "mean", "standard_deviation", "distinct"]},
    ),
}
"""Other questions about the same table, asked in the same rounds."""

SHARED_PARAMS = ("group_by", "where")


def play(named: Named, stages: Stages, *, in_company: bool = False) -> Ended:
    """What became of the case's validator."""
    readers = {side: stage.reader for side, stage in stages.items()}
    pair = pair_of(named, stages)
    with Rounds(readers) as rounds:
        for step, (validator, params) in (company(named) if in_company else {}).items():
            begin(rounds, step, pair, validator, params)
        begin(rounds, "case", pair, named.validator, named.case.params)
        ended: dict[str, Ended] = {}
        while outcome := rounds.wait():
            ended |= {each.id: each for each in outcome}
    return ended["case"]


def begin(rounds: Rounds, step: str, pair: Pair, validator: str, params: Mapping[str, Any]) -> None:
    asker = find(validator)
    rounds.begin(step, asker(pair, asker.params.model_validate(dict(params))))


def company(named: Named) -> dict[str, tuple[str, dict[str, Any]]]:
    """Questions about all rows, and about the case's own groups and rows."""
    shared = {name: named.case.params[name] for name in SHARED_PARAMS if name in named.case.params}
    alike = {f"{step}, alike": (v, params | shared) for step, (v, params) in COMPANY.items()}
    return COMPANY | alike if shared else COMPANY


def pair_of(named: Named, stages: Stages) -> Pair:
    mapping = named.case.mappings(named.schema)
    tables = Tables(
        {side: stage.catalogue for side, stage in stages.items()},
        mapping,
        {side: stage.reader.connection.sql_dialect for side, stage in stages.items()},
    )
    return tables.pair(mapping.tables[-1].source)


def route_stages(route: Route, by_engine: Mapping[str, Stages]) -> Stages:
    """The two sides that a route goes between."""
    return {side: by_engine[route.engine(side)][side] for side in Side}
