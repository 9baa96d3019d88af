"""One process of bench.sdk: a client with one way of observing it, measured from inside.

python sdk_one.py MODE CALLS STREAMS SINK_PORT

The client answers from memory, so that the client and what observes it is measured. Prints one JSON object.
"""

import gc
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHUNKS = 200
WARM_UP = 100
MESSAGES = [
    {"role": "system", "content": "You are a helpful assistant. " * 17},
    {"role": "user", "content": "please summarise this text now " * 48},
]
MODEL = "gpt-4o-mini"
USAGE = {
    "prompt_tokens": 400,
    "completion_tokens": 200,
    "total_tokens": 600,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}
Flush = Callable[[], object]
Call = Callable[[], Any]


def rss_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def answer() -> bytes:
    """A chat completion."""
    message = {"role": "assistant", "content": "word " * 200, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    head = {"id": "chatcmpl-bench", "object": "chat.completion", "created": 1_760_000_000}
    return json.dumps(
        {**head, "model": "gpt-4o-mini-2024-07-18", "choices": [choice], "usage": USAGE}
    ).encode()


def events() -> bytes:
    """The same as a stream of `CHUNKS` words."""
    head = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_760_000_000}
    head["model"] = "gpt-4o-mini-2024-07-18"
    deltas = [({"content": "word "}, None)] * (CHUNKS - 1) + [({}, "stop")]
    chunks: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        for delta, finish in deltas
    ]
    chunks.append({**head, "choices": [], "usage": USAGE})
    return (
        b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
    )


def provider(by: str = "", *, is_global: bool = True) -> Flush:
    """The plain OpenTelemetry SDK with a batch exporter; with ``by``, one instrumentation on it."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    made = TracerProvider()
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    if is_global:
        trace.set_tracer_provider(made)
    if by:
        instrumentor = importlib.import_module(by).OpenAIInstrumentor
        instrumentor().instrument(tracer_provider=made)
    return made.force_flush


def switch_on(mode: str, endpoint: str) -> Flush:
    """Begin to observe; returns what sends all that waits."""
    if mode == "base":
        return lambda: None
    if mode == "manual":
        return provider()
    if mode in ("otel", "otel_content"):
        content = "span_only" if mode == "otel_content" else "no_content"
        os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = content
        os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
        return provider(by="opentelemetry.instrumentation.genai.openai")
    if mode == "openllmetry":
        return provider(by="opentelemetry.instrumentation.openai")
    if mode == "openinference":
        return provider(by="openinference.instrumentation.openai")
    if mode in ("sonde", "sonde_content"):
        import sonde

        sonde.init(service="bench", url=endpoint, capture_content=mode == "sonde_content", quiet=True)
        return sonde.flush
    if mode == "logfire":
        logfire = importlib.import_module("logfire")
        logfire.configure(send_to_logfire=False, console=False, inspect_arguments=False)
        return logfire.force_flush
    if mode == "langfuse":
        return importlib.import_module("langfuse").get_client().flush
    if mode == "openlit":
        importlib.import_module("openlit").init(otlp_endpoint=endpoint)
        from opentelemetry import trace

        return getattr(trace.get_tracer_provider(), "force_flush")  # noqa: B009  (the API class has none)
    raise SystemExit(f"unknown mode {mode}")


def client_for(mode: str) -> Any:
    """An OpenAI client that answers from memory."""
    openai = importlib.import_module("openai")
    httpx = importlib.import_module("httpx2" if int(openai.__version__.split(".")[0]) >= 3 else "httpx")
    whole, stream = answer(), events()

    def handle(request: Any) -> Any:
        streamed = b'"stream":true' in request.content
        kind = "text/event-stream" if streamed else "application/json"
        headers = {"content-type": kind, "x-request-id": "req_bench"}
        return httpx.Response(200, content=stream if streamed else whole, headers=headers)

    kind = importlib.import_module("langfuse.openai").OpenAI if mode == "langfuse" else openai.OpenAI
    client = kind(api_key="sk-bench", http_client=httpx.Client(transport=httpx.MockTransport(handle)))
    if mode == "logfire":
        importlib.import_module("logfire").instrument_openai(client)
    return client


def by_hand(call: Call) -> Call:
    """A call inside a span made by hand, with content: what one could do without any instrumentation."""
    from opentelemetry import trace

    tracer = trace.get_tracer("bench")

    def observed() -> Any:
        with tracer.start_as_current_span(f"chat {MODEL}") as span:
            found = call()
            span.set_attributes({
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": MODEL,
                "gen_ai.response.model": found.model,
                "gen_ai.response.id": found.id,
                "gen_ai.usage.input_tokens": found.usage.prompt_tokens,
                "gen_ai.usage.output_tokens": found.usage.completion_tokens,
                "gen_ai.response.finish_reasons": [found.choices[0].finish_reason],
                "gen_ai.input.messages": json.dumps(MESSAGES),
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "content": found.choices[0].message.content}]
                ),
            })  # fmt: skip
            return found

    return observed


def timed(call: Call, count: int) -> list[float]:
    """Durations in µs, in ascending order."""
    clock, found = time.perf_counter, list[float]()
    for _ in range(count):
        began = clock()
        call()
        found.append((clock() - began) * 1e6)
    return sorted(found)


def main() -> None:
    """Measure."""
    mode, calls, streams, port = sys.argv[1], *map(int, sys.argv[2:5])
    endpoint = f"http://127.0.0.1:{port}"
    os.environ |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_SERVICE_NAME": "bench",
        "LANGFUSE_BASE_URL": endpoint,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-bench",
        "LANGFUSE_SECRET_KEY": "sk-lf-bench",
        "TRACELOOP_TELEMETRY": "false",
    }
    importlib.import_module("openai.resources.chat.completions")
    flush = switch_on(mode, endpoint)
    client = client_for(mode)
    start_cpu_ms = time.process_time() * 1e3

    def plain() -> Any:
        return client.chat.completions.create(
            model=MODEL, messages=MESSAGES, temperature=0.7, max_tokens=1_024
        )

    def streamed() -> None:
        options = {"include_usage": True}
        for _ in client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True, stream_options=options
        ):
            pass

    call = by_hand(plain) if mode == "manual" else plain
    timed(call, WARM_UP)
    timed(streamed, 3)
    flush()
    gc.collect()
    warm_mb, threads = rss_mb(), threading.active_count()
    cpu, own = time.process_time(), time.thread_time()
    durations = timed(call, calls)
    own_us = (time.thread_time() - own) / calls * 1e6
    flush()
    cpu_us = (time.process_time() - cpu) / calls * 1e6
    own = time.thread_time()
    whole_streams = timed(streamed, streams)
    own_chunk_us = (time.thread_time() - own) / streams / CHUNKS * 1e6
    flush()
    gc.collect()
    found = {
        "mode": mode,
        "openai": importlib.import_module("openai").__version__,
        "call_us": durations[calls // 2],
        "call_p99_us": durations[calls * 99 // 100],
        "call_thread_us": own_us,
        "process_us": cpu_us,
        "chunk_us": whole_streams[streams // 2] / CHUNKS,
        "chunk_thread_us": own_chunk_us,
        "start_cpu_ms": start_cpu_ms,
        "memory_mb": warm_mb,
        "growth_mb": rss_mb() - warm_mb,
        "thread_growth": threading.active_count() - threads,
        "threads": threads,
    }
    print(json.dumps(found), flush=True)
    # Some peers try for long to reach their makers when they end.
    os._exit(0)


if __name__ == "__main__":
    main()
