"""What do thirty checks on one table cost, asked together?

Four ways to the same figures, on both sides at once: thirty steps through one pipeline; one SELECT a side with the same
aggregates, written by hand; the steps one by one, each a run of its own; their measures one by one, each a statement of
its own. The ways take turns, the medians are taken of each, and the ratios are what counts. Once without exact distinct
counts and once with five of them, for those are dear on every engine and spoil the plan of the others.

What to expect: a row store reads every row for every statement, so asking together saves nearly all of it. DuckDB reads
just the columns that a statement names, and what is left is the work of the aggregates themselves, which nobody can
share: there asking together costs no more than asking apart, and no less. A warehouse that bills or is slow by what it
reads lies between the two.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from benchmarks.sides import COLUMNS, TABLE, Sides, duckdb_sides, postgres_sides
from ombudsman.measures.plan import Question
from ombudsman.measures.rounds import Ask, Rounds
from ombudsman.model.pipeline import Pipeline, RunStatus, Step
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline.bound import bound_params
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import find

ROUNDS = 5

NULLABLE = ("discount", "weight", "shipped", "note", "batch", "customer", "amount", "status")
NUMBERS = ("id", "quantity", "price", "discount", "amount", "tax", "weight", "batch")
ORDERED = ("ordered", "shipped", "status", "country")
SUMMED = ("amount", "tax", "quantity")
FILTERS = ("status = 'open'", "country = 'DE' AND quantity > 10")
RULES = ("quantity > 0", "amount >= 0", "shipped >= ordered")
DISTINCT = ("customer", "product", "status", "country", "ordered")


def run(rows_duckdb: int = 10_000_000, rows_postgres: int = 2_000_000) -> dict[str, Any]:
    """The figures of both engines."""
    return {
        "checks": len(checks("main")),
        "columns": len(COLUMNS),
        "duckdb": _engine(duckdb_sides, rows_duckdb),
        "postgresql": _engine(postgres_sides, rows_postgres),
    }


def checks(schema: str) -> tuple[Step, ...]:
    """Thirty steps without a distinct count."""
    made: list[tuple[str, dict[str, Any]]] = [("validate_record_counts", {})]
    made += [("validate_record_counts", {"where": where}) for where in FILTERS]
    made += [("validate_nulls", {"columns": [column]}) for column in NULLABLE]
    made += [("validate_statistics", {"columns": [column]}) for column in (*NUMBERS, *ORDERED)]
    made += [("validate_metric_sums", {"columns": [column]}) for column in SUMMED]
    made += [("validate_metric_sums", {"columns": ["amount"], "where": "gift"})]
    made += [("validate_business_rule", {"rule": rule, "key": ["id"]}) for rule in RULES]
    return _steps(schema, made)


def distinct_checks(schema: str) -> tuple[Step, ...]:
    """Five steps that count distinct values, one of them of the key."""
    made: list[tuple[str, dict[str, Any]]] = [
        ("validate_statistics", {"columns": [column], "statistics": ["distinct"]})
        for column in DISTINCT
    ]
    return _steps(schema, made)


def _steps(schema: str, made: list[tuple[str, dict[str, Any]]]) -> tuple[Step, ...]:
    table = TableRef(schema=schema, name=TABLE)
    return tuple(
        Step(id=f"{validator}_{number}", validator=validator, table=table, params=params)
        for number, (validator, params) in enumerate(made)
    )


def by_hand(*, distinct: bool) -> str:
    """The same aggregates as somebody would write them."""
    parts = ["COUNT(*)", *(f"COUNT(*) FILTER (WHERE {where})" for where in FILTERS)]
    parts += [f"COUNT(*) - COUNT({column})" for column in NULLABLE]
    for column in NUMBERS:
        parts += [f"{function}({column})" for function in ("MIN", "MAX", "AVG", "STDDEV_SAMP")]
    parts += [f"{function}({column})" for column in ORDERED for function in ("MIN", "MAX")]
    parts += [f"SUM({column})" for column in SUMMED]
    parts += ["SUM(amount) FILTER (WHERE gift)"]
    parts += [f"COUNT(*) FILTER (WHERE NOT ({rule}))" for rule in RULES]
    parts += [f"COUNT(DISTINCT {column})" for column in DISTINCT] if distinct else []
    return f"SELECT {', '.join(parts)} FROM {TABLE}"


# ------------------------------------------------------------ measuring


def _engine(made: Callable[[int], AbstractContextManager[Sides]], rows: int) -> dict[str, Any]:
    with made(rows) as sides, Session(sides.source, sides.target) as session:
        steps = checks(sides.schema)
        return {
            "rows": rows,
            "settings": dict(sides.settings),
            "thirty checks": _ways(sides, session, steps, by_hand(distinct=False)),
            "thirty-five checks, five of them distinct counts": _ways(
                sides, session, (*steps, *distinct_checks(sides.schema)), by_hand(distinct=True)
            ),
        }


def _ways(sides: Sides, session: Session, steps: tuple[Step, ...], written: str) -> dict[str, Any]:
    def together() -> None:
        _pipeline(session, steps)

    def hand() -> None:
        with ThreadPoolExecutor(max_workers=2) as pool:
            for each in [pool.submit(session.readers[side].query, written) for side in Side]:
                each.result()

    def step_by_step() -> None:
        for step in steps:
            _pipeline(session, (step,))

    def measure_by_measure() -> None:
        for questions in asked:
            _rounds(session, questions)

    asked = [pair for step in steps for pair in _questions(session, step)]
    ways = {
        "one pipeline": together,
        "by hand": hand,
        "step by step": step_by_step,
        "measure by measure": measure_by_measure,
    }
    taken = _in_turns(ways, sides.cpu)
    medians = {
        name: {
            "seconds": statistics.median(wall for wall, _ in each),
            "cpu seconds": statistics.median(cpu for _, cpu in each),
        }
        for name, each in taken.items()
    }
    figures: dict[str, Any] = {"measures": len(asked)}
    figures |= {name: {k: round(v, 3) for k, v in each.items()} for name, each in medians.items()}
    for unit in ("seconds", "cpu seconds"):
        figures[f"ratio of {unit}"] = {
            "one pipeline / by hand": _ratio(medians, "one pipeline", "by hand", unit),
            "step by step / one pipeline": _ratio(medians, "step by step", "one pipeline", unit),
            "measure by measure / one pipeline": _ratio(
                medians, "measure by measure", "one pipeline", unit
            ),
        }
    return figures


def _in_turns(
    ways: Mapping[str, Callable[[], None]], cpu: Callable[[], float]
) -> dict[str, list[tuple[float, float]]]:
    """Seconds and seconds of the processor of each way, in every round; the first round only warms up."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, way in ways.items():
            began, before = time.perf_counter(), cpu()
            way()
            if number:
                taken[name].append((time.perf_counter() - began, cpu() - before))
    return taken


