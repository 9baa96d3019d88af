"""The resolver's memory: what it joins, what it writes again, what it asks the engine for."""

import hashlib
import random
from collections.abc import Iterable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.ingest.resolver import GROUP_PAUSE_NS, GROUP_RECORDS_EAGER, Resolver
from sonde.model.facts import SpanFacts, Usage
from sonde.model.rows import CallRow, Cost, SpanRow
from sonde.store.recall import StoredSpan

SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def unpriced(_facts: SpanFacts, _time_ns: int) -> Cost:
    return Cost("unpriced", "none")


def nothing(_project: str, _traces: Sequence[str], _responses: Sequence[str]) -> Iterable[StoredSpan]:
    return []


def row(
    span: int,
    *,
    trace: int = 1,
    parent: int = 0,
    scope: str = "one",
    response: str | None = None,
    operation: str = "chat",
    start_s: float = 0.0,
    seconds: float = 1.0,
    user: str | None = None,
    tokens: int | None = 10,
    project: str = "p",
) -> SpanRow:
    """A span row with the fields that matter here."""
    start = START + int(start_s * SECOND)
    facts = SpanFacts(
        trace_id=f"{trace:032x}",
        span_id=f"{span:016x}",
        parent_span_id=f"{parent:016x}" if parent else "",
        start_ns=start,
        end_ns=start + int(seconds * SECOND),
        scope=scope,
        convention="otel",
        operation=operation,
        provider="openai" if operation == "chat" else None,
        request_model="gpt-4o" if operation == "chat" else None,
        response_id=response,
        user_id=user,
        usage=Usage(input_tokens=tokens, output_tokens=5) if operation == "chat" and tokens else Usage(),
    )
    return SpanRow(
        project=project,
        trace_id=facts.trace_id,
        span_id=facts.span_id,
        parent_span_id=facts.parent_span_id,
        time_ns=start,
        end_ns=facts.end_ns,
        received_ns=start,
        duration_ns=facts.end_ns - start,
        name="call",
        kind="client",
        status="unset",
        status_message="",
        service="s",
        scope_name=scope,
        scope_version="",
        trace_state="",
        flags=0,
        time_flag="",
        attributes_json="{}",
        resource_json="{}",
        events_json="",
        links_json="",
        dropped_count=0,
        facts=facts,
        content_hash=hashlib.sha256(repr(facts).encode()).hexdigest()[:16],
    )


def latest(rows: Iterable[CallRow]) -> dict[tuple[str, str], CallRow]:
    """What a reader of the engine sees: the newest version of each key."""
    newest: dict[tuple[str, str], CallRow] = {}
    for call in rows:
        key = (call.facts.trace_id, call.facts.span_id)
        if key not in newest or newest[key].version < call.version:
            newest[key] = call
    return newest


def counted(rows: Iterable[CallRow]) -> int:
    return sum(call.counted for call in latest(rows).values())


def make(clock: Clock, **options: object) -> Resolver:
    return Resolver(unpriced, nothing, complete_since_ns=0, now_ns=clock, **options)  # type: ignore[arg-type]


def test_a_call_is_handed_out_once_and_a_redelivery_changes_nothing() -> None:
    resolver = make(Clock())
    assert counted(resolver.decide(resolver.absorb("p", [row(1)]))) == 1
    assert resolver.absorb("p", [row(1)]) == set()


def test_a_late_root_gives_its_calls_their_user() -> None:
    resolver = make(Clock())
    first = resolver.decide(resolver.absorb("p", [row(2, parent=1), row(3, parent=1)]))
    assert [call.facts.user_id for call in first] == [None, None]
    later = resolver.decide(resolver.absorb("p", [row(1, operation="agent", user="u42", seconds=5)]))
    assert [call.facts.user_id for call in later] == ["u42", "u42"]
    assert min(call.version for call in later) > max(call.version for call in first)


def test_one_invocation_in_two_traces_is_one_call() -> None:
    resolver = make(Clock())
    rows = resolver.decide(resolver.absorb("p", [row(1, trace=1, scope="client", response="r1")]))
    rows += resolver.decide(
        resolver.absorb("p", [row(2, trace=2, scope="framework", response="r1", seconds=1.2)])
    )
    assert counted(rows) == 1
    assert len(latest(rows)) == 2


