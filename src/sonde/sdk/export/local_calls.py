"""Spans → rows of ``calls`` without a server: the same reading, the same decisions, the same prices."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sonde.model.facts import SpanFacts
from sonde.model.span import Span
from sonde.normalize import assemble, read_span

if TYPE_CHECKING:
    from sonde.pricing import PriceBook

TEXT, INTEGER, REAL, FLAG, MONEY, TIME = (
    "VARCHAR",
    "BIGINT",
    "DOUBLE",
    "BOOLEAN",
    "DECIMAL(38, 12)",
    "TIMESTAMP",
)

COLUMNS: dict[str, str] = {
    "time": TIME,
    "end_time": TIME,
    "trace_id": TEXT,
    "span_id": TEXT,
    "parent_span_id": TEXT,
    "response_id": TEXT,
    "service": TEXT,
    "environment": TEXT,
    "release": TEXT,
    "operation": TEXT,
    "provider": TEXT,
    "request_model": TEXT,
    "response_model": TEXT,
    "endpoint": TEXT,
    "function": TEXT,
    "tags": TEXT + "[]",
    "prompt_name": TEXT,
    "prompt_version": TEXT,
    "user_id": TEXT,
    "session_id": TEXT,
    "status": TEXT,
    "error_type": TEXT,
    "error_message": TEXT,
    "incomplete": FLAG,
    "finish_reason": TEXT,
    "streaming": FLAG,
    "service_tier": TEXT,
    "duration_ms": REAL,
    "ttft_ms": REAL,
    "thinking_ms": REAL,
    "itl_p95_ms": REAL,
    "stalls": INTEGER,
    "input_tokens": INTEGER,
    "cached_input_tokens": INTEGER,
    "cache_write_tokens": INTEGER,
    "output_tokens": INTEGER,
    "reasoning_tokens": INTEGER,
    "audio_input_tokens": INTEGER,
    "audio_output_tokens": INTEGER,
    "total_tokens": INTEGER,
    "tokens_estimated": FLAG,
    "tool_calls": INTEGER,
    "content_bytes": INTEGER,
    "cost_usd": MONEY,
    "input_cost_usd": MONEY,
    "output_cost_usd": MONEY,
    "cost_state": TEXT,
    "cost_source": TEXT,
    "claimed_cost_usd": MONEY,
    "cache_hit": FLAG,
    "fallback": FLAG,
    "fallback_from": TEXT,
    "attempts": INTEGER,
    "prompt_hash": TEXT,
    "convention": TEXT,
}
"""Columns of ``calls``: the server's names and meanings. Unknown is NULL."""

_USAGE = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "total_tokens",
)


def facts_of(spans: Iterable[Span]) -> Iterator[SpanFacts]:
    """What each span says by itself."""
    now = time.time_ns()
    for span in spans:
        yield read_span(span, project="default", received_ns=now).row.facts


def call_rows(facts: Iterable[SpanFacts], book: "PriceBook | None") -> list[dict[str, Any]]:
    """The calls among the records of whole traces, priced where ``book`` knows a price."""
    return [_row(found.facts, book) for found in assemble(facts) if found.counted]


def price_book() -> "PriceBook | None":
    """The price book; None where its package is not installed: then only billed costs are known."""
    try:
        from sonde.pricing import PriceBook

        return PriceBook()
    except ImportError:
        return None


def _row(facts: SpanFacts, book: "PriceBook | None") -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(facts, name, None) for name in COLUMNS}
    row["time"] = _time(facts.start_ns)
    row["end_time"] = _time(facts.end_ns)
    # No call takes no time at all: a span without length does not say how long it took.
    row["duration_ms"] = (facts.end_ns - facts.start_ns) / 1e6 if facts.end_ns > facts.start_ns else None
    row["tags"] = list(facts.tags)
    row["tokens_estimated"] = facts.usage.estimated
    for name in _USAGE:
        row[name] = getattr(facts.usage, name)
    row |= {"cost_usd": None, "input_cost_usd": None, "output_cost_usd": None, "claimed_cost_usd": None}
    if book is not None:
        cost = book.price(facts, time_ns=facts.start_ns)
        row["cost_state"], row["cost_source"] = cost.state, cost.source
        row["cost_usd"], row["claimed_cost_usd"] = cost.cost_usd, cost.claimed_cost_usd
        row["input_cost_usd"], row["output_cost_usd"] = cost.input_cost_usd, cost.output_cost_usd
    elif facts.billed_cost_usd is not None:
        row["cost_state"], row["cost_source"] = "priced", "billed"
        row["cost_usd"] = Decimal(facts.billed_cost_usd)
    else:
        row["cost_state"], row["cost_source"] = "unpriced", "none"
    return row


def _time(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).replace(tzinfo=None)
