"""A whole trace as columns: what its page draws fifty thousand spans from."""

from collections.abc import Iterable
from typing import Any

from sonde.api.reads.call_rows import NODE_PLAIN
from sonde.api.reads.query import finite, known, money
from sonde.api.reads.trace import Row, read_trace
from sonde.api.reads.tree import TreeNode
from sonde.api.schemas.trace_outline import CallColumns, Coded, SpanColumns, TraceOutline
from sonde.api.services import Services
from sonde.auth.grant import Grant

RELEASES_MAX = 20


def get_outline(shop: Services, grant: Grant, wanted: str | None, trace_id: str) -> TraceOutline:
    """All spans of a trace. Raises `NotFound`, also for a trace of a foreign project."""
    found = read_trace(shop, grant, wanted, trace_id)
    order = found.order()
    place = {node.span_id: row for row, node in enumerate(order)}
    releases = sorted({row["release"] for row in found.spans.values() if row["release"]})
    return TraceOutline.model_construct(
        **found.summary().model_dump(),
        releases=releases[:RELEASES_MAX],
        duplicates=found.duplicates,
        scores=found.scores,
        logs=found.logs,
        truncated=found.truncated,
        columns=_spans(order, [found.spans[node.span_id] for node in order], place, found.first_ns),
        call_columns=_calls(found.calls, place),
    )


def _spans(order: list[TreeNode], rows: list[Row], place: dict[str, int], start_ns: int) -> SpanColumns:
    # A parent that stands below its child, as in a cycle, is no parent here.
    above = [place.get(row["parent_hex"], -1) for row in rows]
    return SpanColumns.model_construct(
        span_id=[node.span_id for node in order],
        parent=[parent if parent < number else -1 for number, parent in enumerate(above)],
        depth=[node.depth for node in order],
        parent_missing=[number for number, node in enumerate(order) if node.parent_missing],
        name=coded(row["name"] for row in rows),
        operation=coded(row["operation"] for row in rows),
        service=coded(row["service"] for row in rows),
        kind=coded(row["kind"] for row in rows),
        scope_name=coded(row["scope_name"] for row in rows),
        status=coded(row["status_text"] for row in rows),
        error_type=coded(row["error_type"] for row in rows),
        status_message=coded(row["status_message"] for row in rows),
        start_offset_ms=[(row["time"] - start_ns) / 1e6 for row in rows],
        duration_ms=[row["duration_ns"] / 1e6 for row in rows],
        events=[row["events_count"] for row in rows],
    )


def coded(values: Iterable[str | None]) -> Coded:
    """A column as codes into its different values, in the order they first appear."""
    codes: dict[str | None, int] = {}
    column = [codes.setdefault(value, len(codes)) for value in values]
    return Coded.model_construct(values=list(codes), codes=column)


def _calls(calls: dict[str, Row], place: dict[str, int]) -> CallColumns:
    here = [(place[span_id], row) for span_id, row in calls.items() if span_id in place]
    rows = sorted(here, key=lambda item: item[0])
    plain: dict[str, Any] = {name: [row[name] for _, row in rows] for name in NODE_PLAIN}
    return CallColumns.model_construct(
        None,
        row=[number for number, _ in rows],
        duplicate_of=[known(row["duplicate_hex"]) for _, row in rows],
        duplicate_reason=[row["duplicate_reason"] or None for _, row in rows],
        ttft_ms=[finite(row["ttft_ms"]) for _, row in rows],
        cost_usd=[money(row["cost_usd"]) for _, row in rows],
        **plain,
    )
