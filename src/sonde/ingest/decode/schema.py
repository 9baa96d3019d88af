"""OTLP's records as protobuf messages whose attributes stay bytes until they are read.

The wire is the same as in ``opentelemetry.proto`` (a test holds field numbers and types equal), but
``repeated KeyValue`` is declared as ``repeated bytes``: reading an attribute through two message wrappers
and ``WhichOneof`` costs more than all the rest of decoding. Strings of records are checked as UTF-8 by the
parser; those inside attributes by ``attributes.py``.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, cast

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "sonde.otlp"
_TYPES = {
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "sint32": descriptor_pb2.FieldDescriptorProto.TYPE_SINT32,
    "uint32": descriptor_pb2.FieldDescriptorProto.TYPE_UINT32,
    "uint64": descriptor_pb2.FieldDescriptorProto.TYPE_UINT64,
    "fixed32": descriptor_pb2.FieldDescriptorProto.TYPE_FIXED32,
    "fixed64": descriptor_pb2.FieldDescriptorProto.TYPE_FIXED64,
    "sfixed64": descriptor_pb2.FieldDescriptorProto.TYPE_SFIXED64,
    "double": descriptor_pb2.FieldDescriptorProto.TYPE_DOUBLE,
}

MESSAGES: dict[str, str] = {
    "Resource": "attributes:1:bytes*",
    "Scope": "name:1:string version:2:string attributes:3:bytes*",
    "Status": "message:2:string code:3:int32",
    "Event": "time_unix_nano:1:fixed64 name:2:string attributes:3:bytes* dropped_attributes_count:4:uint32",
    "Link": (
        "trace_id:1:bytes span_id:2:bytes trace_state:3:string attributes:4:bytes*"
        " dropped_attributes_count:5:uint32 flags:6:fixed32"
    ),
    "Span": (
        "trace_id:1:bytes span_id:2:bytes trace_state:3:string parent_span_id:4:bytes name:5:string"
        " kind:6:int32 start_time_unix_nano:7:fixed64 end_time_unix_nano:8:fixed64 attributes:9:bytes*"
        " dropped_attributes_count:10:uint32 events:11:bytes* dropped_events_count:12:uint32"
        " links:13:bytes* dropped_links_count:14:uint32 status:15:bytes flags:16:fixed32"
    ),
    "LogRecord": (
        "time_unix_nano:1:fixed64 severity_number:2:int32 severity_text:3:string body:5:bytes"
        " attributes:6:bytes* dropped_attributes_count:7:uint32 flags:8:fixed32 trace_id:9:bytes"
        " span_id:10:bytes observed_time_unix_nano:11:fixed64 event_name:12:string"
    ),
    "Metric": (
        "name:1:string description:2:string unit:3:string gauge:5:bytes sum:7:bytes histogram:9:bytes"
        " exponential_histogram:10:bytes summary:11:bytes"
    ),
    "Data": "data_points:1:bytes* aggregation_temporality:2:int32 is_monotonic:3:bool",
    "NumberDataPoint": (
        "start_time_unix_nano:2:fixed64 time_unix_nano:3:fixed64 as_double:4:double? exemplars:5:bytes*"
        " as_int:6:sfixed64? attributes:7:bytes* flags:8:uint32"
    ),
    "HistogramDataPoint": (
        "start_time_unix_nano:2:fixed64 time_unix_nano:3:fixed64 count:4:fixed64 sum:5:double?"
        " bucket_counts:6:fixed64* explicit_bounds:7:double* exemplars:8:bytes* attributes:9:bytes*"
        " flags:10:uint32 min:11:double? max:12:double?"
    ),
    "Buckets": "offset:1:sint32 bucket_counts:2:uint64*",
    "ExponentialHistogramDataPoint": (
        "attributes:1:bytes* start_time_unix_nano:2:fixed64 time_unix_nano:3:fixed64 count:4:fixed64"
        " sum:5:double? scale:6:sint32 zero_count:7:fixed64 positive:8:bytes negative:9:bytes"
        " flags:10:uint32 exemplars:11:bytes* min:12:double? max:13:double? zero_threshold:14:double"
    ),
    "Quantile": "quantile:1:double value:2:double",
    "SummaryDataPoint": (
        "start_time_unix_nano:2:fixed64 time_unix_nano:3:fixed64 count:4:fixed64 sum:5:double"
        " quantile_values:6:bytes* attributes:7:bytes* flags:8:uint32"
    ),
    "Exemplar": (
        "time_unix_nano:2:fixed64 as_double:3:double? span_id:4:bytes trace_id:5:bytes as_int:6:sfixed64?"
        " filtered_attributes:7:bytes*"
    ),
}
"""``name:number:type`` of each field; ``*`` is repeated, ``?`` knows whether it was sent.

