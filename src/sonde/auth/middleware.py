"""The outermost layer of the HTTP listener: Host and Origin for everything behind it, static files and
health too.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sonde.auth.approach import Approach
from sonde.auth.door import Door
from sonde.model.errors import BadInput, SondeError

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[AsgiScope, Receive, Send], Awaitable[None]]


def approach_of_scope(scope: AsgiScope) -> Approach:
    """An ASGI request as the door sees it. Raises `BadInput` for more than one Host header."""
    client = scope.get("client")
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "host" and name in headers:
            raise BadInput("More than one Host header.")
        # A repeated header is one list (RFC 9110), so a second credential cannot hide behind the first.
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Approach(
        address=client[0] if client else "",
        headers=headers,
        method=str(scope.get("method", "GET")),
        scheme=str(scope.get("scheme", "http")),
    )


class PlaceGuard:
    """Refuses foreign Host and Origin before anything else is done; websockets have no use here and are
    refused.
    """

    def __init__(self, app: AsgiApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            self._door.check_place(approach_of_scope(scope))
        except SondeError as error:
            await refuse(send, error)
            return
        await self._app(scope, receive, send)


async def refuse(send: Send, error: SondeError) -> None:
    """Send an error as a problem document (RFC 9457)."""
    title = error.code.replace("-", " ").capitalize()
    document = {
        "type": f"/problems/{error.code}",
        "title": title,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if error.hint:
        document["hint"] = error.hint
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
