"""`ombudsman compare`: what it says, writes and answers with."""

import json
import shlex
from pathlib import Path

import duckdb
import pytest
from tests.cli.program import Told
from tests.cli.program import ombudsman as program

import ombudsman
from ombudsman.cli.commands.compare import acceptances, accepted
from ombudsman.model.equality import Equality
from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause, CauseGroup

SOURCE = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, born DATE);
INSERT INTO people VALUES (1, 'Ada', 'Ulm', DATE '1990-05-01'), (2, 'Bob', 'Bonn', NULL), (3, 'Eve', 'Köln', NULL),
  (4, 'Max', 'Bern', NULL);
"""
TARGET = """
CREATE TABLE persons (id BIGINT, name VARCHAR, city VARCHAR, born TIMESTAMP);
INSERT INTO persons VALUES (1, 'ada', 'Ulm', TIMESTAMP '1990-05-01 00:00:00'), (2, 'Bob', 'Bonn ', NULL),
  (3, 'Eve', 'Köln', NULL), (3, 'Eve', 'Köln', NULL), (5, 'New', 'Rom', NULL);
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, script in (("source", SOURCE), ("target", TARGET), ("same", SOURCE)):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as database:
            database.execute(script)
    names = ("source", "target", "same")
    connections = "".join(f"  {name}: {{engine: duckdb, path: {name}.duckdb}}\n" for name in names)
    (tmp_path / "ombudsman.yaml").write_text(f"connections:\n{connections}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Told:
    return program("compare", *arguments, cwd=Path.cwd())


BOTH = ("source:main.people", "target:main.persons")


def test_equal_tables_exit_with_0(folder: Path):
    told = call("source:main.people", "same:main.people")

    assert told.code == 0, told.all
    assert "4 rows of the source and 4 of the target" in told.all


def test_what_differs_is_told_with_its_causes(folder: Path):
    told = call(*BOTH)

    assert told.code == 1
    words = " ".join(told.all.split())
    assert "2 cells differ, 1 by trailing space (1 blank gained), 1 by letter case" in words
    assert "equality: {letter_case: ignored}" in words
    for found in ("1 row missing in target", "1 row missing in source", "1 row duplicated"):
        assert found in words


def test_what_it_would_take_to_accept_a_cause_can_be_copied(folder: Path):
    words = call(*BOTH).out
    proposed = [line.split() for line in words.splitlines() if line.startswith("  --accept ")]
    assert ["--accept", "name:letter_case=ignored"] in proposed
    assert ["--accept", "city:trailing_blanks=ignored"] in proposed

    told = call(*BOTH, *(word for line in proposed for word in line))

    assert "row differs in value" not in told.out
    assert "--accept" not in told.out


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("equality: {letter_case: ignored}", "--accept 'a b:letter_case=ignored'"),
        ("equality: {relative: 1e-7}", "--accept 'a b:relative=1e-7'"),
        (
            "equality: {empty_is_null: true, trailing_blanks: ignored}",
            "--accept 'a b:empty_is_null=true' --accept 'a b:trailing_blanks=ignored'",
        ),
    ],
)
def test_a_setting_is_told_as_the_command_takes_it(setting: str, words: str):
    others = ("transformation: {kind: trim}", "timezone: Europe/Berlin")
    group = CauseGroup(column="a b", cause=Cause.OTHER, cells=1, settings=(setting, *others))
    assert acceptances([group, group]) == (words,)
    _, columns = accepted(shlex.split(words)[1::2])
    assert columns["a b"] != Equality()


def test_it_says_what_names_the_rows_and_that_it_is_not_unique(folder: Path):
    words = " ".join(call(*BOTH, "--key", "id", "--strategy", "stream").out.split())

    assert "rows are named by id, the step's; nothing in the target keeps it unique" in words
    assert "the key is not unique: 1 key under which rows differ occurs several times" in words
    assert "stream: all rows come here and are joined; stream was asked for" in words


def test_urls_name_tables_too(folder: Path):
    told = call("duckdb:///source.duckdb#main.people", "duckdb:///target.duckdb#main.persons")

    assert told.code == 1


def test_the_json_is_one_step_with_what_a_comparison_adds(folder: Path):
    call(*BOTH, "--json", "out/step.json", "--rows", "out/rows.parquet")
    step = json.loads((folder / "out" / "step.json").read_text())

    assert step["validator"] == "validate_rows"
    assert step["tables"] == {"source": "main.people", "target": "main.persons"}
    assert step["verdict"] == "failed"
    assert step["found"] == {
        "row_missing_in_target": 1,
        "row_missing_in_source": 1,
        "row_duplicated": 1,
        "value_differs": 2,
    }
    assert step["columns"] == {"name": {"letter_case": 1}, "city": {"trailing_space": 1}}
    assert step["strategy"] in {"checksum", "stream"}
    assert step["rows_file"] == "out/rows.parquet"
    assert set(step["timings"]) >= {"plan"}


def test_every_difference_is_a_line_of_the_parquet_file(folder: Path):
    call(*BOTH, "--rows", "rows.parquet")
    lines = duckdb.sql("FROM 'rows.parquet' ORDER BY kind, key").fetchall()

    assert lines == [
        ("row_duplicated", None, '["3"]', None, None, "1", "2"),
        ("row_missing_in_source", None, '["5"]', None, None, None, None),
        ("row_missing_in_target", None, '["4"]', None, None, None, None),
        ("value_differs", "letter_case", '["1"]', "name", "name", "Ada", "ada"),
        ("value_differs", "trailing_space", '["2"]', "city", "city", "Bonn", "Bonn "),
    ]


