"""A run from file to files: exit codes, results.json to the letter, and the same verdicts however it is run."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.cli.program import Told, begun
from tests.cli.shop import Shop, make_shop

from ombudsman.model.result import Kind

OUTPUTS = ("--json", "out/results.json", "--junit", "out/junit.xml", "--html", "out/report.html")
ERRS = """\
- {id: errs, validator: validate_metric_sums, table: Sales.Customers, params: {columns: [Shape]}}
"""
PASSES = "- {id: passes, validator: validate_record_counts, table: Sales.Orders}\n"
FAILS = "- {id: fails, validator: validate_metric_sums, table: Sales.Orders, params: {columns: [Amount]}}\n"
FAILS_BY_KEY = """\
- id: fails_by_key
  validator: validate_metric_sums
  table: Sales.Orders
  params: {columns: [Amount], group_by: [OrderId]}
"""
NEEDS = "- {id: needs, validator: validate_record_counts, table: Sales.Orders, needs: [%s]}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"))


def run(shop: Shop, steps: str, *arguments: str, code: int) -> dict[str, Any]:
    """Runs the steps, looks at the exit code, and returns what results.json holds."""
    path = shop.folder / "out" / "results.json"
    path.unlink(missing_ok=True)
    shop.pipeline(steps)
    told = shop.call("run", "pipeline.yaml", *OUTPUTS, *arguments)
    assert told.code == code, told.all
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def statuses(data: dict[str, Any]) -> dict[str, str]:
    return {step["id"]: step["status"] for step in data["steps"]}


def with_setting(step: str, setting: str) -> str:
    """The step, written on one line, with one more setting."""
    return step.rstrip().removesuffix("}") + f", {setting}}}\n"


CODES = {
    "all_passed": (PASSES, 0, "passed"),
    "the_data_disagree": (PASSES + FAILS, 1, "failed"),
    "a_warning_does_not_fail_the_run": (
        PASSES + with_setting(FAILS, "severity: warning"),
        *(0, "passed"),
    ),
    "nor_does_information": (with_setting(FAILS, "severity: info"), 0, "passed"),
    "something_was_not_measured": (PASSES + ERRS, 3, "errored"),
    "an_error_outweighs_a_failure": (FAILS + ERRS, 3, "errored"),
    "an_error_of_severity_info_is_an_error": (with_setting(ERRS, "severity: info"), 3, "errored"),
}


@pytest.mark.parametrize("name", CODES)
def test_the_exit_code_says_what_became_of_the_run(name: str, shop: Shop):
    steps, code, status = CODES[name]
    assert run(shop, steps, code=code)["run"]["status"] == status


ON_FAILURE = {
    "dependents_are_skipped": (FAILS, {"fails": "failed", "needs": "skipped", "passes": "passed"}),
    "of_an_error_too": (ERRS, {"errs": "errored", "needs": "skipped", "passes": "passed"}),
    "all_goes_on": (
        with_setting(FAILS, "on_failure: go_on"),
        {"fails": "failed", "needs": "passed", "passes": "passed"},
    ),
    "a_warning_holds_nothing_back": (
        with_setting(FAILS, "severity: warning"),
        {"fails": "failed", "needs": "passed", "passes": "passed"},
    ),
}


@pytest.mark.parametrize("name", ON_FAILURE)
def test_a_step_that_fails_decides_about_the_rest(name: str, shop: Shop):
    first, expected = ON_FAILURE[name]
    culprit = next(iter(expected))
    code = {"failed": 1, "errored": 3}[expected[culprit]] * ("warning" not in name)
    data = run(shop, first + NEEDS % culprit + PASSES, code=code)
    assert statuses(data) == expected
    skipped = [step["reason"] for step in data["steps"] if step["status"] == "skipped"]
    assert all(reason.startswith(f"needs {culprit}, which ") for reason in skipped)


def test_stop_lets_no_further_step_start(shop: Shop):
    stopping = with_setting(FAILS, "on_failure: stop")
    data = run(shop, stopping + PASSES + NEEDS % "passes", code=1)
    assert statuses(data) == {"fails": "failed", "passes": "passed", "needs": "skipped"}
    assert data["steps"][2]["reason"] == "stopped after fails failed"


# ------------------------------------------------------------ the contract


def test_results_json_is_what_other_programs_rely_on(shop: Shop):
    data = run(shop, PASSES + FAILS + FAILS_BY_KEY + ERRS, code=3)
    assert set(data) == {"run", "steps", "coverage"}
    assert set(data["run"]) == {"id", "pipeline", "status", "started", "finished", "snapshot"}
    assert set(data["run"]["snapshot"]) == {"source", "target"}
    for step in data["steps"]:
        assert set(step) == {
            *(
                "id",
                "validator",
                "tables",
                "status",
                "verdict",
                "severity",
                "policies",
                "found",
                "findings",
            ),
            *("figures", "statements", "problem", "notes", "reason"),
        }
        assert set(step["tables"]) == {"source", "target"}
        assert set(step["found"]) <= {kind.value for kind in Kind}
        for finding in step["findings"]:
            assert set(finding) - {"target_table", "target_column"} == {
                *("kind", "cause", "side", "table", "column", "key", "source", "target", "message")
            }
        for figure in step["figures"]:
            assert set(figure) == {"name", "column", "key", "source", "target", "agrees"}
        for statement in step["statements"]:
            assert set(statement) == {"side", "sql", "ms", "rows"}
    assert set(data["coverage"]) == {"tables", "never_checked", "unmapped", "row_share"}
    for table in data["coverage"]["tables"]:
        assert set(table) == {
            *("source", "target", "columns_checked", "columns_total", "unchecked", "unmapped"),
            *("rows_compared", "rows_total"),
        }
    passes, fails, by_key, errs = data["steps"]
    assert (passes["verdict"], passes["found"], passes["problem"]) == ("passed", {}, None)
    assert fails["tables"] == {"source": "Sales.Orders", "target": "SALES.ORDERS"}
    (finding,) = fails["findings"]
    assert (finding["source"], finding["target"]) == ("30.31", "30.32"), "decimals are texts"
    assert (finding["column"], finding["target_column"]) == ("Amount", "AMOUNT")
    assert {each["side"] for each in fails["statements"]} == {"source", "target"}
    (finding,) = by_key["findings"]
    assert finding["key"] == ["9007199254740993"], "integers beyond 2^53 are texts"
    assert [figure["key"] for figure in by_key["figures"]][:2] == [[1], [2]]
    assert Decimal(by_key["figures"][0]["source"]) == Decimal("10.10")
    assert (errs["verdict"], errs["found"], errs["findings"]) == (None, {}, [])
    assert set(errs["problem"]) == {"code", "message", "hint", "context"}
    assert errs["problem"]["code"] == "unsupported"


def test_the_other_files_are_written_also_when_steps_err(shop: Shop):
    run(shop, PASSES + FAILS + ERRS + NEEDS % "errs", code=3)
    suite = ET.parse(shop.folder / "out" / "junit.xml").getroot().find("testsuite")  # noqa: S314 - our own file
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    page = (shop.folder / "out" / "report.html").read_text()
    for word in ("passes", "fails", "errs", "needs", "Shape"):
        assert word in page


def test_a_file_that_cannot_be_written_costs_neither_the_others_nor_the_summary(tmp_path: Path):
    shop = make_shop(tmp_path)
    shop.pipeline(PASSES)
    (tmp_path / "full").symlink_to("/dev/full")
    told = shop.call("run", "pipeline.yaml", "--json", "full", "--html", "report.html")
    assert told.code == 2
    assert "full cannot be written: No space left on device" in told.err
    assert "passed" in told.out
    assert (tmp_path / "report.html").is_file()


def test_a_reader_that_goes_away_costs_no_file(shop: Shop):
    shop.pipeline(FAILS)
    with begun("run", "pipeline.yaml", "--json", "piped.json", cwd=shop.folder) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == 3
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert json.loads((shop.folder / "piped.json").read_text())["run"]["status"] == "failed"


def test_a_terminal_that_knows_no_such_letters_gets_escapes(shop: Shop):
    shop.pipeline(FAILS)
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    with begun("run", "pipeline.yaml", cwd=shop.folder, environment=ascii_only) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    assert out.isascii()
    assert "30.31" in out


# ------------------------------------------------------------ the same, however it is run


MANY = f"""
{PASSES}{FAILS}{FAILS_BY_KEY}{ERRS}
- {{id: counts, validator: validate_record_counts, tables: all}}
- {{id: nulls, validator: validate_nulls, tables: all, needs: [counts]}}
- {{id: statistics, validator: validate_statistics, tables: all}}
- {{id: keys, validator: validate_uniqueness, tables: all}}
- {{id: types, validator: validate_schema_datatypes, tables: all}}
- id: big
  validator: validate_record_counts
  table: Sales.Orders
  params: {{where: Amount > 1, group_by: [OrderDate]}}
