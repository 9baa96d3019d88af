"""Caches and guardrails around the providers' own clients; test_policies.py runs it where those are."""

# The clients are not in the environment that is type-checked.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from google import genai

from sonde.resilience.caching import ResponseCache, SqliteStore
from sonde.resilience.guardrails import Guardrails, pii
from sonde.testing import FakeUpstream

QUESTION = [{"role": "user", "content": "Where is Paris?"}]
ANSWER = "Write to ann@example.com or call +49 30 1234567, and then there is more text to come."
CLEAN = "Write to [email] or call [phone], and then there is more text to come."

Clients = dict[str, tuple[Callable[..., Any], dict[str, Any], Callable[[Any], str]]]


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as running:
        yield running


@pytest.fixture
def clients(upstream: FakeUpstream) -> Iterator[Clients]:
    """Name → function, request, and how to read the text of an answer or of one chunk."""
    with (
        openai.OpenAI(base_url=upstream.url("openai"), api_key="k") as o,
        anthropic.Anthropic(base_url=upstream.url("anthropic"), api_key="k") as a,
    ):
        g = genai.Client(api_key="k", http_options={"base_url": upstream.url("gemini")})
        chat: dict[str, Any] = {"model": "gpt-4o-mini", "messages": QUESTION}
        claude: dict[str, Any] = {"model": "claude-haiku-4-5", "max_tokens": 99, "messages": QUESTION}
        gemini: dict[str, Any] = {"model": "gemini-2.5-flash", "contents": "Where is Paris?"}
        yield {
            "chat": (o.chat.completions.create, chat, lambda r: r.choices[0].message.content),
            "chat stream": (
                o.chat.completions.create,
                {**chat, "stream": True},
                lambda c: (c.choices[0].delta.content or "") if c.choices else "",
            ),
            "responses": (
                o.responses.create, {"model": "gpt-4o-mini", "input": "Where?"}, lambda r: r.output_text,
            ),
            "responses stream": (
                o.responses.create,
                {"model": "gpt-4o-mini", "input": "Where?", "stream": True},
                lambda c: c.delta if c.type == "response.output_text.delta" else "",
            ),
            "messages": (a.messages.create, claude, lambda r: r.content[0].text),
            "messages stream": (
                a.messages.create,
                {**claude, "stream": True},
                lambda c: getattr(c.delta, "text", "") if c.type == "content_block_delta" else "",
            ),
            "gemini": (g.models.generate_content, gemini, lambda r: r.text),
            "gemini stream": (g.models.generate_content_stream, gemini, lambda c: c.text or ""),
        }  # fmt: skip


KINDS = ["chat", "responses", "messages", "gemini"]


@pytest.mark.parametrize("kind", [*KINDS, *(f"{kind} stream" for kind in KINDS)])
def test_answers_of_clients_are_cached(
    kind: str, clients: Clients, upstream: FakeUpstream, tmp_path: Path
) -> None:
    function, request, text = clients[kind]
    cache = ResponseCache(SqliteStore(tmp_path / "cache.sqlite"))
    cached = cache(function)
    for _ in range(2):
        upstream.answer(ANSWER)
    streamed = kind.endswith("stream")
    first = list(cached(**request)) if streamed else cached(**request)
    second = list(cached(**request)) if streamed else cached(**request)
    if streamed:
        assert "".join(text(chunk) for chunk in second) == ANSWER
        assert [type(chunk) for chunk in second] == [type(chunk) for chunk in first]
    else:
        assert type(second) is type(first)
        assert text(second) == ANSWER
    assert second == first
    assert cache.stats.hits == cache.stats.stored == 1, cache.stats
    cache.close()


@pytest.mark.parametrize("kind", [*KINDS, *(f"{kind} stream" for kind in KINDS)])
def test_answers_of_clients_are_redacted(kind: str, clients: Clients, upstream: FakeUpstream) -> None:
    function, request, text = clients[kind]
    upstream.answer(ANSWER)
    answer = Guardrails(inputs=[pii()], outputs=[pii()])(function)(**request)
    if kind.endswith("stream"):
        assert "".join(text(chunk) for chunk in answer) == CLEAN
    else:
        assert text(answer) == CLEAN


def test_asynchronous_clients(upstream: FakeUpstream) -> None:
    cache = ResponseCache()

    async def main() -> list[Any]:
        async with openai.AsyncOpenAI(base_url=upstream.url("openai"), api_key="k") as client:
            create = cache(client.chat.completions.create)
            asked = [create(model="gpt-4o-mini", messages=QUESTION) for _ in range(4)]
            answers = await asyncio.gather(*asked)
            for _ in range(2):
                stream = await create(model="gpt-4o-mini", messages=QUESTION, stream=True)
                answers.append([chunk async for chunk in stream])
            return answers

    answers = asyncio.run(main())
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[4] == answers[5]
    assert cache.stats.misses == 2
