"""An app whose calls are protected. Run by test_telemetry.py; prints trace ids and what it saw as JSON."""

import json
import random
from collections.abc import Iterator
from typing import Any

import httpx2

import sonde
from sonde.testing import FakeUpstream

QUESTION = [{"role": "user", "content": "hi"}]


def run(upstream: FakeUpstream, http: httpx2.Client) -> dict[str, Any]:
    base = upstream.url("openai")

    def create(model: str, messages: list[dict[str, str]]) -> dict[str, Any]:
        with sonde.call(model, provider="openai", input=messages) as call:
            response = http.post(f"{base}/chat/completions", json={"model": model, "messages": messages})
            response.raise_for_status()
            call.answer(response.json())
            return response.json()

    def stream(model: str, messages: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
        asked = {
            "model": model,
            "messages": messages,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        with (
            sonde.call(model, provider="openai", input=messages) as call,
            http.stream("POST", f"{base}/chat/completions", json=asked) as response,
        ):
            response.raise_for_status()
            lines = (line[6:] for line in response.iter_lines() if line.startswith("data: {"))
            yield from call.stream(json.loads(line) for line in lines)

    breaker = sonde.Breaker(min_calls=4, open_s=60)
    together = sonde.policy(
        retry=sonde.Retry(2, first_wait_s=0.001, rng=random.Random(1)),
        fallback=["gpt-4o-mini"],
        breaker=breaker,
        limits=[sonde.Limits(concurrency=2), sonde.CostStop(100.0), sonde.LoopDetector(50)],
    )
    protected, protected_stream = together(create), together(stream)
    traces: dict[str, str] = {}

    def traced(name: str, work: Any) -> Any:
        with sonde.span(name) as span:
            traces[name] = span.trace_id
            return work()

    upstream.fail(429, retry_after_s=0)
    traced("retried", lambda: protected(model="gpt-4o", messages=QUESTION))
    upstream.fail(500, times=2)
    traced("fell back", lambda: protected(model="gpt-4o", messages=QUESTION))
    upstream.fail(503, times=2)
    chunks = traced("streamed", lambda: list(protected_stream(model="gpt-4o", messages=QUESTION)))
    upstream.fail(500, times=2)
    traced("opened", lambda: protected(model="gpt-4o", messages=QUESTION))
    traced("refused", lambda: protected(model="gpt-4o", messages=QUESTION))
    return {"traces": traces, "chunks": len(chunks), "state": str(breaker.state("gpt-4o"))}


def main() -> None:
    sonde.init(service="protected")
    with FakeUpstream() as upstream, httpx2.Client() as http:
        sonde.watch_client(http)
        saw = run(upstream, http)
    assert sonde.flush()
    sonde.shutdown()
    print(json.dumps(saw))


if __name__ == "__main__":
    main()
