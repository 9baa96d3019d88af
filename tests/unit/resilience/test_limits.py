import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.errors import LimitExceeded
from sonde.resilience.limits import Limits, Slots
from sonde.resilience.wrapping import wrap
from tests.unit.resilience.kit import (
    KINDS,
    STREAMING,
    FakeTime,
    Kind,
    Listening,
    ProviderError,
    ProviderStream,
    Script,
    call,
    run,
)

USAGE = {"prompt_tokens": 600, "completion_tokens": 300}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_its_slot_back(kind: Kind) -> None:
    limits = Limits(concurrency=1, max_wait_s=0)
    answer = ["a", "b"] if kind in STREAMING else "answer"
    for _ in range(3):
        assert call(Script(answer), kind, limits) == answer
    with pytest.raises(ProviderError):
        call(Script(ProviderError(500)), kind, limits)
    assert call(Script(answer), kind, limits) == answer


@pytest.mark.parametrize("kind", STREAMING)
def test_a_stream_that_breaks_gives_its_slot_back(kind: Kind) -> None:
    limits = Limits(concurrency=1, max_wait_s=0)
    with pytest.raises(ProviderError):
        call(Script(["a", ProviderError(500)]), kind, limits)
    assert call(Script(["a"]), kind, limits) == ["a"]


def test_a_stream_holds_its_slot_until_it_ends_is_closed_or_thrown_away(told: Listening) -> None:
    limits = Limits(concurrency=1, max_wait_s=0)
    create = wrap(lambda: ProviderStream(iter("ab")), [limits])
    for let_go in (list, lambda stream: stream.close(), lambda stream: None):
        stream: Any = create()
        with pytest.raises(LimitExceeded) as caught:
            create()
        assert caught.value.limit == "concurrency"
        assert caught.value.retry_after_s is None
        let_go(stream)
        del stream
        gc.collect()
    assert told.named("sonde.limit.exceeded") == [{"sonde.limit": "concurrency"}] * 3


def test_never_more_than_the_limit_at_once_in_tasks() -> None:
    limits = Limits(concurrency=3)
    inside = most = 0

    @limits
    async def make() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.001)
        inside -= 1

    async def main() -> None:
        await asyncio.gather(*(make() for _ in range(40)))

    asyncio.run(main())
    assert most == 3


def test_never_more_than_the_limit_at_once_over_threads_and_event_loops() -> None:
    limits = Limits(concurrency=2)
    lock = threading.Lock()
    inside = most = 0

    def enter() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)

    def leave() -> None:
        nonlocal inside
        with lock:
            inside -= 1

    @limits
    async def task() -> None:
        enter()
        await asyncio.sleep(0.001)
        leave()

    @limits
    def plain() -> None:
        enter()
        threading.Event().wait(0.001)
        leave()

    async def many() -> None:
        await asyncio.gather(*(task() for _ in range(10)))

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(plain) for _ in range(20)] + [
            pool.submit(asyncio.run, many()) for _ in range(2)
        ]
        for one in running:
            one.result(timeout=30)
    assert 1 <= most <= 2


def test_who_comes_first_is_served_first() -> None:
    limits = Limits(concurrency=1)
    order: list[int] = []

    @limits
    async def make(number: int) -> None:
        order.append(number)
        await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(*(make(number) for number in range(10)))

    asyncio.run(main())
    assert order == list(range(10))


def test_a_cancelled_waiter_loses_no_slot() -> None:
    limits = Limits(concurrency=1)

    async def main() -> str:
        gate = asyncio.Event()

        @limits
        async def make(answer: str) -> str:
            await gate.wait()
            return answer

        first = asyncio.ensure_future(make("first"))
        await asyncio.sleep(0)
        waiting = [asyncio.ensure_future(make("no")) for _ in range(3)]
        await asyncio.sleep(0)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        gate.set()
        assert await first == "first"
        return await make("again")

    assert asyncio.run(main()) == "again"


