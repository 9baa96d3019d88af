"""LiteLLM: one interface to several providers, and a router that falls back when the first fails.

Needs: sonde, litellm, openinference-instrumentation-litellm.
Run: SONDE_URL=… OPENAI_API_KEY=… ANTHROPIC_API_KEY=… python examples/litellm_router.py
"""

import litellm

import sonde

sonde.init(service="example-litellm", environment="example")

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
FIRST, SECOND = "openai/gpt-5-mini", "anthropic/claude-sonnet-4-6"

router = litellm.Router(
    model_list=[
        {"model_name": "first", "litellm_params": {"model": FIRST}},
        {"model_name": "second", "litellm_params": {"model": SECOND}},
    ],
    fallbacks=[{"first": ["second"]}],
    num_retries=0,
)

with sonde.context(user="user-litellm", session="session-litellm"):
    for model in (FIRST, SECOND):
        print(litellm.completion(model=model, messages=QUESTION).choices[0].message.content)
    print(router.completion(model="first", messages=QUESTION, max_retries=0).choices[0].message.content)
