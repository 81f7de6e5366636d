"""What can go wrong at the studio's door, beside what `model.errors` knows. `problems.py` says how each is answered."""

import re
from typing import Any

from ombudsman.model.errors import (
    Conflict,
    NotAllowed,
    ObjectNotFound,
    OmbudsmanError,
    PermissionDenied,
    Problem,
    QueryFailed,
    Unsupported,
)


class NotSignedIn(OmbudsmanError):
    """Nobody is signed in here."""

    code = "not_signed_in"


class OtpRequired(NotSignedIn):
    """The code of the second factor is needed as well."""

    code = "otp_required"


class ConfirmationRequired(NotAllowed):
    """Give your password again first."""

    code = "confirmation_required"


class SecondFactorMissing(NotAllowed):
    """Your account must have a second factor: set it up first."""

    code = "second_factor_missing"


class TooMany(OmbudsmanError):
    """Too many requests."""

    code = "too_many_requests"

    def __init__(self, message: str = "", *, retry_after_s: int, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after_s = max(1, retry_after_s)


class VersionMissing(OmbudsmanError):
    """Say which version you are changing."""

    code = "version_missing"


class Outdated(Conflict):
    """Somebody else has changed it since you read it."""

    code = "outdated"


class BodyTooLarge(OmbudsmanError):
    """The request is too large."""

    code = "body_too_large"


class BodyTooSlow(OmbudsmanError):
    """The request took too long to arrive."""

    code = "body_too_slow"


class KeyReused(OmbudsmanError):
    """This idempotency key was used for another request."""

    code = "idempotency_key_reused"


class StoreUnavailable(OmbudsmanError):
    """The studio's own store does not answer."""

    code = "store_unavailable"


class ProviderUnavailable(OmbudsmanError):
    """The provider by which people sign in does not answer as it should."""

    code = "provider_unavailable"


class StoreFull(StoreUnavailable):
    """The studio's own store has no room left."""

    code = "store_full"


class Overtaken(Conflict):
    """This run is another worker's by now, or nobody's: what is written for it comes too late."""

    code = "overtaken"


class ExportTooLarge(Unsupported):
    """The file would be larger than it may be."""

    code = "export_too_large"


def place_of(error: BaseException) -> str:
    """Where it broke. Its words are left out of the log, for they may hold values."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""


_VALUE_OF_A_ROW = re.compile(
    r"""['"].*['"]|\bvalue\W{1,4}[-+]?\d[\d.]*""", re.IGNORECASE | re.DOTALL
)
"""From the first quote to the last, for drivers do not double a quote that a value has."""


def words_of_driver(error: OmbudsmanError) -> str | None:
    """What a driver said, for the log: without values of rows, which a conversion that fails is told with."""
    words = error.context.get("driver_message")
    names_alone = isinstance(error, ObjectNotFound | PermissionDenied)
    if words is None or not isinstance(error, QueryFailed) or names_alone:
        return words
    return _VALUE_OF_A_ROW.sub("***", str(words))


def fault_of(error: BaseException) -> Problem:
    """How a fault of ours is told to those who wait for a run."""
    return Problem(
        code="internal",
        message=f"the studio broke with a {type(error).__name__}",
        hint="this is a fault of the program, not of the data; its log says where",
    )
