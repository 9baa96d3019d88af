"""OTLP over HTTP: the standard paths, and those Langfuse's and LangSmith's exporters use."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.routing import Route

from sonde.auth.approach import Approach
from sonde.auth.middleware import approach_of_scope
from sonde.ingest.decode import Media
from sonde.ingest.receivers import langfuse, metrics
from sonde.ingest.receivers.budget import Lease
from sonde.ingest.receivers.inflate import encoding_of, inflate, too_large
from sonde.ingest.receivers.intake import Intake, Signal
from sonde.ingest.receivers.status import MethodNotAllowed, body_of
from sonde.model.errors import BadInput, NotFound, SondeError, UnsupportedMedia
from sonde.model.limits import MEBIBYTE, REQUEST_BYTES_MAX, RETRY_AFTER_S

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIXES = ("/v1", "/api/public/otel/v1", "/otel/v1")
"""OpenTelemetry's own, Langfuse's, LangSmith's."""
OTLP_PATHS: dict[str, Signal] = {
    f"{prefix}/{signal}": signal for prefix in PREFIXES for signal in ("traces", "logs", "metrics")
}
SCORE_PATHS = ("/api/public/scores", "/api/public/ingestion")
OWNED = ("/v1", "/v1development", "/otel", "/api/public")
"""Below these every answer is ours, also to what does not exist."""

_MEDIA: dict[str, Media] = {"application/x-protobuf": "protobuf", "application/json": "json"}
_CONTENT_TYPES = {"protobuf": b"application/x-protobuf", "json": b"application/json"}
_DISCARD_BYTES_MAX = 2 * REQUEST_BYTES_MAX
_SMALL_BODY_BYTES = MEBIBYTE
_log = logging.getLogger(__name__)


class ClientGone(Exception):
    """The client hung up before its body was complete: nobody waits for an answer."""


class HttpReceiver:
    """An ASGI application for the OTLP paths; `routes` puts it into a larger one."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def routes(self) -> list[Route]:
        """Routes for everything below the paths that belong to receivers."""
        return [Route(f"{prefix}/{{rest:path}}", self) for prefix in OWNED]

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request."""
        path = str(scope["path"]).rstrip("/")
        signal = OTLP_PATHS.get(path)
        counted = signal or ("scores" if path in SCORE_PATHS else None)
        approach = approach_of_scope(scope)
        exchange = _Exchange(receive, send, is_small=_is_small(approach))
        outcome = "ok"
        try:
            await self._serve(path, signal, approach, exchange)
        except ClientGone:
            outcome = "gone"
        except SondeError as error:
            outcome = metrics.outcome_of(error)
            await exchange.refuse(error)
        except Exception:  # noqa: BLE001  (the outermost frame: answer, and log what it was)
            outcome = "failed"
            _log.exception("A request to %s failed", signal or "a receiver")
            await exchange.refuse(SondeError("An internal error; it was logged."))
        if counted is not None:
            metrics.REQUESTS.of(signal=counted, transport="http", outcome=outcome).increment()

    async def _serve(
        self, path: str, signal: Signal | None, approach: Approach, exchange: "_Exchange"
    ) -> None:
        content_type = approach.header("content-type")
        media = _MEDIA.get((content_type or "").partition(";")[0].strip().lower())
        exchange.media = media or "json"
        if signal is None and path not in SCORE_PATHS:
            raise NotFound("There is no such OTLP endpoint.", hint="Traces go to /v1/traces.")
        if approach.method != "POST":
            raise MethodNotAllowed("OTLP is sent with POST.")
        if media is None or (signal is None and media != "json"):
            raise UnsupportedMedia(
                f"Content-Type '{(content_type or '')[:60]}' is not accepted.",
                hint="Send application/x-protobuf or application/json."
                if signal
                else "Send application/json.",
            )
        encoding = encoding_of(approach.header("content-encoding"))
        project = self._intake.admit(approach)
        declared = _declared_length(approach)
        if declared > REQUEST_BYTES_MAX:
            raise too_large()
        self._intake.sink.check_room(declared)
        with self._intake.in_flight.lease() as lease:
            body = await exchange.read(lease)
            if signal is None:
                plain = inflate(body, encoding, lease.take)
                status, answer = await langfuse.take(path, self._intake, project, plain)
                await exchange.answer(status, answer)
                return
            answer = await self._intake.take(signal, project, body, media, encoding, lease, "http")
        await exchange.answer(200, answer)


class _Exchange:
    """One request and its answer."""

    def __init__(self, receive: Receive, send: Send, *, is_small: bool) -> None:
        self._receive = receive
        self._send = send
        self._is_small = is_small
        """Whether the client has said that little is coming, and is not waiting to be asked for it."""
        self._complete = False
        """Whether the whole body has been read."""
        self.media: Media = "json"

    async def read(self, lease: Lease) -> bytes:
        """The body, within the limit of a request and of all requests together."""
        chunks: list[bytes] = []
        total = 0
        while not self._complete:
            chunk = await self._next()
            total += len(chunk)
            if total > REQUEST_BYTES_MAX:
                raise too_large()
            lease.take(len(chunk))
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def answer(self, status: int, body: bytes) -> None:
        """Answer a request that was read to its end."""
        await self._start(status, body, [])
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, error: SondeError) -> None:
        """Answer with a Status. What is unread of the body is read and thrown away, if it is little before
        the answer and else after it: a connection closed while the client still sends loses the answer.
        """
        headers: list[tuple[bytes, bytes]] = []
        if error.status in (429, 503):
            headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
        if isinstance(error, MethodNotAllowed):
            headers.append((b"allow", b"POST"))
        if error.status == 401:
            headers.append((b"www-authenticate", b'Bearer realm="sonde"'))
        body = body_of(error, self.media)
        if self._complete or (self._is_small and await self._discard(_SMALL_BODY_BYTES)):
            await self._start(error.status, body, headers)
            await self._send({"type": "http.response.body", "body": body})
            return
        await self._start(error.status, body, [*headers, (b"connection", b"close")])
        # The answer is out with this message; the empty one after it closes the connection.
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        await self._discard(_DISCARD_BYTES_MAX)
        await self._send({"type": "http.response.body", "body": b""})

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise ClientGone
        self._complete = not message.get("more_body", False)
        return bytes(message.get("body", b""))

    async def _discard(self, bytes_max: int) -> bool:
        """Read on without keeping anything. Whether the body came to its end."""
        total = 0
        try:
            while not self._complete and total < bytes_max:
                total += len(await self._next())
        except ClientGone:
            return True
        return self._complete

    async def _start(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", _CONTENT_TYPES[self.media]),
                    (b"content-length", str(len(body)).encode()),
                    *headers,
                ],
            }
        )


def _is_small(approach: Approach) -> bool:
    length = approach.header("content-length") or "0"
    announced = approach.header("transfer-encoding") is None and length.isdigit() and len(length) < 10
    return announced and int(length) <= _SMALL_BODY_BYTES and approach.header("expect") is None


def _declared_length(approach: Approach) -> int:
    text = approach.header("content-length") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise BadInput("The Content-Length header is not a number.")
    return int(text)
