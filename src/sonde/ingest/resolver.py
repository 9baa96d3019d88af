"""Which records are one call, kept true while spans arrive in any order.

`normalize.assemble` decides for a set of facts; this module keeps the sets. A trace's facts stay in memory
for a while after they were seen, with an index by response id, because the records of one invocation can lie
in different traces. Whenever a batch touches a trace, its connected group is put together again and every
call whose row changed is handed out with a newer version.

Memory is bounded. What was forgotten is recalled from the engine before a decision is made about a trace
that could have a past there: one that began before `complete_since_ns`.
"""

import hashlib
import logging
from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from sonde.model.facts import SpanFacts
from sonde.model.rows import CallRow, Cost, LogContent, SpanRow
from sonde.normalize import assemble
from sonde.store.recall import StoredSpan
from sonde.telemetry.counters import REGISTRY

log = logging.getLogger(__name__)

RECORDS_MAX = 80_000
"""Facts kept in memory, about 1 KB each."""
GROUP_RECORDS_EAGER = 2_000
"""A larger group is put together at most every `GROUP_PAUSE_NS`, not with every batch."""
GROUP_PAUSE_NS = 2_000_000_000
ORPHANS_MAX = 10_000
"""Responses whose log events wait for their span."""
SKEW_NS = 1_000_000_000
"""How far a sender's clock may run ahead before its trace counts as one that may have a past."""

HASH_DIGITS = 16
"""As much of a content hash as the engine keeps."""

TraceKey = tuple[str, str]
"""(project, trace id)"""

UNDECIDED = REGISTRY.counter(
    "sonde_undecided_traces_total", "Traces whose calls could not be decided; their spans are stored."
).of()


@dataclass(slots=True)
class Record:
    """One span's or log event's statement, with what its call row needs beside it."""

    facts: SpanFacts
    time_ns: int
    time_flag: str = ""
    attributes_json: str = "{}"
    row_hash: str = ""
    """The span row's content hash, 16 hex digits; empty for a log event."""


class Recall(Protocol):
    """Reads the facts of traces from the engine: by trace id, and by response id."""

    def __call__(
        self, project: str, trace_ids: Sequence[str], response_ids: Sequence[str], /
    ) -> Iterable[StoredSpan]:
        """Return every stored span of these traces, and of traces with a call of these response ids."""
        ...


Price = Callable[[SpanFacts, int], Cost]


Link = tuple[str, int, int, str]
"""(response id, start, end, scope) of a call candidate: what can join it to one of another trace."""


@dataclass(slots=True)
class Trace:
    """All that is known of one trace."""

    key: TraceKey
    records: dict[Hashable, Record] = field(default_factory=dict[Hashable, Record])
    written: dict[str, str] = field(default_factory=dict[str, str])
    """Span id → content hash of the call row last handed out."""
    links: set[Link] = field(default_factory=set[Link])
    assembled_ns: int = 0
    touched_ns: int = 0


