"""kill -9 under load, again and again: is every acknowledged span there, exactly once?

    python -m bench crash [--rounds 20]

Requests are numbered and follow from their number, so what an answer promised is known from the list of
acknowledged numbers alone. After each kill the server starts again on the same folder; then all requests
that were sent but not answered, and some that were answered, are sent again, as real clients do. Checked
after each round, over the public API: each acknowledged request has all its spans, once, in `spans`, in
`calls` and in the totals of the overview (which reads roll-ups); no span is there twice.
"""

import argparse
import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.bodies import CALLS_PER_TRACE, SPANS_PER_TRACE, Stream
from bench.report import publish
from bench.sonde_server import ROOT, Sonde

BATCH = 50
CALLS = BATCH // SPANS_PER_TRACE * CALLS_PER_TRACE
"""Calls of one request."""
PHOENIX_LOST = "Phoenix lost 99.9 to 100 % of what it had acknowledged, MLflow nothing (docs/performance.md)"


@dataclass
class Verdict:
    """What one round showed. Counts are spans."""

    round: int
    killed_after_s: float
    restart_s: float
    acknowledged: int = 0
    sent_again: int = 0
    lost: int = 0
    double_spans: int = 0
    lost_calls: int = 0
    double_calls: int = 0
    overview_differs_by: int = 0

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice."""
        wrong = (self.lost, self.double_spans, self.lost_calls, self.double_calls, self.overview_differs_by)
        return not any(wrong)


def _numbers(path: Path) -> set[int]:
    """Request numbers of a file; a torn last line (the writer was not killed, but be strict) is left out."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return {int(line) for line in lines if line}


class Oracle:
    """Knows what must be in the store: the numbers of all acknowledged requests of a run."""

    def __init__(self, folder: Path, run: int, start_ns: int, step_ns: int, seed: str) -> None:
        self.acks = folder / "acks"
        self.sent = folder / "acks.sent"
        self.run, self.start_ns, self.step_ns = run, start_ns, step_ns
        self.stream = Stream(BATCH, "content", run, start_ns, step_ns)
        self.rng = random.Random(seed)

    def next_number(self) -> int:
        """The first number that was never sent."""
        return max(_numbers(self.sent), default=-1) + 1

    def load_command(self, sonde: Sonde, seconds: float) -> list[str]:
        """The load generator, told to go on after the last number."""
        command = [sys.executable, "-m", "bench.load", sonde.traces_url, "--batch", str(BATCH)]
        command += [
            "--connections",
            "2",
            "--seconds",
            str(seconds),
            "--stop-on-error",
            "--acks",
            str(self.acks),
        ]
        command += ["--run", str(self.run), "--first", str(self.next_number())]
        command += ["--start-ns", str(self.start_ns), "--step-ns", str(self.step_ns)]
        return command

    def send_again(self, sonde: Sonde) -> int:
        """Send what was not answered, and a few that were, as clients do after a broken connection."""
        acked = _numbers(self.acks)
        unanswered = sorted(_numbers(self.sent) - acked)
        again = unanswered + self.rng.sample(sorted(acked), min(10, len(acked)))
        connection = http.client.HTTPConnection("127.0.0.1", sonde.port, timeout=60)
        with self.acks.open("ab", buffering=0) as acks:
            for number in again:
                body = bytes(self.stream.request(number))
                connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise RuntimeError(f"sending again was answered {response.status}")
                if number in unanswered:
                    acks.write(b"%d\n" % number)
        connection.close()
        return len(again) * BATCH

    def check(self, sonde: Sonde, verdict: Verdict) -> None:
        """Compare the store with the acknowledged numbers."""
        acked = _numbers(self.acks)
        verdict.acknowledged = len(acked) * BATCH
        sonde.wait_for_rows(verdict.acknowledged, patience_s=30)
        spans = self._per_request(sonde, "spans")
        calls = self._per_request(sonde, "calls")
        for number in acked:
            verdict.lost += max(0, BATCH - spans.get(number, (0, 0))[1])
            verdict.lost_calls += max(0, CALLS - calls.get(number, (0, 0))[1])
        verdict.double_spans = sum(rows - unique for rows, unique in spans.values())
        verdict.double_calls = sum(rows - unique for rows, unique in calls.values())
        counted = sum(rows for rows, _ in calls.values())
        verdict.overview_differs_by = self._overview_calls(sonde) - counted

    def _per_request(self, sonde: Sonde, view: str) -> dict[int, tuple[int, int]]:
        """Request number → rows and different span ids, of this run; asked in pieces the endpoint allows."""
        found: dict[int, tuple[int, int]] = {}
        step = 5_000
        for low in range(0, self.next_number(), step):
            first = f"{self.run:08x}{low:016x}{0:08x}"
            last = f"{self.run:08x}{low + step:016x}{0:08x}"
            rows = sonde.sql(
                f"SELECT substring(trace_id, 9, 16) AS request, count() AS n, uniqExact(span_id) AS ids "
                f"FROM {view} "
                "WHERE trace_id >= {first:String} AND trace_id < {last:String} GROUP BY request LIMIT 10000",
                first=first,
                last=last,
            )
            found |= {int(request, 16): (int(n), int(ids)) for request, n, ids in rows}
        return found

    def _overview_calls(self, sonde: Sonde) -> int:
        """Calls by the overview of a window around the whole run."""
        answer = sonde.query(measures=["calls"], **{"from": "-2d"})
        return int(answer["totals"]["calls"])


