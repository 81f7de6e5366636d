"""Each pair of numbers that differ gets the cause that explains it, and no tempting one."""

from decimal import Decimal as Number

import pytest

from ombudsman.compare.causes import Judgement, judge
from ombudsman.model.equality import Equality
from ombudsman.model.forms import Form, FormKind, Scalar
from ombudsman.model.rows import Cause

BOOLEAN = Form(kind=FormKind.BOOLEAN)
INTEGER = Form(kind=FormKind.INTEGER)
DECIMAL = Form(kind=FormKind.DECIMAL, scale=4)
NUMERIC = Form(kind=FormKind.DECIMAL)
FLOAT = Form(kind=FormKind.FLOAT64)
SINGLE = Form(kind=FormKind.FLOAT32)

NUMBERS = [
    (5, -5, INTEGER, Cause.SIGN, None),
    (
        Number("-12345678901234567890123456789012345.678"),
        Number("12345678901234567890123456789012345.678"),
        DECIMAL,
        Cause.SIGN,
        None,
    ),
    (1.5, -1.5, FLOAT, Cause.SIGN, None),
    (float("inf"), float("-inf"), FLOAT, Cause.SIGN, None),
    (Number("1.2350"), Number("1.24"), DECIMAL, Cause.ROUNDING, "to 2 digits, rounded"),
    (Number("1.2399"), Number("1.2300"), DECIMAL, Cause.ROUNDING, "to 2 digits, truncated"),
    (Number("-1.2399"), Number("-1.23"), DECIMAL, Cause.ROUNDING, "to 2 digits, truncated"),
    (Number("-1.235"), Number("-1.24"), DECIMAL, Cause.ROUNDING, "to 2 digits, rounded"),
    (Number("9.9999"), 10, DECIMAL, Cause.ROUNDING, "to 3 digits, rounded"),
    (Number("0.6"), 1, DECIMAL, Cause.ROUNDING, "to 0 digits, rounded"),
    (Number("-0.4"), 0, DECIMAL, Cause.ROUNDING, "to 0 digits, rounded"),
    (
        Number("0." + "1" * 60),
        Number("0." + "1" * 40),
        NUMERIC,
        Cause.ROUNDING,
        "to 40 digits, rounded",
    ),
    (
        Number("12345678901234567890123456789012.3456"),
        Number("12345678901234567890123456789012.34"),
        DECIMAL,
        Cause.ROUNDING,
        "to 2 digits, truncated",
    ),
    (0.1, 0.10000000149011612, FLOAT, Cause.ROUNDING, "single precision"),
    (0.10000000149011612, 0.1, FLOAT, Cause.ROUNDING, "single precision"),
    (0.1 + 0.2, 0.3, FLOAT, Cause.ROUNDING, "15 significant digits"),
    (3.141592653589793, 3.14159265358979, FLOAT, Cause.ROUNDING, "15 significant digits"),
    (123456789.123, 123457000.0, FLOAT, Cause.ROUNDING, "6 significant digits"),
    (1234567.8912345, 1234568.0, FLOAT, Cause.ROUNDING, "to 0 digits, rounded"),
    (1.2345678e-20, 1.234568e-20, FLOAT, Cause.ROUNDING, "7 significant digits"),
    (1234.5678, 1234.57, FLOAT, Cause.ROUNDING, "to 2 digits, rounded"),
    (1234.5678, 1234.56, FLOAT, Cause.ROUNDING, "to 2 digits, truncated"),
    (1.0000000000000002, 1.0000000000000007, FLOAT, Cause.ROUNDING, "2 ULP"),
    (16777216.0, 16777218.0, SINGLE, Cause.ROUNDING, "1 ULP"),
    (0.0, 5e-324, FLOAT, Cause.ROUNDING, "1 ULP"),
]

NOT_TEMPTING = [
    (12, 1, INTEGER, None),
    (100, 149, INTEGER, None),
    (Number("1.26"), Number("1.4"), DECIMAL, None),
    (Number("0.49"), 1, DECIMAL, None),
    (Number("0.6"), -1, DECIMAL, None),
    (Number("1.23"), Number("1.2345"), DECIMAL, None),  # the target has more: nothing was cut off
    (Number("NaN"), Number(1), NUMERIC, None),
    (float("nan"), 1.0, FLOAT, None),
    (1e300, float("inf"), FLOAT, None),
    (1234.0, 1000.0, FLOAT, None),
    (2.0, 3.0, FLOAT, None),
    (1.5000012345, 1.5000099999, FLOAT, None),
    ("n.a.", Number(1), DECIMAL, "no decimal in source"),
]

