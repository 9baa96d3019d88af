"""The list of sessions, and one session with its turns."""

from itertools import groupby
from typing import Any

from sonde.api.cursor import Cursor, decode, encode
from sonde.api.parameters import SessionListParameters, SessionParameters
from sonde.api.reads.call_rows import SUMMARY_COLUMNS, summary_fields
from sonde.api.reads.groups import SUMS, Group, page_of_groups, sum_fields
from sonde.api.reads.query import Conditions
from sonde.api.reads.trace_rows import summaries
from sonde.api.schemas.sessions import (
    Preview,
    SessionDetail,
    SessionPage,
    SessionSummary,
    SessionTurn,
    TurnCall,
)
from sonde.api.schemas.traces import TraceSummary
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound
from sonde.model.limits import TIME_MAX_NS

SERVICES = "arraySort(groupUniqArray(20)(toString(service))) AS n_services"
BY_SESSION = Group("session_id", f"{SERVICES}, argMax(user_id, time) AS n_user")

CALLS_PER_TURN_MAX = 100
PREVIEWED_AT_EACH_END = 3
"""Calls at the start and at the end of a turn that are shown with previews: an agent sends its whole history
with every call in between."""
PREVIEW_CHARACTERS = 4_000
KEY = "project, time, span_id, trace_id"


def list_sessions(shop: Services, grant: Grant, parameters: SessionListParameters) -> SessionPage:
    """One page. A session is there when any of its calls is in the range; its figures are of those."""
    found = page_of_groups(shop, grant, parameters, BY_SESSION)
    return SessionPage.model_construct(
        items=[SessionSummary.model_construct(**_fields(row)) for row in found.rows],
        next_cursor=found.next_cursor,
        from_=format_time(found.window.from_ns),
        to=format_time(found.window.to_ns),
    )


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    fields = sum_fields(row)
    fields.update(
        session_id=row["name"],
        user_id=row["n_user"] or None,
        services=list(row["n_services"]),
    )
    return fields


def get_session(
    shop: Services, grant: Grant, parameters: SessionParameters, session_id: str
) -> SessionDetail:
    """All of a session, whenever it was, with a page of its turns. Raises `NotFound`."""
    project = _project(shop, grant, parameters, session_id)
    mark = f"session:{project}:{session_id}"
    cursor = decode(parameters.cursor, mark, (int, str)) if parameters.cursor else None
    scope = Conditions()
    scope.project(project)
    scope.add("session_id = {session_id:String}", session_id=session_id)
    newest = _newest("duration_ns, counted, service, status, user_id, session_id, input_tokens, "
                     "output_tokens, cost_usd, cost_state, request_model, response_model", scope)  # fmt: skip
    whole = shop.query(
        f"SELECT project, assumeNotNull(session_id) AS name, {SUMS}, {BY_SESSION.sums} "
        f"FROM ({newest}) WHERE counted GROUP BY project, name",
        scope.params,
    ).dicts()
    if not whole:
        raise NotFound("There is no such session.")
    params = {**scope.params, "limit": parameters.limit + 1}
    having = ""
    if cursor is not None:
        having = "HAVING (first_ns, trace_hex) > ({c_first:Int64}, {c_trace:String})"
        params |= dict(zip(("c_first", "c_trace"), cursor.key, strict=True))
    rows = shop.query(
        f"SELECT project, lower(hex(trace_id)) AS trace_hex, {SUMS} FROM ({newest}) WHERE counted "
        f"GROUP BY project, trace_id {having} ORDER BY first_ns, trace_hex LIMIT {{limit:UInt32}}",
        params,
    ).dicts()
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        place = (int(rows[-1]["first_ns"]), rows[-1]["trace_hex"])
        next_cursor = encode(Cursor(place, TimeRange(0, TIME_MAX_NS)), mark)
    with_content = grant.allows("content")
    return SessionDetail.model_construct(
        **_fields(whole[0]),
        turns=int(whole[0]["n_traces"]),
        items=_turns(shop, project, scope, rows, with_content=with_content),
        next_cursor=next_cursor,
        content=with_content,
    )


def _project(shop: Services, grant: Grant, parameters: SessionParameters, session_id: str) -> str:
    """The project of a session; the one that used the name last when it was not said which."""
    project = grant.project_for(parameters.project)
    if project is not None:
        return project
    rows = shop.query(
        "SELECT project FROM calls WHERE session_id = {session_id:String} ORDER BY time DESC LIMIT 1",
        {"session_id": session_id},
    ).rows
    if not rows:
        raise NotFound("There is no such session.")
    return str(rows[0][0])


def _newest(columns: str, conditions: Conditions) -> str:
    """The newest version of each call. Not with FINAL, which would make the index read far more."""
    return f"SELECT {KEY}, {columns} FROM calls {conditions.where} ORDER BY version DESC LIMIT 1 BY {KEY}"


