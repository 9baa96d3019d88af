"""The spans of a group as trees: who is inside whom."""

from collections.abc import Iterable, Iterator

import msgspec

from sonde.model.facts import SpanFacts

Key = tuple[str, str]
"""(trace id, span id)"""

_BLOCKING = frozenset({"tool", "agent", "retrieval", "guardrail", "evaluator", "memory"})
"""A call below one of these is a call of its own, whatever encloses it further up."""

DEPTH_MAX = 1_000


def key_of(facts: SpanFacts) -> Key:
    """Identity of a span's facts."""
    return (facts.trace_id, facts.span_id)


def unique(records: Iterable[SpanFacts]) -> tuple[dict[Key, SpanFacts], list[SpanFacts]]:
    """Spans once each, and log facts once each, both in an order of their own.

    Of two versions of one span the later end wins, then the one that says more.
    """
    spans: dict[Key, SpanFacts] = {}
    logs: dict[bytes, SpanFacts] = {}
    for facts in records:
        if facts.source != "span":
            logs[msgspec.msgpack.encode(facts)] = facts
            continue
        key = (facts.trace_id, facts.span_id)
        old = spans.get(key)
        if old is None or (old is not facts and _richness(facts) > _richness(old)):
            spans[key] = facts
    ordered = dict(sorted(spans.items(), key=lambda item: (item[1].start_ns, -item[1].end_ns, item[0])))
    return ordered, [logs[encoded] for encoded in sorted(logs)]


def _richness(facts: SpanFacts) -> tuple[int, int, bytes]:
    encoded = msgspec.msgpack.encode(facts)
    return (facts.end_ns, len(encoded), encoded)


class Forest:
    """Ancestry among spans, safe against cycles and missing parents."""

    def __init__(self, spans: dict[Key, SpanFacts]) -> None:
        self.spans = spans

    def ancestors(self, facts: SpanFacts) -> Iterator[SpanFacts]:
        """The enclosing spans that are known, nearest first."""
        seen: set[str] = {facts.span_id}
        trace_id, parent_id = facts.trace_id, facts.parent_span_id
        while parent_id and parent_id not in seen and len(seen) < DEPTH_MAX:
            parent = self.spans.get((trace_id, parent_id))
            if parent is None:
                return
            yield parent
            seen.add(parent_id)
            parent_id = parent.parent_span_id

    def enclosing_call(self, facts: SpanFacts) -> SpanFacts | None:
        """The nearest call this one could be a part of."""
        for ancestor in self.ancestors(facts):
            if ancestor.is_call and ancestor.role == "":
                return ancestor
            if ancestor.operation in _BLOCKING:
                return None
        return None
