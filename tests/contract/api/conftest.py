"""One world per module: chDB can hold one folder per process at a time, so it is closed again."""

from collections.abc import Iterator

import pytest

from tests.contract.api.world import World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = make_world(tmp_path_factory.mktemp("world"))
    yield found
    found.close()
