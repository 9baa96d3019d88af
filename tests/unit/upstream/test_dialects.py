"""One answer in each provider's shape: tokens keep their meaning, a stream says the same as the whole."""

import base64
import json
import math
import struct
from typing import Any

import httpx2
import pytest

from sonde.testing import FakeUpstream, ToolCall, Usage
from sonde.testing.upstream.embeddings import vector

USAGE = Usage(
    input_tokens=2_653,
    cached_input_tokens=2_048,
    cache_write_tokens=512,
    output_tokens=211,
    reasoning_tokens=128,
)
MESSAGES = [{"role": "user", "content": "Where is Paris?"}]
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"model": "m", "messages": MESSAGES}),
    "responses": ("/v1/responses", {"model": "m", "input": "Where is Paris?"}),
    "messages": ("/v1/messages", {"model": "m", "messages": MESSAGES, "max_tokens": 100}),
    "gemini": ("/v1beta/models/m:generateContent", {"contents": [{"parts": [{"text": "Where is Paris?"}]}]}),
}


def whole(upstream: FakeUpstream, name: str) -> dict[str, Any]:
    path, body = REQUESTS[name]
    answered = httpx2.post(f"{upstream.url('gemini')}{path}", json=body)
    assert answered.status_code == 200, answered.text
    return answered.json()


def events(upstream: FakeUpstream, name: str, **more: object) -> list[dict[str, Any]]:
    path, body = REQUESTS[name]
    if name == "gemini":
        path = path.replace(":generateContent", ":streamGenerateContent?alt=sse")
    else:
        body = {**body, "stream": True, **more}
    answered = httpx2.post(f"{upstream.url('gemini')}{path}", json=body)
    assert answered.headers["content-type"] == "text/event-stream"
    data = [line.removeprefix("data: ") for line in answered.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in data if line != "[DONE]"]


