"""Query latency over a million calls while new spans arrive.

    python -m bench query [--calls 1000000] [--rate 1000] [--reps 30] [--keep FOLDER]

Calls are spread over 14 days. Each query is asked with other values every time (another model, user, trace,
window), over HTTP, by one client. The peer's figures are from docs/performance.md: loading a million spans
into Phoenix takes two hours.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench import bodies
from bench.process import run_load
from bench.report import publish, ratio
from bench.sonde_server import ROOT, Sonde

DAYS = 14
BATCH = 50
CALLS = BATCH // bodies.SPANS_PER_TRACE * bodies.CALLS_PER_TRACE
LOAD_RUN = 3
LIMITS_MS = {"overview": 100, "trace": 30, "list": 100}
PHOENIX_1M_MS = {"overview": 607.8, "trace": None, "list": 2439.1}
"""Phoenix at 1.0 M spans: latency percentiles of 7 days per hour; the list of spans (docs/performance.md)."""


def load_calls(sonde: Sonde, calls: int) -> None:
    """Fill the store with `calls` calls over the past days, oldest first."""
    requests = calls // CALLS
    step_ns = int(DAYS * 86_400e9 / requests)
    arguments = [
        sonde.traces_url,
        "--batch",
        str(BATCH),
        "--connections",
        "2",
        "--spans",
        str(requests * BATCH),
    ]
    arguments += ["--variant", "bare", "--run", str(LOAD_RUN), "--step-ns", str(step_ns)]
    arguments += ["--start-ns", str(time.time_ns() - int(DAYS * 86_400e9))]
    load = run_load(sys.executable, arguments)
    if sonde.wait_for_rows(int(str(load["acked_spans"]))) is None:
        raise RuntimeError("the load never became queryable")
    print(f"loaded {load['acked_spans']:,} spans at {load['acked_spans_per_s']:,} spans/s", flush=True)


class Client:
    """One keep-alive connection that times its questions."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get_ms(self, path: str, **parameters: str | int) -> tuple[float, dict[str, object]]:
        """GET and how long it took."""
        target = f"/api/v1/{path}?{urlencode({'project': 'default', **parameters})}"
        began = time.perf_counter()
        self._connection.request("GET", target)
        response = self._connection.getresponse()
        body = response.read()
        elapsed = (time.perf_counter() - began) * 1_000
        if response.status != 200:
            raise RuntimeError(f"{response.status} {body[:300]!r} for {target}")
        found: dict[str, object] = json.loads(body)
        return elapsed, found


def ago(**delta: float) -> str:
    """A time in the past as the API takes it."""
    return (datetime.now(UTC) - timedelta(**delta)).isoformat().replace("+00:00", "Z")


def questions(client: Client, rng: random.Random, requests: int) -> dict[str, Callable[[], float]]:
    """Named questions; each call asks with fresh values and returns milliseconds."""

    def overview(days: float) -> Callable[[], float]:
        def ask() -> float:
            elapsed, found = client.get_ms("overview", **{"from": ago(days=days, seconds=rng.random() * 50)})
            assert found
            return elapsed

        return ask

    def trace() -> float:
        wanted = bodies.trace_id(LOAD_RUN, rng.randrange(requests), 5 * rng.randrange(10)).hex()
        elapsed, found = client.get_ms(f"traces/{wanted}")
        assert wanted in json.dumps(found)
        return elapsed

    def page(**filters: Callable[[], str]) -> Callable[[], float]:
        def ask() -> float:
            values = {name: value() for name, value in filters.items()}
            elapsed, found = client.get_ms("calls", limit=50, **{"from": ago(days=DAYS - 0.5)}, **values)
            assert "items" in found
            return elapsed

        return ask

    def model() -> str:
        return rng.choice(bodies.MODELS)

    return {
        "overview 24 h": overview(1),
        "overview 7 d": overview(7),
        "overview 14 d": overview(13.9),
        "trace by id": trace,
        "list: newest": page(),
        "list: model and errors": page(model=model, status=lambda: "error"),
        "list: one user": page(user=lambda: f"user-{rng.randrange(bodies.USERS):05d}"),
    }


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench query")
    options.add_argument("--calls", type=int, default=1_000_000)
    options.add_argument("--rate", type=float, default=1_000, help="spans per second that arrive meanwhile")
    options.add_argument("--reps", type=int, default=30)
    options.add_argument("--keep", type=Path, help="data folder to keep, or to use when it is loaded already")
    chosen = options.parse_args(arguments)
    requests = chosen.calls // CALLS
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        sonde = Sonde(chosen.keep or Path(scratch) / "sonde")
        live: subprocess.Popen[bytes] | None = None
        try:
            if sonde.count("calls") < chosen.calls:
                load_calls(sonde, chosen.calls)
            sonde.quiet_bytes()
            if chosen.rate:
                # 20 requests a second whose spans begin now, so times march on as in life.
                command = [sys.executable, "-m", "bench.load", sonde.traces_url, "--variant", "bare"]
                command += ["--rate", str(chosen.rate), "--seconds", "3600"]
                command += [
                    "--start-ns",
                    str(time.time_ns()),
                    "--step-ns",
                    str(int(BATCH / chosen.rate * 1e9)),
                ]
                live = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
                time.sleep(5)
            client, rng = Client(sonde.port), random.Random("query")
            for name, ask in questions(client, rng, requests).items():
                for _ in range(3):
                    ask()
                times = sorted(ask() for _ in range(chosen.reps))
                results[name] = {
                    "median_ms": round(statistics.median(times), 1),
                    "p90_ms": round(times[int(len(times) * 0.9)], 1),
                    "max_ms": round(times[-1], 1),
                }
            calls = sonde.count("calls")
        finally:
            if live:
                live.terminate()
                live.wait()
            sonde.server.kill()
    rows: list[tuple[str, object, str]] = []
    for name, found in results.items():
        kind = name.split()[0].strip(":")
        peer = PHOENIX_1M_MS[kind]
        compared = f"limit {LIMITS_MS[kind]} ms"
        if peer:
            compared += f"; Phoenix as published {peer} ms: {ratio(peer, found['median_ms'])}"
        rows.append((f"{name}, ms (median / p90 / max)", " / ".join(map(str, found.values())), compared))
    rows.append(("calls in the store at the end", calls, f"{chosen.rate:,.0f} spans/s arriving"))
    publish("query", rows, {"calls": calls, "rate": chosen.rate, "reps": chosen.reps, "queries": results})
