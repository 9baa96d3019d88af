"""C38: logs and metrics are stored, other paths are refused by name; the paths and forms of other vendors."""

import json
import math
import time
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.metrics.v1 import metrics_pb2

from tests.contract.otlp import build
from tests.contract.otlp.client import JSON, PROTOBUF, grpc_export, grpc_failure, post, post_json
from tests.contract.otlp.target import Listener

pytestmark = pytest.mark.conformance

NOW = time.time_ns()


@pytest.mark.parametrize("path", ["/v1development/profiles", "/v1/profiles", "/v1/", "/v1/trace", "/otel/x"])
def test_c38_what_is_not_there_says_so(listener: Listener, path: str) -> None:
    for media in (PROTOBUF, JSON):
        answer = post(listener.http_port, b"", path=path, media=media)
        assert answer.status == 404
        assert answer.media == media
        assert answer.rpc_status().code == 5


def test_c38_profiles_over_grpc_are_unimplemented(listener: Listener) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{listener.grpc_port}") as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"
        )
        with pytest.raises(grpc.RpcError) as raised:
            export(b"", timeout=10)
    assert isinstance(raised.value, grpc.Call)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("prefix", ["/v1", "/api/public/otel/v1", "/otel/v1"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_paths_of_other_vendors_exporters(listener: Listener, prefix: str, slash: str) -> None:
    trace_id = build.trace_id()
    body = build.traces(build.span(trace_id)).SerializeToString()
    assert post(listener.http_port, body, path=f"{prefix}/traces{slash}").status == 200
    assert len(listener.spans(trace_id)) == 1
    assert post(listener.http_port, build.logs("x").SerializeToString(), path=f"{prefix}/logs").status == 200
    assert (
        post(listener.http_port, build.gauge("g", 1).SerializeToString(), path=f"{prefix}/metrics").status
        == 200
    )
    assert len(listener.sink.logs) == len(listener.sink.points) == 1


def _log_requests() -> tuple[bytes, dict[str, Any]]:
    """One log record with everything, in both encodings."""
    request = ExportLogsServiceRequest()
    of_resource = request.resource_logs.add()
    of_resource.resource.attributes.extend(build.attributes({"service.name": "s"}))
    of_scope = of_resource.scope_logs.add()
    of_scope.scope.name = "scope"
    record = of_scope.log_records.add(
        time_unix_nano=NOW, observed_time_unix_nano=NOW + 1, severity_number=17, severity_text="ERROR",
        body=build.value_of({"message": "no", "codes": [1, 2.5, True, None]}),
        attributes=build.attributes({"k": b"\xff"}), dropped_attributes_count=2, flags=1,
        trace_id=b"\1" * 16, span_id=b"\2" * 8, event_name="gen_ai.choice",
    )  # fmt: skip
    del record
    document = {
        "resourceLogs": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]},
                "scopeLogs": [
                    {
                        "scope": {"name": "scope"},
                        "logRecords": [
                            {
                                "timeUnixNano": str(NOW), "observedTimeUnixNano": NOW + 1,
                                "severityNumber": 17, "severityText": "ERROR",
                                "body": {"kvlistValue": {"values": [
                                    {"key": "message", "value": {"stringValue": "no"}},
                                    {"key": "codes", "value": {"arrayValue": {"values": [
                                        {"intValue": "1"}, {"doubleValue": 2.5}, {"boolValue": True}, {},
                                    ]}}},
                                ]}},
                                "attributes": [{"key": "k", "value": {"bytesValue": "/w=="}}],
                                "droppedAttributesCount": 2, "flags": 1,
                                "traceId": "01" * 16, "spanId": "02" * 8, "eventName": "gen_ai.choice",
                            }
                        ],
                    }
                ],
            }
        ]
    }  # fmt: skip
    return request.SerializeToString(), document


