"""One store, several processes: one call for all of them, and who dies holds nobody up for long."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sonde.resilience.caching import MemoryStore, RedisStore, ResponseCache, SqliteStore
from tests.unit.resilience_caching.conftest import running_redis

# Asks once the gate is there; leaves a file for every call it makes.
ASK = """
import os, sys, time
from pathlib import Path
from sonde.resilience.caching import RedisStore, ResponseCache, SqliteStore

kind, where, folder, hold_s, wait_s = sys.argv[1:]
store = SqliteStore(where, busy_s=20) if kind == "sqlite" else RedisStore(where, prefix="p", timeout_s=20)

def model(question):
    (Path(folder) / f"call-{os.getpid()}").touch()
    time.sleep(float(hold_s))
    return question.upper()

cached = ResponseCache(store, wait_s=float(wait_s))(model)
(Path(folder) / f"ready-{os.getpid()}").touch()
while not (Path(folder) / "gate").exists():
    time.sleep(0.01)
print(cached("question"))
"""


def ask(store: str, folder: Path, *, hold_s: float, wait_s: float) -> "subprocess.Popen[str]":
    kind = "redis" if store.startswith("redis:") else "sqlite"
    command = [sys.executable, "-c", ASK, kind, store, str(folder), str(hold_s), str(wait_s)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(folder: Path, pattern: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(folder.glob(pattern))) < count:
        assert time.monotonic() < deadline, f"{pattern} is not there {count} times"
        time.sleep(0.01)


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "cache.sqlite")
    url: str = request.getfixturevalue("redis_url")
    RedisStore(url, prefix="p").clear()
    return url


def test_processes_that_ask_the_same_make_one_call(where: str, tmp_path: Path) -> None:
    processes = [ask(where, tmp_path, hold_s=0.2, wait_s=60) for _ in range(4)]
    wait_for(tmp_path, "ready-*", 4)
    (tmp_path / "gate").touch()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["QUESTION\n"] * 4
    assert len(list(tmp_path.glob("call-*"))) == 1


def test_a_process_that_is_killed_holds_nobody_up_for_long(where: str, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    dies = ask(where, tmp_path, hold_s=600, wait_s=1)
    wait_for(tmp_path, "call-*", 1)
    dies.send_signal(signal.SIGKILL)
    dies.communicate(timeout=60)
    assert ask(where, tmp_path, hold_s=0, wait_s=1).communicate(timeout=60)[0] == "QUESTION\n"


def test_a_store_survives_its_process(where: str, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    for _ in range(2):
        assert ask(where, tmp_path, hold_s=0, wait_s=60).communicate(timeout=60)[0] == "QUESTION\n"
    assert len(list(tmp_path.glob("call-*"))) == 1


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_stores_of_its_own(where: str) -> None:
    store = SqliteStore(where) if not where.startswith("redis:") else RedisStore(where, prefix="p")
    cached = ResponseCache(store)(lambda question: question)
    local = MemoryStore()
    ResponseCache(local)(lambda question: question)("x")
    cached("x")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if cached("x") == "x" and len(local) == 0 and cached("y") == "y" else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert cached("x") == "x"
    store.close()


@pytest.mark.redis
def test_a_redis_that_restarts(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    cache = ResponseCache(RedisStore(f"redis://127.0.0.1:{port}/0", timeout_s=20), cost=None)
    cached = cache(lambda question: calls.append(question) or question)
    for _ in range(2):
        with running_redis(port):
            cache._shelf._resting_until = 0.0  # as if the seconds of rest were over
            assert cached("x") == cached("x") == "x"
        assert cached("x") == "x"
    assert len(calls) == 4  # once with each server, which forgets, and once without each
    assert cache.stats.store_errors == 2
    assert len(caplog.records) == 2
    cache.close()


@pytest.mark.redis
def test_calls_that_are_cancelled_never_mix_up_answers(redis_store: RedisStore) -> None:
    """A connection that still has somebody else's answer on its way must not be asked again."""
    cache = ResponseCache(redis_store, wait_s=60)

    async def main() -> list[str]:
        async def model(question: str) -> str:
            await asyncio.sleep(0)
            return f"the answer to {question}"

        cached = cache(model)
        chance = random.Random(7)
        wrong: list[str] = []

        async def one(number: int) -> None:
            question = f"question {number % 20}"
            task = asyncio.create_task(cached(question))
            if chance.random() < 0.5:
                await asyncio.sleep(chance.random() * 0.004)
                task.cancel()
            try:
                answer = await task
            except asyncio.CancelledError:
                return
            if answer != f"the answer to {question}":
                wrong.append(answer)

        for _ in range(10):
            await asyncio.gather(*(one(number) for number in range(60)))
        return wrong

    assert asyncio.run(main()) == []
    assert cache.stats.hits > 0
