"""Streams of real clients, measured: one whole, one given up, one of an async client. For test_streams.py."""

# The clients are not in the environment that is type-checked.
# pyright: reportMissingImports=false

import asyncio

import anthropic
import openai

import sonde


def whole(client: openai.OpenAI) -> str:
    stream = client.chat.completions.create(
        model="gpt-5-mini",
        messages=[{"role": "user", "content": "Count."}],
        stream=True,
        stream_options={"include_usage": True},
    )
    return "".join(chunk.choices[0].delta.content or "" for chunk in sonde.stream(stream) if chunk.choices)


def given_up(client: openai.OpenAI) -> None:
    with sonde.stream(
        client.chat.completions.create(
            model="gpt-5-nano", messages=[{"role": "user", "content": "Count."}], stream=True
        )
    ) as stream:
        next(stream)


async def of_an_async_client(client: anthropic.AsyncAnthropic) -> None:
    stream = await client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=100,
        messages=[{"role": "user", "content": "Count."}],
        stream=True,
    )
    async for _ in sonde.stream(stream):
        pass
    await client.close()


def main() -> None:
    sonde.init(service="streams", logs=True)
    with openai.OpenAI() as client, sonde.context(user="ada"):
        print(whole(client))
        given_up(client)
    asyncio.run(of_an_async_client(anthropic.AsyncAnthropic()))
    assert sonde.flush()


if __name__ == "__main__":
    main()
