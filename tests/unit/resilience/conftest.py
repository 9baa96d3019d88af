from collections.abc import Iterator

import pytest

from sonde.resilience.events import set_sink
from tests.unit.resilience.kit import FakeTime, Listening


@pytest.fixture
def told() -> Iterator[Listening]:
    """What the policies tell in this test."""
    sink = Listening()
    before = set_sink(sink)
    yield sink
    set_sink(before)


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()
