"""Call rows as Arrow columns of table ``calls``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from sonde.model.rows import CallRow
from sonde.store.arrow import (
    MICROSECONDS,
    costs,
    counts,
    flags,
    floats,
    hash_number,
    ids,
    integers,
    text_lists,
    texts,
    times,
)

if TYPE_CHECKING:
    from sonde.store.arrow import Array

TEXT_FACTS = (
    "name",
    "response_id",
    "service",
    "environment",
    "release",
    "operation",
    "provider",
    "request_model",
    "response_model",
    "endpoint",
    "function",
    "prompt_name",
    "prompt_version",
    "prompt_hash",
    "user_id",
    "session_id",
    "status",
    "error_type",
    "error_message",
    "finish_reason",
    "service_tier",
    "fallback_from",
    "convention",
)
FLAG_FACTS = ("incomplete", "streaming", "batch", "cache_hit", "fallback")
FLOAT_FACTS = ("ttft_ms", "thinking_ms", "itl_p95_ms")
SMALL_COUNT_FACTS = ("stalls", "tool_calls", "attempts")
USAGE = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "cached_audio_input_tokens",
    "image_input_tokens",
    "image_output_tokens",
    "citation_tokens",
    "web_searches",
)
COSTS = (
    "cost_usd",
    "input_cost_usd",
    "output_cost_usd",
    "cached_input_cost_usd",
    "cache_write_cost_usd",
    "reasoning_cost_usd",
    "fees_usd",
    "claimed_cost_usd",
    "saved_usd",
)


def call_table(rows: Sequence[CallRow], ingested_us: int) -> "pa.Table":
    """Table ``calls``. ``ingested_us`` is the time of this write in microseconds."""
    facts = [row.facts for row in rows]
    usages = [fact.usage for fact in facts]
    prices = [row.cost for row in rows]
    columns: dict[str, Array] = {
        "project": texts([row.project for row in rows]),
        "time": times([row.time_ns for row in rows]),
        "span_id": ids([fact.span_id for fact in facts], 8),
        "trace_id": ids([fact.trace_id for fact in facts], 16),
        "parent_span_id": ids([fact.parent_span_id for fact in facts], 8),
        "counted": flags([row.counted for row in rows]),
        "duplicate_of": ids([row.duplicate_of for row in rows], 8),
        "duplicate_reason": texts([row.duplicate_reason for row in rows]),
        "duration_ns": integers([max(fact.end_ns - fact.start_ns, 0) for fact in facts]),
        "tags": text_lists([fact.tags for fact in facts]),
        "scope_name": texts([fact.scope for fact in facts]),
        "content_bytes": counts([fact.content_bytes for fact in facts]),
        "tokens_estimated": flags([usage.estimated for usage in usages]),
        "cost_state": texts([price.state for price in prices]),
        "cost_source": texts([price.source for price in prices]),
        "rate_card": texts([price.rate_card for price in prices]),
        "cost_explanation": texts([price.explanation_json for price in prices]),
        "time_flag": texts([row.time_flag for row in rows]),
        "attributes": texts([row.attributes_json or "{}" for row in rows]),
        "content_hash": pa.array([hash_number(row.content_hash) for row in rows], pa.uint64()),
        "version": pa.array([row.version for row in rows], pa.uint64()),
        "ingested_at": times([ingested_us] * len(rows), MICROSECONDS),
    }
    for name in TEXT_FACTS:
        columns[name] = texts([getattr(fact, name) for fact in facts])
    for name in FLAG_FACTS:
        columns[name] = flags([getattr(fact, name) for fact in facts])
    for name in FLOAT_FACTS:
        columns[name] = floats([getattr(fact, name) for fact in facts])
    for name in SMALL_COUNT_FACTS:
        columns[name] = counts([getattr(fact, name) for fact in facts], pa.uint32())
    for name in USAGE:
        columns[name] = counts([getattr(usage, name) for usage in usages])
    for name in COSTS:
        columns[name] = costs([getattr(price, name) for price in prices])
    return pa.table(columns)
