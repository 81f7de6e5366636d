"""The house rules of the catalogue: what every validator must have, whoever writes it."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tests.validators.case_file import FOLDER, Case, Named, read_cases
from tests.validators.names import NAMES

import ombudsman.validators
from ombudsman.model.base import Params
from ombudsman.model.errors import PipelineInvalid
from ombudsman.model.result import Finding, Kind, Verdict
from ombudsman.validators.registry import Validator, catalogue, find

FAMILIES = {
    "validate_business_rule": "business",
    "validate_composite_keys": "dimensions",
    "validate_dim_business_keys": "dimensions",
    "validate_dim_surrogate_keys": "dimensions",
    "validate_fact_dim_conformance": "facts",
    "validate_custom_query": "business",
    "validate_foreign_keys": "ri",
    "validate_late_arriving_facts": "facts",
    "validate_metric_averages": "metrics",
    "validate_metric_sums": "metrics",
    "validate_period_over_period": "timeseries",
    "validate_ratios": "metrics",
    "validate_scd1": "dimensions",
    "validate_query_parity": "business",
    "validate_scd2": "dimensions",
    "validate_schema_columns": "schema",
    "validate_schema_datatypes": "schema",
    "validate_schema_keys": "schema",
    "validate_schema_nullability": "schema",
    "validate_ts_continuity": "timeseries",
    "validate_ts_duplicates": "timeseries",
    "validate_ts_rolling_drift": "timeseries",
}


@pytest.fixture(params=NAMES)
def validator(request: pytest.FixtureRequest) -> Validator:
    return find(request.param)


def test_the_catalogue_holds_all_validators_and_no_others() -> None:
    assert list(catalogue()) == NAMES


def test_there_is_a_file_for_every_validator_and_no_other() -> None:
    folder = Path(inspect.getfile(ombudsman.validators)).parent
    assert sorted(path.stem for path in folder.rglob("validate_*.py")) == NAMES


def test_there_is_a_case_file_for_every_validator_and_no_other() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == NAMES
    assert sorted({named.validator for named in read_cases()}) == NAMES
    assert {path.suffix for path in FOLDER.iterdir()} == {".yml"}


def test_a_misspelt_validator_is_told_the_nearest_name() -> None:
    with pytest.raises(PipelineInvalid) as raised:
        find("validate_record_count")
    assert raised.value.hint == "did you mean 'validate_record_counts'?"


def test_names_of_file_function_and_catalogue_agree(validator: Validator) -> None:
    module = importlib.import_module(validator.ask.__module__)
    assert module.__name__.rpartition(".")[2] == validator.name
    assert getattr(module, validator.name) is validator
    assert validator.ask.__name__ == validator.name


def test_the_family_is_the_folder(validator: Validator) -> None:
    assert validator.family == FAMILIES.get(validator.name, "dq")


def test_the_page_opens_with_a_question(validator: Validator) -> None:
    assert validator.question.endswith("?")
    assert validator.page.splitlines()[1] == ""


def test_the_page_says_what_the_check_does_not_prove(validator: Validator) -> None:
    assert "not prove" in " ".join(validator.page.split())


def test_params_say_what_they_are_for(validator: Validator) -> None:
    assert (validator.params.__doc__ or "").strip().endswith(".")
    for name, field in _fields(validator.params):
        assert field.title, f"{name} has no title"
        assert field.description, f"{name} has no description"
        assert field.description.endswith("."), f"the description of {name} is no sentence"


def test_lists_and_texts_among_the_params_have_examples(validator: Validator) -> None:
    for name, field in validator.params.model_fields.items():
        written = str(field.annotation)
        if "list[" in written or "str" in written:
            assert field.examples, f"{name} has no example"


def test_examples_of_params_can_be_used(validator: Validator) -> None:
    """Each beside the examples of what stands before it: it may say something of that."""
    fields = validator.params.model_fields
    told = {name: (f.examples or [None])[0] for name, f in fields.items() if f.is_required()}
    for name, field in fields.items():
        for example in field.examples or []:
            told |= {name: example}
            validator.params.model_validate(told)


def test_params_know_no_other_keys(validator: Validator) -> None:
    assert issubclass(validator.params, Params)
    assert validator.params.model_config["extra"] == "forbid"


def _fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """All fields of the params, those of the models inside them too."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}", field
        for part in _models(field.annotation):
            yield from _fields(part, f"{path}{name}.")


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__module__.startswith("ombudsman.validators"):
            yield annotation
        return
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


# ------------------------------------------------------------ cases


def _cases(validator: Validator) -> list[Named]:
    return [named for named in read_cases() if named.validator == validator.name]


def test_every_validator_has_at_least_eight_cases(validator: Validator) -> None:
    assert len(_cases(validator)) >= 8


def test_the_docs_show_a_case_that_passes_and_one_that_fails(validator: Validator) -> None:
    shown = [named.case for named in _cases(validator) if named.case.in_docs]
    assert {case.verdict for case in shown} == {Verdict.PASSED, Verdict.FAILED}
    assert all(_is_small(case) for case in shown)


def _is_small(case: Case) -> bool:
    return all(
        len(table.rows) <= 5
        for tables in case.all_tables()
        for table in (tables.source, tables.target)
        if table is not None
    )


@pytest.mark.parametrize("named", read_cases(), ids=lambda n: f"{n.validator}-{n.name}")
def test_a_case_expects_something_that_can_be_wrong(named: Named) -> None:
    case = named.case
    assert (case.verdict is None) == (case.error is not None), "a verdict or an error, not both"
    told = bool(case.findings) or case.sampled
    assert told == (case.verdict is Verdict.FAILED), "findings where it failed, and only there"


def test_case_names_are_sentences() -> None:
    for named in read_cases():
        assert re.fullmatch(r"[a-z]+(_[a-z]+){2,}", named.name), named.name


# ------------------------------------------------------------ kinds


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_named_as_it_is_written_and_has_a_sentence(kind: Kind) -> None:
    assert kind.name == kind.value.upper()
    message = Finding(kind=kind, source="a", target="b", figure="c").message
    assert message
    assert "{" not in message
    assert kind.sentence[0].islower() or kind.sentence.startswith("{") or "NULL" in kind.sentence
