"""All policies together: their order, and that they do not step on each other's toes."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.breaker import Breaker, State
from sonde.resilience.caching.cache import ResponseCache
from sonde.resilience.cost_stop import CostStop
from sonde.resilience.errors import CircuitOpen, FallbacksExhausted, GuardrailBlocked, LimitExceeded
from sonde.resilience.fallback import Fallback
from sonde.resilience.guardrails.guard import Guardrails
from sonde.resilience.guardrails.personal import secrets
from sonde.resilience.limits import Limits
from sonde.resilience.loops import LoopDetector
from sonde.resilience.policy import policy
from sonde.resilience.prices import UnitPrices
from sonde.resilience.retry import Retry
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Stream
from sonde.resilience.wrapping import Call, Policy, Proceed
from tests.unit.resilience.kit import KINDS, STREAMING, FakeTime, Kind, Listening, ProviderError, Script, call


class Noted(Policy):
    """Writes down when it is entered and left."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name = name
        self._log = log

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        self._log.append(f"{self._name} in")
        result = yield from proceed(call)
        self._log.append(f"{self._name} out")
        return result


class Remembers(Policy):
    """A cache of one answer."""

    def __init__(self) -> None:
        self.kept: Any = None

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        if self.kept is None:
            self.kept = yield from proceed(call)
        return self.kept


class Refuses(Policy):
    """A guardrail on what goes in."""

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        if "secret" in str(call.kwargs):
            raise GuardrailBlocked("secrets", "in", "it looks like a key")
        return (yield from proceed(call))


@pytest.fixture
def retry(clock: FakeTime) -> Callable[..., Retry]:
    def made(attempts: int = 3, **options: Any) -> Retry:
        return Retry(attempts, clock=clock, sleep=clock.sleep, rng=random.Random(1), **options)

    return made


def test_the_order_of_policies() -> None:
    log: list[str] = []
    together = policy(
        limits=[Noted("limits 1", log), Noted("limits 2", log)],
        cache=Noted("cache", log),
        guardrails=(Noted("guard", log) for _ in range(1)),
    )
    assert call(Script("answer"), "sync", together) == "answer"
    ins = ["guard in", "cache in", "limits 1 in", "limits 2 in"]
    assert log == [*ins, "limits 2 out", "limits 1 out", "cache out", "guard out"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_target_has_its_own_retries_and_circuit(
    kind: Kind, clock: FakeTime, told: Listening, retry: Callable[..., Retry]
) -> None:
    answer = ["a"] if kind in STREAMING else "answer"
    breaker = Breaker(min_calls=1, clock=clock)
    together = policy(retry=retry(2), fallback=["b"], breaker=breaker)
    script = Script(ProviderError(500), ProviderError(500), ProviderError(500), answer)
    assert call(script, kind, together, model="a") == answer
    assert [one["model"] for one in script.calls] == ["a", "a", "b", "b"]
    assert breaker.state("a") is State.OPEN
    assert breaker.state("b") is State.CLOSED
    # The open circuit is passed over at once, and is no failure of the fallback.
    after = Script(answer)
    assert call(after, kind, together, model="a") == answer
    assert [one["model"] for one in after.calls] == ["b"]
    assert told.attributes["sonde.fallback.from"] == "a"


def test_the_breaker_counts_a_call_once_however_often_it_was_tried(
    clock: FakeTime, retry: Callable[..., Retry]
) -> None:
    breaker = Breaker(min_calls=2, clock=clock)
    together = policy(retry=retry(3), breaker=breaker)
    with pytest.raises(ProviderError):
        call(Script(ProviderError(500)), "sync", together, model="m")
    assert breaker.state("m") is State.CLOSED
    with pytest.raises(ProviderError):
        call(Script(ProviderError(500)), "sync", together, model="m")
    assert breaker.state("m") is State.OPEN
    with pytest.raises(CircuitOpen):
        call(Script("answer"), "sync", together, model="m")


def test_a_cached_answer_takes_no_room_and_costs_nothing() -> None:
    stop = CostStop(1.5, cost=UnitPrices({"m": (1_000.0, 0.0)}))
    together = policy(cache=Remembers(), limits=[Limits(requests_per_minute=1, max_wait_s=0), stop])
    answer = {"usage": {"prompt_tokens": 1_000, "completion_tokens": 0}}
    script = Script(answer)
    for _ in range(10):
        assert call(script, "sync", together, model="m") == answer
    assert len(script.calls) == 1
    assert stop.spent_usd() == 1.0


def test_what_a_guardrail_blocks_touches_nothing_else(clock: FakeTime) -> None:
    breaker = Breaker(min_calls=1, clock=clock)
    together = policy(
        guardrails=Refuses(), limits=Limits(requests_per_minute=1, max_wait_s=0), breaker=breaker, retry=3
    )
    script = Script("answer")
    for _ in range(3):
        with pytest.raises(GuardrailBlocked):
            call(script, "sync", together, model="m", prompt="my secret")
    assert call(script, "sync", together, model="m", prompt="hello") == "answer"
    assert len(script.calls) == 1


def test_retries_and_fallbacks_of_one_call_take_one_slot(retry: Callable[..., Retry]) -> None:
    together = policy(limits=Limits(concurrency=1, max_wait_s=0), retry=retry(3), fallback="b")
    with pytest.raises(FallbacksExhausted):
        call(Script(ProviderError(500)), "sync", together, model="a")
    assert call(Script("answer"), "sync", together, model="a") == "answer"


def test_our_own_limit_is_not_mistaken_for_the_providers(retry: Callable[..., Retry]) -> None:
    together = policy(limits=Limits(requests_per_minute=1, max_wait_s=0), retry=retry(3), fallback="b")
    assert call(Script("answer"), "sync", together, model="a") == "answer"
    with pytest.raises(LimitExceeded):
        call(Script("answer"), "sync", together, model="a")


@pytest.mark.parametrize("kind", STREAMING)
def test_a_stream_through_everything(kind: Kind, clock: FakeTime, retry: Callable[..., Retry]) -> None:
    stop = CostStop(10.0, cost=UnitPrices({"b": (1_000.0, 0.0)}))
    together = policy(
        guardrails=Refuses(),
        limits=[Limits(concurrency=1, tokens_per_minute=10_000, max_wait_s=0), stop, LoopDetector(5)],
        fallback=["b"],
        breaker=Breaker(clock=clock),
        retry=retry(2),
    )
    usage = {"model": "b", "usage": {"prompt_tokens": 1_000, "completion_tokens": 1}}
    script = Script(ProviderError(503), [ProviderError(500)], ["x", usage])
    for _ in range(3):
        assert call(script, kind, together, model="a") == ["x", usage]
    assert stop.spent_usd() == (1.0 if len(script.calls) == 3 else 3.0)


def test_numbers_names_and_true_are_enough() -> None:
    together = policy(retry=2, fallback="b", breaker=True)
    kinds = [type(one) for one in together.policies]
    assert kinds[:3] == [Fallback, Breaker, Retry]
    assert policy(retry=True, headroom=False).policies[0].attempts == 3  # type: ignore[attr-defined]


def test_a_policy_may_be_part_of_another() -> None:
    inner = policy(retry=Retry(3, first_wait_s=0.0))
    script = Script(ProviderError(500), "answer")
    assert call(script, "sync", policy(limits=inner)) == "answer"


def test_what_is_no_policy_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="is no policy"):
        policy(cache=["not a cache"])  # type: ignore[list-item]


