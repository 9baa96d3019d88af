"""Sums over the spans and calls of given traces."""

from typing import Any

from sonde.api.reads.query import NO_SPAN, Conditions, money
from sonde.api.schemas.traces import TraceSummary
from sonde.api.services import Services
from sonde.api.times import format_time

MODELS_MAX = 20

SPAN_SUMS = """
    project,
    lower(hex(trace_id)) AS trace_hex,
    toUnixTimestamp64Nano(min(time)) AS start_ns,
    max(toUnixTimestamp64Nano(time) + duration_ns) AS end_ns,
    argMin(name, (NOT is_root, time)) AS root_name,
    max(is_root) AS root_seen,
    argMin(service, (NOT is_root, time)) AS root_service,
    arraySort(groupUniqArray(20)(toString(service))) AS services,
    count() AS spans,
    countIf(status = 'error') AS errors,
    argMinIf(user_id, time, isNotNull(user_id)) AS span_user,
    argMinIf(session_id, time, isNotNull(session_id)) AS span_session,
    argMinIf(environment, time, isNotNull(environment)) AS span_environment
"""

CALL_SUMS = """
    project,
    lower(hex(trace_id)) AS trace_hex,
    count() AS calls,
    sumOrNull(input_tokens) AS input_tokens,
    sumOrNull(output_tokens) AS output_tokens,
    sumOrNull(cost_usd) AS cost_usd,
    countIf(cost_state = 'unpriced') AS unpriced_calls,
    arraySort(groupUniqArrayIf(20)(assumeNotNull(ifNull(response_model, request_model)),
        isNotNull(response_model) OR isNotNull(request_model))) AS models,
    argMinIf(user_id, time, isNotNull(user_id)) AS user_id,
    argMinIf(session_id, time, isNotNull(session_id)) AS session_id,
    argMinIf(environment, time, isNotNull(environment)) AS environment,
    arraySort(groupUniqArrayArray(20)(tags)) AS tags
"""

KEY = "project, time, span_id, trace_id"


def summaries(
    shop: Services, project: str | None, trace_ids: list[str], *, since_ns: int = 0
) -> dict[tuple[str, str], TraceSummary]:
    """Summaries by project and trace id. The newest version of each row counts (the traces are found through
    an index that FINAL would slow down a hundredfold).
    """
    if not trace_ids:
        return {}
    conditions = Conditions()
    conditions.project(project)
    conditions.add(
        # Without the fixed width, ids that end in a zero byte would not be found.
        "trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))",
        trace_ids=sorted(set(trace_ids)),
    )
    if since_ns:
        conditions.add("time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')", since_ns=since_ns)
    newest = f"{conditions.where} ORDER BY version DESC LIMIT 1 BY {KEY}"
    spans = shop.query(
        f"SELECT {SPAN_SUMS} FROM (SELECT *, parent_span_id = toFixedString(unhex('0000000000000000'), 8) "
        "AS is_root "
        f"FROM (SELECT {KEY}, parent_span_id, duration_ns, name, service, status, user_id, session_id, "
        "environment "
        f"FROM spans {newest})) GROUP BY project, trace_id",
        conditions.params,
    ).dicts()
    calls = shop.query(
        f"SELECT {CALL_SUMS} FROM (SELECT {KEY}, counted, input_tokens, output_tokens, cost_usd, cost_state, "
        "request_model, response_model, user_id, session_id, environment, tags "
        f"FROM calls {newest}) WHERE counted GROUP BY project, trace_id",
        conditions.params,
    ).dicts()
    by_key = {(row["project"], row["trace_hex"]): row for row in calls}
    return {
        (row["project"], row["trace_hex"]): _summary(row, by_key.get((row["project"], row["trace_hex"]), {}))
        for row in spans
    }


def summary_of(
    project: str, trace_id: str, spans: list[dict[str, Any]], calls: list[dict[str, Any]]
) -> TraceSummary:
    """The same sums as `summaries` over rows that are here already: all of a trace's."""
    root = min(spans, key=lambda row: (row["parent_hex"] != NO_SPAN, row["time"]))
    counted = sorted((row for row in calls if row["counted"]), key=lambda row: row["time"])
    by_time = sorted(spans, key=lambda row: row["time"])

    def first(rows: list[dict[str, Any]], name: str) -> str | None:
        return next((row[name] for row in rows if row[name] is not None), None)

    def total(name: str) -> Any:
        found = [row[name] for row in counted if row[name] is not None]
        return sum(found) if found else None

    models = {row["response_model"] or row["request_model"] for row in counted} - {None}
    return _summary(
        {
            "project": project,
            "trace_hex": trace_id,
            "start_ns": by_time[0]["time"],
            "end_ns": max(row["time"] + row["duration_ns"] for row in spans),
            "root_name": root["name"],
            "root_seen": root["parent_hex"] == NO_SPAN,
            "root_service": root["service"],
            "services": sorted({row["service"] for row in spans})[:MODELS_MAX],
            "spans": len(spans),
            "errors": sum(1 for row in spans if row["status_text"] == "error"),
            "span_user": first(by_time, "user_id"),
            "span_session": first(by_time, "session_id"),
            "span_environment": first(by_time, "environment"),
        },
        {
            "calls": len(counted),
            "input_tokens": total("input_tokens"),
            "output_tokens": total("output_tokens"),
            "cost_usd": total("cost_usd"),
            "unpriced_calls": sum(1 for row in counted if row["cost_state"] == "unpriced"),
            "models": sorted(models)[:MODELS_MAX],
            "user_id": first(counted, "user_id"),
            "session_id": first(counted, "session_id"),
            "environment": first(counted, "environment"),
            "tags": sorted({tag for row in counted for tag in row["tags"]})[:MODELS_MAX],
        },
    )


def _summary(row: dict[str, Any], call: dict[str, Any]) -> TraceSummary:
    tokens = [call[name] for name in ("input_tokens", "output_tokens") if call.get(name) is not None]
    return TraceSummary(
        trace_id=row["trace_hex"],
        project=row["project"],
        time=format_time(row["start_ns"]),
        end_time=format_time(row["end_ns"]),
        duration_ms=(row["end_ns"] - row["start_ns"]) / 1e6,
        name=row["root_name"],
        root_seen=bool(row["root_seen"]),
        service=row["root_service"],
        services=row["services"],
        spans=row["spans"],
        calls=call.get("calls", 0),
        errors=row["errors"],
        input_tokens=call.get("input_tokens"),
        output_tokens=call.get("output_tokens"),
        total_tokens=sum(tokens) if tokens else None,
        cost_usd=money(call.get("cost_usd")),
        unpriced_calls=call.get("unpriced_calls", 0),
        models=call.get("models", []),
        user_id=call.get("user_id") or row["span_user"],
        session_id=call.get("session_id") or row["span_session"],
        environment=call.get("environment") or row["span_environment"],
        tags=call.get("tags", []),
    )
