"""One structured line per model call: to stdout or a file, and to the server."""

import sys
from typing import Any

from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from sonde._version import __version__
from sonde.sdk import config, providers
from sonde.sdk.facts import CallFacts
from sonde.sdk.lines import LineFile
from sonde.sdk.logs import encode, timestamp
from sonde.sdk.safety import failed
from sonde.sdk.values import clean_all

EVENT = "sonde.call"

_CONTENT = frozenset(
    (
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
    )
)
_PLAIN = (
    "gen_ai.request.",
    "gen_ai.response.",
    "gen_ai.usage.",
    "gen_ai.agent.name",
    "gen_ai.output.type",
    "openai.",
    "server.",
    "http.response.status_code",
    "http.request.resend_count",
    "sonde.",
)
"""Begins of attributes of other instrumentations that are never content."""
_OF_THE_CALL = ("gen_ai.", "sonde.", "code.", "user.", "session.", "error.", "openai.")
"""Begins of attributes that are not the app's own."""
_DETAIL_MAX = 2_048
"""Characters of one detail."""


class CallLog:
    """Writes the line of each call it is told of.

    Args:
        target: True: to the server only; ``stdout`` or ``file:PATH``: there as well.
        otlp: Whether lines go to the server.
    """

    def __init__(self, target: bool | str, *, otlp: bool = True) -> None:
        self._stdout = target == "stdout"
        kind, _, path = target.partition(":") if isinstance(target, str) else ("", "", "")
        self._file = LineFile(path) if kind == "file" else None
        self._otlp = otlp
        _masked("once now: loading the rules takes 0.2 s, which the first failed call should not bear")

    def __call__(self, call: CallFacts) -> None:
        """Write one line."""
        fields = line_of(call)
        if self._stdout:
            sys.stdout.write(encode(fields) + "\n")
            sys.stdout.flush()
        if self._file is not None:
            self._file.write(encode(fields))
        if self._otlp:
            _send(call, fields)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def line_of(call: CallFacts) -> dict[str, Any]:
    """The line's fields. What is unknown is left out; slow, expensive and failed calls have ``detail``."""
    fields: dict[str, Any] = {
        "time": timestamp(call.end_ns / 1e9),
        "level": _level(call)[0],
        "logger": "sonde.call",
        "message": sentence(call),
        "trace_id": call.trace_id,
        "span_id": call.span_id,
        "service": config.active().service,
        "operation": call.operation,
        "provider": call.provider,
        "model": call.model,
        "request_model": call.request_model,
        "status": "incomplete" if call.incomplete and call.status == "ok" else call.status,
        "duration_ms": None if call.duration_ms is None else round(call.duration_ms, 3),
        "ttft_ms": None if call.ttft_ms is None else round(call.ttft_ms, 3),
        "input_tokens": call.input_tokens,
        "cached_input_tokens": call.cached_input_tokens,
        "cache_write_tokens": call.cache_write_tokens,
        "output_tokens": call.output_tokens,
        "reasoning_tokens": call.reasoning_tokens,
        "tokens_estimated": call.estimated or None,
        "cost_usd": None if call.cost_usd is None else round(call.cost_usd, 9),
        "cost_source": call.cost_source if call.cost_usd is not None else None,
        "finish_reason": call.finish_reason,
        "streaming": call.streaming,
        "response_id": call.response_id,
        "request_id": call.request_id,
        "endpoint": call.endpoint,
        "function": call.function,
        "user_id": call.user_id,
        "session_id": call.session_id,
        "prompt_name": call.prompt_name,
        "prompt_version": call.prompt_version,
        "tags": list(call.tags) or None,
        "cache_hit": call.cache_hit or None,
        "attempt": call.attempt,
        "fallback_from": call.fallback_from,
        "error_type": call.error_type,
        "error_message": _masked(call.error_message),
        "metadata": _metadata(call),
        "slow": call.slow or None,
        "expensive": call.expensive or None,
    }
    kept = {key: value for key, value in fields.items() if value is not None}
    if call.slow or call.expensive or call.status == "error":
        kept["detail"] = _detail(call)
    return kept


def sentence(call: CallFacts) -> str:
    """The call in words: ``chat gpt-4o ok 812 ms, 120 → 45 tokens, $0.00123``."""
    state = "incomplete" if call.incomplete and call.status == "ok" else call.status
    took = "" if call.duration_ms is None else f" {call.duration_ms:.0f} ms"
    words = [f"{call.operation} {call.model} {state}{took}"]
    if call.input_tokens is not None or call.output_tokens is not None:
        used = "?" if call.input_tokens is None else str(call.input_tokens)
        made = "?" if call.output_tokens is None else str(call.output_tokens)
        words.append(f"{used} → {made} tokens")
    if call.cost_usd is not None:
        words.append(f"${call.cost_usd:.6g}")
    if call.error_type is not None:
        words.append(call.error_type)
    return ", ".join(words)


def _detail(call: CallFacts) -> dict[str, Any]:
    """All else the span says. Content only of our own spans: theirs was redacted when it was captured."""
    own = call.scope == providers.SCOPE
    keep_content = own and config.active().capture_content
    detail: dict[str, Any] = {}
    for key, value in clean_all(call.attributes).items():
        if key in _CONTENT:
            if not keep_content:
                continue
        elif not own and not key.startswith(_PLAIN):
            continue
        detail[key] = value[:_DETAIL_MAX] if isinstance(value, str) else value
    return detail


def _metadata(call: CallFacts) -> dict[str, Any] | None:
    """What the app said of a call it recorded by hand, beside the call's own facts."""
    if call.scope != providers.SCOPE:
        return None
    own = {key: value for key, value in call.attributes.items() if not key.startswith(_OF_THE_CALL)}
    return dict(clean_all(own)) or None


def _masked(text: str | None) -> str | None:
    """Errors quote what was sent: their text is redacted like content, and cut. None when that fails."""
    rules = config.active().redact
    if not text or rules is False:
        return text[:_DETAIL_MAX] if text else None
    try:
        from sonde.sdk.redacting import redacting

        return redacting(rules).sent(text[:_DETAIL_MAX])
    except Exception as error:  # noqa: BLE001 - then the line goes without the text
        failed("redacting an error's text", error)
        return None


def _level(call: CallFacts) -> tuple[str, SeverityNumber]:
    if call.status == "error":
        return "error", SeverityNumber.ERROR
    if call.slow or call.expensive or call.incomplete:
        return "warn", SeverityNumber.WARN
    return "info", SeverityNumber.INFO


def _send(call: CallFacts, fields: dict[str, Any]) -> None:
    where = SpanContext(
        int(call.trace_id, 16),
        int(call.span_id, 16),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    beside = ("time", "level", "logger", "message", "trace_id", "span_id", "service", "detail")
    attributes = {key: value for key, value in fields.items() if key not in beside}
    for key in ("detail", "metadata"):
        if key in fields:
            attributes[key] = encode(fields[key])
    name, number = _level(call)
    providers.logger_provider().get_logger(providers.SCOPE, __version__).emit(
        timestamp=call.end_ns,
        context=trace.set_span_in_context(NonRecordingSpan(where), Context()),
        severity_number=number,
        severity_text=name,
        body=fields["message"],
        event_name=EVENT,
        attributes=clean_all(attributes),
    )