def _ratio(medians: Mapping[str, Mapping[str, float]], one: str, other: str, unit: str) -> float:
    return round(medians[one][unit] / medians[other][unit], 2)


def _questions(session: Session, step: Step) -> list[tuple[Question, ...]]:
    """What the step asks first, measure by measure: of the source and of the target."""
    conversation = find(step.validator)(session.tables.pair(step.table), bound_params(step))
    asked: tuple[Question, ...] = conversation.send(None).questions
    conversation.close()
    half = len(asked) // 2  # source before target, always
    return list(zip(asked[:half], asked[half:], strict=True))


def _rounds(session: Session, questions: tuple[Question, ...]) -> None:
    with Rounds(session.readers) as rounds:
        rounds.begin("measure", _answers(questions))
        (ended,) = rounds.wait()
    if ended.error is not None:
        raise ended.error


async def _answers(questions: tuple[Question, ...]) -> tuple[Any, ...]:
    return await Ask(questions)


def _pipeline(session: Session, steps: tuple[Step, ...]) -> None:
    pipeline = Pipeline(name="bench", source="source", target="target", steps=steps)
    run_ = run_pipeline(pipeline, session)
    if run_.status is not RunStatus.PASSED:
        told = [(each.step.id, each.status, each.problem) for each in run_.steps]
        raise RuntimeError(f"the same table does not agree with itself: {told}")
