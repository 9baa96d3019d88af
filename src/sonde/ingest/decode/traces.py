"""Spans from an OTLP trace export, protobuf or JSON."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from sonde.ingest.decode import body_json, body_protobuf, schema
from sonde.ingest.decode.attributes import decode_attributes, nesting_budget
from sonde.ingest.decode.report import Reason, Report
from sonde.ingest.decode.wire import RECORD_FIELDS_MAX, Budget, has_too_many_fields
from sonde.model.limits import EVENTS_PER_SPAN_MAX, LINKS_PER_SPAN_MAX
from sonde.model.span import Event, Link, Resource, Scope, Span

Media = Literal["protobuf", "json"]

BAD_TRACE_ID = Reason("trace-id", "trace_id is not 16 bytes, or all zero")
BAD_SPAN_ID = Reason("span-id", "span_id is not 8 bytes, or all zero")
BAD_PARENT_ID = Reason("parent-id", "parent_span_id is not 8 bytes, span kept as a root")
TOO_MANY_FIELDS = Reason("too-many-fields", f"more than {RECORD_FIELDS_MAX} fields in one record")
MANY_EVENTS = Reason("many-events", f"events beyond the first {EVENTS_PER_SPAN_MAX} of a span dropped")
MANY_LINKS = Reason("many-links", f"links beyond the first {LINKS_PER_SPAN_MAX} of a span dropped")
BAD_LINK = Reason("link-id", "link without a valid trace_id and span_id dropped")

_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)
_NO_TRACE_TEXT, _NO_SPAN_TEXT = "0" * 32, "0" * 16
_STATUSES = {b"": (0, ""), b"\x18\x00": (0, ""), b"\x18\x01": (1, ""), b"\x18\x02": (2, "")}
_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_CODES = ("UNSET", "OK", "ERROR")


class DecodedTraces(Struct):
    """Spans that can be stored, and what happened to the others."""

    spans: list[Span]
    report: Report


def decode_traces(body: bytes, media: Media) -> DecodedTraces:
    """Decode an ``ExportTraceServiceRequest``.

    Raises:
        Malformed: the body cannot be read at all.
        TooLarge: more records or values than one request may have.
    """
    nesting = nesting_budget()
    spans: list[Span] = []
    if media == "json":
        report = Report(("resourceSpans", "scopeSpans", "spans"))
        document = body_json.parse(body, report)
        for resource, scope, record in body_json.records(document, report, nesting):
            try:
                span = _from_json(record, resource, scope, report, nesting)
            except body_json.WrongType as error:
                report.reject(body_json.WRONG_TYPE, field_name=error.field_name)
                continue
            if span is not None:
                spans.append(span)
        return DecodedTraces(spans, report)
    report = Report(("resource_spans", "scope_spans", "spans"))
    with body_protobuf.located(report):
        for resource, scope, record in body_protobuf.records(body, report, nesting):
            span = _from_protobuf(record, resource, scope, report, nesting)
            if span is not None:
                spans.append(span)
    return DecodedTraces(spans, report)


def _from_protobuf(
    record: bytes,
    resource: Resource,
    scope: Scope,
    report: Report,
    nesting: Budget,
) -> Span | None:
    if has_too_many_fields(record):
        report.reject(TOO_MANY_FIELDS)
        return None
    message = schema.span(record)
    trace_id, span_id, parent_id = message.trace_id, message.span_id, message.parent_span_id
    if len(trace_id) != 16 or trace_id == _NO_TRACE:
        report.reject(BAD_TRACE_ID)
        return None
    if len(span_id) != 8 or span_id == _NO_SPAN:
        report.reject(BAD_SPAN_ID)
        return None
    if parent_id and (len(parent_id) != 8 or parent_id == _NO_SPAN):
        if parent_id != _NO_SPAN:
            report.warn(BAD_PARENT_ID)
        parent_id = b""
    attributes, dropped = decode_attributes(message.attributes, report, nesting)
    events, dropped_events = _events(message.events, report, nesting)
    links, dropped_links = _links(message.links, report, nesting)
    encoded_status = message.status
    known_status = _STATUSES.get(encoded_status)
    if known_status is None:
        status = schema.status(encoded_status)
        known_status = (status.code, status.message)
    kind = message.kind
    return Span(
        trace_id.hex(),
        span_id.hex(),
        parent_id.hex(),
        message.name,
        kind if 0 <= kind < 6 else 0,
        message.start_time_unix_nano,
        message.end_time_unix_nano,
        known_status[0] if 0 <= known_status[0] < 3 else 0,
        known_status[1],
        attributes,
        events,
        links,
        resource,
        scope,
        message.trace_state,
        message.flags,
        message.dropped_attributes_count + dropped,
        message.dropped_events_count + dropped_events,
        message.dropped_links_count + dropped_links,
    )


def _events(encoded: Sequence[bytes], report: Report, nesting: Budget) -> tuple[list[Event], int]:
    if not encoded:
        return [], 0
    dropped = max(0, len(encoded) - EVENTS_PER_SPAN_MAX)
    if dropped:
        report.warn(MANY_EVENTS, dropped)
    events: list[Event] = []
    for record in encoded[:EVENTS_PER_SPAN_MAX]:
        message = schema.event(record)
        attributes, dropped_attributes = decode_attributes(message.attributes, report, nesting)
        dropped_attributes += message.dropped_attributes_count
        events.append(Event(message.name, message.time_unix_nano, attributes, dropped_attributes))
    return events, dropped


def _links(encoded: Sequence[bytes], report: Report, nesting: Budget) -> tuple[list[Link], int]:
    if not encoded:
        return [], 0
    dropped = max(0, len(encoded) - LINKS_PER_SPAN_MAX)
    if dropped:
        report.warn(MANY_LINKS, dropped)
    links: list[Link] = []
    for record in encoded[:LINKS_PER_SPAN_MAX]:
        message = schema.link(record)
        trace_id, span_id = message.trace_id, message.span_id
        if len(trace_id) != 16 or len(span_id) != 8 or trace_id == _NO_TRACE or span_id == _NO_SPAN:
            report.warn(BAD_LINK)
            dropped += 1
            continue
        attributes, dropped_attributes = decode_attributes(message.attributes, report, nesting)
        dropped_attributes += message.dropped_attributes_count
        links.append(Link(trace_id.hex(), span_id.hex(), message.trace_state, attributes, dropped_attributes))
    return links, dropped


def _from_json(
    record: body_json.JsonObject, resource: Resource, scope: Scope, report: Report, nesting: Budget
) -> Span | None:
    trace_id, span_id = body_json.identifier(record, "traceId"), body_json.identifier(record, "spanId")
    if len(trace_id) != 32 or trace_id == _NO_TRACE_TEXT:
        report.reject(BAD_TRACE_ID)
        return None
    if len(span_id) != 16 or span_id == _NO_SPAN_TEXT:
        report.reject(BAD_SPAN_ID)
        return None
    parent_id = body_json.identifier(record, "parentSpanId")
    if parent_id and (len(parent_id) != 16 or parent_id == _NO_SPAN_TEXT):
        if parent_id != _NO_SPAN_TEXT:
            report.warn(BAD_PARENT_ID)
        parent_id = ""
    attributes, dropped = body_json.attributes_of(record, report, nesting)
    events, dropped_events = _events_from_json(record, report, nesting)
    links, dropped_links = _links_from_json(record, report, nesting)
    status = body_json.member(record, "status")
    kind = body_json.enumeration(record, "kind", "SPAN_KIND_", _KINDS, report)
    code = body_json.enumeration(status, "code", "STATUS_CODE_", _CODES, report)
    return Span(
        trace_id,
        span_id,
        parent_id,
        body_json.text(record, "name"),
        kind if 0 <= kind < 6 else 0,
        body_json.unsigned(record, "startTimeUnixNano"),
        body_json.unsigned(record, "endTimeUnixNano"),
        code if 0 <= code < 3 else 0,
        body_json.text(status, "message"),
        attributes,
        events,
        links,
        resource,
        scope,
        body_json.text(record, "traceState"),
        body_json.unsigned(record, "flags") & 0xFFFF_FFFF,
        body_json.unsigned(record, "droppedAttributesCount") + dropped,
        body_json.unsigned(record, "droppedEventsCount") + dropped_events,
        body_json.unsigned(record, "droppedLinksCount") + dropped_links,
    )


def _events_from_json(
    record: body_json.JsonObject, report: Report, nesting: Budget
) -> tuple[list[Event], int]:
    objects = body_json.objects(record, "events")
    dropped = max(0, len(objects) - EVENTS_PER_SPAN_MAX)
    if dropped:
        report.warn(MANY_EVENTS, dropped)
    events: list[Event] = []
    for event in objects[:EVENTS_PER_SPAN_MAX]:
        attributes, dropped_attributes = body_json.attributes_of(event, report, nesting)
        dropped_attributes += body_json.unsigned(event, "droppedAttributesCount")
        name, time_ns = body_json.text(event, "name"), body_json.unsigned(event, "timeUnixNano")
        events.append(Event(name, time_ns, attributes, dropped_attributes))
    return events, dropped


def _links_from_json(record: body_json.JsonObject, report: Report, nesting: Budget) -> tuple[list[Link], int]:
    objects = body_json.objects(record, "links")
    dropped = max(0, len(objects) - LINKS_PER_SPAN_MAX)
    if dropped:
        report.warn(MANY_LINKS, dropped)
    links: list[Link] = []
    for link in objects[:LINKS_PER_SPAN_MAX]:
        trace_id, span_id = body_json.identifier(link, "traceId"), body_json.identifier(link, "spanId")
        if (
            len(trace_id) != 32
            or len(span_id) != 16
            or trace_id == _NO_TRACE_TEXT
            or span_id == _NO_SPAN_TEXT
        ):
            report.warn(BAD_LINK)
            dropped += 1
            continue
        attributes, dropped_attributes = body_json.attributes_of(link, report, nesting)
        dropped_attributes += body_json.unsigned(link, "droppedAttributesCount")
        links.append(
            Link(trace_id, span_id, body_json.text(link, "traceState"), attributes, dropped_attributes)
        )
    return links, dropped
