"""A name as words.

People and migrations respell names by habit: `CustomerID`, `CUSTOMER_ID`, `customerId`. So a name is split at a change
of letter case, at underscores, blanks, hyphens and dots, and between letters and digits. Letters of every alphabet stay
as they are; other signs (`%`, `#`) are words of their own, for `Cost%` is not `Cost`.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_SEPARATORS = re.compile(r"[\s_\-.]+")


@lru_cache(maxsize=1 << 16)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, case-folded: `SalesOrder_ID2` is sales, order, id, 2. Never empty."""
    spelt = unicodedata.normalize("NFC", name)
    found = [word for part in _SEPARATORS.split(spelt) if part for word in _split(part)]
    return tuple(found) or (spelt,)


def letters(name: str) -> str:
    """The words of a name written together; two names can only be alike when this is equal."""
    return "".join(words(name))


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
