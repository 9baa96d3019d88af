import asyncio
from typing import Any

import pytest

from sonde.resilience.errors import LoopDetected
from sonde.resilience.loops import LoopDetector, last_message
from sonde.resilience.scope import current_scope, scope, set_scope_source
from tests.unit.resilience.kit import KINDS, STREAMING, FakeTime, Kind, Listening, Script, call


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_stopped_after_the_allowed_repeats(
    kind: Kind, clock: FakeTime, told: Listening
) -> None:
    detector = LoopDetector(3, clock=clock)
    script = Script(["a"] if kind in STREAMING else "answer")
    with scope("run"):
        for _ in range(3):
            call(script, kind, detector, model="m", messages=[{"role": "user", "content": "hi"}])
        with pytest.raises(LoopDetected) as caught:
            call(script, kind, detector, model="m", messages=[{"role": "user", "content": "hi"}])
    assert len(script.calls) == 3
    assert caught.value.repeats == 4
    assert told.attributes == {"sonde.loop.repeats": 4}
    assert told.named("sonde.loop") == [{"sonde.loop.repeats": 4, "sonde.loop.action": "stop"}]


def test_other_calls_and_old_ones_do_not_count(clock: FakeTime) -> None:
    detector = LoopDetector(1, clock=clock, window_s=60)
    for number in range(10):
        call(Script("a"), "sync", detector, messages=[str(number)])
    clock.now += 60
    call(Script("a"), "sync", detector, messages=["0"])


def test_it_only_flags_when_asked(clock: FakeTime, told: Listening) -> None:
    detector = LoopDetector(1, clock=clock, action="flag")
    for _ in range(3):
        assert call(Script("a"), "sync", detector, prompt="x") == "a"
    # Repeats are counted up to one more than allowed.
    assert told.named("sonde.loop") == [{"sonde.loop.repeats": 2, "sonde.loop.action": "flag"}] * 2


def test_many_users_who_ask_the_same_are_no_loop(clock: FakeTime) -> None:
    detector = LoopDetector(2, clock=clock)

    async def main() -> list[Any]:
        ask = detector(Script("a").as_kind("async"))
        return await asyncio.gather(*(ask(prompt="hi") for _ in range(50)))

    assert asyncio.run(main()) == ["a"] * 50


def test_an_agent_whose_messages_grow_is_seen_by_its_last_message(clock: FakeTime) -> None:
    detector = LoopDetector(3, clock=clock, same=last_message)
    messages: list[dict[str, str]] = []

    def turn(number: int) -> None:
        messages.append({"role": "assistant", "content": f"turn {number}"})
        messages.append({"role": "tool", "content": "not found"})
        call(Script("a"), "sync", detector, model="m", messages=list(messages))

    for number in range(3):
        turn(number)
    with pytest.raises(LoopDetected):
        turn(3)


def test_arguments_without_stable_content_are_not_looked_at(clock: FakeTime) -> None:
    detector = LoopDetector(1, clock=clock)
    for _ in range(5):
        assert call(Script("a"), "sync", detector, file=object()) == "a"


def test_scopes_nest_and_end() -> None:
    assert current_scope() is None
    with scope("outer"):
        with scope("inner"):
            assert current_scope() == "inner"
        assert current_scope() == "outer"
    assert current_scope() is None


def test_the_sdks_session_is_a_scope_outside_of_any(clock: FakeTime) -> None:
    set_scope_source(lambda: "s-1")
    try:
        assert current_scope() == "s-1"
        with scope("mine"):
            assert current_scope() == "mine"
    finally:
        set_scope_source(None)
    assert current_scope() is None


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="repeats"):
        LoopDetector(0)
