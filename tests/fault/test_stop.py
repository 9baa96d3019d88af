"""H36: told to stop under load, the server finishes what it accepted; told twice, it ends at once."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bench.crash import Oracle, Verdict
from bench.sonde_server import ROOT, Sonde
from sonde.model.limits import DRAIN_S
from tests.contract.otlp import build
from tests.contract.otlp.client import connected, received, until
from tests.fault.test_kill import oracle_in

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

HEAD = (
    "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n"
)


def checked(oracle: Oracle, data: Path) -> Verdict:
    """Start again and compare with what was acknowledged, nothing sent again."""
    sonde = Sonde(data)
    try:
        verdict = Verdict(0, 0.0, 0.0)
        oracle.check(sonde, verdict)
        return verdict
    finally:
        sonde.server.kill()


def test_told_to_stop_under_load(tmp_path: Path) -> None:
    oracle = oracle_in(tmp_path)
    data = tmp_path / "data"
    sonde = Sonde(data)
    with subprocess.Popen(
        oracle.load_command(sonde, 60), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as load:
        until(lambda: oracle.acks.exists() and oracle.acks.stat().st_size > 400, 60)
        began = time.monotonic()
        sonde.server.kill(signal.SIGTERM, wait_s=60)
        seconds = time.monotonic() - began
        output, errors = load.communicate(timeout=90)
    assert load.returncode == 0, errors.decode()[-2_000:]
    assert sonde.server._process.returncode == 0
    # Its own deadlines add up to ten seconds; the rest is leaving the interpreter on a busy machine.
    assert seconds < DRAIN_S + 5
    # Whoever was being served got an answer: 200, or that the server is stopping.
    statuses = set(json.loads(output)["statuses"])
    assert statuses <= {"200", "503", "ConnectionRefusedError", "ConnectionResetError", "IncompleteReadError"}
    assert list((data / "journal").glob("*.journal")) == []
    verdict = checked(oracle, data)
    assert verdict.acknowledged > 0
    assert verdict.clean, verdict


def test_a_request_under_way_is_answered(tmp_path: Path) -> None:
    trace_id = build.trace_id()
    body = build.traces(build.span(trace_id)).SerializeToString()
    sonde = Sonde(tmp_path / "data")
    with connected(sonde.port) as connection:
        connection.sendall(HEAD.format(len(body)).encode() + body[:20])
        until(lambda: sonde.server.get("/metrics")[0] == 200)
        sonde.server._process.send_signal(signal.SIGTERM)
        until(lambda: b"stopping" in (tmp_path / "data.log").read_bytes())
        connection.sendall(body[20:])
        answer = received(connection)
    assert sonde.server._process.wait(30) == 0
    status = int(answer.split(b" ", 2)[1])
    assert status in (200, 503), answer
    again = Sonde(tmp_path / "data")
    try:
        assert again.count() == (1 if status == 200 else 0)
    finally:
        again.server.kill()


def test_told_twice_it_ends_at_once_and_loses_nothing(tmp_path: Path) -> None:
    oracle = oracle_in(tmp_path)
    data = tmp_path / "data"
    sonde = Sonde(data)
    with (
        connected(sonde.port) as slow,
        subprocess.Popen(
            oracle.load_command(sonde, 60), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as load,
    ):
        slow.sendall(HEAD.format(1_000).encode())  # a request that never ends keeps a graceful stop busy
        until(lambda: oracle.acks.exists() and oracle.acks.stat().st_size > 200, 60)
        sonde.server._process.send_signal(signal.SIGTERM)
        until(lambda: b"stopping" in (tmp_path / "data.log").read_bytes())
        sonde.server._process.send_signal(signal.SIGTERM)
        assert sonde.server._process.wait(30) == -signal.SIGKILL
        load.communicate(timeout=90)
    verdict = checked(oracle, data)
    assert verdict.acknowledged > 0
    assert verdict.clean, verdict
