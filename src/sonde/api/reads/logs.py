"""The list of log records."""

from collections.abc import Iterator
from typing import Any

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.parameters import LogParameters
from sonde.api.reads.attributes import json_object
from sonde.api.reads.log_conditions import DISTINCT, log_conditions
from sonde.api.reads.query import known
from sonde.api.schemas.common import Page
from sonde.api.schemas.logs import LogItem
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time, time_range
from sonde.auth.grant import Grant

COLUMNS = (
    "time, observed_at, project, lower(hex(record)) AS record_hex, record, lower(hex(trace_id)) AS "
    "trace_hex, "
    "lower(hex(span_id)) AS span_hex, service, severity, severity_number, event_name, attributes, "
    "resource, scope_name"
)
BODY_BYTES_MAX = 64 * 1024
EXPORT_PAGE = 1_000


def list_logs(shop: Services, grant: Grant, parameters: LogParameters) -> Page[LogItem]:
    """One page, newest first."""
    mark = fingerprint(parameters, grant.project or "")
    cursor = decode(parameters.cursor, mark, (int, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    rows = _page_rows(shop, grant, parameters, window, cursor, parameters.limit + 1)
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        next_cursor = encode(Cursor(_key(rows[-1]), window), mark)
    return Page[LogItem].model_construct(
        items=[_item(row) for row in rows],
        next_cursor=next_cursor,
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
    )


def every_log(shop: Services, grant: Grant, parameters: LogParameters, limit: int) -> Iterator[LogItem]:
    """The records of the filter in order, read page by page; at most ``limit``."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    cursor: Cursor | None = None
    sent = 0
    while sent < limit:
        page = min(EXPORT_PAGE, limit - sent)
        rows = _page_rows(shop, grant, parameters, window, cursor, page)
        for row in rows:
            yield _item(row)
        sent += len(rows)
        if len(rows) < page:
            return
        cursor = Cursor(_key(rows[-1]), window)


def _key(row: dict[str, Any]) -> tuple[str | int, ...]:
    """Where a row stands in the list."""
    return (row["time"], str(row["record"]), row["project"])


def _page_rows(
    shop: Services,
    grant: Grant,
    parameters: LogParameters,
    window: TimeRange,
    cursor: Cursor | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows after the cursor, newest first."""
    conditions = log_conditions(grant, parameters, window)
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
    return shop.query(
        f"SELECT {COLUMNS}{body} FROM logs {conditions.where} ORDER BY time DESC, record DESC, project DESC "
        f"{DISTINCT} LIMIT {{limit:UInt32}}",
        {**conditions.params, "limit": limit},
    ).dicts()


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