def test_c38_log_records_are_the_same_in_every_encoding(listener: Listener) -> None:
    body, document = _log_requests()
    assert post(listener.http_port, body, path="/v1/logs").status == 200
    assert post_json(listener.http_port, document, path="/v1/logs").json() == {}
    assert grpc_export(listener.grpc_port, body, signal="logs") == b""
    first, *others = listener.sink.logs
    assert others == [first, first]
    assert first.body == {"message": "no", "codes": [1, 2.5, True, None]}
    assert (first.trace_id, first.span_id, first.event_name) == ("01" * 16, "02" * 8, "gen_ai.choice")
    assert (first.severity_number, first.attributes, first.dropped_attributes_count) == (
        17,
        {"k": b"\xff"},
        2,
    )


def test_c38_a_log_record_with_a_bad_trace_id_is_kept_without_it(listener: Listener) -> None:
    request = build.logs("a", "b")
    request.resource_logs[0].scope_logs[0].log_records[0].trace_id = b"short"
    answer = post(listener.http_port, request.SerializeToString(), path="/v1/logs")
    assert answer.status == 200
    assert b"kept without a trace" in answer.body
    assert [record.trace_id for record in listener.sink.logs] == ["", ""]


def _metric_requests() -> tuple[bytes, dict[str, Any]]:
    """A request with all five kinds of metric, in both encodings."""
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    of_resource.resource.attributes.extend(build.attributes({"service.name": "s"}))
    of_scope = of_resource.scope_metrics.add()
    of_scope.scope.name = "scope"
    common = {
        "time_unix_nano": NOW,
        "start_time_unix_nano": NOW - 10,
        "attributes": build.attributes({"k": "v"}),
    }
    metric = of_scope.metrics.add(name="gauge", unit="1", description="d")
    metric.gauge.data_points.add(as_double=1.5, flags=1, **common)
    metric = of_scope.metrics.add(name="sum", unit="{token}")
    metric.sum.is_monotonic, metric.sum.aggregation_temporality = (
        True,
        metrics_pb2.AGGREGATION_TEMPORALITY_CUMULATIVE,
    )
    point = metric.sum.data_points.add(as_int=2**62 + 1, **common)
    point.exemplars.add(time_unix_nano=NOW - 5, as_int=3, trace_id=b"\1" * 16, span_id=b"\2" * 8)
    metric = of_scope.metrics.add(name="histogram", unit="s")
    metric.histogram.aggregation_temporality = metrics_pb2.AGGREGATION_TEMPORALITY_DELTA
    metric.histogram.data_points.add(
        count=6, sum=3.5, min=0.1, max=2.0, explicit_bounds=[0.5, 1.0], bucket_counts=[1, 2, 3], **common
    )
    metric = of_scope.metrics.add(name="exponential")
    metric.exponential_histogram.aggregation_temporality = metrics_pb2.AGGREGATION_TEMPORALITY_CUMULATIVE
    exponential = metric.exponential_histogram.data_points.add(
        count=7, sum=-1.0, scale=-2, zero_count=1, zero_threshold=0.001, **common
    )
    exponential.positive.offset, exponential.negative.offset = -3, 4
    exponential.positive.bucket_counts.extend([1, 2])
    exponential.negative.bucket_counts.extend([3])
    metric = of_scope.metrics.add(name="summary")
    summary = metric.summary.data_points.add(count=9, sum=12.0, **common)
    summary.quantile_values.add(quantile=0.5, value=1.0)
    summary.quantile_values.add(quantile=0.99, value=2.0)

    point_json = {
        "timeUnixNano": str(NOW),
        "startTimeUnixNano": NOW - 10,
        "attributes": [{"key": "k", "value": {"stringValue": "v"}}],
    }
    metrics = [
        {"name": "gauge", "unit": "1", "description": "d",
         "gauge": {"dataPoints": [{**point_json, "asDouble": 1.5, "flags": 1}]}},
        {"name": "sum", "unit": "{token}", "sum": {
            "isMonotonic": True, "aggregationTemporality": 2,
            "dataPoints": [{**point_json, "asInt": str(2**62 + 1), "exemplars": [
                {"timeUnixNano": NOW - 5, "asInt": 3, "traceId": "01" * 16, "spanId": "02" * 8}]}]}},
        {"name": "histogram", "unit": "s", "histogram": {"aggregationTemporality": 1, "dataPoints": [
            {**point_json, "count": "6", "sum": 3.5, "min": 0.1, "max": 2, "explicitBounds": [0.5, 1],
             "bucketCounts": ["1", 2, "3"]}]}},
        {"name": "exponential", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [
            {**point_json, "count": 7, "sum": -1, "scale": -2, "zeroCount": "1", "zeroThreshold": 0.001,
             "positive": {"offset": -3, "bucketCounts": ["1", "2"]},
             "negative": {"offset": 4, "bucketCounts": [3]}}]}},
        {"name": "summary", "summary": {"dataPoints": [{**point_json, "count": 9, "sum": 12,
            "quantileValues": [{"quantile": 0.5, "value": 1}, {"quantile": 0.99, "value": 2}]}]}},
    ]  # fmt: skip
    document = {
        "resourceMetrics": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]},
                "scopeMetrics": [{"scope": {"name": "scope"}, "metrics": metrics}],
            }
        ]
    }
    return request.SerializeToString(), document


