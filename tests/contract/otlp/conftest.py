"""The servers the protocol checks run against."""

from collections.abc import Iterator

import pytest

from tests.contract.otlp.target import Listener


@pytest.fixture(scope="session")
def shared_listener() -> Iterator[Listener]:
    """One set of receivers for all checks that leave no trace but their own spans."""
    with Listener() as listener:
        yield listener


@pytest.fixture
def listener(shared_listener: Listener) -> Iterator[Listener]:
    """Receivers that take everything, on loopback without keys."""
    sink = shared_listener.sink
    yield shared_listener
    sink.no_room = sink.broken = None
    sink.delay_s = 0
    sink.spans.clear()
    sink.logs.clear()
    sink.points.clear()
    sink.scores.clear()
