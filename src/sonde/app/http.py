"""The HTTP listener: one port for the web pages, REST and OTLP."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from sonde.auth.door import Door
from sonde.auth.middleware import PlaceGuard
from sonde.model.errors import StartError
from sonde.model.limits import DRAIN_S

log = logging.getLogger(__name__)

DATE_S = 1.0
"""How often the Date header is made anew."""
GRACE_S = 4
"""How long open requests may finish after the listener closed, within `DRAIN_S`."""
assert GRACE_S < DRAIN_S


def compose(routes: list[Route], api: Any, pages: Any, door: Door) -> PlaceGuard:
    """One ASGI application. Receivers and health come first, then the API, then the pages.

    No redirects: a path that is not there is not there, so what is authorized is what is routed.
    """
    app = Starlette(routes=[*routes, Mount("/api", app=_Under("/api", api)), Mount("/", app=pages)])
    app.router.redirect_slashes = False
    return PlaceGuard(app, door)


class _Under:
    """Hands a mounted application the whole path: the API's routes begin with /api."""

    def __init__(self, prefix: str, app: Any) -> None:
        self._prefix = prefix
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app({**scope, "root_path": ""}, receive, send)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises `StartError` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartError(
            f"Cannot listen on {host}:{port}: {error.strerror}.\nChoose another port with --port."
        ) from error
    return listener


class HttpServer(uvicorn.Server):
    """Uvicorn without its signal handlers: the process has its own, which also drain the writer."""

    def __init__(self, app: Any, protocol: type[asyncio.Protocol], on_started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=protocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=True,
                proxy_headers=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=GRACE_S,
                backlog=512,
            )
        )
        self._on_started = on_started
        self._told = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        self._on_started()

    async def run_until_told(self, listener: socket.socket) -> None:
        """Serve until `stop` is called. Unlike `serve` this leaves signals alone."""
        await self._serve([listener])

    def stop(self) -> None:
        """Stop listening and let open requests finish. For the loop's own thread."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """As uvicorn's, which wakes an idle process ten times a second to look whether it should exit."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(DATE_S):
                    await self._told.wait()