- {{id: last, validator: validate_record_counts, table: Sales.Orders, needs: [fails]}}
"""


def judgements(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps without the statements, which differ in how they were put together."""
    return [{k: v for k, v in step.items() if k != "statements"} for step in data["steps"]]


def test_results_do_not_depend_on_how_many_statements_run_at_once(shop: Shop):
    whole = judgements(run(shop, MANY, code=3))
    for jobs in ("1", "2", "7"):
        assert judgements(run(shop, MANY, "--jobs", jobs, code=3)) == whole


def test_only_runs_what_was_chosen_and_what_it_needs(shop: Shop):
    chosen = {
        ("last",): (["fails", "last"], 1),
        ("nulls.Orders",): (["counts.Orders", "nulls.Orders"], 0),
        ("counts", "passes"): (["passes", "counts.Customers", "counts.Orders"], 0),
        ("*.Orders",): (
            [f"{name}.Orders" for name in ("counts", "nulls", "statistics", "keys", "types")],
            1,
        ),
    }
    whole = {step["id"]: step for step in judgements(run(shop, MANY, code=3))}
    for choice, (expected, code) in chosen.items():
        arguments = [part for each in choice for part in ("--only", each)]
        data = run(shop, MANY, *arguments, code=code)
        assert [step["id"] for step in data["steps"]] == expected
        for step in judgements(data):
            if step["status"] != "skipped":
                assert step == whole[step["id"]]


