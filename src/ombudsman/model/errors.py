"""What can go wrong, as a tree.

A mismatch is data and never stands here: an exception means that we could not judge.

    OmbudsmanError
    ├── SettingsError             what was written cannot be used
    │   ├── PipelineInvalid       unknown step, cycle, duplicate id
    │   ├── ParamsInvalid         with the path into the params
    │   ├── MappingInvalid        column mapped twice, key not mapped
    │   └── RuleInvalid           the condition does not parse, or may not be used; with its position
    ├── Unsupported               no form for this type, or the engine cannot
    ├── ConnectionFailed          could not reach the engine
    │   ├── Unreachable
    │   ├── LoginRefused
    │   └── DriverMissing
    ├── QueryFailed               carries the statement
    │   ├── ObjectNotFound
    │   ├── PermissionDenied
    │   ├── StatementInvalid
    │   ├── ConnectionLost
    │   ├── TimedOut
    │   └── Cancelled
    ├── WorkspaceFailed           this machine has no room, or may not write
    └── NotFound, Conflict, NotAllowed    the studio's own

Messages hold names, never secrets and never row values. A driver's raw words are kept in
`context["driver_message"]`, for the log of the person who runs the program, and are not shown to others.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, ClassVar

from pydantic import Field

from ombudsman.model.base import Frozen


class Problem(Frozen):
    """An error as data: what a step run, a file or an answer of the API carries."""

    code: str
    message: str
    hint: str | None = None
    context: dict[str, Any] = Field(default={})


class OmbudsmanError(Exception):
    """Something went wrong.

    The docstring of a class is the message when none is given; `hint` says what to do about it.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str = "", *, hint: str | None = None, **context: Any) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.hint = hint
        self.context: dict[str, Any] = context
        super().__init__(self.message)

    def problem(self) -> Problem:
        """The error as data, without the driver's raw words."""
        told = {k: v for k, v in self.context.items() if k != "driver_message"}
        return Problem(code=self.code, message=self.message, hint=self.hint, context=told)


class SettingsError(OmbudsmanError):
    """What was written cannot be used."""

    code = "settings_error"


class PipelineInvalid(SettingsError):
    """The pipeline cannot be used."""

    code = "pipeline_invalid"


class ParamsInvalid(SettingsError):
    """The parameters of a step cannot be used."""

    code = "params_invalid"


class MappingInvalid(SettingsError):
    """The mapping cannot be used."""

    code = "mapping_invalid"


class RuleInvalid(SettingsError):
    """The SQL cannot be used."""

    code = "rule_invalid"


class Unsupported(OmbudsmanError):
    """This cannot be done on this engine or with this type."""

    code = "unsupported"


class ConnectionFailed(OmbudsmanError):
    """The database could not be reached."""

    code = "connection_failed"


class Unreachable(ConnectionFailed):
    """Nobody answers at this address."""

    code = "unreachable"


class LoginRefused(ConnectionFailed):
    """The database refused the login."""

    code = "login_refused"


class DriverMissing(ConnectionFailed):
    """The driver for this engine is not installed."""

    code = "driver_missing"


class QueryFailed(OmbudsmanError):
    """The database did not answer a statement."""

    code = "query_failed"


class ObjectNotFound(QueryFailed):
    """There is no such table or column."""

    code = "object_not_found"


class PermissionDenied(QueryFailed):
    """The login may not read this."""

    code = "permission_denied"


class StatementInvalid(QueryFailed):
    """The database could not carry out the statement."""

    code = "statement_invalid"


class ConnectionLost(QueryFailed):
    """The database went away while it was answering."""

    code = "connection_lost"


class TimedOut(QueryFailed):
    """The statement took longer than it may."""

    code = "timed_out"


class Cancelled(QueryFailed):
    """The statement was stopped on request."""

    code = "cancelled"


class WorkspaceFailed(OmbudsmanError):
    """This machine has too little room for what was to be done."""

    code = "workspace_failed"


class NotFound(OmbudsmanError):
    """There is no such thing."""

    code = "not_found"


class Conflict(OmbudsmanError):
    """Somebody else has changed it meanwhile."""

    code = "conflict"


class NotAllowed(OmbudsmanError):
    """You may not do this."""

    code = "not_allowed"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, letter case set aside; None when nothing is like it."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known name, or lists the few that there are."""
    names = list(known)
    if found := nearest(name, names):
        return f"did you mean {found!r}?"
    if 0 < len(names) <= 12:
        return "there are: " + ", ".join(repr(each) for each in sorted(names))
    return None
