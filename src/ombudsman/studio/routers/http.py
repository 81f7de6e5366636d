"""What routers share: operations that cannot forget their permission, who asks, pages, versions, idempotency keys.

What waits for nothing is `async` here, though it need not be: else each would be sent to a thread and back.
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from ombudsman.model.errors import SettingsError
from ombudsman.studio.errors import NotSignedIn, SecondFactorMissing, VersionMissing
from ombudsman.studio.fields import Id
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.paging import MAX_LIMIT, PageRequest
from ombudsman.studio.problems import MEDIA_TYPE, TITLES
from ombudsman.studio.rates import Rates
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.service import Actor, Caller
from ombudsman.studio.services.sign_in import SignIn

F = TypeVar("F", bound=Callable[..., Any])

_BEARER = HTTPBearer(
    auto_error=False, description="An access token of /auth/login, or an API token (`ovs_...`)."
)


_EARLY = "x-before-second-factor"
"""Marks the operations by which a second factor is set up."""


async def foundation(request: Request) -> Foundation:
    """The studio that answers."""
    return cast("Foundation", request.app.state.foundation)


def caller_of(request: Request) -> Caller:
    """From where a request comes."""
    agent = request.headers.get("user-agent", "")
    address = request.client.host if request.client else "unknown"
    return Caller(
        address=address,
        request_id=request.state.request_id,
        user_agent="".join(letter for letter in agent if letter.isprintable()),
    )


async def caller(request: Request) -> Caller:
    """From where the request comes."""
    return caller_of(request)


On = Annotated[Foundation, Depends(foundation)]
From = Annotated[Caller, Depends(caller)]


def signed_in(
    request: Request,
    on: On,
    origin: From,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Actor:
    """Who asks.

    Raises:
        NotSignedIn: nobody.
        TooMany: somebody who asks too often.
        SecondFactorMissing: somebody who must have a second factor first.
    """
    if credentials is None:
        raise NotSignedIn(hint="send Authorization: Bearer and an access token of /auth/login")
    actor = SignIn(on).actor(credentials.credentials, origin)
    request.state.actor = actor
    rates(request).take("user", actor.user_id, on.settings.ovs_requests_per_minute)
    if actor.owes_otp and not _is_early(request):
        raise SecondFactorMissing(hint="POST /auth/otp, then POST /auth/otp/confirm with a code")
    return actor


def _is_early(request: Request) -> bool:
    route = request.scope.get("route")
    return isinstance(route, APIRoute) and bool((route.openapi_extra or {}).get(_EARLY))


def rates(request: Request) -> Rates:
    """How often somebody asked of late."""
    return cast("Rates", request.app.state.rates)


async def address_rate(request: Request, origin: From) -> None:
    """Bounds how often one address may knock without being signed in.

    Raises:
        TooMany: too often.
    """
    rates(request).take("address", origin.address, request.app.state.knocks_per_minute)


SignedIn = Annotated[Actor, Depends(signed_in)]


async def _page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows on the page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=2_000, description="`next_cursor` of the page before.")
    ] = None,
    sort: Annotated[
        str | None, Query(max_length=50, description="By what; with a hyphen before it, downwards.")
    ] = None,
    q: Annotated[
        str | None,
        Query(max_length=200, pattern=r"^[^\x00]*$", description="Only rows that hold this text."),
    ] = None,
) -> PageRequest:
    return PageRequest(limit=limit, cursor=cursor, sort=sort, q=q)


AskedPage = Annotated[PageRequest, Depends(_page)]


async def _version(
    if_match: Annotated[
        str | None,
        Header(description="The version that is changed: the ETag of what was read."),
    ] = None,
) -> int:
    if if_match is None:
        raise VersionMissing(hint='send If-Match with the ETag that you read, as in If-Match: "3"')
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise SettingsError("this is no version", hint='as in If-Match: "3"', parameter="If-Match")
    return int(digits)


IfMatch = Annotated[int, Depends(_version)]


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="A key of yours for this request: sent again, it is carried out once.",
        ),
    ] = None,
) -> Once:
    if idempotency_key is None:
        return Once()
    asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return Once(idempotency_key, hashlib.sha256(asked).hexdigest())


AskedOnce = Annotated[Once, Depends(_once)]
PathId = Annotated[Id, Path()]
QueryProject = Annotated[Id, Query(description="The project.")]


def tagged(response: Response, version: int) -> None:
    """Tells the version, for the next change to name it."""
    response.headers["ETag"] = f'"{version}"'


class Operations(APIRouter):
    """A router whose operations each name a permission. Unless it is public, nobody comes in who is not signed in."""

    def operation(
        self,
        method: str,
        path: str,
        permission: Permission,
        *,
        errors: tuple[int, ...] = (),
        before_otp: bool = False,
        **more: Any,
    ) -> Callable[[F], F]:
        """Declares an operation.

        Args:
            method: of HTTP.
            path: below the root.
            permission: what the asker must have; the service judges it.
            errors: statuses that it may answer beside those that any operation may.
            before_otp: whether it is open to who must have a second factor and has none yet.
            more: what FastAPI takes besides.
        """
        own = more.pop("responses", {})
        public = permission is Permission.PUBLIC
        common = {422, 429, 503} | (set() if public else {401, 403})
        common |= {404} if "{" in path else set()
        common |= {400, 408, 413} if method in {"POST", "PUT", "PATCH"} else set()
        common |= {507} if method != "GET" else set()
        common |= {412, 428} if "version" in more.pop("needs", ()) else set()
        described = more.pop("openapi_extra", {})
        told = sorted(common | set(errors))
        guard = address_rate if public else signed_in
        return self.api_route(
            path,
            methods=[method],
            responses={status: problem_response(status) for status in told} | own,
            openapi_extra={"x-permission": permission.value}
            | described
            | ({_EARLY: True} if before_otp else {}),
            dependencies=[Depends(guard)],
            **more,
        )


def problem_response(status: int) -> dict[str, Any]:
    """How OpenAPI tells a problem of this status."""
    told: dict[str, Any] = {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in {429, 503}:
        told["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return told
