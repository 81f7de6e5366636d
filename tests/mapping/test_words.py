"""Words are the same under their endings, accents and shortenings, and run-on names are cut where other names tell."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.mapping.lexicon import EXPANSIONS, KNOWN_WORDS, SYNONYMS
from ombudsman.mapping.name_likeness import name_likeness, spoken
from ombudsman.mapping.stems import stem
from ombudsman.mapping.vocabulary import Vocabulary
from ombudsman.mapping.word_likeness import Kinship, word_likeness


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("Categories", "category"),
        ("CATEGORY", "category"),
        ("addresses", "address"),
        ("address", "address"),
        ("status", "status"),
        ("analysis", "analysis"),
        ("Orders", "order"),
        ("boxes", "box"),
        ("gas", "gas"),
        ("ids", "id"),
        ("Größe", "grosse"),
        ("MÜŞTERİ", "musteri"),
        ("Adı", "adi"),
        ("Łódź", "lodz"),
        ("客户", "客户"),
        ("007", "7"),
        ("१२", "12"),
    ],
)
def test_a_stem_is_the_word_without_ending_and_accents(word, left):
    assert stem(word) == left


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_stem_of_a_stem_is_found_by_the_same_rules(word):
    assert stem(word) == stem(word.casefold())


@pytest.mark.parametrize(
    ("names", "name", "words"),
    [
        (["OrderDetails", "OrderID"], "orderdetailid", ("order", "detail", "id")),
        (["OrderDetails", "OrderID"], "ORDERDETAILS", ("order", "detail")),
        (["Order_Date"], "orderdate", ("order", "date")),
        ([], "customerid", ("customer", "id")),
        ([], "ACCOUNTNUMBER", ("account", "number")),
        (["Kunde_Nummer"], "KundeNummer", ("kunde", "nummer")),
        ([], "consideration", ("consideration",)),
        ([], "Status", ("status",)),
        ([], "address2", ("address", "2")),
    ],
)
def test_words_that_are_run_together_are_cut_where_other_names_tell(names, name, words):
    assert Vocabulary([*names, name]).words_of(name) == words


def test_what_is_in_every_name_tells_little():
    vocabulary = Vocabulary([*(f"{word}_id" for word in ("a", "b", "c", "d")), "premium"])
    assert vocabulary.weight("id") < vocabulary.weight("premium") == 1.0 - 0.65 * 4 / 5


# ------------------------------------------------------------ two words


@pytest.mark.parametrize(
    ("one", "other", "kinship"),
    [
        ("customer", "customer", Kinship.EQUAL),
        ("customer", "cust", Kinship.ABBREVIATION),
        ("quantity", "qty", Kinship.ABBREVIATION),
        ("number", "no", Kinship.ABBREVIATION),
        ("premium", "prmm", Kinship.VOWELS),
        ("diagnosi", "diag", Kinship.BEGINNING),
        ("mileage", "mlg", Kinship.VOWELS),
        ("customer", "client", Kinship.SYNONYM),
        ("supplier", "vend", Kinship.SYNONYM),
        ("remittance", "pymt", Kinship.SYNONYM),
        ("treatment", "treatmnet", Kinship.SPELLING),
        ("mortgage", "mrgg", Kinship.LETTERS),
        ("customer", "weather", None),
        ("1", "2", None),
        ("line", "1", None),
        ("", "a", None),
    ],
)
def test_how_two_words_are_alike(one, other, kinship):
    assert word_likeness(one, other).kinship is kinship
    assert word_likeness(other, one) == word_likeness(one, other)


def test_the_sure_ways_score_more_than_the_loose_ones():
    order = [
        word_likeness(*pair).score
        for pair in (
            ("date", "date"),
            ("customer", "cust"),
            ("premium", "prmm"),
            ("diagnosi", "diag"),
            ("customer", "client"),
            ("mortgage", "mrgg"),
        )
    ]
    assert order == sorted(order, reverse=True)
    assert all(a > b for a, b in pairwise(order))


def test_the_lexicon_knows_at_least_150_pairs_and_only_stems():
    pairs = {frozenset((a, b)) for a, others in SYNONYMS.items() for b in others}
    assert len(pairs) >= 150
    assert all(stem(word) == word for word in KNOWN_WORDS)
    assert all(a in SYNONYMS[b] for a, others in SYNONYMS.items() for b in others)
    assert all(short not in words for short, words in EXPANSIONS.items())


# ------------------------------------------------------------ two names


def likeness(source: str, target: str, *, table: str = "") -> float:
    vocabulary = Vocabulary([])
    left_out = frozenset(vocabulary.words_of(table)) if table else frozenset()
    here, there = (
        spoken(vocabulary.words_of(name), vocabulary.weight, left_out) for name in (source, target)
    )
    return name_likeness(here, there)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("CustomerName", "CUST_NM"),
        ("BirthDate", "date_of_birth"),
        ("OrderQuantity", "ORD_QTY"),
        ("DateOfBirth", "DOB"),
        ("PostalCode", "POST_CD"),
    ],
)
def test_names_that_say_the_same_otherwise_are_alike(source, target):
    assert likeness(source, target) > 0.75


@pytest.mark.parametrize(
    ("source", "target"),
    [("FirstName", "LastName"), ("BirthDate", "HireDate"), ("Address1", "Address2")],
)
def test_names_that_share_the_lesser_word_alone_are_not(source, target):
    assert likeness(source, target) < 0.6


def test_the_same_words_in_another_order_are_nearly_the_same_name():
    assert likeness("SpareMainRooms", "MAIN_SPARE_ROOM") < likeness(
        "MainSpareRooms", "MAIN_SPARE_ROOM"
    )
    assert likeness("BirthDate", "DATE_BIRTH") > 0.95


def test_the_words_of_its_table_may_be_left_out_of_a_columns_name():
    assert likeness("CustomerName", "Name", table="Customer") > 0.85
    assert likeness("CustomerName", "Name") < 0.75
    assert likeness("CustomerName", "CustomerPhone", table="Customer") < 0.5


@settings(deadline=None)
@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_a_likeness_is_between_0_and_1_and_the_same_in_both_orders(one, other):
    there, back = likeness(one, other), likeness(other, one)
    assert 0.0 <= there <= 1.0
    assert there == pytest.approx(back)
    assert likeness(one, one) == 1.0
