"""Policies around the providers' own clients. Run by test_real_clients.py in an environment that has them."""

# The clients are not in the environment that is type-checked.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import asyncio
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai

import sonde
from sonde.resilience.events import set_sink
from sonde.resilience.failures import classify, never_processed
from sonde.testing import FakeUpstream

MESSAGES: list[Any] = [{"role": "user", "content": "hi"}]


class Listening:
    """Remembers what the policies tell."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.attributes: dict[str, Any] = {}

    def event(self, name: str, attributes: Any) -> None:
        self.events.append(name)

    def annotate(self, attributes: Any) -> None:
        self.attributes.update(attributes)


@pytest.fixture(name="upstream")
def _upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as running:
        yield running


@pytest.fixture(name="told")
def _told() -> Iterator[Listening]:
    sink = Listening()
    set_sink(sink)
    yield sink
    set_sink(None)


def policy() -> Any:
    return sonde.policy(
        retry=sonde.Retry(2, first_wait_s=0.001),
        fallback="gpt-4o-mini",
        breaker=True,
        limits=[
            sonde.Limits(concurrency=1, tokens_per_minute=1_000_000, max_wait_s=0),
            sonde.LoopDetector(100),
        ],
    )


def check_headroom(told: Listening) -> None:
    assert told.attributes["sonde.request_id"].startswith("req_")
    assert told.attributes["sonde.ratelimit.requests.remaining"] > 0


def openai_client(upstream: FakeUpstream, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key="sk-x", base_url=upstream.url("openai"), max_retries=0, **options)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_openai(status: int, upstream: FakeUpstream, told: Listening) -> None:
    with openai_client(upstream) as client:
        assert sonde.watch_client(client)
        create = policy()(client.chat.completions.create)
        upstream.fail(status, retry_after_s=0)
        assert create(model="gpt-4o", messages=MESSAGES).usage.total_tokens > 0
        upstream.fail(status, retry_after_s=0)
        stream = create(model="gpt-4o", messages=MESSAGES, stream=True)
        assert stream.response.status_code == 200
        assert len(list(stream)) > 1
        with create(model="gpt-4o", messages=MESSAGES, stream=True) as stream:
            next(stream)
        upstream.fail(status, retry_after_s=0, times=2)
        assert create(model="gpt-4o", messages=MESSAGES).model == "gpt-4o-mini"
    assert told.events == [
        "sonde.retry",
        "sonde.retry",
        "sonde.retry",
        "sonde.retry.gave_up",
        "sonde.fallback",
    ]
    check_headroom(told)


def test_openai_asynchronously(upstream: FakeUpstream, told: Listening) -> None:
    async def main() -> None:
        async with openai.AsyncOpenAI(api_key="x", base_url=upstream.url("openai"), max_retries=0) as client:
            assert sonde.watch_client(client)
            create = policy()(client.chat.completions.create)
            upstream.fail(500)
            assert (await create(model="gpt-4o", messages=MESSAGES)).usage.total_tokens > 0
            upstream.fail(500)
            stream = await create(model="gpt-4o", messages=MESSAGES, stream=True)
            assert len([chunk async for chunk in stream]) > 1

    asyncio.run(main())
    assert told.events == ["sonde.retry"] * 2
    check_headroom(told)


def test_anthropic(upstream: FakeUpstream, told: Listening) -> None:
    with anthropic.Anthropic(api_key="x", base_url=upstream.url("anthropic"), max_retries=0) as client:
        assert sonde.watch_client(client)
        create = policy()(client.messages.create)
        upstream.fail(529)
        assert create(model="claude", max_tokens=5, messages=MESSAGES).usage.output_tokens > 0
        upstream.fail(529)
        assert len(list(create(model="claude", max_tokens=5, messages=MESSAGES, stream=True))) > 1
    assert told.events == ["sonde.retry"] * 2
    check_headroom(told)


def test_gemini(upstream: FakeUpstream, told: Listening) -> None:
    client = genai.Client(api_key="x", http_options={"base_url": upstream.url("gemini")})
    assert sonde.watch_client(client)
    upstream.fail(503)
    assert policy()(client.models.generate_content)(model="gemini", contents="hi").usage_metadata
    upstream.fail(503)
    assert len(list(policy()(client.models.generate_content_stream)(model="gemini", contents="hi"))) > 1
    upstream.fail(503)

    async def main() -> int:
        stream = await policy()(client.aio.models.generate_content_stream)(model="gemini", contents="hi")
        return len([chunk async for chunk in stream])

    assert asyncio.run(main()) > 1
    assert told.events == ["sonde.retry"] * 3
    check_headroom(told)


@pytest.mark.parametrize(
    ("status", "kind", "failure"),
    [
        (400, "context_window", sonde.Failure.CONTEXT_WINDOW),
        (429, "quota", sonde.Failure.QUOTA),
        (429, None, sonde.Failure.RATE_LIMIT),
        (401, None, sonde.Failure.AUTHENTICATION),
        (500, None, sonde.Failure.OUTAGE),
    ],
)
def test_what_openais_errors_are(status: int, kind: Any, failure: Any, upstream: FakeUpstream) -> None:
    upstream.fail(status, kind=kind)
    with openai_client(upstream) as client, pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert classify(caught.value) is failure


def test_what_openais_transport_errors_are(upstream: FakeUpstream) -> None:
    upstream.hang()
    with openai_client(upstream, timeout=0.3) as client, pytest.raises(openai.APITimeoutError) as hung:
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert classify(hung.value) is sonde.Failure.TIMEOUT
    assert not never_processed(hung.value)
    gone = openai_client(upstream)
    upstream.close()
    with gone as client, pytest.raises(openai.APIConnectionError) as refused:
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert classify(refused.value) is sonde.Failure.CONNECTION
    assert never_processed(refused.value)
