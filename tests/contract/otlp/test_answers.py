"""C1 to C7: what is accepted, and the form of the answer."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.contract.otlp import build
from tests.contract.otlp.client import JSON, PROTOBUF, grpc_export, post, post_json
from tests.contract.otlp.target import Listener, Target

pytestmark = pytest.mark.conformance


def test_c01_a_minimal_trace_is_answered_with_an_empty_message(target: Target) -> None:
    by_protobuf, by_json, by_grpc = build.trace_id(), build.trace_id(), build.trace_id()

    answer = post(target.http_port, build.traces(build.span(by_protobuf)).SerializeToString())
    assert (answer.status, answer.body) == (200, b"")
    assert not ExportTraceServiceResponse.FromString(answer.body).HasField("partial_success")

    answer = post_json(target.http_port, build.json_traces(build.json_span(by_json)))
    assert (answer.status, answer.json()) == (200, {})

    assert grpc_export(target.grpc_port, build.traces(build.span(by_grpc)).SerializeToString()) == b""

    for trace_id in (by_protobuf, by_json, by_grpc):
        (stored,) = target.spans(trace_id)
        assert stored.project == "default"
        assert stored.service == "conformance"
        assert stored.kind == "client"
        assert stored.end_ns - stored.start_ns == 500_000_000


def test_c02_the_answer_has_the_content_type_of_the_request(listener: Listener) -> None:
    answer = post(listener.http_port, build.traces(build.span()).SerializeToString())
    assert answer.headers["content-type"] == PROTOBUF
    answer = post_json(listener.http_port, build.json_traces(build.json_span()))
    assert answer.headers["content-type"] == JSON


@pytest.mark.parametrize(
    "media",
    ["application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"],
)
def test_c03_parameters_of_the_media_type_are_accepted(target: Target, media: str) -> None:
    trace_id = build.trace_id()
    document = build.json_traces(build.json_span(trace_id))
    answer = post_json(target.http_port, document, headers={"Content-Type": media})
    assert answer.status == 200
    assert len(target.spans(trace_id)) == 1


@pytest.mark.parametrize(
    "media", [None, "", "text/plain", "application/octet-stream", "application/x-protobufs"]
)
def test_c04_another_media_type_is_refused_with_a_status_in_json(
    listener: Listener, media: str | None
) -> None:
    answer = post(listener.http_port, build.traces(build.span()).SerializeToString(), media=media)
    assert answer.status == 415
    assert answer.media == JSON
    assert answer.rpc_status().code == 3


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_c05_only_post_is_allowed(listener: Listener, method: str) -> None:
    answer = post(listener.http_port, b"", method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"
    assert answer.media == PROTOBUF
    assert answer.rpc_status().code == 12
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("body", [b"", ExportTraceServiceRequest().SerializeToString()])
def test_c06_an_empty_request_is_a_success(listener: Listener, body: bytes) -> None:
    for signal in ("traces", "logs", "metrics"):
        assert post(listener.http_port, body, path=f"/v1/{signal}").status == 200
        assert grpc_export(listener.grpc_port, body, signal=signal) == b""
        for document in (b"", b"{}"):
            answer = post(listener.http_port, document, path=f"/v1/{signal}", media=JSON)
            assert (answer.status, answer.json()) == (200, {})


def test_c07_empty_envelopes_are_a_success_and_store_nothing(listener: Listener) -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add()
    request.resource_spans.add().scope_spans.add()
    body = request.SerializeToString()
    assert post(listener.http_port, body).status == 200
    assert grpc_export(listener.grpc_port, body) == b""
    for document in (
        {"resourceSpans": []},
        {"resourceSpans": [{}]},
        {"resourceSpans": [{"scopeSpans": [{}]}]},
    ):
        assert post_json(listener.http_port, document).status == 200
    assert listener.sink.spans == []
