"""Every error as a problem document (RFC 9457): what happened, what to do, and to which part of the request it belongs.

`code` is for programs and never changes its meaning. `errors` point into the body (a JSON pointer) or name a parameter.
Drivers' words, values and secrets never come here: what nobody foresaw is told as a fault of ours, with the id under
which the log has the rest.
"""

from typing import Any

from pydantic import BaseModel, Field

from ombudsman.model import errors
from ombudsman.model.errors import OmbudsmanError
from ombudsman.studio import errors as ours

MEDIA_TYPE = "application/problem+json"

_STATUS: dict[type[OmbudsmanError], int] = {
    ours.NotSignedIn: 401,
    ours.TooMany: 429,
    ours.VersionMissing: 428,
    ours.Outdated: 412,
    ours.BodyTooLarge: 413,
    ours.BodyTooSlow: 408,
    ours.KeyReused: 422,
    ours.StoreFull: 507,
    ours.StoreUnavailable: 503,
    ours.ProviderUnavailable: 503,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NotAllowed: 403,
    errors.SettingsError: 422,
    errors.Unsupported: 422,
    errors.WorkspaceFailed: 507,
    errors.TimedOut: 504,
    errors.ConnectionFailed: 502,
    errors.QueryFailed: 502,
}

TITLES = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not found",
    405: "No such method",
    408: "Too slow",
    409: "In conflict with what is there",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "Cannot be used",
    428: "The version is missing",
    429: "Too many requests",
    500: "A fault of the studio",
    502: "A database did not answer",
    503: "Not available now",
    504: "A database took too long",
    507: "No room left",
}


class ProblemPart(BaseModel):
    """One thing that is wrong, and where: in the body, or in a parameter."""

    message: str
    pointer: str | None = Field(default=None, description="A JSON pointer into the body.")
    parameter: str | None = Field(default=None, description="A parameter of path, query or header.")
    hint: str | None = None
    line: int | None = Field(default=None, description="Of a text that was sent, from 1.")


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: str = Field(description="`urn:ombudsman:problem:` and the code.")
    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None
    request_id: str
    errors: list[ProblemPart] = Field(default=[])


def status_of(error: OmbudsmanError) -> int:
    """The HTTP status of an error."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def problem_of(error: OmbudsmanError, request_id: str) -> Problem:
    """The error as a problem document."""
    return problem(
        status_of(error),
        code=error.code,
        detail=error.message,
        hint=error.hint,
        request_id=request_id,
        parts=_parts(error),
    )


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    request_id: str,
    hint: str | None = None,
    parts: list[ProblemPart] | None = None,
) -> Problem:
    """A problem document of these parts."""
    return Problem(
        type=f"urn:ombudsman:problem:{code}",
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        request_id=request_id,
        errors=parts or [],
    )


def _parts(error: OmbudsmanError) -> list[ProblemPart]:
    context: dict[str, Any] = error.context
    if isinstance(problems := context.get("problems"), list):
        return [_part(each) for each in problems if "message" in each]
    where = {name: context[name] for name in ("pointer", "parameter") if name in context}
    return [ProblemPart(message=error.message, hint=error.hint, **where)] if where else []


def _part(told: dict[str, Any]) -> ProblemPart:
    names = ("message", "pointer", "parameter", "hint", "line")
    return ProblemPart.model_validate({name: told[name] for name in names if name in told})