def test_what_is_accepted_is_counted_and_no_difference(folder: Path):
    told = call(
        *BOTH,
        *("--where", "id < 3", "--json", "step.json"),
        *("--accept", "letter_case=ignored", "--accept", "city:trailing_blanks=ignored"),
    )

    assert told.code == 0, told.all
    step = json.loads((folder / "step.json").read_text())
    assert step["accepted"] == {"name": {"letter_case": 1}, "city": {"trailing_space": 1}}
    assert step["found"] == {}
    assert {each["set_by"] for each in step["policies"]} == {"step", "column main.people.city"}


def test_whole_rows_need_no_key(folder: Path):
    told = call(*BOTH, "--no-key", "--columns", "city")

    assert told.code == 1
    assert "whole rows were counted" in " ".join(told.all.split())


def test_the_report_is_written(folder: Path):
    call(*BOTH, "--html", "report.html")

    page = (folder / "report.html").read_text()
    assert "letter case" in page
    assert "Strategy" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("people", "target:main.persons"), "does not say which table"),
        (("source:main.peple", "target:main.persons"), "did you mean"),
        (("source:main.people", "target:main.person"), "did you mean"),
        (("sorce:main.people", "target:main.persons"), "did you mean 'source'"),
        ((*BOTH, "--key", "idd"), "did you mean 'id'"),
        ((*BOTH, "--columns", "nam"), "did you mean 'name'"),
        ((*BOTH, "--where", "id <"), "where"),
        ((*BOTH, "--strategy", "hash"), "strategy"),
        ((*BOTH, "--accept", "case=ignored"), "there is no 'case' to accept"),
        ((*BOTH, "--accept", "letter_case=maybe"), "letter_case"),
        ((*BOTH, "--accept", "nme:letter_case=ignored"), "did you mean 'name'"),
        ((*BOTH, "--accept", "letter_case=["), "is no value"),
        ((*BOTH, "--strategy", "native", "--key", "no.such"), "no.such"),
        ((*BOTH, "--limit", "0"), "limit"),
        ((*BOTH, "--json", "."), "is a folder"),
        ((*BOTH, "--rows", "ombudsman.yaml/rows.parquet"), "cannot be written"),
        ((*BOTH, "--html", "ombudsman.yaml/page.html"), "cannot be written"),
        ((*BOTH, "--key", "id", "--no-key"), "leave the key out"),
    ],
)
def test_what_cannot_be_used_exits_with_2_and_says_what(
    folder: Path, arguments: tuple[str, ...], words: str
):
    told = call(*arguments)

    assert told.code == 2, told.all
    assert words in " ".join(told.all.split())


@pytest.mark.parametrize("rest", ["", "#", "#a.b.c.d.e"])
def test_a_url_that_names_no_table_is_refused_without_its_password(folder: Path, rest: str):
    told = call("source:main.people", f"postgresql://reader:hunter2@host/new{rest}")

    assert told.code == 2, told.all
    assert "hunter2" not in told.all


@pytest.mark.parametrize("strategy", ["stream", "checksum"])
def test_a_limit_tells_at_least_and_how_many_rows_were_compared(folder: Path, strategy: str):
    call(*BOTH, "--limit", "1", "--strategy", strategy, "--json", "step.json")
    step = json.loads((folder / "step.json").read_text())

    assert step["at_least"] is True
    assert step["rows"] == {"source": 4, "target": 5}


def test_accepted_cells_are_told_on_the_page_of_a_comparison_that_passed(folder: Path):
    accepted = ("--accept", "letter_case=ignored", "--accept", "trailing_blanks=ignored")
    told = call(*BOTH, "--where", "id < 3", *accepted, "--html", "page.html")

    assert told.code == 0
    assert "2 are accepted" in told.all
    assert "2 are accepted" in (folder / "page.html").read_text()


def test_a_side_that_is_not_there_exits_with_3(folder: Path):
    assert call("duckdb:///none.duckdb#main.people", "target:main.persons").code == 3


def test_the_library_compares_too(folder: Path):
    result = ombudsman.compare_tables(
        "source", "target", table="main.people", target_table="main.persons", params={"key": ["id"]}
    )

    assert result.found[Kind.VALUE_DIFFERS] == 2
    assert result.rows is not None
    assert result.rows.source_rows == 4


def test_a_repair_script_is_written_and_not_run(folder: Path):
    told = call(*BOTH, "--repair", "out/repair.sql", "--json", "out/step.json")

    script = (folder / "out" / "repair.sql").read_text()
    assert script.count("UPDATE") == 2
    assert "out/repair.sql" in " ".join(told.all.split())
    assert json.loads((folder / "out" / "step.json").read_text())["repair_file"] == "out/repair.sql"
    assert call(*BOTH).code == 1  # nobody has run it
    with duckdb.connect("target.duckdb") as database:
        database.execute(script)
    assert call(*BOTH).code == 0


def test_a_sample_says_what_it_says_of_all_rows(folder: Path):
    told = call("source:main.people", "same:main.people", "--sample", "2", "--key", "id")

    assert told.code == 0
    assert "of all rows" in " ".join(told.all.split())
