"""What is told of each model call, whichever instrumentation made its span."""

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Status, StatusCode

from sonde.resilience import events
from sonde.sdk import config, prices, processor
from sonde.sdk.context import context
from sonde.sdk.facts import CallFacts
from sonde.sdk.processor import CallProcessor, Enriched, observe_calls
from sonde.sdk.record import record_call
from sonde.sdk.spans import span
from tests.unit.sdk_tracing.conftest import Telemetry

OTEL = "opentelemetry.instrumentation.openai_v2"
OPENINFERENCE = "openinference.instrumentation.openai"


@pytest.fixture
def calls() -> list[CallFacts]:
    told: list[CallFacts] = []
    observe_calls(told.append)
    return told


def make(telemetry: Telemetry, scope: str, **attributes: Any) -> None:
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    telemetry.provider.get_tracer(scope).start_span("call", attributes=named).end()


def test_opentelemetrys_names(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    make(
        telemetry,
        OTEL,
        gen_ai__operation__name="generate_content",
        gen_ai__provider__name="gemini",
        gen_ai__request__model="g",
        gen_ai__response__finish_reasons=["STOP"],
        gen_ai__usage__input_tokens=3,
        gen_ai__usage__cache_creation__input_tokens=1,
    )
    (call,) = calls
    assert (call.operation, call.provider, call.model, call.finish_reason) == (
        "chat",
        "gcp.gemini",
        "g",
        "stop",
    )
    assert (call.input_tokens, call.cache_write_tokens, call.output_tokens) == (3, 1, None)


def test_openinferences_names(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    make(
        telemetry,
        OPENINFERENCE,
        openinference__span__kind="LLM",
        llm__model_name="m",
        llm__token_count__prompt=5,
        llm__token_count__completion=2,
        llm__provider="openai",
    )
    (call,) = calls
    assert (call.model, call.input_tokens, call.output_tokens, call.provider) == ("m", 5, 2, "openai")


def test_older_openllmetrys_names(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    make(
        telemetry,
        "opentelemetry.instrumentation.anthropic",
        llm__request__type="chat",
        gen_ai__system="Anthropic",
        gen_ai__request__model="c",
        gen_ai__usage__prompt_tokens=7,
    )
    assert (calls[0].provider, calls[0].input_tokens) == ("anthropic", 7)


@pytest.mark.parametrize("operation", ["execute_tool", "invoke_agent", "nonsense", ""])
def test_other_spans_are_no_calls(telemetry: Telemetry, calls: list[CallFacts], operation: str) -> None:
    make(telemetry, OTEL, gen_ai__operation__name=operation)
    make(telemetry, "app")
    assert calls == []


def test_a_failed_call_says_why(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    begun = telemetry.provider.get_tracer(OTEL).start_span("c", attributes={"gen_ai.operation.name": "chat"})
    begun.record_exception(TimeoutError("too late"))
    begun.set_status(Status(StatusCode.ERROR))
    begun.end()
    assert (calls[0].status, calls[0].error_type, calls[0].error_message) == (
        "error",
        "TimeoutError",
        "too late",
    )


def test_a_span_around_a_call_is_not_a_second_call(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    outer = telemetry.provider.get_tracer("opentelemetry.instrumentation.langchain")
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    with outer.start_as_current_span("ChatOpenAI.chat", attributes=chat):
        telemetry.provider.get_tracer(OTEL).start_span("chat m", attributes=chat).end()
    assert len(calls) == 1
    assert calls[0].scope == OTEL


def answered(telemetry: Telemetry, scope: str, begin_s: float, end_s: float) -> None:
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.response.id": "r", "gen_ai.usage.input_tokens": 3}
    begun = telemetry.provider.get_tracer(scope).start_span(
        "chat", attributes=attributes, start_time=round(begin_s * 1e9)
    )
    begun.end(round(end_s * 1e9))


def test_the_same_answer_in_another_trace_is_not_a_second_call(
    telemetry: Telemetry, calls: list[CallFacts]
) -> None:
    answered(telemetry, OTEL, 10, 11)
    answered(telemetry, OPENINFERENCE, 9.9, 11.1)
    assert [call.scope for call in calls] == [OTEL]


def test_a_server_that_repeats_its_ids_loses_no_call(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    for second in range(3):
        answered(telemetry, OTEL, second, second + 0.5)
        answered(telemetry, OPENINFERENCE, second, second + 0.5)
    answered(telemetry, OPENINFERENCE, 100, 101)
    assert len(calls) == 4


def test_calls_beside_each_other_below_one_agent_all_count(
    telemetry: Telemetry, calls: list[CallFacts]
) -> None:
    with span("agent", kind="agent"):
        for number in range(3):
            record_call(f"m{number}", input_tokens=1)
    assert [call.model for call in calls] == ["m0", "m1", "m2"]


def test_what_policies_state_and_who_called_is_on_an_instrumentations_span(
    telemetry: Telemetry, calls: list[CallFacts]
) -> None:
    with context(user="ada"), events.stating({"sonde.attempt": 2, "sonde.fallback.from": "m0"}):
        make(telemetry, OTEL, gen_ai__operation__name="chat", gen_ai__request__model="m")
        make(telemetry, "app")
    (call,) = calls
    assert (call.user_id, call.attempt, call.fallback_from) == ("ada", 2, "m0")
    assert (call.function or "").endswith("test_processor.make")
    mine = [dict(s.attributes or {}) for s in telemetry.spans]
    assert mine[1] == {"user.id": "ada"}, "other spans only get identity"


def test_slow_and_expensive_calls_are_flagged(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    config.activate(config.Config(slow_ms=100, expensive_usd=0.01))
    record_call("a", duration_ms=99, cost_usd=0.001)
    record_call("b", duration_ms=100, cost_usd=0.01)
    assert [(call.slow, call.expensive) for call in calls] == [(False, False), (True, True)]
    assert telemetry.attributes("chat b")["sonde.expensive"] is True
    assert "sonde.expensive" not in telemetry.attributes("chat a")


def test_cost_is_computed_where_prices_are_installed(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    assert prices.load()
    record_call("gpt-4o", provider="openai", input_tokens=1_000, output_tokens=100)
    record_call("nobody-knows-it", provider="openai", input_tokens=1_000)
    record_call("gpt-4o", provider="openai")
    record_call("gpt-4o", provider="openai", input_tokens=1, cache_hit=True)
    assert [(call.cost_usd, call.cost_source) for call in calls] == [
        (pytest.approx(0.0035), "computed"),
        (None, "none"),
        (None, "none"),
        (None, "none"),
    ]


def test_a_listener_that_fails_costs_nobody_anything(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: CallFacts) -> None:
        raise RuntimeError("listener")

    told: list[CallFacts] = []
    observe_calls(broken, told.append)
    monkeypatch.delenv("SONDE_RAISE")
    record_call("m", input_tokens=1)
    assert len(told) == len(telemetry.spans) == 1
    assert "telling of a model call failed" in caplog.text


def test_added_attributes_leave_the_span_as_it_was() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    begun = provider.get_tracer("t").start_span("s", attributes={"a": 1})
    begun.add_event("e")
    begun.set_status(Status(StatusCode.ERROR, "why"))
    begun.end()
    more = Enriched(begun, {"b": 2})  # pyright: ignore[reportArgumentType]
    assert dict(more.attributes or {}) == {"a": 1, "b": 2}
    for name in ("name", "context", "parent", "kind", "status", "start_time", "end_time", "resource"):
        assert getattr(more, name) == getattr(begun, name), name
    assert (len(more.events), more.dropped_attributes) == (1, 0)
    assert more.instrumentation_scope == begun.instrumentation_scope  # pyright: ignore[reportAttributeAccessIssue]


def test_memory_stays_bounded(telemetry: Telemetry, calls: list[CallFacts]) -> None:
    door = telemetry.provider._active_span_processor._span_processors[0]
    assert isinstance(door, CallProcessor)
    for number in range(3_000):
        with span("agent"):
            record_call("m", response_id=str(number), input_tokens=1)
    assert len(calls) == 3_000
    assert len(door._seen) <= processor._REMEMBERED_MAX
    assert len(door._told_inside) <= processor._REMEMBERED_MAX
    assert processor._meters == {}


def test_without_listeners_only_identity_is_added(telemetry: Telemetry) -> None:
    observe_calls()
    with context(session="s"):
        record_call("m", input_tokens=1)
    assert telemetry.attributes("chat m")["session.id"] == "s"
    assert not trace.get_current_span().is_recording()
