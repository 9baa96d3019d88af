import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.breaker import SLICES, Breaker, Change, State
from sonde.resilience.errors import BudgetExceeded, CircuitOpen
from sonde.resilience.events import stated
from sonde.resilience.wrapping import wrap
from tests.unit.resilience.kit import (
    KINDS,
    STREAMING,
    FakeTime,
    Kind,
    Listening,
    ProviderError,
    Script,
    call,
    run,
)

OPTIONS: dict[str, Any] = {"min_calls": 4, "window_s": 60.0, "open_s": 30.0, "trials": 2}


def breaker(clock: FakeTime, **options: Any) -> Breaker:
    return Breaker(clock=clock, **{**OPTIONS, **options})


def fail(policy: Breaker, times: int, kind: Kind = "sync") -> None:
    for _ in range(times):
        with pytest.raises(ProviderError):
            call(Script(ProviderError(500)), kind, policy, model="m")


def succeed(policy: Breaker, times: int) -> None:
    for _ in range(times):
        assert call(Script("answer"), "sync", policy, model="m") == "answer"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_opens_refuses_and_recovers(kind: Kind, clock: FakeTime, told: Listening) -> None:
    policy = breaker(clock)
    fail(policy, 4, kind)
    assert policy.state("m") is State.OPEN
    script = Script(["a"] if kind in STREAMING else "answer")
    with pytest.raises(CircuitOpen) as caught:
        call(script, kind, policy, model="m")
    assert script.calls == []
    assert caught.value.retry_after_s == 30.0
    clock.now += 30
    for _ in range(2):
        call(script, kind, policy, model="m")
    assert policy.state("m") is State.CLOSED
    assert [
        (one["sonde.breaker.from"], one["sonde.breaker.state"]) for one in told.named("sonde.breaker")
    ] == [
        ("closed", "open"),
        ("open", "half_open"),
        ("half_open", "closed"),
    ]


def test_too_few_calls_decide_nothing(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 3)
    assert policy.state("m") is State.CLOSED


def test_the_share_decides_not_the_number(clock: FakeTime) -> None:
    policy = breaker(clock, failure_share=0.5)
    succeed(policy, 10)
    fail(policy, 9)
    assert policy.state("m") is State.CLOSED
    fail(policy, 1)
    assert policy.state("m") is State.OPEN


def test_failures_leave_the_window(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 3)
    clock.now += 61
    fail(policy, 3)
    assert policy.state("m") is State.CLOSED


def test_slow_calls_open_it_too(clock: FakeTime, told: Listening) -> None:
    policy = breaker(clock, slow_s=5.0, slow_share=0.5)

    def make(model: str, seconds: float) -> str:
        clock.now += seconds
        return model

    protected = policy(make)
    for seconds in (1.0, 1.0, 6.0, 6.0):
        protected(model="m", seconds=seconds)
    assert policy.state("m") is State.OPEN
    assert told.named("sonde.breaker")[0]["sonde.breaker.slow_share"] == 0.5
    assert told.named("sonde.breaker")[0]["sonde.breaker.failure_share"] == 0.0


def test_a_stream_is_slow_by_its_first_item_not_by_its_length(clock: FakeTime) -> None:
    policy = breaker(clock, slow_s=5.0, slow_share=0.5)

    def stream(model: str, first_s: float, rest_s: float) -> Any:
        clock.now += first_s
        yield model
        clock.now += rest_s
        yield model

    protected = policy(stream)
    for _ in range(4):
        list(protected(model="m", first_s=1.0, rest_s=10.0))
    assert policy.state("m") is State.CLOSED
    for _ in range(4):
        list(protected(model="m", first_s=6.0, rest_s=0.0))
    assert policy.state("m") is State.OPEN


@pytest.mark.parametrize("kind", STREAMING)
def test_a_stream_that_breaks_in_the_middle_has_failed(kind: Kind, clock: FakeTime) -> None:
    policy = breaker(clock)
    for _ in range(4):
        with pytest.raises(ProviderError):
            call(Script(["a", ProviderError(500)]), kind, policy, model="m")
    assert policy.state("m") is State.OPEN


def test_a_refused_request_says_that_the_provider_is_well(clock: FakeTime) -> None:
    policy = breaker(clock)
    for _ in range(20):
        with pytest.raises(ProviderError):
            call(Script(ProviderError(400)), "sync", policy, model="m")
    assert policy.state("m") is State.CLOSED


def test_own_errors_and_policies_count_neither_way(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 3)
    for error in (KeyError("x"), BudgetExceeded("run", 1.0, 1.0)):
        for _ in range(5):
            with pytest.raises(type(error)):
                call(Script(error), "sync", policy, model="m")
    assert policy.state("m") is State.CLOSED
    fail(policy, 1)
    assert policy.state("m") is State.OPEN


