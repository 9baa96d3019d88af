"""The servers the protocol checks run against."""

from collections.abc import Iterator
from typing import cast

import pytest

from tests.contract.otlp.target import Listener, Served, Target, served


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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One running ``sonde serve``."""
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(params=["receivers", "sonde serve"])
def target(request: pytest.FixtureRequest) -> Target:
    """Either of the two: what arrives, and what can be asked for through SQL afterwards."""
    name = "listener" if request.param == "receivers" else "server"
    return cast("Target", request.getfixturevalue(name))
