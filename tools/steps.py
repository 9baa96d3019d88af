"""What the other tools are made of: run a command, say a line, skip work whose inputs did not change.

Like all that `dev.py` needs before `.venv` is there: standard library only, no syntax newer than Python 3.8.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
WEB = ROOT / "web"


class Stop(Exception):
    """Ends the run with a message for the person at the terminal instead of a traceback."""


def say(text: str) -> None:
    """Print one line of progress at once, also when the output goes to a file."""
    print(f"==> {text}", flush=True)


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command that asks nothing, with `env` added to the environment; stop if it fails."""
    words = [str(part) for part in command]
    everything = {**os.environ, **(env or {})}
    result = subprocess.run(words, cwd=cwd, env=everything, stdin=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        raise Stop(f"failed (exit status {result.returncode}): {' '.join(words)}")


def output_of(*command: str) -> str:
    """Return what a command prints, stripped; an empty string when it is missing or fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def fingerprint(inputs: Sequence[Path], extra: str = "") -> str:
    """Return a digest of the files' names and contents; a folder stands for all files below it."""
    digest = hashlib.sha256(extra.encode())
    for item in inputs:
        files = sorted(path for path in item.rglob("*") if path.is_file()) if item.is_dir() else [item]
        for path in files:
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes() if path.exists() else b"(missing)")
    return digest.hexdigest()


def step(stamp: Path, digest: str, *, done: bool, title: str, work: Callable[[], None]) -> None:
    """Do `work` unless `stamp` says it was done for the same inputs and its result is still there (`done`).

    Stamps live beside the result (in .venv, in node_modules), never in the package and its wheel.
    """
    if done and stamp.exists() and stamp.read_text() == digest:
        return
    say(title)
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    say(f"{title}: done in {time.monotonic() - started:.1f} s")


@contextmanager
def only_one() -> Generator[None, None, None]:
    """Hold the working copy's set-up lock, so that two `make` runs do not install over each other."""
    folder = ROOT / ".make"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this working copy is running: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
