"""Whether a result is what a case expects. Values are compared as a person writes them in YAML."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.validators.case_file import Case

from ombudsman.measures.rounds import Ended
from ombudsman.model.result import Figure, Finding, Result
from ombudsman.model.values import comparable, to_json_value


def check(case: Case, ended: Ended) -> None:
    """Raises AssertionError with both sides told, where the outcome is not the expected one."""
    if case.error is not None:
        assert type(ended.error).__name__ == case.error, f"{ended.error!r}, {ended.value!r}"
        return
    if ended.error is not None:
        raise ended.error
    result = ended.value
    assert isinstance(result, Result)
    assert result.verdict == case.verdict, told(result)
    if not case.sampled:
        _findings(case, result)
    for figure in case.figures:
        assert any(fits(figure, each) for each in result.figures), f"{figure}\n{told(result)}"
    if case.found is not None:
        assert result.found == case.found, told(result)
    if case.notes is not None:
        assert bool(result.notes) == bool(case.notes), told(result)
        for note in case.notes:
            assert any(note in each for each in result.notes), f"{note!r}\n{told(result)}"
    _survives_json(result)


def _findings(case: Case, result: Result) -> None:
    """Each expected finding has one of its own, the most exactly told ones choose first."""
    left = list(result.findings)
    for expected in sorted(case.findings, key=len, reverse=True):
        match = next((each for each in left if fits(expected, each)), None)
        assert match is not None, f"missing: {expected}\n{told(result)}"
        left.remove(match)
    assert not left, f"not expected: {left}\n{told(result)}"


def _survives_json(result: Result) -> None:
    again = Result.model_validate_json(result.model_dump_json())
    assert again.verdict == result.verdict
    assert again.found == result.found
    assert [f.agrees for f in again.figures] == [f.agrees for f in result.figures]
    assert [f.message for f in again.findings] == [f.message for f in result.findings]


def fits(expected: Mapping[str, Any], actual: Finding | Figure) -> bool:
    """Whether every field that the expectation names is as it says."""
    return all(same(value, getattr(actual, name)) for name, value in expected.items())


def same(expected: Any, actual: Any) -> bool:
    """Whether a value is the one that YAML says: numbers by value, dates and times as ISO texts."""
    if isinstance(expected, list):
        return (
            isinstance(actual, Sequence)
            and len(expected) == len(actual)
            and all(same(e, a) for e, a in zip(expected, actual, strict=True))
        )
    actual = comparable(actual)
    if isinstance(actual, dt.date | dt.time):
        return bool(expected == actual.isoformat())
    if isinstance(expected, bool) or expected is None or isinstance(actual, str | None):
        return bool(expected == actual)
    if isinstance(actual, bytes):
        return bool(expected == actual.hex())
    written = str(to_json_value(actual))
    return Decimal(str(expected)) == Decimal(written) or str(expected) == written


def told(result: Result) -> str:
    """The result for the reader of a failed test."""
    lines = [f"verdict {result.verdict}, found { {str(k): n for k, n in result.found.items()} }"]
    lines += [f"finding {each.model_dump(exclude_defaults=True)}" for each in result.findings]
    lines += [f"figure {each.model_dump(exclude_defaults=True)}" for each in result.figures]
    return "\n".join([*lines, *(f"note {note}" for note in result.notes)])