def test_a_run_that_erred_goes_on_unless_the_pipeline_was_changed(tmp_path: Path):
    shop = make_shop(tmp_path)
    before = run(shop, PASSES + FAILS + ERRS, code=3)
    changed = run_again(shop, PASSES + ERRS)
    assert (changed.code, "was changed since" in changed.err) == (2, True)
    assert run_again(shop, PASSES + FAILS + ERRS, "--only", "passes").code == 2
    for path in (tmp_path / ".ombudsman").rglob("0000.json"):
        path.write_text('{"step": ')
    assert run_again(shop, PASSES + FAILS + ERRS, *OUTPUTS).code == 3
    after = json.loads((tmp_path / "out" / "results.json").read_text())
    assert after["run"]["id"] == before["run"]["id"]
    assert judgements(after) == judgements(before)
    by_id = {step["id"]: step for step in after["steps"]}
    assert by_id["fails"] == before["steps"][1], "to the statement: it was not run again"
    assert by_id["passes"]["statements"] != before["steps"][0]["statements"]


def run_again(shop: Shop, steps: str, *arguments: str) -> Told:
    shop.pipeline(steps)
    return shop.call("run", "pipeline.yaml", "--resume", *arguments)


def test_a_table_without_columns_is_mapped_by_name(tmp_path: Path):
    shop = make_shop(tmp_path)
    header = """
    name: shop
    source: old
    target: new
    mapping:
      tables:
        - {source: Sales.Orders, target: SALES.ORDERS, exclude: [OrderDate], exclude_target: [ORDER_DATE]}
    """
    shop.pipeline(
        "- {id: keys, validator: validate_uniqueness, tables: all}\n" + FAILS, header=header
    )
    told = shop.call("run", "pipeline.yaml", "--json", "r.json")
    assert told.code == 1, told.all
    data = json.loads((tmp_path / "r.json").read_text())
    assert statuses(data) == {"keys.Orders": "passed", "fails": "failed"}
    (table,) = data["coverage"]["tables"]
    assert (table["columns_checked"], table["columns_total"]) == (2, 3), (
        "the key came from the source"
    )


def test_an_empty_database_is_no_riddle(tmp_path: Path):
    empty = make_shop(tmp_path, source="SELECT 1", target="SELECT 1")
    empty.pipeline("- {id: counts, validator: validate_record_counts, tables: all}")
    told = empty.call("run", "pipeline.yaml")
    assert (told.code, "no tables" in told.err) == (2, True), told.err
    summary = empty.call("metadata", "extract", "old")
    assert (summary.code, "there are no tables" in summary.out) == (0, True)
    mapping = empty.call("mapping", "suggest", "old", "new")
    assert (mapping.code, "tables: []" in mapping.out) == (0, True)


def test_empty_tables_pass(tmp_path: Path):
    tables = (
        'CREATE TABLE a (id INTEGER PRIMARY KEY, amount DECIMAL(9, 2), day DATE, "text" VARCHAR)'
    )
    shop = make_shop(tmp_path, source=tables, target=tables)
    names = ("record_counts", "nulls", "statistics", "uniqueness", "schema_columns", "foreign_keys")
    steps = "".join(f"- {{id: {n}, validator: validate_{n}, tables: all}}\n" for n in names)
    assert set(statuses(run(shop, steps, code=0)).values()) == {"passed"}
