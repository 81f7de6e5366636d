"""What Pydantic finds wrong is told in our words, where it stands."""

from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from ombudsman.model.base import Strict
from ombudsman.model.errors import MappingInvalid, ParamsInvalid, PipelineInvalid, RuleInvalid
from ombudsman.model.faults import TOLD, path_text
from ombudsman.model.pipeline import Severity
from ombudsman.model.report import Report
from ombudsman.model.yaml_source import read_yaml


class Square(Strict):
    shape: Literal["square"] = "square"
    side: int = Field(gt=0)


class Circle(Strict):
    shape: Literal["circle"] = "circle"
    radius: Decimal


class Drawing(Strict):
    title: str | None = None
    severity: Severity = Severity.INFO
    main: Annotated[Square | Circle, Field(discriminator="shape")] | None = None
    others: list[Annotated[Square | Circle, Field(discriminator="shape")]] = Field(default=[])
    circle: dict[str, Circle] = Field(default={})
    names: tuple[str, ...] = ()
    limit: int | list[int] = 0
    nested: "Drawing | None" = None


def faults(text: str) -> list[tuple[int, str, str, str | None]]:
    source = read_yaml(text, file="d.yaml")
    report = Report(source, PipelineInvalid)
    drawing = report.validated(Drawing, source.data, ())
    assert (drawing is None) == bool(report.faults)
    return [(f.line, f.path, f.message, f.hint) for f in report.faults]


@pytest.mark.parametrize(
    ("text", "path", "message", "hint"),
    [
        ("titel: x", "titel", "there is no key 'titel' here", "did you mean 'title'?"),
        ("title: 3", "title", "should be a text", "put it in quotes"),
        ("title: [a]", "title", "should be a text", None),
        (
            "severity: warnign",
            "severity",
            "should be 'blocking', 'warning' or 'info'",
            "did you mean 'warning'?",
        ),
        ("names: a", "names", "should be a list", "write it in [ ], even a single one"),
        ("names: [a, 1]", "names[1]", "should be a text", "put it in quotes"),
        ("main: 3", "main", "should be keys with values", None),
        (
            "main: {shape: sqare}",
            "main.shape",
            "there is no shape 'sqare'",
            "did you mean 'square'?",
        ),
        ("main: {shap: square}", "main", "'shape' is missing", "'shap' stands there instead"),
        ("main: {shape: square}", "main", "'side' is missing", None),
        ("main: {shape: square, side: 0}", "main.side", "should be greater than 0", None),
        (
            "others: [{shape: circle, radius: 1}, {shape: circle, radius: 1, raduis: 2}]",
            "others[1].raduis",
            "there is no key 'raduis' here",
            "did you mean 'radius'?",
        ),
        (
            "circle: {circle: {radius: 1, radios: 2}}",
            "circle.circle.radios",
            "there is no key 'radios' here",
            "did you mean 'radius'?",
        ),
        (
            "nested: {nested: {main: {shape: circle, radius: 1, sides: 2}}}",
            "nested.nested.main.sides",
            "there is no key 'sides' here",
            "there are: 'radius', 'shape'",
        ),
    ],
)
def test_a_fault_names_its_place_and_the_nearest_right_word(text, path, message, hint):
    assert faults(text) == [(1, path, message, hint)]


def test_a_choice_of_types_is_told_as_one_sentence():
    assert faults("limit: {}") == [
        (1, "limit", "should be a valid integer or a list", None),
    ]


def test_a_fault_inside_a_union_is_told_at_its_own_place():
    told = {path: message for _, path, message, _ in faults("limit: [1, x]")}
    assert "limit[1]" in told


def test_a_reader_of_yaml_and_a_model_do_not_both_complain_of_one_node():
    source = read_yaml("main: *gone", file="d.yaml")
    report = Report(source, PipelineInvalid)
    report.add(("main",), "should be keys with values")
    assert [fault.message for fault in report.faults] == ["aliases (*) are not read here"]


def test_an_error_of_ours_inside_a_model_is_a_fault_too():
    class Rule(Strict):
        @model_validator(mode="after")
        def _refused(self):
            raise RuleInvalid("no such function", hint="use LOWER")

    report = Report(read_yaml("a: {}", file="d.yaml"), PipelineInvalid)
    assert report.validated(Rule, {}, ("a",)) is None
    assert report.faults[0].sentence == "d.yaml:1: a: no such function"
    assert report.faults[0].hint == "use LOWER"


def test_the_error_is_of_the_kind_that_all_faults_share_else_of_the_file():
    source = read_yaml("a: 1\nb: 2\n", file="d.yaml")
    report = Report(source, PipelineInvalid)
    report.raise_if_any()
    report.add(("b",), "wrong", hint="mend it", kind=ParamsInvalid)
    with pytest.raises(ParamsInvalid) as caught:
        report.raise_if_any()
    assert (caught.value.message, caught.value.hint) == ("d.yaml:2: b: wrong", "mend it")
    report.add(("a",), "wrong as well", kind=MappingInvalid)
    with pytest.raises(PipelineInvalid) as both:
        report.raise_if_any()
    assert both.value.message.splitlines() == [
        "d.yaml: 2 problems",
        "  d.yaml:1: a: wrong as well",
        "  d.yaml:2: b: wrong; mend it",
    ]
    assert [problem["line"] for problem in both.value.context["problems"]] == [1, 2]


def test_a_message_stays_readable_however_much_is_wrong():
    source = read_yaml("\n".join(f"k{i}: 1" for i in range(TOLD + 5)), file="d.yaml")
    report = Report(source, PipelineInvalid)
    report.validated(Drawing, source.data, ())
    with pytest.raises(PipelineInvalid) as caught:
        report.raise_if_any()
    assert caught.value.message.endswith("and 5 more")
    assert len(caught.value.context["problems"]) == TOLD + 5


def test_odd_keys_stand_in_quotes_in_a_path():
    assert path_text(("a", 0, "b_c", "d.e", "ß")) == "a[0].b_c['d.e'].ß"
