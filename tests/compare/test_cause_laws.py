"""What holds of every pair of cells, whatever is in them."""

import math
import unicodedata
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ombudsman.compare.causes import judge
from ombudsman.compare.cuts import cut, cuts
from ombudsman.compare.float_causes import single
from ombudsman.compare.judgement import Explanation
from ombudsman.model.equality import Equality
from ombudsman.model.forms import Form, FormKind, Scalar
from ombudsman.model.rows import Cause

DAY = 86_400_000_000
WIDE = Context(prec=100)

texts = st.text(st.sampled_from("ab AZ?éÉe\u0301ß\u212a中\t"), max_size=6)
counts = st.one_of(
    st.integers(-2 * DAY, 2 * DAY),
    st.integers(-60, 60).map(lambda quarters: quarters * 900_000_000),
    st.integers(-1000, 1000),
)
decimals = st.decimals(-1000, 1000, places=4, allow_nan=False)
floats = st.one_of(
    st.floats(), st.floats(-1, 1), decimals.map(float), st.floats(width=32).map(float)
)

VALUES: dict[FormKind, st.SearchStrategy[Any]] = {
    FormKind.BOOLEAN: st.booleans(),
    FormKind.INTEGER: st.integers(-20, 20),
    FormKind.DECIMAL: st.one_of(decimals, st.integers(-9, 9), st.just(Decimal("NaN"))),
    FormKind.FLOAT64: floats,
    FormKind.FLOAT32: floats,
    FormKind.DATE: st.integers(-1000, 1000),
    FormKind.TIME: st.integers(0, DAY),
    FormKind.TIMESTAMP: counts,
    FormKind.INSTANT: counts,
    FormKind.TEXT: texts,
    FormKind.BINARY: st.binary(max_size=3),
    FormKind.UUID: st.uuids().map(str),
    FormKind.JSON: texts,
    FormKind.XML: texts,
}

equalities = st.builds(
    Equality,
    empty_is_null=st.booleans(),
    trailing_blanks=st.sampled_from(["significant", "ignored"]),
    letter_case=st.sampled_from(["significant", "ignored"]),
    unicode_form=st.sampled_from(["as_stored", "nfc"]),
    relative=st.sampled_from([Decimal(0), Decimal("1e-9"), Decimal("0.5")]),
    ulps=st.sampled_from([0, 1, 1000]),
    decimals=st.sampled_from([None, 0, 2]),
    second_digits=st.sampled_from([None, 0, 3]),
    cut=st.sampled_from(["truncate", "round"]),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Form, Scalar, Scalar]:
    """A form and two of its values, often near each other, sometimes NULL."""
    form = Form(kind=draw(st.sampled_from(FormKind)), padded=draw(st.booleans()))
    value = VALUES[form.kind]
    source = draw(st.one_of(value, st.none()))
    target = draw(st.one_of(value, st.none(), st.sampled_from(_near(source, form))))
    return (form, source, target) if draw(st.booleans()) else (form, target, source)


