"""An error in Sonde never reaches the app; it is told once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sonde.sdk import safety
from sonde.sdk.safety import safely, tell_once


@safely("doing the sum")
def broken(divisor: int) -> float:
    return 1 / divisor


@safely("waiting")
async def broken_later() -> int:
    raise KeyError("x")


def run(function: Callable[[], Any]) -> Any:
    return asyncio.run(function())


def test_errors_are_raised_in_tests() -> None:
    with pytest.raises(ZeroDivisionError):
        broken(0)
    with pytest.raises(KeyError):
        run(broken_later)


def test_errors_are_held_back_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SONDE_RAISE", "0")
    assert [broken(0) for _ in range(5)] == [None] * 5
    assert len(caplog.records) == 1
    assert "doing the sum failed (ZeroDivisionError: division by zero)" in caplog.text
    assert "SONDE_RAISE=1" in caplog.text
    assert run(broken_later) is None
    assert len(caplog.records) == 2


def test_results_pass() -> None:
    assert broken(2) == 0.5


def test_a_block_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SONDE_RAISE")
    with safely("a block"):
        raise ValueError("x")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_what_ends_work_passes(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SONDE_RAISE")
    with pytest.raises(error), safely("a block"):
        raise error


def test_an_error_that_cannot_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    monkeypatch.delenv("SONDE_RAISE")
    with safely("a block"):
        raise Mute


def test_a_broken_log_handler_is_not_for_the_app_to_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(safety.log, "log", fail)
    tell_once("a", "b")


def test_what_is_told_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(safety._PLACES_MAX + 100):
        tell_once("place", str(number))
    assert len(safety._told) == safety._PLACES_MAX
