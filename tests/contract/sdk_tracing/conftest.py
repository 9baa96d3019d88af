"""A server for the tests of this folder, and a way to run an app against it."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.otlp.target import Served, served

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``sonde serve`` in a process of its own."""
    with served(tmp_path_factory.mktemp("sdk-tracing")) as running:
        yield running


@contextmanager
def app(
    server: Served, folder: Path, name: str, *arguments: str, **settings: str
) -> Generator["subprocess.Popen[str]"]:
    """An app of this folder that sends to the server; ended afterwards."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SONDE_", "OTEL_"))}
    environment |= {
        "SONDE_URL": f"http://127.0.0.1:{server.http_port}",
        "SONDE_RAISE": "1",
        "SONDE_SPOOL_DIR": str(folder / "spool"),
        **settings,
    }
    with subprocess.Popen(
        [sys.executable, str(HERE / name), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
