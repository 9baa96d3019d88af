"""The demo's fourteen days of past: how long until they are in, and whether pages answer meanwhile.

python -m bench demo [--scale 1]
"""

import argparse
import statistics
import tempfile
import threading
import time
from pathlib import Path

from bench.report import publish, ratio
from bench.sonde_server import Sonde
from sonde.demo.generate import Generator
from sonde.demo.stream import backfill

LIMIT_S = 60.0


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench demo")
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--days", type=float, default=14)
    chosen = options.parse_args(arguments)
    page_ms: list[float] = []
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        sonde = Sonde(Path(scratch) / "sonde")
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.5):
                began = time.perf_counter()
                sonde.query(project="demo", measures=["calls", "error_rate", "cost_usd"], interval="auto")
                page_ms.append((time.perf_counter() - began) * 1_000)

        try:
            watcher = threading.Thread(target=look)
            watcher.start()
            began = time.perf_counter()
            sent = backfill(sonde.url, time.time_ns(), chosen.days, generator=Generator(scale=chosen.scale))
            acked = time.perf_counter() - began
            done = sonde.wait_for_rows(sent.spans)
            over.set()
            watcher.join()
            calls = sonde.count("calls")
        finally:
            over.set()
            sonde.server.kill()
    queryable = (done or float("inf")) - began
    publish(
        "demo",
        [
            ("spans, calls", f"{sent.spans:,}, {calls:,}", f"{chosen.days:g} days"),
            ("acknowledged after, s", f"{acked:.1f}", f"limit {LIMIT_S:.0f}: {ratio(LIMIT_S, acked)}"),
            ("queryable after, s", f"{queryable:.1f}", ""),
            ("overview meanwhile, ms (median)", f"{statistics.median(page_ms):.0f}", f"{len(page_ms)} asked"),
        ],
        {"spans": sent.spans, "calls": calls, "acked_s": acked, "queryable_s": queryable, "page_ms": page_ms},
    )
