"""C13 to C16: 64 MiB before and after decompression."""

import gzip
import resource
from collections.abc import Iterator

import grpc
import pytest

from sonde.model.limits import MEBIBYTE, REQUEST_BYTES_MAX
from tests.contract.otlp import build
from tests.contract.otlp.client import grpc_export, grpc_failure, post, retry_delay_s
from tests.contract.otlp.target import Listener

pytestmark = [pytest.mark.conformance, pytest.mark.slow]


def request_of(size: int, trace_id: bytes) -> bytes:
    """A valid request of exactly this many bytes: spans with 8 MiB of text each."""
    spans = [build.span(trace_id, attributes={"text": "x" * (8 * MEBIBYTE)}) for _ in range(7)]
    body = build.traces(*spans).SerializeToString()
    last = build.span(trace_id, attributes={"text": ""})
    # A second request appended to the first is one request: protobuf joins repeated fields.
    tail, overhead = b"", 64
    for _ in range(3):
        filler = size - len(body) - overhead
        last.attributes[0].value.string_value = "y" * filler
        tail = build.traces(last).SerializeToString()
        overhead += len(body) + len(tail) - size
    assert len(body) + len(tail) == size
    return body + tail


def test_c13_the_limit_itself_is_accepted_and_a_byte_more_is_not(listener: Listener) -> None:
    trace_id = build.trace_id()
    body = request_of(REQUEST_BYTES_MAX, trace_id)
    assert post(listener.http_port, body).status == 200
    assert len(listener.spans(trace_id)) == 8
    assert grpc_export(listener.grpc_port, body) == b""
    listener.sink.spans.clear()
    answer = post(listener.http_port, body + b"\0")
    assert answer.status == 413
    assert answer.rpc_status().code == 8
    assert "64 MiB" in answer.rpc_status().message
    assert listener.sink.spans == []


def test_c14_a_byte_more_after_decompression(listener: Listener) -> None:
    body = request_of(REQUEST_BYTES_MAX, build.trace_id())
    assert post(listener.http_port, gzip.compress(body, 1), encoding="gzip").status == 200
    listener.sink.spans.clear()
    too_much = gzip.compress(body + b"\0", 1)
    del body
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = post(listener.http_port, too_much, encoding="gzip")
    assert answer.status == 413
    assert answer.rpc_status().code == 8
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 4 * REQUEST_BYTES_MAX


def test_c15_grpc_over_the_limit_is_not_to_be_retried(listener: Listener) -> None:
    code, details = grpc_failure(listener.grpc_port, bytes(REQUEST_BYTES_MAX + 1))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert retry_delay_s(details) is None
    code, details = grpc_failure(
        listener.grpc_port, bytes(REQUEST_BYTES_MAX + 1), compression=grpc.Compression.Gzip
    )
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert retry_delay_s(details) is None


def test_c16_an_upload_without_length_is_cut_when_it_crosses_the_limit(listener: Listener) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        chunk = bytes(MEBIBYTE)
        while sent < 1024 * MEBIBYTE:
            sent += len(chunk)
            yield chunk

    try:
        answer = post(listener.http_port, endless())
    except (ConnectionError, TimeoutError):
        answer = None
    assert sent < 4 * REQUEST_BYTES_MAX, "the upload was not cut"
    if answer is not None:
        assert answer.status == 413
        assert answer.headers["connection"] == "close"


def test_c16_the_answer_comes_as_soon_as_the_limit_is_crossed(listener: Listener) -> None:
    from tests.contract.otlp.client import connected

    head = (
        b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"100000\r\n" + bytes(MEBIBYTE) + b"\r\n"
    with connected(listener.http_port) as connection:
        connection.sendall(head)
        for _ in range(64):
            connection.sendall(chunk)
        connection.sendall(chunk)
        # The body has not ended, the answer is there.
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
