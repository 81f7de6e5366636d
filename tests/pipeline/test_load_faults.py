"""What is wrong with a pipeline file is told at its line, with the nearest right word, all at once."""

from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.validators import KNOWN

from ombudsman.mapping.file import read_mapping
from ombudsman.model.errors import MappingInvalid, ParamsInvalid, PipelineInvalid, SettingsError
from ombudsman.model.mapping import Mapping
from ombudsman.pipeline.load import load_pipeline, parse_pipeline

HEAD = "name: retail\nsource: erp\ntarget: warehouse\n"
STEPS = HEAD + "steps:\n"
COUNT = "  - {id: c, validator: validate_record_counts, table: Sales.DimDate}\n"
MAPPING = read_mapping(
    "tables:\n"
    "  - {source: Sales.DimDate, target: S.D}\n"
    "  - {source: Sales.DimStore, target: S.S}\n"
    "  - {source: HR.DimStore, target: H.S}\n"
)


Told = tuple[int, str, str, str | None]


def problems(text: str, mapping: Mapping | None = None) -> tuple[type[SettingsError], list[Told]]:
    with pytest.raises(SettingsError) as caught:
        parse_pipeline(text, known_validators=KNOWN, mapping=mapping, file="p.yaml")
    return type(caught.value), [
        (p["line"], p["path"], p["message"], p["hint"]) for p in caught.value.context["problems"]
    ]


def step(**fields: Any) -> str:
    text: dict[str, Any] = {
        "id": "x",
        "validator": "validate_record_counts",
        "table": "Sales.DimDate",
    } | fields
    return "  - {" + ", ".join(f"{k}: {v}" for k, v in text.items() if v is not None) + "}\n"


def template(**fields: Any) -> str:
    return step(table=None, **({"id": "t", "tables": "all"} | fields))


@pytest.mark.parametrize(
    ("text", "line", "path", "message", "hint"),
    [
        ("", 1, "", "'name' is missing", None),
        ("[a]", 1, "", "should be keys with values", None),
        (HEAD, 1, "", "'steps' is missing", None),
        (HEAD + "steps: []", 4, "steps", "there are no steps", None),
        (HEAD + "steps:", 4, "steps", "should be a list of steps", None),
        (HEAD + "steps: {a: b}", 4, "steps", "should be a list of steps", None),
        (
            "naem: x\n" + STEPS + COUNT,
            1,
            "naem",
            "there is no key 'naem' here",
            "did you mean 'name'?",
        ),
        (
            HEAD + "defaults: {severity: warnign}\nsteps:\n" + COUNT,
            4,
            "defaults.severity",
            "should be 'blocking', 'warning' or 'info'",
            "did you mean 'warning'?",
        ),
        (
            STEPS + step(on_failure="goon"),
            5,
            "steps[0].on_failure",
            "should be 'skip_dependents', 'go_on' or 'stop'",
            "did you mean 'go_on'?",
        ),
        (STEPS + COUNT + "  - hello\n", 6, "steps[1]", "should be keys with values", None),
        (STEPS + step(id=3), 5, "steps[0].id", "should be a text", "put it in quotes"),
        (STEPS + step(id=None), 5, "steps[0]", "'id' is missing", None),
        (
            STEPS + step(severty="info"),
            5,
            "steps[0].severty",
            "there is no key 'severty' here",
            "did you mean 'severity'?",
        ),
        (
            STEPS + step(validator="validate_record_count"),
            5,
            "steps[0].validator",
            "there is no validator 'validate_record_count'",
            "did you mean 'validate_record_counts'?",
        ),
        (STEPS + step(table=None), 5, "steps[0]", "a step has either 'table' or 'tables'", None),
        (STEPS + step(tables="all"), 5, "steps[0]", "a step has either 'table' or 'tables'", None),
        (
            STEPS + step(table="a.b.c"),
            5,
            "steps[0].table",
            "'a.b.c' is not of the form schema.table",
            None,
        ),
        (STEPS + template(tables="[]"), 5, "steps[0].tables", "there are no tables", None),
        (
            STEPS + template(tables="every"),
            5,
            "steps[0].tables",
            "should be 'all' or a list",
            "write it in [ ], even a single one",
        ),
        (STEPS + COUNT + COUNT, 6, "steps[1].id", "the step of line 5 is called 'c' already", None),
        (
            STEPS + COUNT + step(needs="[d]"),
            6,
            "steps[1].needs[0]",
            "there is no step 'd'",
            "there are: 'c'",
        ),
        (
            STEPS + step(id="count") + step(needs="[cuont]"),
            6,
            "steps[1].needs[0]",
            "there is no step 'cuont'",
            "did you mean 'count'?",
        ),
        (
            STEPS + COUNT + step(needs="c"),
            6,
            "steps[1].needs",
            "should be a list",
            "write it in [ ], even a single one",
        ),
        (STEPS + step(needs="[x]"), 5, "steps[0].needs[0]", "'x' cannot need itself", None),
        (
            HEAD + "mapping: 3\nsteps:\n" + COUNT,
            4,
            "mapping",
            "should be the path of a mapping file, or the mapping itself",
            None,
        ),
        (
            HEAD + "mapping: m.yaml\nsteps:\n" + COUNT,
            4,
            "mapping",
            "no file can be named here",
            "write the mapping itself: {tables: [...]}",
        ),
        (
            STEPS + template(),
            5,
            "steps[0].tables",
            "which tables there are is not known without a mapping",
            "give the file a mapping, or list the tables",
        ),
        (
            STEPS + template(tables="['Dim*']"),
            5,
            "steps[0].tables[0]",
            "what 'Dim*' matches is not known without a mapping",
            "give the file a mapping, or list the tables",
        ),
    ],
)
def test_a_fault_names_its_line_and_the_nearest_right_word(text, line, path, message, hint):
    kind, told = problems(text)
    assert (line, path, message, hint) in told
    assert issubclass(kind, SettingsError)


