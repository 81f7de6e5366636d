"""When do two names say the same?

Migrations respell names by habit: `CustomerID` becomes `CUSTOMER_ID`, `customer_id`, `CUSTOMERID` or `customerId`.
So a name is read as words, split at a change of letter case, at underscores, blanks, hyphens and dots, and between
letters and digits. Letters of every alphabet stay as they are; other signs (`%`, `#`) are words of their own, for
`Cost%` is not `Cost`.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from itertools import pairwise

_SEPARATORS = re.compile(r"[\s_\-.]+")


class Likeness(StrEnum):
    """How two names are alike, from the closest to the loosest.

    `exact`: spelt the same. `letter_case`: but for upper and lower case. `words`: the same words (`CustomerID`,
    `CUSTOMER_ID`). `run_on`: the same letters, but one of them does not show where its words end (`CUSTOMERID`,
    `Customer_Id`).
    """

    EXACT = "exact"
    LETTER_CASE = "letter_case"
    WORDS = "words"
    RUN_ON = "run_on"


def words(name: str) -> tuple[str, ...]:
    """The words of a name, case-folded: `SalesOrder_ID2` is sales, order, id, 2. Never empty."""
    spelt = unicodedata.normalize("NFC", name)
    found = [word for part in _SEPARATORS.split(spelt) if part for word in _split(part)]
    return tuple(found) or (spelt,)


def letters(name: str) -> str:
    """The words of a name written together; two names can only be alike when this is equal."""
    return "".join(words(name))


FORMS: dict[Likeness, Callable[[str], object]] = {
    Likeness.EXACT: str,
    Likeness.LETTER_CASE: lambda name: unicodedata.normalize("NFC", name).casefold(),
    Likeness.WORDS: words,
    Likeness.RUN_ON: letters,
}
"""Two names are alike in a way when their forms are equal. In order from the closest."""


def likeness(source: str, target: str) -> Likeness | None:
    """The closest way in which the two names are alike; None when they are not."""
    return next((way for way, form in FORMS.items() if form(source) == form(target)), None)


def _split(part: str) -> list[str]:
    """Splits where the kind of sign changes; `XMLHttp` is XML, Http: the last capital begins the next word."""
    kinds = _kinds(part)
    cuts = [0]
    for here, (before, after) in enumerate(pairwise(kinds), start=1):
        if before == after:
            continue
        if (before, after) != ("upper", "lower"):
            cuts.append(here)
        elif here - 1 > cuts[-1]:
            cuts.append(here - 1)
    return [part[start:end].casefold() for start, end in pairwise([*cuts, len(part)])]


def _kinds(part: str) -> list[str]:
    kinds: list[str] = []
    for sign in part:
        category = unicodedata.category(sign)
        if category.startswith("M") and kinds:
            kinds.append(kinds[-1])
        elif category in {"Lu", "Lt"}:
            kinds.append("upper")
        elif category == "Ll":
            kinds.append("lower")
        elif category.startswith("L"):
            kinds.append("letter")
        elif category.startswith("N"):
            kinds.append("digit")
        else:
            kinds.append("sign")
    return kinds
