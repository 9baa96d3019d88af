"""OTLP spans → `model.Span`, for exports that work without a server."""

from collections.abc import Iterator
from typing import Any

from sonde.model.span import Attributes, Event, Link, Resource, Scope, Span


def spans_of(request: Any) -> Iterator[Span]:
    """The spans of an ``ExportTraceServiceRequest``."""
    for resource_spans in request.resource_spans:
        resource = Resource(_attributes(resource_spans.resource.attributes), resource_spans.schema_url)
        for scope_spans in resource_spans.scope_spans:
            encoded = scope_spans.scope
            scope = Scope(
                encoded.name, encoded.version, _attributes(encoded.attributes), scope_spans.schema_url
            )
            for span in scope_spans.spans:
                yield _span(span, resource, scope)


def _span(span: Any, resource: Resource, scope: Scope) -> Span:
    return Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        name=span.name,
        kind=span.kind,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        status_code=span.status.code,
        status_message=span.status.message,
        attributes=_attributes(span.attributes),
        events=[
            Event(event.name, event.time_unix_nano, _attributes(event.attributes)) for event in span.events
        ],
        links=[
            Link(link.trace_id.hex(), link.span_id.hex(), link.trace_state, _attributes(link.attributes))
            for link in span.links
        ],
        resource=resource,
        scope=scope,
        trace_state=span.trace_state,
        flags=span.flags,
    )


def _attributes(pairs: Any) -> Attributes:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, kind)
