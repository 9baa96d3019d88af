"""Processes that are killed, volumes that are full, and stores in a folder of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sonde.store.opening import Store, open_embedded

ROOT = Path(__file__).resolve().parents[3]
Child = subprocess.Popen[str]


@pytest.fixture
def child() -> Iterator[Callable[..., Child]]:
    """Start `child.py`; whatever still runs at the end is killed."""
    started: list[Child] = []

    def start(*arguments: object) -> Child:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.store.child", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(20)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Store]]:
    """Open stores; whatever is still open at the end is closed."""
    stores: list[Store] = []

    def start(folder: Path) -> Store:
        store = open_embedded(folder)
        stores.append(store)
        return store

    yield start
    for store in stores:
        store.close()


@pytest.fixture
def small_volume(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 48 MiB; needs root."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small volume needs root")
    mount = tmp_path / "small"
    mount.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(mount)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)
