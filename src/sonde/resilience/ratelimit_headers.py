"""The provider's rate-limit headers and request id, as attributes, so that headroom can be measured.

Names: ``sonde.ratelimit.<what>.limit``, ``.remaining`` (counts) and ``.reset_s`` (seconds), where *what* is
``requests``, ``tokens``, ``input_tokens`` or ``output_tokens``; ``sonde.request_id``;
``sonde.provider.processing_ms``.

Client libraries hide the headers of a parsed answer, so there are two ways to see them: the hooks here, which
HTTP clients call with every response, and `Headroom`, which looks at errors, raw responses and streams.
"""

import math
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from sonde.resilience import events
from sonde.resilience.lookup import get, headers_of
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Stream
from sonde.resilience.wrapping import Call, Policy, Proceed

REQUEST_ID = "sonde.request_id"
PROCESSING = "sonde.provider.processing_ms"
PREFIX = "sonde.ratelimit."

_REQUEST_IDS = ("x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-goog-request-id")
_PROCESSING = ("openai-processing-ms", "x-envoy-upstream-service-time")
_OPENAI = re.compile(r"^x-ratelimit-(limit|remaining|reset)-(requests|tokens|input-tokens|output-tokens)$")
_ANTHROPIC = re.compile(
    r"^anthropic-ratelimit-(requests|tokens|input-tokens|output-tokens)-(limit|remaining|reset)$"
)
_PLAIN = re.compile(r"^(?:x-)?ratelimit-(limit|remaining|reset)$")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_SECONDS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_TEXT_MAX = 200
_EPOCH_FROM = 1_000_000_000
"""A reset above this many seconds is a time since 1970, not a duration."""


def attributes_of(headers: Mapping[str, str], now_s: float) -> dict[str, events.AttributeValue]:
    """What these headers say, as attributes. Unknown or malformed ones are left out.

    Args:
        headers: Names in lower case.
        now_s: Seconds since 1970; resets given as a point in time are told as seconds from it.
    """
    found: dict[str, events.AttributeValue] = {}
    for name, value in headers.items():
        if (match := _OPENAI.match(name)) is not None:
            part, what = match.group(1), match.group(2)
        elif (match := _ANTHROPIC.match(name)) is not None:
            what, part = match.group(1), match.group(2)
        elif (match := _PLAIN.match(name)) is not None:
            part, what = match.group(1), "requests"
        else:
            continue
        _put(found, what.replace("-", "_"), part, value.strip(), now_s)
    request_id = next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)
    if request_id is not None:
        found[REQUEST_ID] = request_id[:_TEXT_MAX]
    processing = next((_number(headers[name]) for name in _PROCESSING if name in headers), None)
    if processing is not None:
        found[PROCESSING] = processing
    return found


def _put(found: dict[str, events.AttributeValue], what: str, part: str, value: str, now_s: float) -> None:
    if part == "reset":
        seconds = seconds_until(value, now_s)
        if seconds is not None:
            found[f"{PREFIX}{what}.reset_s"] = seconds
        return
    # IETF drafts put a policy behind the number: `100, 100;w=60`.
    count = _number(re.split(r"[,;]", value)[0])
    if count is not None:
        found[f"{PREFIX}{what}.{part}"] = int(count)


def seconds_until(text: str, now_s: float) -> float | None:
    """A reset as seconds from now: ``6m0s``, ``20ms``, ``12.5``, seconds since 1970, or an RFC 3339 time."""
    plain = _number(text)
    if plain is not None:
        return max(0.0, plain - now_s) if plain >= _EPOCH_FROM else plain
    if _DURATION.sub("", text) == "" and text:
        return sum(float(amount) * _SECONDS[unit] for amount, unit in _DURATION.findall(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - now_s) if moment.tzinfo is not None else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value < 1e15 else None


def note_response(response: Any) -> None:
    """Put what a response's headers say on the current span.

    An event hook for httpx clients: ``httpx.Client(event_hooks={"response": [note_response]})``.
    """
    events.annotate(attributes_of(headers_of(response), time.time()))


async def note_response_async(response: Any) -> None:
    """The same hook for ``httpx.AsyncClient``."""
    note_response(response)


def watch_client(client: Any) -> bool:
    """Hook into the HTTP client inside a provider's client: OpenAI, Anthropic, Google, or httpx.

    Returns False, and changes nothing, when there is no httpx client to be found. Calling it twice hooks
    once.
    """
    api = get(client, "_api_client")
    candidates = (client, get(client, "_client"), get(api, "_httpx_client"), get(api, "_async_httpx_client"))
    hooked = False
    for candidate in candidates:
        hooks = get(candidate, "event_hooks")
        if not isinstance(hooks, dict):
            continue
        is_async = callable(getattr(candidate, "aclose", None))
        hook: Callable[..., Any] = note_response_async if is_async else note_response
        every = cast("dict[str, list[Callable[..., Any]]]", hooks)
        present = list(every.get("response", []))
        if hook not in present:
            candidate.event_hooks = {**every, "response": [*present, hook]}
        hooked = True
    return hooked


class Headroom(Policy):
    """Annotates each call with the headers that its answer, stream object or error shows."""

    def __init__(self, *, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call and look at what came back."""
        try:
            result = yield from proceed(call)
        except Exception as error:
            self._note(error)
            raise
        self._note(result.original if isinstance(result, Stream) else result)
        return result

    def _note(self, shown: Any) -> None:
        found = attributes_of(headers_of(shown), self._wall_clock())
        request_id = get(shown, "_request_id") or get(shown, "request_id")
        if REQUEST_ID not in found and isinstance(request_id, str) and request_id:
            found[REQUEST_ID] = request_id[:_TEXT_MAX]
        events.annotate(found)
