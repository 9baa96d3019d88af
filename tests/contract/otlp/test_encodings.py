"""C8 to C12: compressed bodies."""

import gzip
import json
import zlib

import grpc
import pytest
import zstandard

from tests.contract.otlp import build
from tests.contract.otlp.client import JSON, grpc_export, post
from tests.contract.otlp.target import Listener, Target

pytestmark = pytest.mark.conformance


def test_c08_gzip_over_http_and_grpc(target: Target) -> None:
    by_protobuf, by_json, by_grpc = build.trace_id(), build.trace_id(), build.trace_id()
    body = gzip.compress(build.traces(build.span(by_protobuf)).SerializeToString())
    assert post(target.http_port, body, encoding="gzip").status == 200
    body = gzip.compress(json.dumps(build.json_traces(build.json_span(by_json))).encode())
    assert post(target.http_port, body, media=JSON, encoding="gzip").status == 200
    plain = build.traces(build.span(by_grpc)).SerializeToString()
    assert grpc_export(target.grpc_port, plain, compression=grpc.Compression.Gzip) == b""
    for trace_id in (by_protobuf, by_json, by_grpc):
        assert len(target.spans(trace_id)) == 1


def test_c08_gzip_in_several_members_is_one_body(target: Target) -> None:
    trace_id = build.trace_id()
    plain = build.traces(build.span(trace_id), build.span(trace_id)).SerializeToString()
    body = gzip.compress(plain[:20]) + gzip.compress(plain[20:]) + bytes(8)
    assert post(target.http_port, body, encoding="gzip").status == 200
    assert len(target.spans(trace_id)) == 2


def test_c09_zstd_is_accepted_beyond_the_protocol(target: Target) -> None:
    trace_id = build.trace_id()
    plain = build.traces(*(build.span(trace_id) for _ in range(50))).SerializeToString()
    frames = zstandard.compress(plain[:900]) + zstandard.compress(plain[900:])
    assert post(target.http_port, frames, encoding="zstd").status == 200
    assert len(target.spans(trace_id)) == 50


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "gzip,zstd", "identity, gzip", "snappy"])
def test_c10_unknown_and_stacked_encodings_are_refused(listener: Listener, encoding: str) -> None:
    body = gzip.compress(gzip.compress(build.traces(build.span()).SerializeToString()))
    answer = post(listener.http_port, body, encoding=encoding)
    assert answer.status == 415
    assert answer.rpc_status().code == 3
    assert listener.sink.spans == []


def test_c10_two_encoding_headers_are_one_list(listener: Listener) -> None:
    body = gzip.compress(gzip.compress(build.traces(build.span()).SerializeToString()))
    head = (
        "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
        "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    from tests.contract.otlp.client import raw

    assert raw(listener.http_port, head.encode() + body).startswith(b"HTTP/1.1 415 ")
    assert listener.sink.spans == []


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_c11_a_plain_body_that_claims_to_be_compressed(listener: Listener, encoding: str) -> None:
    answer = post(listener.http_port, build.traces(build.span()).SerializeToString(), encoding=encoding)
    assert answer.status == 400
    assert answer.rpc_status().code == 3


def _broken_bodies() -> dict[str, tuple[str, bytes]]:
    plain = build.traces(*(build.span() for _ in range(20))).SerializeToString()
    packed = gzip.compress(plain)
    frame = zstandard.ZstdCompressor(write_checksum=True).compress(plain)
    return {
        "gzip-half": ("gzip", packed[: len(packed) // 2]),
        "gzip-without-trailer": ("gzip", packed[:-8]),
        "gzip-header-only": ("gzip", packed[:10]),
        "gzip-wrong-crc": ("gzip", packed[:-8] + (zlib.crc32(plain) ^ 1).to_bytes(4, "little") + packed[-4:]),
        "gzip-wrong-length": ("gzip", packed[:-4] + b"\1\0\0\0"),
        "gzip-garbage-behind": ("gzip", packed + b"garbage"),
        "zstd-half": ("zstd", frame[: len(frame) // 2]),
        "zstd-wrong-checksum": ("zstd", frame[:-1] + bytes([frame[-1] ^ 1])),
    }


@pytest.mark.parametrize("case", sorted(_broken_bodies()))
def test_c12_truncated_and_damaged_bodies(listener: Listener, case: str) -> None:
    encoding, body = _broken_bodies()[case]
    answer = post(listener.http_port, body, encoding=encoding)
    assert answer.status == 400
    assert answer.rpc_status().code == 3
    assert listener.sink.spans == []
