"""The nearest word wins, field by field, and it is told whose it was."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.model import types
from ombudsman.model.equality import Equality
from ombudsman.model.policy import AppliedPolicy, Policy, Severity, TablePolicy
from ombudsman.model.policy_layers import (
    Looked,
    Said,
    StepPolicies,
    applied,
    in_effect,
    unused,
)
from ombudsman.model.tables import TableRef
from ombudsman.model.tolerance import Tolerance

ORDERS = TableRef.parse("sales.orders")
CODES = TableRef.parse("sales.codes")
LAYERS = ("pipeline", "table", "column", "step", "params")


def policies(**said: dict[str, Any]) -> StepPolicies:
    """What each layer says; the column's is `code` of the table `sales.orders`."""
    of_column = {"code": Policy(**said["column"])} if "column" in said else {}
    table = TablePolicy(table=ORDERS, columns=of_column, **said.get("table", {}))
    params = said.get("params")
    return StepPolicies(
        ORDERS,
        pipeline=Policy(**said.get("pipeline", {})),
        tables={ORDERS: table} if {"table", "column"} & said.keys() else {},
        step=Policy(**said.get("step", {})),
        params=Tolerance(**params["tolerance"]) if params else None,
    )


@pytest.mark.parametrize(
    ("said", "of_code", "of_others"),
    [
        ({}, 0, 0),
        ({"pipeline": 1}, 1, 1),
        ({"pipeline": 1, "table": 2}, 2, 2),
        ({"pipeline": 1, "column": 3}, 3, 1),
        ({"pipeline": 1, "table": 2, "column": 3}, 3, 2),
        ({"pipeline": 1, "table": 2, "column": 3, "step": 4}, 4, 4),
        ({"column": 3, "step": 0}, 0, 0),
        ({"pipeline": 1, "step": 4, "params": 5}, 5, 5),
        ({"column": 3, "params": 5}, 5, 5),
    ],
)
def test_the_nearest_word_wins(said: dict[str, int], of_code: int, of_others: int):
    tolerances = {layer: {"tolerance": {"absolute": n}} for layer, n in said.items()}
    under = policies(**tolerances)
    assert under.tolerance("code").absolute == of_code
    assert under.tolerance("name").absolute == of_others
    assert under.tolerance().absolute == of_others
    equalities = {
        layer: {"equality": {"ulps": n}} for layer, n in said.items() if layer != "params"
    }
    if "params" not in said:
        assert policies(**equalities).equality(ORDERS, "code").ulps == of_code
        assert policies(**equalities).equality(ORDERS, "name").ulps == of_others


def test_each_field_is_decided_by_itself():
    under = policies(
        pipeline={"tolerance": {"absolute": 1, "relative": Decimal("0.1")}},
        table={"tolerance": {"relative": Decimal("0.2")}},
        column={"tolerance": {"absolute": 0}},
    )
    assert under.tolerance("code") == Tolerance(absolute=Decimal(0), relative=Decimal("0.2"))
    assert under.tolerance() == Tolerance(absolute=Decimal(1), relative=Decimal("0.2"))
    equal = policies(
        pipeline={"equality": {"letter_case": "ignored", "decimals": 2}},
        step={"equality": {"decimals": None, "empty_is_null": True}},
    ).equality(ORDERS, "code")
    assert equal == Equality(letter_case="ignored", empty_is_null=True)


def test_what_nobody_says_is_the_validators_own_default():
    own = Tolerance(absolute=Decimal(5), relative=Decimal("0.5"))
    assert policies().tolerance(default=own) == own
    assert policies(step={"tolerance": {"absolute": 1}}).tolerance(default=own) == own.model_copy(
        update={"absolute": Decimal(1)}
    )


def test_another_table_has_policies_of_its_own_and_those_of_the_step():
    codes = TablePolicy(table=CODES, equality=Equality(letter_case="ignored"))
    under = StepPolicies(
        ORDERS, tables={CODES: codes}, step=Policy(equality=Equality(empty_is_null=True))
    )
    assert under.equality(CODES, "code") == Equality(letter_case="ignored", empty_is_null=True)
    assert under.equality(ORDERS, "code") == Equality(empty_is_null=True)


