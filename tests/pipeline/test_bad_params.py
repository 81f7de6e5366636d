"""Params that make no sense are refused before any query, whatever the validator: with the path, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from tests.pipeline.nonsense import NONSENSE, SQL, VALID, Nonsense
from tests.validators.names import NAMES

from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.errors import ParamsInvalid, PipelineInvalid, SettingsError
from ombudsman.model.mapping import Mapping as TableMappings
from ombudsman.model.pipeline import RunStatus
from ombudsman.model.yaml_text import OneLine, yaml_text
from ombudsman.pipeline.load import parse_pipeline
from ombudsman.pipeline.marks import Marked, _mark, marked_texts
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import catalogue

KNOWN = {name: validator.params for name, validator in catalogue().items()}
CONDITIONS = [(n, m) for n in VALID for m in ("where", "rule") if m in VALID[n]]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("star")
    for name in ("source", "target"):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(SQL)
    with (
        connect("source", DuckDbSettings(path=folder / "source.duckdb")) as source,
        connect("target", DuckDbSettings(path=folder / "target.duckdb")) as target,
        Session(source, target) as opened,
    ):
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whatever is sent to a database from now on."""
    sent: list[Any] = []
    for way in ("read", "stream"):
        original = getattr(Reader, way)

        def noted(self: Reader, statement: Any, *more: Any, _to: Any = original, **named: Any):
            sent.append(statement)
            return _to(self, statement, *more, **named)

        monkeypatch.setattr(Reader, way, noted)
    return sent


def written(validator: str, params: Mapping[str, Any], table: str = "sales") -> str:
    step = {"id": "a", "validator": validator, "table": table, "params": OneLine(params)}
    head = {"name": "bad", "source": "source", "target": "target"}
    return yaml_text(head | {"steps": [step]})


def run(text: str, session: Session) -> RunStatus:
    pipeline = parse_pipeline(text, known_validators=KNOWN, mapping=session.mapping)
    return run_pipeline(pipeline, session).status


@contextmanager
def refused(kind: type[SettingsError], *words: str, asked: Sequence[Any]) -> Iterator[None]:
    with pytest.raises(SettingsError) as caught:
        yield
    told = f"{caught.value.message}; {caught.value.hint}"
    assert type(caught.value) is kind, told
    assert [word for word in words if word not in told] == [], told
    assert asked == []


# ------------------------------------------------------------ one by one


def test_every_validator_has_params_that_make_sense_and_some_that_make_none():
    tried = {each.validator for each in NONSENSE}
    assert set(NAMES) - {"validate_rows"} <= VALID.keys() & tried


@pytest.mark.parametrize("validator", VALID)
def test_params_that_make_sense_are_taken_and_asked(
    validator: str, session: Session, asked: list[Any]
):
    """The proof that a refusal below is for the one thing that was changed."""
    status = run(written(validator, VALID[validator]), session)
    assert status in {RunStatus.PASSED, RunStatus.FAILED}
    assert bool(asked) is ("schema" not in validator)


@pytest.mark.parametrize("bad", NONSENSE, ids=lambda bad: f"{bad.validator}-{bad.path}")
def test_params_that_make_no_sense_are_refused(bad: Nonsense, session: Session, asked: list[Any]):
    path = f"params.{bad.path}" if bad.path else "params"
    is_read = bad.found_by == "model"
    kind = ParamsInvalid if is_read else PipelineInvalid
    where = f"steps[0].{path}: " if is_read else path
    with refused(kind, where, bad.words, asked=asked):
        run(written(bad.validator, bad.params), session)


# ------------------------------------------------------------ for all of them


@pytest.mark.parametrize("validator", catalogue())
def test_a_key_that_no_param_has_is_refused(validator: str, session: Session, asked: list[Any]):
    words = ("steps[0].params.nonsense: ", "there is no key 'nonsense' here")
    params = VALID.get(validator, {}) | {"nonsense": 1}
    if validator not in VALID:
        with pytest.raises(ParamsInvalid, match="there is no key 'nonsense' here"):
            run(written(validator, params), session)
        return
    with refused(ParamsInvalid, *words, asked=asked):
        run(written(validator, params), session)


TOLERANCES = [
    (name, field)
    for name, model in KNOWN.items()
    for field in model.model_fields
    if field.endswith("tolerance") and name in VALID
]


