"""Measures of streams, on a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import pytest

from sonde.sdk.chunks import kind_of
from sonde.sdk.measure import stream
from sonde.sdk.spans import span
from sonde.sdk.streams import GAPS_MAX, Measured, Meter
from tests.unit.sdk_tracing.conftest import Telemetry

MS = 1_000_000


class Clock:
    def __init__(self) -> None:
        self.now_ns = 1_000 * MS

    def __call__(self) -> int:
        return self.now_ns

    def wait(self, ms: float) -> None:
        self.now_ns += round(ms * MS)


def measured(*chunks: tuple[float, str]) -> dict[str, Any]:
    """Chunks as (milliseconds since the one before, kind)."""
    clock = Clock()
    meter = Meter(clock(), clock)
    for wait_ms, kind in chunks:
        clock.wait(wait_ms)
        meter.chunk(kind)
    return dict(meter.attributes())


def test_times_of_a_stream_that_thinks_first() -> None:
    found = measured(
        (50, "other"), (50, "reasoning"), (300, "reasoning"), (100, "text"), (20, "text"), (1_500, "text")
    )
    assert found == {
        "gen_ai.response.time_to_first_chunk": pytest.approx(0.05),
        "sonde.chunks": 6,
        "sonde.ttft_ms": pytest.approx(100),
        "sonde.first_visible_ms": pytest.approx(500),
        "sonde.thinking_ms": pytest.approx(400),
        "sonde.stalls": 1,
        "sonde.itl_p50_ms": pytest.approx(100),
        "sonde.itl_p95_ms": pytest.approx(1_500),
    }


def test_what_is_unknown_is_left_out() -> None:
    assert measured() == {}
    assert measured((5, "other")) == {"gen_ai.response.time_to_first_chunk": 0.005, "sonde.chunks": 1}
    one = measured((5, "text"))
    assert "sonde.itl_p95_ms" not in one
    assert "sonde.thinking_ms" not in one
    assert "sonde.stalls" not in one


def test_only_reasoning_ends_with_its_last_token() -> None:
    found = measured((10, "reasoning"), (90, "reasoning"))
    assert found["sonde.thinking_ms"] == pytest.approx(90)
    assert "sonde.first_visible_ms" not in found


def test_a_tool_call_ends_the_thinking() -> None:
    assert measured((10, "reasoning"), (70, "tool"))["sonde.thinking_ms"] == pytest.approx(70)


def test_quantiles_of_many_gaps_and_bounded_memory() -> None:
    clock = Clock()
    meter = Meter(clock(), clock)
    for number in range(100_001):
        clock.wait(100 if number % 10 == 0 else 10)
        meter.chunk("text")
    found = meter.attributes()
    assert len(meter._gaps) < GAPS_MAX
    assert found["sonde.itl_p50_ms"] == pytest.approx(10)
    assert found["sonde.itl_p95_ms"] == pytest.approx(100)


OPENAI = [
    ({"choices": [{"delta": {"role": "assistant", "content": ""}}]}, "other"),
    ({"choices": [{"delta": {"reasoning_content": "hm"}}]}, "reasoning"),
    ({"choices": [{"delta": {"content": "Hi"}}]}, "text"),
    ({"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "{"}}]}}]}, "tool"),
    ({"choices": [], "usage": {"prompt_tokens": 1}}, "other"),
    ({"choices": [{"text": "legacy"}]}, "text"),
    ({"type": "response.created"}, "other"),
    ({"type": "response.output_text.delta", "delta": "Hi"}, "text"),
    ({"type": "response.reasoning_summary_text.delta", "delta": "hm"}, "reasoning"),
    ({"type": "response.function_call_arguments.delta", "delta": "{"}, "tool"),
]
ANTHROPIC = [
    ({"type": "message_start", "message": {}}, "other"),
    ({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}, "other"),
    ({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}}, "reasoning"),
    ({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}}, "other"),
    ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}}, "text"),
    ({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}}, "tool"),
    ({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, "other"),
    ({"type": "ping"}, "other"),
]
GEMINI = [
    ({"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]}, "reasoning"),
    ({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]}, "text"),
    ({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}]}}]}, "tool"),
    ({"candidates": [{"finishReason": "STOP"}]}, "other"),
]
OTHERS: list[tuple[Any, str]] = [
    ("Hi", "text"),
    ("", "other"),
    (b"x", "text"),
    (None, "other"),
    (7, "other"),
    ({"content": "Hi"}, "text"),
    ({"content": [{"type": "thinking", "thinking": "hm"}]}, "reasoning"),
    ({"content": "", "tool_call_chunks": [{"args": "{"}]}, "tool"),
    ({"content": "", "additional_kwargs": {"reasoning_content": "hm"}}, "reasoning"),
]


@pytest.mark.parametrize(("chunk", "kind"), [*OPENAI, *ANTHROPIC, *GEMINI, *OTHERS])
def test_kinds_of_chunks(chunk: Any, kind: str) -> None:
    assert kind_of(chunk) == kind
    assert kind_of(_Object.of(chunk)) == kind, "objects are read like dicts"


class _Object:
    @classmethod
    def of(cls, value: Any) -> Any:
        if isinstance(value, dict):
            made = cls()
            for key, item in value.items():
                setattr(made, str(key), cls.of(item))
            return made
        return [cls.of(item) for item in value] if isinstance(value, list) else value


class Client:
    """A provider's client with an instrumentation around it: the span ends with the stream."""

    def __init__(self, telemetry: Telemetry, clock: list[str]) -> None:
        self._tracer = telemetry.provider.get_tracer("opentelemetry.instrumentation.openai_v2")
        self.closed = False
        self.log = clock

    def create(self) -> "ClientStream":
        begun = self._tracer.start_span(
            "chat m", attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
        )
        return ClientStream(begun)


