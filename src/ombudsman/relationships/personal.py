"""Is it about a person? E-mail addresses, phone numbers, names, addresses, cards, national numbers.

Recognised by the column's name, and by the patterns of sampled values where the caller has any: most of the values must
fit, and numbers that carry a check digit must carry the right one. So whoever shows samples can mask them; nothing is
masked here. Where name and values leave a doubt, it counts as personal.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from ombudsman.model.base import Frozen
from ombudsman.model.tables import Catalogue, ColumnRef
from ombudsman.relationships.key_words import PEOPLE, words_of_text
from ombudsman.relationships.naming import Naming, namings

MOST = 0.7
"""So many of the values that are there fit a pattern, at least."""

FEWEST = 3
"""Of fewer values nothing is concluded."""


class PersonalKind(StrEnum):
    """What a value tells of a person."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    ADDRESS = "address"
    BIRTH = "birth"
    CARD = "card"
    NATIONAL_NUMBER = "national_number"
    ACCOUNT = "account"
    SECRET = "secret"  # noqa: S105 - a kind of column
    NETWORK = "network"


class Personal(Frozen):
    """That a column holds personal data, of which kind, how surely (0 to 1), and why."""

    kind: PersonalKind
    confidence: float
    why: str


def personal_columns(
    catalogue: Catalogue, samples: Mapping[ColumnRef, Sequence[str]] | None = None
) -> dict[ColumnRef, Personal]:
    """The columns that hold personal data.

    Args:
        catalogue: Tables and columns.
        samples: Some values of texts, where they may be looked at; none of them is kept or told.
    """
    told = namings(catalogue)
    found: dict[ColumnRef, Personal] = {}
    for table in catalogue.tables:
        for column in table.columns:
            ref = ColumnRef(table.ref, column.name)
            values = (samples or {}).get(ref, ())
            by_name = _by_name(told[str(table.ref)], column.name, column.data_type.kind)
            personal = _together(by_name, by_values(values))
            if personal is not None:
                found[ref] = personal
    return found


def _together(by_name: Personal | None, by_value: Personal | None) -> Personal | None:
    """Both, where they say the same; else the one that there is, values before names."""
    if by_name is None or by_value is None:
        return by_value or by_name
    if by_name.kind is by_value.kind:
        why = f"{by_name.why}, and {by_value.why}"
        return Personal(kind=by_name.kind, confidence=0.99, why=why)
    return by_value if by_value.confidence >= by_name.confidence else by_name


# ------------------------------------------------------------ names

_NAMES: tuple[tuple[PersonalKind, frozenset[str], float], ...] = (
    (PersonalKind.EMAIL, words_of_text("email mail emailaddress eposta 邮箱 電子郵件"), 0.95),
    (
        PersonalKind.PHONE,
        words_of_text("phone telephone mobile fax cell tel telefon telefonu handy gsm 电话 手机"),
        0.95,
    ),
    (
        PersonalKind.CARD,
        words_of_text("cardnumber cardno creditcard ccnumber pan kreditkarte kartno 卡号"),
        0.9,
    ),
    (
        PersonalKind.NATIONAL_NUMBER,
        words_of_text(
            "ssn nationalid tckn tckimlik tcno nino passport personnummer cpf 身份证 身份证号"
        ),
        0.95,
    ),
    (PersonalKind.ACCOUNT, words_of_text("iban bic kontonummer bankaccount"), 0.9),
    (
        PersonalKind.SECRET,
        words_of_text("password passwd pwd secret passwort sifre şifre 密码"),
        0.95,
    ),
    (PersonalKind.NETWORK, words_of_text("ip ipaddress mac"), 0.8),
    (
        PersonalKind.BIRTH,
        words_of_text("birth birthday birthdate dob geburtsdatum doğum dogum 生日"),
        0.9,
    ),
    (
        PersonalKind.ADDRESS,
        words_of_text(
            "address street addr zip postal postcode strasse straße anschrift adres plz 地址 suite"
        ),
        0.85,
    ),
    (
        PersonalKind.NAME,
        words_of_text(
            "firstname lastname fullname surname fname lname nickname login username vorname nachname soyad soyadı 姓名"
        ),
        0.9,
    ),
)
_PAIRS: Mapping[tuple[str, str], PersonalKind] = {
    **dict.fromkeys(
        [
            *(("first", "name"), ("last", "name"), ("full", "name"), ("middle", "name")),
            *(("contact", "name"), ("maiden", "name"), ("given", "name"), ("family", "name")),
            *(("user", "name"), ("customer", "name"), ("employee", "name"), ("person", "name")),
        ],
        PersonalKind.NAME,
    ),
    **dict.fromkeys(
        [("card", "number"), ("card", "no"), ("credit", "card")],
        PersonalKind.CARD,
    ),
    **dict.fromkeys(
        [
            *(("national", "id"), ("national", "number"), ("social", "security"), ("tc", "kimlik")),
            *(("tax", "number"), ("passport", "number"), ("insurance", "number")),
        ],
        PersonalKind.NATIONAL_NUMBER,
    ),
    **dict.fromkeys([("bank", "account"), ("account", "number")], PersonalKind.ACCOUNT),
}
_NO_PERSON = words_of_text(
    "product item file company store shop web page brand city country count type key sk"
)
"""Beside these words a name or an address is that of a thing, and a number is no person's."""

