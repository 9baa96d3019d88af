"""What kind of failure an error is, whichever library raised it: retries, fallbacks and breakers go by it.

Nothing is imported from the libraries: their errors are told by status, code, class name and message, as
OpenAI's, Anthropic's, Google's, Bedrock's, LiteLLM's and the HTTP clients' errors have them.
"""

import re
import socket
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from sonde.resilience.errors import CircuitOpen, LimitExceeded, ResilienceError, RetriesExhausted
from sonde.resilience.lookup import chain, get, headers_of


class Failure(StrEnum):
    """Kinds of failures. Those in :data:`PASSING` may be gone the next time."""

    RATE_LIMIT = "rate_limit"
    """Too many requests or tokens for now."""
    QUOTA = "quota"
    """The account has no money or no quota left: waiting does not help."""
    OUTAGE = "outage"
    """The provider fails or is overloaded (5xx, 529), or our breaker for it is open."""
    TIMEOUT = "timeout"
    """No answer in time."""
    CONNECTION = "connection"
    """No connection, or it broke."""
    CONTEXT_WINDOW = "context_window"
    """The input is too long for this model."""
    CONTENT_FILTER = "content_filter"
    """The provider's filter refused the input or the output."""
    AUTHENTICATION = "authentication"
    """A wrong key, or no right to this model."""
    NOT_FOUND = "not_found"
    """No such model or deployment."""
    BAD_REQUEST = "bad_request"
    """The request can never succeed as it is."""
    POLICY = "policy"
    """One of our own policies refused."""
    UNKNOWN = "unknown"
    """Anything else, such as an error in the application's own code."""


PASSING = frozenset({Failure.RATE_LIMIT, Failure.OUTAGE, Failure.TIMEOUT, Failure.CONNECTION})

_CONTEXT_WINDOW = re.compile(
    r"context_length_exceeded|maximum context length|prompt is too long|context window|"
    r"input is too long|exceeds the maximum number of tokens|input token count|"
    r"exceed context limit|ContextWindowExceeded",
    re.IGNORECASE,
)
_CONTENT_FILTER = re.compile(
    r"content_filter|content_policy_violation|content management policy|ResponsibleAIPolicyViolation|"
    r"ContentPolicyViolation|ContentFilterFinishReason|PROHIBITED_CONTENT|BlockedPrompt|"
    r"content filtering policy|image_content_policy",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"insufficient_quota|billing_hard_limit|credit balance is too low|billing_not_active", re.IGNORECASE
)
_OVERLOADED = re.compile(r"overloaded_error|server_error|api_error|ServiceUnavailable|InternalServerError")
_RATE = re.compile(
    r"rate_limit_(?:error|exceeded)|RateLimitError|ThrottlingException|TooManyRequests|ResourceExhausted"
)
_TIMEOUT = re.compile(r"Timeout|DeadlineExceeded")
_CONNECTION = re.compile(
    r"APIConnectionError|ConnectError|ConnectionError|NetworkError|RemoteProtocolError|ReadError|WriteError|"
    r"TransportError|EndpointConnection|ClientConnect|ServerDisconnected|IncompleteRead|ProtocolError"
)
_NEVER_SENT = re.compile(
    r"^(ConnectError|ConnectTimeout|PoolTimeout|EndpointConnectionError|ConnectTimeoutError)$"
)

_BY_STATUS = {
    401: Failure.AUTHENTICATION,
    402: Failure.QUOTA,
    403: Failure.AUTHENTICATION,
    404: Failure.NOT_FOUND,
    408: Failure.TIMEOUT,
    409: Failure.OUTAGE,
    429: Failure.RATE_LIMIT,
    504: Failure.TIMEOUT,
}


