"""A plain script that speaks HTTP itself: no provider's library, so the call is recorded by hand.

Needs: sonde. Run: SONDE_URL=… OPENAI_API_KEY=… python examples/script.py
"""

import os
import time

import httpx2

import sonde

sonde.init(service="example-script", environment="example")

BASE_URL = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
MODEL = "gpt-5-mini"


@sonde.observe(kind="tool")
def population(city: str) -> int:
    """A tool the script uses; `observe` makes it a span of the trace."""
    return {"Paris": 2_100_000}.get(city, 0)


def ask(question: str) -> str:
    """One model call: made by hand, recorded by hand."""
    request = {"model": MODEL, "messages": [{"role": "user", "content": question}]}
    headers = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    began = time.time()
    response = httpx2.post(f"{BASE_URL}/chat/completions", json=request, headers=headers, timeout=60)
    response.raise_for_status()
    answer = response.json()
    usage = answer["usage"]
    sonde.record_call(
        MODEL,
        provider="openai",
        start=began,
        input_tokens=usage["prompt_tokens"],
        output_tokens=usage["completion_tokens"],
        cached_input_tokens=usage["prompt_tokens_details"]["cached_tokens"],
        reasoning_tokens=usage["completion_tokens_details"]["reasoning_tokens"],
        response_id=answer["id"],
        response_model=answer["model"],
        request_id=response.headers.get("x-request-id"),
        finish_reason=answer["choices"][0]["finish_reason"],
    )
    return answer["choices"][0]["message"]["content"]


with (
    sonde.context(user="user-script", session="session-script", endpoint="population"),
    sonde.span("answer a question", kind="workflow"),
):
    print(ask("What is the capital of France?"))
    print(population("Paris"))
    sonde.score("helpful", 0.9)
