import asyncio
import random
from typing import Any

import pytest
import tenacity
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.errors import RetriesExhausted
from sonde.resilience.events import stated
from sonde.resilience.failures import Failure
from sonde.resilience.retry import Retry, RetryBudget
from sonde.resilience.wrapping import wrap
from tests.unit.resilience.kit import KINDS, STREAMING, FakeTime, Kind, Listening, ProviderError, Script, call

WALL_S = 1_795_000_000.0


def retry(clock: FakeTime, attempts: int = 3, **options: Any) -> Retry:
    given: dict[str, Any] = {
        "clock": clock,
        "sleep": clock.sleep,
        "wall_clock": lambda: WALL_S,
        "rng": random.Random(7),
    }
    return Retry(attempts, **{**given, **options})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_repeated_until_it_goes_well(kind: Kind, clock: FakeTime, told: Listening) -> None:
    answer = ["a", "b"] if kind in STREAMING else "answer"
    script = Script(ProviderError(500), ProviderError(429), answer)
    assert call(script, kind, retry(clock), model="m") == answer
    assert script.calls == [{"model": "m"}] * 3
    assert [one["sonde.failure"] for one in told.named("sonde.retry")] == ["outage", "rate_limit"]
    assert [one["sonde.attempt"] for one in told.named("sonde.retry")] == [1, 2]
    assert told.attributes["sonde.attempt"] == 3
    assert len(clock.slept) == 2


@pytest.mark.parametrize("kind", STREAMING)
def test_a_stream_that_fails_before_its_first_item_is_repeated(kind: Kind, clock: FakeTime) -> None:
    script = Script([ProviderError(500)], ["a", "b"])
    assert call(script, kind, retry(clock)) == ["a", "b"]
    assert len(script.calls) == 2


@pytest.mark.parametrize("kind", STREAMING)
def test_a_stream_is_never_repeated_once_an_item_was_read(kind: Kind, clock: FakeTime) -> None:
    script = Script(["a", ProviderError(500)], ["a", "b"])
    with pytest.raises(ProviderError):
        call(script, kind, retry(clock))
    assert len(script.calls) == 1


def test_the_error_comes_out_unchanged_with_a_note(clock: FakeTime, told: Listening) -> None:
    errors = [ProviderError(500), ProviderError(503), ProviderError(502)]
    with pytest.raises(ProviderError) as caught:
        call(Script(*errors), "sync", retry(clock))
    assert caught.value is errors[2]
    assert caught.value.__notes__ == ["sonde: gave up after 3 attempts: 3 attempts were made"]
    assert told.named("sonde.retry.gave_up")[0]["sonde.retry.reason"] == "3 attempts were made"


def test_the_error_may_be_wrapped(clock: FakeTime) -> None:
    error = ProviderError(500)
    with pytest.raises(RetriesExhausted) as caught:
        call(Script(error), "async", retry(clock, wrap_errors=True, sleep=None, first_wait_s=0.0))
    assert caught.value.__cause__ is error
    assert caught.value.attempts == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
def test_what_cannot_go_better_is_not_repeated(status: int, clock: FakeTime, told: Listening) -> None:
    script = Script(ProviderError(status))
    with pytest.raises(ProviderError) as caught:
        call(script, "sync", retry(clock, wrap_errors=True))
    assert len(script.calls) == 1
    assert not told.events
    assert not hasattr(caught.value, "__notes__")


def test_the_applications_own_errors_are_not_repeated(clock: FakeTime) -> None:
    script = Script(KeyError("choices"))
    with pytest.raises(KeyError):
        call(script, "sync", retry(clock))
    assert len(script.calls) == 1


@pytest.mark.parametrize(
    ("kwargs", "status", "calls"),
    [
        ({"store": True}, 500, 1),
        ({"store": True}, 429, 3),
        ({"background": True}, 504, 1),
        ({"previous_response_id": "r"}, 500, 1),
        ({"store": False}, 500, 3),
        ({"store": True, "extra_headers": {"Idempotency-Key": "k"}}, 500, 3),
        ({}, 500, 3),
    ],
)
def test_what_may_have_been_done_is_not_done_twice(
    kwargs: dict[str, Any], status: int, calls: int, clock: FakeTime
) -> None:
    script = Script(ProviderError(status))
    with pytest.raises(ProviderError):
        call(script, "sync", retry(clock), **kwargs)
    assert len(script.calls) == calls


def test_calls_can_be_declared_unsafe(clock: FakeTime) -> None:
    script = Script(ProviderError(500))
    with pytest.raises(ProviderError):
        call(script, "sync", retry(clock, idempotent=False))
    assert len(script.calls) == 1


def test_the_provider_may_forbid_and_ask_for_it(clock: FakeTime) -> None:
    forbidden = Script(ProviderError(500, headers={"x-should-retry": "false"}))
    with pytest.raises(ProviderError):
        call(forbidden, "sync", retry(clock))
    assert len(forbidden.calls) == 1
    asked = Script(ProviderError(422, headers={"x-should-retry": "true"}), "answer")
    assert call(asked, "sync", retry(clock)) == "answer"


