"""Reading back what normalization said of stored spans, so that a decision about a call can be made again."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from sonde.model.facts import SpanFacts
from sonde.store.engine import Engine

_decode = msgspec.json.Decoder(SpanFacts).decode
KEYS_PER_QUERY = 1_000


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """A span (or, with ``facts.source == "log"``, a log event) as the store has it."""

    project: str
    facts: SpanFacts
    time_ns: int
    time_flag: str
    attributes_json: str
    content_hash: str
    """16 hex digits: the first 64 bits of the row's content hash; empty for a log event."""


def stored_spans(
    engine: Engine, project: str, trace_ids: Sequence[str], response_ids: Sequence[str] = ()
) -> list[StoredSpan]:
    """Every stored span and log event of these traces, and of traces that mention these response ids."""
    traces = set(trace_ids)
    for part in _parts(sorted(set(response_ids))):
        for table in ("spans", "log_facts"):
            found = engine.query(
                f"SELECT DISTINCT lower(hex(trace_id)) FROM {table} "
                "WHERE project = {project:String} AND response_id IN {ids:Array(String)}",
                {"project": project, "ids": part},
            )
            traces.update(row[0] for row in found.rows)
    traces.discard("0" * 32)
    spans: list[StoredSpan] = []
    for part in _parts(sorted(traces)):
        spans.extend(_spans_of(engine, project, part))
        spans.extend(_events_of(engine, project, part))
    return spans


def _spans_of(engine: Engine, project: str, trace_ids: Sequence[str]) -> list[StoredSpan]:
    found = engine.query(
        "SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, "
        "lower(hex(parent_span_id)) AS parent, "
        "time, toUnixTimestamp64Nano(time) + duration_ns + end_skew_ns AS end_ns, time_flag, "
        "attributes, facts, "
        "lower(hex(content_hash)) AS hash FROM spans WHERE project = {project:String} "
        "AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16)) "
        # Not FINAL, which would make the index on trace ids read a hundred times as much.
        "ORDER BY version DESC LIMIT 1 BY time, span_id, trace_id",
        {"project": project, "ids": trace_ids},
    )
    return [
        StoredSpan(
            project,
            restored(facts, trace, span, "" if parent == "0" * 16 else parent, time_ns, end_ns),
            time_ns,
            flag,
            attributes,
            digest.rjust(16, "0"),
        )
        for trace, span, parent, time_ns, end_ns, flag, attributes, facts, digest in found.rows
    ]


def _events_of(engine: Engine, project: str, trace_ids: Sequence[str]) -> list[StoredSpan]:
    found = engine.query(
        "SELECT DISTINCT facts FROM log_facts WHERE project = {project:String} "
        "AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))",
        {"project": project, "ids": trace_ids},
    )
    events = [_decode(text) for (text,) in found.rows]
    return [StoredSpan(project, facts, facts.start_ns, "", "{}", "") for facts in events]


def restored(
    text: str, trace_id: str, span_id: str, parent_span_id: str, start_ns: int, end_ns: int
) -> SpanFacts:
    """Facts with the identity and times that the row keeps for them."""
    facts = _decode(text)
    return msgspec.structs.replace(
        facts,
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent_span_id,
        start_ns=start_ns + facts.start_ns,
        end_ns=end_ns + facts.end_ns,
    )


def _parts(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + KEYS_PER_QUERY] for start in range(0, len(items), KEYS_PER_QUERY)]
