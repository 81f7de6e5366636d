"""What no check has looked at is named: tables, columns, and the share of rows."""

import pytest
from tests.render import runs

from ombudsman.model.pipeline import Run, TableCoverage
from ombudsman.model.tables import TableRef
from ombudsman.render.coverage import coverage_of, coverage_sentence
from ombudsman.render.html import report
from ombudsman.render.results_json import results


def covered(*tables: TableCoverage, unmapped: tuple[TableRef, ...] = ()) -> Run:
    run = runs.passed_run()
    mapped = run.pipeline.mapping.model_copy(update={"tables": ()})
    pipeline = run.pipeline.model_copy(update={"mapping": mapped})
    return run.model_copy(update={"pipeline": pipeline, "coverage": tables, "unmapped": unmapped})


def table(name: str, compared: int | None, total: int | None) -> TableCoverage:
    return TableCoverage(
        source=TableRef(name=name),
        columns_checked=1,
        columns_total=2,
        unchecked=("note",),
        unmapped=("lost",),
        rows_compared=compared,
        rows_total=total,
    )


@pytest.mark.parametrize(
    ("tables", "share"),
    [
        ([], None),
        ([("a", None, None)], None),
        ([("a", None, 0)], None),
        ([("a", None, 10)], 0.0),
        ([("a", 10, 10), ("b", None, 30)], 0.25),
        ([("a", 12, 10)], 1.0),
        ([("a", 10, 10), ("b", 5, None)], 1.0),
    ],
)
def test_the_share_of_rows_counts_what_is_known(
    tables: list[tuple[str, int | None, int | None]], share: float | None
):
    assert coverage_of(covered(*(table(*each) for each in tables))).row_share == share


def test_tables_that_nobody_mapped_are_named_and_not_all_of_many():
    many = tuple(TableRef(name=f"t{i}") for i in range(8))
    told = coverage_sentence(coverage_of(covered(table("a", 1, 1), unmapped=many)))
    assert told.endswith("Not mapped: t0, t1, t2, t3, t4 and 3 more.")
    assert "No table was left out" in coverage_sentence(coverage_of(covered(table("a", 1, 1))))


def test_json_and_the_page_name_columns_and_tables_that_were_never_looked_at():
    run = covered(table("a", 5, 10), unmapped=(TableRef(name="forgotten"),))
    told = results(run)["coverage"]
    assert (told["unmapped"], told["row_share"]) == (["forgotten"], 0.5)
    (only,) = told["tables"]
    assert (only["unchecked"], only["unmapped"], only["rows_total"]) == (["note"], ["lost"], 10)
    page = report(run)
    for text in ("forgotten", "lost", "5 of 10"):
        assert text in page
