"""Where each field of a stored span and of its call came from.

What the span said by itself is stored beside it (its facts). A field of the call that differs was filled in
when the invocation was put together: from a repeat of the same invocation, from a span above it, or from
something else that belongs to it. Which mapping rule read a field is worked out again from the stored
attributes.
"""

from typing import Any

import msgspec

from sonde.api.reads.attributes import json_object
from sonde.api.reads.query import NO_SPAN, Conditions
from sonde.api.schemas.calls import CallDetail
from sonde.api.schemas.traces import FieldOrigin
from sonde.api.services import Services
from sonde.model.span import Resource, Scope, Span
from sonde.normalize import explain

FIELDS = (
    "operation", "provider", "request_model", "response_model", "response_id", "endpoint", "function",
    "prompt_name", "prompt_version", "user_id", "session_id", "environment", "release", "error_type",
    "error_message", "incomplete", "finish_reason", "streaming", "service_tier", "ttft_ms", "thinking_ms",
    "itl_p95_ms", "stalls", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens",
    "reasoning_tokens", "audio_input_tokens", "audio_output_tokens", "tool_calls", "content_bytes",
    "cache_hit", "fallback", "fallback_from", "attempts", "prompt_hash", "convention",
)  # fmt: skip
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")
OTHERS_MAX = 2_000
ANCESTORS_MAX = 64


def origins_of(
    shop: Services,
    project: str,
    trace_id: str,
    row: dict[str, Any],
    call: CallDetail | None,
    facts: dict[str, Any],
) -> list[FieldOrigin]:
    """One entry per known field, in the order of `FIELDS`."""
    rules = rules_of(row, trace_id)
    others = _others(shop, project, trace_id) if call is not None else {}
    repeats = [item.span_id for item in call.duplicates] if call else []
    above = _ancestors(str(row["span_hex"]), others)
    found: list[FieldOrigin] = []
    for field in FIELDS:
        own = _value(facts, field)
        value = getattr(call, field, None) if call is not None else own
        if value is None:
            continue
        origin = FieldOrigin(field=field, value=value, origin="span", span_id=None)
        if own is None or own != value:
            origin = _elsewhere(field, value, repeats, above, others)
        elif field in rules:
            origin.rule, origin.keys = rules[field]
        found.append(origin)
    return found


def rules_of(row: dict[str, Any], trace_id: str) -> dict[str, tuple[str, list[str]]]:
    """The mapping rule and the attribute keys by field, from a stored span. Content is stored elsewhere, so
    rules that read content are not among them.
    """
    span = Span(
        trace_id=trace_id,
        span_id=row["span_hex"],
        parent_span_id="",
        name=row["name"],
        kind=KINDS.index(row["kind"]) if row["kind"] in KINDS else 0,
        start_ns=row["time"],
        end_ns=row["time"] + row["duration_ns"],
        status_code=STATUSES.index(row["status_text"]) if row["status_text"] in STATUSES else 0,
        status_message=row["status_message"],
        attributes=json_object(row["attributes"]),
        events=[],
        links=[],
        resource=Resource(json_object(row["resource"])),
        scope=Scope(row["scope_name"], row["scope_version"]),
    )
    found: dict[str, tuple[str, list[str]]] = {}
    for origin in explain(span):
        name = ": ".join(part for part in (origin.convention, origin.rule) if part)
        found.setdefault(origin.field, (name, [origin.attribute] if origin.attribute else []))
    return found


def _elsewhere(
    field: str, value: Any, repeats: list[str], above: list[str], others: dict[str, dict[str, Any]]
) -> FieldOrigin:
    """The other span that said a value."""
    for kind, span_ids in (("duplicate", repeats), ("ancestor", above), ("related", sorted(others))):
        for span_id in span_ids:
            if _value(others.get(span_id, {}).get("facts", {}), field) == value:
                return FieldOrigin.model_validate(
                    {"field": field, "value": value, "origin": kind, "span_id": span_id}
                )
    return FieldOrigin(field=field, value=value, origin="computed")


def _value(facts: dict[str, Any], field: str) -> Any:
    """A field of stored facts; tokens are one level down."""
    if field in facts:
        return facts[field]
    return facts.get("usage", {}).get(field)


def _others(shop: Services, project: str, trace_id: str) -> dict[str, dict[str, Any]]:
    """Facts and parents of the trace's spans by span id."""
    conditions = Conditions()
    conditions.project(project)
    conditions.trace(trace_id)
    rows = shop.query(
        "SELECT lower(hex(span_id)), lower(hex(parent_span_id)), facts "
        f"FROM spans {conditions.where} ORDER BY version DESC LIMIT 1 BY span_id LIMIT {OTHERS_MAX}",
        conditions.params,
    ).rows
    return {
        span_id: {"parent": parent, "facts": msgspec.json.decode(facts)} for span_id, parent, facts in rows
    }


def _ancestors(span_id: str, others: dict[str, dict[str, Any]]) -> list[str]:
    """Spans above, nearest first."""
    found: list[str] = []
    parent = others.get(span_id, {}).get("parent", NO_SPAN)
    while parent in others and parent not in found and len(found) < ANCESTORS_MAX:
        found.append(parent)
        parent = others[parent]["parent"]
    return found
