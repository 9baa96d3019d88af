"""What OTLP carries for traces, decoded but not interpreted.

Structs of ``msgspec`` are used instead of dataclasses because they are built in C: a server that takes
ten thousand spans a second makes a hundred thousand of these.
"""

from typing import Any

from msgspec import Struct, field

AttributeValue = Any
"""bool | int | float | str | bytes | list[AttributeValue] | dict[str, AttributeValue] | None."""

Attributes = dict[str, AttributeValue]


class Resource(Struct, frozen=True, gc=False):
    """Who sent it: the attributes of the process (``service.name`` …)."""

    attributes: Attributes
    schema_url: str = ""


class Scope(Struct, frozen=True, gc=False):
    """Which instrumentation library made it."""

    name: str = ""
    version: str = ""
    attributes: Attributes = field(default_factory=dict[str, AttributeValue])
    schema_url: str = ""


class Event(Struct, frozen=True, gc=False):
    """Something that happened inside a span."""

    name: str
    time_ns: int
    attributes: Attributes
    dropped_attributes_count: int = 0


class Link(Struct, frozen=True, gc=False):
    """A pointer from a span to another span, perhaps of another trace."""

    trace_id: str
    span_id: str
    trace_state: str
    attributes: Attributes
    dropped_attributes_count: int = 0


class Span(Struct, frozen=True, gc=False):
    """One decoded span. Ids are hex text; ``parent_span_id`` is empty for a root."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: int
    """OTLP's SpanKind: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer."""
    start_ns: int
    end_ns: int
    """0 when the span has not ended."""
    status_code: int
    """OTLP's StatusCode: 0 unset, 1 ok, 2 error."""
    status_message: str
    attributes: Attributes
    events: list[Event]
    links: list[Link]
    resource: Resource
    scope: Scope
    trace_state: str = ""
    flags: int = 0
    dropped_attributes_count: int = 0
    dropped_events_count: int = 0
    dropped_links_count: int = 0


class LogRecord(Struct, frozen=True, gc=False):
    """One decoded log record. ``trace_id`` and ``span_id`` are empty when it belongs to no span."""

    time_ns: int
    observed_ns: int
    severity_number: int
    severity_text: str
    body: AttributeValue
    event_name: str
    attributes: Attributes
    trace_id: str
    span_id: str
    resource: Resource
    scope: Scope
    flags: int = 0
    dropped_attributes_count: int = 0