def test_a_thousand_parallel_calls_with_one_response_id_stay_a_thousand() -> None:
    resolver = make(Clock())
    rows: list[CallRow] = []
    for number in range(1_000):
        rows += resolver.decide(resolver.absorb("p", [row(number + 1, trace=number + 1, response="same")]))
    assert counted(rows) == 1_000


def test_the_same_trace_id_in_two_projects_stays_apart() -> None:
    resolver = make(Clock())
    rows = resolver.decide(resolver.absorb("p", [row(1, response="r", scope="a")]))
    rows += resolver.decide(resolver.absorb("q", [row(1, response="r", scope="b", project="q")]))
    assert [(call.project, call.counted) for call in rows] == [("p", True), ("q", True)]


def test_a_forgotten_trace_is_recalled_before_a_late_span_is_decided() -> None:
    clock = Clock()
    stored: dict[str, list[SpanRow]] = {}
    asked: list[Sequence[str]] = []

    def recall(project: str, traces: Sequence[str], _: Sequence[str]) -> Iterable[StoredSpan]:
        asked.append(traces)
        return [
            StoredSpan(project, r.facts, r.time_ns, r.time_flag, r.attributes_json, r.content_hash)
            for trace in traces
            for r in stored.get(trace, [])
        ]

    resolver = Resolver(unpriced, recall, complete_since_ns=0, now_ns=clock, records_max=10)
    root = row(1, operation="agent", user="u42", seconds=60)
    stored[root.trace_id] = [root]
    resolver.decide(resolver.absorb("p", [root]))
    clock.now += 30 * SECOND
    for number in range(20):
        resolver.decide(resolver.absorb("p", [row(100 + number, trace=100 + number, start_s=30)]))
    asked.clear()
    (call,) = resolver.decide(resolver.absorb("p", [row(2, parent=1, start_s=5)]))
    assert asked == [[root.trace_id]]
    assert call.facts.user_id == "u42"


def test_a_new_trace_that_began_after_the_last_one_was_forgotten_asks_nothing() -> None:
    clock = Clock()
    asked: list[Sequence[str]] = []

    def recall(_project: str, traces: Sequence[str], _responses: Sequence[str]) -> Iterable[StoredSpan]:
        asked.append(traces)
        return []

    resolver = Resolver(unpriced, recall, complete_since_ns=0, now_ns=clock, records_max=5)
    for number in range(50):
        clock.now = START + number * SECOND
        resolver.decide(resolver.absorb("p", [row(number + 1, trace=number + 1, start_s=number)]))
    assert asked == []


def test_a_huge_trace_is_put_together_at_a_bounded_rate_and_to_the_end() -> None:
    clock = Clock()
    resolver = make(clock)
    rows: list[CallRow] = []
    total = GROUP_RECORDS_EAGER + 500
    decisions = 0
    for begin in range(0, total, 100):
        spans = [row(number + 2, parent=1, start_s=number) for number in range(begin, begin + 100)]
        found = resolver.decide(resolver.absorb("p", spans))
        decisions += bool(found)
        rows += found
    assert resolver.has_deferred
    assert decisions < total // 100
    clock.now += GROUP_PAUSE_NS
    rows += resolver.decide(set())
    assert not resolver.has_deferred
    assert counted(rows) == total


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), sizes=st.lists(st.integers(1, 6), min_size=1, max_size=12))
def test_any_order_and_batching_ends_in_the_same_calls(seed: int, sizes: list[int]) -> None:
    random_ = random.Random(seed)
    spans: list[SpanRow] = []
    for trace in range(1, 5):
        spans.append(row(trace * 10, trace=trace, operation="agent", user=f"u{trace}", seconds=9))
        for child in range(1, 4):
            response = f"r{trace}-{child}"
            spans.append(row(trace * 10 + child, trace=trace, parent=trace * 10, response=response))
            if child == 2:
                spans.append(
                    row(trace * 10 + 9, trace=trace + 100, scope="other", response=response, seconds=1.1)
                )

    def play(order: list[SpanRow]) -> set[tuple[str, str, bool, str | None]]:
        resolver = make(Clock())
        rows: list[CallRow] = []
        position = 0
        index = 0
        while position < len(order):
            size = sizes[index % len(sizes)]
            rows += resolver.decide(resolver.absorb("p", order[position : position + size]))
            position += size
            index += 1
        return {
            (call.facts.trace_id, call.facts.span_id, call.counted, call.facts.user_id)
            for call in latest(rows).values()
        }

    shuffled = list(spans)
    random_.shuffle(shuffled)
    assert play(shuffled) == play(spans)
