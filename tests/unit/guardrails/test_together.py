"""Guardrails, cache and the other policies as one."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

import sonde
from sonde.resilience.guardrails import length, pii, secrets
from tests.unit.guardrails.sink import Remembering, told

__all__ = ["told"]


def test_what_is_cached_is_checked_again_and_keyed_on_what_the_model_saw(told: Remembering) -> None:
    asked: list[str] = []

    def model(prompt: str) -> Iterator[str]:
        asked.append(prompt)
        if len(asked) == 1:
            raise ConnectionError("down for a moment")
        yield from ("write to ", "ann@", "example.com")

    protect = sonde.policy(
        guardrails=sonde.Guardrails(inputs=[pii()], outputs=[pii()]),
        cache=sonde.ResponseCache(),
        limits=sonde.Limits(concurrency=1),
        breaker=True,
        retry=sonde.Retry(attempts=3, first_wait_s=0.001, max_wait_s=0.001),
    )
    protected = protect(model)
    assert "".join(protected("I am cy@example.com")) == "write to [email]"
    assert "".join(protected("I am bob@example.com")) == "write to [email]"
    assert asked == ["I am [email]"] * 2
    assert told.names().count("sonde.cache.hit") == 1
    assert told.attributes["sonde.cache.hit"] is True
    assert told.attributes["sonde.guardrail.out.redacted"] == "pii"


def test_coroutines_and_asynchronous_streams() -> None:
    calls: list[str] = []

    async def model(prompt: str) -> AsyncIterator[str]:
        calls.append(prompt)
        for word in ("one ", "two ", "three"):
            await asyncio.sleep(0)
            yield word

    protect = sonde.policy(
        guardrails=sonde.Guardrails(inputs=[secrets()], outputs=[length(characters_max=100)]),
        cache=sonde.ResponseCache(),
        retry=2,
    )
    protected = protect(model)

    async def read(prompt: str) -> list[str]:
        return [chunk async for chunk in protected(prompt)]

    async def main() -> list[list[str]]:
        return await asyncio.gather(*(read("x") for _ in range(5)))

    assert asyncio.run(main()) == [["one ", "two ", "three"]] * 5
    assert calls == ["x"]
    with pytest.raises(sonde.GuardrailBlocked):
        asyncio.run(read("password = hunter2!x"))
    assert calls == ["x"]
