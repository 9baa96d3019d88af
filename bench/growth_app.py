"""The process of bench.growth. Run with the peers' Python.

python growth_app.py SINK_PORT CALLS EVERY

Prints a JSON object for every so many calls, and the ledger at the end.
"""

import gc
import importlib
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import sdk_one

import sonde

CLIENT_EVERY = 20
"""One call of so many goes through the instrumented client, which takes by far the most time; the others are
made with ``sonde.call``, with the same spans, logs and metrics."""
STREAM_EVERY = 1_000
"""One call of so many is a client's stream of 200 chunks."""


def client() -> Any:
    """An OpenAI client whose answers all have ids and texts of their own."""
    openai = importlib.import_module("openai")
    httpx = importlib.import_module("httpx2" if int(openai.__version__.split(".")[0]) >= 3 else "httpx")
    whole, stream = sdk_one.answer(), sdk_one.events()
    numbers = itertools.count()

    def handle(request: Any) -> Any:
        streamed = b'"stream":true' in request.content
        body = (stream if streamed else whole).replace(b"chatcmpl-bench", b"chatcmpl-%d" % next(numbers))
        kind = "text/event-stream" if streamed else "application/json"
        return httpx.Response(200, content=body, headers={"content-type": kind})

    return openai.OpenAI(api_key="sk-bench", http_client=httpx.Client(transport=httpx.MockTransport(handle)))


def main() -> None:
    """Call."""
    port, calls, every = map(int, sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        sonde.init(
            service="growth",
            url=f"http://127.0.0.1:{port}",
            spool_dir=Path(folder) / "spool",
            capture_content=True,
            metrics=True,
            logs=True,
            prometheus_port=0,
            quiet=True,
        )
        asked = client().chat.completions
        cpu = time.process_time()
        for number in range(1, calls + 1):
            text = [{"role": "user", "content": f"question {number} of mail{number}@example.com"}]
            with sonde.context(user=f"u{number}", session=f"s{number // 10}", endpoint="/bench"):
                if number % STREAM_EVERY == 0:
                    for _ in asked.create(model=sdk_one.MODEL, messages=text, stream=True):
                        pass
                elif number % CLIENT_EVERY == 0:
                    asked.create(model=sdk_one.MODEL, messages=text)
                else:
                    with sonde.call(sdk_one.MODEL, provider="openai", input=text) as call:
                        call.usage(input_tokens=9, output_tokens=3)
                        call.set(response_id=f"answer-{number}").answer("three short words")
            if number % every == 0:
                sonde.flush(60)
                gc.collect()
                now = time.process_time()
                point = {
                    "calls": number,
                    "rss_mb": round(sdk_one.rss_mb(), 2),
                    "threads": threading.active_count(),
                    "objects": len(gc.get_objects()),
                    "cpu_us": (now - cpu) / every * 1e6,
                }
                cpu = time.process_time()
                print(json.dumps(point), flush=True)
        sonde.flush(60)
        print(json.dumps({"ledger": sonde.ledger().get("traces", {})}), flush=True)
        sonde.shutdown(30)
    os._exit(0)


if __name__ == "__main__":
    main()
