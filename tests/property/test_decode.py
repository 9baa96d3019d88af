"""Decoding against a plain reading of the official messages, on requests nobody would write by hand."""

import base64
import json
import math
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from sonde.ingest.decode import Malformed, decode_logs, decode_metrics, decode_traces
from sonde.model.errors import TooLarge
from sonde.model.span import Span

texts = st.text(max_size=200)
scalars = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=100),
    st.none(),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
attributes = st.dictionaries(st.text(min_size=1, max_size=40), values, max_size=8)
ids = st.one_of(st.binary(min_size=16, max_size=16), st.binary(max_size=20))
uint64 = st.integers(0, 2**64 - 1)
uint32 = st.integers(0, 2**32 - 1)
spans = st.fixed_dictionaries(
    {
        "trace_id": ids,
        "span_id": st.one_of(st.binary(min_size=8, max_size=8), st.binary(max_size=10)),
        "parent_span_id": st.one_of(st.just(b""), st.binary(min_size=8, max_size=8), st.binary(max_size=10)),
        "name": texts,
        "kind": st.integers(0, 7),
        "start_time_unix_nano": uint64,
        "end_time_unix_nano": uint64,
        "trace_state": texts,
        "flags": uint32,
        "dropped_attributes_count": uint32,
        "attributes": attributes,
        "events": st.lists(st.tuples(texts, uint64, attributes), max_size=3),
        "status": st.one_of(st.none(), st.tuples(st.integers(0, 4), texts)),
    }
)
requests = st.lists(st.tuples(attributes, st.lists(spans, max_size=4)), max_size=3)


def encoded(value: Any) -> AnyValue:
    """An AnyValue."""
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
        result.kvlist_value.SetInParent()
        result.kvlist_value.values.extend(pairs(value))
    else:
        result.array_value.SetInParent()
        result.array_value.values.extend(encoded(item) for item in value)
    return result


def pairs(values: dict[str, Any]) -> list[KeyValue]:
    """KeyValues."""
    return [KeyValue(key=key, value=encoded(value)) for key, value in values.items()]


def as_protobuf(request: list[Any]) -> bytes:
    """The request on the wire."""
    message = ExportTraceServiceRequest()
    for resource, of_scope in request:
        of_resource = message.resource_spans.add()
        of_resource.resource.attributes.extend(pairs(resource))
        scope_spans = of_resource.scope_spans.add()
        for span in of_scope:
            added = scope_spans.spans.add()
            for name, value in span.items():
                if name == "attributes":
                    added.attributes.extend(pairs(value))
                elif name == "events":
                    for event_name, time_ns, event_attributes in value:
                        event = added.events.add(name=event_name, time_unix_nano=time_ns)
                        event.attributes.extend(pairs(event_attributes))
                elif name == "status":
                    if value is not None:
                        added.status.code, added.status.message = value
                else:
                    setattr(added, name, value)
    return message.SerializeToString()


def json_value(value: Any) -> Any:
    """An AnyValue in OTLP/JSON."""
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        if math.isfinite(value):
            return {"doubleValue": value}
        return {"doubleValue": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": json_pairs(value)}}
    return {"arrayValue": {"values": [json_value(item) for item in value]}}


def json_pairs(values: dict[str, Any]) -> list[Any]:
    """KeyValues in OTLP/JSON."""
    return [{"key": key, "value": json_value(value)} for key, value in values.items()]


def as_json(request: list[Any]) -> bytes:
    """The request as OTLP/JSON."""
    document = {
        "resourceSpans": [
            {
                "resource": {"attributes": json_pairs(resource)},
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": span["trace_id"].hex(),
                                "spanId": span["span_id"].hex().upper(),
                                "parentSpanId": span["parent_span_id"].hex(),
                                "name": span["name"],
                                "kind": span["kind"],
                                "startTimeUnixNano": str(span["start_time_unix_nano"]),
                                "endTimeUnixNano": span["end_time_unix_nano"],
                                "traceState": span["trace_state"],
                                "flags": span["flags"],
                                "droppedAttributesCount": span["dropped_attributes_count"],
                                "attributes": json_pairs(span["attributes"]),
                                "events": [
                                    {"name": name, "timeUnixNano": time_ns, "attributes": json_pairs(inner)}
                                    for name, time_ns, inner in span["events"]
                                ],
                                "status": span["status"]
                                and {"code": span["status"][0], "message": span["status"][1]},
                            }
                            for span in of_scope
                        ]
                    }
                ],
            }
            for resource, of_scope in request
        ]
    }
    return json.dumps(document).encode()


