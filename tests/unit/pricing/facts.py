"""Short ways to say a call."""

from datetime import UTC, datetime
from typing import Any

from sonde.model.facts import SpanFacts, Usage


def call(provider: str | None, model: str | None, *, usage: Usage | None = None, **more: Any) -> SpanFacts:
    """A chat call whose response named its model; ``more`` are other facts."""
    return SpanFacts(
        trace_id="1" * 32,
        span_id="2" * 16,
        parent_span_id="",
        start_ns=0,
        end_ns=0,
        scope="test",
        convention="otel",
        operation=more.pop("operation", "chat"),
        provider=provider,
        response_model=model,
        usage=Usage(input_tokens=1_000, output_tokens=100) if usage is None else usage,
        **more,
    )


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    """Nanoseconds of an hour in UTC."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1_000_000_000


NOW = at(2026, 11, 21)
