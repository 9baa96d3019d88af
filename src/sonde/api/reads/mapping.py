"""Attribute keys that no rule uses, and how a pasted span is read."""

from typing import Any

import msgspec
import orjson

from sonde import normalize
from sonde.api.parameters import UnknownKeyParameters
from sonde.api.reads.query import Conditions
from sonde.api.schemas.mapping import Explained, ExplainedField, ExplainedSpan, UnknownKey, UnknownKeys
from sonde.api.services import Services
from sonde.api.times import format_time, time_range
from sonde.auth.grant import Grant
from sonde.ingest.decode import Malformed, decode_traces
from sonde.model.errors import BadInput
from sonde.model.span import Span
from sonde.normalize import known_key, read_span

SPANS_READ_MAX = 50_000
KEYS_MAX = 20_000
PASTED_SPANS_MAX = 100
HINT = "Paste an OTLP export request (resourceSpans …) or one span with traceId, spanId and attributes."


def unknown_keys(shop: Services, grant: Grant, parameters: UnknownKeyParameters) -> UnknownKeys:
    """Keys of the newest spans of the range that no mapping rule knows, most frequent first."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    rows = shop.query(
        "SELECT key, count() AS spans, arraySort(groupUniqArray(10)(toString(service))) AS services, "
        "arraySort(groupUniqArray(10)(toString(scope_name))) AS scopes, toUnixTimestamp64Nano(max(time)) "
        "AS last_ns FROM ("
        "SELECT arrayJoin(JSONExtractKeys(attributes)) AS key, service, scope_name, time FROM ("
        f"SELECT attributes, service, scope_name, time FROM spans {conditions.where} "
        f"ORDER BY time DESC LIMIT {SPANS_READ_MAX})) GROUP BY key ORDER BY spans DESC, key LIMIT {KEYS_MAX}",
        conditions.params,
    ).dicts()
    read = shop.query(f"SELECT count() FROM spans {conditions.where}", conditions.params).scalar()
    items = [
        UnknownKey(
            key=row["key"],
            spans=row["spans"],
            services=row["services"],
            scopes=row["scopes"],
            last_time=format_time(row["last_ns"]),
        )
        for row in rows
        if not known_key(row["key"])
    ]
    return UnknownKeys(
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
        spans_read=min(int(read or 0), SPANS_READ_MAX),
        items=items[: parameters.limit],
    )


def explain(shop: Services, body: dict[str, Any]) -> Explained:
    """What Sonde reads in pasted OTLP JSON. Raises `BadInput` when there is no span in it."""
    try:
        decoded = decode_traces(orjson.dumps(export_of(body)), "json")
    except Malformed as error:
        raise BadInput(f"This is no OTLP JSON: {error}", hint=HINT) from None
    if not decoded.spans:
        raise BadInput("There is no span in this JSON.", hint=HINT)
    return Explained(spans=[_explained(shop, span) for span in decoded.spans[:PASTED_SPANS_MAX]])


def _explained(shop: Services, span: Span) -> ExplainedSpan:
    reading = read_span(span, project="", received_ns=shop.now_ns())
    facts = reading.row.facts
    fields = [
        ExplainedField(
            field=origin.field,
            value=plain(origin.value),
            rule=": ".join(part for part in (origin.convention, origin.rule) if part),
            keys=[origin.attribute] if origin.attribute else [],
        )
        for origin in normalize.explain(span)
    ]
    used = {key for field in fields for key in field.keys}
    cost = shop.price(facts, span.start_ns) if shop.price and facts.is_call else None
    return ExplainedSpan(
        trace_id=span.trace_id,
        span_id=span.span_id,
        name=span.name,
        convention=facts.convention,
        operation=facts.operation,
        is_call=facts.is_call,
        fields=fields,
        unused_keys=sorted(key for key in span.attributes if key not in used and not known_key(key)),
        messages=len(reading.row.messages),
        cost=plain(cost) if cost else None,
    )


def plain(value: Any) -> Any:
    """A value of ours as JSON has it."""
    return msgspec.to_builtins(value, builtin_types=(), enc_hook=str)


def export_of(body: dict[str, Any]) -> dict[str, Any]:
    """An export request from whatever part of one was pasted."""
    if "resourceSpans" in body:
        return body
    if "scopeSpans" in body:
        return {"resourceSpans": [body]}
    if "spans" in body:
        return {"resourceSpans": [{"scopeSpans": [body]}]}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [body]}]}]}
