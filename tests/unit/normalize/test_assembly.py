"""The traps in which one model invocation arrives as several records."""

from itertools import permutations
from typing import Any

import msgspec
import pytest

from sonde.model.facts import SpanFacts, Usage
from sonde.normalize import Invocation, assemble

MS = 1_000_000
FIRST = Usage(input_tokens=87, output_tokens=19)
SECOND = Usage(input_tokens=131, output_tokens=17)


def fact(span_id: str, start: int = 0, end: int = 100, *, parent: str = "", **fields: Any) -> SpanFacts:
    base = SpanFacts(
        trace_id="t",
        span_id=span_id,
        parent_span_id=parent,
        start_ns=start * MS,
        end_ns=end * MS,
        scope="client",
        convention="",
        operation="chat",
        request_model="gpt-4o-mini",
    )
    return msgspec.structs.replace(base, **fields)


def calls(*facts: SpanFacts) -> dict[str, Invocation]:
    found = assemble(facts)
    assert assemble(reversed(facts)) == found
    return {invocation.facts.span_id: invocation for invocation in found}


def counted(found: dict[str, Invocation]) -> list[str]:
    return [span_id for span_id, invocation in found.items() if invocation.counted]


def test_a_call_alone() -> None:
    found = calls(fact("a", usage=FIRST))
    assert found["a"] == Invocation(fact("a", usage=FIRST), True)


def test_spans_that_are_no_calls_are_not_answered() -> None:
    agent = fact("a", operation="agent", usage=FIRST)
    assert calls(agent, fact("b", role="transport"), fact("c", operation="tool")) == {}


def test_the_clients_own_span_below_an_instrumentation() -> None:
    """T1: the outer one is counted and gets what only the inner one knows."""
    outer = fact("outer", usage=FIRST, scope="otel", content_bytes=5)
    inner = fact("inner", 1, 99, parent="outer", usage=FIRST, service_tier="standard", ttft_ms=4.0)
    found = calls(outer, inner)
    assert counted(found) == ["outer"]
    assert (found["outer"].facts.service_tier, found["outer"].facts.ttft_ms) == ("standard", 4.0)
    assert (found["inner"].duplicate_of, found["inner"].duplicate_reason) == ("outer", "nested")


def test_two_traces_by_response_id() -> None:
    """T1 and T6: the inner instrumentation lost the context."""
    one = fact("one", usage=SECOND, response_id="r", user_id="u", scope="langsmith")
    other = fact("other", 1, 99, trace_id="x", parent="never-sent", usage=SECOND, response_id="r")
    found = calls(one, other)
    assert counted(found) == ["one"]
    assert found["other"].duplicate_reason == "same response"


@pytest.mark.parametrize(
    "difference",
    [
        {"start_ns": 200 * MS, "end_ns": 300 * MS},
        {"usage": FIRST},
        {"request_model": "gpt-4.1"},
        {"provider": "anthropic"},
        {"scope": "langsmith"},
        {"response_id": "r2"},
        {"operation": "embeddings"},
        {"status": "error", "usage": Usage()},
    ],
)
def test_one_difference_makes_two_calls(difference: dict[str, Any]) -> None:
    one = fact("one", usage=SECOND, response_id="r", provider="openai", scope="langsmith")
    other = fact("other", 1, 99, trace_id="x", usage=SECOND, response_id="r", provider="openai")
    assert len(counted(calls(one, msgspec.structs.replace(other, **difference)))) == 2


def test_a_parent_that_is_the_sum_of_its_calls() -> None:
    """T2."""
    both = Usage(input_tokens=218, output_tokens=36)
    found = calls(
        fact("outer", usage=both),
        fact("one", 1, 40, parent="outer", usage=FIRST, response_id="r1"),
        fact("two", 50, 99, parent="outer", usage=SECOND, response_id="r2"),
    )
    assert counted(found) == ["one", "two"]
    assert (found["outer"].duplicate_of, found["outer"].duplicate_reason) == ("two", "sum")


def test_a_parent_that_repeats_the_last_call() -> None:
    found = calls(
        fact("outer", usage=SECOND),
        fact("one", 1, 40, parent="outer", usage=FIRST, scope="inner"),
        fact("two", 50, 99, parent="outer", usage=SECOND, scope="inner"),
    )
    assert len(counted(found)) == 2
    assert sum(found[span_id].facts.usage.input_tokens or 0 for span_id in counted(found)) == 218


