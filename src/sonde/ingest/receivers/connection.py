"""uvicorn's HTTP protocol with the bounds it lacks: time for headers and bodies, sizes, connections.

uvicorn waits for ever for slow headers and bodies, takes any number of connections, and passes on requests
that two parsers would read differently. All of this is settled before a request reaches an application.
"""

import asyncio
import re
import weakref
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from sonde.ingest.receivers import metrics
from sonde.ingest.receivers.places import Places
from sonde.model.limits import (
    CONNECTIONS_MAX,
    CONNECTIONS_PER_ADDRESS_MAX,
    HTTP_BODY_S,
    HTTP_HEADER_S,
    RETRY_AFTER_S,
)

KEEP_ALIVE_S = 75
BODY_CHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds of one listener."""

    connections_max: int = CONNECTIONS_MAX
    connections_per_address_max: int = CONNECTIONS_PER_ADDRESS_MAX
    header_s: float = HTTP_HEADER_S
    """From connecting, or from the first byte of a later request, to the end of its headers."""
    body_s: float = HTTP_BODY_S
    """For a whole body, not counting the time we do not read."""
    body_grace_s: float = 10
    """After this time a body must have come at ``body_bytes_per_s_min`` on average."""
    body_bytes_per_s_min: int = 10 * 1024
    head_bytes_max: int = 64 * 1024
    headers_max: int = 200


_TWO_READINGS = re.compile(rb"%(?:2[ef]|5c|00)|//|\\", re.IGNORECASE)
"""Parts of a path that a proxy and we could read differently."""

_places: weakref.WeakKeyDictionary[ServerState, Places] = weakref.WeakKeyDictionary()


class _Refused(Exception):
    """Stops the parser; the connection answers and closes."""


class GuardedProtocol(HttpToolsProtocol):
    """One HTTP/1.1 connection. Given to uvicorn as ``http=``."""

    limits = ConnectionLimits()

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        places = _places.get(server_state)
        if places is None:
            limits = self.limits
            places = Places(limits.connections_max, limits.connections_per_address_max, self.loop.time)
            _places[server_state] = places
        self._places = places
        self._in_head = False
        self._head_bytes = 0
        self._in_body = False
        self._body_bytes = 0
        self._body_s = 0.0
        self._refusal = 400
        self._header_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take the connection, ending an idle one for it if need be, or refuse it."""
        super().connection_made(transport)
        if self._places.take(self, self.client[0] if self.client else ""):
            self._start_header_timer()
            return
        metrics.CONNECTIONS_CLOSED.of(reason="too-many").increment()
        self._answer(503, "Too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._stop_header_timer()
        self._stop_body_timer()
        self._places.leave(self)
        super().connection_lost(exc)

    def end(self) -> None:
        """Close at once: somebody else needs the place."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bound a head that does not end."""
        if self.transport.is_closing():
            return
        if self._in_head or self._places.is_idle(self):
            self._head_bytes += len(data)
            if self._header_timer is None:
                self._start_header_timer()
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._head_bytes > self.limits.head_bytes_max:
            self._refusal = 431
            self.send_400_response("The request head is too large.")
        elif self._in_body and self._body_timer is None:
            self._body_timer = self.loop.call_later(BODY_CHECK_S, self._check_body)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head = True
        self._places.set_busy(self)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete: refuse what is too large or can be understood in two ways."""
        self._in_head = False
        self._head_bytes = 0
        self._stop_header_timer()
        self._check_size()
        self._check_meaning()
        self._in_body, self._body_bytes, self._body_s = True, 0, 0.0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is complete."""
        self._in_body = False
        self._stop_body_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is out."""
        super().on_response_complete()
        if self.cycle.response_complete and not self._in_head and not self._in_body:
            self._places.set_idle(self)

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that the parser, or a check above, does not take."""
        metrics.CONNECTIONS_CLOSED.of(reason="malformed").increment()
        self._answer(self._refusal, msg)

    @property
    def _answering(self) -> bool:
        """Whether an application's answer has begun and is not out yet."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and cycle.response_started and not cycle.response_complete

    def _check_size(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self.limits.head_bytes_max or len(self.headers) > self.limits.headers_max:
            self._refuse(431)

    def _check_meaning(self) -> None:
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts > 1 or (hosts == 0 and not self._is_http_1_0()):
            self._refuse(400)
        if b"transfer-encoding" in names and b"content-length" in names:
            self._refuse(400)
        path = self.url.partition(b"?")[0]
        if not path.startswith(b"/") or _TWO_READINGS.search(path) is not None:
            self._refuse(400)

    def _is_http_1_0(self) -> bool:
        return self.parser is not None and self.parser.get_http_version() == "1.0"

    def _refuse(self, status: int) -> NoReturn:
        self._refusal = status
        raise _Refused

    def _start_header_timer(self) -> None:
        self._header_timer = self.loop.call_later(self.limits.header_s, self._header_is_late)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _stop_body_timer(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _header_is_late(self) -> None:
        self._header_timer = None
        metrics.CONNECTIONS_CLOSED.of(reason="slow-header").increment()
        if self._in_head:
            self._answer(408, "The request head did not arrive in time.")
        else:
            self.transport.close()

    def _check_body(self) -> None:
        """Once a second while a body is coming."""
        self._body_timer = None
        if not self._in_body or self.transport.is_closing():
            return
        if not self.flow.read_paused:
            self._body_s += BODY_CHECK_S
        limits = self.limits
        late = self._body_s >= limits.body_s
        slow = (
            self._body_s >= limits.body_grace_s
            and self._body_bytes < limits.body_bytes_per_s_min * self._body_s
        )
        if late or slow:
            metrics.CONNECTIONS_CLOSED.of(reason="slow-body").increment()
            self._answer(408, "The request body did not arrive in time.")
            return
        self._body_timer = self.loop.call_later(BODY_CHECK_S, self._check_body)

    def _answer(self, status: int, text: str) -> None:
        """Answer without an application and close; only close when an answer has begun."""
        if not self._answering:
            body = f"{text}\n".encode("ascii", "replace")
            head = [
                STATUS_LINE[status],
                b"content-type: text/plain; charset=utf-8\r\n",
                b"content-length: " + str(len(body)).encode() + b"\r\n",
                b"connection: close\r\n",
            ]
            if status == 503:
                head.append(b"retry-after: " + str(RETRY_AFTER_S).encode() + b"\r\n")
            self.transport.write(b"".join([*head, b"\r\n", body]))
        self.transport.close()


def guarded_protocol(limits: ConnectionLimits) -> type[GuardedProtocol]:
    """The protocol with other bounds, for ``uvicorn.Config(http=…)``.

    The configuration also has to say ``proxy_headers=False`` (the peer is who the socket says it is),
    ``ws="none"`` and ``timeout_keep_alive=KEEP_ALIVE_S``.
    """
    return type("BoundedProtocol", (GuardedProtocol,), {"limits": limits})
