"""LiteLLM: one interface to several providers, with a fallback when the first fails.

Needs: sonde, litellm, openinference-instrumentation-litellm.
Run: SONDE_URL=… OPENAI_API_KEY=… ANTHROPIC_API_KEY=… python examples/litellm_router.py
"""

import litellm

import sonde

sonde.init(service="example-litellm", environment="example")

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]

with sonde.context(user="user-litellm", session="session-litellm"):
    for model in ("openai/gpt-5-mini", "anthropic/claude-sonnet-4-6"):
        print(litellm.completion(model=model, messages=QUESTION).choices[0].message.content)

    rescued = litellm.completion(
        model="openai/gpt-5-mini",
        messages=QUESTION,
        fallbacks=["anthropic/claude-sonnet-4-6"],
        num_retries=0,
    )
    print(rescued.choices[0].message.content)
