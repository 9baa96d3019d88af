"""Stores under test, a clock that is set by hand, and a Redis of our own."""

import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from sonde.resilience.caching import MemoryStore, RedisStore, SqliteStore, Store
from tests.needs import redis_server as redis_program


class Clock:
    """Seconds since 1970 that stand still until they are moved."""

    def __init__(self) -> None:
        self.now_s = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def running_redis(port: int) -> Generator[None]:
    """A Redis on loopback that keeps nothing on disk."""
    program = redis_program()
    assert program is not None
    folder = tempfile.mkdtemp(prefix="sonde-redis-")
    command = [
        str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        "--dir", folder, "--daemonize", "no",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with redis.Redis(port=port) as client:
                wait_for(client)
            yield
        finally:
            process.terminate()
            process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The Redis of this test session."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running_redis(port):
        yield f"redis://127.0.0.1:{port}/0"


def wait_for(client: "redis.Redis") -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            assert time.monotonic() < deadline, "Redis does not answer"
            time.sleep(0.02)


@pytest.fixture
def redis_store(redis_url: str) -> Iterator[RedisStore]:
    store = RedisStore(redis_url, prefix=f"t-{uuid.uuid4().hex}", bytes_max=10_000, timeout_s=10)
    yield store
    store.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "cache.sqlite", bytes_max=10_000, busy_s=20)
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn, with room for 10,000 bytes."""
    if request.param == "memory":
        return MemoryStore(bytes_max=10_000)
    return request.getfixturevalue(f"{request.param}_store")
