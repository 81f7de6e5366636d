"""Does the program say of real ports what is true of them?

Northwind and Chinook as published for SQL Server stand in DuckDB; their ports, made by strangers, in real PostgreSQL
and SQLite databases (made by the ports' own scripts) or in DuckDB. Every finding must have its cause, and every cause
its finding.
"""

import datetime as dt
import math
from typing import Any

import pytest
from tests.real.conftest import Outcome
from tests.real.foreseen import VALIDATORS, Told, is_own_number
from tests.real.ports import NORTHWIND_TO_POSTGRES
from tests.real.truth import TableTruth
from tests.real.types_explained import BOUNDED, rule_for

from ombudsman.model.pipeline import RunStatus, StepStatus

DATA = ["validate_nulls", "validate_statistics", "validate_metric_sums", "validate_record_counts"]


def test_names_alone_bring_the_tables_and_columns_together(outcome: Outcome):
    known = outcome.known
    found = {match.source.name: match for match in outcome.proposal.tables}
    assert found.keys() == known.tables.keys() - outcome.port.by_hand.keys()
    for name, match in found.items():
        table = known.tables[name]
        assert match.target.name == table["target"]
        columns = {each.source: each.target for each in match.columns}
        assert columns == {c: known.target_column(name, c) for c in columns}
        renamed = {s: t for s, t in columns.items() if s.lower() != t.lower()}
        assert renamed == table["renamed_columns"]
        assert sorted(match.unmatched_source) == sorted(table["missing_columns"])
        assert sorted(match.unmatched_target) == sorted(table["extra_columns"])
        assert not match.ambiguities


def test_tables_without_an_answer_are_told(outcome: Outcome):
    expected, by_hand = outcome.known.expected, outcome.port.by_hand
    meta = outcome.known.metas[1]
    alone = {ref.name for ref in outcome.proposal.unmatched_target if ref.name in meta}
    assert alone == {*expected["extra_tables"], *by_hand.values()}
    source = {ref.name for ref in outcome.proposal.unmatched_source}
    assert source == {*expected["missing_tables"], *by_hand}
    assert not outcome.proposal.ambiguities


def test_every_step_was_judged(outcome: Outcome):
    statuses = {run.step.id: run.status for run in outcome.run.steps}
    unjudged = {
        id_: status
        for id_, status in statuses.items()
        if status not in {StepStatus.PASSED, StepStatus.FAILED}
    }
    assert unjudged == {}
    failed = {id_ for id_, status in statuses.items() if status is StepStatus.FAILED}
    assert failed == {told.step for told in outcome.foreseen}
    assert outcome.run.status is (RunStatus.FAILED if failed else RunStatus.PASSED)


@pytest.mark.parametrize("validator", VALIDATORS)
def test_all_that_differs_is_found_and_nothing_else(outcome: Outcome, validator: str):
    steps = {step.id for step in outcome.run.pipeline.steps if step.validator == validator}
    assert steps, "the pipeline asks every validator"
    told = {each for each in outcome.told if each.step in steps}
    foreseen = {each for each in outcome.foreseen if each.step in steps}
    assert told - foreseen == set(), "found without a cause"
    assert foreseen - told == set(), "a cause that was not found"


def test_what_is_found_is_counted_whole(outcome: Outcome):
    for run in outcome.run.steps:
        assert run.result is not None
        assert sum(run.result.found.values()) == len(run.result.findings), run.step.id


def test_findings_tell_the_true_values(outcome: Outcome):
    for told, sides in outcome.foreseen.items():
        if sides != (None, None):
            found = outcome.told[told]
            assert _same(found.source, sides.source), (told, found, sides)
            assert _same(found.target, sides.target), (told, found, sides)


def _same(found: Any, true: Any) -> bool:
    if found is None or true is None or isinstance(true, str):
        return bool(found == true)
    if isinstance(true, dt.datetime):
        midnight = not isinstance(found, dt.datetime)
        return bool((dt.datetime.combine(found, dt.time()) if midnight else found) == true)
    return math.isclose(found, true, rel_tol=1e-6)


