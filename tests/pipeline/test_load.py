"""A pipeline file becomes a pipeline: plain steps, templates, needs, and the mapping beside it."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipeline.validators import KNOWN

from ombudsman.mapping.file import read_mapping
from ombudsman.model.errors import PipelineInvalid
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import OnFailure, Pipeline, Severity, Step
from ombudsman.model.policy import Policy
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.dump import dump_pipeline
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import load_pipeline, parse_pipeline, read_pipeline_file

MAPPING = """\
tables:
  - {source: Sales.FactSales, target: S.FACT_SALES}
  - {source: Sales.DimDate, target: S.DIM_DATE}
  - {source: Sales.DimStore, target: S.DIM_STORE}
  - {source: HR.DimStore, target: H.DIM_STORE}
"""

HEAD = "name: retail\nsource: erp\ntarget: warehouse\n"


def parse(text: str, mapping: str | None = MAPPING) -> Pipeline:
    read = read_mapping(mapping) if mapping else None
    return parse_pipeline(text, known_validators=KNOWN, mapping=read)


def steps(text: str, mapping: str | None = MAPPING) -> dict[str, Step]:
    return {step.id: step for step in parse(HEAD + "steps:\n" + text, mapping).steps}


def counts(name: str, **rest: str) -> str:
    text = ", ".join(f"{key}: {value}" for key, value in rest.items())
    return f"  - {{id: {name}, validator: validate_record_counts, {text}}}\n"


# ------------------------------------------------------------ the file


def test_a_file_is_read_with_the_mapping_beside_it(tmp_path: Path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "mapping.yaml").write_text(MAPPING)
    path = tmp_path / "retail.yaml"
    path.write_text(
        HEAD
        + "description: All of it\n"
        + "mapping: maps/mapping.yaml\n"
        + "defaults: {severity: warning, on_failure: go_on}\n"
        + "steps:\n"
        + "  - id: sales_by_month\n"
        + "    validator: validate_metric_sums\n"
        + "    table: FactSales\n"
        + "    params: {columns: [SalesAmount], group_by: [OrderMonth]}\n"
        + "    needs: [sales_count]\n"
        + "    severity: blocking\n"
        + "    description: Month by month\n"
        + counts("sales_count", table="Sales.FactSales", on_failure="stop")
    )
    pipeline = load_pipeline(path, known_validators=KNOWN)
    assert pipeline == Pipeline(
        name="retail",
        description="All of it",
        source="erp",
        target="warehouse",
        mapping=read_mapping(MAPPING),
        defaults=Policy(severity=Severity.WARNING),
        steps=(
            Step(
                id="sales_by_month",
                validator="validate_metric_sums",
                table=TableRef(schema="Sales", name="FactSales"),
                params={"columns": ["SalesAmount"], "group_by": ["OrderMonth"]},
                needs=("sales_count",),
                severity=Severity.BLOCKING,
                on_failure=OnFailure.GO_ON,
                description="Month by month",
            ),
            Step(
                id="sales_count",
                validator="validate_record_counts",
                table=TableRef(schema="Sales", name="FactSales"),
                severity=Severity.WARNING,
                on_failure=OnFailure.STOP,
            ),
        ),
    )


def test_a_mapping_may_stand_in_the_pipeline_itself():
    text = HEAD + "mapping:\n  " + MAPPING.replace("\n", "\n  ") + "\nsteps:\n"
    pipeline = parse(text + counts("a", table="DimDate"), mapping=None)
    assert pipeline.mapping == read_mapping(MAPPING)
    assert pipeline.steps[0].table == TableRef(schema="Sales", name="DimDate")


def test_a_mapping_that_is_handed_over_replaces_the_files_own():
    text = HEAD + "mapping: {tables: [{source: A.B, target: A.B}]}\nsteps:\n"
    pipeline = parse(text + counts("a", table="DimDate"))
    assert pipeline.mapping == read_mapping(MAPPING)


def test_without_any_mapping_tables_stay_as_they_are_written():
    pipeline = parse(HEAD + "steps:\n" + counts("a", table="dbo.Anything"), mapping=None)
    assert pipeline.mapping == Mapping()
    assert pipeline.steps[0].table == TableRef(schema="dbo", name="Anything")


def test_a_file_can_be_read_first_and_mapped_later(tmp_path: Path):
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + "steps:\n" + counts("counts", tables="all"))
    file = read_pipeline_file(path, known_validators=KNOWN)
    assert file.mapping is None
    pipeline = expand(file, read_mapping(MAPPING))
    assert len(pipeline.steps) == 4
    with pytest.raises(PipelineInvalid, match=r"p\.yaml:5: steps\[0\]\.tables: which tables"):
        expand(file)


def test_an_exact_decimal_stays_exact():
    number = "0.1234567890123456789"
    (step,) = steps(
        counts("a", table="DimDate", params=f"{{tolerance: {{relative: {number}}}}}")
    ).values()
    assert step.params == {"tolerance": {"relative": Decimal(number)}}


# ------------------------------------------------------------ templates


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ("all", ["FactSales", "DimDate", "Sales.DimStore", "HR.DimStore"]),
        ("[Sales.*]", ["FactSales", "DimDate", "DimStore"]),
        ("[Sales.Dim*]", ["DimDate", "DimStore"]),
        ("['Dim*']", ["DimDate", "Sales.DimStore", "HR.DimStore"]),
        ("['*.DimStore']", ["Sales.DimStore", "HR.DimStore"]),
        ("[HR.DimStore, FactSales]", ["DimStore", "FactSales"]),
        ("[DimDate, Sales.Dim*]", ["DimDate", "DimStore"]),
        ("['Sales.[DF]*']", ["FactSales", "DimDate", "DimStore"]),
        ("[Sales.Fact?ales]", ["FactSales"]),
    ],
)
def test_a_template_makes_one_step_for_each_of_its_tables(tables, expected):
    made = steps(counts("counts", tables=tables, severity="info"))
    assert list(made) == [f"counts.{name}" for name in expected]
    assert {step.severity for step in made.values()} == {Severity.INFO}


def test_a_template_over_written_tables_needs_no_mapping():
    assert list(steps(counts("c", tables="[a.B, C]"), mapping=None)) == ["c.B", "c.C"]


def test_a_table_whose_name_looks_like_a_pattern_is_meant_itself():
    odd = "tables: [{source: 's.Odd[1]', target: s.o}, {source: s.Odd1, target: s.p}]"
    (step,) = steps(counts("c", tables="['s.Odd[1]']"), mapping=odd).values()
    assert step.table == TableRef(schema="s", name="Odd[1]")


# ------------------------------------------------------------ needs


def test_a_plain_step_that_needs_a_template_needs_all_of_its_steps():
    made = steps(
        counts("last", table="FactSales", needs="[counts]")
        + counts("counts", tables="[Sales.Dim*]")
    )
    assert made["last"].needs == ("counts.DimDate", "counts.DimStore")


def test_a_template_that_needs_a_template_needs_the_step_of_the_same_table():
    made = steps(
        counts("counts", tables="[Sales.Dim*]") + counts("more", tables="all", needs="[counts]")
    )
    assert made["more.DimDate"].needs == ("counts.DimDate",)
    assert made["more.Sales.DimStore"].needs == ("counts.DimStore",)
    assert made["more.FactSales"].needs == made["more.HR.DimStore"].needs == ()


def test_one_step_of_a_template_can_be_needed_by_its_full_id():
    made = steps(
        counts("counts", tables="all")
        + counts("last", table="DimDate", needs="[counts.HR.DimStore, counts.FactSales, counts.FactSales]")
    )  # fmt: skip
    assert made["last"].needs == ("counts.HR.DimStore", "counts.FactSales")


def test_a_template_may_need_a_plain_step():
    made = steps(
        counts("first", table="DimDate") + counts("c", tables="[Sales.*]", needs="[first]")
    )
    assert {step.needs for key, step in made.items() if key != "first"} == {("first",)}


# ------------------------------------------------------------ writing


def test_a_pipeline_is_written_with_what_differs_from_the_defaults():
    pipeline = parse(
        HEAD
        + "steps:\n"
        + "  - {id: s, validator: validate_metric_sums, table: FactSales, params: {columns: [A]}}\n"
        + counts("c", tables="[DimDate]", needs="[s]", severity="info"),
        "tables: [{source: Sales.FactSales, target: S.F}, {source: s.DimDate, target: S.D, key: [No]}]",
    )
    assert dump_pipeline(pipeline) == (
        "name: retail\n"
        "source: erp\n"
        "target: warehouse\n"
        "mapping:\n"
        "  tables:\n"
        "    - source: Sales.FactSales\n"
        "      target: S.F\n"
        "    - source: s.DimDate\n"
        "      target: S.D\n"
        "      key: ['No']\n"
        "steps:\n"
        "  - id: s\n"
        "    validator: validate_metric_sums\n"
        "    table: Sales.FactSales\n"
        "    params:\n"
        "      columns: [A]\n"
        "  - id: c.DimDate\n"
        "    validator: validate_record_counts\n"
        "    table: s.DimDate\n"
        "    needs: [s]\n"
        "    severity: info\n"
    )


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
COUNTS = st.fixed_dictionaries(
    {},
    optional={
        "group_by": st.lists(TEXTS, max_size=2, unique=True),
        "where": st.none() | TEXTS,
        "tolerance": st.fixed_dictionaries(
            {}, optional={"absolute": st.integers(0, 10**30), "relative": st.floats(0, 1)}
        ),
    },
)


@st.composite
def pipelines(draw):
    ids = draw(st.lists(TEXTS, unique=True, min_size=1, max_size=5))
    made = [
        Step(
            id=step_id,
            validator="validate_record_counts",
            table=TableRef(schema=draw(st.none() | TEXTS), name=draw(TEXTS)),
            params=draw(COUNTS),
            needs=tuple(draw(st.lists(st.sampled_from(ids[:index]), unique=True))) if index else (),
            severity=draw(st.sampled_from(Severity)),
            on_failure=draw(st.sampled_from(OnFailure)),
            description=draw(st.none() | TEXTS),
        )
        for index, step_id in enumerate(ids)
    ]
    texts = [draw(TEXTS) for _ in range(3)]
    description = draw(st.none() | TEXTS)
    return Pipeline(
        name=texts[0], source=texts[1], target=texts[2], description=description, steps=tuple(made)
    )


@given(pipelines())
def test_every_pipeline_is_read_back_as_it_was_written(pipeline):
    assert parse_pipeline(dump_pipeline(pipeline), known_validators=KNOWN) == pipeline


def test_an_expanded_pipeline_with_its_mapping_is_read_back_as_it_was():
    pipeline = parse(
        HEAD + "steps:\n" + counts("c", tables="all") + counts("d", tables="all", needs="[c]")
    )
    assert parse_pipeline(dump_pipeline(pipeline), known_validators=KNOWN) == pipeline
