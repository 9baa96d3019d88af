"""H35: kill -9 at any moment; what was answered with 200 is there, once, in spans, calls and roll-ups."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.crash import Oracle, Verdict, crash_rounds
from bench.sonde_server import ROOT, Sonde
from tests.contract.otlp.client import until
from tests.fault.rounds import SEED, rounds

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1_800)]

STEP_NS = 20_000_000
"""Time between two requests' spans. All lie in the past day: one overview window holds a run."""


def oracle_in(folder: Path) -> Oracle:
    """Knows what a run was told is durable."""
    folder.mkdir(parents=True, exist_ok=True)
    run = random.Random(SEED).getrandbits(16)
    return Oracle(folder, run, time.time_ns() - 20 * 3_600_000_000_000, STEP_NS, SEED)


def load_until(oracle: Oracle, sonde: Sonde, condition: Callable[[], object]) -> None:
    """Send as fast as answers come until something is true, then kill the server in the middle of it."""
    with subprocess.Popen(
        oracle.load_command(sonde, 120), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as load:
        try:
            until(condition, 90)
        finally:
            sonde.server.kill(signal.SIGKILL)
            _, errors = load.communicate(timeout=90)
    assert load.returncode == 0, errors.decode()[-2_000:]


def verdict_of(oracle: Oracle, sonde: Sonde) -> Verdict:
    """Send again what was not answered (and some that was), then compare."""
    verdict = Verdict(0, 0.0, round(sonde.server.start_s, 2))
    verdict.sent_again = oracle.send_again(sonde)
    oracle.check(sonde, verdict)
    assert verdict.acknowledged > 0
    return verdict


def test_killed_under_load(tmp_path: Path) -> None:
    most_s = 4.0
    verdicts = crash_rounds(tmp_path, rounds(2, 20), SEED, most_s=most_s)
    for verdict in verdicts:
        print(verdict)
    assert [verdict for verdict in verdicts if not verdict.clean] == [], f"seed {SEED}"
    assert verdicts[-1].acknowledged > 0


def test_killed_while_starting_and_replaying(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    oracle = oracle_in(tmp_path)
    data = tmp_path / "data"
    sonde = Sonde(data)
    load_until(oracle, sonde, lambda: oracle.acks.exists() and oracle.acks.stat().st_size > 600)
    assert list((data / "journal").glob("*.journal")), "there is nothing to replay"
    command = [str(Path(sys.executable).parent / "sonde"), "serve", "--data-dir", str(data), "--port", "0"]
    for _ in range(rounds(5, 40)):
        with (tmp_path / "starts.log").open("ab") as log:
            process = subprocess.Popen([*command, "--otlp-grpc-port", "0"], stdout=log, stderr=log)
        time.sleep(rng.uniform(0.2, 2.5))  # the moment is the point of the test, not something waited for
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL, (tmp_path / "starts.log").read_text()
    sonde = Sonde(data)
    try:
        verdict = verdict_of(oracle, sonde)
    finally:
        sonde.server.kill()
    assert verdict.clean, f"{verdict}, seed {SEED}"


def test_killed_while_the_engine_merges(tmp_path: Path) -> None:
    oracle = oracle_in(tmp_path)
    data = tmp_path / "data"
    sonde = Sonde(data)
    try:
        for _ in range(rounds(1, 10)):
            load_until(oracle, sonde, lambda: next((data / "engine").glob("store/*/*/tmp_merge_*"), None))
            sonde = Sonde(data)
            verdict = verdict_of(oracle, sonde)
            assert verdict.clean, f"{verdict}, seed {SEED}"
    finally:
        sonde.server.kill()
