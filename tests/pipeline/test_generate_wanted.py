"""What a workload asks for is joined to what is proposed: nothing twice, and nothing that is not mapped."""

import pytest
from tests.pipeline.test_generate import (
    KNOWN,
    STAR,
    loaded,
    made,
    steps,
    text_of,
)

from ombudsman.mapping.by_name import map_by_name
from ombudsman.model.mapping import Mapping
from ombudsman.model.suggestion import Suggestion
from ombudsman.model.tables import Catalogue, TableRef
from ombudsman.pipeline.generate import Generated, generate
from ombudsman.pipeline.generate_wanted import TITLE, with_wanted

WHY = "SUM(SalesAmount) by Channel: 3,412 executions a day read it"


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return made(STAR, tmp_path_factory.mktemp("wanted") / "star.duckdb")


def ref(name: str) -> TableRef:
    return TableRef(schema="main", name=name)


def joined(star: Catalogue, *wanted: Suggestion, mapping: Mapping | None = None) -> Generated:
    mapping = mapping or map_by_name(star, star).mapping
    proposed = generate(mapping, star, star, validators=KNOWN)
    return with_wanted(proposed, wanted, mapping, star, star, validators=KNOWN)


def sums(*columns: str, by: object = "Channel", table: str = "FactSales") -> Suggestion:
    params = {"columns": list(columns), "group_by": [by]}
    return Suggestion("validate_metric_sums", ref(table), WHY, params, ("sums", "by", "channel"))


def test_what_is_new_is_a_step_with_its_reason(star: Catalogue):
    found = joined(star, sums("SalesAmount"))
    assert found.sections[-1].title == TITLE
    (step,) = found.sections[-1].steps
    assert (step.id, step.why) == ("fact_sales_sums_by_channel", WHY)
    pipeline = loaded(text_of(found), map_by_name(star, star).mapping)
    assert next(each for each in pipeline.steps if each.id == step.id).needs == (
        "counts.FactSales",
    )


def test_what_is_covered_adds_its_reason_and_no_step(star: Catalogue):
    before = steps(joined(star))
    by = {"column": "OrderDate", "period": "month"}
    after = steps(joined(star, sums("SalesAmount", by=by)))
    assert set(after) == set(before)
    assert after["fact_sales_sums"].why == f"{before['fact_sales_sums'].why}; {WHY}"


REFERENCE = {"columns": ["ShopKey"], "table": "main.DimShop", "referred_columns": ["ShopKey"]}


def test_a_reference_that_a_fact_is_asked_for_is_covered(star: Catalogue):
    wanted = Suggestion("validate_foreign_keys", ref("FactSales"), WHY, {"references": [REFERENCE]})
    before, after = steps(joined(star)), steps(joined(star, wanted))
    assert set(after) == set(before)
    assert after["fact_sales_dimensions"].why.endswith(WHY)


def test_a_reference_that_nobody_asks_is_a_step(star: Catalogue):
    wanted = Suggestion(
        "validate_foreign_keys", ref("Bridge"), WHY, {"references": [REFERENCE]}, ("joins", "shop")
    )
    found = joined(star, wanted).sections[-1]
    covered = {s.id for s in steps(joined(star, wanted)).values() if s.why.endswith(WHY)}
    assert covered in ({"bridge_joins_shop"}, {"bridge_references"})
    assert found.steps


def test_what_is_not_mapped_is_left_out_with_a_note(star: Catalogue):
    mapping = map_by_name(star, star).mapping
    fewer = Mapping(tables=tuple(t for t in mapping.tables if t.source.name != "FactSales"))
    found = joined(star, sums("SalesAmount"), sums("Nothing", table="Bridge"), mapping=fewer)
    assert (
        "2 checks that the workload asks for are left out: tables or columns of theirs are not mapped"
        in found.notes
    )
    assert found.sections[-1].title != TITLE


def without(mapping: Mapping, table: str, column: str) -> Mapping:
    """The mapping in which a column of a table has no answer."""
    tables = tuple(
        t.model_copy(update={"columns": tuple(c for c in t.columns if c.source != column)})
        if t.source.name == table
        else t
        for t in mapping.tables
    )
    return mapping.model_copy(update={"tables": tables})


QUERY = Suggestion(
    "validate_query_parity",
    ref("FactSales"),
    WHY,
    {"query": "SELECT 1 AS group_1", "key": ["group_1"]},
    ("sums", "by", "region"),
    frozenset({ref("DimShop")}),
    frozenset({(ref("FactSales"), "SalesAmount"), (ref("DimShop"), "Region")}),
)
REFERS = Suggestion("validate_foreign_keys", ref("Bridge"), WHY, {"references": [REFERENCE]})


@pytest.mark.parametrize(
    ("wanted", "table", "column"),
    [
        (QUERY, "FactSales", "SalesAmount"),
        (QUERY, "DimShop", "Region"),
        (REFERS, "Bridge", "ShopKey"),
        (REFERS, "DimShop", "ShopKey"),
    ],
)
def test_every_column_that_a_check_reads_must_be_mapped(
    wanted: Suggestion, table: str, column: str, star: Catalogue
):
    mapping = map_by_name(star, star).mapping
    note = (
        "1 check that the workload asks for is left out: tables or columns of theirs are not mapped"
    )
    assert note not in joined(star, wanted, mapping=mapping).notes
    assert note in joined(star, wanted, mapping=without(mapping, table, column)).notes


def test_ids_do_not_collide(star: Catalogue):
    found = joined(star, sums("SalesAmount"), sums("TaxAmount", by="ShopKey"))
    assert [s.id for s in found.sections[-1].steps] == [
        "fact_sales_sums_by_channel",
        "fact_sales_sums_by_channel_2",
    ]


def test_a_pipeline_without_wishes_is_what_it_was(star: Catalogue):
    assert text_of(joined(star)) == text_of(
        generate(map_by_name(star, star).mapping, star, star, validators=KNOWN)
    )