def test_a_parent_without_tokens_around_several_calls() -> None:
    found = calls(
        fact("outer"),
        fact("one", 1, 40, parent="outer", usage=FIRST),
        fact("two", 50, 99, parent="outer", usage=SECOND),
    )
    assert counted(found) == ["one", "two"]
    assert found["outer"].duplicate_reason == "wrapper"


def test_a_parent_that_its_calls_do_not_explain_stays() -> None:
    found = calls(fact("outer", usage=SECOND), fact("one", 1, 40, parent="outer", usage=FIRST))
    assert counted(found) == ["outer", "one"]


def test_three_instrumentations_on_one_client() -> None:
    """T7."""
    found = calls(
        fact("a", usage=FIRST, scope="openllmetry", response_id="r"),
        fact("b", 1, 99, parent="a", usage=FIRST, scope="openinference"),
        fact("c", 2, 98, parent="b", usage=FIRST, scope="otel", response_id="r"),
    )
    assert counted(found) == ["a"]


def test_llama_index_wraps_itself() -> None:
    """T22: one scope, the outer span knows nothing of the answer."""
    assert counted(calls(fact("predict"), fact("chat", 1, 99, parent="predict", usage=FIRST))) == ["predict"]
    outer = fact("outer", operation="embeddings")
    assert counted(calls(outer, fact("inner", 1, 99, parent="outer", operation="embeddings"))) == ["outer"]


def test_a_stream_left_open_does_not_swallow_the_next_call() -> None:
    """One scope, both without tokens, but the outer one has an answer of its own."""
    outer = fact("outer", response_id="r1", finish_reason="stop")
    assert len(counted(calls(outer, fact("inner", 1, 99, parent="outer", response_id="r2")))) == 2
    assert len(counted(calls(outer, fact("inner", 1, 99, parent="outer")))) == 2


def test_a_tool_that_calls_a_model_makes_a_call_of_its_own() -> None:
    """Gemini's automatic function calling: the tool runs inside the model's span."""
    found = calls(
        fact("outer"),
        fact("tool", 10, 50, parent="outer", operation="tool"),
        fact("inner", 20, 40, parent="tool", usage=FIRST, scope="other"),
    )
    assert counted(found) == ["outer", "inner"]


def test_an_embedding_inside_a_chat_is_no_part_of_it() -> None:
    found = calls(fact("outer"), fact("inner", 1, 9, parent="outer", operation="embeddings", usage=FIRST))
    assert counted(found) == ["outer", "inner"]


def test_usage_on_a_sibling() -> None:
    """T5: Logfire's streams, one after the other, the first without its end."""
    found = calls(
        fact("root", operation="other"),
        fact("lost", 0, 2, parent="root"),
        fact("one", 10, 12, parent="root"),
        fact("one-end", 40, 40, parent="root", role="usage", usage=FIRST),
        fact("two", 50, 52, parent="root"),
        fact("two-end", 90, 90, parent="root", role="usage", usage=SECOND, response_model="gpt-4o-mini-2024"),
    )
    assert counted(found) == ["lost", "one", "two"]
    assert found["lost"].facts.usage == Usage()
    assert found["one"].facts.usage == FIRST
    two = found["two"].facts
    assert (two.usage, two.end_ns, two.streaming, two.response_model) == (
        SECOND,
        90 * MS,
        True,
        "gpt-4o-mini-2024",
    )
    assert (found["two-end"].duplicate_of, found["two-end"].duplicate_reason) == ("two", "usage")


def test_usage_whose_request_never_came_is_a_call() -> None:
    assert counted(calls(fact("end", 40, 40, role="usage", usage=FIRST))) == ["end"]


def test_attempts_of_one_call() -> None:
    """Vercel 5 makes a span per attempt."""
    found = calls(
        fact("outer", operation="workflow", convention="vercel-ai"),
        fact("a", 0, 10, parent="outer", convention="vercel-ai", status="error", error_type="E"),
        fact("b", 20, 30, parent="outer", convention="vercel-ai", status="error", error_type="E"),
        fact("c", 40, 50, parent="outer", convention="vercel-ai", usage=FIRST),
        fact("d", 60, 70, parent="outer", convention="vercel-ai", usage=SECOND),
    )
    assert counted(found) == ["c", "d"]
    assert (found["c"].facts.attempts, found["c"].facts.status, found["d"].facts.attempts) == (3, "ok", None)
    assert {found[span_id].duplicate_of for span_id in "ab"} == {"c"}


