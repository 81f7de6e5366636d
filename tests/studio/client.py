"""A client that speaks to an application in this process, from any thread.

Starlette's own test client warns that it wants another package; this is the little of it that the tests need.
"""

from contextlib import ExitStack
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

BASE_URL = "https://studio.test"
ADDRESS = "192.0.2.10"


class Client:
    """Sends requests. Keeps cookies. Closes the application at its end."""

    def __init__(self, app: FastAPI, *, address: str = ADDRESS) -> None:
        self._app = app
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 5))
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE_URL)
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> Self:
        self._portal = self._stack.enter_context(start_blocking_portal())
        lifespan = self._app.router.lifespan_context(self._app)
        self._stack.enter_context(self._portal.wrap_async_context_manager(lifespan))
        self._stack.callback(self._portal.call, self._client.aclose)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Sends a request and waits for its answer."""
        assert self._portal is not None

        async def send() -> httpx.Response:
            return await self._client.request(method, path, **more)

        return self._portal.call(send)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)
