"""One app of bench.outage: calls at a steady rate, each timed. Run with the peers' Python.

python outage_app.py URL SERVICE SPOOL_DIR SPOOL_BYTES_MAX RATE SECONDS INTERVAL

Prints one JSON object: for each interval of the run the durations of its calls in µs, memory, threads and
files in the spool; then the ledger.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import sdk_one

import sonde


def main() -> None:
    """Call."""
    url, service, spool, bound, rate, seconds, interval = sys.argv[1:8]
    sonde.init(
        service=service,
        url=url,
        spool_dir=spool,
        spool_bytes_max=int(bound),
        capture_content=True,
        quiet=True,
    )
    client = sdk_one.client_for("sonde")

    def call() -> None:
        client.chat.completions.create(model=sdk_one.MODEL, messages=sdk_one.MESSAGES, temperature=0.7)

    sdk_one.timed(call, sdk_one.WARM_UP)
    print("ready", flush=True)
    sys.stdin.readline()
    began, pause_s = time.monotonic(), 1 / float(rate)
    intervals: list[dict[str, object]] = []
    durations: list[float] = []
    made = 0
    while time.monotonic() - began < float(seconds):
        durations += sdk_one.timed(call, 1)
        made += 1
        if made % int(float(rate) * float(interval)) == 0:
            sizes = [entry.stat().st_size for entry in Path(spool).rglob("*.otlp.gz") if entry.exists()]
            intervals.append(
                {
                    "second": time.monotonic() - began,
                    "durations_us": durations,
                    "rss_mb": sdk_one.rss_mb(),
                    "threads": threading.active_count(),
                    "spool_bytes": sum(sizes),
                }
            )
            durations = []
        time.sleep(max(0.0, began + made * pause_s - time.monotonic()))
    flushed = sonde.flush(120)
    found = {
        "made": made + sdk_one.WARM_UP,
        "intervals": intervals,
        "flushed": flushed,
        "ledger": sonde.ledger().get("traces", {}),
    }
    print(json.dumps(found), flush=True)
    sonde.shutdown(30)
    os._exit(0)


if __name__ == "__main__":
    main()
