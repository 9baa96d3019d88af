"""The spans of a group as trees: who is inside whom, and what the outer ones say for the inner ones."""

from collections.abc import Iterable
from typing import Any

import msgspec

from sonde.model.facts import SpanFacts

Key = tuple[str, str]
"""(trace id, span id)"""

INHERITED = (
    "environment",
    "release",
    "endpoint",
    "function",
    "prompt_name",
    "prompt_version",
    "user_id",
    "session_id",
)
"""Fields a span has from the spans around it when it does not state them; and ``tags``."""

_BLOCKING = frozenset({"tool", "agent", "retrieval", "guardrail", "evaluator", "memory"})
"""A call below one of these is a call of its own, whatever encloses it further up."""

Identity = dict[str, Any]


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
    """Ancestry among spans, safe against cycles and missing parents. Each span is looked at once."""

    def __init__(self, spans: dict[Key, SpanFacts]) -> None:
        self._spans = spans
        self._enclosing: dict[Key, SpanFacts | None] = {}
        self._identities: dict[Key, Identity] = {}
        self._roots: dict[str, SpanFacts] = {}
        for facts in spans.values():
            if not facts.parent_span_id:
                self._roots.setdefault(facts.trace_id, facts)

    def enclosing_call(self, facts: SpanFacts) -> SpanFacts | None:
        """The nearest call this one could be a part of."""
        known = self._enclosing
        chain = self._chain(facts, known)
        for record in reversed(chain):
            parent = self._spans.get((record.trace_id, record.parent_span_id))
            found = None
            # Outer spans are known by now; one that is not closes a cycle, which is cut there.
            if parent is not None and key_of(parent) in known:
                if parent.is_call and parent.role == "":
                    found = parent
                elif parent.operation not in _BLOCKING:
                    found = known[key_of(parent)]
            known[key_of(record)] = found
        return known[key_of(facts)]

    def identity(self, facts: SpanFacts) -> Identity:
        """What a span states of `INHERITED` and tags, else the nearest span around it, else the root."""
        known = self._identities
        chain = self._chain(facts, known)
        for record in reversed(chain):
            parent = self._spans.get((record.trace_id, record.parent_span_id))
            if parent is not None:
                outer = known.get(key_of(parent), {})
            else:
                root = self._roots.get(record.trace_id)
                outer = _stated(root) if root is not None and root is not record else {}
            known[key_of(record)] = {**outer, **_stated(record)}
        return known[key_of(facts)]

    def is_inside(self, inner: SpanFacts, outer: SpanFacts) -> bool:
        """Whether one span is an ancestor of the other."""
        if inner.trace_id != outer.trace_id:
            return False
        return any(record is outer for record in self._chain(inner, {})[1:])

    def _chain(self, facts: SpanFacts, stop: dict[Key, Any]) -> list[SpanFacts]:
        """The span and its ancestors up to one that is in ``stop``; a cycle ends where it closes."""
        chain: list[SpanFacts] = []
        seen: set[Key] = set()
        record: SpanFacts | None = facts
        while record is not None:
            key = key_of(record)
            if key in stop or key in seen:
                break
            seen.add(key)
            chain.append(record)
            record = self._spans.get((record.trace_id, record.parent_span_id))
        return chain


def _stated(facts: SpanFacts) -> Identity:
    stated = {field: value for field in INHERITED if (value := getattr(facts, field)) is not None}
    if facts.tags:
        stated["tags"] = facts.tags
    return stated
