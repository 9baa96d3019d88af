"""One span with everything it carries."""

from typing import Any

import msgspec

from sonde.api.reads import calls, messages
from sonde.api.reads.attributes import json_list, json_object
from sonde.api.reads.origins import origins_of
from sonde.api.reads.trace import NODE_COLUMNS, node_fields, place_of
from sonde.api.schemas.calls import CallDetail
from sonde.api.schemas.traces import SpanCall, SpanDetail, SpanEvent, SpanLink
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound

DETAIL_COLUMNS = (
    f"{NODE_COLUMNS}, received_at, scope_version, trace_state, flags, dropped_count, convention, user_id, "
    "session_id, "
    "attributes, resource, events, links, facts"
)


def get_span(shop: Services, grant: Grant, wanted: str | None, trace_id: str, span_id: str) -> SpanDetail:
    """One span. Raises `NotFound`, also for one of a foreign project."""
    found = place_of(shop, grant, wanted, trace_id, span_id)
    project, start_ns = found.project, found.start_ns
    one = found.conditions(trace_id)
    one.span(span_id)
    rows = shop.query(
        f"SELECT {DETAIL_COLUMNS} FROM spans {one.where} ORDER BY version DESC LIMIT 1", one.params
    ).dicts()
    if not rows:
        raise NotFound("There is no such span.")
    row = rows[0]
    call = calls.find_call(shop, grant, project, trace_id, span_id, with_messages=False)
    content = messages.of_span(shop, project, trace_id, span_id) if grant.allows("content") else None
    fields: dict[str, Any] = {**node_fields(row, found.node, start_ns, None), "call": _span_call(call)}
    return SpanDetail(
        **fields,
        trace_id=trace_id,
        project=project,
        received_time=format_time(row["received_at"]),
        scope_version=row["scope_version"],
        trace_state=row["trace_state"],
        flags=row["flags"],
        dropped_count=row["dropped_count"],
        convention=row["convention"],
        user_id=row["user_id"],
        session_id=row["session_id"],
        attributes=json_object(row["attributes"]),
        resource=json_object(row["resource"]),
        event_list=[_event(item) for item in json_list(row["events"])],
        link_list=[_link(item) for item in json_list(row["links"])],
        origins=origins_of(shop, project, trace_id, row, call, msgspec.json.decode(row["facts"])),
        call_detail=call,
        messages=content,
    )


def _span_call(call: CallDetail | None) -> SpanCall | None:
    if call is None:
        return None
    return SpanCall(**{name: getattr(call, name) for name in SpanCall.model_fields})


def _event(item: Any) -> SpanEvent:
    return SpanEvent(
        name=str(item.get("name", "")),
        time=format_time(int(item.get("time_ns", 0))),
        attributes=item.get("attributes") or {},
    )


def _link(item: Any) -> SpanLink:
    return SpanLink(
        trace_id=str(item.get("trace_id", "")),
        span_id=str(item.get("span_id", "")),
        trace_state=str(item.get("trace_state", "")),
        attributes=item.get("attributes") or {},
    )
