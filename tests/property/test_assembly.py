"""Which records are one call, whatever the order, the batches, the repeats and the nesting."""

import random
from itertools import count

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.model.facts import SpanFacts, Usage
from sonde.normalize import Invocation, assemble

SCOPES = ("client", "framework", "stack")
MS = 1_000_000


def fact(
    span_id: str,
    *,
    trace_id: str = "t",
    parent: str = "",
    start: int = 0,
    end: int = 100,
    scope: str = "client",
    operation: str = "chat",
    tokens: tuple[int, int] | None = None,
    response_id: str | None = None,
    model: str | None = "gpt-4o-mini",
    status: str = "ok",
    role: str = "",
    user: str | None = None,
) -> SpanFacts:
    return SpanFacts(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        start_ns=start * MS,
        end_ns=end * MS,
        scope=scope,
        convention="",
        operation=operation,
        role=role,
        request_model=model,
        response_id=response_id,
        status=status,
        usage=Usage() if tokens is None else Usage(input_tokens=tokens[0], output_tokens=tokens[1]),
        user_id=user,
    )


def tokens_of(found: list[Invocation]) -> tuple[int, int]:
    usages = [invocation.facts.usage for invocation in found if invocation.counted]
    return sum(u.input_tokens or 0 for u in usages), sum(u.output_tokens or 0 for u in usages)


def counted(found: list[Invocation]) -> int:
    return sum(invocation.counted for invocation in found)


