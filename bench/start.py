"""From start to ready, and what an idle server costs.

python -m bench start [--rounds 5] [--idle-s 30] [--peer-python PATH/TO/python]
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench.phoenix import Phoenix
from bench.process import machine_cpu_s
from bench.report import publish, ratio
from bench.sonde_server import Sonde

PUBLISHED_PHOENIX_START_S = 15.4


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench start")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--idle-s", type=float, default=30)
    options.add_argument("--peer-python", type=Path, help="interpreter with arize-phoenix (bench/peers.md)")
    chosen = options.parse_args(arguments)
    fresh: list[float] = []
    again: list[float] = []
    cpu_spent: list[float] = []
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        folder = Path(scratch)
        for number in range(chosen.rounds):
            for times in (fresh, again):
                sonde = Sonde(folder / f"sonde-{number}")
                times.append(sonde.server.start_s)
                cpu_spent.append(sonde.server.start_cpu_s)
                sonde.server.kill()
        sonde = Sonde(folder / "sonde-0")
        try:
            time.sleep(5)
            cpu, machine, began = sonde.server.cpu_s(), machine_cpu_s(), time.perf_counter()
            time.sleep(chosen.idle_s)
            seconds = time.perf_counter() - began
            idle = (sonde.server.cpu_s() - cpu) / seconds
            others = (machine_cpu_s() - machine) / seconds - idle
            memory = sonde.server.sample() / 1e6
        finally:
            sonde.server.kill()
        theirs, peer_mb, peer_cpu = PUBLISHED_PHOENIX_START_S, None, ""
        if chosen.peer_python:
            phoenix = Phoenix(chosen.peer_python, folder / "phoenix")
            theirs, peer_mb = phoenix.server.start_s, phoenix.server.sample() / 1e6
            peer_cpu = f"peer {phoenix.server.start_cpu_s:.1f}"
            phoenix.server.kill()
    origin = "Phoenix, same run" if chosen.peer_python else "Phoenix as published: no peer installed"
    first, second = statistics.median(fresh), statistics.median(again)
    publish(
        "start",
        [
            (
                "start to ready, new folder, s",
                f"{first:.2f}",
                f"{ratio(theirs, first)} ({origin}: {theirs:.1f})",
            ),
            ("start to ready, used folder, s", f"{second:.2f}", f"{ratio(theirs, second)}"),
            ("start to ready, CPU seconds", f"{statistics.median(cpu_spent):.2f}", peer_cpu),
            ("idle RSS, MB", round(memory), f"peer {peer_mb:.0f}" if peer_mb else "limit 450"),
            ("idle CPU, % of a core", f"{idle * 100:.2f}", f"limit 1; others used {others * 100:.0f} %"),
        ],
        {"fresh_s": fresh, "again_s": again, "idle_mb": memory, "idle_cpu": idle, "phoenix_start_s": theirs},
    )
