"""The fake upstream as the providers' own clients see it: run by test_clients.py where they are installed."""

# The clients are not in the environment that is type-checked.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false, reportPrivateUsage=false, reportOptionalMemberAccess=false

from collections.abc import Iterator

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai import errors, types

from sonde.testing import FakeUpstream, ToolCall, Usage
from sonde.testing.upstream import Kind

USAGE = Usage(
    input_tokens=2_653,
    cached_input_tokens=2_048,
    cache_write_tokens=512,
    output_tokens=211,
    reasoning_tokens=128,
)
QUESTION = [{"role": "user", "content": "Where is Paris?"}]
WEATHER = ToolCall("weather", {"city": "Paris"})


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(api_key="right") as running:
        yield running


@pytest.fixture
def client(upstream: FakeUpstream) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=upstream.url("openai"), api_key="right", max_retries=2) as made:
        yield made


@pytest.fixture
def claude(upstream: FakeUpstream) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=upstream.url("anthropic"), api_key="right", max_retries=0) as made:
        yield made


@pytest.fixture
def gemini(upstream: FakeUpstream) -> genai.Client:
    options = types.HttpOptions(base_url=upstream.url("gemini"))
    return genai.Client(api_key="right", http_options=options)


class TestOpenAI:
    def test_chat(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        upstream.answer("In France.", usage=USAGE, model="gpt-5-mini-2025-08-07")
        found = client.chat.completions.create(model="gpt-5-mini", messages=QUESTION, n=1)
        assert found.choices[0].message.content == "In France."
        assert (found.model, found.usage.prompt_tokens) == ("gpt-5-mini-2025-08-07", 2_653)
        assert found.usage.prompt_tokens_details.cached_tokens == 2_048
        assert found.usage.completion_tokens_details.reasoning_tokens == 128
        assert found._request_id == upstream.calls[0].response_id.replace("chatcmpl-", "req_")

    def test_chat_stream_helper_puts_tool_calls_together(
        self, upstream: FakeUpstream, client: openai.OpenAI
    ) -> None:
        upstream.answer(tools=[WEATHER, ToolCall("time", {"zone": "CET"})], usage=USAGE)
        options = {"include_usage": True}
        with client.chat.completions.stream(model="m", messages=QUESTION, stream_options=options) as stream:
            final = stream.get_final_completion()
        calls = final.choices[0].message.tool_calls
        assert [(call.function.name, call.function.arguments) for call in calls] == [
            ("weather", '{"city":"Paris"}'),
            ("time", '{"zone":"CET"}'),
        ]
        assert (final.choices[0].finish_reason, final.usage.total_tokens) == ("tool_calls", 2_864)

    def test_responses(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        upstream.answer("In France.", reasoning="A question of geography.", usage=USAGE)
        found = client.responses.create(model="gpt-5", input="Where is Paris?")
        assert found.output_text == "In France."
        assert found.output[0].summary[0].text == "A question of geography."
        assert found.usage.input_tokens_details.cached_tokens == 2_048

    def test_responses_stream(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        upstream.answer(tools=[WEATHER], reasoning="The weather is asked for.")
        with client.responses.stream(model="gpt-5", input="The weather in Paris?") as stream:
            kinds = [event.type for event in stream]
            final = stream.get_final_response()
        assert kinds[-1] == "response.completed"
        assert final.output[1].arguments == '{"city":"Paris"}'

    def test_embeddings(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        found = client.embeddings.create(
            model="text-embedding-3-small", input=["Paris", "Rome"], dimensions=32
        )
        assert [len(one.embedding) for one in found.data] == [32, 32]

    def test_a_client_retries_after_429_and_500(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        upstream.fail(429, retry_after_s=0.01)
        upstream.fail(500, retry_after_s=0.01)
        assert client.chat.completions.create(model="m", messages=QUESTION).choices
        assert [call.status for call in upstream.wait_for_calls(3)] == [429, 500, 200]

    @pytest.mark.parametrize(
        ("status", "kind", "error", "code"),
        [
            (400, "context_window", openai.BadRequestError, "context_length_exceeded"),
            (400, "content_filter", openai.BadRequestError, "content_filter"),
            (429, "quota", openai.RateLimitError, "insufficient_quota"),
            (404, None, openai.NotFoundError, "model_not_found"),
            (503, None, openai.InternalServerError, "overloaded"),
        ],
    )
    def test_errors(
        self,
        upstream: FakeUpstream,
        status: int,
        kind: Kind | None,
        error: type[openai.APIStatusError],
        code: str,
    ) -> None:
        upstream.fail(status, kind=kind)
        client = openai.OpenAI(base_url=upstream.url("openai"), api_key="right", max_retries=0)
        with client, pytest.raises(error) as caught:
            client.chat.completions.create(model="m", messages=QUESTION)
        assert caught.value.code == code

    def test_a_wrong_key(self, upstream: FakeUpstream) -> None:
        client = openai.OpenAI(base_url=upstream.url("openai"), api_key="wrong")
        with client, pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(model="m", messages=QUESTION)

    def test_a_timeout(self, upstream: FakeUpstream) -> None:
        upstream.hang()
        client = openai.OpenAI(base_url=upstream.url("openai"), api_key="right", max_retries=0, timeout=0.3)
        with client, pytest.raises(openai.APITimeoutError):
            client.chat.completions.create(model="m", messages=QUESTION)

    def test_a_stream_that_is_cut(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        upstream.cut(after_events=3)
        said: list[str] = []
        stream = client.chat.completions.create(model="m", messages=QUESTION, stream=True)
        with pytest.raises((httpx2.RemoteProtocolError, openai.APIConnectionError)):
            said.extend(chunk.choices[0].delta.content for chunk in stream)
        assert said == ["", "Paris", " is"]

    def test_a_stream_that_ends_in_an_error(self, upstream: FakeUpstream, client: openai.OpenAI) -> None:
        upstream.cut(after_events=3, status=500)
        stream = client.chat.completions.create(model="m", messages=QUESTION, stream=True)
        with pytest.raises(openai.APIError, match="error while processing"):
            list(stream)


class TestAnthropic:
    def test_message(self, upstream: FakeUpstream, claude: anthropic.Anthropic) -> None:
        upstream.answer("In France.", reasoning="Geography.", usage=USAGE)
        found = claude.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=QUESTION)
        assert [block.type for block in found.content] == ["thinking", "text"]
        assert (found.usage.input_tokens, found.usage.cache_read_input_tokens) == (93, 2_048)
        assert found.usage.cache_creation.ephemeral_5m_input_tokens == 512
        assert found.stop_reason == "end_turn"

    def test_stream(self, upstream: FakeUpstream, claude: anthropic.Anthropic) -> None:
        upstream.answer(tools=[WEATHER], reasoning="The weather is asked for.", usage=USAGE)
        with claude.messages.stream(model="claude-sonnet-4-6", max_tokens=100, messages=QUESTION) as stream:
            final = stream.get_final_message()
        assert final.content[0].thinking == "The weather is asked for."
        assert (final.content[1].name, final.content[1].input) == ("weather", {"city": "Paris"})
        assert (final.stop_reason, final.usage.output_tokens) == ("tool_use", 211)

    @pytest.mark.parametrize(
        ("status", "kind", "error"),
        [
            (400, "context_window", anthropic.BadRequestError),
            (401, None, anthropic.AuthenticationError),
            (429, None, anthropic.RateLimitError),
            (529, None, anthropic.APIStatusError),
        ],
    )
    def test_errors(
        self,
        upstream: FakeUpstream,
        claude: anthropic.Anthropic,
        status: int,
        kind: Kind | None,
        error: type[anthropic.APIStatusError],
    ) -> None:
        upstream.fail(status, kind=kind)
        with pytest.raises(error) as caught:
            claude.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=QUESTION)
        assert caught.value.status_code == status
        assert caught.value.request_id.startswith("req_")

    def test_a_stream_that_ends_in_an_error(
        self, upstream: FakeUpstream, claude: anthropic.Anthropic
    ) -> None:
        upstream.cut(after_events=5, status=529)
        with (
            claude.messages.stream(model="claude-sonnet-4-6", max_tokens=100, messages=QUESTION) as stream,
            pytest.raises(anthropic.APIStatusError, match="Overloaded"),
        ):
            stream.get_final_message()

    def test_a_stream_that_is_cut(self, upstream: FakeUpstream, claude: anthropic.Anthropic) -> None:
        upstream.cut(after_events=5)
        with (
            claude.messages.stream(model="claude-sonnet-4-6", max_tokens=100, messages=QUESTION) as stream,
            pytest.raises((httpx2.RemoteProtocolError, anthropic.APIConnectionError)),
        ):
            stream.get_final_message()


class TestGemini:
    def test_content(self, upstream: FakeUpstream, gemini: genai.Client) -> None:
        upstream.answer("In France.", reasoning="Geography.", usage=USAGE)
        found = gemini.models.generate_content(model="gemini-2.5-flash", contents="Where is Paris?")
        assert found.text == "In France."
        assert found.candidates[0].content.parts[0].thought
        used = found.usage_metadata
        assert (used.prompt_token_count, used.candidates_token_count, used.thoughts_token_count) == (
            2_653,
            83,
            128,
        )
        assert used.cached_content_token_count == 2_048

    def test_stream(self, upstream: FakeUpstream, gemini: genai.Client) -> None:
        upstream.answer("In France.", usage=USAGE)
        parts = list(
            gemini.models.generate_content_stream(model="gemini-2.5-flash", contents="Where is Paris?")
        )
        assert "".join(part.text for part in parts) == "In France."
        assert parts[-1].usage_metadata.total_token_count == 2_864

    def test_tools_are_called_by_the_client_itself(
        self, upstream: FakeUpstream, gemini: genai.Client
    ) -> None:
        def weather(city: str) -> str:
            """The weather in a city."""
            return f"Sunny in {city}."

        upstream.answer(tools=[WEATHER])
        upstream.answer("It is sunny.")
        config = types.GenerateContentConfig(tools=[weather])
        found = gemini.models.generate_content(
            model="gemini-2.5-flash", contents="The weather?", config=config
        )
        assert found.text == "It is sunny."
        second = upstream.wait_for_calls(2)[1].body["contents"][-1]["parts"][0]
        assert second["functionResponse"]["response"] == {"result": "Sunny in Paris."}

    def test_embeddings(self, upstream: FakeUpstream, gemini: genai.Client) -> None:
        found = gemini.models.embed_content(model="gemini-embedding-001", contents=["Paris", "Rome"])
        assert [len(one.values) for one in found.embeddings] == [3_072, 3_072]

    def test_errors(self, upstream: FakeUpstream, gemini: genai.Client) -> None:
        upstream.fail(403)
        with pytest.raises(errors.ClientError) as caught:
            gemini.models.generate_content(model="gemini-2.5-flash", contents="Where is Paris?")
        assert (caught.value.code, caught.value.status) == (403, "PERMISSION_DENIED")


async def converse(client: openai.AsyncOpenAI) -> str:
    stream = await client.chat.completions.create(model="m", messages=QUESTION, stream=True)
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


def test_async_clients(upstream: FakeUpstream) -> None:
    import asyncio

    async def both() -> list[str]:
        async with openai.AsyncOpenAI(base_url=upstream.url("openai"), api_key="right") as client:
            return await asyncio.gather(*(converse(client) for _ in range(5)))

    assert asyncio.run(both()) == ["Paris is the capital of France."] * 5