@given(st.integers(1, 4), st.lists(st.sampled_from(["take", "leave", "give up"]), max_size=60))
def test_slots_are_neither_lost_nor_made(count: int, history: list[str]) -> None:
    slots = Slots(count)
    turns: list[Any] = []
    for step in history:
        if step == "take":
            turns.append(slots.take())
        holding = [turn for turn in turns if turn.done()]
        waiting = [turn for turn in turns if not turn.done()]
        if step == "leave" and holding:
            turns.remove(holding[0])
            slots.leave()
        if step == "give up" and waiting:
            turns.remove(waiting[-1])
            slots.give_up(waiting[-1])
        now_holding = sum(turn.done() for turn in turns)
        assert now_holding == min(count, len(turns)), "all slots are used while anyone waits"


def test_requests_per_minute_make_later_calls_wait(clock: FakeTime, told: Listening) -> None:
    limits = Limits(requests_per_minute=2, clock=clock, sleep=clock.sleep)
    begun: list[float] = []
    make = limits(lambda: begun.append(clock.now))
    for _ in range(5):
        make()
    assert begun == [1_000.0, 1_000.0, 1_060.0, 1_060.0, 1_120.0]
    assert told.named("sonde.limit.wait")[0] == {
        "sonde.limit": "requests_per_minute",
        "sonde.limit.wait_s": 60.0,
    }
    assert told.attributes["sonde.limit.waited_s"] == 60.0


def test_a_wait_that_is_too_long_is_refused_and_takes_no_room(clock: FakeTime) -> None:
    limits = Limits(requests_per_minute=1, max_wait_s=10, clock=clock, sleep=clock.sleep)
    assert call(Script("a"), "sync", limits) == "a"
    for _ in range(5):
        with pytest.raises(LimitExceeded) as caught:
            call(Script("a"), "sync", limits)
        assert caught.value.retry_after_s == 60.0
    clock.now += 60
    assert call(Script("a"), "sync", limits) == "a"


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_are_reserved_by_estimate_and_corrected_by_usage(kind: Kind, clock: FakeTime) -> None:
    limits = Limits(tokens_per_minute=1_000, estimate=lambda call: 100, clock=clock, sleep=clock.sleep)
    answer: Any = [{"usage": None}, {"usage": USAGE}] if kind in STREAMING else {"usage": USAGE}
    call(Script(answer), kind, limits)
    assert clock.slept == []
    call(Script(answer), kind, limits)
    assert clock.slept == []
    call(Script(answer), kind, limits)
    assert clock.slept == [60.0]


def test_requests_and_tokens_begin_at_one_moment(clock: FakeTime) -> None:
    limits = Limits(
        requests_per_minute=3,
        tokens_per_minute=100,
        estimate=lambda call: call.kwargs["tokens"],
        clock=clock,
        sleep=clock.sleep,
    )
    begun: list[float] = []
    make = limits(lambda tokens: begun.append(clock.now))
    for tokens in (90, 20, 10, 10):
        make(tokens=tokens)
    assert begun == [1_000.0, 1_060.0, 1_060.0, 1_060.0]


def test_a_call_that_is_cancelled_while_it_waits_gives_its_room_back() -> None:
    limits = Limits(requests_per_minute=1)

    async def main() -> float:
        make = limits(Script("a").as_kind("async"))
        await make()
        task = asyncio.ensure_future(make())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return limits._windows["requests_per_minute"].earliest(1, limits._clock()) - limits._clock()

    assert 0 < asyncio.run(main()) <= 60.0


def test_the_user_sees_how_long_a_coroutine_sleeps() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    limits = Limits(requests_per_minute=1, clock=lambda: 5.0, sleep=sleep)
    make = limits(Script("a").as_kind("async"))
    run(make, "async")
    run(make, "async")
    assert slept == [60.0]


@pytest.mark.parametrize(
    "options", [{}, {"concurrency": 0}, {"requests_per_minute": 0}, {"concurrency": 1, "max_wait_s": -1}]
)
def test_bad_settings_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Limits|limits"):
        Limits(**options)
