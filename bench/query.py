"""Query latency over millions of calls while new spans arrive.

    python -m bench query [--calls 1000000] [--rate 1000] [--reps 30] [--keep FOLDER]

Calls are spread over 14 days: some tens of thousands through the real door, the others copied from them
inside the engine (`bench.multiply`). Each query is asked with other values every time (another model, user,
trace, window), over HTTP, by one client. The peer's figures are from docs/performance.md: loading a million
spans into Phoenix takes two hours.
"""

import argparse
import http.client
import json
import random
import signal
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
ORIGINALS = 20_000
"""Calls that come in through the door; the rest are copies of them."""
LIMITS_MS = {"overview": 100, "group": 300, "trace": 30, "list": 100, "facets": 200}
PHOENIX_1M_MS = {"overview": 607.8, "list": 2439.1}
"""Phoenix at 1.0 M spans: latency percentiles of 7 days per hour; the list of spans (docs/performance.md)."""


def load_calls(sonde: Sonde, requests: int, step_ns: int) -> None:
    """Fill the store over the past days, oldest first."""
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


def loaded(folder: Path, calls: int) -> tuple[Sonde, int]:
    """A server on a folder with this many calls, and how many requests came in through the door."""
    sonde = Sonde(folder)
    copies = max(calls // ORIGINALS, 1)
    requests = calls // copies // CALLS
    if sonde.count("calls") >= calls:
        return sonde, requests
    step_ns = int(DAYS * 86_400e9 / requests)
    load_calls(sonde, requests, step_ns)
    sonde.server.kill(signal.SIGTERM)
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.multiply", str(folder), str(copies), str(step_ns)]
    subprocess.run(command, cwd=ROOT, check=True)
    print(f"copied {copies} times in {time.perf_counter() - began:.0f} s", flush=True)
    return Sonde(folder), requests


HEADLINE = [
    *("calls", "errors", "error_rate", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "ttft_p50_ms"),
    *("ttft_p95_ms", "input_tokens", "uncached_input_tokens", "cached_input_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens", "total_tokens", "cost_usd", "input_cost_usd", "output_cost_usd"),
    *(
        "prompt_cache_rate",
        "cache_hit_rate",
        "saved_usd",
        "unpriced_calls",
        "unpriced_rate",
        "users",
        "sessions",
    ),
]
PART = ["calls", "errors", "error_rate", "latency_p50_ms", "latency_p95_ms", "cost_usd", "unpriced_calls"]
"""What the overview page asks for: web/src/components/overview/questions.ts."""


class Client:
    """One keep-alive connection that times its questions."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get_ms(self, path: str, **parameters: str | int) -> tuple[float, dict[str, object]]:
        """GET and how long it took."""
        return self._ask("GET", f"/api/v1/{path}?{urlencode({'project': 'default', **parameters})}", None)

    def query_ms(self, **body: object) -> tuple[float, dict[str, object]]:
        """POST /query and how long it took."""
        return self._ask("POST", "/api/v1/query", json.dumps({"project": "default", **body}))

    def _ask(self, method: str, target: str, body: str | None) -> tuple[float, dict[str, object]]:
        began = time.perf_counter()
        self._connection.request(method, target, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        elapsed = (time.perf_counter() - began) * 1_000
        if response.status != 200:
            raise RuntimeError(f"{response.status} {answer[:300]!r} for {target}")
        found: dict[str, object] = json.loads(answer)
        return elapsed, found


def ago(**delta: float) -> str:
    """A time in the past as the API takes it."""
    return (datetime.now(UTC) - timedelta(**delta)).isoformat().replace("+00:00", "Z")


def questions(client: Client, rng: random.Random, requests: int) -> dict[str, Callable[[], float]]:
    """Named questions; each call asks with fresh values and returns milliseconds."""

    def asked(days: float, **body: object) -> Callable[[], float]:
        def ask() -> float:
            elapsed, found = client.query_ms(**{"from": ago(days=days, seconds=rng.random() * 50), **body})
            assert found["totals"]
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

    def facets() -> float:
        elapsed, counted = client.get_ms("calls/facets", **{"from": ago(days=1)}, filter=f"model:{model()}")
        assert counted
        return elapsed

    def model() -> str:
        return rng.choice(bodies.MODELS)

    found: dict[str, Callable[[], float]] = {}
    for name, days in (("24 h", 1), ("7 d", 7), ("14 d", 13.9)):
        whole = {"compare": True, "measures": HEADLINE}
        part = {"compare": True, "measures": PART, "order": {"measure": "cost_usd"}}
        found[f"overview {name}: figures and series"] = asked(days, **whole, interval="auto")
        found[f"overview {name}: models over time"] = asked(
            days, **part, dimensions=["provider", "model"], interval="auto"
        )
        found[f"overview {name}: services"] = asked(days, **part, dimensions=["service"])
        found[f"overview {name}: error types"] = asked(
            days,
            measures=["errors", "calls", "latency_p50_ms"],
            dimensions=["error_type"],
            filter="status:error",
        )
    return found | {
        "group by user 7 d": asked(
            7,
            measures=["calls", "cost_usd", "error_rate"],
            dimensions=["user"],
            order={"measure": "cost_usd"},
        ),
        "trace by id": trace,
        "list: newest": page(),
        "list: model and errors": page(filter=lambda: f"model:{model()} status:error"),
        "list: one user": page(filter=lambda: f"user:user-{rng.randrange(bodies.USERS):05d}"),
        "facets 24 h": facets,
    }


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench query")
    options.add_argument("--calls", type=int, default=1_000_000)
    options.add_argument("--rate", type=float, default=1_000, help="spans per second that arrive meanwhile")
    options.add_argument("--reps", type=int, default=30)
    options.add_argument("--keep", type=Path, help="data folder to keep, or to use when it is loaded already")
    chosen = options.parse_args(arguments)
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        sonde, requests = loaded(chosen.keep or Path(scratch) / "sonde", chosen.calls)
        live: subprocess.Popen[bytes] | None = None
        try:
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
        peer = PHOENIX_1M_MS.get(kind)
        compared = f"limit {LIMITS_MS[kind]} ms"
        if peer:
            compared += f"; Phoenix as published {peer} ms: {ratio(peer, found['median_ms'])}"
        rows.append((f"{name}, ms (median / p90 / max)", " / ".join(map(str, found.values())), compared))
    rows.append(("calls in the store at the end", calls, f"{chosen.rate:,.0f} spans/s arriving"))
    publish("query", rows, {"calls": calls, "rate": chosen.rate, "reps": chosen.reps, "queries": results})
