"""Each pair of cells gets the cause that explains it, and no tempting one."""

from decimal import Decimal

import pytest

from ombudsman.compare.causes import Judgement, judge, judge_column
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.forms import Form, FormKind, Scalar
from ombudsman.model.rows import Cause

BOOLEAN = Form(kind=FormKind.BOOLEAN)
INTEGER = Form(kind=FormKind.INTEGER)
DECIMAL = Form(kind=FormKind.DECIMAL, scale=4)
FLOAT = Form(kind=FormKind.FLOAT64)
TEXT = Form(kind=FormKind.TEXT)
PADDED = Form(kind=FormKind.TEXT, padded=True)
BINARY = Form(kind=FormKind.BINARY)
UUID = Form(kind=FormKind.UUID)


NULLS = [
    ("", None, TEXT, Cause.EMPTY_VERSUS_NULL, "NULL in target"),
    (None, "", TEXT, Cause.EMPTY_VERSUS_NULL, "NULL in source"),
    ("   ", None, PADDED, Cause.EMPTY_VERSUS_NULL, "NULL in target"),
    (b"", None, BINARY, Cause.EMPTY_VERSUS_NULL, "NULL in target"),
    ("x", None, TEXT, Cause.NULL_VERSUS_VALUE, "NULL in target"),
    (None, "x", TEXT, Cause.NULL_VERSUS_VALUE, "NULL in source"),
    ("  ", None, TEXT, Cause.NULL_VERSUS_VALUE, "NULL in target, blanks in source"),
    (None, 7, INTEGER, Cause.NULL_VERSUS_VALUE, "NULL in source"),
    (None, 0, INTEGER, Cause.NULL_VERSUS_VALUE, "NULL in source, a default in target: 0"),
    (
        None,
        Decimal("0.00"),
        DECIMAL,
        Cause.NULL_VERSUS_VALUE,
        "NULL in source, a default in target: 0",
    ),
    (-1, None, INTEGER, Cause.NULL_VERSUS_VALUE, "NULL in target, a default in source: -1"),
    (None, -0.0, FLOAT, Cause.NULL_VERSUS_VALUE, "NULL in source, a default in target: 0"),
    (
        None,
        float("nan"),
        FLOAT,
        Cause.NULL_VERSUS_VALUE,
        "NULL in source, a default in target: NaN",
    ),
    (None, False, BOOLEAN, Cause.NULL_VERSUS_VALUE, "NULL in source, a default in target: false"),
    (None, True, BOOLEAN, Cause.NULL_VERSUS_VALUE, "NULL in source"),
    (
        None,
        "00000000-0000-0000-0000-000000000000",
        UUID,
        Cause.NULL_VERSUS_VALUE,
        "NULL in source, a default in target: zeros",
    ),
    (
        None,
        "NULL",
        TEXT,
        Cause.NULL_VERSUS_VALUE,
        "NULL in source, a default in target: the word NULL",
    ),
]