def test_c38_all_five_kinds_of_metric_are_the_same_in_every_encoding(listener: Listener) -> None:
    body, document = _metric_requests()
    assert post(listener.http_port, body, path="/v1/metrics").body == b""
    assert post_json(listener.http_port, document, path="/v1/metrics").json() == {}
    assert grpc_export(listener.grpc_port, body, signal="metrics") == b""
    points = listener.sink.points
    assert len(points) == 15
    for number in range(5):
        one = [_without_arrival(point) for point in points[number::5]]
        assert one[0] == one[1] == one[2]
    gauge, total, histogram, exponential, summary = points[:5]
    assert (gauge.kind, gauge.value, gauge.value_int, gauge.flags, gauge.unit) == ("gauge", 1.5, None, 1, "1")
    assert (total.kind, total.value_int, total.monotonic, total.temporality) == (
        "sum",
        2**62 + 1,
        True,
        "cumulative",
    )
    (exemplar,) = json.loads(total.exemplars_json)
    assert (exemplar["trace_id"], exemplar["span_id"], exemplar["value"]) == ("01" * 16, "02" * 8, 3)
    assert (histogram.bounds, histogram.bucket_counts, histogram.temporality) == (
        [0.5, 1.0],
        [1, 2, 3],
        "delta",
    )
    assert (histogram.count, histogram.sum, histogram.min, histogram.max) == (6, 3.5, 0.1, 2.0)
    assert (exponential.scale, exponential.positive_offset, exponential.positive_counts) == (-2, -3, [1, 2])
    assert (exponential.negative_offset, exponential.negative_counts, exponential.zero_count) == (4, [3], 1)
    assert (summary.bounds, summary.quantile_values, summary.count) == ([0.5, 0.99], [1.0, 2.0], 9)
    assert {point.service for point in points} == {"s"}
    assert len({point.series_id for point in points}) == 5
    assert json.loads(gauge.attributes_json) == {"k": "v"}


def _without_arrival(point: object) -> object:
    import msgspec

    return msgspec.structs.replace(point, received_ns=0)  # pyright: ignore[reportArgumentType]


def test_c38_metrics_that_no_average_survives(listener: Listener) -> None:
    request = build.gauge("g", math.nan)
    points = request.resource_metrics[0].scope_metrics[0].metrics[0].gauge.data_points
    points.add(time_unix_nano=NOW, as_double=math.inf)
    points.add(time_unix_nano=NOW)
    points.add(time_unix_nano=0, as_int=7)
    points.add(time_unix_nano=2**64 - 1, as_int=8)
    answer = post(listener.http_port, request.SerializeToString(), path="/v1/metrics")
    partial = ExportMetricsServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_data_points == 0
    assert "NaN or infinite" in partial.error_message
    stored = listener.sink.points
    assert [point.value for point in stored] == [None, None, None, 7.0, 8.0]
    assert all(abs(point.time_ns - point.received_ns) < 60e9 for point in stored[3:])


