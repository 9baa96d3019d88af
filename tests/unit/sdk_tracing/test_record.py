"""``sonde.record_call`` and ``sonde.call``: calls made by hand."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind, StatusCode

from sonde.resilience import events
from sonde.sdk.call import call
from sonde.sdk.calllog import line_of, sentence
from sonde.sdk.facts import CallFacts
from sonde.sdk.processor import observe_calls
from sonde.sdk.record import record_call
from tests.unit.sdk_tracing.conftest import Telemetry


def test_all_that_can_be_said_of_a_call(telemetry: Telemetry) -> None:
    start = datetime(2026, 11, 21, 12, tzinfo=UTC)
    recorded = record_call(
        "gpt-5",
        provider="Azure_OpenAI",
        input_tokens=100,
        output_tokens=20,
        cached_input_tokens=60,
        cache_write_tokens=10,
        reasoning_tokens=5,
        audio_input_tokens=2,
        audio_output_tokens=1,
        start=start,
        end=start + timedelta(seconds=2),
        ttft_ms=125,
        response_model="gpt-5-2026",
        response_id="r",
        request_id="req",
        finish_reason="stop",
        streaming=True,
        incomplete=False,
        service_tier="flex",
        batch=True,
        cost_usd=0.05,
        cache_hit=False,
        attempt=2,
        fallback_from="gpt-6",
        parameters={"temperature": 0.2, "max_tokens": 10},
        attributes={"team": "a", "odd": None},
    )
    span = telemetry.span("chat gpt-5")
    assert span.kind is SpanKind.CLIENT
    assert span.context is not None
    assert (recorded.trace_id, recorded.span_id) == (
        f"{span.context.trace_id:032x}",
        f"{span.context.span_id:016x}",
    )
    assert span.start_time == start.timestamp() * 1e9
    assert (span.end_time or 0) - (span.start_time or 0) == 2e9
    attributes = telemetry.attributes("chat gpt-5")
    function = attributes.pop("code.function.name")
    assert function.endswith("test_record.test_all_that_can_be_said_of_a_call")
    assert attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.stream": True,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 10,
        "gen_ai.response.model": "gpt-5-2026",
        "gen_ai.response.id": "r",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.service_tier": "flex",
        "gen_ai.response.time_to_first_chunk": 0.125,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.cache_write.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.usage.audio.input_tokens": 2,
        "gen_ai.usage.audio.output_tokens": 1,
        "sonde.request_id": "req",
        "sonde.incomplete": False,
        "sonde.batch": True,
        "sonde.cost.billed_usd": 0.05,
        "sonde.cache.hit": False,
        "sonde.attempt": 2,
        "sonde.fallback.from": "gpt-6",
        "team": "a",
    }


def test_times_from_any_two(telemetry: Telemetry) -> None:
    record_call("a", start=1_000.0, duration_ms=250, input_tokens=1)
    record_call("b", end=1_000.0, duration_ms=250, input_tokens=1)
    record_call("c", start=datetime.fromtimestamp(1_000, timezone(timedelta(hours=9))), end=1_001.0)
    record_call("d", start=5.0, end=1.0)
    times = {s.name: (s.start_time, s.end_time) for s in telemetry.spans}
    assert times["chat a"] == (1_000_000_000_000, 1_000_250_000_000)
    assert times["chat b"] == (999_750_000_000, 1_000_000_000_000)
    assert times["chat c"] == (1_000_000_000_000, 1_001_000_000_000)
    assert times["chat d"] == (5_000_000_000, 5_000_000_000)


def test_a_call_of_which_nobody_says_how_long_it_took(telemetry: Telemetry) -> None:
    told: list[CallFacts] = []
    observe_calls(told.append)
    record_call("a", input_tokens=1)
    record_call("b", end=1_000.0, input_tokens=1)
    record_call("c", start=5.0, end=1.0, input_tokens=1)
    record_call("d", duration_ms=0.0, input_tokens=1)
    record_call("e", start=5.0, input_tokens=1)
    unknown = {s.name: (s.attributes or {}).get("sonde.duration.unknown") for s in telemetry.spans}
    assert unknown == {"chat a": True, "chat b": True, "chat c": True, "chat d": None, "chat e": None}
    assert [call.duration_ms for call in told][:4] == [None, None, None, 0.0]
    assert "duration_ms" not in line_of(told[0])
    assert sentence(told[0]) == "chat a ok, 1 → ? tokens"


@pytest.mark.parametrize("error", [RuntimeError("no"), "RuntimeError: no"])
def test_a_failed_call(telemetry: Telemetry, error: BaseException | str) -> None:
    record_call("m", error=error, input="not counted: nothing was billed")
    span = telemetry.span("chat m")
    assert span.status.status_code is StatusCode.ERROR
    assert "no" in (span.status.description or "")
    attributes = telemetry.attributes("chat m")
    assert attributes["error.type"] == "RuntimeError"
    assert "gen_ai.usage.input_tokens" not in attributes


def test_bad_values_cost_one_line_each_and_are_unknown(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        record_call(
            "m",
            operation="chatt",
            input_tokens=math.nan,  # pyright: ignore[reportArgumentType]
            output_tokens=-1,
            cached_input_tokens="7",  # pyright: ignore[reportArgumentType]
            cost_usd=math.inf,
            duration_ms=-5,
            colour="red",
        )
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == len(set(lines)) == 7
    for part in (
        "chatt",
        "input_tokens (NaN)",
        "output_tokens (negative)",
        "(a str)",
        "cost_usd (infinite)",
        "duration_ms",
        "'colour'",
    ):
        assert sum(part in line for line in lines) == 1, part
    keys = set(telemetry.spans[0].attributes or {})
    assert keys == {
        "gen_ai.operation.name",
        "gen_ai.request.model",
        "code.function.name",
        "sonde.duration.unknown",
    }


def test_a_call_without_a_model_is_still_recorded(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    record_call(None, provider="openai", input_tokens=1)  # pyright: ignore[reportArgumentType]
    assert "the call has no model" in caplog.text
    assert telemetry.spans[0].name == "chat"


def test_whole_floats_are_counts(telemetry: Telemetry) -> None:
    record_call("m", input_tokens=7.0, output_tokens=True)  # pyright: ignore[reportArgumentType]
    attributes = telemetry.attributes("chat m")
    assert attributes["gen_ai.usage.input_tokens"] == 7
    assert "gen_ai.usage.output_tokens" not in attributes


def test_unknown_tokens_are_estimated_and_marked(telemetry: Telemetry) -> None:
    record_call(
        "gpt-4o", input=[{"role": "user", "content": "hello world"}], output="hello world", output_tokens=9
    )
    attributes = telemetry.attributes("chat gpt-4o")
    assert attributes["gen_ai.usage.input_tokens"] == 2 + 3 + 3
    assert attributes["gen_ai.usage.output_tokens"] == 9
    assert attributes["sonde.usage.estimated"] is True
    assert attributes["sonde.usage.tokenizer"] == "o200k_base"
    assert attributes["sonde.usage.tokenizer_native"] is True


def test_no_estimate_unless_wanted_or_needed(telemetry: Telemetry) -> None:
    record_call("a", input="hello", output="hi", estimate=False)
    record_call("b", input="hello", output="hi", input_tokens=1, output_tokens=1)
    for name in ("chat a", "chat b"):
        assert "sonde.usage.estimated" not in telemetry.attributes(name)


def test_content_only_when_it_may(telemetry: Telemetry) -> None:
    record_call("m", input="secret", output="secret")
    assert "secret" not in json.dumps(telemetry.attributes("chat m"))


@pytest.mark.usefixtures("content")
def test_content_is_messages_and_redacted(telemetry: Telemetry) -> None:
    record_call("m", input="write to joe@example.com", output={"role": "assistant", "content": "done"})
    attributes = telemetry.attributes("chat m")
    (sent,) = json.loads(attributes["gen_ai.input.messages"])
    assert sent["role"] == "user"
    assert "joe@" not in sent["parts"][0]["content"]
    assert json.loads(attributes["gen_ai.output.messages"]) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "done"}]}
    ]


ANSWERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (  # OpenAI chat
        {
            "id": "c1",
            "model": "gpt-4o-1",
            "service_tier": "default",
            "choices": [{"finish_reason": "tool_calls", "message": {"content": "Hi"}}],
            "usage": {
                "prompt_tokens": 1117,
                "completion_tokens": 211,
                "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 3},
                "completion_tokens_details": {"reasoning_tokens": 128},
            },
        },
        {"id": "c1", "in": 1117, "out": 211, "cached": 1024, "reasoning": 128, "reason": "tool_calls"},
    ),
    (  # OpenAI Responses
        {
            "id": "r1",
            "object": "response",
            "model": "gpt-5",
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
            "output_text": "Hi",
            "usage": {
                "input_tokens": 10,
                "output_tokens": 20,
                "input_tokens_details": {"cached_tokens": 4},
                "output_tokens_details": {"reasoning_tokens": 8},
            },
        },
        {"id": "r1", "in": 10, "out": 20, "cached": 4, "reasoning": 8, "reason": "max_output_tokens"},
    ),
    (  # Anthropic: cached tokens are counted beside the input
        {
            "id": "m1",
            "type": "message",
            "model": "claude",
            "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "Hi"}],
            "usage": {
                "input_tokens": 93,
                "output_tokens": 145,
                "cache_read_input_tokens": 2048,
                "cache_creation_input_tokens": 512,
            },
        },
        {"id": "m1", "in": 2653, "out": 145, "cached": 2048, "written": 512, "reason": "end_turn"},
    ),
    (  # Gemini: thoughts are counted beside the answer
        {
            "responseId": "g1",
            "modelVersion": "gemini-3",
            "candidates": [{"finishReason": "STOP", "content": {"parts": [{"text": "Hi"}]}}],
            "usageMetadata": {
                "promptTokenCount": 1210,
                "candidatesTokenCount": 77,
                "thoughtsTokenCount": 33,
                "cachedContentTokenCount": 1000,
            },
        },
        {"id": "g1", "in": 1210, "out": 110, "cached": 1000, "reasoning": 33, "reason": "STOP"},
    ),
]
_KEYS = {
    "id": "gen_ai.response.id",
    "in": "gen_ai.usage.input_tokens",
    "out": "gen_ai.usage.output_tokens",
    "cached": "gen_ai.usage.cache_read.input_tokens",
    "written": "gen_ai.usage.cache_write.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
}


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(("answer", "expected"), ANSWERS)
def test_a_providers_answer_tells_the_rest(
    telemetry: Telemetry, answer: dict[str, Any], expected: dict[str, Any]
) -> None:
    with call("m", provider="p", input="Hello?") as running:
        running.answer(answer)
    attributes = telemetry.attributes("chat m")
    assert {name: attributes.get(key) for name, key in _KEYS.items() if name in expected} == {
        name: value for name, value in expected.items() if name in _KEYS
    }
    assert attributes["gen_ai.response.finish_reasons"] == (expected["reason"],)
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"] == [{"type": "text", "content": "Hi"}]
    assert "sonde.usage.estimated" not in attributes


def anthropic_events() -> Iterator[dict[str, Any]]:
    usage = {
        "input_tokens": 93,
        "cache_read_input_tokens": 2048,
        "cache_creation_input_tokens": 0,
        "output_tokens": 1,
    }
    yield {"type": "message_start", "message": {"id": "m1", "model": "claude-x", "usage": usage}}
    yield {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hel"}}
    yield {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "lo"}}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 145}}


@pytest.mark.usefixtures("content")
def test_a_stream_tells_it_chunk_by_chunk(telemetry: Telemetry) -> None:
    with call("claude", provider="anthropic", input="Hi") as running:
        assert len(list(running.stream(anthropic_events()))) == 4
    attributes = telemetry.attributes("chat claude")
    assert attributes["gen_ai.usage.input_tokens"] == 2141
    assert attributes["gen_ai.usage.output_tokens"] == 145
    assert attributes["gen_ai.response.model"] == "claude-x"
    assert attributes["gen_ai.response.finish_reasons"] == ("end_turn",)
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["sonde.chunks"] == 4
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"][0]["content"] == "Hello"


def test_a_stream_that_breaks_fails_the_call(telemetry: Telemetry) -> None:
    def broken() -> Iterator[str]:
        yield "Hello"
        raise ConnectionError("reset")

    with pytest.raises(ConnectionError), call("m") as running:
        list(running.stream(broken()))
    assert telemetry.span("chat m").status.status_code is StatusCode.ERROR
    assert telemetry.attributes("chat m")["gen_ai.usage.output_tokens"] == 1


def test_usage_and_facts_by_name(telemetry: Telemetry, caplog: pytest.LogCaptureFixture) -> None:
    with call("m") as running:
        running.usage(input_tokens=3, output_tokens=None, inputs=4).set(response_id="r", colour=1)
        running.event("thought", depth=2)
    attributes = telemetry.attributes("chat m")
    assert attributes["gen_ai.usage.input_tokens"] == 3
    assert attributes["gen_ai.response.id"] == "r"
    assert "unknown count 'inputs'" in caplog.text
    assert "unknown argument 'colour'" in caplog.text
    assert [event.name for event in telemetry.span("chat m").events] == ["thought"]


def test_what_policies_state_is_on_the_call(telemetry: Telemetry) -> None:
    with events.stating({"sonde.attempt": 3}), call("m"):
        pass
    assert telemetry.attributes("chat m")["sonde.attempt"] == 3


def test_nothing_breaks_without_init() -> None:
    recorded = record_call("m", input_tokens=1)
    assert set(recorded.trace_id) == {"0"}
    with call("m") as running:
        assert list(running.stream(iter("ab"))) == ["a", "b"]


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(object()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "usage",
                    "content",
                    "message",
                    "delta",
                    "type",
                    "id",
                    "model",
                    "candidates",
                    "role",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_ANYTHING, _ANYTHING, _ANYTHING)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("content")
def test_any_answer_is_survived(telemetry: Telemetry, answer: Any, tokens: Any, chunk: Any) -> None:
    record_call(
        "m", input=answer, output=answer, input_tokens=tokens, cost_usd=tokens, attributes={"a": chunk}
    )
    with call("m", input=chunk) as running:
        running.answer(answer)
        list(running.stream(iter([chunk, answer])))
    assert len(telemetry.spans) >= 2
    telemetry.exporter.clear()