# ------------------------------------------------------------ against `expected` alone


def test_as_many_rows_are_counted_as_are_expected(outcome: Outcome):
    for run in outcome.run.steps:
        if run.step.validator == "validate_record_counts" and not run.step.params:
            assert run.result is not None
            (figure,) = run.result.figures
            table = outcome.known.tables[run.step.table.name]
            assert [figure.source, figure.target] == table["rows"]
            assert figure.target - figure.source == table["extra_rows"] - table["missing_rows"]


def test_a_value_written_otherwise_is_no_difference(outcome: Outcome):
    written_otherwise = {
        (table, column)
        for table, told in outcome.known.tables.items()
        for column, count in told["columns"].items()
        if count["different"] == 0 and count["representation_only"] > 0
    }
    assert not written_otherwise & {(table, told.column) for table, told in _on_data(outcome)}


def test_no_column_is_reported_whose_values_are_the_same(outcome: Outcome):
    for table, told in _on_data(outcome):
        expected = outcome.known.tables[table]
        grouped = {
            term if isinstance(term, str) else term["column"]
            for term in _params(outcome, told).get("group_by", [])
        }
        suspects = {told.column, *grouped} & expected["columns"].keys()
        changed = any(expected["columns"][name]["different"] for name in suspects)
        assert changed or expected["extra_rows"] or expected["missing_rows"], told


def _on_data(outcome: Outcome) -> list[tuple[str, Told]]:
    """What was found in the data, with the table."""
    steps = {s.id: s for s in outcome.run.pipeline.steps if s.validator in DATA}
    return [(steps[t.step].table.name, t) for t in outcome.told if t.step in steps]


def _params(outcome: Outcome, told: Told) -> dict[str, Any]:
    return next(s.params for s in outcome.run.pipeline.steps if s.id == told.step)


def test_the_rules_of_types_agree_with_the_changes_that_are_expected(outcome: Outcome):
    for name, table in outcome.known.tables.items():
        targets = outcome.known.target_types(name)
        rules = {
            column: rule_for(outcome.port.engine, source, targets[column])
            for column, source in outcome.known.source_types(name).items()
        }
        changed = {column for column, rule in rules.items() if rule.changes_family}
        assert changed == table["type_family_changes"].keys(), name
        assert table["decimal_scale_changes"] == {}
        for column, (_, length) in table["declared_length_changes"].items():
            assert (rules[column].target == BOUNDED) or length is None, (name, column)


def test_only_the_number_of_a_row_is_never_null_unsaid(outcome: Outcome):
    own_numbers = {
        (name, column)
        for name, table in outcome.known.tables.items()
        for column in table["nullability_changes"]
        if is_own_number(outcome.known, name, column)
    }
    is_northwind_on_sqlite = outcome.port.by_hand != {}
    expected = {("Categories", "CategoryID"), ("Employees", "EmployeeID")}
    assert own_numbers == (expected if is_northwind_on_sqlite else set())


# ------------------------------------------------------------ that these tests can fail


@pytest.mark.postgres
def test_the_truth_knows_the_ports_best_known_faults(outcome_of: Any):
    foreseen = outcome_of(NORTHWIND_TO_POSTGRES).foreseen
    assert foreseen[Told("counts.Shippers", "count_differs", None, "rows")] == (3, 6)
    assert Told("statistics.Categories", "aggregate_differs", "Picture", "distinct") in foreseen
    assert Told("stock_by_supplier", "aggregate_differs", "UnitsInStock", "sum", (8,)) in foreseen
    assert Told("not_on_order", "rule_violated", None, None, (2,)) in foreseen
    assert Told("freight", "aggregate_differs", "Freight", "sum") not in foreseen


def test_the_truth_has_all_columns_of_all_tables(outcome: Outcome):
    for name, table in outcome.known.tables.items():
        truth = TableTruth(outcome.known, name)
        assert list(truth.rows) == table["rows"]
        assert truth.columns.keys() == outcome.known.source_types(name).keys()
