"""What happens to every request before and after its router: an id, a body within bounds, headers, a line in the log.

The whole body is read first, within a size and a time, so that nobody holds a worker by dripping bytes. It is small.
An upload is handed on as it comes, after its router has judged who sends it; each has a bound of its own.
"""

import asyncio
import secrets
import time
from importlib.metadata import version

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ombudsman.model.errors import OmbudsmanError
from ombudsman.studio.errors import BodyTooLarge, BodyTooSlow, place_of
from ombudsman.studio.metrics import Metrics
from ombudsman.studio.problems import MEDIA_TYPE, Problem, problem, problem_of

MAX_BODY = 1024 * 1024
BODY_WITHIN_S = 30.0
UPLOADS = {"/workload/analyze": 100 * 1024 * 1024}
"""The paths that take a file, and how many bytes it may have. Between two parts of it `BODY_WITHIN_S` may go by."""
UPLOAD_WITHIN_S = 600.0
"""So long the whole of it may take: whoever drips keeps a place from others."""

logger = structlog.get_logger("ombudsman.studio.requests")

_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": _CSP,
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-ombudsman-version": version("ombudsman"),
}


class Requests:
    """Wraps the application. `max_body` in bytes, `body_within_s` and `upload_within_s` in seconds."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        *,
        max_body: int = MAX_BODY,
        body_within_s: float = BODY_WITHIN_S,
        upload_within_s: float = UPLOAD_WITHIN_S,
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.max_body = max_body
        self.body_within_s = body_within_s
        self.upload_within_s = upload_within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_ours(message["headers"], request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, await self._received(scope, receive), told)
            except OmbudsmanError as error:
                await _refuse(problem_of(error, request_id), told)
            except Exception as error:  # noqa: BLE001 - the last resort: nobody beyond would tell it as a problem
                logger.error("fault", fault=type(error).__name__, place=place_of(error))  # noqa: TRY400
                if not status:
                    await _refuse(_fault(request_id), told)
            finally:
                self._note(scope, status or 500, time.perf_counter() - began)

    async def _received(self, scope: Scope, receive: Receive) -> Receive:
        """How the router receives the body: whole, or part by part where it is an upload."""
        most = UPLOADS.get(scope["path"]) if scope["method"] == "POST" else None
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > (most or self.max_body):
            raise _too_large(most or self.max_body)
        if most is not None:
            return self._in_parts(receive, most)
        return _again(await self._body(receive), receive)

    def _in_parts(self, receive: Receive, most: int) -> Receive:
        size, ends = 0, time.monotonic() + self.upload_within_s

        async def part() -> Message:
            nonlocal size
            left = ends - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), min(self.body_within_s, left))
            except TimeoutError:
                raise self._too_slow(self.upload_within_s) from None
            size += len(message.get("body", b""))
            if size > most:
                raise _too_large(most)
            return message

        return part

    async def _body(self, receive: Receive) -> bytes:
        try:
            return await asyncio.wait_for(self._read(receive), self.body_within_s)
        except TimeoutError:
            raise self._too_slow(self.body_within_s) from None

    async def _read(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(parts)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.max_body:
                raise _too_large(self.max_body)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_slow(self, within_s: float) -> BodyTooSlow:
        return BodyTooSlow(hint=f"send it within {within_s:.0f} seconds")

    def _note(self, scope: Scope, status: int, elapsed_s: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.request(method, route, status, elapsed_s)
        logger.info(
            "request", method=method, route=route, status=status, ms=round(elapsed_s * 1_000, 1)
        )


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(hint=f"it may have {most:,} bytes")


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _with_ours(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    ours = HEADERS | {"cache-control": "no-store", "x-request-id": request_id}
    return [
        *headers,
        *((k.encode(), v.encode()) for k, v in ours.items() if k.encode() not in there),
    ]


def _again(body: bytes, receive: Receive) -> Receive:
    """Tells the body that was read, then what comes after it."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _fault(request_id: str) -> Problem:
    return problem(
        500,
        code="fault",
        detail="this is a fault of the studio, not of your request",
        hint="tell the id of this request to whoever keeps the server",
        request_id=request_id,
    )


async def _refuse(told: Problem, send: Send) -> None:
    body = told.model_dump_json(exclude_none=True).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
