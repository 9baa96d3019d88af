"""``sonde.span`` and the policies' events on it."""

import asyncio
import json
import math

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from sonde.resilience import events
from sonde.resilience.caching import ResponseCache
from sonde.resilience.retry import Retry
from sonde.sdk import safety
from sonde.sdk.call import call
from sonde.sdk.spans import SpanSink, span
from tests.unit.sdk_tracing.conftest import Telemetry


def test_a_span_with_attributes_and_events(telemetry: Telemetry) -> None:
    with span("rank", attributes={"rows": 3, "none": None, "nan": math.nan}) as rank:
        rank.set(model="m", done=True).set({"db.rows": [1, 2]}).event("cut", at=2)
        assert len(rank.trace_id) == 32
        assert int(rank.span_id, 16) != 0
    assert telemetry.attributes("rank") == {"rows": 3, "model": "m", "done": True, "db.rows": ("1", "2")}
    (event,) = telemetry.span("rank").events
    assert (event.name, dict(event.attributes or {})) == ("cut", {"at": 2})


def test_async_with(telemetry: Telemetry) -> None:
    async def work() -> None:
        async with span("a"), span("b", kind="tool"):
            await asyncio.sleep(0)

    asyncio.run(work())
    assert [s.name for s in telemetry.spans] == ["execute_tool b", "a"]


def test_an_exception_marks_and_passes(telemetry: Telemetry) -> None:
    with pytest.raises(KeyError), span("look"):
        raise KeyError("k")
    assert telemetry.span("look").status.status_code is StatusCode.ERROR
    assert telemetry.attributes("look")["error.type"] == "KeyError"


def test_marked_as_failed_without_an_exception(telemetry: Telemetry) -> None:
    with span("look") as look:
        look.error(ValueError("empty"))
    assert telemetry.span("look").status.description == "empty"


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    ("kind", "key_in", "key_out"),
    [
        (None, "input.value", "output.value"),
        ("tool", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result"),
        ("retrieval", "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents"),
        ("agent", "input.value", "output.value"),
    ],
)
def test_content_has_the_conventions_keys(
    telemetry: Telemetry, kind: str | None, key_in: str, key_out: str
) -> None:
    with span("work", kind=kind, input={"q": "tea"}) as work:
        work.output([{"content": "green", "score": 0.9}])
    attributes = dict(telemetry.spans[0].attributes or {})
    assert json.loads(str(attributes[key_in])) == {"q": "tea"}
    assert json.loads(str(attributes[key_out])) == [{"content": "green", "score": 0.9}]


@pytest.mark.usefixtures("content")
def test_messages_of_an_agent_are_messages(telemetry: Telemetry) -> None:
    with span("helper", kind="agent", input=[{"role": "user", "content": [{"type": "text", "text": "hi"}]}]):
        pass
    (message,) = json.loads(str(telemetry.attributes("invoke_agent helper")["gen_ai.input.messages"]))
    assert message == {"role": "user", "parts": [{"type": "text", "content": "hi"}]}


def test_values_that_cannot_be_shown_do_not_hurt(telemetry: Telemetry) -> None:
    class Rude:
        def __str__(self) -> str:
            raise RuntimeError("no")

    with span("work") as work:
        work.set(rude=Rude(), big=1 << 80, long="x" * 20_000)
    attributes = telemetry.attributes("work")
    assert attributes["rude"] == "<Rude>"
    assert attributes["big"] == str(1 << 80)
    assert len(attributes["long"]) == 8_192


def test_the_policies_events_and_attributes_go_on_the_current_span(telemetry: Telemetry) -> None:
    events.set_sink(SpanSink())
    with span("outer"), span("call"):
        events.emit("sonde.breaker.open", {"sonde.breaker.state": "open"})
        events.annotate({"sonde.attempt": 2})
    assert telemetry.attributes("call")["sonde.attempt"] == 2
    assert [event.name for event in telemetry.span("call").events] == ["sonde.breaker.open"]
    assert telemetry.span("outer").events == ()
    assert telemetry.logs == []


def test_an_event_outside_of_any_span_is_a_log_record(telemetry: Telemetry) -> None:
    events.set_sink(SpanSink())
    events.emit("sonde.retry", {"sonde.attempt": 1})
    events.annotate({"sonde.attempt": 1})
    (record,) = telemetry.logs
    assert (record.event_name, dict(record.attributes)) == ("sonde.retry", {"sonde.attempt": 1})


def test_an_answer_from_a_cache_is_a_call_of_its_own(telemetry: Telemetry) -> None:
    events.set_sink(SpanSink())
    asked: list[str] = []

    @ResponseCache()
    def ask(model: str, prompt: str) -> str:
        asked.append(prompt)
        with call(model):
            return "answer"

    with span("work") as work:
        assert [ask("m", "hello"), ask("m", "hello")] == ["answer", "answer"]
    assert asked == ["hello"]
    made, cached = (found for found in telemetry.spans if found.name == "chat m")
    assert made.attributes is not None
    assert cached.attributes is not None
    assert (made.attributes["sonde.cache.hit"], cached.attributes["sonde.cache.hit"]) == (False, True)
    assert cached.parent is not None
    assert f"{cached.parent.span_id:016x}" == work.span_id
    assert cached.kind is SpanKind.CLIENT

    with call("m"):  # an app that traces around the cache has its call already
        ask("m", "hello")
    assert [found.name for found in telemetry.spans].count("chat m") == 3


def test_a_real_policy_around_a_call_by_hand(telemetry: Telemetry) -> None:
    events.set_sink(SpanSink())
    attempts: list[int] = []

    @Retry(attempts=3, sleep=lambda _: None)
    def ask() -> str:
        with call("m", provider="p") as running:
            attempts.append(1)
            if len(attempts) < 3:
                raise ConnectionError("reset")
            running.usage(input_tokens=1, output_tokens=1)
        return "ok"

    with span("work"):
        assert ask() == "ok"
    calls = [dict(s.attributes or {}) for s in telemetry.spans if s.name == "chat m"]
    assert [attributes.get("sonde.attempt") for attributes in calls] == [1, 2, 3]
    assert [attributes.get("error.type") for attributes in calls] == [
        "ConnectionError",
        "ConnectionError",
        None,
    ]
    assert [event.name for event in telemetry.span("work").events] == ["sonde.retry", "sonde.retry"]


def test_a_broken_tracer_costs_one_line_and_no_call(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("ours")

    monkeypatch.delenv("SONDE_RAISE")
    monkeypatch.setattr("sonde.sdk.providers.tracer", broken)
    safety.forget()
    for _ in range(3):
        with span("work") as work:
            work.set(a=1).event("e").input("x").output("y")
    assert len(caplog.records) == 1
    assert "starting a span failed" in caplog.text
