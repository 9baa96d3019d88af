"""The environments of examples/, made by the tool that makes them for people too, and which tests want them.

Making them all takes a minute or two the first time, so that `make test` makes only the one of its short
round; `make examples` (EXAMPLES=all) and continuous integration (CI=true) run every example.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
ALL = os.environ.get("EXAMPLES", "") == "all" or os.environ.get("CI", "").lower() in {"1", "true"}

long_round = pytest.mark.skipif(not ALL, reason="not in the short round: make examples runs it")
"""For tests that are not part of the short round."""


def run_suite(suite: Path, folder: Path) -> None:
    """Run a suite of tests with the real clients, in their environment. It has to pass."""
    # An empty configuration of its own: that environment has none of our plug-ins.
    (folder / "pytest.ini").write_text("[pytest]\npython_files = suite.py\n")
    command = [made("clients"), "-m", "pytest", "-q", "-c", folder / "pytest.ini", "--rootdir", folder]
    command += ["-p", "no:cacheprovider", "--noconftest", suite]
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-6_000:]
    assert " passed" in done.stdout


@cache
def made(name: str) -> Path:
    """The Python of an environment (of ``typescript``: the built program), made when it is not there."""
    tool = [sys.executable, str(ROOT / "tools" / "examples.py"), name]
    done = subprocess.run(
        tool, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])
