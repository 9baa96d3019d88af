"""The door by which an OpenTelemetry provider hands over its ended spans."""

from collections.abc import Mapping
from typing import Any, cast

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from sonde.sdk.config import Config
from sonde.sdk.export.intake import Intake, Lane
from sonde.sdk.ledger import Ledger
from sonde.sdk.safety import failed
from sonde.sdk.sampling import in_share, notable
from sonde.sdk.values import plain

SPAN_BYTES = 1_024
"""What a span without long texts takes in memory, about."""
EVENT_BYTES = 256
NUMBER_BYTES = 8
_NUMBERS = frozenset((bool, int, float))


class SpanDoor(SpanProcessor):
    """Attached to a provider once; `sonde.init` and `shutdown` only change what is behind it."""

    def __init__(self) -> None:
        self._intake: Intake | None = None
        self._lane: Lane[ReadableSpan] | None = None
        self._ledger: Ledger | None = None
        self._share = 1.0
        self._slow_ms = 0.0

    def open(self, intake: Intake, lane: Lane[ReadableSpan], ledger: Ledger, config: Config) -> None:
        """Let spans in."""
        self._share = config.sample_rate
        self._slow_ms = config.slow_ms
        self._ledger = ledger
        self._lane = lane
        self._intake = intake

    def shut(self) -> None:
        """Let nothing in any more."""
        self._intake = None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing to do."""

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span, or leave it out by the sampling rule."""
        intake, lane, ledger = self._intake, self._lane, self._ledger
        context = span.context
        if (
            intake is None
            or lane is None
            or ledger is None
            or context is None
            or not context.trace_flags.sampled
        ):
            return
        try:
            if (
                self._share < 1.0
                and not in_share(context.trace_id, self._share)
                and not notable(span, self._slow_ms)
            ):
                ledger.add("traces", "created", 1)
                ledger.add("traces", "sampled", 1)
                return
            intake.put(lane, span, span_bytes(span))
        except Exception as error:  # noqa: BLE001 — ending a span is part of the app's call
            failed("taking a span", error)

    def shutdown(self) -> None:
        """The provider ends: send what waits, and stay usable for a provider that does not."""
        self.force_flush()

    def force_flush(self, timeout_millis: int = 5_000) -> bool:
        """Send what waits."""
        intake = self._intake
        return True if intake is None else intake.flush(timeout_millis / 1_000)


def span_bytes(span: ReadableSpan) -> int:
    """About what a span takes in memory: enough to bound the queue when texts are long."""
    total = SPAN_BYTES + texts_bytes(plain(span.attributes))
    for event in span.events:
        total += EVENT_BYTES + texts_bytes(plain(event.attributes))
    return total


def texts_bytes(attributes: Mapping[str, Any]) -> int:
    """Characters of all texts; numbers are small, and part of what a span takes anyway."""
    total = 0
    for value in attributes.values():
        kind: type[object] = value.__class__
        if kind is str:
            total += len(value)
        elif kind not in _NUMBERS:
            total += _long(value)
    return total


def _long(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, tuple):
        return sum(map(_long, cast("tuple[object, ...]", value)))
    if isinstance(value, Mapping):
        return texts_bytes(cast("Mapping[str, Any]", value))
    return NUMBER_BYTES