@st.composite
def tangles(draw: st.DrawFn) -> list[SpanFacts]:
    """Anything at all: broken parents, cycles, repeated ids, contradicting tokens, zero times."""
    size = draw(st.integers(1, 9))
    ids = [f"s{index}" for index in range(size)]
    found: list[SpanFacts] = []
    for span_id in ids:
        start = draw(st.integers(0, 6))
        found.append(
            fact(
                span_id,
                trace_id=draw(st.sampled_from("ab")),
                parent=draw(st.sampled_from(["", "lost", *ids])),
                start=start,
                end=start + draw(st.integers(-1, 6)),
                scope=draw(st.sampled_from(SCOPES)),
                operation=draw(st.sampled_from(["chat", "chat", "embeddings", "agent", "tool", "other"])),
                tokens=draw(st.sampled_from([None, (10, 5), (20, 10), (7, 1)])),
                response_id=draw(st.sampled_from([None, "r1", "r2"])),
                model=draw(st.sampled_from([None, "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "claude"])),
                status=draw(st.sampled_from(["ok", "ok", "error"])),
                role=draw(st.sampled_from(["", "", "", "usage", "transport"])),
                user=draw(st.sampled_from([None, "u1"])),
            )
        )
    return found


@given(tangles(), st.randoms(use_true_random=False))
def test_order_and_redelivery_change_nothing(facts: list[SpanFacts], rng: random.Random) -> None:
    answer = assemble(facts)
    again = [*facts, *rng.choices(facts, k=len(facts))]
    rng.shuffle(again)
    assert assemble(again) == answer


@given(tangles(), st.integers(0, 8))
def test_an_older_version_of_a_span_changes_nothing(facts: list[SpanFacts], which: int) -> None:
    newest = facts[which % len(facts)]
    older = msgspec.structs.replace(newest, end_ns=newest.end_ns - 1, usage=Usage(), response_id=None)
    assert assemble([older, *facts]) == assemble(facts)


@given(tangles())
def test_batches_of_any_size_end_at_the_same_calls(facts: list[SpanFacts]) -> None:
    """Deciding after every span, as the writer does, leaves the decision on the whole set."""
    table: dict[tuple[str, str], Invocation] = {}
    for seen in range(1, len(facts) + 1):
        for found in assemble(facts[:seen]):
            table[(found.facts.trace_id, found.facts.span_id)] = found
    whole = {(found.facts.trace_id, found.facts.span_id): found for found in assemble(facts)}
    assert {key: table[key] for key in whole} == whole
    assert set(table) == set(whole)


@given(tangles())
def test_no_invocation_loses_all_its_records(facts: list[SpanFacts]) -> None:
    found = assemble(facts)
    claims = {(record.trace_id, record.span_id) for record in facts if record.is_call}
    keys = [(invocation.facts.trace_id, invocation.facts.span_id) for invocation in found]
    assert len(keys) == len(set(keys))
    assert set(keys) == claims
    assert bool(claims) == any(invocation.counted for invocation in found)
    standing = {invocation.facts.span_id for invocation in found if invocation.counted}
    instead = {invocation.facts.span_id: invocation.duplicate_of for invocation in found}
    for invocation in found:
        assert invocation.counted == (not invocation.duplicate_of) == (not invocation.duplicate_reason)
        span_id, steps = invocation.facts.span_id, 0
        while span_id not in standing:
            span_id, steps = instead[span_id], steps + 1
            assert steps <= len(found), "a circle of duplicates"


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[SpanFacts], int, tuple[int, int]]:
    """Known calls, seen by one to three instrumentations each: the spans, how many calls, their tokens."""
    ids = count()
    spans: list[SpanFacts] = []
    totals = [0, 0]
    calls = draw(st.integers(0, 6))
    root = fact("root", operation="agent", start=0, end=10_000, model=None, user="u1")
    spans.append(root)
    for number in range(calls):
        tokens = (draw(st.integers(1, 5_000)), draw(st.integers(1, 5_000)))
        totals[0] += tokens[0]
        totals[1] += tokens[1]
        start = draw(st.integers(0, 500))
        scopes = draw(st.permutations(SCOPES))[: draw(st.integers(1, 3))]
        response_id = f"answer-{number}"
        parent, trace = "root", "t"
        for depth, scope in enumerate(scopes):
            if depth and draw(st.booleans()):
                # The inner instrumentation lost the context: a trace of its own, joined by response id.
                trace, parent = f"apart-{next(ids)}", ""
                known_id, known_tokens = True, True
                spans[-1] = msgspec.structs.replace(spans[-1], response_id=response_id)
            else:
                known_id = draw(st.booleans())
                known_tokens = depth == len(scopes) - 1 or draw(st.booleans())
            span_id = f"s{next(ids)}"
            spans.append(
                fact(
                    span_id,
                    trace_id=trace,
                    parent=parent,
                    start=start + depth,
                    end=start + 300 - depth,
                    scope=scope,
                    tokens=tokens if known_tokens else None,
                    response_id=response_id if known_id else None,
                )
            )
            parent = span_id
    return spans, calls, (totals[0], totals[1])


@given(programs(), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_stacked_instrumentations_count_once_and_tokens_are_conserved(
    program: tuple[list[SpanFacts], int, tuple[int, int]], rng: random.Random
) -> None:
    spans, calls, tokens = program
    rng.shuffle(spans)
    found = assemble(spans)
    assert counted(found) == calls
    assert tokens_of(found) == tokens
    assert {i.facts.user_id for i in found if i.counted} <= {"u1"}


@given(st.integers(2, 60), st.booleans(), st.booleans(), st.booleans())
def test_calls_of_one_scope_that_share_a_response_id_stay_apart(
    size: int, parallel: bool, one_trace: bool, equal_tokens: bool
) -> None:
    facts = [
        fact(
            f"s{index}",
            trace_id="t" if one_trace else f"t{index}",
            parent="root" if one_trace else "",
            start=0 if parallel else index * 50,
            end=100 if parallel else index * 50 + 100,
            tokens=(10, 5) if equal_tokens else (10 + index, 5),
            response_id="same",
        )
        for index in range(size)
    ]
    if one_trace:
        facts.append(fact("root", operation="workflow", end=100_000, model=None))
    found = assemble(facts)
    assert counted(found) == size
    assert tokens_of(found) == tokens_of([Invocation(record, True) for record in facts if record.is_call])


def test_a_thousand_unrelated_calls_that_share_a_response_id_stay_a_thousand() -> None:
    facts = [
        fact(f"s{index}", trace_id=f"t{index}", start=index % 7, tokens=(10, 5), response_id="same")
        for index in range(1_000)
    ]
    assert counted(assemble(facts)) == 1_000


def test_a_thousand_calls_seen_by_two_scopes_are_a_thousand() -> None:
    """The same repeated id, every call seen twice, all at once: pairs, not one heap."""
    facts = [
        fact(f"{scope}{index}", trace_id=f"{scope}{index}", tokens=(10, 5), response_id="same", scope=scope)
        for index in range(1_000)
        for scope in ("client", "framework")
    ]
    found = assemble(facts)
    assert counted(found) == 1_000
    assert tokens_of(found) == (10_000, 5_000)
