"""Programs that use Sonde's SDK, each in a fresh Python: a process has one global provider, set once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.otlp.target import Served, served
from tests.contract.sdk.collector import Collector

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.answering.set()
    made.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``sonde serve`` in a process of its own."""
    with served(tmp_path_factory.mktemp("sdk")) as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SONDE_", "OTEL_"))}
    return kept | {
        "SONDE_RAISE": "1",
        "SONDE_FLUSH_INTERVAL_S": "0.02",
        "SONDE_SPOOL_DIR": str(tmp_path / "spool"),
        "HOME": str(tmp_path),
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a program; ended afterwards."""
    started: list[subprocess.Popen[str]] = []

    def begin(code: str, **variables: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | variables,
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Runs a program to its end; it has to succeed."""

    def begin(code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        result = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env=environment | variables,
            cwd=tmp_path,
            timeout=90,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result

    return begin
