"""Where each field of a span came from: for the pasted-span inspector and for `sonde doctor mapping`."""

from typing import Any

from msgspec import Struct

from sonde.model.span import Span
from sonde.normalize.span import read_span
from sonde.normalize.statement import convention_of
from sonde.normalize.walk import walk
from sonde.semconv.registry import find

_INGREDIENTS = {
    "otel_operation": "operation",
    "request_type": "operation",
    "model": "response_model",
    "bare_model": "request_model",
    "parameters": "request_model",
    "total_tokens": "usage",
    "usage_object": "usage",
    "input_details": "usage",
    "output_details": "usage",
    "cache_write_5m_tokens": "cache_write_tokens",
    "ttft_if_streaming_ms": "ttft_ms",
    "first_token_at": "ttft_ms",
    "cost_object": "claimed_cost_usd",
    "host": "provider",
    "provider_hint": "provider",
    "http_status": "error_type",
    "level": "status",
    "status_message": "error_message",
    "metadata": "user_id",
    "trace_name": "endpoint",
    "resend_count": "attempts",
    "template": "prompt_hash",
}
"""Fields of the walk that are ingredients of a fact → that fact."""


class FieldOrigin(Struct, frozen=True):
    """One field and the rule that produced it."""

    field: str
    value: Any
    """As normalized; for content only its size in characters."""
    convention: str
    rule: str
    """How it was read, in words."""
    attribute: str
    """The attribute key; empty when the field comes from the span itself."""


def explain(span: Span) -> list[FieldOrigin]:
    """Which rule produced each field of a span, best ranked rule per field, ordered by field."""
    stated = walk(span.attributes)
    reading = read_span(span, project="", received_ns=max(span.start_ns, 1))
    facts = reading.row.facts
    found = [
        FieldOrigin("convention", convention_of(span.scope.name, stated), "", "instrumentation scope", ""),
        FieldOrigin("status", facts.status, "", "span status and error attributes", ""),
    ]
    for field, rule in stated.rules.items():
        target = _INGREDIENTS.get(field, field)
        value: Any = getattr(facts, target, None)
        if value is None:
            value = getattr(facts.usage, target, None)
        if rule.content:
            value = len(str(stated.values[field]))
        elif target == "usage":
            value = facts.usage
        how = "content" if rule.content else f"{_name(rule.convert)}, rank {rule.rank}"
        found.append(FieldOrigin(target, value, rule.convention, how, rule.key))
    return sorted(found, key=lambda origin: (origin.field, origin.attribute))


def _name(convert: Any) -> str:
    return "word table" if convert.__qualname__.startswith("lookup") else str(convert.__name__)


def known_key(key: str) -> bool:
    """Whether any mapping table knows this attribute key."""
    return find(key) is not None
