"""May somebody choose this password?

As NIST SP 800-63B-4 has it: long enough, not one that attackers try first, and nothing else. No demand for signs and
capitals, no end of validity; any letter of any alphabet, a whole sentence if you like.

What attackers try first is told by its making: a word everybody takes, the product, your own name, a row of keys, or a
short piece again and again, with digits or signs around it. A longer list can be configured.
"""

import re
import unicodedata
from collections.abc import Collection

from ombudsman.model.errors import SettingsError

SHORTEST = 15
SHORTEST_WITH_OTP = 8
LONGEST = 256

_WORDS = """
password passwort passphrase motdepasse contrasena letmein welcome willkommen bienvenue admin administrator root
superuser qwerty qwertz azerty iloveyou monkey dragon sunshine princess football baseball superman batman master shadow
login access secret geheim trustno starwars pokemon computer internet server database sqlserver snowflake postgres
migration warehouse summer sommer winter spring autumn monday january december company ombudsman studio validation
change changeme default guest user test demo temp example
"""
_OBVIOUS = tuple(_WORDS.split())
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()",
)
_LEET = str.maketrans("@4310$57!", "aaeiosstl")
_FEW = 6
"""With so little left, once the obvious is taken out, there is nothing to guess."""


def normalised(password: str) -> str:
    """The password as it is hashed: what looks alike is alike, whichever keyboard wrote it."""
    return unicodedata.normalize("NFKC", password)


def is_short(password: str) -> bool:
    """Whether it may be a password beside a second factor alone."""
    return len(normalised(password)) < SHORTEST


def check_new_password(
    password: str,
    *,
    words: Collection[str] = (),
    with_otp: bool = False,
    blocked: Collection[str] = (),
) -> None:
    """Whether this may become somebody's password.

    Args:
        password: as it was typed.
        words: what everybody knows of its owner: the user name, say.
        with_otp: whether a second factor guards the account.
        blocked: passwords that nobody may choose, in small letters.

    Raises:
        SettingsError: it may not; the message says why, and never repeats it.
    """
    text = normalised(password)
    shortest = SHORTEST_WITH_OTP if with_otp else SHORTEST
    if len(text) < shortest:
        raise _refused(
            f"the password has fewer than {shortest} characters",
            "take a sentence, or four words that have nothing to do with each other",
        )
    if len(text) > LONGEST or len(password) > LONGEST:
        raise _refused(f"the password has more than {LONGEST} characters", "make it shorter")
    if text.casefold() in blocked:
        raise _refused("this password is on the list of known ones", "take another")
    if len(set(text.casefold())) < 5 or _repeats(text.casefold()):
        raise _refused("the password repeats itself", "take words that have nothing in common")
    for kind, known in (("words that are tried first", _OBVIOUS), ("your name", words)):
        if _little_left(text.casefold(), known):
            raise _refused(f"the password is made of {kind}", "add words of your own")


def _little_left(text: str, words: Collection[str]) -> bool:
    """Whether nothing worth guessing is left without these words, rows of keys, and digits and signs around them."""
    for spelling in (text, text.translate(_LEET)):
        left = spelling
        for word in sorted((w.casefold() for w in words if len(w) >= 3), key=len, reverse=True):
            left = left.replace(word, " ")
        for row in _ROWS:
            left = _without_row(left, row)
        if len(re.sub(r"[\W\d_]+", "", left)) < _FEW and left != spelling:
            return True
    return False


def _without_row(text: str, row: str) -> str:
    """The text without pieces of four or more neighbouring keys, forwards or backwards."""
    for keys in (row, row[::-1]):
        for length in range(len(keys), 3, -1):
            for at in range(len(keys) - length + 1):
                text = text.replace(keys[at : at + length], " ")
    return text


def _repeats(text: str) -> bool:
    """Whether it is one short piece, again and again."""
    return any(
        text == (text[:length] * (len(text) // length + 1))[: len(text)]
        for length in range(1, min(8, len(text) // 2) + 1)
    )


def _refused(message: str, hint: str) -> SettingsError:
    return SettingsError(message, hint=hint, pointer="/password")
