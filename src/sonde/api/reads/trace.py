"""One trace: its spans in the order of the tree, with their calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sonde.api.cursor import Cursor, decode, encode
from sonde.api.parameters import TraceParameters
from sonde.api.reads.call_rows import NODE_CALL_COLUMNS, span_call
from sonde.api.reads.query import NO_SPAN, Conditions
from sonde.api.reads.scores import of_trace
from sonde.api.reads.trace_rows import summary_of
from sonde.api.reads.tree import TreeNode, tree_order
from sonde.api.schemas.scores import ScoreItem
from sonde.api.schemas.traces import SpanNode, TraceDetail, TraceSummary
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound
from sonde.store.together import together

SPANS_READ_MAX = 60_000
"""Spans of one trace that are read: of longer ones the earliest."""

NODE_COLUMNS = (
    "time, duration_ns, lower(hex(span_id)) AS span_hex, lower(hex(parent_span_id)) AS parent_hex, name, "
    "kind, service, "
    "scope_name, operation, CAST(status, 'String') AS status_text, status_message, error_type, time_flag, "
    "JSONLength(events) AS events_count, JSONLength(links) AS links_count"
)
ROW_COLUMNS = f"{NODE_COLUMNS}, user_id, session_id, environment, release, version"
"""With what the summary takes, and which of two versions is the newer."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TraceRows:
    """Everything that is stored of one trace, without content. Rows by span id, the newest version each."""

    project: str
    trace_id: str
    spans: dict[str, Row]
    """Rows of `ROW_COLUMNS`."""
    calls: dict[str, Row]
    """Rows of `NODE_CALL_COLUMNS`."""
    scores: list[ScoreItem]
    logs: int
    truncated: bool

    @property
    def first_ns(self) -> int:
        """Start of the earliest span."""
        return min(row["time"] for row in self.spans.values())

    @property
    def duplicates(self) -> int:
        """Calls that are not counted."""
        return sum(1 for row in self.calls.values() if not row["counted"])

    def order(self) -> list[TreeNode]:
        """The spans in the order of their tree."""
        return tree_order((row["span_hex"], row["parent_hex"], row["time"]) for row in self.spans.values())

    def summary(self) -> TraceSummary:
        """Sums over spans and counted calls."""
        return summary_of(self.project, self.trace_id, list(self.spans.values()), list(self.calls.values()))


def get_trace(shop: Services, grant: Grant, parameters: TraceParameters, trace_id: str) -> TraceDetail:
    """A trace and one page of its spans. Raises `NotFound`, also for a trace of a foreign project."""
    found = read_trace(shop, grant, parameters.project, trace_id)
    page, cursor = _page(found.order(), parameters, trace_id)
    start_ns = found.first_ns
    return TraceDetail(
        **found.summary().model_dump(),
        items=[
            span_node(found.spans[node.span_id], node, start_ns, found.calls.get(node.span_id))
            for node in page
        ],
        next_cursor=cursor,
        duplicates=found.duplicates,
        scores=found.scores,
        logs=found.logs,
        truncated=found.truncated,
    )


def read_trace(shop: Services, grant: Grant, wanted: str | None, trace_id: str) -> TraceRows:
    """All of a trace: of the project asked for, else of the first that has it. Raises `NotFound`.

    One flat query for each table, asked side by side. Most of what they cost is analysing them.
    """
    known = grant.project_for(wanted)
    if known is None:
        spans = _span_rows(shop, None, trace_id)
        project = min(str(row["project_name"]) for row in spans)
        calls, scores, logs = _beside(shop, project, trace_id)
        spans = [row for row in spans if row["project_name"] == project]
    else:
        project = known
        spans, (calls, scores, logs) = together(
            lambda: _span_rows(shop, project, trace_id), lambda: _beside(shop, project, trace_id)
        )
    truncated = len(spans) > SPANS_READ_MAX
    return TraceRows(
        project, trace_id, _newest(spans[:SPANS_READ_MAX]), _newest(calls), scores, logs, truncated
    )


def _beside(shop: Services, project: str, trace_id: str) -> tuple[list[Row], list[ScoreItem], int]:
    """What there is of a trace besides its spans: calls, scores, the number of log records."""
    conditions = _of(project, trace_id)
    calls, (scores, logs) = together(
        lambda: _call_rows(shop, conditions),
        lambda: (of_trace(shop, project, trace_id), _log_count(shop, conditions)),
    )
    return calls, scores, logs


def _of(project: str | None, trace_id: str) -> Conditions:
    conditions = Conditions()
    conditions.project(project)
    conditions.trace(trace_id)
    return conditions


