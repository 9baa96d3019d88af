"""``@sonde.observe`` around the four kinds of functions."""

import asyncio
import gc
import inspect
import json
from collections.abc import AsyncGenerator, Generator, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode

from sonde.sdk import config
from sonde.sdk.context import context
from sonde.sdk.observe import observe
from sonde.sdk.spans import span
from tests.unit.sdk_tracing.conftest import Telemetry


def current() -> str:
    return getattr(trace.get_current_span(), "name", "")


def test_a_function_has_a_span_named_like_it(telemetry: Telemetry) -> None:
    @observe
    def rank(documents: list[str]) -> int:
        assert current() == "rank"
        return len(documents)

    assert rank(["a", "b"]) == 2
    assert telemetry.attributes("rank")["code.function.name"].endswith("rank")
    assert telemetry.span("rank").status.status_code is StatusCode.UNSET
    assert current() == ""


def test_a_coroutine_function_stays_one_and_nests(telemetry: Telemetry) -> None:
    @observe(name="inner")
    async def inner() -> str:
        await asyncio.sleep(0)
        return current()

    @observe(name="outer")
    async def outer() -> list[str]:
        return list(await asyncio.gather(inner(), inner()))

    assert inspect.iscoroutinefunction(outer)
    assert asyncio.run(outer()) == ["inner", "inner"]
    parents = {s.parent.span_id for s in telemetry.spans if s.name == "inner" and s.parent}
    context = telemetry.span("outer").context
    assert context is not None
    assert parents == {context.span_id}


def test_a_generator_is_current_only_while_its_own_code_runs(telemetry: Telemetry) -> None:
    @observe
    def numbers() -> Generator[int, str, str]:
        with span("inside"):
            got = yield 1
            assert current() == "inside"
        assert got == "sent"
        yield 2
        return "end"

    def consume() -> Generator[int, Any, str]:
        return (yield from numbers())

    assert inspect.isgeneratorfunction(numbers)
    running = consume()
    with span("consumer"):
        assert next(running) == 1
        assert current() == "consumer"
        assert running.send("sent") == 2
        with pytest.raises(StopIteration) as stopped:
            next(running)
    assert stopped.value.value == "end"
    inner, outer = telemetry.span("inside"), telemetry.span("numbers")
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert telemetry.attributes("numbers")["sonde.items"] == 2
    assert "sonde.incomplete" not in telemetry.attributes("numbers")


def test_a_generator_that_never_starts_has_no_span(telemetry: Telemetry) -> None:
    @observe
    def numbers() -> Iterator[int]:
        yield 1

    numbers()
    assert telemetry.spans == []


def test_a_generator_closed_early_is_incomplete_not_failed(telemetry: Telemetry) -> None:
    cleaned: list[str] = []

    @observe
    def numbers() -> Generator[int]:
        try:
            yield 1
            yield 2
        finally:
            cleaned.append(current())

    running = numbers()
    next(running)
    running.close()
    assert cleaned == ["numbers"]
    assert telemetry.attributes("numbers")["sonde.incomplete"] is True
    assert telemetry.span("numbers").status.status_code is StatusCode.UNSET


def test_what_a_consumer_throws_in_is_the_generators_to_handle(telemetry: Telemetry) -> None:
    @observe
    def numbers() -> Generator[str]:
        try:
            yield "a"
        except KeyError:
            yield "handled"

    running = numbers()
    next(running)
    assert running.throw(KeyError("x")) == "handled"
    assert list(running) == []
    assert telemetry.span("numbers").status.status_code is StatusCode.UNSET


def test_an_async_generator(telemetry: Telemetry) -> None:
    @observe
    async def words() -> AsyncGenerator[str, str]:
        got = yield "a"
        yield got

    async def consume() -> list[str]:
        running = words()
        first = await anext(running)
        second = await running.asend("b")
        assert current() == ""
        with pytest.raises(StopAsyncIteration):
            await anext(running)
        return [first, second]

    assert asyncio.run(consume()) == ["a", "b"]
    assert telemetry.attributes("words")["sonde.items"] == 2


def test_an_async_generator_given_up_is_incomplete(telemetry: Telemetry) -> None:
    @observe
    async def words() -> AsyncGenerator[str]:
        yield "a"
        yield "b"

    async def consume() -> None:
        running = words()
        async for _ in running:
            break
        await running.aclose()

    asyncio.run(consume())
    assert telemetry.attributes("words")["sonde.incomplete"] is True


