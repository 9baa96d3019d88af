"""One statement out of several records of one invocation."""

from collections.abc import Iterable
from typing import Any

import msgspec

from sonde.model.facts import SpanFacts, Usage
from sonde.normalize.compatible import plain_model
from sonde.normalize.forest import INHERITED, Forest, key_of

_AUTHORITY = (
    "sonde",
    "anthropic-sdk",
    "otel-genai",
    "pydantic-ai",
    "vercel-ai",
    "langsmith",
    "langfuse",
    "openinference",
    "logfire",
    "mlflow",
    "litellm",
    "claude-code",
    "google-adk",
    "spring-ai",
    "openllmetry",
    "openlit",
)
"""Whose counts are believed first when records of one call differ in a tolerated way."""
_RANKS = {convention: rank for rank, convention in enumerate(_AUTHORITY)}

_FILLED = (
    "provider",
    "request_model",
    "response_model",
    "response_id",
    "error_type",
    "error_message",
    "finish_reason",
    "streaming",
    "service_tier",
    "batch",
    "ttft_ms",
    "thinking_ms",
    "itl_p95_ms",
    "stalls",
    "tool_calls",
    "content_bytes",
    "billed_cost_usd",
    "claimed_cost_usd",
    "cache_hit",
    "fallback",
    "fallback_from",
    "attempts",
    "prompt_hash",
)
_COUNTS = tuple(field for field in Usage.__struct_fields__ if field != "estimated")


def preference(record: SpanFacts) -> tuple[bool, bool, int, int, int, str, str]:
    """The fixed order in which records of a group would be counted: content, then the outermost, then ids."""
    return (
        record.role == "usage",
        not record.content_bytes,
        record.start_ns,
        -record.end_ns,
        _RANKS.get(record.convention, len(_RANKS)),
        record.trace_id,
        record.span_id,
    )


def merge(ordered: list[SpanFacts], logs: list[SpanFacts], *, attempts: int | None) -> SpanFacts:
    """The first record with its unknown fields filled from the others in order, then from log facts."""
    base = ordered[0]
    if len(ordered) == 1 and not logs and attempts is None:
        return base
    others = [*ordered[1:], *logs]
    changes: dict[str, Any] = {}
    for field in _FILLED:
        if getattr(base, field) is None:
            for other in others:
                value = getattr(other, field)
                if value is not None:
                    changes[field] = value
                    break
    usage = merge_usage([*ordered, *logs])
    changes["usage"] = usage
    _name_models(changes, [base, *others])
    for field in INHERITED:
        if getattr(base, field) is None:
            value = next(
                (getattr(other, field) for other in others if getattr(other, field) is not None), None
            )
            if value is not None:
                changes[field] = value
    if not base.tags:
        changes["tags"] = next((other.tags for other in others if other.tags), ())
    if attempts is not None:
        changes["attempts"] = attempts
    _end_of_stream(changes, ordered)
    _outcome(changes, base, ordered, usage)
    return msgspec.structs.replace(base, **changes)


def merge_usage(records: list[SpanFacts]) -> Usage:
    """The counts of the best authority, with what it leaves out taken from those that agree on its sums."""
    guessing = {record.convention for record in records if record.usage.estimated and not record.usage.known}
    known = [record for record in records if record.usage.known and record.convention not in guessing]
    if not known:
        return Usage(estimated=True) if guessing else Usage()
    known.sort(key=lambda r: (r.source != "span", r.usage.estimated, _RANKS.get(r.convention, 99), key_of(r)))
    usage = known[0].usage
    filled: dict[str, int] = {}
    for record in known[1:]:
        other = record.usage
        for field in _COUNTS:
            if getattr(usage, field) is None and field not in filled and getattr(other, field) is not None:
                filled[field] = getattr(other, field)
    return msgspec.structs.replace(usage, **filled) if filled else usage


def _name_models(changes: dict[str, Any], records: list[SpanFacts]) -> None:
    """Some repeat the asked model as the answering one, or the reverse; the pair that differs is true."""
    asked = [record.request_model for record in records if record.request_model]
    answered = [record.response_model for record in records if record.response_model]
    if not asked or not answered:
        return
    request, response = asked[0], answered[0]
    if plain_model(request) != plain_model(response):
        return
    longer = next((name for name in answered if len(name) > len(response)), None)
    shorter = next((name for name in asked if len(name) < len(request)), None)
    if longer is not None and plain_model(longer).startswith(plain_model(request)):
        changes["response_model"] = longer
    elif shorter is not None and plain_model(response).startswith(plain_model(shorter)):
        changes["request_model"] = shorter


def _end_of_stream(changes: dict[str, Any], ordered: list[SpanFacts]) -> None:
    """A usage sibling marks when the stream ended; the request span itself ended long before."""
    late = [record for record in ordered if record.role == "usage"]
    if late and ordered[0].role != "usage":
        changes["end_ns"] = max(ordered[0].end_ns, *(record.end_ns for record in late))
        changes["streaming"] = True


def _outcome(changes: dict[str, Any], base: SpanFacts, ordered: list[SpanFacts], usage: Usage) -> None:
    failed = base.status == "error" or (
        not usage.known and any(record.status == "error" for record in ordered)
    )
    if failed:
        changes["status"] = "error"
        changes["incomplete"] = None
        return
    changes["error_type"] = changes["error_message"] = None
    reason = changes.get("finish_reason", base.finish_reason)
    if usage.known or (reason is not None and reason != "error"):
        changes["incomplete"] = False
    elif any(record.incomplete for record in ordered):
        changes["incomplete"] = True


def inherit(facts: SpanFacts, members: Iterable[SpanFacts], forest: Forest) -> SpanFacts:
    """Fill who and where from what surrounds any record of the invocation."""
    missing = [field for field in INHERITED if getattr(facts, field) is None]
    if not facts.tags:
        missing.append("tags")
    changes: dict[str, Any] = {}
    for member in members if missing else ():
        identity = forest.identity(member)
        for field in missing:
            if field not in changes and field in identity:
                changes[field] = identity[field]
    return msgspec.structs.replace(facts, **changes) if changes else facts
