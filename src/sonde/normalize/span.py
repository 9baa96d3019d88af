"""`read_span`: one decoded span → one row with its facts and content. The hot path of ingest."""

import hashlib
from typing import Any

from msgspec import Struct

from sonde.model.limits import (
    FUTURE_TOLERANCE_NS,
    TIME_MAX_NS,
    TIME_MIN_NS,
)
from sonde.model.rows import Message, Score, SpanRow
from sonde.model.span import Link, Span
from sonde.normalize.content import CONTENT_FIELDS, read_content
from sonde.normalize.events import EventReading, read_events
from sonde.normalize.failure import read_failure
from sonde.normalize.identity import read_operation, read_role
from sonde.normalize.messages import Thread, read
from sonde.normalize.rendering import to_json
from sonde.normalize.residue import keep_residue
from sonde.normalize.resource import read_resource
from sonde.normalize.scores import scores_of_span
from sonde.normalize.statement import convention_of, prepare, state
from sonde.normalize.walk import Stated, walk

_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUSES = ("unset", "ok", "error")


class SpanReading(Struct, frozen=True, gc=False):
    """What a span becomes."""

    row: SpanRow
    scores: list[Score]


def read_span(span: Span, *, project: str, received_ns: int) -> SpanReading:
    """Read one span. Pure; never raises on anything a sender can put into a span.

    The decoder has already held the span to the limits on count and size of attributes, events and links.
    """
    stated = walk(span.attributes)
    values = stated.values
    scope = span.scope.name
    convention = convention_of(scope, stated)
    prepare(values, convention)
    name = span.name
    operation = read_operation(values, convention, name)
    role = read_role(values, operation, convention, name)
    resource = read_resource(span.resource)
    events = read_events(span)
    failed = span.status_code == 2
    failure = read_failure(values, events, failed=failed, message=span.status_message)
    thread = content_of(stated, events, operation)
    kept = keep_residue(stated, convention)
    end_ns = span.end_ns
    start_ns = span.start_ns
    facts = state(
        ids=(span.trace_id, span.span_id, span.parent_span_id),
        times=(start_ns, end_ns),
        source="span",
        name=name,
        kind=span.kind,
        scope=scope,
        convention=convention,
        operation=operation,
        role=role,
        resource=resource,
        values=values,
        events=events,
        failure=failure,
        thread=thread,
    )
    time_ns, time_flag = placed(start_ns, end_ns, received_ns)
    messages: list[Message] = thread.messages if thread is not None else []
    attributes_json = to_json(kept)
    links_json = _links(span.links) if span.links else ""
    row = SpanRow(
        project=project,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        time_ns=time_ns,
        end_ns=end_ns,
        received_ns=received_ns,
        duration_ns=end_ns - start_ns if end_ns > start_ns else 0,
        name=name,
        kind=_KINDS[span.kind] if 0 <= span.kind < 6 else "unspecified",
        status=_STATUSES[span.status_code] if 0 <= span.status_code < 3 else "unset",
        status_message=span.status_message,
        service=resource.service,
        scope_name=scope,
        scope_version=span.scope.version,
        trace_state=span.trace_state,
        flags=span.flags,
        time_flag=time_flag,
        attributes_json=attributes_json,
        resource_json=resource.attributes_json,
        events_json=events.events_json,
        links_json=links_json,
        dropped_count=span.dropped_attributes_count + span.dropped_events_count + span.dropped_links_count,
        facts=facts,
        messages=messages,
        content_hash=_hash(
            span, attributes_json, resource.attributes_json, events.events_json, links_json, messages
        ),
    )
    scores = scores_of_span(row, values, events) if _may_score(stated, events) else []
    return SpanReading(row, scores)


def placed(start_ns: int, end_ns: int, received_ns: int) -> tuple[int, str]:
    """The time a record is stored under, and why it is not its own."""
    if start_ns < TIME_MIN_NS or start_ns > TIME_MAX_NS:
        return received_ns, "invalid"
    if start_ns > received_ns + FUTURE_TOLERANCE_NS:
        return received_ns, "future"
    if end_ns and end_ns < start_ns:
        return start_ns, "invalid"
    return start_ns, ""


def content_of(stated: Stated, events: EventReading, operation: str) -> Thread | None:
    """The content of a span: from its attributes, else from its events. None when there is none."""
    thread: Thread | None = None
    if not CONTENT_FIELDS.isdisjoint(stated.values) or any(
        field.startswith("flat_") for field in stated.values
    ):
        thread = read_content(stated, operation)
    if events.details and (thread is None or not thread.messages):
        thread = read_content(walk(events.details), operation)
    if events.messages and (thread is None or not thread.messages):
        thread = Thread([])
        for direction, role, value in events.messages:
            read(thread, value, direction, role)
    return thread if thread is not None and thread.messages else None


def _may_score(stated: Stated, events: EventReading) -> bool:
    values = stated.values
    return (
        bool(events.scored)
        or "score_name" in values
        or "feedback_name" in values
        or "flat_evaluations" in values
        or "flat_annotations" in values
        or "flat_trace_evaluations" in values
        or "flat_session_evaluations" in values
    )


def _links(links: list[Link]) -> str:
    rendered: list[dict[str, Any]] = [
        {
            "trace_id": link.trace_id,
            "span_id": link.span_id,
            "trace_state": link.trace_state,
            "attributes": link.attributes,
        }
        for link in links
    ]
    return to_json(rendered)


HASH_PIECE_BYTES = 2_047
"""hashlib gives up the interpreter's lock for larger pieces; under load taking it back costs milliseconds."""


def _hash(
    span: Span,
    attributes_json: str,
    resource_json: str,
    events_json: str,
    links_json: str,
    messages: list[Message],
) -> str:
    """Hash of everything a sender said, so that a redelivery is told from a newer version."""
    head = (
        f"{span.trace_id}{span.span_id}{span.parent_span_id}{span.start_ns}.{span.end_ns}.{span.kind}."
        f"{span.status_code}.{span.flags}\x00{span.name}\x00{span.status_message}\x00{span.trace_state}"
        f"\x00{span.scope.name}\x00{span.scope.version}"
    )
    pieces = [head, attributes_json, resource_json, events_json, links_json]
    for message in messages:
        pieces.append(message.direction)
        pieces.append(message.role)
        pieces.append(message.text)
        pieces.append(message.parts_json)
    data = memoryview("\x00".join(pieces).encode("utf-8", "surrogatepass"))
    # Processors have instructions for SHA-256: 3 µs for 5 KB, BLAKE2 takes 8.
    digest = hashlib.sha256()
    for start in range(0, len(data), HASH_PIECE_BYTES):
        digest.update(data[start : start + HASH_PIECE_BYTES])
    return digest.hexdigest()[:32]