@pytest.mark.parametrize("asked_s", [0.0, 1.5, 20.0])
def test_retry_after_is_never_undercut(asked_s: float, clock: FakeTime) -> None:
    script = Script(ProviderError(429, headers={"retry-after": str(asked_s)}), "answer")
    assert call(script, "sync", retry(clock)) == "answer"
    assert asked_s <= clock.slept[0] <= asked_s * 1.1 + 0.05


def test_a_retry_after_longer_than_we_wait_ends_it_at_once(clock: FakeTime, told: Listening) -> None:
    script = Script(ProviderError(429, headers={"retry-after": "3600"}))
    with pytest.raises(ProviderError):
        call(script, "sync", retry(clock))
    assert clock.slept == []
    assert told.named("sonde.retry.gave_up")[0]["sonde.retry.reason"] == "the provider asks to wait 3600 s"


def test_no_attempt_begins_after_the_deadline(clock: FakeTime) -> None:
    began = clock.now
    script = Script(ProviderError(500))
    with pytest.raises(ProviderError):
        call(script, "sync", retry(clock, 100, deadline_s=5.0, max_wait_s=2.0, budget=False))
    assert 1 < len(script.calls) < 100
    assert clock.now - began <= 5.0


@given(st.integers(1, 200), st.floats(0, 100), st.floats(0, 1_000), st.integers(0, 2**32))
def test_waits_are_between_zero_and_the_bounds(attempt: int, first: float, longest: float, seed: int) -> None:
    policy = Retry(first_wait_s=first, max_wait_s=longest, rng=random.Random(seed))
    assert 0 <= policy.backoff_s(attempt) <= min(longest, first * 2.0 ** min(attempt - 1, 60)) + 1e-9


def test_waits_are_spread() -> None:
    policy = Retry(first_wait_s=1.0, rng=random.Random(3))
    waits = [policy.backoff_s(3) for _ in range(2_000)]
    assert 1.8 < sum(waits) / len(waits) < 2.2
    assert min(waits) < 0.2
    assert max(waits) > 3.8


@given(st.integers(1, 300), st.floats(0, 1), st.integers(0, 20))
def test_a_budget_bounds_retries_also_when_everything_fails(calls: int, share: float, reserve: int) -> None:
    clock = FakeTime()
    budget = RetryBudget(share, float(reserve))
    policy = retry(clock, 5, budget=budget, first_wait_s=0.0)
    script = Script(ProviderError(500))
    protected = wrap(script.as_kind("sync"), [policy])
    for _ in range(calls):
        with pytest.raises(ProviderError):
            protected()
    assert len(script.calls) - calls <= reserve + share * calls + 1e-6


def test_a_used_up_budget_recovers_with_calls_that_go_well(clock: FakeTime, told: Listening) -> None:
    policy = retry(clock, 2, budget=RetryBudget(0.5, 1.0), first_wait_s=0.0)
    failing = wrap(Script(ProviderError(500)).as_kind("sync"), [policy])
    for _ in range(2):
        with pytest.raises(ProviderError):
            failing()
    assert told.named("sonde.retry.gave_up")[1]["sonde.retry.reason"] == "the retry budget is used up"
    well = wrap(Script("answer").as_kind("sync"), [policy])
    assert [well() for _ in range(2)] == ["answer"] * 2
    recovering = Script(ProviderError(500), "answer")
    assert call(recovering, "sync", policy) == "answer"


def test_tenacitys_strategies_are_understood(clock: FakeTime) -> None:
    script = Script(ProviderError(500))
    policy = retry(clock, 9, wait=tenacity.wait_fixed(2), stop=tenacity.stop_after_delay(5))
    with pytest.raises(ProviderError):
        call(script, "sync", policy)
    assert clock.slept == [2.0, 2.0, 2.0]


def test_spans_that_begin_inside_learn_the_attempt(clock: FakeTime) -> None:
    seen: list[Any] = []

    def make() -> str:
        seen.append(stated().get("sonde.attempt"))
        if len(seen) < 3:
            raise ProviderError(500)
        return "answer"

    assert retry(clock)(make)() == "answer"
    assert seen == [1, 2, 3]
    assert stated() == {}


def test_only_named_failures_are_repeated(clock: FakeTime) -> None:
    script = Script(ProviderError(500))
    with pytest.raises(ProviderError):
        call(script, "sync", retry(clock, kinds={Failure.RATE_LIMIT}))
    assert len(script.calls) == 1


def test_one_policy_serves_many_tasks_at_once(clock: FakeTime) -> None:
    policy = retry(clock, 3, budget=False, sleep=None, first_wait_s=0.001)

    async def one(number: int) -> int:
        script = Script(ProviderError(500), ProviderError(500), number)
        return await wrap(script.as_kind("async"), [policy])()

    async def main() -> list[int]:
        return await asyncio.gather(*(one(number) for number in range(50)))

    assert asyncio.run(main()) == list(range(50))


def test_a_cancelled_task_is_not_repeated() -> None:
    calls: list[int] = []
    began = asyncio.Event()

    @Retry(5)
    async def hang() -> None:
        calls.append(1)
        began.set()
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.create_task(hang())
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert calls == [1]


@pytest.mark.parametrize("options", [{"attempts": 0}, {"first_wait_s": -1}, {"max_wait_s": -1}])
def test_bad_settings_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"attempts|Waits"):
        Retry(**options)
