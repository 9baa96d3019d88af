import asyncio
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.ratelimit_headers import (
    Headroom,
    attributes_of,
    note_response,
    note_response_async,
    seconds_until,
    watch_client,
)
from sonde.resilience.wrapping import wrap
from tests.unit.resilience.kit import Listening, ProviderError, Script, call

NOW_S = 1_795_000_000.0


def test_openai() -> None:
    assert attributes_of(
        {
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-limit-tokens": "200000",
            "x-ratelimit-remaining-tokens": "199981",
            "x-ratelimit-reset-tokens": "6m0.5s",
            "x-request-id": "req_1",
            "openai-processing-ms": "412",
            "content-type": "application/json",
        },
        NOW_S,
    ) == {
        "sonde.ratelimit.requests.limit": 500,
        "sonde.ratelimit.requests.remaining": 499,
        "sonde.ratelimit.requests.reset_s": 0.12,
        "sonde.ratelimit.tokens.limit": 200_000,
        "sonde.ratelimit.tokens.remaining": 199_981,
        "sonde.ratelimit.tokens.reset_s": 360.5,
        "sonde.request_id": "req_1",
        "sonde.provider.processing_ms": 412.0,
    }


def test_anthropic() -> None:
    assert attributes_of(
        {
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2026-11-18T11:07:40Z",
            "anthropic-ratelimit-input-tokens-remaining": "39000",
            "anthropic-ratelimit-output-tokens-remaining": "7900",
            "request-id": "req_2",
        },
        1_795_000_000.0,
    ) == {
        "sonde.ratelimit.requests.limit": 50,
        "sonde.ratelimit.requests.remaining": 49,
        "sonde.ratelimit.requests.reset_s": pytest.approx(1_795_000_060.0 - NOW_S),
        "sonde.ratelimit.input_tokens.remaining": 39_000,
        "sonde.ratelimit.output_tokens.remaining": 7_900,
        "sonde.request_id": "req_2",
    }


def test_ietf_and_azure() -> None:
    found = attributes_of(
        {"ratelimit-limit": "100, 100;w=60", "ratelimit-reset": "50", "apim-request-id": "z"}, NOW_S
    )
    assert found == {
        "sonde.ratelimit.requests.limit": 100,
        "sonde.ratelimit.requests.reset_s": 50.0,
        "sonde.request_id": "z",
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h2m3s", 3_723.0),
        ("20ms", 0.02),
        ("12.5", 12.5),
        (str(NOW_S + 30), 30.0),
        ("soon", None),
        ("", None),
    ],
)
def test_resets(text: str, seconds: float | None) -> None:
    found = seconds_until(text, NOW_S)
    assert found == (None if seconds is None else pytest.approx(seconds))


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "x-ratelimit-limit-requests",
                "x-ratelimit-reset-tokens",
                "anthropic-ratelimit-requests-reset",
                "ratelimit-remaining",
                "x-request-id",
                "openai-processing-ms",
            ]
        ),
        st.text(max_size=40),
    )
)
def test_nonsense_in_headers_never_raises(headers: dict[str, str]) -> None:
    for value in attributes_of(headers, NOW_S).values():
        assert isinstance(value, (int, float, str))


@pytest.mark.parametrize("kind", ["sync stream", "async stream"])
def test_headroom_reads_stream_objects(kind: Any, told: Listening) -> None:
    call(Script(["a"]), kind, Headroom())
    assert told.attributes == {"sonde.request_id": "req_stream"}


def test_headroom_reads_errors_and_request_ids_of_answers(told: Listening) -> None:
    with pytest.raises(ProviderError):
        call(Script(ProviderError(429, headers={"x-ratelimit-remaining-requests": "0"})), "sync", Headroom())
    assert told.attributes == {"sonde.ratelimit.requests.remaining": 0}
    call(Script(SimpleNamespace(_request_id="req_9")), "async", Headroom())
    assert told.attributes["sonde.request_id"] == "req_9"


def respond(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, headers={"X-Request-Id": "req_http", "X-RateLimit-Remaining-Tokens": "5"})


def test_a_watched_client_tells_the_headers_of_every_response(told: Listening) -> None:
    with httpx2.Client(transport=httpx2.MockTransport(respond)) as http:
        provider = SimpleNamespace(_client=http)
        assert watch_client(provider)
        assert watch_client(provider)
        assert http.event_hooks["response"] == [note_response]
        wrap(lambda: http.get("http://provider.test/"), [])()
    assert told.attributes == {"sonde.request_id": "req_http", "sonde.ratelimit.tokens.remaining": 5}


def test_a_watched_asynchronous_client(told: Listening) -> None:
    async def main() -> None:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as http:
            assert watch_client(http)
            assert http.event_hooks["response"] == [note_response_async]
            await http.get("http://provider.test/")

    asyncio.run(main())
    assert told.attributes["sonde.request_id"] == "req_http"


def test_a_client_without_an_http_client_is_left_alone() -> None:
    assert watch_client(object()) is False
