"""The list of spans, of every trace."""

from collections.abc import Iterator
from typing import Any

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.filter_parameters import SpanListParameters
from sonde.api.reads.call_rows import NODE_CALL_COLUMNS, span_call
from sonde.api.reads.filter_text import add_filter
from sonde.api.reads.query import Conditions, known
from sonde.api.schemas.common import Page
from sonde.api.schemas.spans import SpanItem
from sonde.api.schemas.traces import SpanCall
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time, time_range
from sonde.auth.grant import Grant

PLAIN = (
    "project", "name", "kind", "service", "environment", "release", "operation", "status_message",
    "error_type", "provider", "request_model", "response_model", "endpoint", "function", "user_id",
    "session_id", "convention", "scope_name",
)  # fmt: skip
COLUMNS = (
    "time, duration_ns, lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex, "
    "lower(hex(parent_span_id)) AS parent_hex, CAST(status, 'String') AS status_text, time_flag, "
    + ", ".join(PLAIN)
)
PAGE = 1_000


def list_spans(shop: Services, grant: Grant, parameters: SpanListParameters) -> Page[SpanItem]:
    """One page."""
    mark = fingerprint(parameters, grant.project or "")
    cursor = decode(parameters.cursor, mark, (int, int, str, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    rows = _page_rows(shop, grant, parameters, window, cursor, parameters.limit + 1)
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        next_cursor = encode(Cursor(_key(rows[-1]), window), mark)
    return Page[SpanItem].model_construct(
        items=_items(shop, rows),
        next_cursor=next_cursor,
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
    )


def every_span(shop: Services, grant: Grant, parameters: SpanListParameters, most: int) -> Iterator[SpanItem]:
    """All spans of a filter in order, at most ``most``, read page by page: for exports."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    cursor: Cursor | None = None
    sent = 0
    while sent < most:
        page = min(PAGE, most - sent)
        rows = _page_rows(shop, grant, parameters, window, cursor, page)
        yield from _items(shop, rows)
        sent += len(rows)
        if len(rows) < page:
            return
        cursor = Cursor(_key(rows[-1]), window)


def _key(row: dict[str, Any]) -> tuple[str | int, ...]:
    """Where a row stands in its list."""
    return (row["duration_ns"], row["time"], row["span_hex"], row["trace_hex"], row["project"])


def _page_rows(
    shop: Services,
    grant: Grant,
    parameters: SpanListParameters,
    window: TimeRange,
    cursor: Cursor | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows after the cursor in the list's order."""
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    add_filter(conditions, grant, parameters, "spans", window)
    if cursor is not None:
        _after(conditions, cursor, parameters.order)
    order = "time DESC" if parameters.order == "time" else "duration_ns DESC, time DESC"
    return shop.query(
        f"SELECT {COLUMNS} FROM spans FINAL {conditions.where} "
        f"ORDER BY {order}, span_id DESC, trace_id DESC, project DESC LIMIT {{limit:UInt32}}",
        {**conditions.params, "limit": limit},
    ).dicts()


def _after(conditions: Conditions, cursor: Cursor, order: str) -> None:
    """Only what comes after the cursor's row."""
    duration_ns, time_ns, span_id, trace_id, project = cursor.key
    rest = (
        "(time, span_id, trace_id, toString(project)) < (fromUnixTimestamp64Nano({c_time:Int64}, 'UTC'), "
        "toFixedString(unhex({c_span:String}), 8), toFixedString(unhex({c_trace:String}), 16), "
        "{c_project:String})"
    )
    values = {"c_time": time_ns, "c_span": span_id, "c_trace": trace_id, "c_project": project}
    if order == "time":
        # The plain bound on time lets the engine skip what is newer.
        conditions.add(f"time <= fromUnixTimestamp64Nano({{c_time:Int64}}, 'UTC') AND {rest}", **values)
        return
    conditions.add(
        f"(duration_ns < {{c_duration:Int64}} OR (duration_ns = {{c_duration:Int64}} AND {rest}))",
        c_duration=duration_ns,
        **values,
    )


def _items(shop: Services, rows: list[dict[str, Any]]) -> list[SpanItem]:
    calls = _calls(shop, rows)
    return [_item(row, calls.get((row["project"], row["trace_hex"], row["span_hex"]))) for row in rows]


def _calls(shop: Services, rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], SpanCall]:
    """The calls that the spans of a page are, found by their keys."""
    if not rows:
        return {}
    times = [row["time"] for row in rows]
    found = shop.query(
        f"SELECT project, lower(hex(trace_id)) AS trace_hex, {NODE_CALL_COLUMNS} FROM calls FINAL "
        "WHERE time >= fromUnixTimestamp64Nano({first:Int64}, 'UTC') "
        "AND time <= fromUnixTimestamp64Nano({last:Int64}, 'UTC') AND project IN {projects:Array(String)} "
        "AND span_id IN (SELECT toFixedString(unhex(arrayJoin({span_ids:Array(String)})), 8))",
        {
            "first": min(times),
            "last": max(times),
            "projects": sorted({row["project"] for row in rows}),
            "span_ids": sorted({row["span_hex"] for row in rows}),
        },
    ).dicts()
    return {(row["project"], row["trace_hex"], row["span_hex"]): span_call(row) for row in found}


def _item(row: dict[str, Any], call: SpanCall | None) -> SpanItem:
    fields: dict[str, Any] = {name: row[name] for name in PLAIN}
    return SpanItem.model_construct(
        **fields,
        time=format_time(row["time"]),
        end_time=format_time(row["time"] + row["duration_ns"]),
        trace_id=row["trace_hex"],
        span_id=row["span_hex"],
        parent_span_id=known(row["parent_hex"]),
        status=row["status_text"],
        duration_ms=row["duration_ns"] / 1e6,
        time_flag=row["time_flag"] or None,
        call=call,
    )
