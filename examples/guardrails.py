"""Guardrails: addresses are masked before they leave, keys stop the call, answers are checked as they stream.

Needs: sonde, openai, opentelemetry-instrumentation-genai-openai.
Run: SONDE_URL=… OPENAI_API_KEY=… python examples/guardrails.py
"""

from openai import OpenAI

import sonde
from sonde.resilience.guardrails import GuardrailBlocked, Guardrails, injection, pii, secrets

sonde.init(service="example-guardrails", environment="example")

guard = Guardrails(
    inputs=[secrets(action="block"), pii(action="redact"), injection(action="flag")],
    outputs=[pii(action="redact")],
)
ask = guard(OpenAI().chat.completions.create)
MODEL = "gpt-5-mini"


def question(text: str) -> list[dict[str, str]]:
    """One message."""
    return [{"role": "user", "content": text}]


with sonde.context(session="session-guardrails"), sonde.span("ask", kind="workflow"):
    print(ask(model=MODEL, messages=question("Write to ada@example.com.")).choices[0].message.content)

    stream = ask(model=MODEL, messages=question("Whom should I write to?"), stream=True)
    print("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices))

    try:
        ask(
            model=MODEL, messages=question("My key is ghp_16C7e42F292c6912E7710c838347Ae178B4a, is it valid?")
        )
    except GuardrailBlocked as blocked:
        print("blocked:", blocked)
