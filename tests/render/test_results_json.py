import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.render import runs
from tests.render.shape import complaints

from ombudsman.model.pipeline import Run, RunStatus
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.render.results_json import results, write_json

SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("results.schema.json").read_text())


def step_of(told: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(step for step in told["steps"] if step["id"] == id_)


@pytest.mark.parametrize("make", [*runs.EVERY_RUN, lambda: runs.large_run(10)])
def test_every_run_keeps_the_contract_also_after_json(make: Callable[[], Run]):
    told = json.loads(json.dumps(results(make()), allow_nan=False))
    assert list(complaints(told, SCHEMA, SCHEMA, "$")) == []


def test_the_shape_check_itself_notices_what_is_wrong():
    told = results(runs.failed_run())
    told["run"]["status"] = "fine"
    told["steps"][0].pop("found")
    told["steps"][0]["extra"] = 1
    told["coverage"]["tables"][0]["columns_total"] = "6"
    assert len(list(complaints(told, SCHEMA, SCHEMA, "$"))) == 4


def test_found_is_whole_and_findings_are_a_sample():
    step = step_of(results(runs.failed_run()), "orders_rows")
    assert step["found"] == {"row_missing_in_target": 3, "value_differs": 412_310}
    assert len(step["findings"]) == 103


def test_numbers_that_a_reader_would_round_are_texts():
    figures = [
        Figure(name="sum", source=Decimal("0.10"), target=Decimal(1)),
        Figure(name="max", source=2**53, target=2**53 + 1),
        Figure(name="mean", source=float("nan"), target=0.5),
    ]
    run = runs.run([runs.judged(runs.step("a", "v"), Result(figures=figures))], RunStatus.PASSED)
    told = [(f["source"], f["target"]) for f in results(run)["steps"][0]["figures"]]
    assert told == [("0.10", "1"), (2**53, str(2**53 + 1)), ("NaN", 0.5)]


def test_a_step_that_was_not_judged_has_no_verdict_and_says_why():
    told = results(runs.errored_run())
    errored, skipped = step_of(told, "audit_count"), step_of(told, "orders_keys")
    assert (errored["status"], errored["verdict"]) == ("errored", None)
    assert errored["problem"]["code"] == "permission_denied"
    assert errored["problem"]["hint"].startswith("grant SELECT")
    assert (skipped["verdict"], skipped["problem"]) == (None, None)
    assert skipped["reason"] == "step 'orders_count', which it needs, failed"


def test_names_are_the_sources_and_the_targets_stand_beside_where_they_differ():
    finding = next(
        each
        for each in step_of(results(runs.failed_run()), "orders_rows")["findings"]
        if each["column"] == "status"
    )
    assert (finding["table"], finding["column"]) == ("shop.orders", "status")
    assert (finding["target_table"], finding["target_column"]) == ("SALES.ORDERS", "STATUS")
    assert finding["message"] == "OPEN    in source, OPEN in target"


def test_equal_names_are_not_repeated():
    finding = Finding(kind=Kind.VALUE_DIFFERS, column="a", source=1, target=2)
    step_run = runs.judged(runs.step("a", "v", "public.t"), Result(findings=[finding]))
    step_run = step_run.model_copy(update={"target_table": runs.ref("public.t")})
    told = results(runs.run([step_run], RunStatus.FAILED))["steps"][0]["findings"][0]
    assert "target_table" not in told
    assert "target_column" not in told


def test_a_mapped_table_that_no_step_named_is_in_the_coverage_with_nothing_checked():
    tables = {t["source"]: t for t in results(runs.failed_run())["coverage"]["tables"]}
    assert tables["shop.audit_log"] == {
        "source": "shop.audit_log",
        "target": "SALES.AUDIT_LOG",
        "columns_checked": 0,
        "columns_total": 4,
        "unchecked": ["id", "at", "who", "what"],
        "unmapped": [],
        "rows_compared": None,
        "rows_total": None,
    }
    assert tables["shop.orders"]["rows_compared"] == 120_431


def test_the_file_is_readable_utf_8_also_with_a_lone_surrogate(tmp_path: Path):
    finding = Finding(kind=Kind.VALUE_DIFFERS, source="Größe \ud800", target="東京")
    step_run = runs.judged(runs.step("a", "v"), Result(findings=[finding]))
    path = tmp_path / "results.json"
    write_json(runs.run([step_run], RunStatus.FAILED), path)
    text = path.read_text(encoding="utf-8")
    assert "東京" in text
    assert json.loads(text)["steps"][0]["findings"][0]["source"] == "Größe \ud800"


def test_a_statement_has_its_name_in_the_engines_history_and_what_it_scanned():
    source, target = runs.statements()
    scanned = target.model_copy(update={"bytes_scanned": 0})
    step_run = runs.judged(runs.step("a", "v"), Result(statements=[source, scanned]))
    told = results(runs.run([step_run], RunStatus.PASSED))
    assert list(complaints(json.loads(json.dumps(told)), SCHEMA, SCHEMA, "$")) == []
    of_source, of_target = told["steps"][0]["statements"]
    assert not {"query_id", "bytes_scanned"} & of_source.keys()
    assert (of_target["query_id"], of_target["bytes_scanned"]) == ("01b2-77", 0)


def test_what_a_run_cost_is_told_where_somebody_is_billed():
    run = runs.passed_run()
    assert "costs" not in results(run)["run"]
    billed = run.model_copy(update={"costs": {Side.TARGET: "about 0.017 credits"}})
    told = json.loads(json.dumps(results(billed)))
    assert told["run"]["costs"] == {"target": "about 0.017 credits"}
    assert list(complaints(told, SCHEMA, SCHEMA, "$")) == []