TEXTS = [
    ("abc    ", "abc", TEXT, Cause.TRAILING_SPACE, "4 blanks lost"),
    ("abc", "abc ", TEXT, Cause.TRAILING_SPACE, "1 blank gained"),
    ("abc   ", "abc ", TEXT, Cause.TRAILING_SPACE, "2 blanks lost, others kept"),
    ("   ", "", TEXT, Cause.TRAILING_SPACE, "3 blanks lost"),
    ("Anna", "ANNA", TEXT, Cause.LETTER_CASE, "to capitals"),
    ("Anna", "anna", TEXT, Cause.LETTER_CASE, "to small letters"),
    ("ANNA", "Anna", TEXT, Cause.LETTER_CASE, None),
    ("Straße", "STRASSE", TEXT, Cause.LETTER_CASE, "to capitals"),
    ("Anna ", "anna", TEXT, Cause.TRAILING_SPACE, "1 blank lost, letter case"),
    ("Zo\u00eb", "Zoe\u0308", TEXT, Cause.ENCODING, "NFC/NFD"),
    ("Zoe\u0308", "Zo\u00eb", TEXT, Cause.ENCODING, "NFC/NFD"),
    ("ZO\u00cb", "zoe\u0308", TEXT, Cause.LETTER_CASE, "letter case, NFC/NFD"),
    ("Zo\u00eb ", "Zoe\u0308", TEXT, Cause.TRAILING_SPACE, "1 blank lost, NFC/NFD"),
    ("北京", "??", TEXT, Cause.ENCODING, "code page"),
    ("Łódź", "?ód?", TEXT, Cause.ENCODING, "code page"),
    ("Zoë", "Zo\ufffd", TEXT, Cause.ENCODING, "code page"),
    ("what? 北", "what? ?", TEXT, Cause.ENCODING, "code page"),
    ("a\U0001f600b", "a??b", TEXT, Cause.ENCODING, "code page"),
    ("a\U0001f600b", "a?b", TEXT, Cause.ENCODING, "code page"),
    ("Zoë!", "Zo\ufffd\ufffd!", TEXT, Cause.ENCODING, "code page"),
    ("Zoë", "ZoÃ«", TEXT, Cause.ENCODING, "mojibake"),
    ("10 €", "10 â‚¬", TEXT, Cause.ENCODING, "mojibake"),
    ("10 €", "10 â\x82¬", TEXT, Cause.ENCODING, "mojibake"),
    ("à la", "Ã\xa0 la", TEXT, Cause.ENCODING, "mojibake"),
    ("ZoÃ«", "Zoë", TEXT, Cause.ENCODING, "mojibake in the source"),
    ("Zoë", "Zoe", TEXT, Cause.ENCODING, "accents"),
    ("Ångström", "Angstrom", TEXT, Cause.ENCODING, "accents"),
    ("Ｔokyo", "Tokyo", TEXT, Cause.ENCODING, "compatibility forms"),
    ("a\u00a0b", "a b", TEXT, Cause.ENCODING, "compatibility forms"),
    ("\ufeffid", "id", TEXT, Cause.ENCODING, "characters without width"),
    ("abcdef", "abcd", TEXT, Cause.TRUNCATION, "length 4"),
    ("é" * 5000, "é" * 4000, TEXT, Cause.TRUNCATION, "length 4000"),
    ("a\U0001f600b", "a\U0001f600", TEXT, Cause.TRUNCATION, "length 2"),
    ("abc\t", "abc", TEXT, Cause.TRUNCATION, "length 3"),
    (b"\x00\x01\x02", b"\x00\x01", BINARY, Cause.TRUNCATION, "length 2"),
    (" abc", "abc", TEXT, Cause.OTHER, "blanks around it lost"),
    ("abc", " abc", TEXT, Cause.OTHER, "blanks at the beginning"),
    ("a\r\nb", "a\nb", TEXT, Cause.OTHER, "line ends"),
    ("a\tb", "a b", TEXT, Cause.OTHER, "white space"),
    (b"\x01", b"\x01\x00\x00", BINARY, Cause.OTHER, "zero bytes at the end"),
    ("x", "", TEXT, Cause.OTHER, "empty in target"),
    ("", "x", TEXT, Cause.OTHER, "empty in source"),
]


NOT_TEMPTING = [
    ("abc", "abd", TEXT, None),
    ("abc", "xabc", TEXT, None),
    ("abc", "abcdef", TEXT, None),  # the target has more: nothing was cut off
    ("abc ", "abc\t", TEXT, "white space"),  # only U+0020 is a blank
    ("was?", "wer?", TEXT, None),
    ("who", "wh?", TEXT, None),  # an `o` is in every code page
    ("Zoë", "Zoa", TEXT, None),
    ("ba", "ab", TEXT, None),
    (b"abc", b"ABC", BINARY, None),
    ("6f9619ff-0000-0000-0000-000000000001", "6f9619ff", UUID, None),
    (True, False, BOOLEAN, None),
]

SAME = [
    (None, None, TEXT),
    ("abc   ", "abc", PADDED),
]


@pytest.mark.parametrize(("source", "target", "form", "cause", "detail"), [*NULLS, *TEXTS])
def test_a_pair_gets_the_first_cause_that_explains_it(
    source: Scalar, target: Scalar, form: Form, cause: Cause, detail: str | None
) -> None:
    assert judge(source, target, form, STRICT) == Judgement(
        accepted=False, cause=cause, detail=detail
    )


