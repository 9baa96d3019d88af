"""``sonde.score(…)``: a judgement of an answer, a step or a trace, as OpenTelemetry's evaluation event."""

import math
from collections.abc import Mapping

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan, SpanContext, TraceFlags

from sonde._version import __version__
from sonde.sdk import providers
from sonde.sdk.context import SESSION
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.values import Value, clean_all

EVENT = "gen_ai.evaluation.result"


def score(
    name: str,
    value: float | bool | str | None = None,
    *,
    label: str | None = None,
    comment: str | None = None,
    trace_id: str | None = None,
    span_id: str | None = None,
    response_id: str | None = None,
    session: str | None = None,
    attributes: Mapping[str, object] | None = None,
) -> bool:
    """Attach a score to the span of the work at hand, or to what is named. Never raises.

    Args:
        name: What was judged: ``helpfulness``, ``thumbs`` …
        value: A number, a yes or no, or a word (which then is the label).
        label: The judgement as a word.
        comment: Why.
        trace_id: 32 hex digits of another trace, for feedback that comes later (``span.trace_id`` told them).
        span_id: 16 hex digits of a span in it; without, the whole trace is judged.
        response_id: The provider's id of the answer, when that is all that is known.
        session: Judge a whole session, by its name, instead of a trace or a span.
        attributes: More facts.

    Returns:
        Whether the score was taken.
    """
    try:
        target = _session(session, trace_id, span_id) if session else _context(trace_id, span_id)
        more = {**(attributes or {}), SESSION: session} if session else attributes
        return target is not None and _score(name, value, label, comment, target, response_id, more)
    except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
        failed("taking a score", error)
        return False


def _score(
    name: str,
    value: object,
    label: str | None,
    comment: str | None,
    context: otel.Context,
    response_id: str | None,
    attributes: Mapping[str, object] | None,
) -> bool:
    facts: dict[str, Value] = clean_all(attributes or {})
    if not name:
        tell_once("score.name", "sonde.score: a score without a name is left out; say what was judged.")
        return False
    facts["gen_ai.evaluation.name"] = str(name)[:256]
    if isinstance(value, bool):
        facts["gen_ai.evaluation.score.value"] = float(value)
        facts["gen_ai.evaluation.score.label"] = label or str(value).lower()
    elif isinstance(value, int | float):
        if not math.isfinite(value):
            tell_once(
                f"score.{name}", f"sonde.score: {name}={value} is left out; give a finite number or a label."
            )
            return False
        facts["gen_ai.evaluation.score.value"] = float(value)
    elif value is not None:
        label = label or str(value)
    if label:
        facts["gen_ai.evaluation.score.label"] = label[:256]
    if comment:
        facts["gen_ai.evaluation.explanation"] = comment[:4_096]
    if response_id:
        facts["gen_ai.response.id"] = response_id
    logger = providers.logger_provider().get_logger(providers.SCOPE, __version__)
    logger.emit(
        context=context,
        severity_number=SeverityNumber.INFO,
        event_name=EVENT,
        attributes=facts,
    )
    return True


def _session(session: str, trace_id: str | None, span_id: str | None) -> otel.Context:
    """No trace at all: that is how the server tells a judgement of a session from one of a span in it."""
    if trace_id or span_id:
        tell_once(
            "score.session",
            f"sonde.score: session={session!r:.40} goes without trace_id and span_id; the session is judged.",
        )
    return trace.set_span_in_context(INVALID_SPAN, otel.Context())


def _context(trace_id: str | None, span_id: str | None) -> otel.Context | None:
    if trace_id is None and span_id is None:
        return otel.get_current()
    try:
        trace_number = int(trace_id or "0", 16)
        span_number = int(span_id or "0", 16)
    except ValueError:
        tell_once(
            "score.ids", "sonde.score: trace_id and span_id are 32 and 16 hex digits; the score is left out."
        )
        return None
    if not trace_number:
        here = trace.get_current_span().get_span_context()
        trace_number = here.trace_id
    where = SpanContext(trace_number, span_number, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(where), otel.Context())
