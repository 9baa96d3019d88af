"""``sonde.record_call(…)``: a model call made by hand that is over."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opentelemetry.trace import SpanKind, Status, StatusCode

from sonde.sdk import providers
from sonde.sdk.draft import DURATION_UNKNOWN, TOKENS, Draft, complain_of, model_of, operation_of
from sonde.sdk.safety import safely, tell_once
from sonde.sdk.spans import ERROR_TYPE, mark_failed, write
from sonde.sdk.values import amount


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a recorded call can be found; zeros when nothing is recorded."""

    trace_id: str
    span_id: str


@safely("recording a call")
def _record(
    operation: str, model: str, given: Mapping[str, Any], extra: Mapping[str, object] | None
) -> Recorded:
    start_ns, end_ns, is_known = _times(given["start"], given["end"], given["duration_ms"])
    draft = Draft(operation, model, given["provider"])
    if not is_known:
        draft.attributes[DURATION_UNKNOWN] = True
    draft.input(given["input"])
    for name in TOKENS:
        draft.count(name, given[name], "record_call")
    draft.facts(given, "record_call")
    if given["output"] is not None:
        draft.answer(given["output"])
    span = providers.tracer().start_span(
        draft.name, kind=SpanKind.CLIENT, attributes=draft.opening(), start_time=start_ns
    )
    error = given["error"]
    if given["estimate"]:
        draft.estimate(failed=error is not None)
    span.set_attributes(draft.attributes)
    if extra:
        write(span, extra)
    if isinstance(error, BaseException):
        mark_failed(span, error)
    elif error is not None and error is not False:
        text = str(error)
        span.set_attribute(ERROR_TYPE, text.partition(":")[0][:128] or "error")
        span.set_status(Status(StatusCode.ERROR, text[:4_096]))
    span.end(end_ns)
    where = span.get_span_context()
    return Recorded(f"{where.trace_id:032x}", f"{where.span_id:016x}")


def record_call(
    model: str,
    *,
    provider: str | None = None,
    operation: str = "chat",
    input: object = None,  # noqa: A002 - the word the field uses
    output: object = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cached_input_tokens: int | None = None,
    cache_write_tokens: int | None = None,
    reasoning_tokens: int | None = None,
    audio_input_tokens: int | None = None,
    audio_output_tokens: int | None = None,
    estimate: bool = True,
    start: datetime | float | None = None,
    end: datetime | float | None = None,
    duration_ms: float | None = None,
    ttft_ms: float | None = None,
    response_model: str | None = None,
    response_id: str | None = None,
    request_id: str | None = None,
    finish_reason: str | None = None,
    streaming: bool | None = None,
    incomplete: bool | None = None,
    service_tier: str | None = None,
    batch: bool | None = None,
    cost_usd: float | None = None,
    cache_hit: bool | None = None,
    attempt: int | None = None,
    fallback_from: str | None = None,
    error: BaseException | str | None = None,
    parameters: Mapping[str, object] | None = None,
    attributes: Mapping[str, object] | None = None,
    **unknown: object,
) -> Recorded:
    """Record one model call that is over. Never raises; what cannot be used is told in one log line each.

    Args:
        model: The model that was asked for.
        provider: Who sold the call: ``openai``, ``anthropic``, ``gcp.gemini`` …; other spellings are
            understood.
        operation: ``chat``, ``text_completion``, ``embeddings`` or ``rerank``.
        input: Prompt or messages. Sent only when content capture is on; used to estimate tokens in any case.
        output: Answer: a text, messages, or the provider's own answer object, which then also tells model,
            id,
            tokens and finish reason.
        input_tokens: Including cached and cache-write tokens. None is unknown.
        output_tokens: Including reasoning tokens.
        cached_input_tokens: Of the input, read from the provider's cache.
        cache_write_tokens: Of the input, written to it.
        reasoning_tokens: Of the output.
        audio_input_tokens: Of the input.
        audio_output_tokens: Of the output.
        estimate: Count the text where a count is not given. Estimates are marked as such, with the tokenizer.
        start: When it began: a datetime (without a zone: local time) or Unix seconds.
        end: When it ended. Default: now.
        duration_ms: Instead of ``start`` or ``end``. Without two of the three how long it took is unknown.
        ttft_ms: Time to the first token.
        response_model: The model that answered.
        response_id: The provider's id of the answer.
        request_id: The provider's id of the request (a header).
        finish_reason: ``stop``, ``length``, ``tool_calls``, ``content_filter`` or the provider's word.
        streaming: Whether the answer was streamed.
        incomplete: Whether the stream was given up before its end.
        service_tier: ``default``, ``flex``, ``priority``, ``batch`` …
        batch: Sent through a batch interface.
        cost_usd: What the provider billed; wins over every computation. Leave it out to have it computed.
        cache_hit: Answered from a cache of the app.
        attempt: Which attempt this was, from 1.
        fallback_from: The model that failed before.
        error: The exception, or a text "Type: message".
        parameters: Request parameters like ``{"temperature": 0.2}``.
        attributes: More facts.
        unknown: What is not known is told and left out.
    """
    given = locals()
    kept = operation_of(operation, "record_call")
    name = model_of(model, "record_call")
    complain_of(unknown, "record_call")
    return _record(kept, name, given, attributes) or Recorded("0" * 32, "0" * 16)


def _times(start: object, end: object, duration_ms: object) -> tuple[int, int, bool]:
    """(start, end) in nanoseconds since 1970 from any two of the three, without an end it is now; and whether
    that tells how long the call took.
    """
    lasted = amount(duration_ms, "duration_ms", "record_call")
    lasted_ns = None if lasted is None else round(lasted * 1e6)
    start_ns, end_ns = _moment(start, "start"), _moment(end, "end")
    if end_ns is None:
        end_ns = start_ns + lasted_ns if start_ns is not None and lasted_ns is not None else time.time_ns()
    is_known = start_ns is not None or lasted_ns is not None
    if start_ns is None:
        start_ns = end_ns - (lasted_ns or 0)
    if start_ns > end_ns:
        tell_once(
            "record_call.times", "sonde.record_call: end lies before start; the call is given no length."
        )
        end_ns, is_known = start_ns, False
    return start_ns, end_ns, is_known


def _moment(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return round(value.astimezone(UTC).timestamp() * 1e6) * 1_000
    seconds = amount(value, name, "record_call")
    return None if seconds is None else round(seconds * 1e9)
