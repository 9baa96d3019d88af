"""Errors by their shapes: the classes below have the names and fields of the libraries' own."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from sonde.resilience.errors import (
    BudgetExceeded,
    CircuitOpen,
    LimitExceeded,
    RetriesExhausted,
)
from sonde.resilience.failures import (
    Failure,
    asked_to_retry,
    classify,
    never_processed,
    retry_after_s,
    status_of,
)
from tests.unit.resilience.kit import ProviderError

NOW_S = 1_795_002_200.0  # 2026-11-18 11:43:20 UTC


def named(name: str, *bases: type[Exception], cause: Exception | None = None, **fields: Any) -> Exception:
    """An error of a class with that name, as a library has it."""
    error = type(name, bases or (Exception,), {})("it failed")
    for key, value in fields.items():
        setattr(error, key, value)
    error.__cause__ = cause
    return error


class APIConnectionError(Exception):  # the base that openai's and anthropic's timeouts share
    pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ProviderError(429, code="rate_limit_exceeded"), Failure.RATE_LIMIT),
        (ProviderError(429, code="insufficient_quota"), Failure.QUOTA),
        (ProviderError(400, message="Your credit balance is too low to access the API"), Failure.QUOTA),
        (ProviderError(402), Failure.QUOTA),
        (ProviderError(500), Failure.OUTAGE),
        (ProviderError(503), Failure.OUTAGE),
        (ProviderError(529, code="overloaded_error"), Failure.OUTAGE),
        (ProviderError(200, code="overloaded_error"), Failure.OUTAGE),
        (ProviderError(504), Failure.TIMEOUT),
        (ProviderError(408), Failure.TIMEOUT),
        (ProviderError(401), Failure.AUTHENTICATION),
        (ProviderError(403), Failure.AUTHENTICATION),
        (ProviderError(404), Failure.NOT_FOUND),
        (ProviderError(422), Failure.BAD_REQUEST),
        (ProviderError(400, code="context_length_exceeded"), Failure.CONTEXT_WINDOW),
        (
            ProviderError(400, message="prompt is too long: 210000 tokens > 200000 maximum"),
            Failure.CONTEXT_WINDOW,
        ),
        (
            ProviderError(
                400, message="The input token count (1200000) exceeds the maximum number of tokens allowed"
            ),
            Failure.CONTEXT_WINDOW,
        ),
        (ProviderError(400, code="content_filter"), Failure.CONTENT_FILTER),
        (ProviderError(400, code="content_policy_violation"), Failure.CONTENT_FILTER),
        (ProviderError(400, message="temperature must be at most 2"), Failure.BAD_REQUEST),
        (named("ContentFilterFinishReasonError"), Failure.CONTENT_FILTER),
        (named("ContextWindowExceededError", status_code=400), Failure.CONTEXT_WINDOW),
        (named("APITimeoutError", APIConnectionError), Failure.TIMEOUT),
        (named("APIConnectionError"), Failure.CONNECTION),
        (named("ReadTimeout"), Failure.TIMEOUT),
        (named("RemoteProtocolError"), Failure.CONNECTION),
        (named("EndpointConnectionError"), Failure.CONNECTION),
        (named("ClientError", response={"Error": {"Code": "ThrottlingException"}}), Failure.RATE_LIMIT),
        (named("ClientError", response={"ResponseMetadata": {"HTTPStatusCode": 503}}), Failure.OUTAGE),
        (named("ServerError", code=503, status="UNAVAILABLE"), Failure.OUTAGE),
        (named("ClientError", code=429, status="RESOURCE_EXHAUSTED"), Failure.RATE_LIMIT),
        (named("HTTPStatusError", response=SimpleNamespace(status_code=502, headers={})), Failure.OUTAGE),
        (TimeoutError(), Failure.TIMEOUT),
        (ConnectionResetError(), Failure.CONNECTION),
        (socket.gaierror(), Failure.CONNECTION),
        (CircuitOpen("m", 1.0), Failure.OUTAGE),
        (LimitExceeded("concurrency", "full"), Failure.RATE_LIMIT),
        (BudgetExceeded("run", 2.0, 1.0), Failure.POLICY),
        (ValueError("maximum context length of my own parser"), Failure.UNKNOWN),
        (KeyError("choices"), Failure.UNKNOWN),
    ],
)
def test_the_kind_of_an_error(error: Exception, kind: Failure) -> None:
    assert classify(error) is kind


def test_exhausted_retries_are_what_their_last_error_was() -> None:
    error = RetriesExhausted(3, "3 attempts were made")
    error.__cause__ = ProviderError(429)
    assert classify(error) is Failure.RATE_LIMIT


@pytest.mark.parametrize(
    ("error", "never"),
    [
        (ProviderError(429), True),
        (ProviderError(503), True),
        (ProviderError(500), False),
        (ProviderError(504), False),
        (named("APIConnectionError", cause=named("ConnectError")), True),
        (named("APITimeoutError", cause=named("ConnectTimeout")), True),
        (named("APITimeoutError", cause=named("ReadTimeout")), False),
        (ConnectionRefusedError(), True),
        (ConnectionResetError(), False),
        (TimeoutError(), False),
    ],
)
def test_whether_the_provider_surely_did_nothing(error: Exception, never: bool) -> None:
    assert never_processed(error) is never


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Wed, 18 Nov 2026 11:47:50 GMT"}, 270.0),
        ({"retry-after": "Wed, 18 Nov 2020 11:47:50 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_how_long_the_provider_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(ProviderError(429, headers=headers), NOW_S) == seconds


def test_googles_retry_info_and_our_own_errors() -> None:
    details = {
        "error": {
            "details": [
                {"@type": "x"},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "21s"},
            ]
        }
    }
    assert retry_after_s(named("ClientError", code=429, details=details), NOW_S) == 21.0
    assert retry_after_s(CircuitOpen("m", 3.0), NOW_S) == 3.0


def test_what_the_provider_says_about_repeating() -> None:
    assert asked_to_retry(ProviderError(500, headers={"x-should-retry": "false"})) is False
    assert asked_to_retry(ProviderError(500, headers={"X-Should-Retry": "TRUE"})) is True
    assert asked_to_retry(ProviderError(500)) is None


def test_foreign_errors_whose_properties_raise_are_unknown() -> None:
    class Odd(Exception):
        @property
        def response(self) -> Any:
            raise RuntimeError("no response")

        status_code = True

    assert status_of(Odd()) is None
    assert classify(Odd()) is Failure.UNKNOWN
    assert retry_after_s(Odd(), NOW_S) is None