def test_c38_a_histogram_that_does_not_add_up_is_rejected_alone(listener: Listener) -> None:
    request = build.gauge("g", 1)
    metric = request.resource_metrics[0].scope_metrics[0].metrics.add(name="h")
    metric.histogram.data_points.add(time_unix_nano=NOW, explicit_bounds=[1, 2], bucket_counts=[1, 2])
    metric.histogram.data_points.add(time_unix_nano=NOW, explicit_bounds=[2, 1], bucket_counts=[1, 2, 3])
    metric.histogram.data_points.add(time_unix_nano=NOW, count=5)
    answer = post(listener.http_port, request.SerializeToString(), path="/v1/metrics")
    partial = ExportMetricsServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_data_points == 2
    assert [point.name for point in listener.sink.points] == ["g", "h"]


def test_scores_as_langfuse_sends_them(listener: Listener) -> None:
    scores = [
        {"id": "s1", "traceId": "01" * 16, "observationId": "02" * 8, "name": "helpful", "value": 1.0,
         "dataType": "BOOLEAN", "comment": "fine", "environment": "production",
         "timestamp": "2026-11-20T10:00:00.250Z"},
        {"traceId": "01" * 16, "name": "tone", "value": "polite", "dataType": "CATEGORICAL"},
        {"sessionId": "session 1", "name": "solved", "value": 0.25, "metadata": {"by": "judge"}},
    ]  # fmt: skip
    answer = post_json(listener.http_port, scores, path="/api/public/scores")
    assert (answer.status, answer.json()) == (202, {"message": "Accepted"})
    first, second, third = listener.sink.scores
    assert (first.score_id, first.trace_id, first.span_id) == ("s1", "01" * 16, "02" * 8)
    assert (first.value, first.label, first.data_type, first.source) == (1.0, "true", "boolean", "langfuse")
    assert first.time_ns == 1_795_168_800_250_000_000
    assert (second.value, second.label) == (None, "polite")
    assert (third.session_id, third.value) == ("session 1", 0.25)
    assert len(second.score_id) == 32

    post_json(listener.http_port, scores, path="/api/public/scores")
    assert [score.score_id for score in listener.sink.scores[3:]] == [
        first.score_id,
        second.score_id,
        third.score_id,
    ]


def test_a_bad_score_does_not_cost_the_others(listener: Listener) -> None:
    good = {"traceId": "t", "name": "n", "value": 1}
    bad = [
        {},
        {"name": "n", "value": 1},
        {**good, "value": None},
        {**good, "timestamp": "now"},
        7,
        {**good, "name": 1},
    ]
    answer = post_json(listener.http_port, [good, *bad], path="/api/public/scores")
    assert answer.status == 207
    document = answer.json()
    assert (document["accepted"], document["rejected"], len(document["errors"])) == (1, 6, 6)
    assert len(listener.sink.scores) == 1
    assert post_json(listener.http_port, bad[0], path="/api/public/scores").status == 400
    single = post_json(listener.http_port, {**good, "id": "mine"}, path="/api/public/scores")
    assert (single.status, single.json()) == (200, {"id": "mine"})


def test_older_langfuse_sdks_send_scores_as_events(listener: Listener) -> None:
    batch = [
        {
            "id": "e1",
            "type": "score-create",
            "timestamp": "x",
            "body": {"traceId": "t", "name": "n", "value": 1},
        },
        {"id": "e2", "type": "trace-create", "body": {}},
    ]
    answer = post_json(listener.http_port, {"batch": batch, "metadata": {}}, path="/api/public/ingestion")
    assert answer.status == 207
    document = answer.json()
    assert [item["id"] for item in document["successes"]] == ["e1"]
    assert [(item["id"], item["status"]) for item in document["errors"]] == [("e2", 400)]
    assert len(listener.sink.scores) == 1


def test_grpc_failures_of_the_other_signals_are_the_same(listener: Listener) -> None:
    for signal in ("logs", "metrics"):
        code, _ = grpc_failure(listener.grpc_port, b"\xff", signal=signal)
        assert code is grpc.StatusCode.INVALID_ARGUMENT
