"""C17 to C20: broken bodies, and fields nobody knows yet."""

import grpc
import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import JSON, grpc_export, grpc_failure, post, post_json, violations
from tests.contract.otlp.target import Listener, Target

pytestmark = pytest.mark.conformance


def _field(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field of fewer than 128 bytes."""
    assert number < 16
    assert len(payload) < 128
    return bytes([number << 3 | 2, len(payload)]) + payload


IDS = b"\x0a\x10" + b"1" * 16 + b"\x12\x08" + b"2" * 8
BROKEN = {
    "random": bytes(range(255, 0, -1)),
    "truncated": build.traces(build.span()).SerializeToString()[:-3],
    "json": b'{"resourceSpans": []}',
    "length-beyond-the-end": b"\x0a\xff\xff\xff\xff\x0f",
    "endless-varint": b"\x0a" + b"\xff" * 11,
    "group": b"\x0b\x0c",
    "tag-zero": b"\x02\x00",
    "broken-attribute": _field(1, _field(2, _field(2, IDS + b"\x4a\x03\x0a\x09k"))),
    "attribute-is-not-utf-8": _field(
        1, _field(2, _field(2, IDS + b"\x4a\x0a\x0a\x01k\x12\x05\x0a\x03ab\xff"))
    ),
    "string-is-not-utf-8": _field(1, _field(2, _field(2, b"\x2a\x02\xff\xfe"))),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_c17_malformed_protobuf(listener: Listener, case: str) -> None:
    body = BROKEN[case]
    answer = post(listener.http_port, body)
    assert answer.status == 400
    assert answer.rpc_status().code == 3
    assert len(violations(answer.rpc_status())) == 1
    code, details = grpc_failure(listener.grpc_port, body)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert len(violations(details)) == 1
    assert listener.sink.spans == []


def test_c17_the_detail_says_where(listener: Listener) -> None:
    request = build.traces(build.span(), build.span())
    body = bytearray(request.SerializeToString())
    name = request.resource_spans[0].scope_spans[0].spans[1].name.encode()
    body[body.index(name)] = 0xFF
    answer = post(listener.http_port, bytes(body))
    assert violations(answer.rpc_status()) == ["resource_spans[0].scope_spans[0].spans[1]"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"[{}]", b'"text"', b"1", b"null", b"{} {}", b"\xff", b'{"resourceSpans": {}}',
     b'{"resourceSpans": [1]}', b'{"resourceSpans": [{"scopeSpans": [{"spans": 7}]}]}',
     b'{"resourceSpans": [{"resource": "x"}]}', b'{"a": NaN}', b'{"a": "\t"}'],
)  # fmt: skip
def test_c18_malformed_json(listener: Listener, body: bytes) -> None:
    answer = post(listener.http_port, body, media=JSON)
    assert answer.status == 400
    assert answer.media == JSON
    assert answer.rpc_status().code == 3
    assert answer.json()["details"][0]["@type"] == "type.googleapis.com/google.rpc.BadRequest"


def test_c19_unknown_protobuf_fields_are_ignored_at_every_level(target: Target) -> None:
    trace_id = build.trace_id()
    unknown = b"\xa2\x06\x03abc" + b"\xa8\x06\x07" + b"\xb1\x06" + bytes(8) + b"\xbd\x06" + bytes(4)
    value = b"\x0a\x01v" + unknown
    pair = b"\x0a\x01k" + _field(2, value) + unknown
    span = (
        b"\x0a\x10" + trace_id + b"\x12\x08" + build.span_id() + b"\x2a\x01n"
        + bytes([9 << 3 | 2, len(pair)]) + pair + unknown
    )  # fmt: skip

    def wrapped(number: int, payload: bytes) -> bytes:
        size = len(payload)
        encoded = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
        return bytes([number << 3 | 2]) + encoded + payload

    body = wrapped(1, wrapped(2, wrapped(2, span) + unknown) + unknown) + unknown
    assert post(target.http_port, body).status == 200
    (stored,) = target.spans(trace_id)
    assert stored.attributes == {"k": "v"}
    assert grpc_export(target.grpc_port, body) == b""
    assert {span.attributes["k"] for span in target.spans(trace_id)} == {"v"}


def test_c20_unknown_json_keys_are_ignored_at_every_level(target: Target) -> None:
    trace_id = build.trace_id()
    unknown = {"zz": {"deep": [1, {"x": None}]}, "": 1}
    document = {
        "resourceSpans": [
            {
                "resource": {"attributes": [], **unknown},
                "scopeSpans": [
                    {
                        "scope": {"name": "s", **unknown},
                        "spans": [
                            {
                                **build.json_span(trace_id),
                                "attributes": [
                                    {"key": "k", "value": {"stringValue": "v", **unknown}, **unknown}
                                ],
                                "events": [{"name": "e", **unknown}],
                                "links": [
                                    {"traceId": "1" * 32, "spanId": "2" * 16, **unknown},
                                ],
                                "status": {"code": 1, **unknown},
                                **unknown,
                            }
                        ],
                        **unknown,
                    }
                ],
                **unknown,
            }
        ],
        **unknown,
    }
    answer = post_json(target.http_port, document)
    assert (answer.status, answer.json()) == (200, {})
    (stored,) = target.spans(trace_id)
    assert stored.attributes == {"k": "v"}
    assert stored.status == "ok"
