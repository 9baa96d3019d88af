"""Which traces are sent, which keep content: a share by trace id; slow, failed and expensive ones always."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

EXPENSIVE = "sonde.expensive"
_RANDOM_BITS = 56
"""The low 56 bits of a trace id are random (W3C trace context, level 2): every service decides alike."""
_MASK = (1 << _RANDOM_BITS) - 1
_MILLISECOND_NS = 1_000_000


def in_share(trace_id: int, share: float) -> bool:
    """Whether a trace belongs to a share of all traces, 0 to 1. The same for all its spans."""
    return share >= 1.0 or (trace_id & _MASK) < share * (_MASK + 1)


def notable(span: ReadableSpan, slow_ms: float) -> bool:
    """Whether a span is kept whatever the share: it failed, took long, or was flagged as expensive."""
    return (
        span.status.status_code is StatusCode.ERROR
        or is_slow(span, slow_ms)
        or (span.attributes or {}).get(EXPENSIVE) is True
    )


def is_slow(span: ReadableSpan, slow_ms: float) -> bool:
    """Whether an ended span took as long as that."""
    start, end = span.start_time, span.end_time
    return start is not None and end is not None and end - start >= slow_ms * _MILLISECOND_NS
