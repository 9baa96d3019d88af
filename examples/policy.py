"""A policy around a client: retries, another model when the first is down, limits, a cost stop.

Needs: sonde, openai, opentelemetry-instrumentation-genai-openai.
Run: SONDE_URL=… OPENAI_API_KEY=… python examples/policy.py
"""

from openai import OpenAI

import sonde

sonde.init(service="example-policy", environment="example")

client = OpenAI(max_retries=0)  # the policy retries
sonde.watch_client(client)  # the provider's rate-limit headers and request ids, as attributes
protect = sonde.policy(
    retry=sonde.Retry(attempts=3, first_wait_s=0.05),
    fallback=["gpt-5-nano"],
    breaker=True,
    limits=[sonde.Limits(concurrency=20), sonde.CostStop(1.0, unknown_usd=0.01)],
)
ask = protect(client.chat.completions.create)

with sonde.context(session="session-policy"), sonde.span("ask", kind="workflow"):
    for question in ("What is the capital of France?", "What is the capital of Italy?"):
        answer = ask(model="gpt-5-mini", messages=[{"role": "user", "content": question}])
        print(answer.model.split("-20")[0], answer.choices[0].message.content)
