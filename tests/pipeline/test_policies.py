"""Policies in a pipeline: written, refused, written down again, run, and told."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipeline.databases import opened
from tests.pipeline.validators import KNOWN

import ombudsman
from ombudsman.connections.samples import duckdb_file
from ombudsman.mapping.file import read_mapping
from ombudsman.model.equality import Equality
from ombudsman.model.errors import PipelineInvalid, SettingsError
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import Pipeline, Run, RunStatus, Severity, Step, StepRun
from ombudsman.model.policy import Policy, TablePolicy
from ombudsman.model.result import Verdict
from ombudsman.model.tables import TableRef
from ombudsman.model.tolerance import Tolerance
from ombudsman.pipeline.dump import dump_pipeline
from ombudsman.pipeline.load import parse_pipeline
from ombudsman.pipeline.record import RunRecord
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.validators.registry import catalogue

HEAD = "name: retail\nsource: erp\ntarget: warehouse\n"
MAPPING = read_mapping(
    "tables:\n"
    "  - {source: Sales.Orders, target: S.O}\n"
    "  - {source: Sales.Codes, target: S.C}\n"
    "  - {source: HR.Codes, target: H.C}\n"
)
STEPS = "steps:\n  - {id: c, validator: validate_record_counts, tables: all}\n"
ORDERS = TableRef.parse("Sales.Orders")


def parse(text: str, mapping: Mapping | None = MAPPING) -> Pipeline:
    return parse_pipeline(HEAD + text, known_validators=KNOWN, mapping=mapping, file="p.yaml")


# ------------------------------------------------------------ reading


def test_a_file_says_policies_of_the_pipeline_its_tables_columns_and_steps():
    pipeline = parse(
        "defaults: {severity: warning, tolerance: {relative: 0.01}, equality: {letter_case: ignored}}\n"
        "policies:\n"
        "  Orders:\n"
        "    severity: info\n"
        "    columns:\n"
        "      code: {equality: {letter_case: significant}}\n"
        + STEPS
        + "  - {id: d, validator: validate_record_counts, table: Orders, severity: blocking,\n"
        "     tolerance: {absolute: 3}, equality: {empty_is_null: true}}\n"
    )
    assert pipeline.defaults == Policy(
        severity=Severity.WARNING,
        tolerance=Tolerance(relative=Decimal("0.01")),
        equality=Equality(letter_case="ignored"),
    )
    code = Policy(equality=Equality(letter_case="significant"))
    assert pipeline.policies == (
        TablePolicy(table=ORDERS, severity=Severity.INFO, columns={"code": code}),
    )
    severities = {step.id: step.severity.value for step in pipeline.steps}
    assert severities == {
        "c.Orders": "info",
        "c.Sales.Codes": "warning",
        "c.HR.Codes": "warning",
        "d": "blocking",
    }
    own = pipeline.steps[-1]
    assert own.tolerance == Tolerance(absolute=Decimal(3))
    under = pipeline.policies_of(own)
    assert under.tolerance() == Tolerance(absolute=Decimal(3), relative=Decimal("0.01"))
    assert under.equality(ORDERS, "code") == Equality(empty_is_null=True)
    assert under.equality(ORDERS, "name") == Equality(letter_case="ignored", empty_is_null=True)


def test_the_example_of_the_docs_means_what_is_said_of_it():
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "pipelines.md").read_text("utf-8")
    _, example = page.split("## How strict to be")[1].split("```yaml\n", 1)
    mapping = read_mapping(
        "tables:\n"
        "  - {source: Sales.FactSales, target: S.F}\n"
        "  - {source: Sales.DimProduct, target: S.P}\n"
    )
    known = {name: each.params for name, each in catalogue().items()}
    pipeline = parse_pipeline(
        HEAD + example.split("```")[0], known_validators=known, mapping=mapping
    )
    steps = {step.id: step for step in pipeline.steps}
    facts, products = (TableRef.parse(f"Sales.{name}") for name in ("FactSales", "DimProduct"))
    under = pipeline.policies_of(steps["codes"])
    assert under.equality(products, "ProductCode") == Equality(
        empty_is_null=True, letter_case="ignored"
    )
    under = pipeline.policies_of(steps["sales"])
    millionth = Decimal("0.000001")
    assert under.tolerance("SalesAmount") == Tolerance(absolute=Decimal("0.05"), relative=millionth)
    assert under.tolerance("Quantity") == Tolerance(relative=millionth)
    assert pipeline.policies_of(steps["nulls.FactSales"]).gravest(["Note"]).value == "info"
    assert under.equality(facts, "SalesAmount").cut == "round"
    assert all(f"`{name}" in page for name in Equality.model_fields)


def test_a_pipeline_of_python_fills_in_the_severity_that_its_steps_leave_open():
    table = TableRef.parse("Sales.Orders")
    open_step = Step(id="open", validator="v", table=table)
    said = Step(id="said", validator="v", table=table, severity=Severity.BLOCKING)
    pipeline = Pipeline(
        name="p",
        source="a",
        target="b",
        defaults=Policy(severity=Severity.INFO),
        steps=(open_step, said),
    )
    assert [step.severity.value for step in pipeline.steps] == ["info", "blocking"]
    assert [step.policy.severity for step in pipeline.steps] == [None, Severity.BLOCKING]
    assert Pipeline.model_validate_json(pipeline.model_dump_json()) == pipeline


def test_what_a_policy_leaves_open_stays_open_when_it_was_stored():
    policy = Policy(tolerance=Tolerance(absolute=Decimal(1)), equality=Equality(decimals=None))
    read = Policy.model_validate_json(policy.model_dump_json())
    assert read.tolerance is not None
    assert read.equality is not None
    assert read.tolerance.model_fields_set == {"absolute"}
    assert read.equality.model_fields_set == {"decimals"}


# ------------------------------------------------------------ faults

POLICIES = "policies:\n"


@pytest.mark.parametrize(
    ("text", "line", "path", "message", "hint"),
    [
        (
            "defaults: {tolerance: {absolute: -1}}\n",
            4,
            "defaults.tolerance.absolute",
            "should be greater than or equal to 0",
            None,
        ),
        (
            "defaults: {equality: {leter_case: ignored}}\n",
            4,
            "defaults.equality.leter_case",
            "there is no key 'leter_case' here",
            "did you mean 'letter_case'?",
        ),
        (
            "defaults: {equality: {letter_case: ignore}}\n",
            4,
            "defaults.equality.letter_case",
            "should be 'significant' or 'ignored'",
            "did you mean 'ignored'?",
        ),
        (
            POLICIES + "  Sales.Ordres: {severity: info}\n",
            5,
            "policies['Sales.Ordres']",
            "table Sales.Ordres is not in the mapping",
            "did you mean 'Sales.Orders'?",
        ),
        (
            POLICIES + "  Codes: {severity: info}\n",
            5,
            "policies.Codes",
            "more than one table is called Codes",
            "write the schema too: Sales.Codes or HR.Codes",
        ),
        (
            POLICIES + "  a.b.c: {severity: info}\n",
            5,
            "policies['a.b.c']",
            "'a.b.c' is not of the form schema.table",
            None,
        ),
        (
            POLICIES + "  Orders: {severity: info}\n  Sales.Orders: {severity: warning}\n",
            6,
            "policies['Sales.Orders']",
            "line 5 is about the table Sales.Orders already",
            None,
        ),
        (
            POLICIES + "  Orders:\n    columns:\n      code: {severty: info}\n",
            7,
            "policies.Orders.columns.code.severty",
            "there is no key 'severty' here",
            "did you mean 'severity'?",
        ),
        (
            POLICIES + "  Orders:\n    columns:\n      code: {columns: {}}\n",
            7,
            "policies.Orders.columns.code.columns",
            "there is no key 'columns' here",
            None,
        ),
        (
            POLICIES + "  Orders: {tolerance: {relative: -0.5}}\n",
            5,
            "policies.Orders.tolerance.relative",
            "should be greater than or equal to 0",
            None,
        ),
        (POLICIES + "  Orders: info\n", 5, "policies.Orders", "should be keys with values", None),
        ("policies: [Orders]\n", 4, "policies", "should be keys with values", None),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_at_its_line(
    text: str, line: int, path: str, message: str, hint: str | None
):
    told = faults(text + STEPS)
    assert told == [(line, path, message)]
    assert hint is None or hints(text + STEPS) == [hint]


def test_a_step_whose_check_has_no_tolerance_takes_none():
    step = "{id: s, validator: validate_metric_sums, table: Orders, params: {columns: [a]}"
    assert faults(f"steps:\n  - {step}, tolerance: {{absolute: 1}}}}\n") == [
        (5, "steps[0].tolerance", "validate_metric_sums has no tolerance")
    ]
    assert parse(f"defaults: {{tolerance: {{absolute: 1}}}}\nsteps:\n  - {step}}}\n").steps


def problems(text: str) -> list[dict[str, Any]]:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    found: list[dict[str, Any]] = caught.value.context["problems"]
    return found


def faults(text: str) -> list[tuple[int, str, str]]:
    return [(each["line"], each["path"], each["message"]) for each in problems(text)]


def hints(text: str) -> list[str | None]:
    return [each["hint"] for each in problems(text)]


# ------------------------------------------------------------ writing

TOLERANCES = st.builds(
    lambda fields: Tolerance(**fields),
    st.fixed_dictionaries(
        {}, optional={"absolute": st.integers(0, 9), "relative": st.sampled_from([0, 0.25])}
    ),
)
EQUALITIES = st.builds(
    lambda fields: Equality(**fields),
    st.fixed_dictionaries(
        {},
        optional={
            "empty_is_null": st.booleans(),
            "letter_case": st.sampled_from(["ignored", "significant"]),
            "decimals": st.none() | st.integers(0, 9),
            "relative": st.sampled_from([Decimal(0), Decimal("1e-12")]),
        },
    ),
)
SAID: dict[str, st.SearchStrategy[Any]] = {
    "severity": st.none() | st.sampled_from(Severity),
    "tolerance": st.none() | TOLERANCES,
    "equality": st.none() | EQUALITIES,
}
COLUMNS = st.dictionaries(
    st.sampled_from(["code", "odd name", "no"]), st.builds(Policy, **SAID), max_size=2
)


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    tables = [TableRef.parse(name) for name in ("s.t", "s.u", '"a.b".c')]
    told = draw(st.lists(st.sampled_from(tables), unique=True))
    steps = [
        Step(
            id=str(number),
            validator="validate_record_counts",
            table=draw(st.sampled_from(tables)),
            **draw(
                st.fixed_dictionaries({}, optional={**SAID, "severity": st.sampled_from(Severity)})
            ),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    policies = [
        draw(st.builds(TablePolicy, table=st.just(t), columns=COLUMNS, **SAID)) for t in told
    ]
    return Pipeline(
        name="p",
        source="a",
        target="b",
        defaults=draw(st.builds(Policy, **SAID)),
        policies=tuple(policies),
        steps=tuple(steps),
    )


@given(pipelines())
def test_policies_are_read_back_as_they_were_written(pipeline: Pipeline):
    read = parse_pipeline(dump_pipeline(pipeline), known_validators=KNOWN)
    assert read == pipeline
    for one, other in zip(pipeline.steps, read.steps, strict=True):
        for column in (None, "code", "odd name"):
            before, after = pipeline.policies_of(one), read.policies_of(other)
            assert after.tolerance(column) == before.tolerance(column)
            assert after.severity(column).value == before.severity(column).value
            assert after.equality(one.table, column or "") == before.equality(
                one.table, column or ""
            )


def test_a_pipeline_with_policies_is_written_as_a_person_would():
    pipeline = Pipeline(
        name="p",
        source="a",
        target="b",
        defaults=Policy(severity=Severity.WARNING, tolerance=Tolerance(relative=Decimal("0.01"))),
        policies=(
            TablePolicy(
                table=ORDERS,
                columns={"code": Policy(equality=Equality(letter_case="ignored", decimals=2))},
            ),
        ),
        steps=(
            Step(
                id="c",
                validator="validate_record_counts",
                table=ORDERS,
                severity=Severity.BLOCKING,
                equality=Equality(empty_is_null=True),
            ),
        ),
    )
    assert dump_pipeline(pipeline) == (
        "name: p\n"
        "source: a\n"
        "target: b\n"
        "defaults:\n"
        "  severity: warning\n"
        "  tolerance: {relative: 0.01}\n"
        "policies:\n"
        "  Sales.Orders:\n"
        "    columns:\n"
        "      code:\n"
        "        equality: {letter_case: ignored, decimals: 2}\n"
        "steps:\n"
        "  - id: c\n"
        "    validator: validate_record_counts\n"
        "    table: Sales.Orders\n"
        "    severity: blocking\n"
        "    equality: {empty_is_null: true}\n"
    )


# ------------------------------------------------------------ running

ROWS = {
    "source": "(1, 'open', 10.00, 'a', 'x'), (2, 'shut', 20.00, 'b', 'y'), (3, 'open', 30.00, '', 'z')",
    "target": "(1, 'OPEN', 10.05, 'a', 'x'), (2, 'SHUT', 20.00, 'b', 'y'), (3, 'open', 30.00, NULL, 'Z')",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("policies")
    for side, rows in ROWS.items():
        with duckdb_file(made / f"{side}.duckdb") as database:
            database.execute(
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, status VARCHAR, amount DECIMAL(9, 2), note VARCHAR,"
                f" mark VARCHAR); INSERT INTO orders VALUES {rows}"
            )
    return made


@pytest.fixture
def run_file(folder: Path, tmp_path: Path) -> Any:
    def run(text: str) -> Run:
        path = tmp_path / "p.yaml"
        sides = "".join(f"{side}: 'duckdb:///{folder}/{side}.duckdb'\n" for side in ROWS)
        path.write_text(f"name: p\n{sides}{text}")
        return ombudsman.run(path)

    return run


def only(run: Run) -> StepRun:
    (step_run,) = run.steps
    return step_run


def told(step_run: StepRun) -> list[tuple[str, Any, str, tuple[str, ...]]]:
    return [(p.what, p.value, p.set_by, tuple(p.columns)) for p in step_run.policies]


DOMAIN = (
    "steps:\n  - {id: d, validator: validate_domain_values, table: orders,"
    " params: {columns: [status], allowed: [Open, Shut]}%s}\n"
)
SUMS = (
    "steps:\n  - {id: s, validator: validate_metric_sums, table: orders,"
    " params: {columns: [amount]%s}%s}\n"
)
IGNORED = "equality: {letter_case: ignored}"


@pytest.mark.parametrize(
    ("text", "passes", "set_by"),
    [
        (DOMAIN % "", False, None),
        (f"defaults: {{{IGNORED}}}\n" + DOMAIN % "", True, "pipeline"),
        (f"policies: {{orders: {{{IGNORED}}}}}\n" + DOMAIN % "", True, "table main.orders"),
        (
            f"policies: {{orders: {{columns: {{status: {{{IGNORED}}}}}}}}}\n" + DOMAIN % "",
            True,
            "column main.orders.status",
        ),
        (DOMAIN % f", {IGNORED}", True, "step"),
        (
            f"defaults: {{{IGNORED}}}\n" + DOMAIN % ", equality: {letter_case: significant}",
            False,
            "step",
        ),
        (
            f"policies: {{orders: {{columns: {{note: {{{IGNORED}}}}}}}}}\n" + DOMAIN % "",
            False,
            None,
        ),
    ],
)
def test_the_result_says_whose_equality_applied(
    run_file: Any, text: str, passes: bool, set_by: str | None
):
    step_run = only(run_file(text))
    assert (step_run.verdict is Verdict.PASSED) == passes
    assert [each[2:] for each in told(step_run)] == ([(set_by, ("status",))] if set_by else [])


@pytest.mark.parametrize(
    ("text", "passes", "set_by"),
    [
        (SUMS % ("", ""), False, None),
        ("defaults: {tolerance: {absolute: 0.05}}\n" + SUMS % ("", ""), True, "pipeline"),
        (
            "policies: {orders: {columns: {amount: {tolerance: {absolute: 0.05}}}}}\n"
            + SUMS % ("", ""),
            True,
            "column main.orders.amount",
        ),
        (
            "policies: {orders: {columns: {id: {tolerance: {absolute: 0.05}}}}}\n"
            + SUMS % ("", ""),
            False,
            None,
        ),
        (SUMS % ("", ", tolerance: {absolute: 0.05}"), True, "step"),
        (
            SUMS % (", tolerance: {absolute: 0.04}", ", tolerance: {absolute: 0.05}"),
            False,
            "step",
        ),
        (
            "defaults: {tolerance: {absolute: 0.04}}\n"
            + SUMS % (", tolerance: {absolute: 0.05}", ""),
            True,
            "step",
        ),
    ],
)
def test_the_result_says_whose_tolerance_applied(
    run_file: Any, text: str, passes: bool, set_by: str | None
):
    step_run = only(run_file(text))
    assert (step_run.verdict is Verdict.PASSED) == passes
    assert [(what, by) for what, _, by, _ in told(step_run)] == (
        [("tolerance.absolute", set_by)] if set_by else []
    )


STATUS_IS_INFO = (
    "policies: {orders: {columns: {status: {severity: info}, mark: {severity: warning}}}}\n"
)
STATISTICS = (
    "steps:\n  - {id: s, validator: validate_statistics, table: orders,"
    " params: {columns: %s, statistics: [min]}%s}\n"
    "  - {id: after, validator: validate_record_counts, table: orders, needs: [s]}\n"
)


@pytest.mark.parametrize(
    ("columns", "own", "severity", "set_by"),
    [
        ("[status]", "", "info", "column main.orders.status"),
        ("[mark, status, id]", "", "warning", "column main.orders.mark"),
        ("[status, note, amount]", "", "blocking", None),
        ("[status]", ", severity: warning", "warning", "step"),
        ("[status]", ", severity: blocking", "blocking", "step"),
    ],
)
def test_a_failure_matters_as_much_as_the_columns_in_which_it_was_found(
    run_file: Any, columns: str, own: str, severity: str, set_by: str | None
):
    run = run_file(STATUS_IS_INFO + STATISTICS % (columns, own))
    first, after = run.steps
    assert first.verdict is Verdict.FAILED
    assert first.step.severity.value == severity
    assert [by for what, _, by, _ in told(first) if what == "severity"] == [set_by or []][
        : bool(set_by)
    ]
    blocks = severity == "blocking"
    assert after.status.value == ("skipped" if blocks else "passed")
    assert run.status is (RunStatus.FAILED if blocks else RunStatus.PASSED)


def test_what_only_a_comparison_of_rows_forgives_is_noted(run_file: Any):
    step_run = only(
        run_file("defaults: {equality: {unicode_form: nfc}}\n" + DOMAIN % f", {IGNORED}")
    )
    assert step_run.verdict is Verdict.PASSED
    assert step_run.result is not None
    assert list(step_run.result.notes) == [
        "equality.unicode_form (pipeline) is for the comparison of rows alone: not used for status"
    ]


def test_an_equality_of_a_step_that_takes_no_effect_is_noted(run_file: Any):
    step_run = only(run_file(SUMS % (", tolerance: {absolute: 1}", f", {IGNORED}")))
    assert step_run.result is not None
    assert list(step_run.result.notes) == [
        "the step's equality took no effect: no value that it looked at is of a kind that it speaks of"
    ]


def test_a_column_that_is_not_there_is_refused_at_its_line(run_file: Any):
    text = "policies:\n  orders:\n    columns:\n      staus: {severity: info}\n"
    with pytest.raises(PipelineInvalid) as caught:
        run_file(text + DOMAIN % "")
    (problem,) = caught.value.context["problems"]
    assert (problem["line"], problem["path"], problem["message"], problem["hint"]) == (
        7,
        "policies.orders.columns.staus",
        "no column 'staus' in main.orders",
        "did you mean 'status'?",
    )


# ------------------------------------------------------------ in Python


def test_policies_of_a_pipeline_of_python_are_looked_up_before_anything_is_asked(folder: Path):
    orders = TableRef.parse("orders")
    step = Step(
        id="u",
        validator="validate_uniqueness",
        table=orders,
        tolerance=Tolerance(absolute=Decimal(1)),
    )
    policies = (
        TablePolicy(table=orders, columns={"staus": Policy(severity=Severity.INFO)}),
        TablePolicy(table=TableRef.parse("ordes")),
    )
    pipeline = Pipeline(name="p", source="a", target="b", policies=policies, steps=(step,))
    with opened(folder) as session, pytest.raises(PipelineInvalid) as caught:
        run_pipeline(pipeline, session)
    lines = [line for line in caught.value.context["problems"] if "has no key" not in line]
    hint = "leave it out: this check compares no figures that may lie apart"
    assert lines == [
        f"step 'u': tolerance: validate_uniqueness has no tolerance; {hint}",
        "policies: no column 'staus' in orders; did you mean 'status'?",
        "policies: the source has no table ordes; did you mean 'main.orders'?",
    ]


def test_a_table_has_one_policy():
    twice = TablePolicy(table=ORDERS), TablePolicy(table=ORDERS)
    with pytest.raises(PipelineInvalid, match=r"table Sales\.Orders has more than one policy"):
        Pipeline(name="p", source="a", target="b", policies=twice, steps=())


def test_a_run_goes_on_with_steps_whose_severity_became_that_of_their_columns(
    folder: Path, tmp_path: Path
):
    orders = TableRef.parse("orders")
    status = Policy(severity=Severity.INFO)
    step = Step(
        id="s",
        validator="validate_statistics",
        table=orders,
        params={"columns": ["status"], "statistics": ["min"]},
    )
    pipeline = Pipeline(
        name="p",
        source="a",
        target="b",
        policies=(TablePolicy(table=orders, columns={"status": status}),),
        steps=(step,),
    )
    with opened(folder) as session:
        run = run_pipeline(pipeline, session, folder=tmp_path)
    assert only(run).step.severity is Severity.INFO
    (header,) = tmp_path.glob("*/run.json")
    record = RunRecord(header.parent, RunRecord.begin(tmp_path, pipeline, now=run.started).header)
    taken_over = record.judged()["s"]
    assert taken_over.step.severity is Severity.INFO
    assert taken_over.policies == only(run).policies


def test_one_question_is_asked_under_an_equality(folder: Path):
    def asked(equality: Equality | None) -> Verdict:
        return ombudsman.validate(
            "validate_domain_values",
            *(f"duckdb:///{folder}/{side}.duckdb" for side in ROWS),
            table="orders",
            params={"columns": ["status"]},
            equality=equality,
        ).verdict

    assert asked(None) is Verdict.FAILED
    assert asked(Equality(letter_case="ignored")) is Verdict.PASSED
