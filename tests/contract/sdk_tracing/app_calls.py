"""An app that uses the SDK by hand. Run by test_columns.py; prints the ids of what it made as JSON."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import sonde
from sonde.resilience import events


def chunks() -> Iterator[dict[str, Any]]:
    """OpenAI's shape: reasoning, a pause, text, then usage."""
    yield {"id": "chatcmpl-1", "model": "gpt-4o-2024-08-06", "choices": [{"delta": {"role": "assistant"}}]}
    yield {"choices": [{"delta": {"reasoning_content": "let me see"}}]}
    time.sleep(0.03)
    yield {"choices": [{"delta": {"content": "Hel"}}]}
    yield {"choices": [{"delta": {"content": "lo"}}]}
    yield {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    yield {
        "id": "chatcmpl-1",
        "choices": [],
        "usage": {
            "prompt_tokens": 1117,
            "prompt_tokens_details": {"cached_tokens": 1024},
            "completion_tokens": 211,
            "completion_tokens_details": {"reasoning_tokens": 128},
        },
    }


@sonde.observe(kind="tool")
def look_up(city: str) -> str:
    return f"{city}: 21 °C"


@sonde.observe(kind="agent")
def answer(question: str) -> dict[str, Any]:
    look_up("Paris")
    with sonde.call("gpt-4o", provider="openai", input=[{"role": "user", "content": question}]) as call:
        text = "".join(
            chunk["choices"][0]["delta"].get("content", "")
            for chunk in call.stream(chunks())
            if chunk["choices"]
        )
        events.emit("sonde.retry", {"sonde.attempt": 2})
        events.annotate({"sonde.attempt": 2, "sonde.fallback.from": "gpt-5"})
    sonde.score("helpful", 0.9, comment="right", trace_id=call.trace_id, span_id=call.span_id)
    assert text == "Hello"
    return {"trace_id": call.trace_id, "span_id": call.span_id}


async def given_up() -> dict[str, Any]:
    async def words() -> AsyncIterator[str]:
        yield "one"
        yield "two"

    async with sonde.call("claude-sonnet-4-5", provider="anthropic", input="count") as call:
        stream = call.stream(words())
        async for _ in stream:
            break
        await stream.aclose()
    return {"trace_id": call.trace_id, "span_id": call.span_id}


def main() -> None:
    sonde.init(service="by-hand", environment="test", release="1.2.3")
    made: dict[str, Any] = {}
    with sonde.context(
        user="ada", session="s-1", prompt="greeting", prompt_version=7, endpoint="/chat", tags=["beta", "a,b"]
    ):
        made["streamed"] = answer("What is it like in Paris?")
        made["estimated"] = _ids(
            sonde.record_call(
                "gpt-4o", provider="openai", input="hello world", output="hi", duration_ms=250, ttft_ms=80
            )
        )
    made["given_up"] = asyncio.run(given_up())
    made["billed"] = _ids(
        sonde.record_call(
            "some/model",
            provider="openrouter",
            input_tokens=2653,
            cached_input_tokens=2048,
            cache_write_tokens=512,
            output_tokens=145,
            cost_usd=0.0123,
            service_tier="flex",
            finish_reason="max_tokens",
            response_id="gen-1",
            duration_ms=1_000,
            attributes={"team": "search"},
        )
    )
    made["failed"] = _ids(
        sonde.record_call(
            "gpt-4o", provider="openai", error="RateLimitError: slow down", duration_ms=10, attempt=3
        )
    )
    made["embedded"] = _ids(
        sonde.record_call(
            "text-embedding-3-small",
            provider="openai",
            operation="embeddings",
            input=["a b", "c"],
            cache_hit=True,
        )
    )
    assert sonde.flush()
    print(json.dumps(made))


def _ids(recorded: Any) -> dict[str, Any]:
    return {"trace_id": recorded.trace_id, "span_id": recorded.span_id}


if __name__ == "__main__":
    main()
