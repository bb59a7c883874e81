"""An application that takes long to make, mounted in another that answers meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, as soon as that is possible."""
        # One who goes away does not end it for the others.
        app = await asyncio.shield(self._begun)
        await app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Make the application, and keep it as long as the server runs."""
        self._begun = asyncio.get_running_loop().create_future()
        # A daemon does not hold up a server that is stopped meanwhile.
        threading.Thread(target=self._run, name="making-the-page", daemon=True).start()
        ended = asyncio.Event()
        running = asyncio.create_task(self._keep(ended))
        yield
        ended.set()
        if not self._begun.done():
            running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    def _run(self) -> None:
        # Nobody waits for it any more where the server stops, and it is made all the same.
        self._made.set_running_or_notify_cancel()
        try:
            self._after()
            self._made.set_result(self._make())
        except BaseException as error:  # noqa: BLE001 - whoever asks for it is told
            self._made.set_exception(error)

    async def _keep(self, ended: asyncio.Event) -> None:
        """Begin the life of the application once it is made, and end it with that of the server."""
        async with AsyncExitStack() as life:
            try:
                app = await asyncio.wrap_future(self._made)
                await life.enter_async_context(app.router.lifespan_context(app))
            except Exception as error:  # noqa: BLE001 - whoever asks for it is told
                self._begun.set_exception(error)
                return
            self._begun.set_result(app)
            await ended.wait()
