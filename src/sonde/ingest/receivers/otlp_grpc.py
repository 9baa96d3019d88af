"""OTLP over gRPC: the three Export services, on bytes, decoded by the same code as HTTP.

The methods are registered as streams of requests, which look the same on the wire. That way the handler
runs before the message is read: the sender is known and there is room before 64 MiB are taken in.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn
from urllib.parse import unquote

import grpc
import grpc.aio

from sonde.auth.approach import Approach
from sonde.ingest.receivers import metrics
from sonde.ingest.receivers.intake import Intake, Signal
from sonde.ingest.receivers.status import grpc_code, status_of, text_of
from sonde.model.errors import BadInput, Overloaded, SondeError, StartError
from sonde.model.limits import HTTP_BODY_S, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX

METHODS: dict[str, Signal] = {
    "opentelemetry.proto.collector.trace.v1.TraceService": "traces",
    "opentelemetry.proto.collector.logs.v1.LogsService": "logs",
    "opentelemetry.proto.collector.metrics.v1.MetricsService": "metrics",
}

READS_AT_ONCE = 16
"""Messages being received at once: each can be as large as a request may be."""
READ_WAIT_S = 5
"""How long a sender waits for its turn before it is told to come back."""
STREAMS_PER_CONNECTION = 100

_OPTIONS: list[tuple[str, int]] = [
    ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
    ("grpc.max_send_message_length", RESPONSE_BYTES_MAX),
    ("grpc.max_concurrent_streams", STREAMS_PER_CONNECTION),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.so_reuseport", 0),
    # A dead peer is noticed after 80 s; a peer that pings more often than every 10 s is sent away.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 3),
    ("grpc.max_connection_idle_ms", 600_000),
]
_log = logging.getLogger(__name__)

_Context = grpc.aio.ServicerContext[bytes, bytes]
_Handler = Callable[[object, _Context], Awaitable[bytes]]


class GrpcReceiver:
    """The handlers, for a server that exists."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._reads = asyncio.Semaphore(READS_AT_ONCE)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Register the three services."""
        for service, signal in METHODS.items():
            handler: grpc.RpcMethodHandler[Any, Any] = grpc.stream_unary_rpc_method_handler(
                self._export(signal)
            )
            server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(service, {"Export": handler}),)
            )

    def _export(self, signal: Signal) -> _Handler:
        async def export(_: object, context: _Context) -> bytes:
            outcome = "ok"
            try:
                return await self._serve(signal, context)
            except SondeError as error:
                outcome = metrics.outcome_of(error)
                await _abort(context, error)
            except asyncio.CancelledError:
                outcome = "gone"
                raise
            except Exception:  # noqa: BLE001  (the outermost frame: answer, and log what it was)
                outcome = "failed"
                _log.exception("An OTLP/gRPC export of %s failed", signal)
                await _abort(context, SondeError("An internal error; it was logged."))
            finally:
                metrics.REQUESTS.of(signal=signal, transport="grpc", outcome=outcome).increment()

        return export

    async def _serve(self, signal: Signal, context: _Context) -> bytes:
        project = self._intake.admit(_approach(context))
        self._intake.sink.check_room(0)
        with self._intake.in_flight.lease() as lease:
            body = await self._read(context)
            lease.take(len(body))
            self._intake.sink.check_room(len(body))
            return await self._intake.take(signal, project, body, "protobuf", "identity", lease, "grpc")

    async def _read(self, context: _Context) -> bytes:
        """The one message of the call."""
        try:
            await asyncio.wait_for(self._reads.acquire(), READ_WAIT_S)
        except TimeoutError:
            raise Overloaded("Too many messages are being received at once.") from None
        try:
            message = await asyncio.wait_for(context.read(), HTTP_BODY_S)
        except TimeoutError:
            raise BadInput(f"The message did not arrive within {HTTP_BODY_S} s.") from None
        finally:
            self._reads.release()
        if message is grpc.aio.EOF:
            raise BadInput("The call has no message.")
        return message


async def start_grpc(host: str, port: int, intake: Intake) -> tuple[grpc.aio.Server, int]:
    """Start the gRPC listener; port 0 takes a free one. Returns the server and its port.

    Stop it with ``await server.stop(grace_s)``. Raises `StartError` when the port is taken.
    """
    server = grpc.aio.server(options=_OPTIONS)
    GrpcReceiver(intake).add_to(server)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError:
        raise StartError(
            f"OTLP/gRPC cannot listen on {address}: the port is taken, or the address is not ours.\n"
            "Choose another one with --otlp-grpc-port."
        ) from None
    await server.start()
    return server, bound


async def _abort(context: _Context, error: SondeError) -> NoReturn:
    status = status_of(error)
    await context.abort(
        _STATUS_CODES[grpc_code(error)],
        text_of(error),
        (("grpc-status-details-bin", status.SerializeToString()),),
    )
    raise AssertionError("abort raises")


_STATUS_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


def _approach(context: _Context) -> Approach:
    """A call as the door sees it. A repeated header is one list, as in HTTP."""
    headers: dict[str, str] = {}
    for name, value in context.invocation_metadata() or ():
        if isinstance(value, str):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Approach(address=_address(context.peer()), headers=headers, method="POST", scheme="http")


def _address(peer: str) -> str:
    """The IP address in gRPC's ``ipv4:127.0.0.1:5000`` or ``ipv6:%5B::1%5D:5000``."""
    family, _, rest = peer.partition(":")
    if family not in ("ipv4", "ipv6"):
        return ""
    return unquote(rest).rpartition(":")[0].strip("[]")
