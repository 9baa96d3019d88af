"""Random sequences of faults, and every disk operation failing, on the ingest path with the real engine."""

import subprocess
import sys

import pytest

from tests.fault.rounds import LONG
from tests.needs import ROOT

pytestmark = [pytest.mark.fault, pytest.mark.timeout(7_200)]


def run(module: str, argument: int) -> str:
    """Run a script of this folder in a process of its own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.fault.{module}", str(argument)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, f"{done.stdout[-2_000:]}\n{done.stderr[-6_000:]}"
    return done.stdout


def test_random_sequences_of_faults_against_a_dict() -> None:
    assert "examples" in run("machine", 300 if LONG else 10)


def test_whichever_disk_operation_fails() -> None:
    assert "failures" in run("sweep", 1 if LONG else 3)
