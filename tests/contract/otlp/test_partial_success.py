"""C29 to C31: some records are bad, the others are stored."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.contract.otlp import build
from tests.contract.otlp.client import grpc_export, post, post_json
from tests.contract.otlp.target import Listener, Target

pytestmark = pytest.mark.conformance


def test_c29_three_of_ten_spans_are_rejected(target: Target) -> None:
    for send in ("http", "grpc"):
        trace_id = build.trace_id()
        spans = [build.span(trace_id) for _ in range(10)]
        spans[2].trace_id = bytes(16)
        spans[5].span_id = b"short"
        spans[7].span_id = b"nine byte"
        body = build.traces(*spans).SerializeToString()
        if send == "http":
            answer = post(target.http_port, body)
            assert answer.status == 200
            encoded = answer.body
        else:
            encoded = grpc_export(target.grpc_port, body)
        partial = ExportTraceServiceResponse.FromString(encoded).partial_success
        assert partial.rejected_spans == 3
        assert "trace_id is not 16 bytes" in partial.error_message
        assert "span_id is not 8 bytes, or all zero (2, first at resource_spans[0]" in partial.error_message
        assert len(target.spans(trace_id)) == 7


@pytest.mark.parametrize("size", [0, 7, 9, 15, 17])
def test_c29_ids_of_every_wrong_length(target: Target, size: int) -> None:
    good = build.trace_id()
    spans = [build.span(good), build.span(bytes([1]) * size), build.span(good, span_id=bytes([1]) * size)]
    answer = post(target.http_port, build.traces(*spans).SerializeToString())
    assert ExportTraceServiceResponse.FromString(answer.body).partial_success.rejected_spans == 2
    assert len(target.spans(good)) == 1


def test_c30_a_warning_without_a_rejection(target: Target) -> None:
    trace_id = build.trace_id()
    span = build.span(trace_id, attributes={"a": 1, "b": 2})
    span.attributes.append(KeyValue(key="a", value=build.value_of(3)))
    span.attributes.append(KeyValue(key="", value=build.value_of(4)))
    answer = post(target.http_port, build.traces(span).SerializeToString())
    partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_spans == 0
    assert "duplicate attribute key" in partial.error_message
    assert "empty key" in partial.error_message
    (stored,) = target.spans(trace_id)
    assert stored.attributes == {"a": 3, "b": 2}


@pytest.mark.slow
def test_c31_the_text_about_100000_bad_spans_is_short(listener: Listener) -> None:
    request = build.traces()
    bad = build.span(b"", span_id=b"")
    request.resource_spans[0].scope_spans[0].spans.extend([bad] * 100_000)
    answer = post(listener.http_port, request.SerializeToString())
    assert answer.status == 200
    assert len(answer.body) < 2_000
    partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_spans == 100_000

    request.resource_spans[0].scope_spans[0].spans.append(bad)
    answer = post(listener.http_port, request.SerializeToString())
    assert answer.status == 413

    document = build.json_traces(*([{"name": "x" * 20}] * 100_000))
    answer = post_json(listener.http_port, document)
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "100000"
    assert len(answer.body) < 2_000
