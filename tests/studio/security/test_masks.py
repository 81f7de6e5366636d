"""What is masked, and what is not: every validator over rows whose values must not be seen."""

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.compare.rows_file import SCHEMA
from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.pipeline import Pipeline, Run, Step
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.sought import MARK

MASK = Mask.of(b"k" * 32, "project")
CANARY = "Zaphod"

SQL = f"""
CREATE TABLE kinds (kind VARCHAR PRIMARY KEY);
INSERT INTO kinds SELECT '{CANARY} kind ' || i FROM range(3) AS r(i);
CREATE TABLE people (code VARCHAR, name VARCHAR, kind VARCHAR, seen TIMESTAMP, pay DECIMAL(12, 2), until TIMESTAMP);
INSERT INTO people SELECT '{CANARY}-' || i, '{CANARY} ' || (i % 5), '{CANARY} kind ' || (i % 3),
    TIMESTAMP '1977-03-01 04:05:06' + to_days(i::INTEGER), 770077.11 + i, NULL FROM range(60) AS r(i);
"""
CHANGES = f"""
DELETE FROM people WHERE code = '{CANARY}-7';
INSERT INTO people SELECT code || 'x', name, '{CANARY} stray', seen, pay, seen FROM people WHERE code = '{CANARY}-9';
INSERT INTO people SELECT * FROM people WHERE code = '{CANARY}-11';
UPDATE people SET name = upper(name), pay = pay * 40 WHERE code = '{CANARY}-13';
UPDATE people SET seen = seen - to_hours(1) WHERE code = '{CANARY}-15';
UPDATE people SET name = '{CANARY} stray' WHERE code IN ('{CANARY}-1', '{CANARY}-2');
"""
PAY = "30803604.4"
VALUES = (CANARY, CANARY.upper(), "1977-0", PAY, "770046.11")
"""Parts of values: texts, moments, the one pay that is out of line, and where that line is."""

AGGREGATES = ("validate_metric_sums", "validate_metric_averages")
"""The group of the one who is out of line has no other member: its sum is shown, under a masked key."""

