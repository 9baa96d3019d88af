"""What we write by hand, protobuf's generated classes read back field by field."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sonde.demo import wire

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
values = st.one_of(
    text,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.lists(text, max_size=5),
)


def python_value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [item.string_value for item in value.array_value.values]
    assert kind is not None
    return getattr(value, kind)


@given(pairs=st.dictionaries(text, values, max_size=30), name=text, message=text, status=st.integers(0, 2))
def test_a_span_reads_back_as_it_was_written(
    pairs: dict[str, wire.Value], name: str, message: str, status: int
) -> None:
    body = wire.span(
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        parent_span_id=b"p" * 8,
        name=name,
        kind=3,
        start_ns=1,
        end_ns=2**63,
        pairs=pairs,
        status=status,
        message=message,
        events=[wire.event("happened", 7, {"n": 1})],
    )
    span = Span.FromString(body)
    assert (span.trace_id, span.span_id, span.parent_span_id) == (b"t" * 16, b"s" * 8, b"p" * 8)
    assert (span.name, span.kind, span.start_time_unix_nano, span.end_time_unix_nano) == (name, 3, 1, 2**63)
    assert {pair.key: python_value(pair.value) for pair in span.attributes} == pairs
    assert (span.status.code, span.status.message) == (status, message)
    assert [(event.name, event.time_unix_nano) for event in span.events] == [("happened", 7)]
    assert span.flags == 0x101


def test_unknown_is_left_out_and_a_root_has_no_parent() -> None:
    body = wire.span(
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        parent_span_id=b"",
        name="root",
        kind=1,
        start_ns=1,
        end_ns=2,
        pairs={"known": 0, "unknown": None},
    )
    span = Span.FromString(body)
    assert [pair.key for pair in span.attributes] == ["known"]
    assert span.parent_span_id == b""


@given(counts=st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_requests_hold_resources_scopes_and_spans(counts: list[int]) -> None:
    one = wire.span(
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        parent_span_id=b"",
        name="x" * 20_000,  # longer than the table of ready-made lengths
        kind=1,
        start_ns=1,
        end_ns=2,
        pairs={},
    )
    scopes = [
        wire.scope_spans(wire.scope_body("lib", "1"), [one] * count, "https://schema") for count in counts
    ]
    request = ExportTraceServiceRequest.FromString(
        wire.resource_spans(wire.resource_body({"service.name": "a"}), scopes) * 2
    )
    assert len(request.resource_spans) == 2
    for resource in request.resource_spans:
        assert resource.resource.attributes[0].value.string_value == "a"
        assert [len(scope.spans) for scope in resource.scope_spans] == counts
        assert all(scope.scope.name == "lib" for scope in resource.scope_spans)
        assert all(scope.schema_url == "https://schema" for scope in resource.scope_spans)