@pytest.mark.parametrize(("source", "target", "form", "detail"), NOT_TEMPTING)
def test_a_real_difference_gets_no_tempting_cause(
    source: Scalar, target: Scalar, form: Form, detail: str | None
) -> None:
    assert judge(source, target, form) == Judgement(
        accepted=False, cause=Cause.OTHER, detail=detail
    )


@pytest.mark.parametrize(("source", "target", "form"), SAME)
def test_these_are_the_same_value_after_all(source: Scalar, target: Scalar, form: Form) -> None:
    assert judge(source, target, form) is None
    assert judge(target, source, form) is None


FORGIVEN = [
    ("", None, TEXT, {"empty_is_null": True}, Cause.EMPTY_VERSUS_NULL, "NULL in target"),
    (
        None,
        "  ",
        TEXT,
        {"empty_is_null": True, "trailing_blanks": "ignored"},
        Cause.EMPTY_VERSUS_NULL,
        "NULL in source, blanks in target",
    ),
    ("a  ", "a", TEXT, {"trailing_blanks": "ignored"}, Cause.TRAILING_SPACE, "2 blanks lost"),
    ("A", "a", TEXT, {"letter_case": "ignored"}, Cause.LETTER_CASE, "to small letters"),
    ("\u00e9", "e\u0301", TEXT, {"unicode_form": "nfc"}, Cause.ENCODING, "NFC/NFD"),
    ("\u212a", "K", TEXT, {"unicode_form": "nfc"}, Cause.ENCODING, "NFC/NFD"),
    (
        "A ",
        "a",
        TEXT,
        {"trailing_blanks": "ignored", "letter_case": "ignored"},
        Cause.TRAILING_SPACE,
        "1 blank lost, letter case",
    ),
    (
        "E\u0301 ",
        "\u00e9",
        TEXT,
        {"trailing_blanks": "ignored", "letter_case": "ignored", "unicode_form": "nfc"},
        Cause.TRAILING_SPACE,
        "1 blank lost, letter case, NFC/NFD",
    ),
]


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


NOT_FORGIVEN = [
    ("", None, TEXT, {"trailing_blanks": "ignored"}),
    ("  ", None, TEXT, {"empty_is_null": True}),
    ("A ", "a", TEXT, {"letter_case": "ignored"}),
    ("A ", "a", TEXT, {"trailing_blanks": "ignored"}),
    ("a\t", "a", TEXT, {"trailing_blanks": "ignored"}),
    (" a", "a", TEXT, {"trailing_blanks": "ignored"}),
    ("\u00e9", "e", TEXT, {"unicode_form": "nfc"}),
]


@pytest.mark.parametrize(("source", "target", "form", "fields"), NOT_FORGIVEN)
def test_nothing_else_is_forgiven(
    source: Scalar, target: Scalar, form: Form, fields: dict[str, object]
) -> None:
    judgement = judge(source, target, form, Equality.model_validate(fields))
    assert judgement is not None
    assert not judgement.accepted


def test_a_column_is_judged_pair_by_pair_and_in_order() -> None:
    sources = ["a ", "b", None, "", "a ", "x"] * 3
    targets = ["a", "b", "c", None, "a", "y"] * 3
    expected = [judge(s, t, TEXT) for s, t in zip(sources, targets, strict=True)]
    assert judge_column(sources, targets, TEXT) == expected
    assert expected[1] is None


def test_a_column_of_more_pairs_than_are_remembered_is_judged_alike() -> None:
    sources = list(range(70_000))
    targets = [-number if number % 2 else number for number in sources]
    judged = judge_column([*sources, *sources], [*targets, *targets], INTEGER)
    assert sum(each is not None for each in judged) == 70_000


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        judge_column(["a", "b"], ["a"], TEXT)


def test_no_detail_holds_a_value_of_a_row() -> None:
    secrets = [("secret-Zoë  ", "SECRET-ZOE"), ("secret-one", "secret-"), ("secret-a", "secret-b")]
    for source, target in secrets:
        judgement = judge(source, target, TEXT)
        assert judgement is not None
        assert "secret" not in repr(judgement.readings).lower()


def test_an_enormous_text_is_judged() -> None:
    source = "é" * 1_000_000
    assert judge(source, source + " ", TEXT) == Judgement(
        False, Cause.TRAILING_SPACE, "1 blank gained"
    )
    assert judge(source, "?" * 1_000_000, TEXT) == Judgement(False, Cause.ENCODING, "code page")
