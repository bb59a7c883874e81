"""An application that takes long to make, mounted in another that answers meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

_SECONDS_TO_END = 5.0


class Later:
    """ASGI application that is made in a thread while the server runs; who asks for it before waits for it.

    `lifespan` is that of the application it is mounted in.
    """

    def __init__(self, after: Callable[[], object], make: Callable[[], FastAPI]) -> None:
        """`make` is called once `after` has returned: what is waited for more comes first."""
        self._after = after
        self._make = make
        self._made: Future[FastAPI] = Future()
        self._begun: asyncio.Future[FastAPI]
        self._ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, as soon as that is possible."""
        # One who goes away does not end it for the others.
        app = await asyncio.shield(self._begun)
        await app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Make the application, and keep it as long as the server runs."""
        self._begun = asyncio.get_running_loop().create_future()
        making = threading.Thread(target=self._run, name="making-the-page", daemon=True)
        making.start()
        running = asyncio.create_task(self._keep())
        yield
        self._ended.set()
        if not self._begun.done():
            running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        # A process that ends while a thread of it is inside a library in C++ is aborted.
        await asyncio.to_thread(making.join, _SECONDS_TO_END)

    def _run(self) -> None:
        # Nobody waits for it any more where the server stops.
        self._made.set_running_or_notify_cancel()
        try:
            self._after()
            if not self._ended.is_set():
                self._made.set_result(self._make())
        except BaseException as error:  # noqa: BLE001 - whoever asks for it is told
            self._made.set_exception(error)

    async def _keep(self) -> None:
        """Begin the life of the application once it is made, and end it with that of the server."""
        async with AsyncExitStack() as life:
            try:
                app = await asyncio.wrap_future(self._made)
                await life.enter_async_context(app.router.lifespan_context(app))
            except Exception as error:  # noqa: BLE001 - whoever asks for it is told
                self._begun.set_exception(error)
                return
            self._begun.set_result(app)
            await self._ended.wait()
