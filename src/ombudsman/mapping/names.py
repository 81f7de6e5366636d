"""When do two names say the same?

Migrations respell names by habit: `CustomerID` becomes `CUSTOMER_ID`, `customer_id`, `CUSTOMERID` or `customerId`.
So a name is read as words, as `words` makes them.
"""

import unicodedata
from collections.abc import Callable
from enum import StrEnum

from ombudsman.model.names import letters, words

__all__ = ["FORMS", "Likeness", "letters", "likeness", "words"]


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
