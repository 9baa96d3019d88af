"""Both engines for every contract test: chDB in this process, and a server over HTTP in another.

A process has room for one chDB folder at a time, so the embedded engine is closed after each module.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sonde.store.embedded import EmbeddedEngine
from sonde.store.engine import Engine
from sonde.store.migrations import migrate
from sonde.store.server import ServerEngine
from tests.contract.store.sample import Sampler

TABLES = [
    "deletions",
    "spans",
    "contents",
    "calls",
    "log_facts",
    "logs",
    "metrics",
    "scores",
    "alerts",
    "calls_rollup",
    "rollup_buckets",
    "marks",
]


@pytest.fixture(scope="module")
def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("embedded"))
    migrate(engine)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def server_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    script = Path(__file__).with_name("chdb_http.py")
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path_factory.mktemp("server"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        engine = ServerEngine(f"http://default@127.0.0.1:{port}/default")
        migrate(engine)
        yield engine
        engine.close()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


@pytest.fixture(params=["embedded", "server"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store with the newest schema."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    for table in TABLES:
        found.execute(f"TRUNCATE TABLE {table}")
    return found


@pytest.fixture
def sampler() -> Sampler:
    return Sampler(7)


@pytest.fixture
def count(engine: Engine) -> Callable[[str], int]:
    """Rows of a table as they are stored."""
    return lambda table: engine.query(f"SELECT count() FROM {table}").scalar()