def test_a_fallback_is_two_calls() -> None:
    found = calls(
        fact("a", 0, 10, parent="root", status="error", error_type="E"),
        fact("b", 20, 30, parent="root", usage=FIRST, request_model="gpt-4o"),
    )
    assert counted(found) == ["a", "b"]


def test_the_nearest_authority_is_believed() -> None:
    """T8: OpenLLMetry counts the start of Anthropic's stream twice."""
    usage = Usage(input_tokens=2_653, output_tokens=147, estimated=True)
    one = fact("one", scope="llmetry", convention="openllmetry", usage=usage, response_id="r")
    truth = Usage(input_tokens=2_653, output_tokens=145, cached_input_tokens=2_048)
    other = fact("b", 1, 99, trace_id="x", convention="anthropic-sdk", usage=truth, response_id="r")
    assert calls(one, other)["one"].facts.usage == truth


def test_models_that_repeat_each_other() -> None:
    copied = fact("a", scope="x", request_model="m", response_model="m", usage=FIRST)
    exact = fact("b", 1, 99, parent="a", request_model="m", response_model="m-2026-01-01", usage=FIRST)
    assert calls(copied, exact)["a"].facts.response_model == "m-2026-01-01"


def test_litellm_makes_ids_of_its_own() -> None:
    outer = fact("a", scope="litellm", convention="litellm", response_id="chatcmpl-uuid", usage=FIRST)
    inner = fact("b", 1, 99, parent="a", response_id="msg_1", usage=FIRST)
    assert counted(calls(outer, inner)) == ["a"]


def test_identity_comes_from_around() -> None:
    """The nearest span that states a field; the root when the chain to it is broken."""
    root = fact("root", operation="workflow", user_id="u", session_id="s", tags=("beta",), endpoint="/ask")
    middle = fact("middle", parent="root", operation="agent", session_id="nearer")
    found = calls(
        root, middle, fact("a", parent="middle", usage=FIRST), fact("b", parent="lost", user_id="own")
    )
    a, b = found["a"].facts, found["b"].facts
    assert (a.user_id, a.session_id, a.tags, a.endpoint) == ("u", "nearer", ("beta",), "/ask")
    assert (b.user_id, b.session_id) == ("own", "s")


def test_a_duplicate_in_another_trace_brings_its_surroundings() -> None:
    one = fact("one", usage=SECOND, response_id="r", content_bytes=9)
    root = fact("root", trace_id="x", operation="workflow", user_id="u")
    other = fact("other", 1, 99, trace_id="x", parent="root", usage=SECOND, response_id="r", scope="y")
    assert calls(one, root, other)["one"].facts.user_id == "u"


def test_an_error_that_one_instrumentation_did_not_see() -> None:
    outer = fact("a", scope="x", incomplete=True, streaming=True)
    inner = fact("b", 1, 99, parent="a", status="error", error_type="APIConnectionError")
    facts = calls(outer, inner)["a"].facts
    assert (facts.status, facts.error_type, facts.incomplete) == ("error", "APIConnectionError", None)


def test_parents_in_a_circle_lose_nothing() -> None:
    found = calls(fact("a", parent="b", usage=FIRST), fact("b", parent="a", usage=FIRST))
    assert len(counted(found)) == 1


def test_a_router_repeats_the_tokens_of_the_model_it_fell_back_to() -> None:
    """The router's own record names the model that failed and the tokens of the one that answered."""
    outer = fact("outer", request_model="a", usage=FIRST)
    failed = fact("failed", 1, 10, parent="outer", request_model="a", status="error")
    answered = fact("answered", 11, 90, parent="outer", request_model="b", usage=FIRST)
    for order in permutations((outer, failed, answered)):
        found = calls(*order)
        assert sorted(counted(found)) == ["answered", "failed"]
        assert (found["outer"].duplicate_of, found["outer"].duplicate_reason) == ("answered", "wrapper")
    other = msgspec.structs.replace(answered, usage=SECOND)
    assert "outer" in counted(calls(outer, failed, other)), "other tokens: a call of its own"
