"""The HTTP side: reads a request, asks what to do, writes the answer piece by piece."""

import json
import select
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import cast

MAX_BODY_BYTES = 64 << 20
# How long a hanging request goes without looking whether its client is still there.
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Response:
    """An answer to be written.

    ``parts`` are sent one by one, ``first_s`` before the headers and ``between_s`` between the parts.
    ``whole`` False: the connection ends without the end of the body. ``status`` 0: nothing is ever sent.
    """

    status: int
    parts: Iterator[bytes]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    stream: bool = False
    whole: bool = True
    first_s: float = 0.0
    between_s: float = 0.0
    done: Callable[[bool], None] = lambda _: None
    """Called at the end: whether everything was sent."""


Application = Callable[[str, str, Mapping[str, str], bytes], Response]
"""(method, target, headers in lower case, body) → the answer."""


class Server(socketserver.ThreadingTCPServer):
    """A loopback server, one thread a connection, on a port of the system's choice."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, application: Application) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.application = application
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to end it at the latest with the server."""
        with self._lock:
            self._open.add(connection)

    def ended(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def stop(self) -> None:
        """End all connections and free the port."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            hang_up(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about clients that leave: tests make them do so."""


def hang_up(connection: socket.socket) -> None:
    """End a connection in both directions, whatever its state."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was ended by the other side


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "FakeUpstream"
    sys_version = ""
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.here.opened(self.connection)

    def finish(self) -> None:
        self.here.ended(self.connection)
        super().finish()

    @property
    def here(self) -> Server:
        """The server, with its type."""
        return cast(Server, self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
        """Keep quiet."""

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        """Serve one request."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            return
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.here.application(self.command, self.path, headers, body)
        sent = False
        try:
            sent = self.write(response)
        except OSError:
            self.close_connection = True  # the client left
        finally:
            response.done(sent)

    def write(self, response: Response) -> bool:
        """Write an answer; return whether all of it was sent."""
        if response.status == 0 or not self.rest(response.first_s):
            self.wait_until_left(forever=response.status == 0)
            return False
        if response.stream:
            return self.write_stream(response)
        payload = b"".join(response.parts)
        self.head(response, {"Content-Length": str(len(payload))})
        if not response.whole:
            self.wfile.write(payload[: len(payload) // 2])
            return self.break_off()
        self.wfile.write(payload)
        return True

    def write_stream(self, response: Response) -> bool:
        """Write an answer in chunks."""
        self.head(response, {"Transfer-Encoding": "chunked", "Cache-Control": "no-cache"})
        for number, part in enumerate(response.parts):
            if number and not self.rest(response.between_s):
                return self.break_off()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        if not response.whole:
            return self.break_off()
        self.wfile.write(b"0\r\n\r\n")
        return True

    def head(self, response: Response, more: Mapping[str, str]) -> None:
        """Write status line and headers."""
        self.send_response(response.status)
        for name, value in {**response.headers, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def rest(self, seconds: float) -> bool:
        """Wait; False when the server is closing."""
        return not self.here.closing.wait(seconds) if seconds > 0 else not self.here.closing.is_set()

    def break_off(self) -> bool:
        """End the connection in the middle of an answer."""
        self.close_connection = True
        hang_up(self.connection)
        return False

    def wait_until_left(self, *, forever: bool) -> None:
        """Hold the request until its client is gone or the server closes."""
        self.close_connection = True
        while forever and not self.here.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], LOOK_S)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return


def json_parts(value: object) -> Iterator[bytes]:
    """A body that is one JSON value."""
    yield json.dumps(value).encode()
