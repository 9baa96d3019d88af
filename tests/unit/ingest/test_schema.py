"""The decoder's own message descriptions say the same about the wire as OpenTelemetry's."""

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from sonde.ingest.decode import schema

OFFICIAL: dict[str, list[Descriptor]] = {
    "Resource": [resource_pb2.Resource.DESCRIPTOR],
    "Scope": [common_pb2.InstrumentationScope.DESCRIPTOR],
    "Status": [trace_pb2.Status.DESCRIPTOR],
    "Event": [trace_pb2.Span.Event.DESCRIPTOR],
    "Link": [trace_pb2.Span.Link.DESCRIPTOR],
    "Span": [trace_pb2.Span.DESCRIPTOR],
    "LogRecord": [logs_pb2.LogRecord.DESCRIPTOR],
    "Metric": [metrics_pb2.Metric.DESCRIPTOR],
    "Data": [
        metrics_pb2.Gauge.DESCRIPTOR,
        metrics_pb2.Sum.DESCRIPTOR,
        metrics_pb2.Histogram.DESCRIPTOR,
        metrics_pb2.ExponentialHistogram.DESCRIPTOR,
        metrics_pb2.Summary.DESCRIPTOR,
    ],
    "NumberDataPoint": [metrics_pb2.NumberDataPoint.DESCRIPTOR],
    "HistogramDataPoint": [metrics_pb2.HistogramDataPoint.DESCRIPTOR],
    "Buckets": [metrics_pb2.ExponentialHistogramDataPoint.Buckets.DESCRIPTOR],
    "ExponentialHistogramDataPoint": [metrics_pb2.ExponentialHistogramDataPoint.DESCRIPTOR],
    "Quantile": [metrics_pb2.SummaryDataPoint.ValueAtQuantile.DESCRIPTOR],
    "SummaryDataPoint": [metrics_pb2.SummaryDataPoint.DESCRIPTOR],
    "Exemplar": [metrics_pb2.Exemplar.DESCRIPTOR],
}
NOT_READ = {
    # Entities and per-metric metadata are not stored.
    "Resource": {"dropped_attributes_count", "entity_refs"},
    "Scope": {"dropped_attributes_count"},
    "Link": {"flags"},
    "Metric": {"metadata"},
}
SAME_ON_THE_WIRE = {
    FieldDescriptor.TYPE_MESSAGE: FieldDescriptor.TYPE_BYTES,
    FieldDescriptor.TYPE_ENUM: FieldDescriptor.TYPE_INT32,
}


@pytest.mark.parametrize("name", sorted(schema.MESSAGES))
def test_numbers_names_and_types_are_the_official_ones(name: str) -> None:
    ours = schema.POOL.FindMessageTypeByName(f"sonde.otlp.{name}")
    theirs = {
        (field.number, field.name): (SAME_ON_THE_WIRE.get(field.type, field.type), field.is_repeated)
        for descriptor in OFFICIAL[name]
        for field in descriptor.fields
    }
    read = {(field.number, field.name): (field.type, field.is_repeated) for field in ours.fields}
    assert {key: kind for key, kind in theirs.items() if key in read} == read
    unread = {name for _, name in theirs} - {name for _, name in read}
    assert unread <= NOT_READ.get(name, set()), "OTLP has a field that the decoder leaves out"


def test_the_envelopes_share_their_numbers() -> None:
    """`body_protobuf` walks all three signals with one set of field numbers."""
    for resources, scopes, items in (
        (trace_pb2.ResourceSpans, trace_pb2.ScopeSpans, "spans"),
        (logs_pb2.ResourceLogs, logs_pb2.ScopeLogs, "log_records"),
        (metrics_pb2.ResourceMetrics, metrics_pb2.ScopeMetrics, "metrics"),
    ):
        outer, inner = resources.DESCRIPTOR.fields_by_number, scopes.DESCRIPTOR.fields_by_number
        assert (outer[1].name, outer[3].name) == ("resource", "schema_url")
        assert outer[2].message_type is scopes.DESCRIPTOR
        assert (inner[1].name, inner[2].name, inner[3].name) == ("scope", items, "schema_url")


def test_values_of_attributes_are_the_ones_the_decoder_knows() -> None:
    fields = {field.number: field.name for field in common_pb2.AnyValue.DESCRIPTOR.fields}
    known = {1: "string_value", 2: "bool_value", 3: "int_value", 4: "double_value"}
    known |= {5: "array_value", 6: "kvlist_value", 7: "bytes_value"}
    assert {number: fields[number] for number in known} == known
    # Numbers from 8 on belong to the profiles signal.
    assert {name for number, name in fields.items() if number not in known} <= {"string_value_strindex"}
