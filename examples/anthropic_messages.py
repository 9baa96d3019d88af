"""Anthropic: a message with prompt caching, a stream with thinking, an error.

Needs: sonde, anthropic, opentelemetry-instrumentation-genai-anthropic.
Run: SONDE_URL=… ANTHROPIC_API_KEY=… python examples/anthropic_messages.py
"""

import anthropic

import sonde

sonde.init(service="example-anthropic", environment="example")

client = anthropic.Anthropic(max_retries=0)
MODEL = "claude-sonnet-4-6"
GUIDE = [{"type": "text", "text": "You know all capitals. " * 300, "cache_control": {"type": "ephemeral"}}]
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]

with sonde.context(user="user-anthropic", session="session-anthropic", endpoint="capitals"):
    answer = client.messages.create(model=MODEL, max_tokens=1_000, system=GUIDE, messages=QUESTION)
    print(answer.content[0].text)

    thinking = {"type": "enabled", "budget_tokens": 1_024}
    with client.messages.stream(
        model=MODEL, max_tokens=2_000, thinking=thinking, messages=QUESTION
    ) as stream:
        print("".join(stream.text_stream))

    try:
        client.messages.create(model=MODEL, max_tokens=1_000, messages=QUESTION)
    except anthropic.APIStatusError as error:
        print("failed with", error.status_code)
