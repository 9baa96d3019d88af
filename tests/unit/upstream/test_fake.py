"""The fake upstream: its script, its faults, and what it remembers. No provider's client is needed here."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from sonde.testing import Answer, Failure, FakeUpstream, ToolCall, Usage

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Where is Paris?"}]}


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as running:
        yield running


def ask(upstream: FakeUpstream, **more: object) -> httpx2.Response:
    return httpx2.post(f"{upstream.url('openai')}/chat/completions", json={**CHAT, **more}, timeout=30)


def said(response: httpx2.Response) -> str:
    assert response.status_code == 200, response.text
    return response.json()["choices"][0]["message"]["content"]


def test_steps_are_taken_in_order_and_then_comes_a_plain_answer(upstream: FakeUpstream) -> None:
    upstream.answer("one")
    upstream.fail(500, times=2)
    upstream.answer("two")
    assert upstream.unused == 4
    found = [ask(upstream) for _ in range(5)]
    assert [response.status_code for response in found] == [200, 500, 500, 200, 200]
    assert [said(found[at]) for at in (0, 3, 4)] == ["one", "two", "Paris is the capital of France."]
    assert upstream.unused == 0


def test_a_standing_step_holds_until_another_or_a_reset(upstream: FakeUpstream) -> None:
    upstream.fail(503, times=None)
    upstream.answer("first", times=1)
    assert [ask(upstream).status_code for _ in range(3)] == [200, 503, 503]
    upstream.answer("back", times=None)
    assert said(ask(upstream)) == "back"
    upstream.reset()
    assert said(ask(upstream)) == "Paris is the capital of France."
    assert len(upstream.calls) == 1


def test_a_step_can_be_meant_for_one_api(upstream: FakeUpstream) -> None:
    upstream.fail(429, api="openai.embeddings")
    assert said(ask(upstream))
    embedded = {"model": "text-embedding-3-small", "input": "Paris"}
    address = f"{upstream.url('openai')}/embeddings"
    assert [httpx2.post(address, json=embedded).status_code for _ in range(2)] == [429, 200]


def test_a_function_can_answer(upstream: FakeUpstream) -> None:
    def judge(request: dict[str, object]) -> Answer | Failure:
        return Answer("yes") if "Paris" in str(request["messages"]) else Failure(500)

    upstream.reply(judge)
    assert said(ask(upstream)) == "yes"
    assert ask(upstream, messages=[{"role": "user", "content": "Rome?"}]).status_code == 500


def test_times_below_one_are_refused(upstream: FakeUpstream) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        upstream.answer(times=0)


def test_what_was_received_is_the_truth_without_secrets(upstream: FakeUpstream) -> None:
    upstream.answer("42", usage=Usage(input_tokens=1117, cached_input_tokens=1024, output_tokens=211))
    address = f"{upstream.url('openai')}/chat/completions"
    answered = httpx2.post(address, json=CHAT, headers={"Authorization": "Bearer sk-secret", "X-Team": "a"})
    (call,) = upstream.wait_for_calls(1)
    assert (call.api, call.status, call.sent, call.stream) == ("openai.chat", 200, True, False)
    assert (call.model, call.response_id) == ("gpt-4o-mini", answered.json()["id"])
    assert call.usage == Usage(input_tokens=1117, cached_input_tokens=1024, output_tokens=211)
    assert call.body == CHAT
    assert call.headers["x-team"] == "a"
    assert "sk-secret" not in repr(call.headers)


def test_ids_differ_within_and_between_upstreams(upstream: FakeUpstream) -> None:
    with FakeUpstream() as other:
        ids = [ask(one).json()["id"] for one in (upstream, upstream, other)]
    assert len(set(ids)) == 3


def test_many_clients_at_once(upstream: FakeUpstream) -> None:
    upstream.fail(429, times=10)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: ask(upstream).status_code, range(40)))
    assert sorted(statuses) == [200] * 30 + [429] * 10
    assert len({call.response_id for call in upstream.wait_for_calls(40) if call.response_id}) == 30


def test_errors_say_when_to_come_back(upstream: FakeUpstream) -> None:
    upstream.fail(429, retry_after_s=1.5)
    refused = ask(upstream)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert (refused.headers["retry-after"], refused.headers["retry-after-ms"]) == ("2", "1500")


def test_answers_carry_request_id_and_headroom() -> None:
    with FakeUpstream(requests_per_minute=10, tokens_per_minute=1_000) as upstream:
        upstream.answer(usage=Usage(input_tokens=100, output_tokens=50))
        first, second = ask(upstream), ask(upstream)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert [one.headers["x-ratelimit-remaining-requests"] for one in (first, second)] == ["9", "8"]
    assert first.headers["x-ratelimit-remaining-tokens"] == "850"
    assert first.headers["anthropic-ratelimit-tokens-limit"] == "1000"


def test_a_wrong_key_is_refused() -> None:
    with FakeUpstream(api_key="right") as upstream:
        address = f"{upstream.url('openai')}/chat/completions"
        statuses = [
            httpx2.post(address, json=CHAT, headers=headers).status_code
            for headers in ({"Authorization": "Bearer right"}, {"Authorization": "Bearer wrong"}, {})
        ]
        key_in_address = f"{upstream.url('gemini')}/v1beta/models/g:generateContent?key=right"
        gemini = httpx2.post(key_in_address, json={"contents": [{"parts": [{"text": "hi"}]}]})
    assert (statuses, gemini.status_code) == ([200, 401, 401], 200)


@pytest.mark.parametrize(
    ("provider", "path", "body", "complaint"),
    [
        ("openai", "/chat/completions", {"messages": []}, "model"),
        ("openai", "/chat/completions", {"model": "m"}, "messages"),
        ("openai", "/chat/completions", {**CHAT, "temprature": 1}, "temprature"),
        ("openai", "/responses", {"model": "m"}, "input"),
        ("openai", "/embeddings", {"model": "m"}, "input"),
        ("anthropic", "/v1/messages", {"model": "m", "messages": [{}]}, "max_tokens"),
        ("gemini", "/v1beta/models/g:generateContent", {}, "contents"),
        ("gemini", "/v1beta/models/g:embedContent", {}, "content"),
    ],
)
def test_bad_requests_are_refused_in_the_provider_s_words(
    upstream: FakeUpstream, provider: str, path: str, body: dict[str, object], complaint: str
) -> None:
    refused = httpx2.post(f"{upstream.url(provider)}{path}", json=body)  # pyright: ignore[reportArgumentType]
    assert refused.status_code == 400
    assert complaint in refused.json()["error"]["message"]


def test_unknown_addresses_and_bodies(upstream: FakeUpstream) -> None:
    assert httpx2.get(f"{upstream.url('openai')}/chat/completions").status_code == 404
    assert httpx2.post(f"{upstream.url('openai')}/unknown", json={}).status_code == 404
    for body in (b"", b"[]", b"{", b"\xff"):
        assert httpx2.post(f"{upstream.url('openai')}/chat/completions", content=body).status_code == 400
    assert upstream.calls == []


def test_a_hanging_call_runs_into_the_client_s_timeout(upstream: FakeUpstream) -> None:
    upstream.hang()
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.post(f"{upstream.url('openai')}/chat/completions", json=CHAT, timeout=0.2)
    (call,) = upstream.wait_for_calls(1)
    assert (call.status, call.sent) == (0, False)
    assert said(ask(upstream))


def test_closing_ends_a_hanging_call() -> None:
    upstream = FakeUpstream().start()
    upstream.hang()
    ended: list[Exception] = []

    def hang() -> None:
        try:
            ask(upstream)
        except httpx2.TransportError as error:
            ended.append(error)

    asking = threading.Thread(target=hang)
    asking.start()
    try:
        while not upstream.calls and asking.is_alive():
            asking.join(0.01)
    finally:
        upstream.close()
    asking.join(20)
    assert len(ended) == 1
    upstream.close()


def test_an_answer_cut_in_its_body(upstream: FakeUpstream) -> None:
    upstream.cut()
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(upstream)
    (call,) = upstream.wait_for_calls(1)
    assert (call.status, call.sent) == (200, False)


def test_a_stream_cut_after_some_events(upstream: FakeUpstream) -> None:
    upstream.cut(after_events=3)
    events: list[str] = []
    with (
        pytest.raises(httpx2.RemoteProtocolError),
        httpx2.stream(
            "POST", f"{upstream.url('openai')}/chat/completions", json={**CHAT, "stream": True}
        ) as got,
    ):
        events.extend(line for line in got.iter_lines() if line)
    assert len(events) == 3


def test_a_client_that_leaves_a_stream_is_seen(upstream: FakeUpstream) -> None:
    upstream.answer("word " * 200)
    upstream.delay(between_s=0.01)
    body = {**CHAT, "stream": True}
    with httpx2.stream("POST", f"{upstream.url('openai')}/chat/completions", json=body) as got:
        next(got.iter_lines())
    (call,) = upstream.wait_for_calls(1)
    assert (call.status, call.sent) == (200, False)


def test_delays_come_before_the_answer_and_between_events(upstream: FakeUpstream) -> None:
    upstream.answer("a b c d", times=None)
    upstream.delay(first_s=0.1, between_s=0.02)
    body = {**CHAT, "stream": True}
    answered = httpx2.post(f"{upstream.url('openai')}/chat/completions", json=body)
    # role, four words, finish, [DONE]: seven events, six waits. Only the lower bound is sure.
    assert answered.elapsed.total_seconds() >= 0.1 + 6 * 0.02
    upstream.delay()
    assert said(ask(upstream)) == "a b c d"


def test_waiting_for_calls_gives_up(upstream: FakeUpstream) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        upstream.wait_for_calls(1, timeout_s=0.05)


def test_it_says_when_it_does_not_run() -> None:
    upstream = FakeUpstream()
    with pytest.raises(RuntimeError, match="does not run"):
        upstream.url("openai")
    with upstream, pytest.raises(RuntimeError, match="already"):
        upstream.start()


def test_tool_calls_and_their_ids(upstream: FakeUpstream) -> None:
    upstream.answer(tools=[ToolCall("weather", {"city": "Paris"}), ToolCall("time", {}, id="call_mine")])
    choice = ask(upstream).json()["choices"][0]
    first, second = choice["message"]["tool_calls"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert first["function"] == {"name": "weather", "arguments": '{"city":"Paris"}'}
    assert first["id"] != second["id"] == "call_mine"
