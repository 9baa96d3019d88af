"""Bare OpenTelemetry and Sonde in one process, call by call in turn: what other programs do hits both alike.

python sdk_pair.py MODE CALLS STREAMS SINK_PORT

MODE is no_content or span_only. Run with the peers' Python. Prints one JSON object: medians in µs of the
time and of the CPU of the app's thread, for a call and for a chunk, without observation and with each.
"""

import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import sdk_one

FLUSH_EVERY = 100
"""Rounds between two flushes, which are not measured."""
WARM_UP = 100
Arms = dict[str, tuple[Any, Callable[[], object]]]


def arms(mode: str, endpoint: str) -> Arms:
    """Name → the client's method with one way of observing it, and what sends all that waits."""
    owner = importlib.import_module("openai.resources.chat.completions").Completions
    found: Arms = {"base": (vars(owner)["create"], lambda: None)}
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = mode
    instrumentation = importlib.import_module("opentelemetry.instrumentation.genai.openai")
    # Not the global one, to which Sonde would be added.
    flush = sdk_one.provider(by=instrumentation.__name__, is_global=False)
    found["otel"] = vars(owner)["create"], flush
    instrumentation.OpenAIInstrumentor().uninstrument()
    import sonde

    sonde.init(service="bench", url=endpoint, capture_content=mode != "no_content", quiet=True)
    found["sonde"] = vars(owner)["create"], sonde.flush
    return found


def in_turn(call: sdk_one.Call, owner: Any, among: Arms, rounds: int) -> dict[str, dict[str, float]]:
    """Arm → medians of ``wall_us`` and ``thread_us``."""
    names = list(among)
    wall: dict[str, list[int]] = {name: [] for name in names}
    thread: dict[str, list[int]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            owner.create = among[name][0]
            began, own = time.perf_counter_ns(), time.thread_time_ns()
            call()
            own, took = time.thread_time_ns() - own, time.perf_counter_ns() - began
            wall[name].append(took)
            thread[name].append(own)
        if number % FLUSH_EVERY == FLUSH_EVERY - 1:
            for _, flush in among.values():
                flush()
    return {
        name: {
            "wall_us": statistics.median(wall[name]) / 1e3,
            "thread_us": statistics.median(thread[name]) / 1e3,
        }
        for name in names
    }


def main() -> None:
    """Measure."""
    mode, calls, streams, port = sys.argv[1], *map(int, sys.argv[2:5])
    endpoint = f"http://127.0.0.1:{port}"
    os.environ |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SERVICE_NAME": "bench"}
    among = arms(mode, endpoint)
    owner = importlib.import_module("openai.resources.chat.completions").Completions
    completions = sdk_one.client_for("base").chat.completions
    asked: dict[str, Any] = {"model": sdk_one.MODEL, "messages": sdk_one.MESSAGES, "temperature": 0.7}

    def plain() -> None:
        completions.create(**asked)

    def streamed() -> None:
        for _ in completions.create(**asked, stream=True, stream_options={"include_usage": True}):
            pass

    in_turn(plain, owner, among, WARM_UP)
    whole = in_turn(plain, owner, among, calls)
    in_turn(streamed, owner, among, 3)
    chunks = {
        name: {what: value / sdk_one.CHUNKS for what, value in found.items()}
        for name, found in in_turn(streamed, owner, among, streams).items()
    }
    print(json.dumps({"call": whole, "chunk": chunks}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
