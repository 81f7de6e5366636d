"""The second factor: six digits that change every thirty seconds (TOTP, RFC 6238).

The code of the period before and after is good too, for clocks differ. A code is good once: its period is remembered.
"""

import datetime as dt
import hmac

import pyotp

PERIOD_S = 30


def new_seed() -> str:
    """What the app and the studio share, 160 random bits in base32."""
    return pyotp.random_base32()


def provisioning_uri(seed: str, username: str) -> str:
    """What the app reads as a QR code."""
    return pyotp.TOTP(seed, interval=PERIOD_S).provisioning_uri(
        name=username, issuer_name="Ombudsman Validation Studio"
    )


def matching_step(seed: str, code: str, now: dt.datetime) -> int | None:
    """The period whose code this is, of the three that are good now; None when it is none."""
    totp = pyotp.TOTP(seed, interval=PERIOD_S)
    current = int(now.timestamp()) // PERIOD_S
    found = None
    for step in (current - 1, current, current + 1):  # all three, so that time tells nothing
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found
