import asyncio
import logging

import pytest

from sonde.resilience.events import annotate, emit, set_sink, stated, stating
from tests.unit.resilience.kit import Listening


class Broken:
    def event(self, name: str, attributes: object) -> None:
        raise RuntimeError("no")

    def annotate(self, attributes: object) -> None:
        raise RuntimeError("no")


def test_without_a_sink_nothing_happens() -> None:
    before = set_sink(None)
    emit("sonde.retry", {"sonde.attempt": 2})
    annotate({"sonde.attempt": 2})
    set_sink(before)


def test_the_sink_gets_events_and_attributes(told: Listening) -> None:
    emit("sonde.retry", {"sonde.attempt": 2})
    annotate({"sonde.attempt": 3})
    assert told.events == [("sonde.retry", {"sonde.attempt": 2})]
    assert told.attributes == {"sonde.attempt": 3}


def test_a_sink_that_raises_never_hurts_the_call_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    before = set_sink(Broken())
    with caplog.at_level(logging.WARNING, "sonde.resilience"):
        emit("a")
        annotate({"b": 1})
        emit("c")
    set_sink(before)
    assert len(caplog.records) == 1


def test_inner_statements_win_and_end_with_their_block() -> None:
    with stating({"sonde.attempt": 1, "sonde.fallback.from": "a"}):
        with stating({"sonde.attempt": 2}):
            assert stated() == {"sonde.attempt": 2, "sonde.fallback.from": "a"}
        assert stated() == {"sonde.attempt": 1, "sonde.fallback.from": "a"}
    assert stated() == {}


def test_tasks_do_not_see_each_others_statements() -> None:
    async def one(number: int) -> object:
        with stating({"sonde.attempt": number}):
            await asyncio.sleep(0)
            return stated()["sonde.attempt"]

    async def main() -> list[object]:
        return await asyncio.gather(*(one(number) for number in range(5)))

    assert asyncio.run(main()) == [0, 1, 2, 3, 4]
