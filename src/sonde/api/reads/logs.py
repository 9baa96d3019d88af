"""The list of log records."""

from typing import Any

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.parameters import LogParameters
from sonde.api.reads.attributes import json_object
from sonde.api.reads.query import Conditions, known
from sonde.api.schemas.common import Page
from sonde.api.schemas.logs import LogItem
from sonde.api.services import Services
from sonde.api.times import format_time, time_range
from sonde.auth.grant import Grant
from sonde.store.search import contains

COLUMNS = (
    "time, observed_at, project, lower(hex(record)) AS record_hex, record, lower(hex(trace_id)) AS "
    "trace_hex, "
    "lower(hex(span_id)) AS span_hex, service, severity, severity_number, event_name, attributes, "
    "resource, scope_name"
)
BODY_BYTES_MAX = 64 * 1024


def list_logs(shop: Services, grant: Grant, parameters: LogParameters) -> Page[LogItem]:
    """One page, newest first."""
    if parameters.q:
        grant.need("content")
    mark = fingerprint(parameters, grant.project or "")
    cursor = decode(parameters.cursor, mark, (int, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    conditions.any_of("service", parameters.service, "service")
    conditions.any_of("event_name", parameters.event_name, "event_name")
    if parameters.severity:
        conditions.add("severity IN {severity:Array(String)}", severity=list(parameters.severity))
    if parameters.trace_id:
        conditions.trace(parameters.trace_id)
    if parameters.span_id:
        conditions.span(parameters.span_id)
    if parameters.q:
        found = contains(parameters.q, "body", prefix="q")
        conditions.add(found.sql, **found.params)
    if cursor:
        time_ns, record, project = cursor.key
        conditions.add(
            "time <= fromUnixTimestamp64Nano({c_time:Int64}, 'UTC') AND (time, record, toString(project)) < "
            "(fromUnixTimestamp64Nano({c_time:Int64}, 'UTC'), {c_record:UInt64}, {c_project:String})",
            c_time=time_ns,
            c_record=int(str(record)),
            c_project=project,
        )
    body = f", substring(body, 1, {BODY_BYTES_MAX}) AS body_text" if grant.allows("content") else ""
    rows = shop.query(
        f"SELECT {COLUMNS}{body} FROM logs {conditions.where} ORDER BY time DESC, record DESC, project DESC "
        "LIMIT 1 BY project, time, record LIMIT {limit:UInt32}",
        {**conditions.params, "limit": parameters.limit + 1},
    ).dicts()
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        last = rows[-1]
        next_cursor = encode(Cursor((last["time"], str(last["record"]), last["project"]), window), mark)
    return Page[LogItem].model_construct(
        items=[_item(row) for row in rows],
        next_cursor=next_cursor,
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
    )


def _item(row: dict[str, Any]) -> LogItem:
    return LogItem.model_construct(
        time=format_time(row["time"]),
        observed_time=format_time(row["observed_at"]) if row["observed_at"] > 0 else None,
        project=row["project"],
        record_id=row["record_hex"],
        trace_id=known(row["trace_hex"]),
        span_id=known(row["span_hex"]),
        service=row["service"],
        severity=row["severity"],
        severity_number=row["severity_number"],
        event_name=row["event_name"],
        body=row.get("body_text"),
        attributes=json_object(row["attributes"]),
        resource=json_object(row["resource"]),
        scope_name=row["scope_name"],
    )
