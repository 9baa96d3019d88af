"""Spans per second, acknowledged (durable) and queryable, the load generator on the same cores.

    python -m bench ingest [--seconds 20] [--peer-python PATH/TO/python]

50-span requests of about 4.1 KB a span, two connections, closed loop. *Queryable* counts until the last
acknowledged span is found over SQL. With a peer's interpreter the same requests go to Phoenix, same run.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.phoenix import Phoenix
from bench.process import machine_cpu_s, run_load
from bench.report import publish, ratio
from bench.sonde_server import Sonde

PUBLISHED_PHOENIX_SPANS_PER_S = (112.0, 135.0)
"""Measured before on 2 shared vCPU (docs/performance.md); compared with only when no peer is installed."""


def measure_sonde(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Warm up, load, wait until all is queryable."""
    sonde = Sonde(folder / "sonde")
    try:
        time.sleep(2)
        idle_mb = sonde.server.sample() / 1e6
        common = ["--batch", str(options.batch), "--connections", str(options.connections)]
        common += ["--variant", options.variant]
        warm = run_load(sys.executable, [sonde.traces_url, *common, "--seconds", "3", "--run", "1"])
        before = int(str(warm["acked_spans"]))
        if sonde.wait_for_rows(before) is None:
            raise RuntimeError("the warm-up never became queryable")
        cpu, machine, began = sonde.server.cpu_s(), machine_cpu_s(), time.perf_counter()
        load = run_load(
            sys.executable, [sonde.traces_url, *common, "--seconds", str(options.seconds), "--run", "2"]
        )
        ended = time.perf_counter()
        acked = int(str(load["acked_spans"]))
        done = sonde.wait_for_rows(before + acked)
        used = sonde.server.cpu_s() - cpu
        others = machine_cpu_s() - machine - used - float(str(load["generator_cpu_s"]))
        found: dict[str, Any] = {
            "load": load,
            "acked_spans_per_s": load["acked_spans_per_s"],
            "queryable_spans_per_s": round(acked / (done - began), 1) if done else None,
            "drain_s": round(done - ended, 2) if done else None,
            "spans_per_cpu_s": round(acked / used, 1),
            "cores_used": round(used / ((done or time.perf_counter()) - began), 2),
            "cores_used_by_others": round(others / ((done or time.perf_counter()) - began), 2),
            "idle_mb": round(idle_mb),
            "peak_mb": round(sonde.server.peak_rss_bytes / 1e6),
            "rows": sonde.count(),
            "calls": sonde.count("calls"),
        }
        found["disk_bytes_per_span"] = round(sonde.quiet_bytes() / max(found["rows"], 1))
        return found
    finally:
        sonde.server.kill()


def measure_phoenix(folder: Path, python: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The same requests to Phoenix; fewer of them, because it stores some 130 spans a second."""
    phoenix = Phoenix(python, folder / "phoenix")
    try:
        time.sleep(2)
        idle_mb = phoenix.server.sample() / 1e6
        before = phoenix.database_bytes()
        cpu, began = phoenix.server.cpu_s(), time.perf_counter()
        arguments = [phoenix.traces_url, "--batch", str(options.batch), "--variant", options.variant]
        arguments += ["--connections", str(options.connections), "--spans", str(options.peer_spans)]
        load = run_load(sys.executable, arguments)
        rows, done = phoenix.wait_for_rows(int(str(load["acked_spans"])))
        return {
            "load": load,
            "rows": rows,
            "acked_spans_per_s": load["acked_spans_per_s"],
            "queryable_spans_per_s": round(rows / (done - began), 1),
            "spans_per_cpu_s": round(rows / (phoenix.server.cpu_s() - cpu), 1),
            "idle_mb": round(idle_mb),
            "peak_mb": round(phoenix.server.peak_rss_bytes / 1e6),
            "start_s": round(phoenix.server.start_s, 2),
            "disk_bytes_per_span": round((phoenix.database_bytes() - before) / max(rows, 1)),
        }
    finally:
        phoenix.server.kill()


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench ingest")
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--batch", type=int, default=50)
    options.add_argument("--connections", type=int, default=2)
    options.add_argument("--variant", default="content")
    options.add_argument("--peer-python", type=Path, help="interpreter with arize-phoenix (bench/peers.md)")
    options.add_argument("--peer-spans", type=int, default=3_000)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        ours = measure_sonde(Path(scratch), chosen)
        peer = measure_phoenix(Path(scratch), chosen.peer_python, chosen) if chosen.peer_python else None
    theirs = peer["queryable_spans_per_s"] if peer else PUBLISHED_PHOENIX_SPANS_PER_S[1]
    origin = "Phoenix, same run" if peer else "Phoenix as published: no peer installed"
    queryable = ours["queryable_spans_per_s"] or 0.0
    # Other programs on the cores disturb rates, but hardly what a span costs.
    per_cpu = ""
    if peer:
        per_cpu = (
            f"{ratio(ours['spans_per_cpu_s'], peer['spans_per_cpu_s'])} ({origin}: {peer['spans_per_cpu_s']})"
        )
    rows: list[tuple[str, object, str]] = [
        ("acknowledged spans/s", ours["acked_spans_per_s"], "every answer durable"),
        ("queryable spans/s", queryable, f"{ratio(queryable, theirs)} ({origin}: {theirs})"),
        ("ack p50 / p99 ms", f"{ours['load']['ack_p50_ms']} / {ours['load']['ack_p99_ms']}", ""),
        ("spans per CPU second", ours["spans_per_cpu_s"], per_cpu),
        (
            "RSS idle / peak MB",
            f"{ours['idle_mb']} / {ours['peak_mb']}",
            f"peer {peer['peak_mb']}" if peer else "",
        ),
        ("cores used, by others", f"{ours['cores_used']}, {ours['cores_used_by_others']}", ""),
        ("spans, calls stored", f"{ours['rows']:,}, {ours['calls']:,}", "4 calls of 5 spans"),
    ]
    publish("ingest", rows, {"sonde": ours, "phoenix": peer, "ratio": round(queryable / theirs, 1)})
