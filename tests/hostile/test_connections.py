"""Hostile connections (reliability H28 to H34): slow, many, ambiguous, oversized, vanishing."""

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from sonde.ingest.receivers import ConnectionLimits
from tests.contract.otlp import build
from tests.contract.otlp.client import connected, grpc_export, post, raw, received, until
from tests.contract.otlp.target import Listener

pytestmark = pytest.mark.hostile

HEAD = b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"


@pytest.fixture(scope="module")
def shared() -> Iterator[Listener]:
    """Receivers with the product's bounds on sizes, and short ones on time."""
    limits = ConnectionLimits(
        header_s=0.6, body_s=4, body_grace_s=1, connections_max=60, connections_per_address_max=50
    )
    with Listener(limits=limits) as listener:
        yield listener


@pytest.fixture
def listener(shared: Listener) -> Iterator[Listener]:
    """Receivers that answer an honest client afterwards."""
    yield shared
    assert honest(shared) == 200


def honest(listener: Listener) -> int:
    """The status an honest span gets."""
    return post(listener.http_port, build.traces(build.span()).SerializeToString()).status


def honest_or_refused(listener: Listener) -> int:
    """The same, 0 when the connection was refused or cut."""
    try:
        return honest(listener)
    except (ConnectionError, http.client.HTTPException):
        return 0


def closed_within(connection: socket.socket, seconds: float) -> bytes:
    """What came until the server closed; fails when it does not."""
    connection.settimeout(seconds)
    return received(connection)


def test_h28_slow_headers(listener: Listener) -> None:
    with connected(listener.http_port) as connection:
        for byte in b"POST /v1":
            connection.sendall(bytes([byte]))
            time.sleep(0.02)
        assert closed_within(connection, 20).startswith(b"HTTP/1.1 408 ")


def test_h28_a_connection_that_says_nothing(listener: Listener) -> None:
    with connected(listener.http_port) as connection:
        assert closed_within(connection, 20) == b""


def test_h28_slow_headers_of_a_second_request(listener: Listener) -> None:
    with connected(listener.http_port) as connection:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"POST /v1")
        assert b"408" in closed_within(connection, 20)


def test_h28_a_slow_body(listener: Listener) -> None:
    with connected(listener.http_port) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\nx")
        assert closed_within(connection, 20).startswith(b"HTTP/1.1 408 ")


def test_h28_a_body_fast_enough_is_left_alone(listener: Listener) -> None:
    body = build.traces(build.span(attributes={"text": "x" * 60_000})).SerializeToString()
    with connected(listener.http_port) as connection:
        connection.sendall(HEAD + f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for start in range(0, len(body), 3_000):
            connection.sendall(body[start : start + 3_000])
            time.sleep(0.1)
        assert closed_within(connection, 20).startswith(b"HTTP/1.1 200 ")


def test_h29_more_connections_than_there_are_places(listener: Listener) -> None:
    idle: list[socket.socket] = []
    try:
        for _ in range(400):
            connection = socket.create_connection(("127.0.0.1", listener.http_port), timeout=20)
            idle.append(connection)
        # Refused at first; then the silent ones make room.
        assert until(lambda: honest_or_refused(listener) == 200)
    finally:
        for connection in idle:
            connection.close()


def test_h29_busy_connections_are_not_evicted(listener: Listener) -> None:
    listener.sink.delay_s = 1.5
    body = build.traces(build.span()).SerializeToString()
    busy = [socket.create_connection(("127.0.0.1", listener.http_port), timeout=20) for _ in range(50)]
    try:
        for connection in busy:
            connection.sendall(
                HEAD + f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            )
        for connection in busy:
            assert received(connection).startswith(b"HTTP/1.1 200 ")
    finally:
        listener.sink.delay_s = 0
        for connection in busy:
            connection.close()


def test_h30_more_grpc_streams_than_allowed(listener: Listener) -> None:
    body = build.traces(build.span()).SerializeToString()
    listener.sink.spans.clear()
    with grpc.insecure_channel(f"127.0.0.1:{listener.grpc_port}") as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        assert export(body, timeout=30) == b""
        calls = [export.future(body, timeout=60) for _ in range(1_000)]
        for call in calls[::3]:
            call.cancel()
        codes = [call.code() for number, call in enumerate(calls) if number % 3]
    # A stream opened in the place of one the server still counts is refused, as retryable.
    assert set(codes) <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
    assert len(listener.sink.spans) >= codes.count(grpc.StatusCode.OK) >= 10
    assert grpc_export(listener.grpc_port, body) == b""


AMBIGUOUS = {
    "length-and-chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two-lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 1\r\n\r\n",
    "two-hosts": HEAD + b"Host: evil\r\nContent-Length: 0\r\n\r\n",
    "no-host": b"POST /v1/traces HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "absolute-form": b"POST http://localhost/v1/traces HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "authority-form": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "host-with-path": b"POST /v1/traces HTTP/1.1\r\nHost: a/b?c#d\r\nConnection: close\r\n\r\n",
    "encoded-dots": b"POST /%2e%2e/v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "encoded-slash": b"POST /v1%2Ftraces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "double-slash": b"POST //v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "backslash": b"POST /v1\\traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "negative-length": HEAD + b"Content-Length: -1\r\n\r\n",
    "bad-chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "obsolete-folding": HEAD + b"X: a\r\n b\r\n: c\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("case", sorted(AMBIGUOUS))
def test_h31_requests_two_parsers_read_differently(listener: Listener, case: str) -> None:
    answer = raw(listener.http_port, AMBIGUOUS[case])
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


OVERSIZED = {
    "one-header": HEAD + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "many-headers": HEAD + b"".join(b"X%d: 1\r\n" % number for number in range(10_000)) + b"\r\n",
    "few-too-many-headers": HEAD + b"".join(b"X%d: 1\r\n" % number for number in range(201)) + b"\r\n",
    "cookie": HEAD + b"Cookie: a=" + b"b" * (1 << 20) + b"\r\n\r\n",
    "target": b"POST /v1/traces?" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "endless": HEAD + b"X: " + b"a" * (1 << 20),
}


@pytest.mark.parametrize("case", sorted(OVERSIZED))
def test_h32_heads_that_are_too_large(listener: Listener, case: str) -> None:
    with connected(listener.http_port) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(OVERSIZED[case])
        answer = received(connection)
    # A sender cut off while it is still sending may see the reset before the answer.
    assert answer == b"" or answer[:13] in (b"HTTP/1.1 431 ", b"HTTP/1.1 400 "), answer[:200]


def test_h34_clients_that_vanish_while_they_upload(listener: Listener) -> None:
    def open_files() -> int:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    before = open_files()
    for number in range(300):
        with connected(listener.http_port) as connection:
            connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + b"x" * (number * 200))
    until(lambda: open_files() <= before + 5)
    assert until(lambda: listener.intake.in_flight.bytes == 0) is True


def test_keep_alive_pipelining_and_expect(listener: Listener) -> None:
    body = build.traces(build.span()).SerializeToString()
    length = f"Content-Length: {len(body)}\r\n".encode()
    with connected(listener.http_port) as connection:
        request = HEAD + length + b"\r\n" + body
        connection.sendall(request * 3 + HEAD + length + b"Connection: close\r\n\r\n" + body)
        assert received(connection).count(b"HTTP/1.1 200 ") == 4
    with connected(listener.http_port) as connection:
        connection.sendall(HEAD + length + b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert received(connection).startswith(b"HTTP/1.1 200 ")
