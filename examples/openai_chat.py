"""OpenAI: a chat, a stream, a tool call, the responses API and embeddings. One line switches telemetry on.

Needs: sonde, openai, opentelemetry-instrumentation-genai-openai.
Run: SONDE_URL=… OPENAI_API_KEY=… python examples/openai_chat.py
"""

from openai import OpenAI

import sonde

sonde.init(service="example-openai", environment="example")

client = OpenAI()
MODEL = "gpt-5-mini"
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}

with sonde.context(user="user-openai", session="session-openai", prompt="capitals", prompt_version="2"):
    question = [{"role": "user", "content": "What is the capital of France?"}]
    print(client.chat.completions.create(model=MODEL, messages=question).choices[0].message.content)

    stream = client.chat.completions.create(
        model=MODEL, messages=question, stream=True, stream_options={"include_usage": True}
    )
    print("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices))

    asked = [{"role": "user", "content": "What is the weather in Paris?"}]
    chosen = client.chat.completions.create(model=MODEL, messages=asked, tools=[TOOL]).choices[0].message
    print(chosen.tool_calls[0].function.name if chosen.tool_calls else chosen.content)

    print(client.responses.create(model=MODEL, input="What is the capital of Italy?").output_text)

    vectors = client.embeddings.create(model="text-embedding-3-small", input=["Paris", "Rome"])
    print(len(vectors.data), "vectors")
