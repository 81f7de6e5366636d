"""What is a thing called that has no name yet?

An id is 26 small letters and digits: 48 bits of time, so that ids sort by age, then 80 bits of chance. It is an address
and no secret: who may see what it names is decided by rights alone.
"""

import secrets
import time

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26

ID_PATTERN = rf"^[{_LETTERS}]{{{_LENGTH}}}$"


def new_id() -> str:
    """An id that nobody else has."""
    number = int(time.time() * 1_000) << 80 | secrets.randbits(80)
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