def classify(error: BaseException) -> Failure:
    """The kind of this failure."""
    if isinstance(error, RetriesExhausted) and error.__cause__ is not None:
        return classify(error.__cause__)
    if isinstance(error, CircuitOpen):
        return Failure.OUTAGE
    if isinstance(error, LimitExceeded):
        return Failure.RATE_LIMIT
    if isinstance(error, ResilienceError):
        return Failure.POLICY
    names = " ".join(one.__name__ for one in type(error).__mro__)
    status = status_of(error)
    codes = _codes(error)
    if _QUOTA.search(codes) or (status == 400 and _QUOTA.search(str(error))):
        return Failure.QUOTA
    if status in {None, 200, 400, 413, 422}:
        told = f"{names} {codes} {str(error)[:4_000] if status is not None or codes else ''}"
        if _CONTEXT_WINDOW.search(told):
            return Failure.CONTEXT_WINDOW
        if _CONTENT_FILTER.search(told):
            return Failure.CONTENT_FILTER
    if status is not None and status >= 400:
        by_status = _BY_STATUS.get(status)
        return by_status or (Failure.OUTAGE if status >= 500 else Failure.BAD_REQUEST)
    if _RATE.search(f"{names} {codes}"):
        return Failure.RATE_LIMIT
    if _OVERLOADED.search(f"{names} {codes}"):
        return Failure.OUTAGE
    return _of_transport(error, names)


def _of_transport(error: BaseException, names: str) -> Failure:
    """Kinds of errors that came without an answer."""
    if isinstance(error, TimeoutError) or _TIMEOUT.search(names):
        return Failure.TIMEOUT
    if isinstance(error, (ConnectionError, socket.gaierror)) or _CONNECTION.search(names):
        return Failure.CONNECTION
    return Failure.UNKNOWN


def status_of(error: BaseException) -> int | None:
    """The HTTP status the error carries."""
    for holder in (error, get(error, "response")):
        for name in ("status_code", "status", "http_status", "code"):
            value = get(holder, name)
            if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
                return value
    metadata = get(get(error, "response"), "ResponseMetadata")
    value = get(metadata, "HTTPStatusCode")
    return value if isinstance(value, int) else None


def never_processed(error: BaseException) -> bool:
    """Whether the provider surely did nothing for this call, so that repeating it cannot do a thing twice."""
    status = status_of(error)
    if status is not None:
        return status in {429, 503, 529}
    if classify(error) is Failure.RATE_LIMIT:
        return True
    return any(
        isinstance(one, (ConnectionRefusedError, socket.gaierror)) or _NEVER_SENT.match(type(one).__name__)
        for one in chain(error)
    )


def asked_to_retry(error: BaseException) -> bool | None:
    """What the provider says itself (``x-should-retry``); ``None`` when it says nothing."""
    said = headers_of(error).get("x-should-retry", "").lower()
    return {"true": True, "false": False}.get(said)


def retry_after_s(error: BaseException, now_s: float) -> float | None:
    """How long the provider asks to wait, in seconds; ``None`` when it does not say.

    Reads ``retry-after-ms``, ``retry-after`` (seconds, or a date that is compared to ``now_s``, seconds since
    1970), Google's ``RetryInfo``, and our own errors.
    """
    own = get(error, "retry_after_s")
    if isinstance(own, (int, float)) and not isinstance(own, bool):
        return max(0.0, float(own))
    headers = headers_of(error)
    milliseconds = _float(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1_000
    said = headers.get("retry-after")
    if said is not None:
        seconds = _float(said)
        return seconds if seconds is not None else _until(said, now_s)
    return _google_delay(error)


def _float(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None


def _until(date: str, now_s: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None


def _google_delay(error: BaseException) -> float | None:
    """``{"error": {"details": [{"@type": "…RetryInfo", "retryDelay": "21s"}]}}``."""
    body = get(error, "details")
    details = get(get(body, "error"), "details") or get(body, "details")
    if not isinstance(details, list):
        return None
    for detail in details:  # pyright: ignore[reportUnknownVariableType] - foreign JSON
        delay = get(detail, "retryDelay")
        if isinstance(delay, str) and delay.endswith("s"):
            return _float(delay[:-1])
    return None


def _codes(error: BaseException) -> str:
    """All short codes the error carries, in one text."""
    body = get(error, "body")
    inner = get(body, "error")
    found: list[Any] = []
    for holder in (error, body, inner if not isinstance(inner, str) else None, get(error, "response")):
        found += [get(holder, name) for name in ("code", "type", "status")]
    found.append(get(get(get(error, "response"), "Error"), "Code"))
    return " ".join(code for code in found if isinstance(code, str) and len(code) <= 100)
