"""One server for all examples (each has a service of its own), one upstream for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sonde.testing import FakeUpstream
from tests.contract.otlp.target import Served, served
from tests.scenarios.examples.stage import Stage


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real ``sonde serve``."""
    with served(tmp_path_factory.mktemp("examples")) as running:
        yield running


@pytest.fixture
def stage(server: Served, tmp_path: Path) -> Iterator[Stage]:
    """The server, a fresh upstream and a scratch folder."""
    with FakeUpstream() as upstream:
        yield Stage(server, upstream, tmp_path)