def test_an_empty_policy_changes_nothing() -> None:
    assert call(Script(["a"]), "async generator", policy()) == ["a"]


outcomes = st.sampled_from(["fine", 429, 500, 503, 400, "app"])


@given(st.lists(outcomes, min_size=1, max_size=40), st.integers(1, 3), st.sampled_from(KINDS))
def test_whatever_happens_no_slot_is_lost_and_errors_are_the_calls_own(
    history: list[Any], attempts: int, kind: Kind
) -> None:
    """After any series of answers and failures everything still works, and nobody sees a foreign error."""
    clock = FakeTime()
    limits = Limits(concurrency=1, max_wait_s=0, clock=clock)
    breaker = Breaker(clock=clock, min_calls=2, open_s=5.0)
    retry = Retry(attempts, clock=clock, sleep=None, first_wait_s=0.0, budget=False)
    together = policy(limits=limits, fallback=["b"], breaker=breaker, retry=retry)
    answer = ["a", "b"] if kind in STREAMING else "answer"
    steps = {"fine": answer, "app": KeyError("mine")}
    script = Script(*(steps.get(one) or ProviderError(one) for one in history), answer)
    for _ in range(len(history)):
        try:
            assert call(script, kind, together, model="a") == answer
        except (ProviderError, KeyError, FallbacksExhausted):
            clock.now += 1.0
    clock.now += 60
    script = Script(answer)
    for _ in range(4):
        assert call(script, kind, together, model="a") == answer


def test_stream_objects_reach_policies_as_streams() -> None:
    seen: list[type] = []

    class Looks(Policy):
        def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
            result = yield from proceed(call)
            seen.append(type(result))
            return result

    call(Script(["a"]), "sync stream", policy(limits=Looks()))
    assert seen == [Stream]


def test_with_the_real_cache_and_guardrails(clock: FakeTime, told: Listening) -> None:
    cache = ResponseCache()
    together = policy(
        guardrails=Guardrails(inputs=[secrets()]),
        cache=cache,
        limits=Limits(requests_per_minute=1, max_wait_s=0),
        fallback="b",
        breaker=Breaker(clock=clock),
        retry=Retry(2, first_wait_s=0.0),
    )
    script = Script(ProviderError(500), {"text": "hello"})
    for _ in range(3):
        assert call(script, "sync", together, model="a", messages=[{"role": "user", "content": "hi"}]) == {
            "text": "hello"
        }
    assert len(script.calls) == 2
    assert told.attributes["sonde.cache.hit"] is True
    with pytest.raises(GuardrailBlocked):
        call(script, "sync", together, messages=[{"role": "user", "content": "AKIAIOSFODNN7EXAMPLE"}])
    assert len(script.calls) == 2