@pytest.mark.parametrize(
    ("said", "columns", "expected"),
    [
        ({}, [], ("blocking", "nobody")),
        ({"pipeline": "info"}, [None], ("info", "pipeline")),
        ({"pipeline": "info", "table": "warning"}, [None], ("warning", "table sales.orders")),
        ({"table": "warning", "step": "blocking"}, ["code"], ("blocking", "step")),
        ({"column": "info"}, ["code"], ("info", "column sales.orders.code")),
        ({"column": "info"}, ["code", "name"], ("blocking", "nobody")),
        ({"column": "info"}, ["code", None], ("blocking", "nobody")),
        ({"column": "blocking", "table": "info"}, ["name", "code"], ("blocking", None)),
        ({"column": "info", "step": "warning"}, ["code"], ("warning", "step")),
    ],
)
def test_a_difference_matters_as_much_as_in_the_gravest_of_its_columns(
    said: dict[str, str], columns: list[str | None], expected: tuple[str, str | None]
):
    found = policies(**{layer: {"severity": word} for layer, word in said.items()}).gravest(columns)
    assert found.value == expected[0]
    assert expected[1] is None or found.set_by == expected[1]


TEXT, NUMBER, FLOAT, MOMENT = types.Text(), types.Decimal(scale=4), types.Float(), types.Timestamp()
LOOKED = Looked(
    {
        "code": (TEXT, TEXT),
        "name": (TEXT, TEXT),
        "amount": (NUMBER, FLOAT),
        "at": (MOMENT, types.Date()),
        "id": (types.Integer(), types.Integer()),
    },
    has_tolerance=True,
)
NOT_SAID = Said(Severity.BLOCKING, "nobody")


def told(found: tuple[AppliedPolicy, ...]) -> list[tuple[str, Any, str, tuple[str, ...]]]:
    return [(each.what, each.value, each.set_by, tuple(each.columns)) for each in found]


def test_what_mattered_is_told_with_its_columns_and_who_said_it():
    under = policies(
        pipeline={
            "equality": {"letter_case": "ignored", "second_digits": 3, "unicode_form": "nfc"}
        },
        table={"tolerance": {"relative": Decimal("0.1")}},
        column={"equality": {"letter_case": "significant"}, "tolerance": {"absolute": 1}},
        step={"equality": {"decimals": 2, "cut": "round"}},
    )
    severity = Said(Severity.INFO, "pipeline")
    assert told(applied(under, LOOKED, severity)) == [
        ("severity", "info", "pipeline", ()),
        ("tolerance.relative", Decimal("0.1"), "table sales.orders", ()),
        ("tolerance.absolute", Decimal(1), "column sales.orders.code", ("code",)),
        ("equality.letter_case", "significant", "column sales.orders.code", ("code",)),
        ("equality.letter_case", "ignored", "pipeline", ("name",)),
        ("equality.decimals", 2, "step", ("amount",)),
        ("equality.cut", "round", "step", ("amount", "at")),
        ("equality.second_digits", 3, "pipeline", ("at",)),
    ]


def test_nothing_is_told_of_what_nobody_said_or_was_not_looked_at():
    assert applied(policies(), LOOKED, NOT_SAID) == ()
    no_figures = Looked({"id": (types.Integer(), types.Integer())}, has_tolerance=False)
    under = policies(
        pipeline={
            "tolerance": {"absolute": 1},
            "equality": {"letter_case": "ignored", "decimals": 2, "cut": "round"},
        }
    )
    assert applied(under, no_figures, NOT_SAID) == ()


def test_what_only_a_comparison_of_rows_can_forgive_is_told_as_unused():
    under = policies(pipeline={"equality": {"ulps": 2, "unicode_form": "nfc", "relative": 0}})
    assert told(unused(under, LOOKED)) == [
        ("equality.unicode_form", "nfc", "pipeline", ("code", "name")),
        ("equality.ulps", 2, "pipeline", ("amount",)),
    ]
    compared = Looked(LOOKED.types, has_tolerance=False, compared=frozenset(LOOKED.types))
    assert unused(under, compared) == ()
    assert {each.what for each in applied(under, compared, NOT_SAID)} == {
        "equality.unicode_form",
        "equality.ulps",
        "equality.relative",
    }


@given(
    equality=st.builds(
        Equality,
        empty_is_null=st.booleans(),
        letter_case=st.sampled_from(["significant", "ignored"]),
        decimals=st.none() | st.integers(0, 5),
        second_digits=st.none() | st.integers(0, 5),
        cut=st.sampled_from(["truncate", "round"]),
        ulps=st.integers(0, 2),
    ),
    data_type=st.sampled_from([TEXT, NUMBER, FLOAT, MOMENT, types.Integer(), types.Uuid()]),
)
def test_only_what_takes_effect_tells_relations_apart(
    equality: Equality, data_type: types.DataType
):
    read = in_effect(equality, data_type)
    assert in_effect(read, data_type) == read
    assert read.ulps == 0
    if data_type.kind != "text":
        assert not read.empty_is_null
    if data_type.kind in {"integer", "uuid"}:
        assert read == Equality()
