"""A response cache in a file: the second question is not paid again, also in the next run.

Needs: sonde, openai, opentelemetry-instrumentation-genai-openai.
Run: SONDE_URL=… OPENAI_API_KEY=… python examples/caching.py
"""

from openai import OpenAI

import sonde

sonde.init(service="example-caching", environment="example")

cache = sonde.ResponseCache(sonde.SqliteStore("answers.sqlite"), ttl_s=3_600)
ask = cache(OpenAI().chat.completions.create)

with sonde.context(session="session-caching"):
    for _ in range(3):
        question = [{"role": "user", "content": "What is the capital of France?"}]
        print(ask(model="gpt-5-mini", messages=question).choices[0].message.content)

print(cache.stats.hits, "from the cache,", cache.stats.misses, "asked")
cache.close()
