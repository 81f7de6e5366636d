"""Names are read as words, in every alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.mapping.names import FORMS, Likeness, letters, likeness, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CustomerID", "customer id"),
        ("CUSTOMER_ID", "customer id"),
        ("customerId", "customer id"),
        ("Customer ID", "customer id"),
        ("customer-id.x", "customer id x"),
        ("OrderID2", "order id 2"),
        ("SHA256Hash", "sha 256 hash"),
        ("XMLHttpRequest", "xml http request"),
        ("eMail", "e mail"),
        ("CUSTOMERID", "customerid"),
        ("__id__", "id"),
        ("_", "_"),
        ("Cost%", "cost %"),
        ("#Items", "# items"),
        ("Größe_CM", "grösse cm"),
        ("GRÖSSE_CM", "grösse cm"),
        ("ДатаЗаказа", "дата заказа"),
        ("顧客ID", "顧客 id"),
        ("e\u0301tat", "état"),
        ("2024Sales", "2024 sales"),
    ],
)
def test_a_name_is_split_into_its_words(name, expected):
    assert words(name) == tuple(expected.split())


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("CustomerID", "CustomerID", Likeness.EXACT),
        ("CustomerID", "CUSTOMERID", Likeness.LETTER_CASE),
        ("CustomerID", "customer_id", Likeness.WORDS),
        ("Order Date", "OrderDate", Likeness.WORDS),
        ("Customer_ID", "CUSTOMERID", Likeness.RUN_ON),
        ("CustomerIDs", "CUSTOMER_IDS", Likeness.RUN_ON),
        ("Cost", "Cost%", None),
        ("Order", "Orders", None),
        ("État", "E\u0301TAT", Likeness.LETTER_CASE),
        ("Straße", "STRASSE", Likeness.LETTER_CASE),
    ],
)
def test_names_are_alike_in_the_closest_way_that_holds(source, target, expected):
    assert likeness(source, target) is expected
    assert likeness(target, source) is expected


NAMES = st.text(min_size=1, max_size=12)


@given(NAMES)
def test_no_letter_is_lost_or_added_by_splitting(name):
    kept = "".join(words(name))
    assert kept
    assert letters(name) == kept


@given(NAMES, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_whoever_is_alike_in_a_close_way_has_the_same_letters(name, respelt):
    other = respelt(name)
    if any(form(name) == form(other) for form in FORMS.values()):
        assert letters(name) == letters(other)
