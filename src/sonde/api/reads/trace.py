"""One trace: its spans in the order of the tree, with their calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sonde.api.cursor import Cursor, decode, encode
from sonde.api.parameters import TraceParameters
from sonde.api.reads.call_rows import NODE_CALL_COLUMNS, span_call
from sonde.api.reads.query import NO_SPAN, Conditions
from sonde.api.reads.scores import of_trace
from sonde.api.reads.together import together
from sonde.api.reads.trace_rows import summaries, summary_of
from sonde.api.reads.tree import TreeNode, tree_order
from sonde.api.schemas.scores import ScoreItem
from sonde.api.schemas.traces import SpanNode, TraceDetail, TraceSummary
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound

SPANS_READ_MAX = 50_000
AT_ONCE_MAX = 2_000
"""Traces up to this many spans are read in one query; of larger ones first the shape, then a page."""

NODE_COLUMNS = (
    "time, duration_ns, lower(hex(span_id)) AS span_hex, lower(hex(parent_span_id)) AS parent_hex, name, "
    "kind, service, "
    "scope_name, operation, CAST(status, 'String') AS status_text, status_message, error_type, time_flag, "
    "JSONLength(events) AS events_count, JSONLength(links) AS links_count"
)
ROW_COLUMNS = f"{NODE_COLUMNS}, user_id, session_id, environment, version"
"""With what the summary takes, and which of two versions is the newer."""
ROWS_MAX = 4 * SPANS_READ_MAX
"""Rows of one query: a span may be stored in several versions until they are merged."""


def get_trace(shop: Services, grant: Grant, parameters: TraceParameters, trace_id: str) -> TraceDetail:
    """A trace and one page of its spans. Raises `NotFound`, also for a trace of a foreign project."""
    wanted = grant.project_for(parameters.project)
    if wanted is None:
        spans = _small(shop, wanted, trace_id)
        extras = _extras(shop, _first_project(spans), trace_id)
    else:
        spans, extras = together(
            lambda: _small(shop, wanted, trace_id), lambda: _extras(shop, wanted, trace_id)
        )
    if len(spans) > AT_ONCE_MAX:
        return _large(shop, grant, parameters, trace_id)
    project = _first_project(spans)
    rows = newest(row for row in spans if row["project_name"] == project)
    order = tree_order((row["span_hex"], row["parent_hex"], row["time"]) for row in rows.values())
    page, cursor = _page(order, parameters, trace_id)
    summary = summary_of(project, trace_id, list(rows.values()), list(extras.calls.values()))
    return _detail(page, rows, min(row["time"] for row in rows.values()), summary, extras, cursor)


def _large(shop: Services, grant: Grant, parameters: TraceParameters, trace_id: str) -> TraceDetail:
    """The same for a trace of so many spans that only its shape and the page's spans are read."""
    found = skeleton_of(shop, grant, parameters.project, trace_id)
    order = tree_order(found.spans[:SPANS_READ_MAX])
    page, cursor = _page(order, parameters, trace_id)
    rows = _span_rows(shop, found.conditions(), page)
    summary = summaries(shop, found.project, [trace_id], since_ns=found.first_ns)[found.project, trace_id]
    extras = _extras(shop, found.project, trace_id)
    detail = _detail(page, rows, found.first_ns, summary, extras, cursor)
    return detail.model_copy(update={"truncated": len(found.spans) > SPANS_READ_MAX})


@dataclass(frozen=True, slots=True)
class _Extras:
    """What is shown of a trace besides its spans."""

    calls: dict[str, dict[str, Any]]
    """Rows of `NODE_CALL_COLUMNS` by span id."""
    scores: list[ScoreItem]
    logs: int


def _extras(shop: Services, project: str, trace_id: str) -> _Extras:
    conditions = Conditions()
    conditions.project(project)
    conditions.trace(trace_id)
    calls, (scores, logs) = together(
        lambda: _call_rows(shop, conditions),
        lambda: (of_trace(shop, project, trace_id), _log_count(shop, conditions)),
    )
    return _Extras(calls, scores, logs)