def _near(value: Any, form: Form) -> list[Any]:
    """Values that differ little from this one, in ways that may be forgiven."""
    match value:
        case bool() | bytes():
            return [value]
        case str():
            apart = unicodedata.normalize("NFD", value)
            return [value + "  ", value.upper(), apart, apart.lower() + " ", value[:-1]]
        case Decimal() if value.is_finite():
            return [value, value + Decimal("0.0004"), value + Decimal("0.01"), -value]
        case float():
            return [
                math.nextafter(value, 1e300),
                value * (1 + 1e-10),
                round(value, 2) if math.isfinite(value) else value,
            ]
        case int() if form.kind in VALUES_OF_TIME:
            return [value + 4, value // 1000 * 1000, value + 400_000, value // DAY * DAY]
        case _:
            return [value]


VALUES_OF_TIME = {FormKind.TIME, FormKind.TIMESTAMP, FormKind.INSTANT}


@given(pairs(), equalities)
def test_a_value_is_itself(pair: tuple[Form, Scalar, Scalar], equality: Equality) -> None:
    form, value, _ = pair
    assert judge(value, value, form, equality) is None


@given(pairs(), equalities)
def test_it_does_not_matter_to_the_policy_which_side_a_value_is_on(
    pair: tuple[Form, Scalar, Scalar], equality: Equality
) -> None:
    form, source, target = pair
    there, back = judge(source, target, form, equality), judge(target, source, form, equality)
    assert (there is None) == (back is None)
    assert there is None or back is None or there.accepted == back.accepted


@given(pairs(), equalities)
def test_the_policy_decides_what_is_accepted_and_never_what_is_the_same(
    pair: tuple[Form, Scalar, Scalar], equality: Equality
) -> None:
    form, source, target = pair
    strict, judged = judge(source, target, form), judge(source, target, form, equality)
    assert (strict is None) == (judged is None)
    assert strict is None or not strict.accepted
    if judged is not None and not judged.accepted:
        assert judged == strict


@given(pairs(), equalities, equalities)
@example(
    (Form(kind=FormKind.TEXT), "α\u0345\u0301", "αι\u0301"),
    Equality(letter_case="ignored"),
    Equality(unicode_form="nfc"),
)
def test_forgiving_more_never_accepts_less(
    pair: tuple[Form, Scalar, Scalar], some: Equality, other: Equality
) -> None:
    form, source, target = pair
    judged = judge(source, target, form, some)
    if judged is not None and judged.accepted:
        wider = judge(source, target, form, _both(some, other))
        assert wider is not None
        assert wider.accepted


def _both(some: Equality, other: Equality) -> Equality:
    """All that either forgives. How digits are cut stays: rounding to fewer digits may part what more had joined."""
    return Equality(
        empty_is_null=some.empty_is_null or other.empty_is_null,
        trailing_blanks=max(some.trailing_blanks, other.trailing_blanks, key="ignored".__eq__),
        letter_case=max(some.letter_case, other.letter_case, key="ignored".__eq__),
        unicode_form=max(some.unicode_form, other.unicode_form, key="nfc".__eq__),
        relative=max(some.relative, other.relative),
        ulps=max(some.ulps, other.ulps),
        decimals=_fewer(some.decimals, other.decimals, some.cut),
        second_digits=_fewer(some.second_digits, other.second_digits, some.cut),
        cut=some.cut,
    )


def _fewer(some: int | None, other: int | None, way: str) -> int | None:
    if some is None or other is None:
        return other if some is None else some
    return min(some, other) if way == "truncate" else some


# ---------------------------------------------------------------- planted


@given(st.text(min_size=1, max_size=20), st.integers(1, 9))
def test_planted_blanks_are_found(text: str, blanks: int) -> None:
    _planted(text + " " * blanks, text, FormKind.TEXT, Cause.TRAILING_SPACE)
    _planted(text, text + " " * blanks, FormKind.TEXT, Cause.TRAILING_SPACE)


@given(st.text(min_size=1, max_size=20))
def test_planted_capitals_are_found(text: str) -> None:
    target = text.upper()
    assume(target != text and target.rstrip(" ") != text.rstrip(" "))
    assume(target.casefold() == text.casefold())  # not so of a few letters of Unicode
    _planted(text, target, FormKind.TEXT, Cause.LETTER_CASE)


@given(st.text(st.characters(max_codepoint=0x24F, exclude_categories=["C"]), min_size=1))
def test_a_planted_decomposition_is_found(text: str) -> None:
    target = unicodedata.normalize("NFD", text)
    assume(target != text and target.casefold() != text.casefold())
    _planted(text, target, FormKind.TEXT, Cause.ENCODING, "NFC/NFD")


@given(
    st.text(st.sampled_from("abc éß中文\U0001f600"), min_size=1),
    st.sampled_from(["ascii", "cp1252"]),
)
def test_a_planted_code_page_is_found(text: str, code_page: str) -> None:
    target = text.encode(code_page, "replace").decode(code_page)
    assume(target != text)
    _planted(text, target, FormKind.TEXT, Cause.ENCODING, "code page")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=["C"])))
def test_a_planted_mojibake_is_found(text: str) -> None:
    target = text.encode("utf-8").decode("latin-1")
    assume(not text.isascii())
    assume(judge(text, target, Form(kind=FormKind.TEXT)).cause is not Cause.TRAILING_SPACE)  # type: ignore[union-attr]
    _planted(text, target, FormKind.TEXT, Cause.ENCODING, "mojibake")


@given(st.text(st.characters(max_codepoint=0x7E), min_size=2), st.data())
def test_a_planted_cut_is_found(text: str, data: st.DataObject) -> None:
    kept = data.draw(st.integers(1, len(text) - 1))
    target = text[:kept]
    assume(text[kept:].strip(" "))
    _planted(text, target, FormKind.TEXT, Cause.TRUNCATION, f"length {kept}")


@given(decimals, st.integers(0, 3), st.sampled_from([ROUND_DOWN, ROUND_HALF_UP]))
def test_a_planted_scale_is_found(source: Decimal, scale: int, way: str) -> None:
    target = source.quantize(Decimal(1).scaleb(-scale), way, WIDE)
    assume(target != source)
    told = {ROUND_DOWN: "truncated", ROUND_HALF_UP: "rounded"}[way]
    digits = "digit" if scale == 1 else "digits"
    _planted(source, target, FormKind.DECIMAL, Cause.ROUNDING, f"to {scale} {digits}, {told}")


