"""The list of traces.

A trace's place in the list is the start of its earliest span in the range, whether or not its root has
arrived: many applications send only the spans of their model calls. Reading goes from the newest backwards
in steps that double, so that the first page does not read the whole range.
"""

from typing import NamedTuple

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.parameters import CallFilters, TraceListParameters
from sonde.api.reads.filter_text import add_filter
from sonde.api.reads.filters import call_conditions
from sonde.api.reads.query import Conditions
from sonde.api.reads.trace_rows import summaries
from sonde.api.schemas.common import Page
from sonde.api.schemas.traces import TraceSummary
from sonde.api.services import Services
from sonde.api.times import SECOND_NS, TimeRange, format_time, time_range
from sonde.auth.grant import Grant

FIRST_STEPS = 64
"""The first step reads this part of the range, at least a minute."""

NOT_CALL_FILTERS = frozenset({"project", "from_", "to", "cursor", "limit", "name", "counted", "filter"})


class Place(NamedTuple):
    """A trace and its place in the list."""

    start_ns: int
    trace_id: str
    project: str


def list_traces(shop: Services, grant: Grant, parameters: TraceListParameters) -> Page[TraceSummary]:
    """One page, newest first."""
    mark = fingerprint(parameters, grant.project or "")
    cursor = decode(parameters.cursor, mark, (int, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    last = Place(*cursor.key) if cursor else None  # pyright: ignore[reportArgumentType]
    places = _places(shop, grant, parameters, window, last)
    next_cursor = None
    if len(places) > parameters.limit:
        places = places[: parameters.limit]
        next_cursor = encode(Cursor(tuple(places[-1]), window), mark)
    found = summaries(
        shop,
        grant.project_for(parameters.project),
        [place.trace_id for place in places],
        since_ns=_earliest(shop, grant, parameters, places, window),
    )
    items = [found[key] for place in places if (key := (place.project, place.trace_id)) in found]
    return Page[TraceSummary].model_construct(
        items=items,
        next_cursor=next_cursor,
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
    )


def _earliest(
    shop: Services, grant: Grant, parameters: TraceListParameters, places: list[Place], window: TimeRange
) -> int:
    """The earliest span of the traces. Those at the start of the range may have begun before it."""
    if not places:
        return 0
    before = _starting_before(
        shop, grant.project_for(parameters.project), places, TimeRange(0, window.from_ns)
    )
    return 0 if before else min(place.start_ns for place in places)


def _places(
    shop: Services, grant: Grant, parameters: TraceListParameters, window: TimeRange, last: Place | None
) -> list[Place]:
    """Traces after ``last`` in order, one more than a page when there are more."""
    wanted = parameters.limit + 1
    if parameters.filter:
        return _filtered(shop, grant, parameters, window, last, wanted)
    upper = window.to_ns if last is None else min(window.to_ns, last.start_ns + 1)
    step = max((window.to_ns - window.from_ns) // FIRST_STEPS, 60 * SECOND_NS)
    found: list[Place] = []
    while upper > window.from_ns and len(found) < wanted:
        lower = max(window.from_ns, upper - step)
        found.extend(_step(shop, grant, parameters, window, TimeRange(lower, upper), last))
        upper = lower
        step *= 2
    return found[:wanted]


def _filtered(
    shop: Services,
    grant: Grant,
    parameters: TraceListParameters,
    window: TimeRange,
    last: Place | None,
    wanted: int,
) -> list[Place]:
    """The same in one query over the whole range: a condition on a sum over whole traces reads it anyway."""
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    _add_filters(conditions, grant, parameters, window, window)
    add_filter(conditions, grant, parameters, "traces", window)
    after = ""
    if last is not None:
        after = "HAVING (start, trace_hex, name) < ({c_start:Int64}, {c_trace:String}, {c_name:String}) "
        conditions.params |= {"c_start": last.start_ns, "c_trace": last.trace_id, "c_name": last.project}
    rows = shop.query(
        "SELECT toUnixTimestamp64Nano(min(time)) AS start, lower(hex(trace_id)) AS trace_hex, "
        f"toString(project) AS name FROM spans {conditions.where} GROUP BY project, trace_id "
        f"{after}ORDER BY start DESC, trace_hex DESC, name DESC LIMIT {{limit:UInt32}}",
        {**conditions.params, "limit": wanted},
    ).rows
    return [Place(*row) for row in rows]


def _step(
    shop: Services,
    grant: Grant,
    parameters: TraceListParameters,
    window: TimeRange,
    part: TimeRange,
    last: Place | None,
) -> list[Place]:
    """Traces that start in a part of the range, newest first."""
    project = grant.project_for(parameters.project)
    conditions = Conditions()
    conditions.project(project)
    conditions.time(part)
    _add_filters(conditions, grant, parameters, TimeRange(part.from_ns, window.to_ns), part)
    rows = shop.query(
        "SELECT project, lower(hex(trace_id)) AS trace_hex, toUnixTimestamp64Nano(min(time)) AS start "
        f"FROM spans {conditions.where} GROUP BY project, trace_id",
        conditions.params,
    ).rows
    places = [Place(start, trace_id, name) for name, trace_id, start in rows]
    if last is not None:
        places = [place for place in places if place < last]
    if part.from_ns > window.from_ns and places:
        earlier = _starting_before(shop, project, places, TimeRange(window.from_ns, part.from_ns))
        places = [place for place in places if (place.project, place.trace_id) not in earlier]
    return sorted(places, reverse=True)


def _starting_before(
    shop: Services, project: str | None, places: list[Place], before: TimeRange
) -> set[tuple[str, str]]:
    """Those of the traces that have a span before this part: they belong further down the list."""
    conditions = Conditions()
    conditions.project(project)
    conditions.time(before)
    conditions.add(
        "trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))",
        trace_ids=sorted({place.trace_id for place in places}),
    )
    rows = shop.query(
        f"SELECT DISTINCT project, lower(hex(trace_id)) FROM spans {conditions.where}", conditions.params
    ).rows
    return {(name, trace_id) for name, trace_id in rows}


def _add_filters(
    conditions: Conditions,
    grant: Grant,
    parameters: TraceListParameters,
    from_here: TimeRange,
    part: TimeRange,
) -> None:
    """At least one call of the trace matches the filters, and the root's name."""
    if any(
        value not in (None, [])
        for name, value in parameters.model_dump().items()
        if name in CallFilters.model_fields and name not in NOT_CALL_FILTERS
    ):
        calls = call_conditions(grant, parameters.model_copy(update={"filter": None}), None)
        calls.add(
            "time >= fromUnixTimestamp64Nano({t_from_ns:Int64}, 'UTC') "
            "AND time < fromUnixTimestamp64Nano({t_to_ns:Int64}, 'UTC')",
            t_from_ns=from_here.from_ns,
            t_to_ns=from_here.to_ns,
        )
        conditions.add(
            f"(project, trace_id) IN (SELECT project, trace_id FROM calls FINAL {calls.where})",
            **calls.params,
        )
    if parameters.name:
        conditions.add(
            "(project, trace_id) IN (SELECT project, trace_id FROM spans WHERE "
            "parent_span_id = toFixedString(unhex('0000000000000000'), 8) "
            "AND time >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') "
            "AND time < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC') "
            "AND positionCaseInsensitiveUTF8(name, {name:String}) > 0)",
            name=parameters.name,
            from_ns=part.from_ns,
            to_ns=part.to_ns,
        )