def _turns(
    shop: Services, project: str, scope: Conditions, rows: list[dict[str, Any]], *, with_content: bool
) -> list[SessionTurn]:
    """The traces of these rows with their calls."""
    if not rows:
        return []
    trace_ids = [row["trace_hex"] for row in rows]
    since_ns = min(int(row["first_ns"]) for row in rows)
    # A trace may have begun with other work before the first call that names the session: no bound on time.
    found = summaries(shop, project, trace_ids)
    calls = _calls(shop, scope, trace_ids, since_ns)
    previews = _previews(shop, project, _ends(calls)) if with_content else {}
    turns: list[SessionTurn] = []
    for row in rows:
        trace_id = row["trace_hex"]
        own = [call for call in calls if call["trace_hex"] == trace_id]
        items = [
            TurnCall.model_construct(
                **summary_fields(call),
                asked=previews.get((trace_id, call["span_hex"], "input")),
                answered=previews.get((trace_id, call["span_hex"], "output")),
            )
            for call in own[:CALLS_PER_TURN_MAX]
        ]
        trace = found.get((project, trace_id)) or _bare(row, own)
        fields = {name: getattr(trace, name) for name in TraceSummary.model_fields}
        sums = sum_fields(row)
        fields |= {
            name: sums[name]
            for name in ("calls", "input_tokens", "output_tokens", "total_tokens", "cost_usd", "models")
        }
        fields["unpriced_calls"] = sums["unpriced_calls"]
        turns.append(
            SessionTurn.model_construct(**fields, items=items, more_calls=max(sums["calls"] - len(items), 0))
        )
    return turns


def _bare(row: dict[str, Any], calls: list[dict[str, Any]]) -> TraceSummary:
    """A trace whose spans are gone already: what its calls say."""
    sums = sum_fields(row)
    first = calls[0] if calls else None
    end_ns = max((call["time"] + call["duration_ns"] for call in calls), default=int(row["last_ns"]))
    return TraceSummary(
        trace_id=row["trace_hex"],
        project=sums["project"],
        time=sums["time"],
        end_time=format_time(end_ns),
        duration_ms=(end_ns - int(row["first_ns"])) / 1e6,
        name=first["name"] if first else "",
        root_seen=False,
        service=first["service"] if first else "",
        services=sorted({call["service"] for call in calls}),
        spans=0,
        calls=sums["calls"],
        errors=sums["errors"],
        models=sums["models"],
    )


def _calls(shop: Services, scope: Conditions, trace_ids: list[str], since_ns: int) -> list[dict[str, Any]]:
    """The session's counted calls of these traces in order."""
    conditions = _of_traces(scope.params["project"], trace_ids)
    conditions.add("session_id = {session_id:String}", session_id=scope.params["session_id"])
    conditions.add("time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')", since_ns=since_ns)
    inner = (
        f"SELECT {SUMMARY_COLUMNS}, trace_id, span_id FROM calls {conditions.where} "
        f"ORDER BY version DESC LIMIT 1 BY {KEY}"
    )
    return shop.query(
        f"SELECT * FROM ({inner}) WHERE counted ORDER BY trace_id, time, span_id "
        "LIMIT {most:UInt32} BY trace_id",
        {**conditions.params, "most": CALLS_PER_TURN_MAX},
    ).dicts()


def _ends(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first and the last calls of each trace; calls come trace by trace."""
    found: list[dict[str, Any]] = []
    for _, group in groupby(calls, key=lambda call: call["trace_hex"]):
        own = list(group)
        middle = range(PREVIEWED_AT_EACH_END, len(own) - PREVIEWED_AT_EACH_END)
        found.extend(call for index, call in enumerate(own) if index not in middle)
    return found


def _previews(
    shop: Services, project: str, calls: list[dict[str, Any]]
) -> dict[tuple[str, str, str], Preview]:
    """The last message of the user and the last output of these calls, by trace, span and direction."""
    if not calls:
        return {}
    conditions = _of_traces(project, [call["trace_hex"] for call in calls])
    conditions.add(
        "span_id IN (SELECT toFixedString(unhex(arrayJoin({span_ids:Array(String)})), 8))",
        span_ids=[call["span_hex"] for call in calls],
    )
    conditions.add("(direction = 'output' OR (direction = 'input' AND role NOT IN ('system', 'tool')))")
    newest = (
        "SELECT trace_id, span_id, record, time, position, direction, length(text) AS n_bytes, "
        "substringUTF8(text, 1, {cut:UInt32}) AS cut_text "
        f"FROM contents {conditions.where} "
        "ORDER BY version DESC LIMIT 1 BY project, time, span_id, trace_id, record, position"
    )
    rows = shop.query(
        "SELECT lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex, direction, n_bytes, "
        f"cut_text FROM ({newest}) WHERE n_bytes > 0 "
        "ORDER BY record = 0 DESC, time DESC, record DESC, position DESC "
        "LIMIT 1 BY trace_id, span_id, direction",
        {**conditions.params, "cut": PREVIEW_CHARACTERS},
    ).dicts()
    return {
        (row["trace_hex"], row["span_hex"], row["direction"]): Preview(
            text=row["cut_text"],
            bytes=row["n_bytes"],
            truncated=len(row["cut_text"].encode("utf-8", "replace")) < row["n_bytes"],
        )
        for row in rows
    }


def _of_traces(project: str, trace_ids: list[str]) -> Conditions:
    conditions = Conditions()
    conditions.project(project)
    conditions.add(
        # Without the fixed width, ids that end in a zero byte would not be found.
        "trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))",
        trace_ids=sorted(set(trace_ids)),
    )
    return conditions
