"""The server is down for ten minutes: what the app feels, what arrives afterwards, what is counted as lost.

python -m bench outage [--minutes 10] [--rate 50] [--up 60] [--after 90]

Long: the outage takes place in real time. Two apps run at once: one with the spool's usual bound, one whose
spool is far too small for the outage.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.process import free_port
from bench.report import publish
from bench.sdk import pythons, quiet_environment

ROOT = Path(__file__).resolve().parent.parent
INTERVAL_S = 5
SPOOLS = {"usual spool": 256 << 20, "small spool": 256 << 10}
LATENCY_LIMIT = 1.3
"""Median of a call during the outage over that before it: a machine with other work on it varies as much."""


def start_receiver(port: int, journal: Path) -> subprocess.Popen[bytes]:
    """A receiver that answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sdk_receiver", str(port), str(journal)], cwd=ROOT
    )
    until = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
            return process
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.05)


def start_app(python: Path, arguments: Sequence[str]) -> subprocess.Popen[str]:
    """An app that is ready to begin."""
    command = [str(python), str(ROOT / "bench" / "outage_app.py"), *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=quiet_environment("sonde")
    )
    assert process.stdout is not None
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError("the app did not start")
    return process


def phase_of(second: float, up_s: float, down_s: float) -> str:
    """Which part of the run an interval that ends then belongs to; those in between to none."""
    if second <= up_s:
        return "before"
    if up_s + INTERVAL_S < second <= up_s + down_s:
        return "during"
    return "after" if second > up_s + down_s + INTERVAL_S else ""


def quantile(values: Sequence[float], share: float) -> float:
    """Of values in any order."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def read_journal(journal: Path) -> tuple[dict[str, Counter[str]], dict[str, dict[str, int]]]:
    """Service → span id → times it arrived; service → the last ledger."""
    spans: dict[str, Counter[str]] = {}
    ledgers: dict[str, dict[str, int]] = {}
    for line in journal.read_text().splitlines():
        found: dict[str, Any] = json.loads(line)
        if "spans" in found:
            spans.setdefault(found["service"], Counter()).update(found["spans"])
        else:
            ledgers[found["service"]] = found["ledger"]
    return spans, ledgers


def rows_of(
    name: str, app: dict[str, Any], arrived: Counter[str], told: dict[str, int], up_s: float, down_s: float
) -> list[tuple[str, object, str]]:
    """The table of one app."""
    phases: dict[str, list[dict[str, Any]]] = {"before": [], "during": [], "after": [], "": []}
    for interval in app["intervals"]:
        phases[phase_of(interval["second"], up_s, down_s)].append(interval)
    rows: list[tuple[str, object, str]] = []
    before = 0.0
    for phase in ("before", "during", "after"):
        durations = [one for interval in phases[phase] for one in interval["durations_us"]]
        if not durations:
            continue
        middle = statistics.median(durations)
        before = before or middle
        rows.append((
            f"{name}: a call {phase}, median µs", f"{middle:.0f}",
            (
                f"{middle / before:.2f} × before (limit {LATENCY_LIMIT}); of {len(durations):,} calls "
                f"p99 {quantile(durations, 0.99):.0f}, slowest {max(durations):.0f}"
            ),
        ))  # fmt: skip
        memory = [interval["rss_mb"] for interval in phases[phase]]
        threads = {interval["threads"] for interval in phases[phase]}
        spool = max(interval["spool_bytes"] for interval in phases[phase]) / 1e6
        rows.append((
            f"{name}: memory {phase}, MB", f"{memory[0]:.1f} to {memory[-1]:.1f}",
            f"highest {max(memory):.1f}; threads {sorted(threads)}; spool up to {spool:.2f} MB",
        ))  # fmt: skip
    ledger = app["ledger"]
    missing = app["made"] - len(arrived) - ledger["dropped"]
    rows.append((
        f"{name}: spans made = arrived + dropped + missing",
        f"{app['made']:,} = {len(arrived):,} + {ledger['dropped']:,} + {missing}",
        (
            f"limit: 0 missing; ledger in the app {ledger}, on the receiver {told}; "
            f"{sum(arrived.values()) - len(arrived)} arrived twice"
        ),
    ))  # fmt: skip
    return rows


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench outage")
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--rate", type=float, default=50, help="calls/s of each app")
    options.add_argument("--up", type=float, default=60, help="seconds before the outage")
    options.add_argument("--after", type=float, default=90, help="seconds after it")
    chosen = options.parse_args(arguments)
    down_s = chosen.minutes * 60
    python = pythons({"peers"})["peers"]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.jsonl"
        receiver = start_receiver(port, journal)
        apps: dict[str, subprocess.Popen[str]] = {}
        try:
            whole_s = chosen.up + down_s + chosen.after
            for name, bound in SPOOLS.items():
                spool = Path(folder) / name.replace(" ", "-")
                given = (f"http://127.0.0.1:{port}", name, spool, bound, chosen.rate, whole_s, INTERVAL_S)
                apps[name] = start_app(python, [str(one) for one in given])
            for app in apps.values():
                assert app.stdin is not None
                app.stdin.write("go\n")
                app.stdin.flush()
            time.sleep(chosen.up)
            receiver.kill()
            receiver.wait()
            time.sleep(down_s)
            receiver = start_receiver(port, journal)
            found: dict[str, Any] = {}
            for name, app in apps.items():
                assert app.stdout is not None
                found[name] = json.loads(app.stdout.readline())
                app.wait(60)
        finally:
            for process in (receiver, *apps.values()):
                process.kill()
                process.wait()
        spans, ledgers = read_journal(journal)
    rows: list[tuple[str, object, str]] = []
    for name, app in found.items():
        rows += rows_of(name, app, spans.get(name, Counter()), ledgers.get(name, {}), chosen.up, down_s)
    for app in found.values():
        for interval in app["intervals"]:
            interval["median_us"] = statistics.median(interval.pop("durations_us"))
    publish("outage", rows, {"options": vars(chosen), "apps": found, "ledgers": ledgers})
