"""Sends requests byte by byte as given, and reads what comes back."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

PROTOBUF, JSON = "application/x-protobuf", "application/json"
SERVICES = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}
TIMEOUT_S = 30


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The media type."""
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def rpc_status(self) -> status_pb2.Status:
        """The body as google.rpc.Status, in the encoding it says it has. Fails when it is not one."""
        if self.media == PROTOBUF:
            return status_pb2.Status.FromString(self.body)
        assert self.media == JSON, self.media
        document = self.json()
        assert isinstance(document["code"], int)
        return status_pb2.Status(code=document["code"], message=document["message"])


def post(
    port: int,
    body: bytes | Iterable[bytes],
    *,
    path: str = "/v1/traces",
    media: str | None = PROTOBUF,
    encoding: str | None = None,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> Answer:
    """One request on a connection of its own. An iterable body is sent in chunks without a length."""
    sent = dict(headers or {})
    if media is not None:
        sent["Content-Type"] = media
    if encoding is not None:
        sent["Content-Encoding"] = encoding
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body=body, headers=sent, encode_chunked=not isinstance(body, bytes))
        reply = connection.getresponse()
        names = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(reply.status, names, reply.read())
    finally:
        connection.close()


def post_json(port: int, document: object, **options: Any) -> Answer:
    """A JSON body."""
    return post(port, json.dumps(document).encode(), media=JSON, **options)


@contextmanager
def connected(port: int) -> Generator[socket.socket]:
    """A bare TCP connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        yield connection


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    pieces: list[bytes] = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def raw(port: int, request: bytes) -> bytes:
    """Send bytes, return all that comes back."""
    with connected(port) as connection:
        connection.sendall(request)
        return received(connection)


def grpc_export(
    port: int,
    body: bytes,
    *,
    signal: str = "traces",
    metadata: Iterable[tuple[str, str]] = (),
    compression: grpc.Compression = grpc.Compression.NoCompression,
) -> bytes:
    """One unary call. Raises grpc.RpcError."""
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        export = channel.unary_unary(f"/{SERVICES[signal]}/Export")
        answer = export(body, metadata=tuple(metadata), compression=compression, timeout=TIMEOUT_S)
        assert isinstance(answer, bytes)
        return answer


def grpc_failure(port: int, body: bytes, **options: Any) -> tuple[grpc.StatusCode, status_pb2.Status | None]:
    """The status of a call that has to fail, and its details."""
    with pytest.raises(grpc.RpcError) as raised:
        grpc_export(port, body, **options)
    call = raised.value
    assert isinstance(call, grpc.Call)
    details: status_pb2.Status | None = None
    for entry in call.trailing_metadata() or ():
        if entry.key == "grpc-status-details-bin":
            details = status_pb2.Status.FromString(entry.value)
    return call.code(), details


def retry_delay_s(status: status_pb2.Status | None) -> int | None:
    """Seconds of the RetryInfo in a status, None when there is none."""
    for detail in status.details if status is not None else ():
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(retry):
            return retry.retry_delay.seconds
    return None


def violations(status: status_pb2.Status | None) -> list[str]:
    """Field paths of the BadRequest in a status."""
    for detail in status.details if status is not None else ():
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(bad):
            return [violation.field for violation in bad.field_violations]
    return []


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """The first true value of a condition. Fails after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.02)