@pytest.mark.parametrize(("validator", "field"), TOLERANCES)
def test_a_tolerance_below_zero_is_refused(
    validator: str, field: str, session: Session, asked: list[Any]
):
    path = f"steps[0].params.{field}.absolute: "
    params = VALID[validator] | {field: {"absolute": -1}}
    with refused(ParamsInvalid, path, "greater than or equal to 0", asked=asked):
        run(written(validator, params), session)


def lists(params: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(params, dict):
        for name, value in params.items():
            yield from lists(value, (*path, name))
    if isinstance(params, list):
        yield path
        for place, value in enumerate(params):
            yield from lists(value, (*path, place))


def at(params: Any, path: Sequence[Any]) -> Any:
    for part in path:
        params = params[part]
    return params


TWICE = [(name, path) for name in VALID for path in lists(VALID[name])]


@pytest.mark.parametrize(("validator", "path"), TWICE, ids=str)
def test_what_stands_twice_in_a_list_is_refused(
    validator: str, path: tuple[Any, ...], session: Session, asked: list[Any]
):
    params = deepcopy(VALID[validator])
    there = at(params, path)
    there.append(deepcopy(there[0]))
    with refused(ParamsInvalid, _told(path), "stands twice", asked=asked):
        run(written(validator, params), session)


def _told(path: Sequence[Any]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "params" + "".join(parts) + ": "


# ------------------------------------------------------------ columns


def bound(validator: str) -> BaseModel:
    return KNOWN[validator].model_validate(VALID[validator])


COLUMNS = [
    (name, marked)
    for name in VALID
    for marked in marked_texts(bound(name))
    if marked.mark in {"column", "referred_column"}
]


@pytest.mark.parametrize(
    ("validator", "marked"), COLUMNS, ids=lambda v: v.path if isinstance(v, Marked) else v
)
def test_a_column_that_is_not_there_is_refused_with_the_nearest_one(
    validator: str, marked: Marked, session: Session, asked: list[Any]
):
    params = deepcopy(VALID[validator])
    misspelt = f"{marked.text}s"
    _replace(params, marked.path, misspelt)
    words = (f"params.{marked.path}: no column {misspelt!r}", f"did you mean {marked.text!r}?")
    with refused(PipelineInvalid, *words, asked=asked):
        run(written(validator, params), session)


def _replace(params: Any, path: str, value: str) -> None:
    *way, last = [
        int(part) if part.isdigit() else part
        for part in path.replace("[", ".").replace("]", "").split(".")
    ]
    at(params, way)[last] = value


def fields(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """The fields that name columns, at any depth."""
    for name, field in model.model_fields.items():
        if _mark(field.annotation, field.json_schema_extra) in {"column", "referred_column"}:
            yield f"{path}{name}"
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from fields(part, f"{path}{name}.")


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for each in get_args(annotation):
        yield from _parts(each)


@pytest.mark.parametrize("validator", VALID)
def test_no_param_that_names_columns_is_left_out_above(validator: str):
    tried = {
        "".join("" if c.isdigit() else c for c in marked.path).replace("[]", "")
        for name, marked in COLUMNS
        if name == validator
    }
    assert set(fields(KNOWN[validator])) <= tried | {"group_by.column"}


def test_a_period_of_a_column_without_dates_is_refused(session: Session, asked: list[Any]):
    params = {"group_by": [{"column": "amount", "period": "month"}]}
    words = ("params.group_by[0].column: 'amount' is of the type decimal",)
    with refused(PipelineInvalid, *words, asked=asked):
        run(written("validate_record_counts", params), session)


# ------------------------------------------------------------ rules


@pytest.mark.parametrize(("validator", "param"), CONDITIONS)
def test_a_rule_that_does_not_parse_shows_where(
    validator: str, param: str, session: Session, asked: list[Any]
):
    params = VALID[validator] | {param: "amount > AND 3"}
    with refused(PipelineInvalid, f"params.{param}: ", "line 1, column", asked=asked):
        run(written(validator, params), session)


# ------------------------------------------------------------ what is for the step to say


def test_a_key_that_the_mapping_lacks_is_told_by_the_step(session: Session, asked: list[Any]):
    """A template over all tables must not keep the others from being looked at."""
    text = written("validate_uniqueness", {}, table="log")
    assert run(text, session) is RunStatus.ERRORED
    assert asked == []


def test_a_key_that_names_a_column_twice_is_no_mapping():
    table = {"source": {"name": "a"}, "target": {"name": "a"}, "key": ["id", "id"]}
    with pytest.raises(SettingsError, match="names a column twice"):
        TableMappings.model_validate({"tables": [table]})