@pytest.mark.parametrize(
    ("params", "path", "message", "hint"),
    [
        ("{wher: x}", "wher", "there is no key 'wher' here", "did you mean 'where'?"),
        ("{group_by: Month}", "group_by", "should be a list", "write it in [ ], even a single one"),
        ("{group_by: [1]}", "group_by[0]", "should be a text", "put it in quotes"),
        (
            "{tolerance: {relativ: 1}}",
            "tolerance.relativ",
            "there is no key 'relativ' here",
            "did you mean 'relative'?",
        ),
        (
            "{tolerance: {absolute: -1}}",
            "tolerance.absolute",
            "should be greater than or equal to 0",
            None,
        ),
    ],
)
def test_params_are_judged_by_the_validator_they_are_for(params, path, message, hint):
    kind, told = problems(STEPS + step(params=params))
    assert kind is ParamsInvalid
    assert told == [(5, f"steps[0].params.{path}", message, hint)]


def test_a_param_that_must_be_there_is_missed():
    kind, told = problems(STEPS + step(validator="validate_metric_sums"))
    assert kind is ParamsInvalid
    assert told == [(5, "steps[0].params", "'columns' is missing", None)]


@pytest.mark.parametrize(
    ("needs", "circle"),
    [
        ({"a": "b", "b": "a"}, "a -> b -> a"),
        ({"a": "c", "b": "a", "c": "b"}, "a -> c -> b -> a"),
        ({"a": "", "b": "c", "c": "d", "d": "b"}, "b -> c -> d -> b"),
    ],
)
def test_a_circle_is_shown_as_a_circle(needs, circle):
    text = STEPS + "".join(step(id=node, needs=f"[{need}]") for node, need in needs.items())
    _, told = problems(text)
    assert [message for _, _, message, _ in told] == [
        f"these steps need each other in a circle: {circle}"
    ]


def test_a_template_that_needs_one_of_its_own_steps_needs_itself():
    text = STEPS + template(needs="[t.DimDate]")
    assert (5, "steps[0].needs[0]", "'t' cannot need itself", None) in problems(text, MAPPING)[1]


@pytest.mark.parametrize(
    ("written", "path", "message", "hint"),
    [
        (
            step(table="Sales.DimDat"),
            "table",
            "table Sales.DimDat is not in the mapping",
            "did you mean 'Sales.DimDate'?",
        ),
        (
            step(table="DimDat"),
            "table",
            "table DimDat is not in the mapping",
            "did you mean 'DimDate'?",
        ),
        (
            step(table="dimdate"),
            "table",
            "table dimdate is not in the mapping",
            "did you mean 'DimDate'?",
        ),
        (
            step(table="DimStore"),
            "table",
            "more than one table is called DimStore",
            "write the schema too: Sales.DimStore or HR.DimStore",
        ),
        (
            template(tables="[Sales.DimDat]"),
            "tables[0]",
            "table Sales.DimDat is not in the mapping",
            "did you mean 'Sales.DimDate'?",
        ),
        (template(tables="[a.b.c]"), "tables[0]", "'a.b.c' is not of the form schema.table", None),
        (
            template(tables="['Fact*']"),
            "tables[0]",
            "no table of the mapping matches 'Fact*'",
            "there are: 'HR.DimStore', 'Sales.DimDate', 'Sales.DimStore'",
        ),
        (
            template(id="a" * 200),
            "id",
            f"step {'a' * 200 + '.DimDate'!r} has more than 200 letters in its id",
            None,
        ),
    ],
)
def test_what_the_mapping_does_not_hold_is_told_where_it_was_asked_for(
    written, path, message, hint
):
    kind, told = problems(STEPS + written, MAPPING)
    assert kind is PipelineInvalid
    assert (5, f"steps[0].{path}", message, hint) in told


