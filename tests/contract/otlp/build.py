"""Requests to send: protobuf with OpenTelemetry's own classes, JSON by hand as the protocol describes it."""

import itertools
import os
import time
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Json = dict[str, Any]
_numbers = itertools.count(1)


def trace_id() -> bytes:
    """A new trace id."""
    return os.urandom(16)


def span_id() -> bytes:
    """A new span id."""
    return os.urandom(8)


def value_of(value: object) -> AnyValue:
    """An AnyValue of a Python value."""
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    result = AnyValue()
    if isinstance(value, dict):
        result.kvlist_value.values.extend(attributes(value))
        result.kvlist_value.SetInParent()
    else:
        assert isinstance(value, list)
        result.array_value.values.extend(value_of(item) for item in value)
        result.array_value.SetInParent()
    return result


def attributes(values: dict[str, object]) -> list[KeyValue]:
    """KeyValues of a dict."""
    return [KeyValue(key=key, value=value_of(value)) for key, value in values.items()]


def span(trace: bytes | None = None, **changes: Any) -> Span:
    """A valid span that started half a second ago; ``attributes`` may be a dict."""
    now = time.time_ns()
    fields: dict[str, Any] = {
        "trace_id": trace if trace is not None else trace_id(),
        "span_id": span_id(),
        "name": f"span {next(_numbers)}",
        "kind": 3,
        "start_time_unix_nano": now - 500_000_000,
        "end_time_unix_nano": now,
    }
    fields.update(changes)
    if isinstance(fields.get("attributes"), dict):
        fields["attributes"] = attributes(fields["attributes"])
    return Span(**fields)


def traces(*spans: Span, service: str = "conformance") -> ExportTraceServiceRequest:
    """A request of one resource and one scope."""
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.extend(attributes({"service.name": service}))
    of_scope = of_resource.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = "conformance.scope", "1.0"
    of_scope.spans.extend(spans)
    return request


def logs(*bodies: str, service: str = "conformance") -> ExportLogsServiceRequest:
    """A request of log records."""
    request = ExportLogsServiceRequest()
    of_resource = request.resource_logs.add()
    of_resource.resource.attributes.extend(attributes({"service.name": service}))
    of_scope = of_resource.scope_logs.add()
    for body in bodies:
        record = of_scope.log_records.add()
        record.time_unix_nano = record.observed_time_unix_nano = time.time_ns()
        record.severity_number, record.severity_text = SeverityNumber.SEVERITY_NUMBER_INFO, "INFO"
        record.body.string_value = body
    return request


def gauge(name: str, value: float, service: str = "conformance") -> ExportMetricsServiceRequest:
    """A request of one gauge point."""
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    of_resource.resource.attributes.extend(attributes({"service.name": service}))
    metric = of_resource.scope_metrics.add().metrics.add()
    metric.name, metric.unit = name, "1"
    point = metric.gauge.data_points.add()
    point.time_unix_nano = time.time_ns()
    if isinstance(value, int):
        point.as_int = value
    else:
        point.as_double = value
    return request


def json_span(trace: bytes | None = None, **changes: Any) -> Json:
    """A valid span as OTLP/JSON. ``attributes`` is the list of the protocol."""
    now = time.time_ns()
    fields: Json = {
        "traceId": (trace if trace is not None else trace_id()).hex(),
        "spanId": span_id().hex(),
        "name": f"span {next(_numbers)}",
        "kind": 3,
        "startTimeUnixNano": str(now - 500_000_000),
        "endTimeUnixNano": str(now),
    }
    fields.update(changes)
    return fields


def json_traces(*spans: Json, service: str = "conformance") -> Json:
    """A JSON request of one resource and one scope."""
    return {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": [{"key": "service.name", "value": {"stringValue": service}}],
                },
                "scopeSpans": [
                    {"scope": {"name": "conformance.scope", "version": "1.0"}, "spans": list(spans)}
                ],
            }
        ]
    }
