"""A sink that remembers what policies told."""

from collections.abc import Iterator

import pytest

from sonde.resilience.events import Attributes, set_sink


class Remembering:
    """Events and attributes in the order they came."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Attributes]] = []
        self.attributes: dict[str, str | int | float | bool] = {}

    def event(self, name: str, attributes: Attributes) -> None:
        self.events.append((name, dict(attributes)))

    def annotate(self, attributes: Attributes) -> None:
        self.attributes.update(attributes)

    def names(self) -> list[str]:
        return [name for name, _ in self.events]


@pytest.fixture
def told() -> Iterator[Remembering]:
    sink = Remembering()
    before = set_sink(sink)
    yield sink
    set_sink(before)
