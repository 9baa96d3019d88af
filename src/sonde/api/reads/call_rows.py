"""Rows of the table ``calls`` as they are sent."""

from decimal import Decimal
from typing import Any, cast

import orjson

from sonde.api.reads.query import finite, known, money
from sonde.api.schemas.calls import CallDetail, CallSummary, CostLine
from sonde.api.schemas.traces import SpanCall
from sonde.api.times import format_time

PLAIN = (
    "project", "name", "service", "environment", "release", "operation", "provider", "request_model",
    "response_model", "endpoint", "function", "tags", "prompt_name", "prompt_version", "user_id",
    "session_id", "error_type", "incomplete", "finish_reason", "streaming", "service_tier", "input_tokens",
    "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "tool_calls",
    "cost_state", "cost_source", "cache_hit", "fallback", "attempts", "convention", "counted",
)  # fmt: skip
"""Columns that are sent as they are."""

MONEY = ("cost_usd", "input_cost_usd", "output_cost_usd", "claimed_cost_usd")

DETAIL_PLAIN = (
    "response_id", "error_message", "stalls", "audio_input_tokens", "audio_output_tokens", "content_bytes",
    "fallback_from", "prompt_hash",
)  # fmt: skip
DETAIL_MONEY = ("cached_input_cost_usd", "cache_write_cost_usd", "reasoning_cost_usd", "fees_usd")

IDENTITY = (
    "time, duration_ns, lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex, "
    "lower(hex(parent_span_id)) AS parent_hex, lower(hex(duplicate_of)) AS duplicate_hex, "
    "duplicate_reason, CAST(status, 'String') AS status_text, ttft_ms"
)
SUMMARY_COLUMNS = ", ".join((IDENTITY, *PLAIN, *MONEY))
DETAIL_COLUMNS = ", ".join(
    (
        SUMMARY_COLUMNS,
        *DETAIL_PLAIN,
        *DETAIL_MONEY,
        "thinking_ms, itl_p95_ms, rate_card, cost_explanation, time_flag",
    )
)

NODE_PLAIN = (
    "counted", "operation", "provider", "request_model", "response_model", "finish_reason", "streaming",
    "incomplete", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens",
    "reasoning_tokens", "cost_state", "cost_source",
)  # fmt: skip
NODE_CALL_COLUMNS = (
    "time, lower(hex(span_id)) AS span_hex, lower(hex(duplicate_of)) AS duplicate_hex, duplicate_reason, "
    "ttft_ms, "
    f"cost_usd, tags, user_id, session_id, environment, {', '.join(NODE_PLAIN)}"
)
"""What a span of a trace shows of its call, and what the trace sums up."""


def span_call(row: dict[str, Any]) -> SpanCall:
    """The call of a span from a row of `NODE_CALL_COLUMNS`."""
    fields: dict[str, Any] = {name: row[name] for name in NODE_PLAIN}
    return SpanCall(
        **fields,
        duplicate_of=known(row["duplicate_hex"]),
        duplicate_reason=row["duplicate_reason"] or None,
        ttft_ms=finite(row["ttft_ms"]),
        total_tokens=total_of(row),
        cost_usd=money(row["cost_usd"]),
    )


def total_of(row: dict[str, Any]) -> int | None:
    """Input and output; the known one when only one is known."""
    found = [row[name] for name in ("input_tokens", "output_tokens") if row[name] is not None]
    return sum(found) if found else None


def summary_fields(row: dict[str, Any]) -> dict[str, Any]:
    """Fields of `CallSummary` from a row of `SUMMARY_COLUMNS`."""
    fields: dict[str, Any] = {name: row[name] for name in PLAIN}
    for name in MONEY:
        fields[name] = money(row[name])
    fields.update(
        time=format_time(row["time"]),
        end_time=format_time(row["time"] + row["duration_ns"]),
        trace_id=row["trace_hex"],
        span_id=row["span_hex"],
        parent_span_id=known(row["parent_hex"]),
        status=row["status_text"],
        duration_ms=row["duration_ns"] / 1e6,
        ttft_ms=finite(row["ttft_ms"]),
        total_tokens=total_of(row),
        duplicate_of=known(row["duplicate_hex"]),
        duplicate_reason=row["duplicate_reason"] or None,
    )
    return fields


def call_summary(row: dict[str, Any]) -> CallSummary:
    """One row of the list."""
    return CallSummary.model_construct(**summary_fields(row))


def call_detail(row: dict[str, Any], **more: Any) -> CallDetail:
    """A row of `DETAIL_COLUMNS` with attributes, duplicates and messages."""
    fields = summary_fields(row)
    fields.update({name: row[name] for name in DETAIL_PLAIN})
    fields.update({name: money(row[name]) for name in DETAIL_MONEY})
    fields.update(
        thinking_ms=finite(row["thinking_ms"]),
        itl_p95_ms=finite(row["itl_p95_ms"]),
        rate_card=row["rate_card"] or None,
        explanation=cost_lines(row["cost_explanation"]),
        time_flag=row["time_flag"] or None,
    )
    return CallDetail(**fields, **more)


def cost_lines(text: str) -> list[CostLine]:
    """How a cost was computed, from what pricing wrote down."""
    if not text:
        return []
    lines: list[CostLine] = []
    for item in cast("list[Any]", orjson.loads(text)):
        if isinstance(item, dict):
            given = cast("dict[str, Any]", item)
            lines.append(CostLine(**{name: _plain(value) for name, value in given.items()}))
        else:
            lines.append(CostLine(reason=str(item)))
    return lines


def _plain(value: Any) -> Any:
    return format(Decimal(str(value)), "f") if isinstance(value, float) else value