def test_usage_of_chat_counts_parts_in() -> None:
    with FakeUpstream() as upstream:
        upstream.answer(usage=USAGE)
        usage = whole(upstream, "chat")["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (2_653, 211, 2_864)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 2_048
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 128


def test_usage_of_responses_counts_parts_in() -> None:
    with FakeUpstream() as upstream:
        upstream.answer(usage=USAGE)
        usage = whole(upstream, "responses")["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (2_653, 211)
    assert usage["input_tokens_details"] == {"cached_tokens": 2_048, "cache_write_tokens": 512}


def test_usage_of_messages_leaves_the_cache_out() -> None:
    with FakeUpstream() as upstream:
        upstream.answer(usage=USAGE)
        usage = whole(upstream, "messages")["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (93, 211)
    assert (usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (2_048, 512)
    assert usage["cache_creation"]["ephemeral_5m_input_tokens"] == 512


def test_usage_of_gemini_leaves_the_thoughts_out() -> None:
    with FakeUpstream() as upstream:
        upstream.answer(usage=USAGE)
        usage = whole(upstream, "gemini")["usageMetadata"]
    assert (usage["promptTokenCount"], usage["candidatesTokenCount"]) == (2_653, 83)
    assert (usage["thoughtsTokenCount"], usage["totalTokenCount"]) == (128, 2_864)
    assert usage["cachedContentTokenCount"] == 2_048


def test_tokens_are_counted_when_none_are_given() -> None:
    with FakeUpstream() as upstream:
        upstream.answer("12345678", reasoning="1234")
        usage = whole(upstream, "chat")["usage"]
        assert usage["completion_tokens"] == 3
        assert usage["completion_tokens_details"]["reasoning_tokens"] == 1
        before = usage["prompt_tokens"]
        path, body = REQUESTS["chat"]
        longer = {**body, "messages": [*MESSAGES, {"role": "user", "content": "x" * 40}]}
        more = httpx2.post(f"{upstream.url('gemini')}{path}", json=longer).json()["usage"]["prompt_tokens"]
    assert more > before + 9


def test_a_chat_stream_says_its_usage_only_when_asked() -> None:
    with FakeUpstream() as upstream:
        silent = events(upstream, "chat")
        upstream.answer("a b", usage=USAGE)
        asked = events(upstream, "chat", stream_options={"include_usage": True})
    assert all("usage" not in chunk for chunk in silent)
    assert [chunk["usage"] for chunk in asked[:-1]] == [None] * (len(asked) - 1)
    assert asked[-1]["choices"] == []
    assert asked[-1]["usage"]["prompt_tokens"] == 2_653
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in asked[:-1]) == "a b"


def test_a_chat_stream_of_tool_calls_adds_up() -> None:
    with FakeUpstream() as upstream:
        upstream.answer(tools=[ToolCall("weather", {"city": "Paris"})])
        deltas = [chunk["choices"][0]["delta"] for chunk in events(upstream, "chat")]
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert calls[0]["function"]["name"] == "weather"
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {"city": "Paris"}


def test_choices_as_many_as_asked_for() -> None:
    with FakeUpstream() as upstream:
        path, body = REQUESTS["chat"]
        found = httpx2.post(f"{upstream.url('gemini')}{path}", json={**body, "n": 3}).json()
        streamed = events(upstream, "chat", n=2)
    assert [choice["index"] for choice in found["choices"]] == [0, 1, 2]
    assert {chunk["choices"][0]["index"] for chunk in streamed} == {0, 1}


def test_a_responses_stream_is_numbered_and_ends_with_the_whole() -> None:
    with FakeUpstream() as upstream:
        upstream.answer("a b", reasoning="let me think", usage=USAGE)
        found = events(upstream, "responses")
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    assert (found[0]["type"], found[-1]["type"]) == ("response.created", "response.completed")
    texts = [event["delta"] for event in found if event["type"] == "response.output_text.delta"]
    assert "".join(texts) == "a b"
    response = found[-1]["response"]
    assert [item["type"] for item in response["output"]] == ["reasoning", "message"]
    assert response["usage"]["output_tokens_details"]["reasoning_tokens"] == 128


@pytest.mark.parametrize(("finish", "status"), [("length", "incomplete"), ("stop", "completed")])
def test_a_response_that_ran_out_of_tokens_is_incomplete(finish: Any, status: str) -> None:
    with FakeUpstream() as upstream:
        upstream.answer(finish=finish, times=2)
        assert whole(upstream, "responses")["status"] == status
        assert events(upstream, "responses")[-1]["type"] == f"response.{status}"


def test_a_messages_stream_says_its_output_tokens_near_the_end() -> None:
    with FakeUpstream() as upstream:
        upstream.answer("a b", reasoning="let me", usage=USAGE)
        found = events(upstream, "messages")
    assert found[0]["message"]["usage"] | {"output_tokens": 0} == {
        "input_tokens": 93, "cache_creation_input_tokens": 512, "cache_read_input_tokens": 2_048,
        "cache_creation": {"ephemeral_5m_input_tokens": 512, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 0, "service_tier": "standard",
    }  # fmt: skip
    assert (found[-2]["usage"], found[-1]["type"]) == ({"output_tokens": 211}, "message_stop")
    kinds = [event["delta"]["type"] for event in found if event["type"] == "content_block_delta"]
    assert kinds == ["thinking_delta", "thinking_delta", "signature_delta", "text_delta", "text_delta"]


def test_a_gemini_stream_has_the_usage_in_its_last_part() -> None:
    with FakeUpstream() as upstream:
        upstream.answer("a b", reasoning="let me", usage=USAGE)
        found = events(upstream, "gemini")
        upstream.answer("a b", usage=USAGE)
        path, body = REQUESTS["gemini"]
        path = path.replace("generateContent", "streamGenerateContent")
        array = httpx2.post(f"{upstream.url('gemini')}{path}", json=body).json()
    parts = [event["candidates"][0]["content"]["parts"][0] for event in found]
    assert [part.get("thought", False) for part in parts] == [True, True, False, False]
    assert found[-1]["usageMetadata"]["thoughtsTokenCount"] == 128
    assert "thoughtsTokenCount" not in found[0]["usageMetadata"]
    assert "".join(one["candidates"][0]["content"]["parts"][0]["text"] for one in array) == "a b"


@pytest.mark.parametrize(
    ("name", "pick"),
    [
        ("chat", lambda body: body["choices"][0]["finish_reason"]),
        ("messages", lambda body: body["stop_reason"]),
        ("gemini", lambda body: body["candidates"][0]["finishReason"]),
    ],
)
def test_each_dialect_has_its_own_words_for_the_end(name: str, pick: Any) -> None:
    words = {
        "chat": ["stop", "length", "content_filter", "stop"],
        "messages": ["end_turn", "max_tokens", "refusal", "refusal"],
        "gemini": ["STOP", "MAX_TOKENS", "SAFETY", "STOP"],
    }
    with FakeUpstream() as upstream:
        found: list[str] = []
        for finish in ("stop", "length", "content_filter", "refusal"):
            upstream.answer(finish=finish)
            found.append(pick(whole(upstream, name)))
    assert found == words[name]


@pytest.mark.parametrize("kind", ["context_window", "content_filter", "quota"])
def test_kinds_of_errors_can_be_told_apart(kind: Any) -> None:
    with FakeUpstream() as upstream:
        upstream.fail(400, kind=kind, times=3)
        texts: set[str] = set()
        for name in ("chat", "messages", "gemini"):
            path, body = REQUESTS[name]
            error = httpx2.post(f"{upstream.url('gemini')}{path}", json=body).json()["error"]
            texts.add(error["message"])
    assert len(texts) >= 2
    assert all(texts)


def test_gemini_says_in_the_body_when_to_come_back() -> None:
    with FakeUpstream() as upstream:
        upstream.fail(429, retry_after_s=7)
        path, body = REQUESTS["gemini"]
        error = httpx2.post(f"{upstream.url('gemini')}{path}", json=body).json()["error"]
    assert (error["status"], error["details"][0]["retryDelay"]) == ("RESOURCE_EXHAUSTED", "7s")


def test_embeddings_of_like_texts_are_near() -> None:
    def near(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(vector(one, 512), vector(other, 512), strict=True))

    assert math.isclose(near("the capital of France", "the capital of France"), 1.0)
    assert near("what is the capital of France", "tell me the capital of France") > 0.5
    assert abs(near("what is the capital of France", "bake some bread")) < 0.3


def test_embeddings_in_every_form_of_input_and_output() -> None:
    with FakeUpstream() as upstream:
        address = f"{upstream.url('openai')}/embeddings"

        def embed(given: object, **more: object) -> list[Any]:
            body = {"model": "text-embedding-3-small", "input": given, "dimensions": 16, **more}
            answered = httpx2.post(address, json=body).json()
            assert "completion_tokens" not in answered["usage"]
            return [one["embedding"] for one in answered["data"]]

        floats = embed(["Paris", "Rome"])
        (packed,) = embed("Paris", encoding_format="base64")
        assert struct.unpack("<16f", base64.b64decode(packed)) == pytest.approx(floats[0])
        assert len(embed([1, 2, 3])) == 1
        assert len(embed([[1, 2], [3]])) == 2
        assert embed("Paris", stream=True) == floats[:1], "embeddings do not stream"
    assert all(call.usage and call.usage.output_tokens is None for call in upstream.calls)