_WITH_PEOPLE = PEOPLE | words_of_text(
    "customer client patient author student passenger guest kunde müşteri 客户"
)


def _by_name(naming: Naming, column: str, kind: str) -> Personal | None:
    words = naming.words_of(column)
    if kind in {"boolean", "binary"}:
        return None
    found = next((_PAIRS[pair] for pair in pairwise(words) if pair in _PAIRS), None)
    if found is not None:
        return Personal(kind=found, confidence=0.9, why="by its name")
    is_number = kind in {"integer", "decimal", "float"}
    for personal, known, confidence in _NAMES:
        if known.isdisjoint((*words, "".join(words))) or _NO_PERSON & set(words):
            continue
        may_be_number = personal in {
            PersonalKind.CARD,
            PersonalKind.NATIONAL_NUMBER,
            PersonalKind.BIRTH,
        }
        if not is_number or may_be_number or personal is PersonalKind.PHONE:
            return Personal(kind=personal, confidence=confidence, why="by its name")
    noun = naming.noun[-1]
    is_of_people = any(
        noun in {each, f"{each}s", f"{each}ler", f"{each}n"} for each in _WITH_PEOPLE
    )
    if words in {("name",), ("adı",), ("isim",)} and is_of_people and kind == "text":
        return Personal(
            kind=PersonalKind.NAME, confidence=0.8, why="the name of a person, by its table"
        )
    return None


# ------------------------------------------------------------ values

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_PHONE = re.compile(
    r"(?!(?:19|20)\d\d-\d\d-\d\d)"  # a date
    r"(?:(?:\+|00)[1-9][\d ()/.-]{6,18}|\(?\d{2,5}\)?[ /.-]\d{2,4}(?:[ .-]\d{2,5}){1,3}|\(?0\d{1,4}\)?[ /.-]\d{5,8})"
)
_SSN = re.compile(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_CARD = re.compile(r"[3-6]\d{12,18}")
_TURKISH, _CHINESE = re.compile(r"[1-9]\d{10}"), re.compile(r"\d{17}[\dX]")


def by_values(values: Iterable[str]) -> Personal | None:
    """The kind that most of the values are of; None where they are of none, or too few to tell."""
    there = [each.strip() for each in values if each and each.strip()]
    if len(there) < FEWEST:
        return None
    for kind, told, fits in _PATTERNS:
        share = sum(map(fits, there)) / len(there)
        if share >= MOST:
            return Personal(
                kind=kind, confidence=0.97, why=f"{share:.0%} of the sampled values {told}"
            )
    return None


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others, as on payment cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _is_card(value: str) -> bool:
    digits = re.sub(r"[ -]", "", value)
    return bool(_CARD.fullmatch(digits)) and len(set(digits)) > 1 and passes_luhn(digits)


def _is_iban(value: str) -> bool:
    text = value.replace(" ", "").upper()
    if not _IBAN.fullmatch(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _is_national_number(value: str) -> bool:
    """Of the United States by its form; of Türkiye and China by their check digits."""
    if _SSN.fullmatch(value):
        return True
    if _TURKISH.fullmatch(value):
        n = [int(digit) for digit in value]
        tenth = (7 * sum(n[0:9:2]) - sum(n[1:8:2])) % 10
        return n[9] == tenth and n[10] == sum(n[:10]) % 10
    text = value.upper()
    if _CHINESE.fullmatch(text):
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False))
        return text[17] == "10X98765432"[total % 11]
    return False


def _is_address_of_network(value: str) -> bool:
    return bool(_IP.fullmatch(value)) and all(int(part) < 256 for part in value.split("."))


_PATTERNS: tuple[tuple[PersonalKind, str, Callable[[str], bool]], ...] = (
    (PersonalKind.EMAIL, "are e-mail addresses", lambda value: bool(_EMAIL.fullmatch(value))),
    (PersonalKind.CARD, "are card numbers, check digit and all", _is_card),
    (PersonalKind.ACCOUNT, "are bank accounts, check digits and all", _is_iban),
    (PersonalKind.NATIONAL_NUMBER, "are national numbers", _is_national_number),
    (PersonalKind.NETWORK, "are addresses of a network", _is_address_of_network),
    (PersonalKind.PHONE, "look like phone numbers", lambda value: bool(_PHONE.fullmatch(value))),
)
