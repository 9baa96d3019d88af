"""A million calls in one process: does memory or the number of threads grow?

python -m bench growth [--calls 1000000] [--every 20000]

Every call has another user, session, answer id and text, so that whatever Sonde remembers by one of these is
full long before the end. Content, logs and metrics are on. One call of twenty goes through the instrumented
OpenAI client, which answers from memory, some as streams; the others are made by hand.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.report import publish
from bench.sdk import pythons, quiet_environment, sink

ROOT = Path(__file__).resolve().parent.parent
SETTLED_SHARE = 0.2
"""Of the run: what is bounded is full by then."""
GROWTH_LIMIT_MB = 5.0


def slope_mb(points: list[tuple[float, float]]) -> float:
    """Growth over the points by the line of least squares: (calls, MB)."""
    middle_x = statistics.fmean(x for x, _ in points)
    middle_y = statistics.fmean(y for _, y in points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    per_call = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0
    return per_call * (points[-1][0] - points[0][0])


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench growth")
    options.add_argument("--calls", type=int, default=1_000_000)
    options.add_argument("--every", type=int, default=20_000)
    chosen = options.parse_args(arguments)
    python = pythons({"peers"})["peers"]
    with sink() as port:
        command = [
            str(python),
            str(ROOT / "bench" / "growth_app.py"),
            str(port),
            str(chosen.calls),
            str(chosen.every),
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=quiet_environment("sonde"), cwd=ROOT
        )
        assert process.stdout is not None
        points: list[dict[str, Any]] = []
        ledger: dict[str, int] = {}
        for line in process.stdout:
            found = json.loads(line)
            if "ledger" in found:
                ledger = found["ledger"]
                continue
            points.append(found)
            print(line.strip(), file=sys.stderr, flush=True)
        if process.wait():
            raise RuntimeError("the app failed")
    settled = [point for point in points if point["calls"] >= chosen.calls * SETTLED_SHARE]
    grown = slope_mb([(point["calls"], point["rss_mb"]) for point in settled])
    memory = [point["rss_mb"] for point in settled]
    threads = [point["threads"] for point in settled]
    rows: list[tuple[str, object, str]] = [
        ("calls", chosen.calls, f"spans: {ledger}"),
        (
            f"growth over the last {1 - SETTLED_SHARE:.0%} of them, MB",
            f"{grown:.1f}",
            f"limit {GROWTH_LIMIT_MB:.0f}; {memory[0]:.1f} to {memory[-1]:.1f}, highest {max(memory):.1f}",
        ),
        ("threads", f"{threads[0]} to {threads[-1]}", f"highest {max(threads)}; limit: no growth"),
        (
            "CPU of the process per call, µs",
            f"{statistics.median(point['cpu_us'] for point in points):.0f}",
            f"first and last part: {points[0]['cpu_us']:.0f}, {points[-1]['cpu_us']:.0f}",
        ),
        ("objects the collector knows", settled[-1]["objects"], f"{settled[0]['objects']:,} at a fifth"),
    ]
    publish("growth", rows, {"options": vars(chosen), "points": points, "ledger": ledger})