QUERY = "SELECT name, max(pay) AS top FROM people GROUP BY name"
STEPS: dict[str, dict[str, Any]] = {
    "validate_rows": {"key": ["code"]},
    "validate_uniqueness": {"columns": ["code"]},
    "validate_statistics": {},
    "validate_nulls": {},
    "validate_distribution": {"columns": ["name", "pay"]},
    "validate_domain_values": {"columns": ["name"]},
    "validate_regex_patterns": {"columns": ["name"], "pattern": "[a-z]+"},
    "validate_outliers": {"columns": ["pay"]},
    "validate_metric_sums": {"columns": ["pay"], "group_by": ["name"]},
    "validate_metric_averages": {"columns": ["pay"], "group_by": ["name"]},
    "validate_dim_business_keys": {"business_key": ["code"]},
    "validate_composite_keys": {"columns": ["code", "kind"]},
    "validate_scd1": {"business_key": ["code"]},
    "validate_foreign_keys": {
        "references": [{"columns": ["kind"], "table": "kinds", "referred_columns": ["kind"]}]
    },
    "validate_ts_continuity": {"date_column": "seen", "period": "day"},
    "validate_ts_duplicates": {"date_column": "seen", "period": "day", "by": ["kind"]},
    "validate_business_rule": {"rule": "pay < 770100", "key": ["code"]},
    "validate_custom_query": {"source_query": QUERY, "target_query": QUERY, "key": ["name"]},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("canaries")
    for name in ("source", "target"):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(SQL)
            if name == "target":
                database.execute(CHANGES)
    steps = tuple(
        Step(
            id=validator,
            validator=validator,
            table=TableRef(schema="main", name="people"),
            params=params,
        )
        for validator, params in STEPS.items()
    )
    with (
        connect("source", DuckDbSettings(path=folder / "source.duckdb")) as source,
        connect("target", DuckDbSettings(path=folder / "target.duckdb")) as target,
        Session(source, target) as session,
    ):
        pipeline = Pipeline(name="canaries", source="source", target="target", steps=steps)
        return run_pipeline(pipeline, session)


@pytest.mark.parametrize("validator", STEPS)
def test_no_value_of_a_row_is_told(run: Run, validator: str):
    (step_run,) = [each for each in run.steps if each.step.validator == validator]
    assert step_run.problem is None, step_run.problem
    plain = json.dumps(step_run.model_dump(mode="json", exclude={"step"}))
    masked = json.dumps(MASK.step_run(step_run).model_dump(mode="json", exclude={"step"}))
    for value in VALUES:
        assert value not in masked or (value == PAY and validator in AGGREGATES)
    assert any(value in plain for value in VALUES) or validator == "validate_nulls"
    assert step_run.found == MASK.step_run(step_run).found


def test_what_is_no_value_of_a_row_stays(run: Run):
    masked = {each.step.validator: MASK.step_run(each).result for each in run.steps}
    counts = masked["validate_uniqueness"]
    assert counts is not None
    assert {each.figure for each in counts.findings} == {2}
    assert {(each.name, each.source) for each in counts.figures} >= {("rows", 60)}
    sums = masked["validate_metric_sums"]
    assert sums is not None
    assert Decimal("9241255.32") in {each.source for each in sums.figures}
    rule = masked["validate_business_rule"]
    assert rule is not None
    assert {each.detail for each in rule.findings} == {"pay < 770100"}


def test_equal_values_have_one_sign_in_a_project_and_another_elsewhere():
    assert MASK.text("Huber") == MASK.text("Huber")
    assert MASK.text("Huber") != MASK.text("huber")
    assert MASK.text("Huber") != Mask.of(b"k" * 32, "other").text("Huber")
    assert MASK.text("Huber") != Mask.of(b"l" * 32, "project").text("Huber")


@given(st.text(st.characters(exclude_characters="*0123456789abcdef"), min_size=1))
def test_a_sign_says_nothing_of_a_text(text: str):
    sign = MASK.text(text)
    assert sign is not None
    assert sign.startswith(MARK)
    assert len(sign) == len(MARK) + 12
    assert text not in sign


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", True, 3, b"\x01"])
def test_any_value_can_be_masked(value: object):
    assert str(MASK.value(value)).startswith(MARK)


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_the_empty_text_stay(value: object):
    assert MASK.value(value) == value


def finding(kind: Kind, **more: object) -> Finding:
    told = {"key": ("Huber",), "source": "a", "target": "b", "detail": "c"} | more
    return Finding.model_validate({"kind": kind} | told)


SCHEMA_KINDS = {
    *(Kind.TYPE_DIFFERS, Kind.TYPE_NARROWER, Kind.NULLABILITY_DIFFERS, Kind.DEFAULT_DIFFERS),
    *(Kind.COLLATION_DIFFERS, Kind.TABLE_MISSING),
    *(Kind.COLUMN_MISSING_IN_SOURCE, Kind.COLUMN_MISSING_IN_TARGET),
}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in SCHEMA_KINDS])
def test_texts_of_every_kind_are_masked(kind: Kind):
    step = Result(findings=[finding(kind, source="Maier", target="Mayer")])
    told = MASK._result(step).model_dump_json()
    assert not any(name in told for name in ("Huber", "Maier", "Mayer"))


@pytest.mark.parametrize("kind", sorted(SCHEMA_KINDS))
def test_what_the_catalogue_says_is_not_masked(kind: Kind):
    (told,) = MASK._result(
        Result(findings=[finding(kind, key=(), source="INTEGER", target="TEXT")])
    ).findings
    assert (told.source, told.target, told.detail) == ("INTEGER", "TEXT", "c")


@pytest.mark.parametrize(
    ("name", "value", "is_shown"),
    [
        ("sum", "12.50", True),
        ("rows", 12, True),
        ("share", 0.25, True),
        ("min", 12, False),
        ("max", "2024-01-01", False),
        ("value", "38.5", False),
        ("a query's own", 12, False),
        ("sum", "Huber", False),
    ],
)
def test_a_figure_is_shown_when_it_is_made_of_many_rows(name: str, value: object, is_shown: bool):
    (told,) = MASK._result(Result(figures=[Figure(name=name, source=value, target=value)])).figures
    assert (told.source == value) == is_shown
    assert told.agrees


def test_lines_of_a_file_are_masked_and_counts_stay():
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array(["value_differs", "row_duplicated"]),
            pa.array(["rounding", None]),
            pa.array([json.dumps(["Huber", None]), json.dumps(["Maier", "3"])]),
            pa.array(["Amount", None]),
            pa.array(["AMOUNT", None]),
            pa.array(["1.25", "1"]),
            pa.array([None, "2"]),
        ],
        schema=SCHEMA,
    )
    first, second = MASK.lines(batch).to_pylist()
    assert json.loads(first["key"]) == [MASK.text("Huber"), None]
    assert (first["source"], first["target"]) == (MASK.text("1.25"), None)
    assert json.loads(second["key"]) == [MASK.text("Maier"), MASK.text("3")]
    assert (second["source"], second["target"]) == ("1", "2")
    assert (first["column"], first["cause"], second["kind"]) == (
        *("Amount", "rounding", "row_duplicated"),
    )
