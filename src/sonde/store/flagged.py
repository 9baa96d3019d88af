"""Where rows lie whose own time could not be used: they were put at the moment they first arrived."""

from collections.abc import Sequence

from sonde.store.arrow import hash_number
from sonde.store.engine import Engine


def times_of_spans(engine: Engine, project: str, trace_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """(trace id, span id) → time in ns of the flagged spans of these traces."""
    found = engine.query(
        "SELECT lower(hex(trace_id)), lower(hex(span_id)), toUnixTimestamp64Nano(min(time)) FROM spans "
        "WHERE project = {project:String} AND time_flag != '' "
        "AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16)) "
        "GROUP BY trace_id, span_id",
        {"project": project, "ids": sorted(set(trace_ids))},
    )
    return {(trace_id, span_id): time_ns for trace_id, span_id, time_ns in found.rows}


def times_of_logs(engine: Engine, project: str, record_ids: Sequence[str]) -> dict[str, int]:
    """Record id → time in ns of the flagged log records among these."""
    numbers = {hash_number(record_id): record_id for record_id in record_ids}
    found = engine.query(
        "SELECT record, toUnixTimestamp64Nano(min(time)) FROM logs "
        "WHERE project = {project:String} AND time_flag != '' AND record IN {records:Array(UInt64)} "
        "GROUP BY record",
        {"project": project, "records": sorted(numbers)},
    )
    return {numbers[record]: time_ns for record, time_ns in found.rows}
