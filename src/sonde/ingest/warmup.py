"""What a new process needs in memory: the traces that were active just before the last one ended."""

import logging

from sonde.ingest.resolver import Resolver
from sonde.model.errors import SondeError
from sonde.model.rows import CallRow
from sonde.store.engine import Engine
from sonde.store.recall import stored_spans

log = logging.getLogger(__name__)

TRACES_MAX = 5_000

ACTIVE_TRACES = """
SELECT project, lower(hex(trace_id)) AS trace
FROM spans
WHERE received_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
GROUP BY project, trace_id
ORDER BY max(received_at) DESC
LIMIT {most:UInt64}
"""


def warm_up(engine: Engine, resolver: Resolver, *, now_ns: int, span_ns: int) -> list[CallRow]:
    """Load recent traces. Returns the calls to write first: a crash may have kept them from being written.

    Sets the moment from which the resolver's memory is complete. A store that cannot be read now is no
    reason not to start: then nothing is loaded, and each trace is asked for when spans of it come.
    """
    try:
        return _load(engine, resolver, now_ns=now_ns, span_ns=span_ns)
    except SondeError as error:
        log.warning("recent traces could not be read: %s", error)
        resolver.complete_since_ns = now_ns
        return []


def _load(engine: Engine, resolver: Resolver, *, now_ns: int, span_ns: int) -> list[CallRow]:
    newest = engine.query("SELECT count() FROM spans").scalar()
    if not newest:
        resolver.complete_since_ns = 0
        return []
    since_ns = now_ns - span_ns
    found = engine.query(ACTIVE_TRACES, {"since_us": since_ns // 1_000, "most": TRACES_MAX}).rows
    by_project: dict[str, list[str]] = {}
    for project, trace_id in found:
        by_project.setdefault(project, []).append(trace_id)
    touched = {
        key
        for project, trace_ids in by_project.items()
        for key in resolver.preload(stored_spans(engine, project, trace_ids))
    }
    resolver.complete_since_ns = since_ns if len(found) < TRACES_MAX else now_ns
    return resolver.decide(touched)