SAME = [
    (-0.0, 0.0, FLOAT),
    (float("nan"), -float("nan"), FLOAT),
    (float("inf"), float("inf"), FLOAT),
    (0.1, 0.10000000149011612, SINGLE),
    (Number("1.50"), Number("1.5"), DECIMAL),
    (2, Number("2.0000"), DECIMAL),
    (Number("NaN"), Number("NaN"), NUMERIC),
]

FORGIVEN = [
    (
        Number("1.2399"),
        Number("1.23"),
        DECIMAL,
        {"decimals": 2},
        Cause.ROUNDING,
        "to 2 digits, truncated",
    ),
    (
        Number("-0.004"),
        Number(0),
        DECIMAL,
        {"decimals": 2},
        Cause.ROUNDING,
        "to 2 digits, truncated",
    ),
    (
        Number("-1.235"),
        Number("-1.24"),
        DECIMAL,
        {"decimals": 2, "cut": "round"},
        Cause.ROUNDING,
        "to 2 digits, rounded",
    ),
    (2.675, 2.68, FLOAT, {"decimals": 2, "cut": "round"}, Cause.ROUNDING, "to 2 digits, rounded"),
    (1.0, 1.0000000000000004, FLOAT, {"ulps": 2}, Cause.ROUNDING, "2 ULP"),
    (-5e-324, 5e-324, FLOAT, {"ulps": 2}, Cause.ROUNDING, "2 ULP"),
    (1.0, 1.0 + 2**-42, FLOAT, {"relative": 1e-12}, Cause.ROUNDING, "at most 1,024 ULP"),
    (1.0, 1.001, FLOAT, {"relative": "0.001"}, Cause.ROUNDING, "within 1e-3 of the value"),
    (1.0, 1.0 + 2**-23, SINGLE, {"ulps": 1}, Cause.ROUNDING, "1 ULP"),
]

NOT_FORGIVEN = [
    (Number("1.235"), Number("1.24"), DECIMAL, {"decimals": 2}),
    (Number("1.2399"), Number("1.23"), DECIMAL, {"decimals": 2, "cut": "round"}),
    (Number("1.2399"), Number("1.23"), DECIMAL, {"decimals": 3}),
    (1.0, 1.0000000000000004, FLOAT, {"ulps": 1}),
    (1.0, 1.0011, FLOAT, {"relative": 0.001}),
    (1, 2, INTEGER, {"relative": 0.9, "ulps": 9, "decimals": 0}),
    (float("nan"), 1.0, FLOAT, {"relative": 0.9, "ulps": 10**30}),
    (1.0, float("inf"), FLOAT, {"relative": 0.9, "ulps": 10**30}),
]


@pytest.mark.parametrize(("source", "target", "form", "cause", "detail"), NUMBERS)
def test_a_pair_gets_the_first_cause_that_explains_it(
    source: Scalar, target: Scalar, form: Form, cause: Cause, detail: str | None
) -> None:
    assert judge(source, target, form) == Judgement(accepted=False, cause=cause, detail=detail)


@pytest.mark.parametrize(("source", "target", "form", "detail"), NOT_TEMPTING)
def test_a_real_difference_gets_no_tempting_cause(
    source: Scalar, target: Scalar, form: Form, detail: str | None
) -> None:
    assert judge(source, target, form) == Judgement(False, Cause.OTHER, detail)


@pytest.mark.parametrize(("source", "target", "form"), SAME)
def test_these_are_the_same_number_after_all(source: Scalar, target: Scalar, form: Form) -> None:
    assert judge(source, target, form) is None
    assert judge(target, source, form) is None


@pytest.mark.parametrize(("source", "target", "form", "fields", "cause", "detail"), FORGIVEN)
def test_what_the_policy_forgives_is_accepted_and_says_what_was_forgiven(
    source: Scalar,
    target: Scalar,
    form: Form,
    fields: dict[str, object],
    cause: Cause,
    detail: str,
) -> None:
    equality = Equality.model_validate(fields)
    assert judge(source, target, form, equality) == Judgement(True, cause, detail)
    strict = judge(source, target, form)
    assert strict is not None
    assert not strict.accepted


@pytest.mark.parametrize(("source", "target", "form", "fields"), NOT_FORGIVEN)
def test_nothing_else_is_forgiven(
    source: Scalar, target: Scalar, form: Form, fields: dict[str, object]
) -> None:
    judgement = judge(source, target, form, Equality.model_validate(fields))
    assert judgement is not None
    assert not judgement.accepted
