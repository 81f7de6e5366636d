"""The application: every router, and what holds for all of them.

An operation without a permission keeps the server from starting: what nobody thought of is denied.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from ombudsman.model.errors import NotAllowed, OmbudsmanError
from ombudsman.studio.errors import words_of_driver
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.metrics import Metrics
from ombudsman.studio.openapi import described
from ombudsman.studio.problems import (
    MEDIA_TYPE,
    TITLES,
    Problem,
    ProblemPart,
    problem,
    problem_of,
)
from ombudsman.studio.rates import Rates
from ombudsman.studio.requests import Requests
from ombudsman.studio.routers import (
    auth,
    connections,
    data,
    execution,
    metadata,
    oidc,
    operations,
    pins,
    pipelines,
    projects,
    results,
    rules,
    schedules,
    understanding,
    validators,
    workload,
)
from ombudsman.studio.routers.http import caller_of
from ombudsman.studio.services.service import Service
from ombudsman.studio.work.exports import Exports
from ombudsman.studio.work.worker import Worker
from ombudsman.studio.written import pointer

ROUTERS = (
    auth.router,
    oidc.router,
    projects.router,
    connections.router,
    metadata.router,
    metadata.mapping,
    pipelines.router,
    pipelines.mermaid,
    validators.router,
    execution.pipelines,
    data.router,
    understanding.router,
    workload.router,
    execution.router,
    results.router,
    pins.router,
    schedules.router,
    rules.router,
    operations.router,
)
KNOCKS_PER_MINUTE = 300
_RETRY_S = 5

logger = structlog.get_logger("ombudsman.studio")


def create_app(
    foundation: Foundation,
    *,
    worker: Worker | None = None,
    knocks_per_minute: int = KNOCKS_PER_MINUTE,
) -> FastAPI:
    """The application over an opened foundation, which it closes at its end.

    Args:
        foundation: the settings, the store and the keys.
        worker: executes runs inside this server; without one, workers elsewhere do.
        knocks_per_minute: how often one address may ask without being signed in.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if worker is not None:
            worker.start()
        yield
        if worker is not None:
            await run_in_threadpool(worker.stop)
        await run_in_threadpool(exports.stop)
        foundation.close()

    metrics = Metrics(version("ombudsman"))
    exports = Exports(foundation)
    app = FastAPI(
        title="Ombudsman Validation Studio",
        version=version("ombudsman"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    app.state.foundation = foundation
    app.state.metrics = metrics
    app.state.exports = exports
    app.state.worker = worker
    app.state.wake = worker.wake if worker is not None else _nobody_near
    app.state.rates = Rates()
    app.state.knocks_per_minute = knocks_per_minute
    for router in ROUTERS:
        app.include_router(router)
    refuse_undeclared(app)
    app.add_exception_handler(OmbudsmanError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=foundation.settings.allowed_origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "If-Match",
            "Idempotency-Key",
            "X-OVS-CSRF",
        ],
        expose_headers=[
            "Content-Disposition",
            "ETag",
            "Retry-After",
            "X-Request-Id",
            "X-Ombudsman-Masked",
            "X-Ombudsman-Version",
        ],
    )
    app.add_middleware(Requests, metrics=metrics)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


def _nobody_near() -> None:
    """Workers elsewhere look for runs by themselves."""


def refuse_undeclared(app: FastAPI) -> None:
    """Raises when an operation names no permission."""
    for route in app.routes:
        if isinstance(route, APIRoute) and "x-permission" not in (route.openapi_extra or {}):
            raise RuntimeError(f"{route.methods} {route.path} names no permission")


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, OmbudsmanError)  # noqa: S101 - for the reader of types
    told = problem_of(error, request.state.request_id)
    if isinstance(error, NotAllowed) or error.context.get("denied"):
        await run_in_threadpool(_note_denied, request)
    if words := words_of_driver(error):
        logger.warning("refused", code=error.code, driver_message=words)
    response = _answer(told)
    if told.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if told.status in {429, 503}:
        response.headers["Retry-After"] = str(getattr(error, "retry_after_s", _RETRY_S))
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the reader of types
    parts = [_part(each, error.body) for each in error.errors()]
    readable = all(each["type"] != "json_invalid" for each in error.errors())
    told = problem(
        422 if readable else 400,
        code="request_invalid" if readable else "json_invalid",
        detail=parts[0].message if len(parts) == 1 else f"{len(parts)} things are wrong",
        request_id=request.state.request_id,
        parts=parts,
    )
    return _answer(told)


def _part(told: dict[str, Any], body: Any) -> ProblemPart:
    """What Pydantic says of one value, without the value."""
    where, *path = told["loc"]
    message = str(told["msg"]).removeprefix("Value error, ")
    if where != "body":
        return ProblemPart(message=message, parameter=".".join(str(part) for part in path))
    if told["type"] == "json_invalid":
        return ProblemPart(message=message)
    inside = told.get("ctx", {}).get("path", ())
    written = _written_path(path, body, told["type"])
    return ProblemPart(message=message, pointer=pointer([*written, *inside]))


def _written_path(path: list[Any], body: Any, kind: str) -> list[Any]:
    """The path without the names of a union's branches, which Pydantic puts in and nobody wrote."""
    written = []
    for at, part in enumerate(path):
        there = isinstance(body, dict) and part in body
        if there or (isinstance(body, list) and isinstance(part, int) and part < len(body)):
            body = body[part]
        elif not (kind == "missing" and at == len(path) - 1):
            continue
        written.append(part)
    return written


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the reader of types
    status = error.status_code
    codes = {400: "json_invalid", 404: "no_such_path", 405: "no_such_method"}
    told = problem(
        status,
        code=codes.get(status, "http_error"),
        detail=TITLES.get(status, "the request cannot be answered"),
        request_id=request.state.request_id,
    )
    response = _answer(told)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _note_denied(request: Request) -> None:
    route = getattr(request.scope.get("route"), "name", "unknown")
    actor = getattr(request.state, "actor", None)
    Service(request.app.state.foundation).note_denied(actor or caller_of(request), route)


def _answer(told: Problem) -> Response:
    return Response(
        told.model_dump_json(exclude_none=True), status_code=told.status, media_type=MEDIA_TYPE
    )