class Resolver:
    """Not thread-safe: the writer thread owns it."""

    def __init__(
        self,
        price: Price,
        recall: Recall,
        *,
        complete_since_ns: int,
        now_ns: Callable[[], int],
        records_max: int = RECORDS_MAX,
    ) -> None:
        self._price = price
        self._recall = recall
        self._now_ns = now_ns
        self._records_max = records_max
        self.complete_since_ns = complete_since_ns
        self._traces: OrderedDict[TraceKey, Trace] = OrderedDict()
        self._record_count = 0
        self._links: dict[tuple[str, str], list[tuple[int, int, str, TraceKey]]] = {}
        """By project and response id, sorted by start."""
        self._orphans: OrderedDict[tuple[str, str], list[SpanFacts]] = OrderedDict()
        """Log facts that name only a response nobody has spoken of yet."""
        self._longest_ns = 0
        self._deferred: set[TraceKey] = set()
        self._last_version = 0

    def absorb(
        self,
        project: str,
        spans: Sequence[SpanRow],
        log_facts: Sequence[SpanFacts] = (),
        *,
        recall: bool = True,
    ) -> set[TraceKey]:
        """Take in the records of one batch. Returns the traces they touch.

        Nothing was taken in when it raises: only asking the engine can fail. ``recall=False`` does not ask.
        """
        touched: set[TraceKey] = set()
        with_past = {
            row.trace_id: row
            for row in spans
            if row.facts.start_ns < self.complete_since_ns + SKEW_NS
            and (project, row.trace_id) not in self._traces
        }
        if with_past and recall:
            self._remember(project, sorted(with_past), (row for row in spans if row.trace_id in with_past))
            # Also when nothing is new to us: a crash can lie between a span's row and its call's.
            touched.update((project, trace_id) for trace_id in with_past)
        for row in spans:
            key = (project, row.trace_id)
            record = Record(
                row.facts, row.time_ns, row.time_flag, row.attributes_json, row.content_hash[:HASH_DIGITS]
            )
            if self._put(key, row.span_id, record):
                touched.add(key)
        for facts in log_facts:
            key = self._home_of(project, facts)
            if key is not None and self._put(key, facts, Record(facts, facts.start_ns)):
                touched.add(key)
        return touched

    def decide(self, touched: Iterable[TraceKey]) -> list[CallRow]:
        """The call rows that are new or changed because these traces were touched."""
        now = self._now_ns()
        todo = set(touched)
        for key in list(self._deferred):
            trace = self._traces.get(key)
            if trace is None or now - trace.assembled_ns >= GROUP_PAUSE_NS:
                self._deferred.discard(key)
                todo.add(key)
        rows: list[CallRow] = []
        done: set[TraceKey] = set()
        for key in todo:
            if key in done or key not in self._traces:
                continue
            group = self._group(key)
            done.update(trace.key for trace in group)
            size = sum(len(trace.records) for trace in group)
            if size > GROUP_RECORDS_EAGER and now - min(t.assembled_ns for t in group) < GROUP_PAUSE_NS:
                self._deferred.update(trace.key for trace in group)
                continue
            rows.extend(self._decide_or_tell(group, now))
        rows.extend(self._forget(now))
        return rows

    @property
    def has_deferred(self) -> bool:
        """Whether a large group waits for its pause to end; then call `decide` again soon."""
        return bool(self._deferred)

    def place(self, project: str, content: LogContent) -> LogContent:
        """Give content that names only a response its span, when that span is known."""
        if content.span_id or not content.response_id:
            return content
        for _, _, _, key in self._links.get((project, content.response_id), ()):
            for record in self._traces[key].records.values():
                facts = record.facts
                if facts.response_id == content.response_id and facts.source == "span":
                    return msgspec.structs.replace(content, trace_id=facts.trace_id, span_id=facts.span_id)
        return content

    def preload(self, stored: Iterable[StoredSpan]) -> set[TraceKey]:
        """Take in spans read back from the engine. Returns their traces.

        A new process passes these to `decide` once: a crash can lie between a span's row and its call's.
        """
        touched: set[TraceKey] = set()
        for span in stored:
            key = (span.project, span.facts.trace_id)
            touched.add(key)
            record = Record(span.facts, span.time_ns, span.time_flag, span.attributes_json, span.content_hash)
            self._put(key, span.facts.span_id if span.facts.source == "span" else span.facts, record)
        return touched

    def forget_project(self, project: str) -> None:
        """Drop everything known of a project, because rows of it were deleted."""
        for key in [key for key in self._traces if key[0] == project]:
            self._drop(key)
        self.complete_since_ns = max(self.complete_since_ns, self._now_ns())

    def _remember(self, project: str, trace_ids: list[str], arriving: Iterable[SpanRow]) -> None:
        """Load what the engine has of these traces, and of traces that share a response id with them."""
        responses = sorted({row.facts.response_id for row in arriving if row.facts.response_id})
        self.preload(self._recall(project, trace_ids, responses))

    def _home_of(self, project: str, facts: SpanFacts) -> TraceKey | None:
        """The trace a log event belongs to; None while only its response id is known."""
        if facts.trace_id:
            return (project, facts.trace_id)
        if not facts.response_id:
            return None
        entries = self._links.get((project, facts.response_id))
        if entries:
            return entries[0][3]
        self._orphans.setdefault((project, facts.response_id), []).append(facts)
        while len(self._orphans) > ORPHANS_MAX:
            self._orphans.popitem(last=False)
        return None

    def _put(self, key: TraceKey, identity: Hashable, record: Record) -> bool:
        """Keep a record. False when it says nothing new (redelivery) or is an older version."""
        trace = self._traces.get(key)
        if trace is None:
            trace = self._traces[key] = Trace(key)
        else:
            self._traces.move_to_end(key)
        facts = record.facts
        old = trace.records.get(identity)
        if old is None:
            self._record_count += 1
        elif facts.end_ns < old.facts.end_ns or (record.row_hash and record.row_hash == old.row_hash):
            return False
        trace.records[identity] = record
        trace.touched_ns = self._now_ns()
        if facts.is_call and facts.response_id:
            self._link(trace, (facts.response_id, facts.start_ns, facts.end_ns, facts.scope))
            for orphan in self._orphans.pop((key[0], facts.response_id), ()):
                self._put(key, orphan, Record(orphan, orphan.start_ns))
        return True

    def _link(self, trace: Trace, link: Link) -> None:
        if link in trace.links:
            return
        trace.links.add(link)
        response_id, start, end, scope = link
        self._longest_ns = max(self._longest_ns, end - start)
        insort(self._links.setdefault((trace.key[0], response_id), []), (start, end, scope, trace.key))

    def _group(self, key: TraceKey) -> list[Trace]:
        """The trace and every trace joined to it: same response id, overlapping times, another scope.

        One scope sees an invocation once, so spans of one scope in different traces never join, however
        often a server repeats its response ids.
        """
        group = {key: self._traces[key]}
        todo = [self._traces[key]]
        while todo:
            trace = todo.pop()
            for response_id, start, end, scope in trace.links:
                entries = self._links[(trace.key[0], response_id)]
                if len(entries) == 1:
                    continue
                index = bisect_right(entries, end, key=lambda entry: entry[0])
                while index > 0:
                    index -= 1
                    other_start, other_end, other_scope, other_key = entries[index]
                    if other_start < start - self._longest_ns:
                        break
                    if other_end >= start and other_scope != scope and other_key not in group:
                        group[other_key] = self._traces[other_key]
                        todo.append(group[other_key])
        return list(group.values())

    def _decide_or_tell(self, group: list[Trace], now_ns: int) -> list[CallRow]:
        """Decide a group. One that cannot be decided must not keep all others from being written."""
        try:
            return self._decide_group(group, now_ns)
        except Exception:
            UNDECIDED.increment()
            log.exception("the calls of trace %s could not be decided", group[0].key[1])
            return []

    def _decide_group(self, group: list[Trace], now_ns: int) -> list[CallRow]:
        by_span: dict[tuple[str, str], tuple[Trace, Record]] = {}
        facts: list[SpanFacts] = []
        for trace in group:
            trace.assembled_ns = now_ns
            for record in trace.records.values():
                facts.append(record.facts)
                if record.facts.source == "span":
                    by_span[(record.facts.trace_id, record.facts.span_id)] = (trace, record)
        rows: list[CallRow] = []
        for invocation in assemble(facts):
            merged = invocation.facts
            trace, record = by_span[(merged.trace_id, merged.span_id)]
            cost = self._price(merged, record.time_ns)
            statement = (
                merged,
                cost,
                invocation.counted,
                invocation.duplicate_of,
                invocation.duplicate_reason,
                record.time_ns,
                record.row_hash,
            )
            digest = hashlib.blake2b(msgspec.msgpack.encode(statement), digest_size=8).hexdigest()
            if trace.written.get(merged.span_id) == digest:
                continue
            trace.written[merged.span_id] = digest
            rows.append(
                CallRow(
                    project=trace.key[0],
                    time_ns=record.time_ns,
                    facts=merged,
                    cost=cost,
                    counted=invocation.counted,
                    duplicate_of=invocation.duplicate_of,
                    duplicate_reason=invocation.duplicate_reason,
                    attributes_json=record.attributes_json,
                    time_flag=record.time_flag,
                    content_hash=digest,
                    version=self._next_version(now_ns),
                )
            )
        return rows

    def _next_version(self, now_ns: int) -> int:
        """Microseconds, and always more than the last: two decisions about one call never tie."""
        self._last_version = max(self._last_version + 1, now_ns // 1_000)
        return self._last_version

    def _forget(self, now_ns: int) -> list[CallRow]:
        """Drop the traces untouched for longest; later spans of theirs make us ask the engine first.

        Returns the calls of those whose decision was put off: now or never.
        """
        rows: list[CallRow] = []
        while self._record_count > self._records_max and len(self._traces) > 1:
            key = next(iter(self._traces))
            if key in self._deferred:
                group = self._group(key)
                rows.extend(self._decide_or_tell(group, now_ns))
                self._deferred.difference_update(trace.key for trace in group)
            trace = self._drop(key)
            self.complete_since_ns = max(self.complete_since_ns, trace.touched_ns)
        return rows

    def _drop(self, key: TraceKey) -> Trace:
        trace = self._traces.pop(key)
        self._record_count -= len(trace.records)
        self._deferred.discard(key)
        for response_id, start, end, scope in trace.links:
            entries = self._links[(key[0], response_id)]
            entries.remove((start, end, scope, key))
            if not entries:
                del self._links[(key[0], response_id)]
        return trace