@given(st.floats(-1e30, 1e30).filter(lambda number: abs(number) > 1e-30))
def test_planted_single_precision_is_found(source: float) -> None:
    target = single(source)
    assume(target != source)
    _planted(source, target, FormKind.FLOAT64, Cause.ROUNDING, "single precision")


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([15, 7, 6]))
def test_planted_printing_is_found(source: float, digits: int) -> None:
    target = float(f"{source:.{digits}g}")
    assume(target not in (source, -source) and abs(target) < 1e308)
    _planted(source, target, FormKind.FLOAT64, Cause.ROUNDING, f"{digits} significant digits")


@given(st.integers(-(10**17), 10**17), st.integers(0, 5), st.booleans())
def test_a_planted_precision_is_found(source: int, digits: int, is_rounded: bool) -> None:
    target = cut(source, 10 ** (6 - digits), is_rounded=is_rounded)
    assume(target != source)
    judgement = judge(source, target, Form(kind=FormKind.TIMESTAMP))
    assert judgement is not None
    assert judgement.cause is Cause.TIME_PRECISION
    setting = f"equality: {{second_digits: {digits}, cut: {'round' if is_rounded else 'truncate'}}}"
    assert any(setting in reading.settings for reading in judgement.readings)


@given(st.integers(-(10**17), 10**17), st.integers(-56, 56))
def test_a_planted_zone_is_found(source: int, quarters: int) -> None:
    target = source + quarters * 900_000_000
    assume(quarters and target % DAY)
    _planted(source, target, FormKind.TIMESTAMP, Cause.TIME_ZONE)


def _planted(
    source: Scalar, target: Scalar, kind: FormKind, cause: Cause, detail: str | None = None
) -> None:
    judgement = judge(source, target, Form(kind=kind))
    assert judgement is not None
    assert judgement.cause is cause
    assert detail is None or detail in [reading.detail for reading in judgement.readings]


# ---------------------------------------------------------------- what is proposed helps


@given(pairs())
def test_every_setting_that_is_proposed_would_accept_the_pair(
    pair: tuple[Form, Scalar, Scalar],
) -> None:
    form, source, target = pair
    judgement = judge(source, target, form)
    for reading in judgement.readings if judgement else ():
        _proves_right(reading, form, source, target)


@given(decimals.map(float), st.integers(0, 16), st.floats(-1e-9, 1e-9))
def test_every_setting_that_is_proposed_for_floats_would_accept_the_pair(
    source: float, digits: int, more: float
) -> None:
    source *= 1 + more
    form = Form(kind=FormKind.FLOAT64)
    for target in (round(source, digits), float(f"{source:.{digits + 1}g}"), single(source)):
        judgement = judge(source, target, form)
        for reading in judgement.readings if judgement else ():
            _proves_right(reading, form, source, target)


TRANSFORMED: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "trim": lambda value, told: value.strip(" ") if "ends" in told else value.rstrip(" "),
    "letter_case": lambda value, told: value.upper() if told["to"] == "upper" else value.lower(),
    "empty_to_null": lambda value, _: None if len(value.strip()) == 0 else value,
    "round": lambda value, told: _rounded(value, told["scale"]),
    "to_date": lambda value, _: value - value % DAY,
}


def _rounded(value: Any, scale: int) -> Any:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    rounded = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, WIDE)
    return float(rounded) if isinstance(value, float) else rounded


def _proves_right(reading: Explanation, form: Form, source: Scalar, target: Scalar) -> None:
    for setting in reading.settings:
        told = yaml.safe_load(setting)
        if "equality" in told:
            judgement = judge(source, target, form, Equality.model_validate(told["equality"]))
            assert judgement is not None
            assert judgement.accepted, setting
            continue
        transformation = told["transformation"]
        became = TRANSFORMED[transformation["kind"]](source, transformation)
        assert judge(became, target, form) is None, setting


# ---------------------------------------------------------------- cutting


@given(st.integers(), st.integers(1, 12), st.booleans())
def test_a_count_is_cut_to_a_multiple_of_the_grain(
    count: int, digits: int, is_rounded: bool
) -> None:
    grain = 10**digits
    found = cut(count, grain, is_rounded=is_rounded)
    assert found % grain == 0
    if is_rounded:
        assert 2 * abs(found - count) <= grain
        assert cut(-count, grain, is_rounded=True) == -found
    else:
        assert 0 <= count - found < grain


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        (15, 10, [(0, "truncated")]),
        (15, 20, [(0, "rounded")]),
        (-15, -20, [(0, "truncated"), (0, "rounded")]),
        (-15, -10, [(0, "truncated towards 1970"), (0, "rounded")]),
        (-16, -10, [(0, "truncated towards 1970")]),
        (104, 100, [(0, "truncated"), (0, "rounded"), (1, "truncated"), (1, "rounded")]),
        (95, 100, [(0, "rounded"), (1, "rounded")]),
        (15, 12, []),
        (15, 30, []),
    ],
)
def test_every_cut_that_explains_is_found(
    source: int, target: int, found: list[tuple[int, str]]
) -> None:
    assert list(cuts(source, target, (10, 100))) == found
