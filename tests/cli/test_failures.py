"""A program that breaks does not say "the data disagree", and shows no value of a row unless it is asked to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.program import begun, ended, ombudsman
from tests.cli.shop import CUSTOMER

from ombudsman.cli import failures
from ombudsman.cli.commands import validators
from ombudsman.model import errors

BREAKING = f"""
import ombudsman.cli.commands.validators as commands
def broken(*, as_json):
    return int({CUSTOMER!r})
commands.list_validators = broken
"""


def broken_by(error: BaseException) -> Callable[..., None]:
    def breaks(*, as_json: bool) -> None:
        raise error

    return breaks


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ValueError(CUSTOMER), 3, "the program broke: ValueError at "),
        (AssertionError(CUSTOMER), 3, "the program broke: AssertionError at "),
        (MemoryError(), 3, "the program broke: MemoryError at "),
        (FileNotFoundError(2, "No such file", "x.yaml"), 2, "x.yaml cannot be used: No such file"),
        (KeyboardInterrupt(), 3, "stopped"),
        (errors.TimedOut("it took too long", hint="ask for less"), 3, "hint: ask for less"),
        (errors.Unsupported("no such type"), 2, "error: no such type"),
        (errors.SettingsError("a \x1b[31mred name\nand more"), 2, "a ␛[31mred name\nand more"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_goes_wrong_has_its_code_and_its_words(
    error: BaseException, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(validators, "list_validators", broken_by(error))
    told = ombudsman("validators", cwd=tmp_path)
    assert (told.code, told.out) == (code, "")
    assert words in told.err
    assert CUSTOMER not in told.err
    assert "Traceback" not in told.err


def test_the_way_to_a_fault_is_logged_on_demand(tmp_path: Path):
    """In a process of its own, whose program was spoilt."""
    (tmp_path / "sitecustomize.py").write_text(BREAKING)
    source_tree = Path(__file__).parents[2] / "src"
    path = {"PYTHONPATH": f"{tmp_path}:{source_tree}"}
    with begun("validators", cwd=tmp_path, environment=path) as process:
        quiet = ended(process)
    with begun("--debug", "validators", cwd=tmp_path, environment=path) as process:
        loud = ended(process)
    assert (quiet.code, loud.code) == (3, 3)
    assert "ombudsman --debug" in quiet.err
    assert (CUSTOMER in quiet.err, CUSTOMER in loud.err) == (False, True)
    assert "Traceback" in loud.err


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if isinstance(k, type)])
def test_every_error_of_ours_has_an_exit_code_that_is_not_1(kind: type):
    if issubclass(kind, errors.OmbudsmanError):
        reached = issubclass(kind, errors.ConnectionFailed | errors.QueryFailed)
        assert failures.exit_code(kind()) == (3 if reached else 2)