def _small(shop: Services, project: str | None, trace_id: str) -> list[dict[str, Any]]:
    """All spans, one more than `AT_ONCE_MAX` at most. Raises `NotFound`."""
    conditions = Conditions()
    conditions.project(project)
    conditions.trace(trace_id)
    rows = shop.query(
        f"SELECT toString(project) AS project_name, {ROW_COLUMNS} FROM spans {conditions.where} "
        f"LIMIT {AT_ONCE_MAX + 1}",
        conditions.params,
    ).dicts()
    if not rows:
        raise NotFound("There is no such trace.")
    return rows


def _first_project(rows: list[dict[str, Any]]) -> str:
    return min(str(row["project_name"]) for row in rows)


def newest(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The newest version of each row by its span id. Sorting in the engine would cost more than this."""
    found: dict[str, dict[str, Any]] = {}
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


def _detail(
    page: list[TreeNode],
    rows: dict[str, dict[str, Any]],
    start_ns: int,
    summary: TraceSummary,
    extras: _Extras,
    next_cursor: str | None,
) -> TraceDetail:
    return TraceDetail(
        **summary.model_dump(),
        items=[
            span_node(rows[node.span_id], node, start_ns, extras.calls.get(node.span_id))
            for node in page
            if node.span_id in rows
        ],
        next_cursor=next_cursor,
        duplicates=sum(1 for row in extras.calls.values() if not row["counted"]),
        scores=extras.scores,
        logs=extras.logs,
    )


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A trace's spans as far as its shape needs them, and where in time they are."""

    project: str
    trace_id: str
    spans: list[tuple[str, str, int]]
    """Span id, parent id, start."""

    @property
    def first_ns(self) -> int:
        """Start of the earliest span."""
        return min(time_ns for _, _, time_ns in self.spans)

    def conditions(self) -> Conditions:
        """Conditions for rows of this trace. The range lets the engine read by its order instead of by an
        index.
        """
        conditions = Conditions()
        conditions.project(self.project)
        conditions.time(TimeRange(self.first_ns, max(time_ns for _, _, time_ns in self.spans) + 1))
        conditions.trace(self.trace_id)
        return conditions


def skeleton_of(shop: Services, grant: Grant, wanted: str | None, trace_id: str) -> Skeleton:
    """The shape of a trace: of the project asked for, else of the first that has it. Raises `NotFound`."""
    conditions = Conditions()
    conditions.project(grant.project_for(wanted))
    conditions.trace(trace_id)
    rows = shop.query(
        "SELECT toString(project), lower(hex(span_id)), lower(hex(parent_span_id)), time "
        f"FROM spans {conditions.where} ORDER BY project, version DESC LIMIT 1 BY project, span_id "
        f"LIMIT {SPANS_READ_MAX + 1}",
        conditions.params,
    ).rows
    if not rows:
        raise NotFound("There is no such trace.")
    project = str(rows[0][0])
    return Skeleton(project, trace_id, [(row[1], row[2], row[3]) for row in rows if row[0] == project])


def _span_rows(shop: Services, conditions: Conditions, page: list[TreeNode]) -> dict[str, dict[str, Any]]:
    """Spans of a page by id."""
    params = {**conditions.params, "span_ids": [node.span_id for node in page]}
    found = shop.query(
        f"SELECT {ROW_COLUMNS} FROM spans {conditions.where} "
        "AND span_id IN (SELECT toFixedString(unhex(arrayJoin({span_ids:Array(String)})), 8)) "
        "ORDER BY version DESC LIMIT 1 BY span_id",
        params,
    )
    return {row["span_hex"]: row for row in found.dicts()}


def _call_rows(shop: Services, conditions: Conditions) -> dict[str, dict[str, Any]]:
    """Calls of the whole trace by span id."""
    found = shop.query(
        f"SELECT {NODE_CALL_COLUMNS}, version FROM calls {conditions.where} LIMIT {ROWS_MAX}",
        conditions.params,
    )
    return newest(found.dicts())


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