def crash_rounds(
    folder: Path, rounds: int, seed: str, *, least_s: float = 1.0, most_s: float = 6.0
) -> list[Verdict]:
    """Kill the server at random times under load and check after each restart."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    # All times lie in the past day, so one overview window holds the run.
    oracle = Oracle(folder, rng.getrandbits(16), time.time_ns() - 20 * 3_600_000_000_000, 20_000_000, seed)
    data = folder / "data"
    verdicts: list[Verdict] = []
    sonde = Sonde(data)
    try:
        for number in range(rounds):
            load = subprocess.Popen(
                oracle.load_command(sonde, most_s + 60),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            seconds = rng.uniform(least_s, most_s)
            time.sleep(seconds)
            sonde.server.kill(signal.SIGKILL)
            _, errors = load.communicate(timeout=90)
            if load.returncode:
                raise RuntimeError(errors.decode()[-2_000:])
            sonde = Sonde(data)
            verdict = Verdict(number, round(seconds, 2), round(sonde.server.start_s, 2))
            verdict.sent_again = oracle.send_again(sonde)
            oracle.check(sonde, verdict)
            verdicts.append(verdict)
    finally:
        sonde.server.kill()
    return verdicts


def main(arguments: list[str]) -> None:
    """Run and publish; the exit status says whether all rounds were clean."""
    options = argparse.ArgumentParser(prog="python -m bench crash")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--seed", default=os.urandom(4).hex())
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        verdicts = crash_rounds(Path(scratch), chosen.rounds, chosen.seed)
    bad = [verdict for verdict in verdicts if not verdict.clean]
    last = verdicts[-1]
    rows: list[tuple[str, object, str]] = [
        ("kills under load", len(verdicts), f"seed {chosen.seed}"),
        ("acknowledged spans", last.acknowledged, ""),
        (
            "lost (spans, calls), all rounds",
            f"{sum(v.lost for v in verdicts)}, {sum(v.lost_calls for v in verdicts)}",
            PHOENIX_LOST,
        ),
        (
            "counted twice (spans, calls)",
            f"{last.double_spans}, {last.double_calls}",
            "redelivered: see next",
        ),
        ("sent again on purpose", sum(v.sent_again for v in verdicts), ""),
        ("overview differs from rows by", max(abs(v.overview_differs_by) for v in verdicts), "limit 0"),
        ("restart, s (longest)", max(v.restart_s for v in verdicts), ""),
    ]
    publish("crash", rows, {"seed": chosen.seed, "rounds": [asdict(verdict) for verdict in verdicts]})
    if bad:
        raise SystemExit(f"{len(bad)} of {len(verdicts)} rounds were not clean")
