"""What the engine still knows of a trace, for decisions about spans that arrive late."""

from collections.abc import Iterable, Sequence

import msgspec

from sonde.ingest.resolver import Recalled, Record
from sonde.model.facts import SpanFacts
from sonde.store.engine import Engine

SPANS_PER_RECALL_MAX = 50_000
"""A bound for hostile traces; a trace with more spans is decided on its newest ones."""

BY_TRACE = """
SELECT facts, toUnixTimestamp64Nano(time) AS time_ns, time_flag, attributes, content_hash
FROM spans
WHERE project = {project:String}
  AND trace_id IN (SELECT unhex(arrayJoin({trace_ids:Array(String)}))::FixedString(16))
ORDER BY version DESC
LIMIT 1 BY trace_id, span_id
LIMIT {most:UInt64}
"""

TRACES_OF_RESPONSES = """
SELECT DISTINCT lower(hex(trace_id)) AS trace_id
FROM spans
WHERE project = {project:String} AND response_id IN (SELECT arrayJoin({response_ids:Array(String)}))
LIMIT 10000
"""

SINCE = """
SELECT project, facts, toUnixTimestamp64Nano(time) AS time_ns, time_flag, attributes, content_hash
FROM spans
WHERE received_at >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
ORDER BY version DESC
LIMIT 1 BY project, trace_id, span_id
LIMIT {most:UInt64}
"""


class EngineRecall:
    """Reads facts back from table ``spans``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._decoder = msgspec.json.Decoder(SpanFacts)

    def __call__(
        self, project: str, trace_ids: Sequence[str], response_ids: Sequence[str]
    ) -> Iterable[Recalled]:
        """Every stored span of these traces and of the traces with a call of these response ids."""
        wanted = set(trace_ids)
        if response_ids:
            answer = self._engine.query(
                TRACES_OF_RESPONSES, {"project": project, "response_ids": list(response_ids)}
            )
            wanted.update(row[0] for row in answer.rows)
        answer = self._engine.query(
            BY_TRACE, {"project": project, "trace_ids": sorted(wanted), "most": SPANS_PER_RECALL_MAX}
        )
        for facts, time_ns, time_flag, attributes, content_hash in answer.rows:
            yield Recalled(
                project, Record(self._decoder.decode(facts), time_ns, time_flag, attributes, content_hash)
            )

    def since(self, since_ns: int) -> Iterable[Recalled]:
        """Every span received since then, newest first: what a new process needs in memory."""
        answer = self._engine.query(SINCE, {"since_us": since_ns // 1_000, "most": SPANS_PER_RECALL_MAX})
        for project, facts, time_ns, time_flag, attributes, content_hash in answer.rows:
            yield Recalled(
                project, Record(self._decoder.decode(facts), time_ns, time_flag, attributes, content_hash)
            )