def _span_rows(shop: Services, project: str | None, trace_id: str) -> list[Row]:
    """Rows of the spans, more than `SPANS_READ_MAX` when there are more. Raises `NotFound`."""
    conditions = _of(project, trace_id)
    sql = f"SELECT toString(project) AS project_name, {ROW_COLUMNS} FROM spans {conditions.where}"
    limit = f"LIMIT {SPANS_READ_MAX + 1}"
    rows = shop.query(f"{sql} {limit}", conditions.params).dicts()
    if not rows:
        raise NotFound("There is no such trace.")
    if len(rows) > SPANS_READ_MAX:
        rows = shop.query(f"{sql} ORDER BY time {limit}", conditions.params).dicts()
    return rows


def _call_rows(shop: Services, conditions: Conditions) -> list[Row]:
    found = shop.query(
        f"SELECT {NODE_CALL_COLUMNS}, version FROM calls {conditions.where} LIMIT {2 * SPANS_READ_MAX}",
        conditions.params,
    )
    return found.dicts()


def _newest(rows: Iterable[Row]) -> dict[str, Row]:
    """The newest version of each row by its span id. Sorting in the engine would cost more than this."""
    found: dict[str, Row] = {}
    for row in rows:
        known = found.get(row["span_hex"])
        if known is None or row["version"] > known["version"]:
            found[row["span_hex"]] = row
    return found


def _page(
    order: list[TreeNode], parameters: TraceParameters, trace_id: str
) -> tuple[list[TreeNode], str | None]:
    """The nodes of the page that was asked for, and the cursor of the next one."""
    start = 0
    if parameters.cursor:
        cursor = decode(parameters.cursor, trace_id, (str,))
        start = next((i + 1 for i, node in enumerate(order) if node.span_id == cursor.key[0]), len(order))
    page = order[start : start + parameters.limit]
    more = start + parameters.limit < len(order)
    return page, encode(Cursor((page[-1].span_id,), TimeRange(0, 0)), trace_id) if more else None


class SpanPlace(NamedTuple):
    """Where a span stands in its trace."""

    project: str
    start_ns: int
    """Start of the trace."""
    end_ns: int
    """Start of the trace's last span."""
    node: TreeNode

    def conditions(self, trace_id: str) -> Conditions:
        """Conditions for rows of the trace. The range lets the engine read by its order."""
        conditions = _of(self.project, trace_id)
        conditions.time(TimeRange(self.start_ns, self.end_ns + 1))
        return conditions


def place_of(shop: Services, grant: Grant, wanted: str | None, trace_id: str, span_id: str) -> SpanPlace:
    """Where one span stands, from ids and times alone. Raises `NotFound`."""
    conditions = _of(grant.project_for(wanted), trace_id)
    rows = shop.query(
        f"SELECT toString(project), time, span_id, parent_span_id FROM spans {conditions.where} "
        f"LIMIT {2 * SPANS_READ_MAX}",
        conditions.params,
    ).rows
    if not rows:
        raise NotFound("There is no such trace.")
    own = bytes.fromhex(span_id)
    project = min(row[0] for row in rows)
    parents = {row[2]: row[3] for row in rows if row[0] == project}
    times = [row[1] for row in rows if row[0] == project]
    seen: set[bytes] = {own}
    above = parents.get(own, b"")
    missing = above.strip(b"\0") != b"" and above not in parents
    while above in parents and above not in seen:
        seen.add(above)
        above = parents[above]
    return SpanPlace(project, min(times), max(times), TreeNode(span_id, len(seen) - 1, missing))


def span_node(row: dict[str, Any], node: TreeNode, start_ns: int, call: dict[str, Any] | None) -> SpanNode:
    """One span."""
    return SpanNode(**node_fields(row, node, start_ns, call))


def node_fields(
    row: dict[str, Any], node: TreeNode, start_ns: int, call: dict[str, Any] | None
) -> dict[str, Any]:
    """Fields of `SpanNode` from a row of `NODE_COLUMNS`."""
    return {
        "span_id": row["span_hex"],
        "parent_span_id": None if row["parent_hex"] == NO_SPAN else row["parent_hex"],
        "depth": node.depth,
        "parent_missing": node.parent_missing,
        "name": row["name"],
        "kind": row["kind"],
        "service": row["service"],
        "scope_name": row["scope_name"],
        "operation": row["operation"],
        "status": row["status_text"],
        "status_message": row["status_message"],
        "error_type": row["error_type"],
        "time": format_time(row["time"]),
        "end_time": format_time(row["time"] + row["duration_ns"]),
        "start_offset_ms": (row["time"] - start_ns) / 1e6,
        "duration_ms": row["duration_ns"] / 1e6,
        "events": row["events_count"],
        "links": row["links_count"],
        "time_flag": row["time_flag"] or None,
        "call": span_call(call) if call else None,
    }


def _log_count(shop: Services, conditions: Conditions) -> int:
    found = shop.query(f"SELECT uniqExact(record) FROM logs {conditions.where}", conditions.params)
    return int(found.scalar() or 0)