def test_a_step_of_a_template_that_there_is_not_is_told():
    _, told = problems(STEPS + template() + step(needs="[t.DimDat]"), MAPPING)
    hint = "did you mean 't.DimDate'?"
    assert told == [(6, "steps[1].needs[0]", "there is no step 't.DimDat'", hint)]


def test_a_template_must_not_make_an_id_that_is_taken():
    _, told = problems(STEPS + step(id="t.DimDate") + template(), MAPPING)
    assert told == [(6, "steps[1].id", "the step of line 5 is called 't.DimDate' already", None)]


def test_an_empty_mapping_has_no_tables_to_expand_over():
    _, told = problems(STEPS + template(), read_mapping("tables: []"))
    assert told == [(5, "steps[0].tables", "the mapping has no tables", None)]


EVERYTHING_WRONG = """\
nam: retail
source: erp
target: warehouse
defaults: {severity: warn}
steps:
  - id: sums
    validator: validate_metric_sum
    table: DimDat
    needs: [count, sums]
    severity: block
  - id: counts
    validator: validate_record_counts
    tables: [Sales.Dim*, Sales.Fact]
    params: {tolerance: {relativ: 0.01}}
    params: {}
  - {id: a, validator: validate_record_counts, table: Sales.DimDate, needs: [b]}
  - {id: b, validator: validate_record_counts, table: Sales.DimDate, needs: [a]}
  - {id: b, validator: validate_metric_sums, table: Sales.DimDate}
  - 7
"""


def test_everything_that_is_wrong_is_told_at_once():
    kind, told = problems(EVERYTHING_WRONG, MAPPING)
    assert kind is PipelineInvalid
    assert [(line, path) for line, path, _, _ in told] == [
        (1, ""),
        (1, "nam"),
        (4, "defaults.severity"),
        (7, "steps[0].validator"),
        (8, "steps[0].table"),
        (9, "steps[0].needs[0]"),
        (9, "steps[0].needs[1]"),
        (10, "steps[0].severity"),
        (13, "steps[1].tables[1]"),
        (14, "steps[1].params.tolerance.relativ"),
        (15, "steps[1].params"),
        (16, "steps[2].needs"),
        (18, "steps[4].params"),
        (18, "steps[4].id"),
        (19, "steps[5]"),
    ]


def test_the_message_lists_file_line_path_and_hint():
    with pytest.raises(ParamsInvalid) as caught:
        parse_pipeline(STEPS + step(params="{wher: x}"), known_validators=KNOWN, file="deep/p.yaml")
    assert caught.value.message == (
        "deep/p.yaml:5: steps[0].params.wher: there is no key 'wher' here"
    )
    assert caught.value.hint == "did you mean 'where'?"


def test_what_is_no_yaml_is_an_invalid_pipeline():
    with pytest.raises(PipelineInvalid, match=r"p\.yaml:6: this is not YAML"):
        parse_pipeline(STEPS + COUNT + "  x: [}\n", known_validators=KNOWN, file="p.yaml")


def test_faults_of_a_mapping_file_are_told_with_that_files_lines(tmp_path: Path):
    (tmp_path / "mapping.yaml").write_text("tables:\n  - source: s.T\n    tagret: s.T\n")
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + "mapping: mapping.yaml\nsteps:\n" + step(severity="bad"))
    with pytest.raises(PipelineInvalid) as caught:
        load_pipeline(path, known_validators=KNOWN)
    where = {(Path(p["file"]).name, p["line"]) for p in caught.value.context["problems"]}
    assert where == {("p.yaml", 6), ("mapping.yaml", 2), ("mapping.yaml", 3)}


def test_a_mapping_file_that_is_not_there_is_told_at_the_line_that_names_it(tmp_path: Path):
    (tmp_path / "mapping.yaml").write_text("tables: []")
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + "mapping: maping.yaml\nsteps:\n" + COUNT)
    with pytest.raises(MappingInvalid, match=r"p\.yaml:4: mapping: there is no file") as caught:
        load_pipeline(path, known_validators=KNOWN)
    assert caught.value.hint == "did you mean 'mapping.yaml'?"


def test_a_pipeline_file_that_is_not_there_is_an_invalid_pipeline(tmp_path: Path):
    with pytest.raises(PipelineInvalid, match="there is no file"):
        load_pipeline(tmp_path / "p.yaml", known_validators=KNOWN)
