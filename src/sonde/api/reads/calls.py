"""Lists of calls, and one call."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.parameters import CallListParameters
from sonde.api.reads import messages
from sonde.api.reads.attributes import json_object
from sonde.api.reads.call_rows import DETAIL_COLUMNS, SUMMARY_COLUMNS, call_detail, call_summary
from sonde.api.reads.filters import TOTAL_TOKENS, call_conditions
from sonde.api.reads.query import Conditions
from sonde.api.schemas.calls import CallDetail, CallSummary
from sonde.api.schemas.common import Page
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time, time_range
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound

ORDERS = {
    "time": ("toUnixTimestamp64Nano(time)", "Int64"),
    "cost": ("ifNull(cost_usd, toDecimal64(-1, 9))", "Decimal(18, 9)"),
    "duration": ("duration_ns", "Int64"),
    "tokens": (f"toInt64(ifNull({TOTAL_TOKENS}, -1))", "Int64"),
}
"""Order → the sort key and its type. Unknown sorts last."""

DUPLICATES_MAX = 100


def list_calls(shop: Services, grant: Grant, parameters: CallListParameters) -> Page[CallSummary]:
    """One page."""
    mark = fingerprint(parameters, grant.project or "")
    cursor = decode(parameters.cursor, mark, (str, int, str, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    rows = _page_rows(shop, grant, parameters, window, cursor, parameters.limit + 1)
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        next_cursor = encode(Cursor(_key(rows[-1]), window), mark)
    return Page[CallSummary].model_construct(
        items=[call_summary(row) for row in rows],
        next_cursor=next_cursor,
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
    )


def every_call(
    shop: Services, grant: Grant, parameters: CallListParameters, most: int, page: int = 1000
) -> Iterator[CallSummary]:
    """All calls of a filter in order, at most ``most``, read page by page: for exports."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    cursor: Cursor | None = None
    sent = 0
    while sent < most:
        rows = _page_rows(shop, grant, parameters, window, cursor, min(page, most - sent))
        for row in rows:
            yield call_summary(row)
        sent += len(rows)
        if len(rows) < page:
            return
        cursor = Cursor(_key(rows[-1]), window)


def _key(row: dict[str, Any]) -> tuple[str | int, ...]:
    """Where a row stands in its list."""
    value = row["sort_key"]
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return (text, row["time"], row["span_hex"], row["trace_hex"], row["project"])


def _page_rows(
    shop: Services,
    grant: Grant,
    parameters: CallListParameters,
    window: TimeRange,
    cursor: Cursor | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows after the cursor in the list's order."""
    conditions = call_conditions(grant, parameters, window)
    key, kind = ORDERS[parameters.order]
    if cursor is not None:
        _after(conditions, cursor, key, kind, parameters.order)
    order = "time DESC" if parameters.order == "time" else "sort_key DESC, time DESC"
    sql = (
        f"SELECT {SUMMARY_COLUMNS}, {key} AS sort_key FROM calls FINAL {conditions.where} "
        f"ORDER BY {order}, span_id DESC, trace_id DESC, project DESC LIMIT {{limit:UInt32}}"
    )
    return shop.query(sql, {**conditions.params, "limit": limit}).dicts()


def _after(conditions: Conditions, cursor: Cursor, key: str, kind: str, order: str) -> None:
    """Only what comes after the cursor's row."""
    sort_key, time_ns, span_id, trace_id, project = cursor.key
    place = (
        "(fromUnixTimestamp64Nano({c_time:Int64}, 'UTC'), toFixedString(unhex({c_span:String}), 8), "
        "toFixedString(unhex({c_trace:String}), 16), {c_project:String})"
    )
    rest = f"(time, span_id, trace_id, toString(project)) < {place}"
    values = {"c_time": time_ns, "c_span": span_id, "c_trace": trace_id, "c_project": project}
    if order == "time":
        # The plain bound on time lets the engine skip what is newer.
        conditions.add(f"time <= fromUnixTimestamp64Nano({{c_time:Int64}}, 'UTC') AND {rest}", **values)
        return
    bound = f"{{c_key:{kind}}}"
    conditions.add(f"({key} < {bound} OR ({key} = {bound} AND {rest}))", c_key=sort_key, **values)


def get_call(shop: Services, grant: Grant, project: str | None, trace_id: str, span_id: str) -> CallDetail:
    """One call with everything. Raises `NotFound`, also for a call of a foreign project."""
    found = find_call(shop, grant, project, trace_id, span_id)
    if found is None:
        raise NotFound("There is no such call.")
    return found


def find_call(
    shop: Services,
    grant: Grant,
    project: str | None,
    trace_id: str,
    span_id: str,
    *,
    with_messages: bool = True,
) -> CallDetail | None:
    """One call with everything, or None."""
    scope = Conditions()
    scope.project(grant.project_for(project))
    scope.trace(trace_id)
    one = Conditions()
    one.clauses, one.params = list(scope.clauses), dict(scope.params)
    one.span(span_id)
    rows = shop.query(
        f"SELECT {DETAIL_COLUMNS} FROM calls {one.where} ORDER BY version DESC LIMIT 1", one.params
    ).dicts()
    if not rows:
        return None
    row = rows[0]
    scope.params["of"] = span_id
    repeats = shop.query(
        f"SELECT * FROM (SELECT {SUMMARY_COLUMNS} FROM calls {scope.where} ORDER BY version DESC "
        "LIMIT 1 BY project, time, span_id) WHERE duplicate_hex = {of:String} AND NOT counted "
        f"ORDER BY time LIMIT {DUPLICATES_MAX}",
        scope.params,
    ).dicts()
    content = None
    if with_messages and grant.allows("content"):
        content = messages.of_span(shop, row["project"], trace_id, span_id)
    return call_detail(
        row,
        attributes=_attributes(shop, one),
        duplicates=[call_summary(item) for item in repeats],
        messages=content,
    )


def _attributes(shop: Services, one: Conditions) -> dict[str, Any]:
    """The attributes of the call's span as they were sent."""
    rows = shop.query(
        f"SELECT attributes FROM spans {one.where} ORDER BY version DESC LIMIT 1", one.params
    ).rows
    return json_object(rows[0][0]) if rows else {}
