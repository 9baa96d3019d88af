"""Short ways to make records for these tests."""

from typing import Any

from sonde.model.facts import SpanFacts
from sonde.model.span import Event, LogRecord, Resource, Scope, Span
from sonde.normalize import read_log, read_span
from sonde.normalize.log import LogReading
from sonde.normalize.span import SpanReading

NOW = 1_795_000_000_000_000_000
MS = 1_000_000


def make_span(
    attributes: dict[str, Any] | None = None,
    *,
    name: str = "chat gpt-4o-mini",
    scope: str = "",
    kind: int = 3,
    status: int = 0,
    message: str = "",
    start: int = NOW,
    end: int | None = None,
    events: list[Event] | None = None,
    resource: dict[str, Any] | None = None,
    trace_id: str = "a" * 32,
    span_id: str = "b" * 16,
    parent: str = "",
) -> Span:
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        name=name,
        kind=kind,
        start_ns=start,
        end_ns=start + 100 * MS if end is None else end,
        status_code=status,
        status_message=message,
        attributes=attributes or {},
        events=events or [],
        links=[],
        resource=Resource(resource or {}),
        scope=Scope(scope),
    )


def reading_of(attributes: dict[str, Any] | None = None, **rest: Any) -> SpanReading:
    return read_span(make_span(attributes, **rest), project="p", received_ns=NOW + 1_000 * MS)


def facts_of(attributes: dict[str, Any] | None = None, **rest: Any) -> SpanFacts:
    return reading_of(attributes, **rest).row.facts


def log_of(
    attributes: dict[str, Any] | None = None,
    *,
    event_name: str = "",
    body: Any = None,
    scope: str = "",
    trace_id: str = "a" * 32,
    span_id: str = "b" * 16,
    position: int = 0,
    repeat: int = 0,
    severity_number: int = 0,
    severity_text: str = "",
    time_ns: int = NOW,
) -> LogReading:
    record = LogRecord(
        time_ns=time_ns,
        observed_ns=0,
        severity_number=severity_number,
        severity_text=severity_text,
        body=body,
        event_name=event_name,
        attributes=attributes or {},
        trace_id=trace_id,
        span_id=span_id,
        resource=Resource({"service.name": "app"}),
        scope=Scope(scope),
    )
    return read_log(record, project="p", received_ns=NOW + 1_000 * MS, position=position, repeat=repeat)
