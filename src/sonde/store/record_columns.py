"""Logs, metric points and scores as Arrow columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from sonde.model.rows import LogRow, MetricPoint, Score
from sonde.store.arrow import MICROSECONDS, counts, flags, floats, hash_number, ids, texts, times

if TYPE_CHECKING:
    from sonde.store.arrow import Array


def log_table(rows: Sequence[LogRow]) -> "pa.Table":
    """Table ``logs``."""
    return pa.table(
        {
            "project": texts([row.project for row in rows]),
            "time": times([row.time_ns for row in rows]),
            "observed_at": times([row.observed_ns for row in rows]),
            "received_at": times([row.received_ns // 1_000 for row in rows], MICROSECONDS),
            "trace_id": ids([row.trace_id for row in rows], 16),
            "span_id": ids([row.span_id for row in rows], 8),
            "service": texts([row.service for row in rows]),
            "severity_number": counts([row.severity_number for row in rows], pa.uint32()),
            "severity": texts([row.severity for row in rows]),
            "event_name": texts([row.event_name for row in rows]),
            "body": texts([row.body for row in rows]),
            "attributes": texts([row.attributes_json for row in rows]),
            "resource": texts([row.resource_json for row in rows]),
            "scope_name": texts([row.scope_name for row in rows]),
            "time_flag": texts([row.time_flag for row in rows]),
            "record": pa.array([hash_number(row.record_id) for row in rows], pa.uint64()),
        }
    )


def _signed(values: Sequence[int | None], kind: "pa.DataType", limit: int) -> "Array":
    try:
        return pa.array(values, kind)
    except (OverflowError, pa.ArrowInvalid):
        return pa.array(
            [None if value is None or not -limit <= value < limit else value for value in values], kind
        )


def _count_lists(values: Sequence[Sequence[int]]) -> "Array":
    return pa.array(
        [[min(max(item, 0), (1 << 64) - 1) for item in value] for value in values], pa.list_(pa.uint64())
    )


def metric_table(rows: Sequence[MetricPoint]) -> "pa.Table":
    """Table ``metrics``."""
    return pa.table(
        {
            "project": texts([row.project for row in rows]),
            "name": texts([row.name for row in rows]),
            "series": pa.array([hash_number(row.series_id) for row in rows], pa.uint64()),
            "time": times([row.time_ns for row in rows]),
            "start_time": times([row.start_ns for row in rows]),
            "received_at": times([row.received_ns // 1_000 for row in rows], MICROSECONDS),
            "service": texts([row.service for row in rows]),
            "unit": texts([row.unit for row in rows]),
            "description": texts([row.description for row in rows]),
            "kind": texts([row.kind for row in rows]),
            "temporality": texts([row.temporality for row in rows]),
            "monotonic": flags([row.monotonic for row in rows]),
            "attributes": texts([row.attributes_json for row in rows]),
            "resource": texts([row.resource_json for row in rows]),
            "scope_name": texts([row.scope_name for row in rows]),
            "value": floats([row.value for row in rows]),
            "value_int": _signed([row.value_int for row in rows], pa.int64(), 1 << 63),
            "count": counts([row.count for row in rows]),
            "sum": floats([row.sum for row in rows]),
            "min": floats([row.min for row in rows]),
            "max": floats([row.max for row in rows]),
            "bounds": pa.array([row.bounds for row in rows], pa.list_(pa.float64())),
            "bucket_counts": _count_lists([row.bucket_counts for row in rows]),
            "quantile_values": pa.array([row.quantile_values for row in rows], pa.list_(pa.float64())),
            "scale": _signed([row.scale for row in rows], pa.int32(), 1 << 31),
            "zero_count": counts([row.zero_count for row in rows]),
            "zero_threshold": floats([row.zero_threshold for row in rows]),
            "positive_offset": _signed([row.positive_offset for row in rows], pa.int32(), 1 << 31),
            "positive_counts": _count_lists([row.positive_counts for row in rows]),
            "negative_offset": _signed([row.negative_offset for row in rows], pa.int32(), 1 << 31),
            "negative_counts": _count_lists([row.negative_counts for row in rows]),
            "exemplars": texts([row.exemplars_json for row in rows]),
            "flags": counts([row.flags for row in rows], pa.uint32()),
        }
    )


def score_table(rows: Sequence[Score], versions: Sequence[int]) -> "pa.Table":
    """Table ``scores``."""
    return pa.table(
        {
            "project": texts([row.project for row in rows]),
            "time": times([row.time_ns for row in rows]),
            "score_id": texts([row.score_id for row in rows]),
            "name": texts([row.name for row in rows]),
            "trace_id": ids([row.trace_id for row in rows], 16),
            "span_id": ids([row.span_id for row in rows], 8),
            "session_id": texts([row.session_id for row in rows]),
            "response_id": texts([row.response_id for row in rows]),
            "value": floats([row.value for row in rows]),
            "label": texts([row.label for row in rows]),
            "comment": texts([row.comment for row in rows]),
            "source": texts([row.source for row in rows]),
            "author": texts([row.author for row in rows]),
            "data_type": texts([row.data_type for row in rows]),
            "attributes": texts([row.attributes_json for row in rows]),
            "version": pa.array(versions, pa.uint64()),
        }
    )
