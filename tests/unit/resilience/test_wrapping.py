import asyncio
import contextlib
import functools
import gc
import inspect
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest

from sonde.resilience.breaker import Breaker
from sonde.resilience.limits import Limits
from sonde.resilience.steps import Do, Steps
from sonde.resilience.streams import AsyncStream, Stream, SyncStream, Tap
from sonde.resilience.wrapping import Call, Policy, Proceed, kind_of, wrap
from tests.unit.resilience.kit import (
    KINDS,
    STREAMING,
    AsyncProviderStream,
    Kind,
    ProviderStream,
    Script,
    call,
    run,
)


class Seen(Tap):
    """Doubles items, adds a last one, remembers how it ended."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, bool]] = []

    def item(self, item: Any) -> Sequence[Any]:
        return (item, item)

    def end(self) -> Sequence[Any]:
        return ("last",)

    def done(self, error: BaseException | None, complete: bool) -> None:
        self.ends.append((type(error).__name__, complete))


class Tapped(Policy):
    def __init__(self, *, peek: bool = False) -> None:
        self.seen = Seen()
        self.peek = peek
        self.calls: list[Call] = []

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        self.calls.append(call)
        result = yield from proceed(call)
        if isinstance(result, Stream):
            if self.peek:
                yield from result.peek()
            result.tap(self.seen)
        return result


class Nothing(Policy):
    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        return (yield from proceed(call))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_answers_as_before(kind: Kind) -> None:
    streamed = kind in STREAMING
    answer = ["a", "b"] if streamed else "answer"
    script = Script(answer)
    assert call(script, kind, Nothing(), Nothing(), model="m") == answer
    assert script.calls == [{"model": "m"}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_raises_what_it_raised(kind: Kind) -> None:
    error = KeyError("mine")
    with pytest.raises(KeyError) as caught:
        call(Script(error), kind, Nothing())
    assert caught.value is error


@pytest.mark.parametrize("peek", [False, True])
@pytest.mark.parametrize("kind", STREAMING)
def test_taps_change_items_and_learn_the_end_once(kind: Kind, peek: bool) -> None:
    inner, outer = Tapped(peek=peek), Tapped(peek=peek)
    answer = call(Script(["a", "b"]), kind, outer, inner)
    assert answer == ["a"] * 4 + ["b"] * 4 + ["last"] * 2 + ["last"]
    assert inner.seen.ends == outer.seen.ends == [("NoneType", True)]


@pytest.mark.parametrize("kind", STREAMING)
def test_an_empty_stream_ends_well(kind: Kind) -> None:
    tapped = Tapped(peek=True)
    assert call(Script([]), kind, tapped) == ["last"]
    assert tapped.seen.ends == [("NoneType", True)]


@pytest.mark.parametrize("kind", STREAMING)
def test_an_error_in_the_middle_of_a_stream_reaches_taps_and_caller(kind: Kind) -> None:
    tapped = Tapped()
    with pytest.raises(ValueError, match="broke"):
        call(Script(["a", ValueError("broke")]), kind, tapped)
    assert tapped.seen.ends == [("ValueError", False)]


def test_a_wrapped_function_keeps_its_kind_and_name() -> None:
    nothing = Nothing()
    made = {kind: nothing(Script(1).as_kind(kind)) for kind in KINDS}
    assert not inspect.iscoroutinefunction(made["sync"])
    assert inspect.iscoroutinefunction(made["async"])
    assert inspect.isgeneratorfunction(made["generator"])
    assert inspect.isasyncgenfunction(made["async generator"])
    assert made["async"].__name__ == "coroutine"


def test_kinds_are_seen_through_wraps_partials_and_objects() -> None:
    async def original() -> None: ...

    @functools.wraps(original)
    def like_openai(*args: Any) -> Any:
        return original(*args)

    class Callable:
        async def __call__(self) -> None: ...

    assert kind_of(like_openai) == "async"
    assert kind_of(functools.partial(original)) == "async"
    assert kind_of(Callable()) == "async"
    assert kind_of(len) == "sync"


def test_a_coroutine_in_synchronous_code_is_an_error_that_names_the_fix() -> None:
    async def original() -> int:
        return 1

    def plain() -> Any:
        return original()

    hidden = wrap(plain, [Nothing()])
    with pytest.raises(TypeError, match='kind="async"'):
        hidden()
    told = wrap(plain, [Nothing()], kind="async")
    assert asyncio.run(told()) == 1


def test_methods_work_and_self_is_no_argument() -> None:
    tapped = Tapped()

    class Client:
        @tapped
        def create(self, model: str, *, temperature: float = 1.0) -> str:
            return f"{model} {temperature}"

    assert Client().create("m", temperature=0.5) == "m 0.5"
    assert tapped.calls[0].arguments == {"model": "m", "temperature": 0.5}
    assert tapped.calls[0].model == "m"
    assert tapped.calls[0].name.endswith("Client.create")


def test_the_stream_object_still_has_its_own_attributes() -> None:
    original = ProviderStream(iter(["a", "b"]))
    stream = Nothing()(lambda: original)()
    assert isinstance(stream, SyncStream)
    assert stream.response.headers == {"x-request-id": "req_stream"}
    with stream as entered:
        assert next(entered) == "a"
    assert original.closed == 1


def test_closing_early_tells_taps_and_closes_the_original() -> None:
    tapped, original = Tapped(), ProviderStream(iter(["a", "b"]))
    stream: Any = tapped(lambda: original)()
    assert next(stream) == "a"
    stream.close()
    stream.close()
    assert tapped.seen.ends == [("NoneType", False)]
    assert original.closed == 2


def test_closing_an_asynchronous_stream_awaits_the_original() -> None:
    tapped, original = Tapped(), AsyncProviderStream(iter(["a", "b"]))

    async def create() -> AsyncIterator[str]:
        return original

    async def main() -> None:
        async with await tapped(create)() as stream:  # type: ignore[attr-defined]
            assert isinstance(stream, AsyncStream)
            assert await anext(stream) == "a"

    asyncio.run(main())
    assert original.closed == 1
    assert tapped.seen.ends == [("NoneType", False)]


def test_a_stream_thrown_away_half_read_is_noticed() -> None:
    tapped = Tapped()
    stream: Any = tapped(lambda: ProviderStream(iter(["a", "b"])))()
    next(stream)
    del stream
    gc.collect()
    assert tapped.seen.ends == [("NoneType", False)]


def test_a_generator_that_is_closed_closes_what_it_reads_from() -> None:
    ended: list[str] = []
    tapped = Tapped()

    @tapped
    def stream() -> Iterator[str]:
        try:
            yield "a"
            yield "b"
        finally:
            ended.append("closed")

    reading = stream()
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert ended == ["closed"]
    assert tapped.seen.ends == [("NoneType", False)]


def test_a_generator_function_is_not_begun_before_it_is_read() -> None:
    script = Script(["a"])
    reading = Nothing()(script.as_kind("generator"))()
    assert script.calls == []
    assert list(reading) == ["a"]


def test_a_cancelled_task_cancels_the_call_and_tells_taps() -> None:
    tapped = Tapped()
    began = asyncio.Event()

    @tapped
    async def stream() -> AsyncIterator[str]:
        yield "a"
        began.set()
        await asyncio.Event().wait()

    async def read() -> None:
        async for _ in stream():
            pass

    async def main() -> None:
        task = asyncio.create_task(read())
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert tapped.seen.ends == [("CancelledError", False)]


def test_a_tap_may_take_steps_and_may_raise() -> None:
    class Checks(Tap):
        def item(self, item: Any) -> Steps[Sequence[Any]]:
            allowed = yield Do(allow, (item,))
            if not allowed:
                raise PermissionError(item)
            return (item,)

    class Checked(Policy):
        def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
            result = yield from proceed(call)
            return result.tap(Checks())

    async def allow(item: str) -> bool:
        await asyncio.sleep(0)
        return item != "secret"

    with pytest.raises(PermissionError):
        call(Script(["a", "secret", "b"]), "async generator", Checked())
    assert call(Script(["a", "b"]), "async generator", Checked()) == ["a", "b"]


def test_an_asynchronous_stream_from_a_synchronous_function() -> None:
    tapped = Tapped(peek=True)
    create = wrap(lambda: AsyncProviderStream(iter(["a"])), [tapped])

    async def main() -> list[Any]:
        return [item async for item in create()]

    assert asyncio.run(main()) == ["a", "a", "last"]
    assert tapped.seen.ends == [("NoneType", True)]


def test_replayed_streams_are_of_the_callers_kind() -> None:
    class Replays(Policy):
        def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
            yield from ()
            return Stream.replay(["x", "y"], is_async=call.is_async)

    for kind in STREAMING:
        script = Script(["never"])
        assert run(wrap(script.as_kind(kind), [Replays()]), kind) == ["x", "y"]
        assert script.calls == []


def test_a_stream_lost_in_a_reference_cycle_is_settled_wherever_the_collector_runs() -> None:
    limits, breaker = Limits(concurrency=1, max_wait_s=0), Breaker()
    create = wrap(lambda: ProviderStream(iter("ab")), [limits, breaker])
    stream: Any = create()
    next(stream)
    cycle: list[Any] = [stream]
    cycle.append(cycle)
    del stream, cycle
    assert limits._slots is not None
    with limits._slots._lock, limits._lock, breaker._lock:
        gc.collect()
    assert len(list(create())) == 2


def test_an_error_that_was_dealt_with_is_freed_at_once() -> None:
    class Mine(Exception):
        pass

    held: list[weakref.ref[Mine]] = []

    def fail() -> None:
        error = Mine()
        held.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    gc.disable()
    try:
        with contextlib.suppress(Mine):
            Nothing()(fail)()
        assert held[0]() is None
    finally:
        gc.enable()


def test_streams_can_be_asked_for_what_they_lack() -> None:
    stream: Any = wrap(lambda: ProviderStream(iter("ab")), [Nothing()])()
    assert not hasattr(stream, "no_such_thing")


def test_positional_arguments_of_bound_methods_have_names() -> None:
    class Client:
        def create(self, model: str, prompt: str) -> str:
            return f"{model} {prompt}"

    tapped = Tapped()
    assert tapped(Client().create)("m", "hi") == "m hi"
    assert tapped.calls[0].arguments == {"model": "m", "prompt": "hi"}