def test_an_abandoned_async_generator_ends_quietly(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    """The event loop closes it in a task of its own, where nothing of its context was ever attached."""

    @observe
    async def words() -> AsyncGenerator[str]:
        with context(user="ada"), span("inner"):
            yield "a"
            yield "b"

    async def consume() -> None:
        running = words()
        assert await anext(running) == "a"
        del running
        gc.collect()
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(consume())
    assert telemetry.attributes("words")["sonde.incomplete"] is True
    assert telemetry.attributes("inner")["sonde.incomplete"] is True
    assert caplog.text == ""


@pytest.mark.usefixtures("content")
def test_a_long_generators_items_are_bounded(telemetry: Telemetry) -> None:
    @observe
    def words() -> Iterator[str]:
        for _ in range(5_000):
            yield "x" * 1_000

    assert sum(1 for _ in words()) == 5_000
    attributes = telemetry.attributes("words")
    assert attributes["sonde.items"] == 5_000
    assert len(attributes["gen_ai.output.messages"]) < 70_000


def test_an_error_goes_on_and_marks_the_span(telemetry: Telemetry) -> None:
    class Odd(ValueError):
        pass

    @observe
    def fails() -> None:
        raise Odd("no good")

    with pytest.raises(Odd, match="no good"):
        fails()
    failed = telemetry.span("fails")
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description == "no good"
    assert str((failed.attributes or {})["error.type"]).endswith("Odd")
    assert [event.name for event in failed.events] == ["exception"]


def test_a_cancelled_coroutine_is_incomplete(telemetry: Telemetry) -> None:
    @observe
    async def waits() -> None:
        await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert telemetry.attributes("waits")["sonde.incomplete"] is True
    assert telemetry.span("waits").status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("kind", "operation", "key"),
    [
        ("tool", "execute_tool", "gen_ai.tool.name"),
        ("agent", "invoke_agent", "gen_ai.agent.name"),
        ("workflow", "invoke_workflow", "gen_ai.workflow.name"),
        ("retrieval", "retrieval", "gen_ai.data_source.id"),
    ],
)
def test_kinds_have_the_conventions_names(telemetry: Telemetry, kind: str, operation: str, key: str) -> None:
    @observe(kind=kind)
    def work() -> None:
        pass

    work()
    attributes = telemetry.attributes(f"{operation} work")
    assert attributes["gen_ai.operation.name"] == operation
    assert attributes[key] == "work"


def test_an_unknown_kind_is_told_once_and_left_out(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):

        @observe(kind="toool")
        def work() -> None:
            pass

        work()
    assert "gen_ai.operation.name" not in (telemetry.spans[0].attributes or {})
    (told,) = [record.getMessage() for record in caplog.records if "toool" in record.getMessage()]
    assert "it is one of tool, agent, workflow, retrieval" in told


def test_content_is_off_by_default(telemetry: Telemetry) -> None:
    @observe(kind="tool")
    def look_up(word: str) -> str:
        return word * 2

    look_up("secret")
    assert not [key for key in telemetry.attributes("execute_tool look_up") if "call" in key]


@pytest.mark.usefixtures("content")
def test_content_on_inputs_and_outputs(telemetry: Telemetry) -> None:
    class Shop:
        @observe(kind="tool")
        def find(self, word: str, *, limit: int = 3) -> list[str]:
            return [word] * limit

    Shop().find("tea", limit=2)
    attributes = telemetry.attributes("execute_tool find")
    assert json.loads(attributes["gen_ai.tool.call.arguments"]) == {"word": "tea", "limit": 2}
    assert json.loads(attributes["gen_ai.tool.call.result"]) == ["tea", "tea"]


@pytest.mark.usefixtures("content")
def test_inputs_and_outputs_by_choice(telemetry: Telemetry) -> None:
    @observe(inputs=["question"], outputs=False)
    def ask(question: str, password: str) -> str:
        return question + password

    ask("why", "hunter2")
    attributes = telemetry.attributes("ask")
    assert json.loads(attributes["input.value"]) == {"question": "why"}
    assert "hunter2" not in json.dumps(attributes)
    assert "output.value" not in attributes


@pytest.mark.usefixtures("content")
def test_texts_of_a_generator_are_one_output(telemetry: Telemetry) -> None:
    @observe(kind="agent")
    def answer(question: str) -> Iterator[str]:
        yield "Hel"
        yield "lo"

    assert "".join(answer("hi")) == "Hello"
    attributes = telemetry.attributes("invoke_agent answer")
    output = json.loads(attributes["gen_ai.output.messages"])
    assert output == [{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]}]
    assert json.loads(attributes["gen_ai.input.messages"])[0]["parts"][0]["content"] == "hi"


@pytest.mark.usefixtures("content")
def test_the_hosts_own_type_error_is_untouched(telemetry: Telemetry) -> None:
    @observe
    def one(argument: int) -> int:
        return argument

    with pytest.raises(TypeError, match="unexpected keyword"):
        one(argumant=1)  # pyright: ignore[reportCallIssue]
    assert telemetry.span("one").status.status_code is StatusCode.ERROR


def test_static_and_class_methods_in_either_order(telemetry: Telemetry) -> None:
    class Tools:
        @staticmethod
        @observe
        def below(value: int) -> int:
            return value

        @observe
        @staticmethod
        def above(value: int) -> int:
            return value

        @observe
        @classmethod
        def of_class(cls) -> str:
            return cls.__name__

    assert Tools.below(1) == 1
    assert Tools().above(2) == 2
    assert Tools.of_class() == "Tools"
    assert [s.name for s in telemetry.spans] == ["below", "above", "of_class"]


def test_without_init_a_function_just_runs() -> None:
    assert not config.started()

    @observe
    def work() -> int:
        return 3

    assert work() == 3


def test_an_error_in_sonde_never_reaches_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise RuntimeError("ours")

    monkeypatch.delenv("SONDE_RAISE")
    monkeypatch.setattr("sonde.sdk.providers.tracer", broken)

    @observe
    def work() -> int:
        return 3

    assert work() == 3