def test_each_target_has_its_own_circuit(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 4)
    assert call(Script("answer"), "sync", policy, model="other") == "answer"
    policy.reset("m")
    succeed(policy, 1)


def test_half_open_lets_only_the_trials_through(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 4)
    clock.now += 30

    async def main() -> list[Any]:
        gate = asyncio.Event()

        @policy
        async def make(model: str) -> str:
            await gate.wait()
            return model

        tasks = [asyncio.ensure_future(make(model="m")) for _ in range(5)]
        for _ in range(20):
            await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert results[:2] == ["m", "m"]
    assert all(isinstance(one, CircuitOpen) for one in results[2:])
    assert policy.state("m") is State.CLOSED


def test_failing_trials_open_it_again(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 4)
    clock.now += 30
    fail(policy, 2)
    assert policy.state("m") is State.OPEN
    with pytest.raises(CircuitOpen):
        succeed(policy, 1)


def test_trials_that_hang_do_not_keep_it_half_open(clock: FakeTime) -> None:
    policy = breaker(clock)
    fail(policy, 4)
    clock.now += 30
    script = Script(["a", "b"])
    hanging = [wrap(script.as_kind("sync stream"), [policy])(model="m") for _ in range(2)]
    with pytest.raises(CircuitOpen):
        succeed(policy, 1)
    clock.now += 30
    succeed(policy, 2)
    assert policy.state("m") is State.CLOSED
    for stream in hanging:
        list(stream)


def test_a_call_from_before_a_change_does_not_count_after_it(clock: FakeTime) -> None:
    policy = breaker(clock)
    slow: Callable[..., Any] = wrap(Script(["a", ProviderError(500)]).as_kind("sync stream"), [policy])
    streams = [slow(model="m") for _ in range(3)]
    fail(policy, 4)
    clock.now += 30
    succeed(policy, 1)
    for stream in streams:
        with pytest.raises(ProviderError):
            list(stream)
    assert policy.state("m") is State.HALF_OPEN
    succeed(policy, 1)
    assert policy.state("m") is State.CLOSED


def test_a_trial_that_is_given_up_may_be_made_again(clock: FakeTime) -> None:
    policy = breaker(clock, trials=1)
    fail(policy, 4)
    clock.now += 30
    with pytest.raises(KeyError):
        call(Script(KeyError("mine")), "sync", policy, model="m")
    succeed(policy, 1)
    assert policy.state("m") is State.CLOSED


def test_listeners_and_spans_learn_the_state(clock: FakeTime) -> None:
    changes: list[Change] = []
    policy = breaker(clock, on_change=changes.append)
    fail(policy, 4)
    assert [(one.before, one.after, one.calls, one.failure_share) for one in changes] == [
        (State.CLOSED, State.OPEN, 4, 1.0)
    ]
    clock.now += 30
    seen = run(wrap(lambda model: stated()["sonde.breaker.state"], [policy]), "sync", model="m")
    assert seen == "half_open"


class Naive:
    """The rules again, as plainly as possible: every outcome is kept, nothing is incremental."""

    def __init__(self) -> None:
        self.state = State.CLOSED
        self.since = 0.0
        self.outcomes: list[tuple[int, bool]] = []

    def call(self, now: float, failed: bool) -> bool:
        """One call that ends at once; whether it was let through."""
        if self.state is State.OPEN and now - self.since >= OPTIONS["open_s"]:
            self.state, self.since, self.outcomes = State.HALF_OPEN, now, []
        if self.state is State.OPEN:
            return False
        part = int(now / (OPTIONS["window_s"] / SLICES))
        self.outcomes.append((part, failed))
        half = self.state is State.HALF_OPEN
        counted = [bad for at, bad in self.outcomes if half or at > part - SLICES]
        if len(counted) >= (OPTIONS["trials"] if half else OPTIONS["min_calls"]):
            if sum(counted) >= 0.5 * len(counted):
                self.state, self.since, self.outcomes = State.OPEN, now, []
            elif half:
                self.state, self.since, self.outcomes = State.CLOSED, now, []
        return True


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.5, 3.0, 11.0, 29.0, 31.0, 90.0]), st.booleans()), max_size=120)
)
def test_it_does_what_the_plain_rules_say(history: list[tuple[float, bool]]) -> None:
    clock = FakeTime()
    policy, naive = breaker(clock), Naive()
    for wait, failed in history:
        clock.now += wait
        let_through = True
        try:
            call(Script(ProviderError(500) if failed else "answer"), "sync", policy, model="m")
        except CircuitOpen:
            let_through = False
        except ProviderError:
            pass
        assert let_through == naive.call(clock.now, failed)
        assert policy.state("m") is naive.state


@pytest.mark.parametrize(
    "options", [{"failure_share": 0}, {"slow_share": 1.1}, {"window_s": 0}, {"trials": 0}]
)
def test_bad_settings_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"share|window_s"):
        Breaker(**options)
