import asyncio
import logging
from typing import Any

import pytest

from sonde.resilience.cost_stop import CostStop
from sonde.resilience.errors import BudgetExceeded
from sonde.resilience.prices import UnitPrices
from sonde.resilience.scope import scope
from tests.unit.resilience.kit import KINDS, STREAMING, Kind, Listening, ProviderError, Script, call

PRICES = UnitPrices({"m": (1_000.0, 0.0)})
ANSWER = {"usage": {"prompt_tokens": 1_000, "completion_tokens": 1}}
"""Costs one USD."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_counted_and_stopped(kind: Kind, told: Listening) -> None:
    stop = CostStop(2.0, cost=PRICES)
    answer: Any = [{"usage": None}, ANSWER] if kind in STREAMING else ANSWER
    script = Script(answer)
    for _ in range(2):
        call(script, kind, stop, model="m")
    assert stop.spent_usd() == 2.0
    with pytest.raises(BudgetExceeded) as caught:
        call(script, kind, stop, model="m")
    assert len(script.calls) == 2
    assert (caught.value.spent_usd, caught.value.budget_usd) == (2.0, 2.0)
    assert told.named("sonde.cost_stop")[0]["sonde.cost_stop.spent_usd"] == 2.0


def test_each_session_has_its_own_budget() -> None:
    stop = CostStop(1.0, per="session", cost=PRICES)
    for name in ("a", "b"):
        with scope(name):
            call(Script(ANSWER), "sync", stop, model="m")
            with pytest.raises(BudgetExceeded):
                call(Script(ANSWER), "sync", stop, model="m")
    assert stop.spent_usd("a") == stop.spent_usd("b") == 1.0


def test_a_scope_may_be_told_from_the_call() -> None:
    stop = CostStop(1.0, per=lambda call: str(call.kwargs["user"]), cost=PRICES)
    call(Script(ANSWER), "sync", stop, model="m", user="ada")
    call(Script(ANSWER), "sync", stop, model="m", user="bob")
    with pytest.raises(BudgetExceeded, match="ada"):
        call(Script(ANSWER), "sync", stop, model="m", user="ada")


def test_calls_under_way_are_counted_in_advance() -> None:
    stop = CostStop(3.5, cost=PRICES)
    call(Script(ANSWER), "sync", stop, model="m")

    async def main() -> list[Any]:
        gate = asyncio.Event()

        @stop
        async def make(model: str) -> Any:
            await gate.wait()
            return ANSWER

        tasks = [asyncio.ensure_future(make(model="m")) for _ in range(10)]
        for _ in range(20):
            await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert sum(isinstance(one, BudgetExceeded) for one in results) == 7
    assert stop.spent_usd() == 4.0


def test_failed_calls_cost_nothing_and_do_not_stay_under_way() -> None:
    stop = CostStop(1.5, cost=PRICES)
    call(Script(ANSWER), "sync", stop, model="m")
    for _ in range(5):
        with pytest.raises(ProviderError):
            call(Script(ProviderError(500)), "sync", stop, model="m")
    call(Script(ANSWER), "sync", stop, model="m")


def test_the_providers_own_figure_wins() -> None:
    stop = CostStop(1.0, cost=PRICES)
    call(
        Script({"usage": {"prompt_tokens": 1_000, "completion_tokens": 1, "cost": 0.25}}),
        "sync",
        stop,
        model="m",
    )
    assert stop.spent_usd() == 0.25


@pytest.mark.parametrize("answer", [{"usage": None}, ANSWER, "text"])
def test_a_cost_that_cannot_be_told_is_told_once(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    stop = CostStop(1.0, cost=UnitPrices({}))
    with caplog.at_level(logging.WARNING, "sonde.resilience"):
        for _ in range(3):
            call(Script(answer), "sync", stop, model="unheard-of")
    assert len(caplog.records) == 1
    assert "unheard-of" in caplog.text
    assert "unknown_usd" in caplog.text


def test_a_cost_that_cannot_be_told_may_count_something() -> None:
    stop = CostStop(1.0, cost=UnitPrices({}), unknown_usd=0.6)
    for _ in range(2):
        call(Script("text"), "sync", stop)
    with pytest.raises(BudgetExceeded):
        call(Script("text"), "sync", stop)


@pytest.mark.parametrize("wrong", [float("nan"), -5.0, float("inf")])
def test_a_pricing_function_that_answers_nonsense_does_not_break_the_sum(wrong: float) -> None:
    stop = CostStop(1.0, cost=lambda call, use: wrong)
    call(Script(ANSWER), "sync", stop)
    assert stop.spent_usd() == 0.0


def test_the_default_prices_known_models() -> None:
    stop = CostStop(100.0)
    call(Script({"model": "gpt-4o-mini", **ANSWER}), "sync", stop, model="gpt-4o-mini")
    assert 0 < stop.spent_usd() < 1


@pytest.mark.parametrize("budget", [0.0, -1.0, float("nan")])
def test_a_budget_is_above_zero(budget: float) -> None:
    with pytest.raises(ValueError, match="budget"):
        CostStop(budget)