class ClientStream:
    def __init__(self, begun: Any) -> None:
        self._span = begun
        self._chunks = iter(["a", "b"])
        self.response = "raw"
        self.closed = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._chunks)
        except StopIteration:
            self._span.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._span.end()


def test_measures_go_on_the_span_of_an_instrumentation(telemetry: Telemetry) -> None:
    client = Client(telemetry, [])
    with span("around"):
        running = stream(client.create())
        assert running.response == "raw"
        assert list(running) == ["a", "b"]
    attributes = telemetry.attributes("chat m")
    assert attributes["sonde.chunks"] == 2
    assert attributes["sonde.ttft_ms"] > 0
    assert "sonde.chunks" not in telemetry.attributes("around")
    assert attributes["code.function.name"].endswith("Client.create"), "the app's innermost function"


def test_a_stream_closed_early_hands_the_close_on(telemetry: Telemetry) -> None:
    client = Client(telemetry, [])
    inner = client.create()
    with stream(inner) as running:
        assert next(running) == "a"
    assert inner.closed
    assert telemetry.attributes("chat m")["sonde.chunks"] == 1


def test_two_streams_at_once_are_kept_apart(telemetry: Telemetry) -> None:
    client = Client(telemetry, [])

    async def one(number: int) -> None:
        running = stream(client.create())
        for _ in range(number):
            next(running)
            await asyncio.sleep(0)
        running.close()

    async def both() -> None:
        await asyncio.gather(one(1), one(2))

    asyncio.run(both())
    counts = sorted(int(str((s.attributes or {})["sonde.chunks"])) for s in telemetry.spans)
    assert counts == [1, 2]


def test_without_a_call_the_current_span_is_measured(telemetry: Telemetry) -> None:
    async def words() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    async def consume() -> None:
        with span("work"):
            assert [word async for word in stream(words())] == ["a", "b"]

    asyncio.run(consume())
    assert telemetry.attributes("work")["sonde.chunks"] == 2


def test_outside_of_everything_a_stream_is_as_it_was() -> None:
    assert list(stream(iter("ab"))) == ["a", "b"]


def test_a_generator_makes_its_request_late(telemetry: Telemetry) -> None:
    """As LangChain does: nothing is sent, and no span begins, before the first chunk is asked for."""

    def lazy(name: str) -> Iterator[str]:
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": name}
        begun = telemetry.provider.get_tracer("langchain").start_span(name, attributes=attributes)
        yield "a"
        yield "b"
        begun.end()

    first, second = stream(lazy("m1")), stream(lazy("m2"))
    assert [next(first), next(second), next(first), next(second)] == ["a", "a", "b", "b"]
    assert list(second) == list(first) == []
    for name in ("m1", "m2"):
        assert telemetry.attributes(name)["sonde.chunks"] == 2
        assert 0 < telemetry.attributes(name)["sonde.ttft_ms"] < 60_000


def test_what_is_no_stream_is_told_and_handed_back(caplog: pytest.LogCaptureFixture) -> None:
    answer = {"choices": []}
    assert stream(answer) is answer
    assert "a dict is no stream" in caplog.text


def test_an_error_of_the_stream_goes_on() -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise ConnectionError("reset")

    ended: list[BaseException | None] = []
    running = Measured(broken(), Meter(0), ended=ended.append)
    with pytest.raises(ConnectionError):
        list(running)
    assert [type(error) for error in ended] == [ConnectionError]


def test_a_classifier_that_fails_does_not_hurt_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def classify(_: Any) -> Any:
        raise ValueError("odd")

    monkeypatch.delenv("SONDE_RAISE")
    meter = Meter(0)
    assert list(Measured(iter("ab"), meter, classify=classify)) == ["a", "b"]


def test_a_stream_that_is_dropped_ends_once() -> None:
    ended: list[BaseException | None] = []
    running = Measured(iter("ab"), Meter(0), ended=ended.append)
    next(running)
    del running
    assert [type(error) for error in ended] == [GeneratorExit]