"Data" stands for all five kinds of metric data, which share these numbers. A part of a oneof is an
optional field here: when two parts are sent, which the protocol forbids, both are seen.
"""


class SpanMessage(Protocol):
    """A span with attributes, events, links and status undecoded."""

    trace_id: bytes
    span_id: bytes
    trace_state: str
    parent_span_id: bytes
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    attributes: Sequence[bytes]
    dropped_attributes_count: int
    events: Sequence[bytes]
    dropped_events_count: int
    links: Sequence[bytes]
    dropped_links_count: int
    status: bytes
    flags: int


class ResourceMessage(Protocol):
    """Who sent it."""

    attributes: Sequence[bytes]


class ScopeMessage(Protocol):
    """Which library made it."""

    name: str
    version: str
    attributes: Sequence[bytes]


class StatusMessage(Protocol):
    """How a span ended."""

    message: str
    code: int


class EventMessage(Protocol):
    """An event of a span."""

    time_unix_nano: int
    name: str
    attributes: Sequence[bytes]
    dropped_attributes_count: int


class LinkMessage(Protocol):
    """A link of a span."""

    trace_id: bytes
    span_id: bytes
    trace_state: str
    attributes: Sequence[bytes]
    dropped_attributes_count: int


class LogRecordMessage(Protocol):
    """A log record with body and attributes undecoded."""

    time_unix_nano: int
    severity_number: int
    severity_text: str
    body: bytes
    attributes: Sequence[bytes]
    dropped_attributes_count: int
    flags: int
    trace_id: bytes
    span_id: bytes
    observed_time_unix_nano: int
    event_name: str


class MetricMessage(Protocol):
    """A metric with its data undecoded."""

    name: str
    description: str
    unit: str
    gauge: bytes
    sum: bytes
    histogram: bytes
    exponential_histogram: bytes
    summary: bytes


class DataMessage(Protocol):
    """Any of the five kinds of metric data."""

    data_points: Sequence[bytes]
    aggregation_temporality: int
    is_monotonic: bool


class PresenceMessage(Protocol):
    """A message some of whose fields know whether they were sent."""

    def HasField(self, field_name: str, /) -> bool:  # noqa: N802  (protobuf's name)
        """Whether a field was sent."""
        ...


class NumberPointMessage(PresenceMessage, Protocol):
    """Data point of a gauge or a sum."""

    start_time_unix_nano: int
    time_unix_nano: int
    as_double: float
    exemplars: Sequence[bytes]
    as_int: int
    attributes: Sequence[bytes]
    flags: int


class HistogramPointMessage(PresenceMessage, Protocol):
    """Data point of a histogram."""

    start_time_unix_nano: int
    time_unix_nano: int
    count: int
    sum: float
    bucket_counts: Sequence[int]
    explicit_bounds: Sequence[float]
    exemplars: Sequence[bytes]
    attributes: Sequence[bytes]
    flags: int
    min: float
    max: float


class BucketsMessage(Protocol):
    """Buckets of one sign of an exponential histogram."""

    offset: int
    bucket_counts: Sequence[int]


class ExponentialPointMessage(PresenceMessage, Protocol):
    """Data point of an exponential histogram."""

    attributes: Sequence[bytes]
    start_time_unix_nano: int
    time_unix_nano: int
    count: int
    sum: float
    scale: int
    zero_count: int
    positive: bytes
    negative: bytes
    flags: int
    exemplars: Sequence[bytes]
    min: float
    max: float
    zero_threshold: float


class QuantileMessage(Protocol):
    """One quantile of a summary."""

    quantile: float
    value: float


class SummaryPointMessage(Protocol):
    """Data point of a summary."""

    start_time_unix_nano: int
    time_unix_nano: int
    count: int
    sum: float
    quantile_values: Sequence[bytes]
    attributes: Sequence[bytes]
    flags: int


class ExemplarMessage(PresenceMessage, Protocol):
    """One measurement behind a data point."""

    time_unix_nano: int
    as_double: float
    span_id: bytes
    trace_id: bytes
    as_int: int
    filtered_attributes: Sequence[bytes]


def _pool() -> descriptor_pool.DescriptorPool:
    proto = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="sonde/otlp.proto", package=_PACKAGE, syntax="proto3")
    for message_name, text in MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for entry in text.split():
            name, number, kind = entry.split(":")
            field = message.field.add(
                name=name,
                number=int(number),
                type=_TYPES[kind.rstrip("*?")],
                label=proto.LABEL_REPEATED if kind.endswith("*") else proto.LABEL_OPTIONAL,
            )
            if kind.endswith("?"):
                field.proto3_optional = True
                field.oneof_index = len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{name}")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


POOL = _pool()


def _parser(name: str) -> Callable[[bytes], object]:
    descriptor = POOL.FindMessageTypeByName(f"{_PACKAGE}.{name}")
    return cast("Callable[[bytes], object]", message_factory.GetMessageClass(descriptor).FromString)


resource = cast("Callable[[bytes], ResourceMessage]", _parser("Resource"))
scope = cast("Callable[[bytes], ScopeMessage]", _parser("Scope"))
span = cast("Callable[[bytes], SpanMessage]", _parser("Span"))
status = cast("Callable[[bytes], StatusMessage]", _parser("Status"))
event = cast("Callable[[bytes], EventMessage]", _parser("Event"))
link = cast("Callable[[bytes], LinkMessage]", _parser("Link"))
log_record = cast("Callable[[bytes], LogRecordMessage]", _parser("LogRecord"))
metric = cast("Callable[[bytes], MetricMessage]", _parser("Metric"))
metric_data = cast("Callable[[bytes], DataMessage]", _parser("Data"))
number_point = cast("Callable[[bytes], NumberPointMessage]", _parser("NumberDataPoint"))
histogram_point = cast("Callable[[bytes], HistogramPointMessage]", _parser("HistogramDataPoint"))
exponential_point = cast(
    "Callable[[bytes], ExponentialPointMessage]", _parser("ExponentialHistogramDataPoint")
)
buckets = cast("Callable[[bytes], BucketsMessage]", _parser("Buckets"))
quantile = cast("Callable[[bytes], QuantileMessage]", _parser("Quantile"))
summary_point = cast("Callable[[bytes], SummaryPointMessage]", _parser("SummaryDataPoint"))
exemplar = cast("Callable[[bytes], ExemplarMessage]", _parser("Exemplar"))
