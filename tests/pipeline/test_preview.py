"""What a run would ask is told without asking, step by step, and it is what the run then asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Select
from tests.pipeline.databases import SECRET, make_databases, opened, pipeline

from ombudsman.connections.writing import Writing, writing_of
from ombudsman.measures.relation import Relation
from ombudsman.model.base import Params
from ombudsman.model.errors import PipelineInvalid
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.policy import Policy, TablePolicy
from ombudsman.model.result import Result
from ombudsman.model.tables import Catalogue, Side, TableRef
from ombudsman.pipeline.preflight import preflight
from ombudsman.pipeline.preview import (
    AS_OF,
    ASKS_NOTHING,
    COMPARES_ROWS,
    MAY_ASK_MORE,
    Preview,
    PreviewedStep,
    preview,
)
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.validators import registry
from ombudsman.validators.kit import Pair, count_rows, rows, sum_of
from ombudsman.validators.pair import Tables
from ombudsman.validators.registry import Cost, Validator

ORDERS, ITEMS = TableRef(schema="main", name="orders"), TableRef(schema="main", name="items")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("databases")
    make_databases(made)
    return made


@pytest.fixture
def session(folder: Path) -> Iterator[Session]:
    with opened(folder) as session:
        yield session


def step(step_id: str, validator: str = "validate_record_counts", **more: Any) -> Step:
    return Step(id=step_id, validator=validator, table=more.pop("table", ORDERS), **more)


def previewed(session: Session, *steps: Step) -> Preview:
    return told(session, pipeline(*steps))


def told(session: Session, asked: Pipeline) -> Preview:
    writings = {side: each.writing for side, each in session.connections.items()}
    return preview(asked, session.tables, writings)


def of(found: Preview, step_id: str) -> PreviewedStep:
    return next(each for each in found.steps if each.id == step_id)


def statements_of(found: Preview, step_id: str) -> list[tuple[Side, str]]:
    return [(s.side, s.sql) for s in found.statements if s.number in of(found, step_id).statements]


# ------------------------------------------------------------ it is what a run asks

CASES = {
    "counts": [step("c")],
    "sharing": [
        step("c"),
        step("n", "validate_nulls"),
        step("u", "validate_uniqueness", params={"columns": ["note"]}),
    ],
    "by groups": [
        step("g", "validate_metric_sums", params={"columns": ["amount"], "group_by": ["note"]})
    ],
    "a search": [step("r", "validate_business_rule", params={"rule": "amount < 20"})],
    "a query": [
        step("q", "validate_query_parity", params={"query": "SELECT count(*) AS n FROM orders"})
    ],
    "rows": [step("w", "validate_rows", params={"key": ["id"]})],
    "rows of a where": [step("w", "validate_rows", params={"key": ["id"], "where": "id < 50"})],
    "rows of a sample": [step("w", "validate_rows", params={"key": ["id"], "sample": 20})],
    "rows of a sample of a where": [
        step("w", "validate_rows", params={"key": ["id"], "sample": 20, "where": "id < 50"})
    ],
    "rows without ranges": [
        step("w", "validate_rows", params={"key": ["note", "id"], "where": "id < 50"})
    ],
    "after what the catalogue tells": [
        step("t", "validate_schema_datatypes", table=ITEMS, on_failure="go_on"),
        step("c", table=ITEMS),
        step("n", "validate_nulls", needs=("t",), table=ITEMS),
        step("m", "validate_nulls", needs=("n",), table=ITEMS),
    ],
}


@pytest.mark.parametrize("steps", CASES.values(), ids=CASES)
def test_what_is_told_is_what_a_run_asks_first(session: Session, steps: list[Step]):
    found = previewed(session, *steps)
    assert found.is_sound
    assert found.statements
    run = run_pipeline(pipeline(*steps), session)
    for each in run.steps:
        assert each.result is not None
        for side in Side:
            first = [sql for of_side, sql in statements_of(found, each.step.id) if of_side is side]
            asked = [s.sql for s in each.result.statements if s.side is side]
            assert sorted(first) == sorted(asked[: len(first)]), (each.step.id, side)


def test_what_waits_for_answers_is_asked_for_what_is_not_known_by_then(session: Session):
    sums = {"columns": ["amount"]}
    steps = (
        step("first", on_failure="go_on"),
        step("then", "validate_metric_sums", params=sums, needs=("first",)),
        step("again", needs=("first",)),
    )
    found = previewed(session, *steps)
    assert of(found, "again").statements == of(found, "first").statements
    assert [each.after for each in found.statements] == [(), (), ("first",), ("first",)]
    run = run_pipeline(pipeline(*steps), session)
    asked = {(s.side, s.sql) for r in run.steps if r.result for s in r.result.statements}
    assert {(s.side, s.sql) for s in found.statements} == asked


def test_steps_that_wait_only_for_what_asks_nothing_share_the_first_statements(session: Session):
    steps = (
        step("types", "validate_schema_datatypes"),
        step("counts"),
        step("nulls", "validate_nulls", needs=("types",)),
    )
    found = previewed(session, *steps)
    assert {each.steps for each in found.statements} == {("counts", "nulls")}
    assert {each.after for each in found.statements} == {()}


def test_nothing_is_asked(session: Session, monkeypatch: pytest.MonkeyPatch):
    def asked(*_: object) -> None:
        raise AssertionError("the database was asked")

    for reader in session.readers.values():
        monkeypatch.setattr(reader, "read", asked)
        monkeypatch.setattr(reader, "stream", asked)
    all_steps = [each for some in CASES.values() for each in some if not each.needs]
    named = [each.model_copy(update={"id": str(n)}) for n, each in enumerate(all_steps)]
    assert previewed(session, *named).is_sound


# ------------------------------------------------------------ what is told of steps

THEN = {
    "validate_record_counts": ({}, MAY_ASK_MORE),
    "validate_schema_datatypes": ({}, ASKS_NOTHING),
    "validate_rows": ({"key": ["id"]}, COMPARES_ROWS),
}


@pytest.mark.parametrize("validator", THEN)
def test_a_step_says_what_comes_when_the_answers_are_in(session: Session, validator: str):
    params, then = THEN[validator]
    assert of(previewed(session, step("s", validator, params=params)), "s").then == then


BAD_STEPS = {
    "a column": step("bad", "validate_nulls", params={"columns": ["amont"]}),
    "a table": step("bad", table=TableRef(schema="main", name="order")),
    "a condition": step("bad", params={"where": "amont > 1"}),
    "a validator": step("bad", "validate_nothing"),
    "params": step("bad", params={"wher": "amount > 1"}),
}


@pytest.mark.parametrize("bad", BAD_STEPS.values(), ids=BAD_STEPS)
def test_what_cannot_be_used_is_told_of_its_step_in_the_words_of_the_preflight(
    session: Session, bad: Step
):
    found = previewed(session, step("good"), bad)
    with pytest.raises(PipelineInvalid) as refused:
        preflight(pipeline(step("good"), bad), session.tables)
    (problem,) = of(found, "bad").problems
    assert refused.value.message == f"step 'bad': {problem}"
    assert not found.is_sound
    assert not of(found, "bad").statements
    assert len(of(found, "good").statements) == 2


def test_what_a_mapping_or_a_policy_cannot_say_is_told(folder: Path):
    pairs = (
        ColumnMapping(source="id", target="id"),
        ColumnMapping(source="ammount", target="amount"),
    )
    wrong = TableMapping(source=ORDERS, target=ORDERS, columns=pairs)
    right = TableMapping(source=ITEMS, target=ITEMS)
    policy = TablePolicy(table=ITEMS, columns={"prise": Policy()})
    asked = pipeline(step("bad"), step("good", table=ITEMS)).model_copy(
        update={"policies": (policy,)}
    )
    with opened(folder, Mapping(tables=(wrong, right))) as session:
        found = told(session, asked)
    (problem,) = of(found, "bad").problems
    assert "ammount" in problem
    assert of(found, "good").statements
    (of_policy,) = found.problems
    assert "prise" in of_policy


def test_what_the_target_lacks_is_told_of_the_step_alone(folder: Path):
    gone = TableMapping(source=ORDERS, target=TableRef(schema="main", name="gone"))
    kept = TableMapping(source=ITEMS, target=ITEMS)
    with opened(folder, Mapping(tables=(gone, kept))) as session:
        found = previewed(session, step("bad"), step("good", table=ITEMS))
    (problem,) = of(found, "bad").problems
    assert "gone" in problem
    assert of(found, "good").statements


class Nothing(Params):
    """No params."""


async def breaks(tables: Pair, params: Nothing) -> Result:
    raise KeyError(SECRET)


async def asks_unwritably(tables: Pair, params: Nothing) -> Result:
    def build(relation: Relation) -> Select[Any]:
        raise ZeroDivisionError(SECRET)

    await tables.both(rows(build, order=["id"]))
    return Result()


async def sums_a_text(tables: Pair, params: Nothing) -> Result:
    await tables.both(sum_of("note"), count_rows())
    return Result()


BROKEN = (breaks, asks_unwritably, sums_a_text)


@contextmanager
def known_too(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    found = dict(registry.catalogue())
    for ask in BROKEN:
        page = "Does it break?"
        found[ask.__name__] = Validator(ask.__name__, "test", Nothing, page, Cost.SCAN, ask)
    with monkeypatch.context() as patch:
        patch.setattr(registry, "catalogue", lambda: MappingProxyType(found))
        yield


@pytest.mark.parametrize("ask", BROKEN)
def test_a_step_that_would_break_is_told_without_values_and_breaks_alone(
    session: Session, monkeypatch: pytest.MonkeyPatch, ask: Any
):
    with known_too(monkeypatch):
        found = previewed(session, step("bad", ask.__name__), step("good"))
    assert len(of(found, "bad").problems) == 1
    assert len(of(found, "good").statements) == 2
    assert SECRET not in found.model_dump_json()


def test_steps_in_a_circle_are_refused(session: Session):
    with pytest.raises(PipelineInvalid, match="circle"):
        previewed(session, step("a", needs=("b",)), step("b", needs=("a",)))


# ------------------------------------------------------------ how much it is


def test_the_estimate_counts_statements_and_the_rows_of_their_tables(session: Session):
    found = previewed(
        session,
        step("c"),
        step("u", "validate_uniqueness", params={"columns": ["note"]}),
        step("w", "validate_rows", table=ITEMS, params={"key": ["id"]}),
    )
    for side, estimate in ((Side.SOURCE, found.source), (Side.TARGET, found.target)):
        here = [each for each in found.statements if each.side is side]
        assert estimate.statements == len(here)
        assert estimate.rows == sum(each.rows or 0 for each in here)
    assert found.source.rows > 100
    assert found.source.unknown == ()
    assert found.source.credits is None
    assert found.reads_all_rows == ("w",)


def test_a_statement_that_joins_counts_the_rows_of_all_its_tables(session: Session):
    refers = {"columns": ["id"], "table": "main.orders", "referred_columns": ["id"]}
    keys = step("k", "validate_foreign_keys", table=ITEMS, params={"references": [refers]})
    found = previewed(session, keys)
    assert {(each.table, each.rows) for each in found.statements if each.side is Side.SOURCE} == {
        (str(ITEMS), 110)
    }


def without_estimates(catalogue: Catalogue) -> Catalogue:
    bare = tuple(each.model_copy(update={"row_estimate": None}) for each in catalogue.tables)
    return catalogue.model_copy(update={"tables": bare})


def test_tables_whose_rows_nobody_knows_are_named_and_counted_where_rows_are_compared(
    session: Session,
):
    catalogues = {side: without_estimates(c) for side, c in session.tables.catalogues.items()}
    tables = Tables(catalogues, session.mapping, dict.fromkeys(Side, "duckdb"))
    writings = dict.fromkeys(Side, writing_of("duckdb"))
    found = preview(pipeline(step("w", "validate_rows", params={"key": ["id"]})), tables, writings)
    assert found.source.unknown == (str(ORDERS),)
    assert found.source.rows == 0
    assert all('AS "rows"' in each.sql or "AS rows" in each.sql for each in found.statements)


@pytest.mark.parametrize("engine", ["duckdb", "postgresql", "mssql", "snowflake"])
def test_any_engine_is_written_to_without_its_driver_or_a_connection(session: Session, engine: str):
    writing = writing_of(engine)
    writings: dict[Side, Writing] = {Side.SOURCE: writing_of("mssql"), Side.TARGET: writing}
    dialects = {side: each.sql_dialect for side, each in writings.items()}
    tables = Tables(session.tables.catalogues, session.mapping, dialects)
    steps = (step("n", "validate_nulls"), step("w", "validate_rows", params={"key": ["id"]}))
    found = preview(pipeline(*steps), tables, writings)
    assert found.is_sound
    target = [each.sql for each in found.statements if each.side is Side.TARGET]
    assert len(target) == 2
    bills = engine == "snowflake"
    assert (found.target.credits is not None) is bills
    assert found.notes == ((f"target: {AS_OF}",) if bills else ())


def test_a_select_list_is_no_longer_than_the_engine_takes(session: Session):
    wide = session.connections[Side.SOURCE].writing
    narrow = Writing(wide.engine, wide.sql_dialect, 2, wide.dialect)
    found = preview(
        pipeline(step("n", "validate_nulls")),
        session.tables,
        {Side.SOURCE: wide, Side.TARGET: narrow},
    )
    assert found.target.statements > found.source.statements == 1
