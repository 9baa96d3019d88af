"""Span rows and their content as Arrow columns of tables ``spans``, ``contents`` and ``log_facts``."""

from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

import msgspec
import pyarrow as pa

from sonde.model.facts import SpanFacts
from sonde.model.rows import LogContent, Message, SpanRow
from sonde.store.arrow import (
    MICROSECONDS,
    counts,
    hash_number,
    ids,
    integers,
    texts,
    times,
)

_T = TypeVar("_T")
_encode = msgspec.json.Encoder().encode
_replace = msgspec.structs.replace
POSITIONS_PER_EVENT = 1 << 10
"""Content of the n-th log event of a span starts at position n × this."""


def stored_facts(row: SpanRow) -> bytes:
    """Facts without what the row says already: ids are left out (random bytes do not compress), times are
    relative to the row's, so nearly always 0.
    """
    facts = row.facts
    return _encode(
        _replace(
            facts,
            trace_id="",
            span_id="",
            parent_span_id="",
            start_ns=facts.start_ns - row.time_ns,
            end_ns=facts.end_ns - row.end_ns,
        )
    )


def span_table(rows: Sequence[SpanRow], versions: Sequence[int]) -> "pa.Table":
    """Table ``spans``. ``versions`` are microseconds, one per row."""
    facts = [row.facts for row in rows]
    return pa.table(
        {
            "project": texts([row.project for row in rows]),
            "time": times([row.time_ns for row in rows]),
            "span_id": ids([row.span_id for row in rows], 8),
            "trace_id": ids([row.trace_id for row in rows], 16),
            "parent_span_id": ids([row.parent_span_id for row in rows], 8),
            "duration_ns": integers([row.duration_ns for row in rows]),
            "end_skew_ns": integers([row.end_ns - row.time_ns - row.duration_ns for row in rows]),
            "received_at": times([row.received_ns // 1_000 for row in rows], MICROSECONDS),
            "name": texts([row.name for row in rows]),
            "kind": texts([row.kind for row in rows]),
            "status": texts([row.status for row in rows]),
            "status_message": texts([row.status_message for row in rows]),
            "service": texts([row.service for row in rows]),
            "environment": texts([fact.environment for fact in facts]),
            "release": texts([fact.release for fact in facts]),
            "operation": texts([fact.operation for fact in facts]),
            "provider": texts([fact.provider for fact in facts]),
            "request_model": texts([fact.request_model for fact in facts]),
            "response_model": texts([fact.response_model for fact in facts]),
            "response_id": texts([fact.response_id for fact in facts]),
            "endpoint": texts([fact.endpoint for fact in facts]),
            "function": texts([fact.function for fact in facts]),
            "user_id": texts([fact.user_id for fact in facts]),
            "session_id": texts([fact.session_id for fact in facts]),
            "error_type": texts([fact.error_type for fact in facts]),
            "convention": texts([fact.convention for fact in facts]),
            "scope_name": texts([row.scope_name for row in rows]),
            "scope_version": texts([row.scope_version for row in rows]),
            "trace_state": texts([row.trace_state for row in rows]),
            "flags": counts([row.flags for row in rows], pa.uint32()),
            "time_flag": texts([row.time_flag for row in rows]),
            "dropped_count": counts([row.dropped_count for row in rows], pa.uint32()),
            "attributes": texts([row.attributes_json for row in rows]),
            "resource": texts([row.resource_json for row in rows]),
            "events": texts([row.events_json for row in rows]),
            "links": texts([row.links_json for row in rows]),
            "facts": pa.array([stored_facts(row) for row in rows], pa.binary()),
            "content_hash": pa.array([hash_number(row.content_hash) for row in rows], pa.uint64()),
            "version": pa.array(versions, pa.uint64()),
        }
    )


def span_content_table(rows: Sequence[SpanRow], versions: Sequence[int]) -> "pa.Table":
    """Table ``contents`` for content that came in span attributes or events: record 0."""
    sizes = [len(row.messages) for row in rows]
    return _content_table(
        projects=_repeat([row.project for row in rows], sizes),
        times_ns=_repeat([row.time_ns for row in rows], sizes),
        span_ids=_repeat([row.span_id for row in rows], sizes),
        trace_ids=_repeat([row.trace_id for row in rows], sizes),
        records=[0] * sum(sizes),
        positions=list(chain.from_iterable(range(size) for size in sizes)),
        response_ids=_repeat([row.facts.response_id for row in rows], sizes),
        messages=list(chain.from_iterable(row.messages for row in rows)),
        versions=_repeat(versions, sizes),
    )


def log_content_table(rows: Sequence[tuple[str, LogContent]], versions: Sequence[int]) -> "pa.Table":
    """Table ``contents`` for content that came in log events: the record is the event's."""
    sizes = [len(content.messages) for _, content in rows]
    return _content_table(
        projects=_repeat([project for project, _ in rows], sizes),
        times_ns=_repeat([content.time_ns for _, content in rows], sizes),
        span_ids=_repeat([content.span_id for _, content in rows], sizes),
        trace_ids=_repeat([content.trace_id for _, content in rows], sizes),
        records=_repeat([record_number(content.record_id) for _, content in rows], sizes),
        positions=list(
            chain.from_iterable(
                range(base, base + size)
                for base, size in zip(
                    [content.position * POSITIONS_PER_EVENT for _, content in rows], sizes, strict=True
                )
            )
        ),
        response_ids=_repeat([content.response_id or None for _, content in rows], sizes),
        messages=list(chain.from_iterable(content.messages for _, content in rows)),
        versions=_repeat(versions, sizes),
    )


def record_number(record_id: str) -> int:
    """The 64-bit number of a log event's record id; never 0, which stands for the span itself."""
    return hash_number(record_id) or 1


def _repeat(values: Sequence[_T], sizes: Sequence[int]) -> list[_T]:
    return [value for value, size in zip(values, sizes, strict=True) for _ in range(size)]


def _content_table(
    *,
    projects: Sequence[str],
    times_ns: Sequence[int],
    span_ids: Sequence[str],
    trace_ids: Sequence[str],
    records: Sequence[int],
    positions: Sequence[int],
    response_ids: Sequence[str | None],
    messages: Sequence[Message],
    versions: Sequence[int],
) -> "pa.Table":
    return pa.table(
        {
            "project": texts(projects),
            "time": times(times_ns),
            "span_id": ids(span_ids, 8),
            "trace_id": ids(trace_ids, 16),
            "record": pa.array(records, pa.uint64()),
            "position": counts(positions, pa.uint32()),
            "response_id": texts(response_ids),
            "direction": texts([message.direction for message in messages]),
            "role": texts([message.role for message in messages]),
            "text": texts([message.text for message in messages]),
            "parts": texts([message.parts_json for message in messages]),
            "version": pa.array(versions, pa.uint64()),
        }
    )


def log_facts_table(rows: Sequence[tuple[str, SpanFacts]]) -> "pa.Table":
    """Table ``log_facts``: statements of GenAI log events, kept for decisions made again later."""
    facts = [fact for _, fact in rows]
    blobs = [_encode(fact) for fact in facts]
    return pa.table(
        {
            "project": texts([project for project, _ in rows]),
            "time": times([fact.start_ns for fact in facts]),
            "trace_id": ids([fact.trace_id for fact in facts], 16),
            "span_id": ids([fact.span_id for fact in facts], 8),
            "response_id": texts([fact.response_id for fact in facts]),
            "facts": pa.array(blobs, pa.binary()),
        }
    )