def comparable(value: Any) -> Any:
    """The value with its types, and with NaN equal to itself."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return (type(value).__name__, value)


def is_valid(span: dict[str, Any]) -> bool:
    """Whether its ids are valid."""
    return (
        len(span["trace_id"]) == 16
        and any(span["trace_id"])
        and len(span["span_id"]) == 8
        and any(span["span_id"])
    )


def check(span: Span, sent: dict[str, Any], resource: dict[str, Any]) -> None:
    """A decoded span says what was sent."""
    assert span.trace_id == sent["trace_id"].hex()
    assert span.span_id == sent["span_id"].hex()
    parent = sent["parent_span_id"]
    assert span.parent_span_id == (parent.hex() if len(parent) == 8 and any(parent) else "")
    assert (span.name, span.trace_state, span.flags) == (sent["name"], sent["trace_state"], sent["flags"])
    assert span.kind == (sent["kind"] if sent["kind"] < 6 else 0)
    assert (span.start_ns, span.end_ns) == (sent["start_time_unix_nano"], sent["end_time_unix_nano"])
    code, message = sent["status"] or (0, "")
    assert (span.status_code, span.status_message) == (code if code < 3 else 0, message)
    assert comparable(span.attributes) == comparable(sent["attributes"])
    assert span.dropped_attributes_count == sent["dropped_attributes_count"]
    assert comparable(span.resource.attributes) == comparable(resource)
    assert [(event.name, event.time_ns) for event in span.events] == [event[:2] for event in sent["events"]]
    for event, (_, _, inner) in zip(span.events, sent["events"], strict=True):
        assert comparable(event.attributes) == comparable(inner)


@given(requests)
def test_both_encodings_say_what_was_sent(request: list[Any]) -> None:
    expected = [(resource, span) for resource, of_scope in request for span in of_scope if is_valid(span)]
    count = sum(len(of_scope) for _, of_scope in request)
    by_protobuf = decode_traces(as_protobuf(request), "protobuf")
    by_json = decode_traces(as_json(request), "json")
    for decoded in (by_protobuf, by_json):
        assert decoded.report.rejected == count - len(expected)
        for span, (resource, sent) in zip(decoded.spans, expected, strict=True):
            check(span, sent, resource)


@given(requests)
def test_reading_twice_gives_the_same(request: list[Any]) -> None:
    """What the decoder remembers of earlier attributes never changes an answer, nor is it shared."""
    body = as_protobuf(request)
    first, second = decode_traces(body, "protobuf").spans, decode_traces(body, "protobuf").spans
    for one, two in zip(first, second, strict=True):
        assert comparable(one.attributes) == comparable(two.attributes)
        for key, value in one.attributes.items():
            if isinstance(value, list | dict):
                assert value is not two.attributes[key]


@given(
    requests,
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 10_000),
)
@settings(max_examples=200)
def test_broken_bodies_are_refused_and_nothing_else(
    request: list[Any], changes: list[tuple[int, int]], cut: int
) -> None:
    body = bytearray(as_protobuf(request))
    for position, byte in changes:
        if body:
            body[position % len(body)] = byte
    if body and changes and cut % 3 == 0:
        del body[cut % len(body) :]
    for decode in (
        lambda data: decode_traces(data, "protobuf"),
        lambda data: decode_logs(data, "protobuf"),
        lambda data: decode_metrics(data, "protobuf", "default", 1_795_245_394_000_000_000),
    ):
        with suppress(Malformed, TooLarge):
            decode(bytes(body))


names = st.sampled_from(
    [
        "resourceSpans",
        "scopeSpans",
        "spans",
        "resourceLogs",
        "scopeLogs",
        "logRecords",
        "resourceMetrics",
        "scopeMetrics",
        "metrics",
        "resource",
        "scope",
        "attributes",
        "key",
        "value",
        "stringValue",
        "intValue",
        "doubleValue",
        "bytesValue",
        "arrayValue",
        "kvlistValue",
        "values",
        "traceId",
        "spanId",
        "name",
        "kind",
        "status",
        "code",
        "events",
        "links",
        "body",
        "gauge",
        "sum",
        "histogram",
        "summary",
        "dataPoints",
        "asInt",
        "asDouble",
    ]
)
documents = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=6)),
    max_leaves=40,
)


@given(documents)
@settings(max_examples=200)
def test_json_of_any_shape_is_read_or_refused(document: Any) -> None:
    body = json.dumps(document).encode()
    for decode in (
        lambda data: decode_traces(data, "json"),
        lambda data: decode_logs(data, "json"),
        lambda data: decode_metrics(data, "json", "default", 1_795_245_394_000_000_000),
    ):
        with suppress(Malformed, TooLarge):
            decode(body)
